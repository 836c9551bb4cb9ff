//! What a change did: the stack beside the same stack at the base.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_engine::{Assessment, Basis, EntryPoint, EntryReason, assess_with, minutes_per_year};
use foreshock_model::{Component, ComponentIndex, MinutesPerYear, Points, System};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::change::apply::{self, Apply};
use crate::change::gone::{Gone, take_down};
use crate::change::held::{Held, Readable};
use crate::change::{removal, score_regression, units};
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
/// (semantics, section 6), so that what is compared is the same; what only one side knows is unknown on both, and whoever
/// needed what is no more counts as without it.
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
    pub mended: Vec<Arc<Finding>>,
    /// What is no more although somebody who is still there needs it, by id.
    pub missing: Vec<Arc<str>>,
    /// What the base does not know and the present does: no change by itself.
    pub now_known: Vec<Readable>,
    /// What only the base knows.
    pub no_longer_known: Vec<Readable>,
    /// What applying the change does.
    pub apply: Apply,
}

impl Comparison {
    /// Whether the score is lower than it was.
    pub fn is_regression(&self) -> bool {
        self.points.is_some_and(|points| points < 0.0)
    }

    /// Whether the scores leave out what only one side knows.
    pub fn holds_back(&self) -> bool {
        !self.now_known.is_empty() || !self.no_longer_known.is_empty()
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
                missing: Vec::new(),
                now_known: Vec::new(),
                no_longer_known: Vec::new(),
                apply: Apply::default(),
            };
            self.comparison = Some(Arc::new(nothing));
            return self;
        };
        self.renamed = units::renamed(&before, &self);
        let measured = Measured::of(&before, &self);
        let known = Known::of(&before, &self, &measured.held);
        let is_new = |finding: &Arc<Finding>| known.is_new(finding, &self) && !self.accepted.contains(&finding.key());
        let new: Vec<bool> = self.findings.iter().map(is_new).collect();
        for (finding, is_new) in self.findings.iter_mut().zip(new) {
            if finding.new != is_new {
                Arc::make_mut(finding).new = is_new;
            }
        }
        let new = self.findings.iter().filter(|finding| finding.new && finding.is_single_point());
        let new: Vec<ComponentIndex> = new.filter_map(|finding| finding.component).collect();
        for block in &mut self.blocks {
            let since_base = new.contains(&block.component);
            if block.since_base != since_base {
                Arc::make_mut(block).since_base = since_base;
            }
        }
        // What somebody has silenced, then or now, was there or is there all the same.
        let mended =
            before.findings.iter().filter(|finding| known.is_mended(finding, &before, &self)).cloned().collect();
        let (then, present) = (measured.held.before.of(&before), measured.held.now.of(&self));
        let apply = Apply::of(&before, &self, &measured.gone);
        let mut removals = removal::find((then, &before), &self, present, &measured.gone, &apply, &base);
        removals.extend(apply::findings::find(&before, &self, &apply, &base));
        for finding in removals.iter_mut().filter(|finding| self.accepted.contains(&finding.key())) {
            Arc::make_mut(finding).new = false;
        }
        let lost = measured
            .gone
            .components
            .iter()
            .filter(|gone| !gone.losers.is_empty() && !gone.goes_on() && !gone.is_declared);
        let cut = measured.gone.cuts.iter().filter_map(|cut| then.system().dependencies.get(cut.number.index()));
        let lost = lost.map(|gone| gone.index).chain(cut.map(|dependency| dependency.to));
        let missing: BTreeSet<ComponentIndex> = lost.collect();
        let missing = missing.into_iter().map(|index| then.id_of(index).into()).collect();
        let comparison = Arc::new(Comparison {
            base,
            score: measured.before.0,
            score_after: measured.after.0,
            points: measured.points(),
            minutes_per_year: measured.minutes_per_year(),
            mended,
            missing,
            now_known: measured.held.now_known,
            no_longer_known: measured.held.no_longer_known,
            apply,
            before: Some(before),
        });
        self.comparison = Some(comparison.clone());
        self.findings.extend(removals);
        let regression = score_regression::find(&self, None);
        self.findings.extend(regression);
        sort(&mut self.findings);
        self.keeping_comparison(comparison)
    }

    /// Whether there is a component, or a resource, of that name.
    fn has(&self, name: &str) -> bool {
        self.system().find(name).is_some() || self.resources().is_some_and(|resources| resources.find(name).is_some())
    }

    /// The same of a name that is shared: most often nothing is called otherwise.
    fn shared_name_now(&self, before: &Arc<str>) -> Arc<str> {
        let is_as_before =
            self.renamed.is_empty() && self.terraform().is_none_or(|module| module.resolved.moves.is_empty());
        if is_as_before { before.clone() } else { self.name_now(before).into() }
    }

    /// What a component, or a resource, of the base is called now.
    pub fn name_now(&self, before: &str) -> String {
        let Some(module) = self.terraform() else { return before.to_owned() };
        match units::name_now(&self.renamed, before) {
            Some(name) => module.resolved.moves.now(&name),
            None => module.resolved.moves.now(before),
        }
    }
}

