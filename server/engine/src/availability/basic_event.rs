use foreshock_model::{ComponentIndex, DomainIndex, RegionIndex, Source, System, ZoneIndex};

use crate::Unit;
use crate::diagram::variables::Variable;

/// What can happen by itself: a unit fails, or one of the things that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BasicEvent {
    /// A unit fails.
    Unit(Unit),
    /// At least so many of a component's equal instances fail. There are too many to follow each.
    Instances {
        /// Whose.
        component: ComponentIndex,
        /// How many.
        at_least: u32,
    },
    /// A standby of this component is being promoted.
    Promotion(ComponentIndex),
    /// The zone is lost in which this component is, and nobody knows which that is.
    UnknownZone(ComponentIndex),
}

impl BasicEvent {
    /// The event of a variable; none for a failure that lasts.
    pub(crate) fn of(variable: &Variable) -> Option<BasicEvent> {
        let unit = variable.unit.map(BasicEvent::Unit);
        let promotion = variable.promotes.map(|component| BasicEvent::Promotion(ComponentIndex(component)));
        let instances = variable.instances_of.map(|collapsed| BasicEvent::Instances {
            component: ComponentIndex(collapsed.component),
            at_least: collapsed.at_least,
        });
        let nowhere = variable.nowhere.map(|component| BasicEvent::UnknownZone(ComponentIndex(component)));
        unit.or(promotion).or(instances).or(nowhere)
    }

    /// A stable name made of the system's own names: as [`Unit::name`], `instances:api>=3`, `promotion:db`,
    /// `unknown-zone:db`.
    pub fn name(self, system: &System) -> String {
        let of = |index: ComponentIndex| system.component(index).map_or("?", |component| component.id.as_str());
        match self {
            BasicEvent::Unit(unit) => unit.name(system),
            BasicEvent::Instances { component, at_least } => format!("instances:{}>={at_least}", of(component)),
            BasicEvent::Promotion(component) => format!("promotion:{}", of(component)),
            BasicEvent::UnknownZone(component) => format!("unknown-zone:{}", of(component)),
        }
    }

    /// Whose it is.
    pub fn part(self) -> Part {
        match self {
            BasicEvent::Unit(Unit::Zone(zone)) => Part::Zone(zone),
            BasicEvent::Unit(Unit::Domain(domain)) => Part::Domain(domain),
            BasicEvent::Unit(Unit::Region(region)) => Part::Region(region),
            BasicEvent::Unit(
                Unit::Instance { component, .. }
                | Unit::Failover(component)
                | Unit::CommonCause(component)
                | Unit::Service(component)
                | Unit::Software(component)
                | Unit::Theoretical(component)
                | Unit::External(component)
                | Unit::Whole(component),
            )
            | BasicEvent::Instances { component, .. }
            | BasicEvent::Promotion(component)
            | BasicEvent::UnknownZone(component) => Part::Component(component),
        }
    }

    /// Where its number comes from.
    pub(crate) fn source(self, system: &System) -> Option<&Source> {
        let component = |index: ComponentIndex| system.component(index);
        let unit = match self {
            BasicEvent::Unit(unit) => unit,
            BasicEvent::Instances { component, .. } => Unit::Instance { component, index: 0 },
            BasicEvent::UnknownZone(_) => return None,
            BasicEvent::Promotion(index) => {
                return component(index).map(|component| &component.redundancy.failover.seconds.source);
            }
        };
        let figure = match unit {
            Unit::Failover(index) => {
                return component(index).map(|component| &component.redundancy.failover.coverage.source);
            }
            Unit::CommonCause(index) => {
                return component(index)?.reliability.common_cause.as_ref().map(|cause| &cause.source);
            }
            Unit::Zone(zone) => Some(&system.zones.get(zone.index())?.figure),
            Unit::Domain(domain) => Some(&system.domains.get(domain.index())?.figure),
            Unit::Region(region) => system.regions.get(region.index())?.figure.as_ref(),
            Unit::Instance { component: index, .. } => component(index)?.reliability.instance.as_ref(),
            Unit::Service(index) => component(index)?.reliability.service.as_ref(),
            Unit::Software(index) => component(index)?.reliability.software.as_ref(),
            Unit::Theoretical(index) => component(index)?.reliability.theoretical.as_ref(),
            Unit::External(index) => component(index)?.reliability.external.as_ref(),
            Unit::Whole(index) => component(index)?.reliability.whole.as_ref(),
        };
        figure.map(|figure| &figure.source)
    }
}

/// Something that has a name of its own in the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A component.
    Component(ComponentIndex),
    /// A zone.
    Zone(ZoneIndex),
    /// A shared domain.
    Domain(DomainIndex),
    /// A region.
    Region(RegionIndex),
}

impl Part {
    /// Its name in the system: a component's id, `zone:us-east-1a`, `domain:nat`, `region:us-east-1`.
    pub fn name(self, system: &System) -> String {
        match self {
            Part::Component(index) => system.component(index).map_or("?", |component| component.id.as_str()).to_owned(),
            Part::Zone(zone) => Unit::Zone(zone).name(system),
            Part::Domain(domain) => Unit::Domain(domain).name(system),
            Part::Region(region) => Unit::Region(region).name(system),
        }
    }
}
