//! What a change did: the stack beside the same stack at the base.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_engine::{Assessment, Basis, EntryPoint, assess_with, minutes_per_year};
use foreshock_model::{ComponentIndex, MinutesPerYear, Points, System};

use crate::change::score_regression;
use crate::findings::rules::sort;
use crate::{Finding, FindingKey, Severity, Stack};

/// Scores are sums of products of doubles, in an order that other components may change: below this nothing has happened.
const NOISE: f64 = 1e-9;

/// What a stack is compared with, as people call it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Base {
    /// A short hash, or what stands for one: `3f2a91c`, `prior state`.
    pub id: Arc<str>,
    /// How it was chosen: `merge base with main`.
    pub words: Arc<str>,
}

/// A stack beside the same stack at the base. Scores are measured at the entry points and with the weights of the base
/// (semantics, section 6), so that what is compared is the same.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// With what.
    pub base: Base,
    /// The stack as it was; `None` where the base has no such stack.
    pub before: Option<Arc<Stack>>,
    /// Score of before, 0..=100, at the entry points that are still there; where none is, at its own.
    pub score: Option<f64>,
    /// Score of the present at the same entry points, or at its own. May differ from what the stack by itself scores.
    pub score_after: Option<f64>,
    /// After minus before; exactly 0 when nothing happened. `None` where one of them has no score.
    pub points: Option<Points>,
    /// Minutes a year that are lost now and were not before; negative for a gain.
    pub minutes_per_year: MinutesPerYear,
    /// Findings of before that are no more, in their order. What went with its component is not mended.
    pub mended: Vec<Finding>,
}

impl Comparison {
    /// Whether the score is lower than it was.
    pub fn is_regression(&self) -> bool {
        self.points.is_some_and(|points| points < 0.0)
    }
}

impl Stack {
    /// What the change did to it, where there is something to compare with.
    pub fn comparison(&self) -> Option<&Comparison> {
        self.comparison.as_deref()
    }

    /// Compares it with the same stack at the base. Afterwards only those findings are new that the base does not have, or
    /// has less loud. A component that was renamed with `moved` is the same one.
    #[must_use]
    pub fn compared_with(mut self, base: Base, before: Option<Arc<Stack>>) -> Stack {
        let Some(before) = before else {
            let nothing = Comparison {
                base,
                before: None,
                score: None,
                score_after: self.assessment.score,
                points: None,
                minutes_per_year: MinutesPerYear::ZERO,
                mended: Vec::new(),
            };
            self.comparison = Some(Arc::new(nothing));
            return self;
        };
        let known = Known::of(&before, &self);
        let accepted = std::mem::take(&mut self.accepted);
        for finding in &mut self.findings {
            finding.new = known.is_new(finding) && !accepted.contains(&finding.key());
        }
        self.accepted = accepted;
        let new = self.findings.iter().filter(|finding| finding.new && finding.is_single_point());
        let new: Vec<ComponentIndex> = new.filter_map(|finding| finding.component).collect();
        for block in &mut self.blocks {
            block.since_base = new.contains(&block.component);
        }
        // What somebody has silenced, then or now, was there or is there all the same.
        let mended = before.findings.iter().filter(|finding| known.is_mended(finding, &self)).cloned().collect();
        let measured = Measured::of(&before, &self);
        self.comparison = Some(Arc::new(Comparison {
            base,
            score: measured.before.0,
            score_after: measured.after.0,
            points: measured.points(),
            minutes_per_year: measured.minutes_per_year(),
            mended,
            before: Some(before),
        }));
        let regression = score_regression::find(&self, None);
        self.findings.extend(regression);
        sort(&mut self.findings);
        self
    }

    /// Whether there is a component, or a resource, of that name.
    fn has(&self, name: &str) -> bool {
        let mut instances = self.resources().into_iter().flat_map(|resources| &resources.instances);
        self.system().find(name).is_some() || instances.any(|instance| *instance.address == *name)
    }

    /// What a component, or a resource, of the base is called now.
    pub fn name_now(&self, before: &str) -> String {
        match self.terraform() {
            Some(module) => module.resolved.moves.now(before),
            None => before.to_owned(),
        }
    }
}

