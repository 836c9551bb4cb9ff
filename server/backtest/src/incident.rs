//! Incidents as written: a graph, the component that failed, and what went down with it.

use std::fmt;
use std::sync::Arc;

use foreshock_model::{
    Capacity, Component, ComponentId, ComponentIndex, ComponentKind, Confidence, Dependency, DependencyKind, Exposure,
    Failover, FailoverMode, Known, Probability, Recovery, Redundancy, Reliability, Replication, Seconds, Source,
    Sourced, System,
};
use serde::Deserialize;

/// How bad it was, as the incident's file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeverityClass {
    /// "minor", "medium", "low".
    Minor,
    /// "major", "high".
    Major,
    /// "critical".
    Critical,
}

impl SeverityClass {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            SeverityClass::Minor => "minor",
            SeverityClass::Major => "major",
            SeverityClass::Critical => "critical",
        }
    }

    fn named(name: &str) -> Option<SeverityClass> {
        match name {
            "minor" | "medium" | "low" => Some(SeverityClass::Minor),
            "major" | "high" => Some(SeverityClass::Major),
            "critical" => Some(SeverityClass::Critical),
            _ => None,
        }
    }

    /// The class of a severity of 0..=10: critical from 7, major from 4.
    pub fn of(severity: f64) -> SeverityClass {
        match severity {
            s if s >= 7.0 => SeverityClass::Critical,
            s if s >= 4.0 => SeverityClass::Major,
            _ => SeverityClass::Minor,
        }
    }
}

/// One incident.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// The graph.
    pub system: System,
    /// What failed first.
    pub fault: ComponentIndex,
    /// Per component of the system: whether it was affected.
    pub affected: Vec<bool>,
    /// Affected services that the graph does not have: every predictor misses them.
    pub outside: usize,
    /// How bad it was, where said in a word that is known.
    pub severity: Option<SeverityClass>,
    /// How long it took, where said.
    pub downtime: Option<Seconds>,
}

/// A file of incidents.
#[derive(Clone, Debug, Default)]
pub struct IncidentFile {
    /// What its author warns of.
    pub warning: Option<String>,
    /// The incidents, in the order of the file.
    pub incidents: Vec<Incident>,
}

/// Why an incident was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentProblem {
    /// Its id.
    pub incident: String,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for IncidentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.incident, self.message)
    }
}

#[derive(Deserialize)]
struct RawFile {
    warning: Option<String>,
    incidents: Vec<RawIncident>,
}

#[derive(Deserialize)]
struct RawIncident {
    id: String,
    components: Vec<RawComponent>,
    #[serde(default)]
    edges: Vec<RawEdge>,
    fault: RawFault,
    affected: Vec<String>,
    severity: Option<String>,
    downtime_min: Option<f64>,
}

#[derive(Deserialize)]
struct RawComponent {
    id: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default = "one")]
    replicas: u32,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize)]
struct RawEdge {
    from: String,
    to: String,
    #[serde(default)]
    kind: RawKind,
    weight: Option<f64>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    #[default]
    Requires,
    Optional,
    Async,
}

#[derive(Deserialize)]
struct RawFault {
    component: String,
}

impl IncidentFile {
    /// Reads a file of incidents. Incidents that make no sense are left out, each with the reason.
    ///
    /// # Errors
    /// When the text is no JSON of that shape; the message has line and column.
    pub fn read(text: &str) -> Result<(IncidentFile, Vec<IncidentProblem>), String> {
        let raw: RawFile = serde_json::from_str(text).map_err(|error| {
            format!(
                "{error}; expected {{\"incidents\": [{{\"id\", \"components\", \"edges\", \"fault\", \"affected\"}}]}}"
            )
        })?;
        let mut file = IncidentFile { warning: raw.warning, incidents: Vec::new() };
        let mut problems = Vec::new();
        for incident in raw.incidents {
            let id = incident.id.clone();
            match understand(incident) {
                Ok(incident) => file.incidents.push(incident),
                Err(message) => problems.push(IncidentProblem { incident: id, message }),
            }
        }
        Ok((file, problems))
    }
}

fn understand(raw: RawIncident) -> Result<Incident, String> {
    let mut system = System { components: raw.components.iter().map(component).collect(), ..System::default() };
    system.components.sort_by(|one, other| one.id.cmp(&other.id));
    let find = |id: &str, system: &System| {
        system.find(id).ok_or_else(|| format!("there is no component {id}; expected one of its components"))
    };
    let mut dependencies = Vec::with_capacity(raw.edges.len());
    for edge in &raw.edges {
        let kind = match edge.kind {
            RawKind::Requires => DependencyKind::Requires,
            RawKind::Optional => DependencyKind::Optional,
            RawKind::Async => DependencyKind::Async,
        };
        let (from, to) = (find(&edge.from, &system)?, find(&edge.to, &system)?);
        let mut dependency = Dependency::new(from, to, kind, Confidence::Certain, Vec::new());
        dependency.weight = edge.weight;
        dependencies.push(dependency);
    }
    dependencies.sort_by_key(|dependency| (dependency.from, dependency.to, dependency.kind));
    system.dependencies = dependencies;
    if let Some(error) = system.check().first() {
        return Err(error.to_string());
    }
    let fault = find(&raw.fault.component, &system)?;
    let mut affected = vec![false; system.components.len()];
    let mut outside = 0;
    for id in &raw.affected {
        match system.find(id).and_then(|index| affected.get_mut(index.index())) {
            Some(affected) => *affected = true,
            None => outside += 1,
        }
    }
    let severity = raw.severity.as_deref().and_then(SeverityClass::named);
    let downtime = raw.downtime_min.and_then(|minutes| Seconds::new(minutes * 60.0));
    Ok(Incident { id: raw.id, system, fault, affected, outside, severity, downtime })
}

fn component(raw: &RawComponent) -> Component {
    let source = || Source::ProviderDefault("the incident's file".into());
    let kind = ComponentKind::from_name(&raw.kind).unwrap_or(ComponentKind::Custom);
    let id: Arc<str> = raw.id.as_str().into();
    Component {
        id: ComponentId::new(id.clone()),
        kind,
        label: id,
        type_name: kind.name().into(),
        place: None,
        extent: None,
        redundancy: Redundancy {
            instances: Known::Known(raw.replicas.max(1)),
            instances_source: source(),
            required: 1,
            zones: Known::Known(Vec::new()),
            zones_place: None,
            replication: Replication::ActiveActive,
            failover: Failover {
                mode: Known::Known(FailoverMode::None),
                seconds: Sourced { value: Seconds::ZERO, source: source() },
                coverage: Sourced { value: Probability::ONE, source: source() },
            },
        },
        reliability: Reliability::default(),
        capacity: Capacity::default(),
        domains: Vec::new(),
        region: None,
        recovery: Recovery::default(),
        agent: None,
        entry: None,
        may_be_absent: None,
        exposure: Exposure::NotSaid,
        reader: false,
    }
}
