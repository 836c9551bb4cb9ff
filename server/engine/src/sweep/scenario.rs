//! A scenario: one or two faults that happen at the same time, with a stable name (semantics, section 3).

use std::ops::Deref;

use foreshock_model::{ComponentIndex, DependencyIndex, System};

use crate::{Fault, Health};

/// What kind of scenario it is, in the order of the enumeration: what there can be most of comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A whole component is down.
    Component,
    /// A zone is lost.
    Zone,
    /// A region is lost.
    Region,
    /// A shared domain is lost.
    Domain,
    /// A dependency is cut.
    Cut,
    /// A component has used up a resource.
    Exhausted,
    /// A component takes longer.
    Latency,
    /// More requests come from the users.
    Traffic,
    /// One instance is lost.
    Instance,
    /// A zone is lost while more requests come in.
    ZoneTraffic,
    /// Two of components, zones, domains, resources and latencies, a resource or a latency among them; only in systems
    /// of up to 30 components.
    LoadPair,
    /// Two of components, zones and domains.
    Pair,
}

impl Class {
    /// Every class with its name in JSON.
    pub const ALL: [(Class, &'static str); 12] = [
        (Class::Component, "component"),
        (Class::Zone, "zone"),
        (Class::Region, "region"),
        (Class::Domain, "domain"),
        (Class::Cut, "cut"),
        (Class::Exhausted, "exhausted"),
        (Class::Latency, "latency"),
        (Class::Traffic, "traffic"),
        (Class::Instance, "instance"),
        (Class::ZoneTraffic, "zone-traffic"),
        (Class::LoadPair, "load-pair"),
        (Class::Pair, "pair"),
    ];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(class, _)| *class == self).map_or("", |(_, name)| name)
    }
}

/// The faults of a scenario; reads as a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Faults {
    /// One.
    One(Fault),
    /// Two at the same time.
    Two([Fault; 2]),
}

impl Deref for Faults {
    type Target = [Fault];

    fn deref(&self) -> &[Fault] {
        match self {
            Faults::One(fault) => std::slice::from_ref(fault),
            Faults::Two(faults) => faults,
        }
    }
}

/// One or two faults at the same time. Ordered as they are enumerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scenario {
    /// What kind it is.
    pub class: Class,
    /// What fails.
    pub faults: Faults,
}

impl Scenario {
    /// A scenario of one fault.
    pub fn one(class: Class, fault: Fault) -> Scenario {
        Scenario { class, faults: Faults::One(fault) }
    }

    /// A scenario of two.
    pub fn two(class: Class, first: Fault, second: Fault) -> Scenario {
        Scenario { class, faults: Faults::Two([first, second]) }
    }

    /// The stable name, made of the user's own names: `component:db`, `instance:api#0`, `zone:a`, `cut:api->db`,
    /// `exhausted:db:disk`, `latency:db:x5`, `traffic:x3`, `pair:component:db+zone:a`.
    pub fn id(&self, system: &System) -> String {
        match self.faults {
            Faults::One(fault) => fault.id(system),
            Faults::Two([first, second]) => format!("pair:{}+{}", first.id(system), second.id(system)),
        }
    }
}

impl Fault {
    /// The stable name of a scenario that is this fault alone.
    pub fn id(self, system: &System) -> String {
        let of = |index: ComponentIndex| system.component(index).map_or("?", |component| component.id.as_str());
        match self {
            Fault::Unit(unit) => unit.name(system),
            Fault::Component(component) => format!("component:{}", of(component)),
            Fault::Instances { component, lost } => format!("instances:{}={lost}", of(component)),
            Fault::Cut(dependency) => cut_id(system, dependency),
            Fault::Exhausted { component, resource } => format!("exhausted:{}:{}", of(component), resource.name()),
            Fault::Latency { component, factor } => format!("latency:{}:x{factor}", of(component)),
            Fault::Traffic { entry: None, factor } => format!("traffic:x{factor}"),
            Fault::Traffic { entry: Some(entry), factor } => format!("traffic:{}:x{factor}", of(entry)),
            Fault::Impaired { component, health: Health::Overloaded } => format!("overloaded:{}", of(component)),
            Fault::Impaired { component, .. } => format!("degraded:{}", of(component)),
            Fault::Errors { component, share } => format!("errors:{}:{share}", of(component)),
        }
    }
}

/// `cut:api->db`; the second dependency between the same two is `cut:api->db#2`.
fn cut_id(system: &System, index: DependencyIndex) -> String {
    let Some(dependency) = system.dependencies.get(index.index()) else { return "cut:?".to_owned() };
    let of = |index: ComponentIndex| system.component(index).map_or("?", |component| component.id.as_str());
    let before = system.dependencies.iter().take(index.index()).rev();
    let same = before.take_while(|other| (other.from, other.to) == (dependency.from, dependency.to)).count();
    let number = if same == 0 { String::new() } else { format!("#{}", same + 1) };
    format!("cut:{}->{}{number}", of(dependency.from), of(dependency.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_million_stay_small() {
        assert!(size_of::<Fault>() <= 16, "{}", size_of::<Fault>());
        assert!(size_of::<Scenario>() <= 36, "{}", size_of::<Scenario>());
    }
}
