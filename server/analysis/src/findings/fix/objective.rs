//! What somebody wants most of repairs, and those that serve it best: the points, the least change, or how soon users are served
//! again after a fault.

use std::sync::Arc;

use foreshock_model::{Bound, FaultClass};

use super::{Edit, Fix, Repair, repaired};
use crate::{Finding, Snapshot, Stack};

/// What repairs are chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// The score.
    Points,
    /// As few lines as can be.
    LeastChange,
    /// Recovery time and data loss after the loss of a zone.
    ZoneRecovery,
    /// The same after the loss of a region.
    RegionRecovery,
}

impl Objective {
    fn fault(self) -> Option<FaultClass> {
        match self {
            Objective::Points | Objective::LeastChange => None,
            Objective::ZoneRecovery => Some(FaultClass::Zone),
            Objective::RegionRecovery => Some(FaultClass::Region),
        }
    }
}

/// How all entry points of a stack together come back after a fault, at worst. The less of each, the better, the first first.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Recovered {
    /// Recovery times and data losses that are unrecoverable.
    pub unrecoverable: usize,
    /// Those that nobody knows.
    pub unknown: usize,
    /// The sum of the others.
    pub seconds: f64,
}

impl Recovered {
    /// Of the entry points of `of` that the stack has.
    fn of(stack: &Stack, of: &Stack, class: FaultClass) -> Recovered {
        let wanted: Vec<String> = of.recovery().matrix.entries.iter().map(|entry| of.id_of(entry.component)).collect();
        let mut sum = Recovered::default();
        let entries = stack.recovery().matrix.entries.iter();
        for entry in entries.filter(|entry| wanted.contains(&stack.id_of(entry.component))) {
            let Some(cell) = entry.cell(class) else { continue };
            for bound in std::iter::once(cell.rto.high).chain(cell.rpo.map(|lost| lost.range.high)) {
                match bound {
                    Bound::Seconds(seconds) => sum.seconds += seconds,
                    Bound::Unknown => sum.unknown += 1,
                    Bound::Unrecoverable => sum.unrecoverable += 1,
                }
            }
        }
        sum
    }
}

/// A proven repair that was chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The index of the stack in the snapshot.
    pub stack: usize,
    /// What it repairs.
    pub finding: Arc<Finding>,
    /// How.
    pub fix: Fix,
    /// So many lines are other ones afterwards.
    pub lines: usize,
    /// How the entry points come back before and after it alone, where that is what is wanted.
    pub recovery: Option<(Recovered, Recovered)>,
}

/// The repairs that serve an objective, the best first: of each finding one, each made together with those before it.
#[derive(Clone, Debug, Default)]
pub struct ChosenTogether {
    /// The repairs.
    pub repairs: Vec<Chosen>,
    /// Their edits, each once, in the order of the text.
    pub edits: Vec<Edit>,
    /// Of how many findings the repairs were not all tried.
    pub untried: usize,
}

/// The repairs of a snapshot that serve an objective, as far as they go together. Costs an analysis for each repair that is
/// proven, and for the recovery another one.
pub(crate) fn chosen(
    snapshot: &Snapshot,
    objective: Objective,
    most: usize,
    stop: &(dyn Fn() -> bool + Sync),
) -> ChosenTogether {
    let mut all: Vec<Chosen> = Vec::new();
    let mut untried = 0;
    for (number, stack) in snapshot.stacks.iter().enumerate() {
        let findings: Vec<&Finding> = stack.findings.iter().map(AsRef::as_ref).collect();
        let proven = snapshot.fixes_of(number, &findings, most, stop);
        untried += proven.iter().filter(|fixes| fixes.is_none()).count();
        for (finding, fixes) in stack.findings.iter().zip(proven) {
            let each = fixes.unwrap_or_default().into_iter();
            let each = each.filter_map(|fix| measured(snapshot, (number, stack), finding, fix, objective));
            let best = each.min_by(|one, other| by(objective, one, other));
            // One edit may repair several findings.
            all.extend(best.filter(|best| !all.iter().any(|known| known.fix.edits == best.fix.edits)));
        }
    }
    all.sort_by(|one, other| by(objective, one, other));
    let repairs: Vec<Repair<'_>> =
        all.iter().map(|one| Repair { stack: one.stack, finding: &one.finding, fix: &one.fix }).collect();
    let Some(together) = snapshot.fixes_together(&repairs, &|| false) else { return ChosenTogether::default() };
    let repairs = together.made.iter().filter_map(|&at| all.get(at).cloned()).collect();
    ChosenTogether { repairs, edits: together.edits, untried }
}

/// A repair with what the objective asks of it; none where it does nothing for that.
fn measured(
    snapshot: &Snapshot,
    (number, stack): (usize, &Arc<Stack>),
    finding: &Arc<Finding>,
    fix: Fix,
    objective: Objective,
) -> Option<Chosen> {
    let recovery = match objective.fault() {
        None => None,
        Some(class) => {
            let after = repaired(snapshot, stack, &fix.edits, &mut *stack.dialect().reader())?;
            let (before, after) = (Recovered::of(stack, stack, class), Recovered::of(&after, stack, class));
            Some((before, after))
        }
    };
    let is_of_use = match recovery {
        Some((before, after)) => after < before,
        None => objective != Objective::Points || fix.points.get() > 0.0,
    };
    let lines = fix.edits.iter().map(|edit| lines_of(snapshot, edit)).sum();
    is_of_use.then(|| Chosen { stack: number, finding: finding.clone(), fix, lines, recovery })
}

/// The lines that go and those that come, whichever are more.
fn lines_of(snapshot: &Snapshot, edit: &Edit) -> usize {
    let came = edit.text.trim_matches('\n').lines().count();
    let gone = snapshot.file(&edit.place.file).map(|file| file.text.slice(edit.place.span).lines().count());
    came.max(gone.unwrap_or_default())
}

/// Which of two repairs serves the objective more; of equals the one that gains more points, then the one that changes less.
fn by(objective: Objective, one: &Chosen, other: &Chosen) -> std::cmp::Ordering {
    let points = other.fix.points.total_cmp(&one.fix.points);
    let lines = one.lines.cmp(&other.lines);
    let first = match objective {
        Objective::Points => points,
        Objective::LeastChange => lines,
        Objective::ZoneRecovery | Objective::RegionRecovery => {
            let after = |chosen: &Chosen| chosen.recovery.map(|(_, after)| after).unwrap_or_default();
            after(one).partial_cmp(&after(other)).unwrap_or(std::cmp::Ordering::Equal)
        }
    };
    first.then(points).then(lines).then_with(|| one.fix.title.cmp(&other.fix.title))
}
