//! What can fail, and how a component fares.

use foreshock_model::{ComponentIndex, DomainIndex, RegionIndex, System, ZoneIndex};

/// How a component fares. Ordered: a greater health is worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// Serves.
    #[default]
    Healthy,
    /// Serves with less: slower, without a function, without a reserve.
    Degraded,
    /// Serves a part of what is asked.
    Overloaded,
    /// Does not serve.
    Down,
}

/// A basic event: something that fails by itself and independently of all other units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// One instance of a component; instance 0 is the primary of a primary/standby component.
    Instance {
        /// Whose.
        component: ComponentIndex,
        /// Which, from 0.
        index: u32,
    },
    /// A zone with every instance placed in it.
    Zone(ZoneIndex),
    /// A region with every component in it.
    Region(RegionIndex),
    /// A shared domain with every component on it.
    Domain(DomainIndex),
    /// The promotion of a standby fails (when it is needed).
    Failover(ComponentIndex),
    /// The whole component at once: its regional service, its control plane.
    Service(ComponentIndex),
    /// The whole component at once, by its own people: a bad deploy, maintenance, corrupted data.
    Software(ComponentIndex),
    /// What can't be engineered away.
    Theoretical(ComponentIndex),
    /// A third party does not keep its promise.
    External(ComponentIndex),
    /// The only unit of a component with an explicit figure.
    Whole(ComponentIndex),
}

impl Unit {
    /// The component it belongs to; none for zones, regions and domains.
    pub fn component(self) -> Option<ComponentIndex> {
        match self {
            Unit::Instance { component, .. }
            | Unit::Failover(component)
            | Unit::Service(component)
            | Unit::Software(component)
            | Unit::Theoretical(component)
            | Unit::External(component)
            | Unit::Whole(component) => Some(component),
            Unit::Zone(_) | Unit::Region(_) | Unit::Domain(_) => None,
        }
    }

    /// A stable name made of the system's own names: `instance:db#0`, `zone:us-east-1a`, `domain:nat`, `service:db`.
    pub fn name(self, system: &System) -> String {
        let of = |index: ComponentIndex| system.component(index).map_or("?", |component| component.id.as_str());
        match self {
            Unit::Instance { component, index } => format!("instance:{}#{index}", of(component)),
            Unit::Zone(zone) => format!("zone:{}", system.zones.get(zone.index()).map_or("?", |zone| &zone.name)),
            Unit::Domain(domain) => {
                format!("domain:{}", system.domains.get(domain.index()).map_or("?", |domain| &domain.name))
            }
            Unit::Region(region) => {
                format!("region:{}", system.regions.get(region.index()).map_or("?", |region| &region.name))
            }
            Unit::Failover(component) => format!("failover:{}", of(component)),
            Unit::Service(component) => format!("service:{}", of(component)),
            Unit::Software(component) => format!("software:{}", of(component)),
            Unit::Theoretical(component) => format!("theoretical:{}", of(component)),
            Unit::External(component) => format!("external:{}", of(component)),
            Unit::Whole(component) => format!("whole:{}", of(component)),
        }
    }
}

/// A fault to inject, at time 0 and permanent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// One unit fails.
    Unit(Unit),
    /// The whole component is down, however many instances it has.
    Component(ComponentIndex),
    /// The first `lost` instances of a component are lost, the primary among them.
    Instances {
        /// Whose.
        component: ComponentIndex,
        /// How many; more than there are is all of them.
        lost: u32,
    },
}