/// The findings of the base, by what they are called now.
struct Known {
    names: BTreeMap<Arc<str>, Arc<str>>,
    loudest: BTreeMap<FindingKey, Severity>,
}

impl Known {
    fn of(before: &Stack, now: &Stack) -> Known {
        let mut known = Known { names: BTreeMap::new(), loudest: BTreeMap::new() };
        for (finding, id) in before.all_findings().flat_map(|finding| finding.components().map(move |id| (finding, id)))
        {
            let name: Arc<str> = now.name_now(id).into();
            known.names.insert(id.clone(), name.clone());
            let loudest =
                known.loudest.entry(FindingKey { rule: finding.rule, component_id: name }).or_insert(finding.severity);
            *loudest = (*loudest).max(finding.severity);
        }
        known
    }

    fn is_new(&self, finding: &Finding) -> bool {
        let before = self.loudest.get(&finding.key());
        before.is_none_or(|severity| *severity < finding.severity)
    }

    fn is_mended(&self, before: &Finding, now: &Stack) -> bool {
        let name = self.names.get(&before.component_id).unwrap_or(&before.component_id);
        let same = |finding: &Finding| finding.rule == before.rule && finding.component_id == *name;
        !now.all_findings().any(same) && now.has(name)
    }
}

/// Score and share of the service that is lost, on both sides at the same entry points.
pub(crate) struct Measured {
    pub(crate) before: (Option<f64>, f64),
    pub(crate) after: (Option<f64>, f64),
}

impl Measured {
    pub(crate) fn of(before: &Stack, now: &Stack) -> Measured {
        let measured = |assessment: &Assessment| (assessment.score, assessment.loss);
        let basis = &before.assessment.basis;
        let (still_there, carried) = carried(before, now);
        // Where every entrance was replaced, each side is measured at its own.
        if carried.entries.is_empty() && carried.unlinked.is_empty() {
            return Measured { before: measured(&before.assessment), after: measured(&now.assessment) };
        }
        let at_base = match still_there == *basis {
            true => measured(&before.assessment),
            false => measured(&assess_with(before.system(), &still_there)),
        };
        // The same system at the same entry points needs no second look.
        let after = match carried == now.assessment.basis {
            true => measured(&now.assessment),
            false => measured(&assess_with(now.system(), &carried)),
        };
        Measured { before: at_base, after }
    }

    fn points(&self) -> Option<Points> {
        let points = self.after.0? - self.before.0?;
        Some(if points.abs() < NOISE { Points::ZERO } else { Points::new(points) })
    }

    fn minutes_per_year(&self) -> MinutesPerYear {
        // Who serves nobody loses nothing, and gains nothing by it.
        if self.points().is_none() {
            return MinutesPerYear::ZERO;
        }
        let minutes = minutes_per_year(self.after.1 - self.before.1);
        if minutes.abs() < NOISE { MinutesPerYear::ZERO } else { minutes }
    }
}

/// The entry points of the base that are still there, as the base knows them and as they are known now.
pub(crate) fn carried(before: &Stack, now: &Stack) -> (Basis, Basis) {
    let (old, new): (&System, &System) = (before.system(), now.system());
    let find = |index: ComponentIndex| new.find(&now.name_now(old.component(index)?.id.as_str()));
    let basis = &before.assessment.basis;
    let entries = basis.entries.iter().filter_map(|entry| Some((*entry, find(entry.component)?)));
    let entries: Vec<(EntryPoint, ComponentIndex)> = entries.collect();
    let unlinked: Vec<_> = basis.unlinked.iter().filter_map(|&index| Some((index, find(index)?))).collect();
    let still_there = Basis {
        entries: entries.iter().map(|(entry, _)| *entry).collect(),
        unlinked: unlinked.iter().map(|(index, _)| *index).collect(),
    };
    let carried = Basis {
        entries: entries.iter().map(|(entry, now)| EntryPoint { component: *now, ..*entry }).collect(),
        unlinked: unlinked.iter().map(|(_, now)| *now).collect(),
    };
    (still_there, carried)
}
