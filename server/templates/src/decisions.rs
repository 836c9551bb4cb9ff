//! Which way is taken where a condition is not known, so that every way is taken once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::Unknown;

/// The ways that are taken in one run.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    /// What is taken first, by the order of asking.
    script: Vec<bool>,
    /// What was taken.
    taken: Vec<bool>,
    /// The same thing is not decided twice.
    by_id: BTreeMap<u64, bool>,
    /// Why each was not known.
    pub(crate) reasons: Vec<Arc<str>>,
}

impl Decisions {
    /// Whether something that is not known is taken for true in this run.
    pub(crate) fn choose(&mut self, unknown: &Unknown) -> bool {
        if let Some(truth) = unknown.truth {
            return truth;
        }
        if let Some(truth) = self.by_id.get(&unknown.id) {
            return *truth != unknown.is_negated;
        }
        let choice = self.script.get(self.taken.len()).copied().unwrap_or(true);
        self.taken.push(choice);
        self.reasons.push(unknown.why.clone());
        self.by_id.insert(unknown.id, choice != unknown.is_negated);
        choice
    }

    /// The next way after this one; `None` after the last.
    pub(crate) fn next(mut self) -> Option<Decisions> {
        while let Some(last) = self.taken.pop() {
            if last {
                self.taken.push(false);
                return Some(Decisions { script: self.taken, ..Decisions::default() });
            }
        }
        None
    }
}
