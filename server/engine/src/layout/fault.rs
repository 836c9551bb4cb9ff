//! What can fail, and how a component fares.

use std::fmt;

use foreshock_model::{ComponentIndex, ComponentKind, DependencyIndex, DomainIndex, RegionIndex, System, ZoneIndex};

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
    /// All instances of a component at once, by one cause: a configuration, a deploy, data (the beta factor).
    CommonCause(ComponentIndex),
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
            | Unit::CommonCause(component)
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
            Unit::CommonCause(component) => format!("common-cause:{}", of(component)),
            Unit::Service(component) => format!("service:{}", of(component)),
            Unit::Software(component) => format!("software:{}", of(component)),
            Unit::Theoretical(component) => format!("theoretical:{}", of(component)),
            Unit::External(component) => format!("external:{}", of(component)),
            Unit::Whole(component) => format!("whole:{}", of(component)),
        }
    }
}

/// What an instance has a limited amount of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Processor time. Work moves to the instances that have some left.
    Cpu,
    /// Connections, ports, concurrent requests. They move like processor time does.
    Connections,
    /// Memory: its processes are killed, and whatever made it run out is on every instance.
    Memory,
    /// Disk: nothing can be written any more, and the data that fill it are on every instance.
    Disk,
}

impl Resource {
    /// The name in files and in ids of scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Resource::Cpu => "cpu",
            Resource::Connections => "connections",
            Resource::Memory => "memory",
            Resource::Disk => "disk",
        }
    }

    /// The resource of that name.
    pub fn from_name(name: &str) -> Option<Resource> {
        use Resource::{Connections, Cpu, Disk, Memory};
        [Cpu, Connections, Memory, Disk].into_iter().find(|resource| resource.name() == name)
    }

    /// Whether it takes the component DOWN. What moves to other instances overloads at 100 %; what stays where it is
    /// ends the work.
    pub fn stops(self) -> bool {
        matches!(self, Resource::Memory | Resource::Disk)
    }

    /// What a component of this kind can run out of by itself. What a provider scales or a third party owns has only
    /// limits on how much can be asked of it at the same time, or none of ours.
    pub fn of(kind: ComponentKind) -> &'static [Resource] {
        use ComponentKind as Kind;
        use Resource::{Connections, Cpu, Disk, Memory};
        match kind {
            Kind::WebServer | Kind::AppServer | Kind::Database | Kind::ControlPlane | Kind::Custom => {
                &[Cpu, Connections, Memory, Disk]
            }
            Kind::Cache | Kind::LoadBalancer | Kind::ApiGateway | Kind::SecretStore | Kind::Identity => {
                &[Cpu, Connections, Memory]
            }
            Kind::AiAgent | Kind::ToolService | Kind::AgentOrchestrator => &[Cpu, Connections, Memory],
            Kind::Queue | Kind::Monitoring => &[Cpu, Connections, Memory, Disk],
            Kind::ScheduledJob | Kind::Automation => &[Cpu, Memory, Disk],
            // Ports of a gateway, concurrent executions, requests a minute.
            Kind::Network | Kind::Serverless | Kind::LlmEndpoint => &[Connections],
            Kind::Storage => &[Disk],
            Kind::Cdn | Kind::Dns | Kind::ExternalApi => &[],
        }
    }
}

/// How many times as much, in steps of a thousandth, so that equal factors are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor(u32);

impl Factor {
    /// `n` thousandths: 1500 is one and a half times.
    pub const fn thousandths(n: u32) -> Factor {
        Factor(n)
    }

    /// The nearest factor; `None` for NaN, negative numbers and those of four million and more.
    pub fn new(value: f64) -> Option<Factor> {
        let thousandths = (value * 1000.0).round();
        (0.0..f64::from(u32::MAX)).contains(&thousandths).then_some(Factor(thousandths as u32))
    }

    /// As a number.
    pub fn get(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl fmt::Display for Factor {
    /// `5`, `1.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.get())
    }
}

/// A share of something, in steps of a millionth, so that equal shares are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

impl Share {
    /// The nearest share; `None` outside of 0..=1 and for NaN.
    pub fn new(value: f64) -> Option<Share> {
        (0.0..=1.0).contains(&value).then(|| Share((value * 1e6).round() as u32))
    }

    /// As a number, 0..=1.
    pub fn get(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl fmt::Display for Share {
    /// `20%`, `0.5%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 1e4)
    }
}

/// A fault to inject, at time 0 and permanent. Ordered as scenarios are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The whole component is down, however many instances it has.
    Component(ComponentIndex),
    /// One unit fails.
    Unit(Unit),
    /// The first `lost` instances of a component are lost, the primary among them.
    Instances {
        /// Whose.
        component: ComponentIndex,
        /// How many; more than there are is all of them.
        lost: u32,
    },
    /// A dependency is lost: its caller sees the target as DOWN, others don't.
    Cut(DependencyIndex),
    /// A component has used up a resource. CPU and connections: what moves to survivors is at 100 %, so that without a
    /// spare it is OVERLOADED and with an instance less DOWN. Memory and disk: DOWN, see [`Resource::stops`].
    Exhausted {
        /// Whose.
        component: ComponentIndex,
        /// What.
        resource: Resource,
    },
    /// The component takes so many times as long for one request by itself (latency mode). Does nothing where its own
    /// latency is not known.
    Latency {
        /// Whose.
        component: ComponentIndex,
        /// How many times.
        factor: Factor,
    },
    /// So many times as many requests come from the users (traffic mode).
    Traffic {
        /// At this entry point only; at all of them when none is given. Nothing comes in where there is no entry point.
        entry: Option<ComponentIndex>,
        /// How many times.
        factor: Factor,
    },
    /// A gray fault: the component serves with less, or only a part of what is asked, whatever it depends on.
    Impaired {
        /// Whose.
        component: ComponentIndex,
        /// DEGRADED or OVERLOADED; anything else is read as DEGRADED.
        health: Health,
    },
    /// A gray fault: the component fails this share of its requests and answers the others.
    Errors {
        /// Whose.
        component: ComponentIndex,
        /// How many of its requests.
        share: Share,
    },
}

impl Fault {
    /// Whether something is broken, so that a repair ends it. Nobody says when a slow or gray component, or more traffic, is over.
    pub fn is_repaired(&self) -> bool {
        !matches!(self, Fault::Latency { .. } | Fault::Traffic { .. } | Fault::Impaired { .. } | Fault::Errors { .. })
    }
}
