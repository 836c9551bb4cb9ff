//! A component: what serves and can fail, with its redundancy, load, recovery and figures.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use foreshock_text::{Place, visible};

use crate::{Cause, ComponentIndex, Probability, RegionIndex, Reliability, Seconds, Source, ZoneIndex};

/// The stable name of a component: a resource address or the id given in infra YAML.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(Arc<str>);

impl ComponentId {
    /// An id. Control characters in it, line breaks among them, become pictures: an id ends in terminals and logs.
    pub fn new(id: impl Into<Arc<str>>) -> ComponentId {
        let id = id.into();
        match visible(&id) {
            Cow::Borrowed(_) => ComponentId(id),
            Cow::Owned(visible) => ComponentId(visible.into()),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, shared with whoever has the id.
    pub fn shared(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl fmt::Debug for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a component is for. The names of the infra schema, extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are the documentation
pub enum ComponentKind {
    LoadBalancer,
    Cdn,
    ApiGateway,
    Dns,
    WebServer,
    AppServer,
    Serverless,
    ScheduledJob,
    Database,
    Cache,
    Queue,
    Storage,
    Network,
    Identity,
    ControlPlane,
    SecretStore,
    Monitoring,
    ExternalApi,
    AiAgent,
    LlmEndpoint,
    ToolService,
    AgentOrchestrator,
    Automation,
    Custom,
}

impl ComponentKind {
    /// Every kind with its name in files and in JSON.
    pub const ALL: [(ComponentKind, &'static str); 24] = [
        (ComponentKind::LoadBalancer, "load_balancer"),
        (ComponentKind::Cdn, "cdn"),
        (ComponentKind::ApiGateway, "api_gateway"),
        (ComponentKind::Dns, "dns"),
        (ComponentKind::WebServer, "web_server"),
        (ComponentKind::AppServer, "app_server"),
        (ComponentKind::Serverless, "serverless"),
        (ComponentKind::ScheduledJob, "scheduled_job"),
        (ComponentKind::Database, "database"),
        (ComponentKind::Cache, "cache"),
        (ComponentKind::Queue, "queue"),
        (ComponentKind::Storage, "storage"),
        (ComponentKind::Network, "network"),
        (ComponentKind::Identity, "identity"),
        (ComponentKind::ControlPlane, "control_plane"),
        (ComponentKind::SecretStore, "secret_store"),
        (ComponentKind::Monitoring, "monitoring"),
        (ComponentKind::ExternalApi, "external_api"),
        (ComponentKind::AiAgent, "ai_agent"),
        (ComponentKind::LlmEndpoint, "llm_endpoint"),
        (ComponentKind::ToolService, "tool_service"),
        (ComponentKind::AgentOrchestrator, "agent_orchestrator"),
        (ComponentKind::Automation, "automation"),
        (ComponentKind::Custom, "custom"),
    ];

    /// The name in files and JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("custom", |(_, name)| name)
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<ComponentKind> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// Whether users reach it directly, unless it is internal and called (semantics, section 6).
    pub fn is_user_facing(self) -> bool {
        use ComponentKind::{ApiGateway, Cdn, Dns, LoadBalancer};
        matches!(self, LoadBalancer | Cdn | ApiGateway | Dns)
    }

    /// Whether it is there for others: by itself, with nothing before and behind it, it serves nobody.
    pub fn is_supporting(self) -> bool {
        use ComponentKind::{ControlPlane, Identity, Monitoring, Network, SecretStore, Storage};
        matches!(self, Network | Identity | SecretStore | Monitoring | Storage | ControlPlane)
    }

    /// Whether it keeps data: one that needs another of its type copies from it and serves nobody on its behalf.
    pub fn is_store(self) -> bool {
        use ComponentKind::{Cache, Database, Queue, Storage};
        matches!(self, Database | Cache | Queue | Storage)
    }
}

/// A fact that may not be knowable from the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Known<T> {
    /// Known.
    Known(T),
    /// Not known, with the reason in the user's words.
    Unknown(Arc<str>),
}

impl<T> Known<T> {
    /// The value, if known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Known::Known(value) => Some(value),
            Known::Unknown(_) => None,
        }
    }
}

/// A fact with its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Sourced<T> {
    /// The fact.
    pub value: T,
    /// Where it comes from.
    pub source: Source,
}

/// How instances share the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replication {
    /// Any `required` of the instances serve (stateless kinds).
    ActiveActive,
    /// One primary serves, the others stand by (single-writer databases, caches with failover).
    PrimaryStandby,
}

/// Who promotes a standby.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailoverMode {
    /// The platform.
    Automatic,
    /// A person.
    Manual,
    /// Nobody: there is nothing to promote.
    None,
}

/// Failover of a primary/standby component.
#[derive(Clone, Debug, PartialEq)]
pub struct Failover {
    /// Who promotes.
    pub mode: Known<FailoverMode>,
    /// How long promotion takes.
    pub seconds: Sourced<Seconds>,
    /// Share of primary losses that the mechanism covers; the failover unit fails with the rest.
    pub coverage: Sourced<Probability>,
}

/// How many there are, how many are needed and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Redundancy {
    /// Number of instances, n >= 1 (0 is possible where the text says 0).
    pub instances: Known<u32>,
    /// Where the number of instances is decided.
    pub instances_source: Source,
    /// Instances needed for service, k.
    pub required: u32,
    /// The zones the instances are spread over round-robin. `Unknown` when it can't be told; known and empty when
    /// zones do not apply (a regional service).
    pub zones: Known<Vec<ZoneIndex>>,
    /// Where the zones are decided, if anywhere.
    pub zones_place: Option<Place>,
    /// How instances share the work.
    pub replication: Replication,
    /// Promotion; only read for `PrimaryStandby`.
    pub failover: Failover,
}

