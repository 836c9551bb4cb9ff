//! How one component comes back by itself: who is left, else the best of its ways back.

use foreshock_model::{Bound, Component, FaultClass, Keeps, Recoverability, Replication, TimeRange};

use crate::recoverability::matrix::{Decided, OwnCell};

/// Its cells in the order of [`FaultClass::ALL`]. A larger fault is never milder.
pub(super) fn cells(component: &Component, known: &Recoverability) -> [OwnCell; 4] {
    let mut cells = FaultClass::ALL.map(|(class, _)| cell(component, known, class));
    let [_, instance, zone, region] = &mut cells;
    at_least(zone, *instance);
    at_least(region, *zone);
    cells
}

fn at_least(cell: &mut OwnCell, milder: OwnCell) {
    let worse = |one: (TimeRange, Decided), other: (TimeRange, Decided)| {
        let range = one.0.max(other.0);
        (
            range,
            if range.high > one.0.high || range.high == one.0.high && range.low > one.0.low { other.1 } else { one.1 },
        )
    };
    cell.rto = worse(cell.rto, milder.rto);
    cell.repair = cell.repair.max(milder.repair);
    cell.rpo = match (cell.rpo, milder.rpo) {
        (Some(one), Some(other)) => Some(worse(one, other)),
        (one, other) => one.or(other),
    };
}

fn cell(component: &Component, known: &Recoverability, class: FaultClass) -> OwnCell {
    let ways = known.ways.iter().enumerate().filter(|(_, way)| way.is_there_after(class));
    let best = best(ways.clone().map(|(index, way)| (index, way.takes(), way.doubt.is_none())), known);
    let survives = survives(component, known, class);
    let ejects =
        known.ejects.as_ref().map_or(TimeRange::ZERO, |(step, _)| TimeRange { low: Bound::ZERO, ..step.takes });
    let (repair, decided) = match survives {
        Some(true) => (ejects, Decided::Survivors),
        Some(false) => best,
        None => (TimeRange { low: Bound::ZERO, high: best.0.high.max(ejects.high) }, best.1),
    };
    let ages = ways.filter_map(|(index, way)| Some((index, way.age?, way.doubt.is_none())));
    let rpo = match known.keeps {
        Keeps::Nothing => None,
        Keeps::Copies | Keeps::Messages | Keeps::Data => Some(self::best(ages, known)),
    };
    let started = match decided {
        // Those that are left run already.
        Decided::Survivors => repair,
        _ => with_start(repair, known),
    };
    OwnCell { rto: (started, decided), rpo, repair }
}

/// The repair with the start after it. What is not down does not start.
pub(super) fn with_start(repair: TimeRange, known: &Recoverability) -> TimeRange {
    let start = known.start.as_ref().map_or(TimeRange::ZERO, |start| start.takes);
    let end = |repair: Bound, start: Bound| if repair == Bound::ZERO { repair } else { repair.then(start) };
    TimeRange { low: end(repair.low, start.low), high: end(repair.high, start.high) }
}

/// The best of some figures, each with whether it is there for sure: the lowest low end of all, and the lowest high end of those that
/// are. The figure that has the latter decides.
fn best(figures: impl Iterator<Item = (usize, TimeRange, bool)>, known: &Recoverability) -> (TimeRange, Decided) {
    // Of what nobody knows, there may be better ways than those that are told.
    let without = if known.is_known { Bound::Unrecoverable } else { Bound::Unknown };
    let mut found: Option<(TimeRange, usize, bool)> = None;
    for (index, range, is_sure) in figures {
        let high = if is_sure { range.high } else { without };
        found = Some(match found {
            None => (TimeRange { low: range.low, high }, index, is_sure),
            Some((so_far, decides, was_sure)) => {
                let is_better = high < so_far.high || high == so_far.high && is_sure && !was_sure;
                let low = so_far.low.min(range.low);
                match is_better {
                    true => (TimeRange { low, high }, index, is_sure),
                    false => (TimeRange { low, high: so_far.high }, decides, was_sure),
                }
            }
        });
    }
    match found {
        Some((range, decides, _)) if known.is_known => (range, Decided::Way(decides)),
        Some((range, decides, _)) => {
            (TimeRange { low: Bound::ZERO, high: range.high.min(without) }, Decided::Way(decides))
        }
        None if known.is_known => (TimeRange::UNRECOVERABLE, Decided::NoWay),
        None => (TimeRange::UNKNOWN, Decided::NotKnown),
    }
}

/// Whether enough are left after that fault; none where that can't be told. A store whose instances are not alike is not asked:
/// what its other instances hold is for its ways back to say.
fn survives(component: &Component, known: &Recoverability, class: FaultClass) -> Option<bool> {
    if matches!(known.keeps, Keeps::Data | Keeps::Messages) || class == FaultClass::Software {
        return Some(false);
    }
    if known.is_global {
        return Some(true);
    }
    let redundancy = &component.redundancy;
    if class == FaultClass::Region {
        return Some(false);
    }
    if redundancy.replication == Replication::PrimaryStandby {
        return Some(false);
    }
    let zones = redundancy.zones.known();
    // A service of the region: the provider spreads it, unless it has instances of its own that can fail.
    if zones.is_some_and(Vec::is_empty) && redundancy.instances.known().is_none_or(|&count| count <= 1) {
        match component.reliability.instance {
            None => return Some(true),
            Some(_) if class == FaultClass::Zone => return Some(false),
            Some(_) => {}
        }
    }
    let instances = redundancy.instances.known().copied()?;
    let lost = match class {
        FaultClass::Instance => 1,
        _ => match zones?.len() as u32 {
            // Not in any zone of its own.
            0 => return None,
            count => instances.div_ceil(count),
        },
    };
    Some(instances.saturating_sub(lost) >= redundancy.required)
}
