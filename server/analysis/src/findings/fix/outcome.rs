//! What becomes of a stack by an edit, kept for whoever asks next: a text that several stacks read is repaired in each of them,
//! and each of these repairs has to hold in all the others.

use std::sync::{Arc, Mutex, PoisonError};

use foreshock_model::ComponentId;

use super::{Edit, Gain, gain, is_it, is_louder, repaired};
use crate::dialect::{Reader, Understood};
use crate::{Finding, RuleId, Snapshot, Stack};

/// So many are kept; the oldest goes first.
const MOST_KEPT: usize = 512;

/// What became of stacks by edits.
#[derive(Debug, Default)]
pub(crate) struct Outcomes(Mutex<Vec<Kept>>);

#[derive(Debug)]
struct Kept {
    stack: Arc<Understood>,
    edits: Arc<[Edit]>,
    outcome: Option<Arc<Outcome>>,
}

/// A stack after an edit, as far as repairs ask.
#[derive(Debug)]
pub(super) struct Outcome {
    found: Vec<Found>,
    components: Vec<ComponentId>,
    pub(super) gain: Gain,
    /// Whether something is found that was not there before.
    pub(super) is_louder: bool,
}

/// What tells one finding from another.
#[derive(Debug)]
struct Found {
    rule: RuleId,
    components: Vec<Arc<str>>,
    fact: String,
}

impl Outcome {
    fn of(before: &Stack, after: &Stack) -> Outcome {
        let found = |finding: &Arc<Finding>| Found {
            rule: finding.rule,
            components: finding.components().cloned().collect(),
            fact: finding.fact(),
        };
        Outcome {
            found: after.findings.iter().map(found).collect(),
            components: after.system().components.iter().map(|component| component.id.clone()).collect(),
            gain: gain(before, after),
            is_louder: is_louder(before, after),
        }
    }

    /// Whether a finding is still there.
    pub(super) fn has(&self, finding: &Finding) -> bool {
        let of_rule = self.found.iter().filter(|found| found.rule == finding.rule);
        let mut same = of_rule.filter(|found| finding.components().any(|id| found.components.contains(id)));
        same.any(|found| found.fact == finding.fact())
    }

    /// Whether what was found fault with is there afterwards: without it nothing is wrong with it either.
    pub(super) fn keeps(&self, before: &Stack, finding: &Finding) -> bool {
        let Some(component) = finding.component.and_then(|index| before.system().component(index)) else { return true };
        self.components.iter().any(|other| is_it(component.id.as_str(), other.as_str()))
    }
}

/// What becomes of a stack by a repair; `None` when it can't be made. Kept where others will ask for it again: `is_shared`.
pub(super) fn outcome(
    snapshot: &Snapshot,
    stack: &Stack,
    edits: &[Edit],
    reader: &mut dyn Reader,
    is_shared: bool,
) -> Option<Arc<Outcome>> {
    let Outcomes(kept) = &*snapshot.outcomes;
    let own = stack.shared_understood();
    if is_shared {
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.iter().find(|kept| Arc::ptr_eq(&kept.stack, own) && *kept.edits == *edits) {
            return known.outcome.clone();
        }
    }
    let after = repaired(snapshot, stack, edits, reader);
    let outcome = after.map(|after| Arc::new(Outcome::of(stack, &after)));
    if is_shared {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push(Kept { stack: own.clone(), edits: edits.into(), outcome: outcome.clone() });
    }
    outcome
}
