//! Which change of the text a new finding comes from: changes are taken back one by one on a copy, and the one without
//! which the finding is gone is its cause. Within a changed block the same is done attribute by attribute.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::Evidence;
use foreshock_text::Place;

use crate::change::cause::Cause;
use crate::change::comparison::Measured;
use crate::change::score_regression;
use crate::change::since_base::{Change, changes};
use crate::dialect::{Reader, Texts};
use crate::findings::fix;
use crate::findings::rules::sort;
use crate::{Base, ChangeForm, Comparison, Finding, Severity, Stack};

/// More changed blocks than this are not tried: the cost is an analysis for each.
const MOST_BLOCKS: usize = 32;
/// More attributes of one block than this are not tried.
const MOST_ATTRIBUTES: usize = 16;
/// An attribute that gives back so much of what its block costs is the whole cause.
const NEARLY_ALL: f64 = 0.99;

impl Stack {
    /// The same stack, its new findings on the lines that cause them. `now` and `before` are the texts of both sides; `stop` is
    /// asked before each trial, which costs an analysis. `None` when it said so.
    pub fn with_causes(&self, now: &dyn Texts, before: &dyn Texts, stop: &dyn Fn() -> bool) -> Option<Stack> {
        let mut done = self.clone();
        done.explained = true;
        let Some((comparison, old)) = self.comparison().and_then(|c| Some((c, c.before.as_ref()?))) else {
            return Some(done);
        };
        let asked = |finding: &Finding| {
            let by_comparison = finding.is_score_regression() || finding.is_of_the_apply();
            finding.new && finding.severity >= Severity::Info && !by_comparison
        };
        let wanted: Vec<usize> =
            self.findings.iter().enumerate().filter(|(_, finding)| asked(finding)).map(|(index, _)| index).collect();
        // What only waits is not worth the time.
        let of_apply = |finding: &Finding| {
            finding.new && finding.is_of_the_apply() && (finding.is_removal() || finding.severity >= Severity::Info)
        };
        let is_applied = self.findings.iter().any(|finding| of_apply(finding));
        if wanted.is_empty() && !comparison.is_regression() && !is_applied {
            return Some(done);
        }
        let changes = self.by_relevance(changes(self, now, old, before), &wanted);
        for finding in done.findings.iter_mut().filter(|finding| of_apply(finding)) {
            let removed = changes.iter().find(|change| takes_away(change, finding, self, old));
            if let Some(change) = removed.or_else(|| written_at(&changes, finding)) {
                explain(Arc::make_mut(finding), &Cause::of(change), &comparison.base);
            }
        }
        let mut trials = Trials {
            stack: self,
            old,
            comparison,
            texts: now,
            stop,
            wanted: &wanted,
            changes: &changes,
            done: BTreeMap::new(),
            reader: self.dialect().reader(),
        };
        let mut with_causes = done;
        for (number, &index) in wanted.iter().enumerate() {
            let Some(finding) = with_causes.findings.get_mut(index) else { continue };
            // Nothing is the matter with a new resource but that it is as it is.
            if changes.iter().any(|change| change.form == ChangeForm::Added && is_around(change, &finding.block)) {
                continue;
            }
            if let Some(change) = trials.cause_of(&|outcome| outcome.mends.get(number) == Some(&true))? {
                let cause = Cause::of(change);
                explain(Arc::make_mut(finding), &cause, &comparison.base);
            }
        }
        // Somebody may have asked for silence on it.
        if let Some(told) = self.findings.iter().position(|finding| finding.is_score_regression()) {
            let cause = trials.dearest()?.map(Cause::of);
            let regression = score_regression::find(&with_causes, cause.as_ref());
            if let (Some(told), Some(regression)) = (with_causes.findings.get_mut(told), regression) {
                *told = Arc::new(Finding { new: told.new, ..Arc::unwrap_or_clone(regression) });
            }
        }
        sort(&mut with_causes.findings);
        Some(with_causes)
    }

    /// Whether something in it is new and nobody has looked for the cause.
    pub(crate) fn lacks_causes(&self) -> bool {
        let has_before = self.comparison().is_some_and(|comparison| comparison.before.is_some());
        has_before && !self.explained && self.findings.iter().any(|finding| finding.new)
    }

    /// The changes in the blocks of the findings first, then those of files that prove something, then the others.
    fn by_relevance(&self, mut changes: Vec<Change>, wanted: &[usize]) -> Vec<Change> {
        let findings: Vec<&Arc<Finding>> = wanted.iter().filter_map(|&index| self.findings.get(index)).collect();
        let rank = |change: &Change| {
            let own =
                findings.iter().any(|finding| is_around(change, &finding.place) || is_around(change, &finding.block));
            let mut proofs = findings.iter().flat_map(|finding| &finding.evidence);
            let proves = proofs.any(|evidence| is_around(change, &evidence.place));
            (!own, !proves)
        };
        changes.sort_by_cached_key(rank);
        changes.truncate(MOST_BLOCKS);
        changes
    }
}

