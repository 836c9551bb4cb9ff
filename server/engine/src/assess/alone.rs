//! A component by itself, as if everything it depends on were perfect.

use foreshock_model::{ComponentIndex, Known, Probability, Reliability, System};

use crate::assess;

/// Unavailability of a component by its own causes: instances, zones, shared domains, failover and the service as a
/// whole, dependencies left out. `None` where there is no figure for it, or its number of instances is not known.
pub fn own_unavailability(system: &System, component: ComponentIndex) -> Option<Probability> {
    let component = system.component(component)?;
    let Reliability { instance, common_cause: _, service, software, theoretical, external, whole } =
        &component.reliability;
    let figures = [instance, service, software, theoretical, external, whole];
    if figures.iter().all(|figure| figure.is_none()) || !matches!(component.redundancy.instances, Known::Known(1..)) {
        return None;
    }
    let mut alone = component.clone();
    alone.entry = Some(1.0);
    alone.recovery.needs.clear();
    alone.agent = None;
    alone.may_be_absent = None;
    // Its own causes, wherever it is: the score tells what a zone that nobody names may cost.
    if alone.redundancy.zones.known().is_none() {
        alone.redundancy.zones = Known::Known(Vec::new());
    }
    let alone = System {
        components: vec![alone.into()],
        dependencies: Vec::new(),
        alternatives: Vec::new(),
        zones: system.zones.clone(),
        domains: system.domains.clone(),
        regions: system.regions.clone(),
        objectives: Vec::new(),
        recovery_targets: Vec::new(),
    };
    Some(Probability::clamped(assess(&alone).expected_unavailability))
}