/// The findings of both sides as they are compared, by what they are called now.
struct Known<'h> {
    held: &'h Held,
    names: FxHashMap<Arc<str>, Arc<str>>,
    loudest: FxHashMap<FindingKey, Severity>,
    /// Those of the present, by what they are told of.
    told: FxHashSet<FindingKey>,
    /// Those of the present, where it is not compared as it is.
    present: Option<FxHashMap<FindingKey, Severity>>,
}

/// The loudest of each rule and component, by what `named` calls it.
fn loudest(stack: &Stack, named: &dyn Fn(&Arc<str>) -> Arc<str>) -> FxHashMap<FindingKey, Severity> {
    let mut known = FxHashMap::default();
    for (finding, id) in stack.all_findings().flat_map(|finding| finding.components().map(move |id| (finding, id))) {
        let key = FindingKey { rule: finding.rule, component_id: named(id) };
        let loudest = known.entry(key).or_insert(finding.severity);
        *loudest = (*loudest).max(finding.severity);
    }
    known
}

impl<'h> Known<'h> {
    fn of(before: &Stack, now: &Stack, held: &'h Held) -> Known<'h> {
        let then = held.before.of(before);
        let named = |id: &Arc<str>| now.shared_name_now(id);
        let present = held.now.is_held().then(|| loudest(held.now.of(now), &Arc::clone));
        let all = before.all_findings().flat_map(Finding::components);
        let names = all.map(|id| (id.clone(), named(id))).collect();
        let told = now.all_findings().map(Finding::key).collect();
        Known { held, names, loudest: loudest(then, &named), told, present }
    }

    fn is_new(&self, finding: &Finding, now: &Stack) -> bool {
        let (mut key, mut severity) = (finding.key(), finding.severity);
        if let Some(present) = &self.present {
            key.component_id = self.held.now.name(now, &finding.component_id).into();
            // What shows only by what became known is no news.
            let Some(known) = present.get(&key) else { return false };
            severity = *known;
        }
        self.loudest.get(&key).is_none_or(|before| *before < severity)
    }

    fn is_mended(&self, finding: &Finding, before: &Stack, now: &Stack) -> bool {
        // What a plan leaves open until the apply is not mended by that.
        if now.is_record() && leaves_open(&finding.component_id, before, now) {
            return false;
        }
        let name = self.names.get(&finding.component_id).unwrap_or(&finding.component_id);
        if let Some(present) = &self.present {
            let id = now.name_now(&self.held.before.name(before, &finding.component_id)).into();
            let key = FindingKey { rule: finding.rule, component_id: id };
            if present.contains_key(&key) || !self.loudest.contains_key(&key) {
                return false;
            }
        }
        let key = FindingKey { rule: finding.rule, component_id: name.clone() };
        !self.told.contains(&key) && now.has(name)
    }
}

/// Whether a resource had a value that is not known now.
pub(crate) fn leaves_open(id: &str, before: &Stack, now: &Stack) -> bool {
    let body = |stack: &Stack, id: &str| {
        let declaring = stack.system().find(id).and_then(|index| stack.declaring_instance(index));
        let all = || {
            let resources = stack.resources()?;
            resources.instances.get(resources.find(id)?).map(Arc::as_ref)
        };
        declaring.or_else(all).map(|instance| instance.body.clone())
    };
    let (Some(then), Some(present)) = (body(before, id), body(now, &now.name_now(id))) else { return false };
    present.attributes.iter().any(|(name, attribute)| {
        let known = then.attributes.get(name).is_some_and(|then| then.value.is_wholly_known());
        known && !attribute.value.is_wholly_known()
    })
}

/// Score and share of the service that is lost, on both sides at the same entry points.
pub(crate) struct Measured {
    pub(crate) before: (Option<f64>, f64),
    pub(crate) after: (Option<f64>, f64),
    pub(crate) held: Held,
    pub(crate) gone: Gone,
}

impl Measured {
    pub(crate) fn of(before: &Stack, now: &Stack) -> Measured {
        let held = Held::of(before, now);
        let (then, present) = (held.before.of(before), held.now.of(now));
        let gone = Gone::of(then, present, !now.is_record());
        let measured = |assessment: &Assessment| (assessment.score, assessment.loss);
        let here = |index| gone.find(present, &then.id_of(index));
        let without = gone.without(then.system(), present.system(), &here);
        let without = down_since(then, present, without, &here);
        let system = without.as_ref().unwrap_or(present.system());
        let basis = &then.assessment.basis;
        let (still_there, carried) = carried_by(then, here);
        let own = &present.assessment;
        let (before, after) = if carried.entries.is_empty() {
            // Where every entrance was replaced, each side is measured at its own; where users have none left, nothing is.
            let faces_users = |basis: &Basis| basis.entries.iter().any(|entry| entry.reason != EntryReason::Source);
            let after = match (&without, own.score) {
                (_, Some(_)) if faces_users(basis) && !faces_users(&own.basis) => (Some(0.0), 1.0),
                (_, Some(_)) if gone.entries.iter().any(|index| gone.was_way_in(then, *index)) => (Some(0.0), 1.0),
                (Some(system), Some(_)) => measured(&assess_with(system, &own.basis)),
                _ => measured(own),
            };
            (measured(&then.assessment), after)
        } else {
            let at_base = match still_there == *basis {
                true => measured(&then.assessment),
                false => measured(&assess_with(then.system(), &still_there)),
            };
            // The same system at the same entry points needs no second look.
            let after = match without.is_none() && carried == own.basis {
                true => measured(own),
                false => measured(&assess_with(system, &carried)),
            };
            (at_base, after)
        };
        // Nobody knows how well that runs which nobody manages any more, and who came in by what is no more is not better off:
        // nothing is gained by it.
        let is_gain = matches!((before.0, after.0), (Some(before), Some(after)) if after > before);
        let after = if is_gain && (gone.has_forgotten() || !gone.entries.is_empty()) { before } else { after };
        // Of what is mostly not understood nothing is measured.
        let known = |stack: &Stack, (score, loss): (Option<f64>, f64)| {
            (score.filter(|_| !stack.judged().is_mostly_unknown()), loss)
        };
        let (before, after) = (known(then, before), known(present, after));
        Measured { before, after, held, gone }
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

/// The system of now in which what was switched off since the base is never up, so that nothing is gained by it; the one
/// that was given, where nothing was.
fn down_since(
    before: &Stack,
    now: &Stack,
    given: Option<System>,
    here: &dyn Fn(ComponentIndex) -> Option<ComponentIndex>,
) -> Option<System> {
    let is_off = |component: &Component| component.redundancy.instances.known() == Some(&0);
    let ran = before.system().iter().filter(|(_, component)| !is_off(component));
    let now_off = |index: &ComponentIndex| now.system().component(*index).is_some_and(is_off);
    let off: Vec<ComponentIndex> = ran.filter_map(|(index, _)| here(index)).filter(now_off).collect();
    if off.is_empty() {
        return given;
    }
    let mut system = given.unwrap_or_else(|| now.system().clone());
    for index in off {
        if let Some(component) = system.components.get_mut(index.index()) {
            take_down(Arc::make_mut(component), "it is switched off");
        }
    }
    Some(system)
}

/// The entry points of the base that are still there, as the base knows them and as they are known now.
pub(crate) fn carried(before: &Stack, now: &Stack) -> (Basis, Basis) {
    let find = |index: ComponentIndex| now.system().find(&now.name_now(before.system().component(index)?.id.as_str()));
    carried_by(before, find)
}

fn carried_by(before: &Stack, find: impl Fn(ComponentIndex) -> Option<ComponentIndex>) -> (Basis, Basis) {
    let basis = &before.assessment.basis;
    let entries = basis.entries.iter().filter_map(|entry| Some((*entry, find(entry.component)?)));
    let entries: Vec<(EntryPoint, ComponentIndex)> = entries.collect();
    let beside: Vec<_> = basis.beside.iter().filter_map(|&index| Some((index, find(index)?))).collect();
    let off: Vec<_> = basis.off.iter().filter_map(|&index| Some((index, find(index)?))).collect();
    let still_there = Basis {
        entries: entries.iter().map(|(entry, _)| *entry).collect(),
        beside: beside.iter().map(|(index, _)| *index).collect(),
        off: off.iter().map(|(index, _)| *index).collect(),
    };
    let carried = Basis {
        entries: entries.iter().map(|(entry, now)| EntryPoint { component: *now, ..*entry }).collect(),
        beside: beside.iter().map(|(_, now)| *now).collect(),
        off: off.iter().map(|(_, now)| *now).collect(),
    };
    (still_there, carried)
}