/// Whether a change of the text is that a block is gone which a finding says is deleted.
fn takes_away(change: &Change, finding: &Finding, now: &Stack, old: &Stack) -> bool {
    if change.form != ChangeForm::Removed || change.what != change.owner {
        return false;
    }
    let is_it =
        |component: &&Arc<foreshock_model::Component>| now.name_now(component.id.as_str()) == *finding.component_id;
    let Some(component) = old.system().components.iter().find(is_it) else { return false };
    let declared = old.system().find(component.id.as_str()).and_then(|index| old.declaring_instance(index));
    let block = declared.map(|instance| format!("{}.{}", instance.type_name, instance.name));
    let file = component.place.as_ref().map(|place| &place.file);
    block.is_some_and(|block| block == change.what) && file == Some(&change.revert.place.file)
}

/// The change of an attribute that a finding stands on.
fn written_at<'c>(changes: &'c [Change], finding: &Finding) -> Option<&'c Change> {
    let around = changes.iter().find(|change| is_around(change, &finding.place))?;
    let part = around.parts.iter().find(|part| part.place == finding.place || is_around(part, &finding.place));
    part.filter(|part| part.form != ChangeForm::Removed)
}

fn is_around(change: &Change, place: &Place) -> bool {
    change.place.file == place.file && change.place.span.contains(place.span)
}

/// Puts a finding on the line that causes it, and says what that line was.
fn explain(finding: &mut Finding, cause: &Arc<Cause>, base: &Base) {
    let why = cause.words(base).into();
    if cause.form != ChangeForm::Removed {
        finding.place = cause.place.clone();
    }
    finding.evidence.insert(0, Evidence { place: cause.place.clone(), why });
    finding.cause = Some(cause.clone());
}

/// What taking back one change does.
#[derive(Default)]
struct Outcome {
    /// Of each wanted finding, whether it is gone.
    mends: Vec<bool>,
    /// Points that come back.
    gain: f64,
}

/// The number of a change, and that of one of its parts.
type Which = (usize, Option<usize>);

struct Trials<'a> {
    stack: &'a Stack,
    old: &'a Stack,
    comparison: &'a Comparison,
    texts: &'a dyn Texts,
    stop: &'a dyn Fn() -> bool,
    wanted: &'a [usize],
    changes: &'a [Change],
    done: BTreeMap<Which, Outcome>,
    reader: Box<dyn Reader>,
}

impl<'a> Trials<'a> {
    /// The change without which something holds, down to an attribute; the outer `None` when there is no time.
    fn cause_of(&mut self, holds: &dyn Fn(&Outcome) -> bool) -> Option<Option<&'a Change>> {
        for (number, change) in self.changes.iter().enumerate() {
            if holds(self.outcome((number, None))?) {
                return self.within(number, change, holds).map(Some);
            }
        }
        Some(None)
    }

    /// The part of a change that does it alone, else all of it.
    fn within(&mut self, number: usize, change: &'a Change, holds: &dyn Fn(&Outcome) -> bool) -> Option<&'a Change> {
        if let [only] = change.parts.as_slice() {
            return Some(only);
        }
        for (part, inner) in change.parts.iter().enumerate().take(MOST_ATTRIBUTES) {
            if holds(self.outcome((number, Some(part)))?) {
                return Some(inner);
            }
        }
        Some(change)
    }

    /// The change that costs most points.
    fn dearest(&mut self) -> Option<Option<&'a Change>> {
        let mut dearest: Option<(usize, f64)> = None;
        for number in 0..self.changes.len() {
            let gain = self.outcome((number, None))?.gain;
            if gain > dearest.map_or(0.0, |(_, most)| most) {
                dearest = Some((number, gain));
            }
        }
        let Some((number, gain)) = dearest else { return Some(None) };
        let Some(change) = self.changes.get(number) else { return Some(None) };
        self.within(number, change, &|outcome| outcome.gain >= gain * NEARLY_ALL).map(Some)
    }

    fn outcome(&mut self, which: Which) -> Option<&Outcome> {
        if !self.done.contains_key(&which) {
            if (self.stop)() {
                return None;
            }
            let outcome = self.tried(which).unwrap_or_default();
            self.done.insert(which, outcome);
        }
        self.done.get(&which)
    }

    fn tried(&mut self, (number, part): Which) -> Option<Outcome> {
        let change = self.changes.get(number)?;
        let change = match part {
            Some(part) => change.parts.get(part)?,
            None => change,
        };
        let after = fix::after(self.texts, self.stack, std::slice::from_ref(&change.revert), &mut *self.reader)?;
        let findings = self.wanted.iter().filter_map(|&index| self.stack.findings.get(index));
        let is_gone = |finding: &Arc<Finding>| {
            !after.findings.iter().any(|other| other.is_same(finding) && other.severity >= finding.severity)
        };
        let back = Measured::of(self.old, &after).after.0;
        let gain = back.zip(self.comparison.score_after).map_or(0.0, |(back, now)| back - now);
        Some(Outcome { mends: findings.map(is_gone).collect(), gain })
    }
}
