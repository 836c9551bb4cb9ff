//! How soon each component and each entry point is back after each sort of fault, and how much data is lost then (semantics,
//! section 11). Start reading at [`recovery_matrix`].
//!
//! Given what brings each component back by itself. Holds the order of recovery and what is lost behind an entry point. Knows the
//! layout. Must not know where a time is from, nor how likely a fault is: ranges, not distributions, which are `recovery`'s.

pub(crate) mod matrix;
mod order;
mod own;

use foreshock_model::{ComponentIndex, FaultClass, Keeps, Recoverability, System};

use crate::Basis;
use crate::recoverability::matrix::{Decided, EntryCell, EntryRecovery, Lost, OwnCell, RecoveryMatrix};
use crate::recoverability::order::Order;

/// How soon everything is back: `known` says of each component, in their order, what brings it back.
///
/// A component is back after its own repair and after everything that it requires, plus its own start; entry points are those of
/// `basis`. O(components + dependencies) for each class of faults.
pub fn recovery_matrix(system: &System, known: &[Recoverability], basis: &Basis) -> RecoveryMatrix {
    let nothing = Recoverability::default();
    let of = |index: usize| known.get(index).unwrap_or(&nothing);
    let components: Vec<[OwnCell; 4]> =
        system.components.iter().enumerate().map(|(index, component)| own::cells(component, of(index))).collect();
    let order = Order::of(system);
    let whole = FaultClass::ALL.map(|(class, _)| order.back(&components, known, class));
    let entries = basis.entries.iter().map(|entry| {
        let behind = order.behind(entry.component);
        let cells = FaultClass::ALL.map(|(class, _)| {
            let back = whole.get(class.index());
            EntryCell {
                rto: back.map_or(foreshock_model::TimeRange::UNKNOWN, |back| back.time(entry.component)),
                path: back.map_or_else(Vec::new, |back| back.path(entry.component)),
                low_path: back.map_or_else(Vec::new, |back| back.low_path(entry.component)),
                rpo: lost(&behind, &components, known, class),
            }
        });
        EntryRecovery { component: entry.component, behind, cells }
    });
    RecoveryMatrix { entries: entries.collect(), components }
}

/// The worst of the stores behind an entry point. What is only a copy of another store is no loss.
fn lost(
    behind: &[ComponentIndex],
    components: &[[OwnCell; 4]],
    known: &[Recoverability],
    class: FaultClass,
) -> Option<Lost> {
    let mut worst: Option<Lost> = None;
    for &store in behind {
        let is_store = known
            .get(store.index())
            .is_some_and(|it| it.keeps == Keeps::Data && it.copy_of.is_none_or(|original| !behind.contains(&original)));
        let Some(cell) = components.get(store.index()).and_then(|cells| cells.get(class.index())) else { continue };
        let Some((range, _)) = cell.rpo.filter(|_| is_store) else { continue };
        worst = Some(match worst {
            None => Lost { range, low: store, high: store },
            Some(so_far) => Lost {
                range: so_far.range.max(range),
                low: if range.low > so_far.range.low { store } else { so_far.low },
                high: if range.high > so_far.range.high { store } else { so_far.high },
            },
        });
    }
    worst
}

/// Whether both figures of a component are of the same way back: otherwise one can have either, not both.
pub fn is_one_way(cell: &OwnCell) -> bool {
    match (cell.rto.1, cell.rpo.map(|(_, decided)| decided)) {
        (Decided::Way(one), Some(Decided::Way(other))) => one == other,
        _ => true,
    }
}
