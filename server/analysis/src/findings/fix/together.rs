//! Repairs that are made at once. Each may be proven by itself and yet two of them not go together: one sets what the other
//! relies on. So the sum is proven as well, and what does not go with the rest is left out.

use std::collections::BTreeMap;

use super::{Edit, Fix, gain, holds_elsewhere, is_louder, repaired};
use crate::dialect::{Reader, StackKind};
use crate::{Finding, Snapshot};

/// The sum is analysed so many times at most; what is undecided then is left out. Leaving out one of a hundred takes eight.
const MOST_TRIALS: usize = 48;

/// A proven repair of a finding of a stack.
#[derive(Clone, Copy, Debug)]
pub struct Repair<'a> {
    /// The index of the stack in the snapshot.
    pub stack: usize,
    /// What it repairs.
    pub finding: &'a Finding,
    /// How.
    pub fix: &'a Fix,
}

/// Repairs that hold what they promise when all are made at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Together {
    /// Those of the repairs that are made, by their places in what was given, ascending.
    pub made: Vec<usize>,
    /// Their edits, each once, in the order of the text.
    pub edits: Vec<Edit>,
}

/// The repairs, in their order, that go together. All that do, where nothing is in the way of another; else the most from
/// the first on, and of those that follow whatever goes with them. `None` when `stop` said so; it is asked before each
/// trial.
pub(crate) fn together(snapshot: &Snapshot, repairs: &[Repair<'_>], stop: &dyn Fn() -> bool) -> Option<Together> {
    let mut trials = Trials { snapshot, repairs, stop, left: MOST_TRIALS, readers: BTreeMap::new() };
    let mut made: Vec<usize> = Vec::new();
    let mut open: Vec<usize> = (0..repairs.len()).collect();
    while !open.is_empty() {
        // Holds with the first `good` of those that are open, and does not with the first `bad`.
        let (mut good, mut bad) = (0, open.len() + 1);
        while bad - good > 1 {
            // All at once first: mostly nothing is in the way of anything.
            let middle = if bad > open.len() { open.len() } else { good + (bad - good) / 2 };
            if trials.hold(&with(&made, open.get(..middle)?))? {
                good = middle;
            } else {
                bad = middle;
            }
        }
        made.extend(open.drain(..good));
        // The next is what does not go with them.
        if !open.is_empty() {
            open.remove(0);
        }
        if trials.left == 0 {
            break;
        }
    }
    let edits = edits(made.iter().filter_map(|&at| repairs.get(at))).unwrap_or_default();
    Some(Together { made, edits })
}

fn with(made: &[usize], more: &[usize]) -> Vec<usize> {
    made.iter().chain(more).copied().collect()
}

struct Trials<'a> {
    snapshot: &'a Snapshot,
    repairs: &'a [Repair<'a>],
    stop: &'a dyn Fn() -> bool,
    left: usize,
    /// By the dialect: what was parsed for one trial serves the next.
    readers: BTreeMap<StackKind, Box<dyn Reader>>,
}

impl Trials<'_> {
    /// Whether these hold together what each promises; `None` when there is no time. What can't be tried any more does not.
    fn hold(&mut self, which: &[usize]) -> Option<bool> {
        let repairs: Vec<Repair<'_>> = which.iter().filter_map(|&at| self.repairs.get(at)).copied().collect();
        let Some(edits) = edits(repairs.iter()) else { return Some(false) };
        let mut by_stack: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
        for repair in &repairs {
            by_stack.entry(repair.stack).or_default().push(repair.finding);
        }
        for (stack, findings) in by_stack {
            if (self.stop)() {
                return None;
            }
            if self.left == 0 {
                return Some(false);
            }
            self.left -= 1;
            if !self.hold_in(stack, &findings, &edits) {
                return Some(false);
            }
        }
        Some(true)
    }

    fn hold_in(&mut self, index: usize, findings: &[&Finding], edits: &[Edit]) -> bool {
        let Some(stack) = self.snapshot.stacks.get(index).and_then(|stack| stack.repaired_in()) else { return false };
        let reader = self.readers.entry(stack.dialect().id()).or_insert_with(|| stack.dialect().reader());
        let after = repaired(self.snapshot, stack, edits, &mut **reader);
        after.is_some_and(|after| {
            let still_there = after.findings.iter().any(|other| findings.iter().any(|finding| finding.is_still(other)));
            let points = gain(stack, &after).points;
            let gains =
                if findings.iter().any(|finding| finding.moves_the_score()) { points > 0.0 } else { points >= 0.0 };
            !still_there
                && gains
                && !is_louder(stack, &after)
                && holds_elsewhere(self.snapshot, stack, edits, &mut **reader)
        })
    }
}

/// The edits of all of them in the order of the text, each once; `None` when two of different repairs touch.
fn edits<'a>(repairs: impl Iterator<Item = &'a Repair<'a>>) -> Option<Vec<Edit>> {
    let mut all: Vec<Edit> = Vec::new();
    for repair in repairs {
        let new: Vec<&Edit> = repair.fix.edits.iter().filter(|edit| !all.contains(edit)).collect();
        if new.iter().any(|edit| all.iter().any(|other| touch(edit, other))) {
            return None;
        }
        all.extend(new.into_iter().cloned());
    }
    all.sort_by(|one, other| one.place.cmp(&other.place));
    Some(all)
}

fn touch(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.place.span, other.place.span);
    one.place.file == other.place.file && a.start <= b.end && b.start <= a.end
}