/// How a component calls what it depends on while it works on one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Calls {
    /// One after the other: their times add up.
    #[default]
    Sequential,
    /// All at once: the slowest decides.
    Parallel,
}

/// More instances when the load asks for them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoscaling {
    /// So many instances at most.
    pub most_instances: u32,
    /// From too much load to the first new instance.
    pub delay: Seconds,
}

/// Load and limits, as far as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capacity {
    /// Utilisation, 0..1, of what moves to survivors (connections, CPU). `None` = no metric written; 0 = written as 0.
    pub movable_utilisation: Option<f64>,
    /// Utilisation, 0..1, of what stays where it is (memory, disk).
    pub resident_utilisation: Option<f64>,
    /// Requests in work at the same time, all instances together (open connections). `None` = not written.
    pub in_flight: Option<f64>,
    /// Requests that can be in work at the same time, all instances together; > 0.
    pub most_in_flight: Option<f64>,
    /// Requests that can wait for dependencies at the same time (its connection pool), all instances together; > 0.
    pub pool: Option<f64>,
    /// Requests a second that it can take, all instances together; > 0.
    pub most_requests_per_second: Option<f64>,
    /// Its own time for one request, what it waits for left out.
    pub latency: Option<Seconds>,
    /// How it calls what it depends on.
    pub calls: Calls,
    /// More instances under load.
    pub autoscaling: Option<Autoscaling>,
}

/// How it comes back after a failure, as far as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recovery {
    /// The time in which a mechanism restores it without a person.
    pub automatic: Option<Sourced<Seconds>>,
    /// Its own start, once everything it requires is back.
    pub restart: Option<Sourced<Seconds>>,
    /// From the failure until a person begins to repair: detection, acknowledgement, hours without anybody on call.
    pub response: Option<Sourced<Seconds>>,
    /// Mean time to repair it, whatever of it failed, where somebody says so of this very component.
    pub repair: Option<Sourced<Seconds>>,
    /// Why all of it is down when it is; none where nobody says. Decides how long that lasts where no time is written.
    pub cause: Option<Sourced<Cause>>,
    /// The longest time between two backups of what it keeps; none inside where it keeps none.
    pub backup_every: Option<Sourced<Option<Seconds>>>,
    /// What is needed to repair it (a pipeline, a secret store, an identity provider).
    pub needs: Vec<ComponentIndex>,
}

/// What a source of an agent gives when it fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceFailure {
    /// An error that the agent sees: it can decline to answer.
    Error,
    /// Old data that look right.
    #[default]
    Stale,
    /// Nothing, as if there were nothing.
    Empty,
}

/// A source that keeps an agent's answers true.
#[derive(Clone, Debug, PartialEq)]
pub struct Grounding {
    /// Which component.
    pub source: ComponentIndex,
    /// How much of the agent's truth rests on it, 0..=1.
    pub weight: Probability,
    /// What it gives when it fails.
    pub failure: SourceFailure,
}

/// A component whose answers can be wrong although it is up (semantics, section 8).
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// h0: share of its answers that are wrong with every source healthy.
    pub base_rate: Sourced<Probability>,
    /// What its answers rest on; each source at most once.
    pub grounding: Vec<Grounding>,
}

/// Who can reach a front: what users come in by is one thing, what only other components call another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exposure {
    /// The text does not say.
    #[default]
    NotSaid,
    /// Everybody.
    Public,
    /// Only whoever is in the same network.
    Internal,
}

/// A part of the system that can fail by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Stable id.
    pub id: ComponentId,
    /// What it is for.
    pub kind: ComponentKind,
    /// What a person calls it.
    pub label: Arc<str>,
    /// The type in the user's language: `aws_db_instance`; the kind's name in infra YAML.
    pub type_name: Arc<str>,
    /// Where it is declared (the block's header), when it is.
    pub place: Option<Place>,
    /// All of the declaring block.
    pub extent: Option<Place>,
    /// How many, how many needed, where.
    pub redundancy: Redundancy,
    /// Its own causes of failure.
    pub reliability: Reliability,
    /// Load and limits.
    pub capacity: Capacity,
    /// Shared underlays it sits on: all of its instances fail with each of them.
    pub domains: Vec<crate::DomainIndex>,
    /// The region of all of its instances, where known.
    pub region: Option<RegionIndex>,
    /// How it comes back.
    pub recovery: Recovery,
    /// Set for agents, models and tools whose answers can be wrong.
    pub agent: Option<Agent>,
    /// Weight as an entry point when marked as one explicitly.
    pub entry: Option<f64>,
    /// Why it may not be there at all: "as many as var.appliances". Its number may be 0, which `redundancy` can't say.
    pub may_be_absent: Option<Arc<str>>,
    /// Who can reach it; only read for kinds that face users.
    pub exposure: Exposure,
    /// A copy that only whoever is given its address reads from (a read replica): it does the work of nobody else, and that
    /// it follows what it copies is no use of that.
    pub reader: bool,
}

impl Component {
    /// Whether it keeps a copy of what another one keeps, so that without that one its data grow old and nothing else: a
    /// read replica, or a store of the same sort. A queue hands on what comes, and without its source nothing comes.
    pub fn copies(&self, original: &Component) -> bool {
        let same_store = self.kind.is_store() && self.kind != ComponentKind::Queue && self.kind == original.kind;
        self.reader || same_store
    }
}
