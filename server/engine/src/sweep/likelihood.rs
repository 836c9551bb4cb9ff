//! How likely scenarios are: the probabilities of their units.

use foreshock_model::{Component, ComponentIndex, Figure, Known, Probability, System};
use rayon::prelude::*;
use std::sync::Arc;

use crate::sweep::changes::Changes;
use crate::{Basis, Fault, Scenario, Unit, entry_outages, own_unavailability, unit_duration};

const SECONDS_PER_YEAR: f64 = 8766.0 * 3600.0;

/// The probability of each fault that has one.
#[derive(Clone, Debug)]
pub(crate) struct Likelihoods {
    instances: Vec<Option<f64>>,
    components: Vec<Option<f64>>,
    zones: Vec<Option<f64>>,
    domains: Vec<Option<f64>>,
    regions: Vec<Option<f64>>,
}

impl Likelihoods {
    pub(crate) fn of(system: &System) -> Likelihoods {
        Likelihoods::with(system, |_| None)
    }

    /// Those of these faults alone.
    fn asked(system: &System, faults: &[Fault]) -> Likelihoods {
        let is_asked = |index: usize| faults.contains(&Fault::Component(ComponentIndex(index as u32)));
        Likelihoods::with(system, |index| (!is_asked(index)).then_some(None))
    }

    /// Those of the next version. Components that are the same are as likely to fail.
    pub(crate) fn updated(&self, new: &System, changes: &Changes) -> Likelihoods {
        let mut known = vec![None; new.components.len()];
        for (old, &new) in self.components.iter().zip(&changes.maps.components) {
            let same = changes.changed.get(new as usize) == Some(&false);
            if let Some(known) = known.get_mut(new as usize).filter(|_| same) {
                *known = Some(*old);
            }
        }
        Likelihoods::with(new, |component| known.get(component).copied().flatten())
    }

    fn with(system: &System, known: impl Fn(usize) -> Option<Option<f64>> + Sync) -> Likelihoods {
        let of = |figure: &Figure| figure.unavailability.get();
        let instance = |component: &Arc<Component>| {
            // With an explicit figure for the whole there is no unit for an instance.
            let figure = component.reliability.instance.as_ref().filter(|_| component.reliability.whole.is_none());
            figure.map(of)
        };
        let component = |index: usize| known(index).unwrap_or_else(|| by_itself(system, ComponentIndex(index as u32)));
        Likelihoods {
            instances: system.components.iter().map(instance).collect(),
            components: (0..system.components.len()).into_par_iter().map(component).collect(),
            zones: system.zones.iter().map(|zone| Some(of(&zone.figure))).collect(),
            domains: system.domains.iter().map(|domain| Some(of(&domain.figure))).collect(),
            regions: system.regions.iter().map(|region| region.figure.as_ref().map(of)).collect(),
        }
    }

    pub(crate) fn of_fault(&self, fault: Fault) -> Option<f64> {
        let of = |list: &[Option<f64>], index: usize| list.get(index).copied().flatten();
        match fault {
            Fault::Component(component) => of(&self.components, component.index()),
            Fault::Unit(Unit::Instance { component, .. }) => of(&self.instances, component.index()),
            Fault::Unit(Unit::Zone(zone)) => of(&self.zones, zone.index()),
            Fault::Unit(Unit::Domain(domain)) => of(&self.domains, domain.index()),
            Fault::Unit(Unit::Region(region)) => of(&self.regions, region.index()),
            _ => None,
        }
    }

    /// The units of a scenario fail independently.
    pub(crate) fn of_scenario(&self, scenario: &Scenario) -> Option<f64> {
        scenario.faults.iter().try_fold(1.0, |product, &fault| Some(product * self.of_fault(fault)?))
    }
}

/// Probability that these faults are there at the same time, at any moment: their units fail independently. None where a
/// unit has no figure, or a fault is no unit.
pub fn likelihood(system: &System, faults: &[Fault]) -> Option<f64> {
    let likelihoods = Likelihoods::asked(system, faults);
    faults.iter().try_fold(1.0, |product, &fault| Some(product * likelihoods.of_fault(fault)?))
}

/// How often these faults come to be there at the same time, times a year of 8766 hours: one of them begins while the others
/// are there. None where a unit has no figure, or a fault is no unit.
pub fn times_a_year(system: &System, faults: &[Fault]) -> Option<f64> {
    let likelihoods = Likelihoods::asked(system, faults);
    let often = |fault: Fault| {
        let share = likelihoods.of_fault(fault)?;
        Some((share, often(system, fault, share)?))
    };
    let each: Option<Vec<(f64, f64)>> = faults.iter().copied().map(often).collect();
    let each = each.filter(|each| !each.is_empty())?;
    let begins = |place: usize| {
        let terms = each.iter().enumerate().map(|(other, (there, often))| if other == place { *often } else { *there });
        terms.product::<f64>()
    };
    Some((0..each.len()).map(begins).sum())
}

/// How often one fault begins that is there for this share of the time, times a year.
fn often(system: &System, fault: Fault, share: f64) -> Option<f64> {
    let unit = match fault {
        Fault::Component(component) => {
            let alone = alone(system, component)?;
            let found = entry_outages(&alone, &Basis::of(&alone), ComponentIndex(0))?;
            return Some(found.per_year.1);
        }
        Fault::Unit(unit) => unit,
        _ => return None,
    };
    let seconds = unit_duration(system, unit)?.law.mean();
    (seconds > 0.0).then(|| share * SECONDS_PER_YEAR / seconds)
}

/// Unavailability of a component by the units that are its own.
fn by_itself(system: &System, component: ComponentIndex) -> Option<f64> {
    own_unavailability(&alone(system, component)?, ComponentIndex(0)).map(Probability::get)
}

/// A component with the units that are its own; zones, domains and regions are scenarios of their own, and a pair of both is
/// a product only so.
fn alone(system: &System, component: ComponentIndex) -> Option<System> {
    let mut alone = system.component(component)?.clone();
    alone.redundancy.zones = Known::Known(Vec::new());
    alone.domains.clear();
    alone.region = None;
    alone.entry = Some(1.0);
    alone.recovery.needs.clear();
    alone.agent = None;
    Some(System { components: vec![alone.into()], ..System::default() })
}
