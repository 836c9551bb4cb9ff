//! What is told of the units of a part, by the indexes of the system: single points and common modes whose worth is not known
//! yet, since that is a share of the whole. The lists in them are shared with every assessment that tells the same.

use std::sync::Arc;

use foreshock_model::{ComponentIndex, MinutesPerYear, Points};

use crate::Unit;
use crate::assess::division::Part;
use crate::assess::single_points::{CommonMode, Fall, Fate, Fates, SinglePoint};

/// What is told of a part, each with what is saved by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) points: Vec<(SinglePoint, f64)>,
    pub(crate) common: Vec<(CommonMode, f64)>,
    /// What other parts have too.
    pub(crate) shared: Vec<Fate>,
}

impl Told {
    pub(crate) fn of(part: &Part, fates: &Fates) -> Told {
        let mut told = Told::default();
        fates.own.iter().for_each(|fate| told.put(of_system(part, fate)));
        told.shared = fates.shared.iter().map(|fate| of_system(part, fate)).collect();
        told
    }

    /// Adds a unit, whose indexes are those of the system.
    pub(crate) fn put(&mut self, fate: Fate) {
        let Fate { unit, count, common, fall, has_dependents, pinned, only_through_single_instances, saved } = fate;
        let Fall { tops, affected, down } = fall;
        let (component, tops) = (unit.component(), list(tops));
        let (points, minutes_per_year) = (Points::ZERO, MinutesPerYear::ZERO);
        if common {
            self.common.push((CommonMode { unit, component, tops, points, minutes_per_year }, saved));
            return;
        }
        let (affected, down, pinned) = (list(affected), list(down), list(pinned));
        let point = SinglePoint {
            unit,
            component,
            count,
            tops,
            affected,
            down,
            points,
            minutes_per_year,
            has_dependents,
            pinned,
            only_through_single_instances,
        };
        self.points.push((point, saved));
    }
}

/// Nothing has no memory of its own.
fn list(components: Vec<ComponentIndex>) -> Arc<[ComponentIndex]> {
    if components.is_empty() { Arc::default() } else { components.into() }
}

fn of_system(part: &Part, fate: &Fate) -> Fate {
    let all = |components: &[ComponentIndex]| components.iter().map(|&component| part.global(component)).collect();
    let Fall { tops, affected, down } = &fate.fall;
    let fall = Fall { tops: all(tops), affected: all(affected), down: all(down) };
    Fate { unit: unit_of_system(part, fate.unit), fall, pinned: all(&fate.pinned), ..*fate }
}

/// A unit by the indexes of the system.
pub(crate) fn unit_of_system(part: &Part, unit: Unit) -> Unit {
    match unit {
        Unit::Zone(_) | Unit::Region(_) | Unit::Domain(_) => unit,
        Unit::Instance { component, index } => Unit::Instance { component: part.global(component), index },
        Unit::Failover(component) => Unit::Failover(part.global(component)),
        Unit::CommonCause(component) => Unit::CommonCause(part.global(component)),
        Unit::Service(component) => Unit::Service(part.global(component)),
        Unit::Software(component) => Unit::Software(part.global(component)),
        Unit::Theoretical(component) => Unit::Theoretical(part.global(component)),
        Unit::External(component) => Unit::External(part.global(component)),
        Unit::Whole(component) => Unit::Whole(part.global(component)),
    }
}
