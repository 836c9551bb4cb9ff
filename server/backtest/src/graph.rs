//! The graph of an incident: its components, its edges and what of them are alternatives.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{
    Alternatives, Capacity, Component, ComponentId, ComponentIndex, ComponentKind, Confidence, Dependency,
    DependencyIndex, DependencyKind, Exposure, Failover, FailoverMode, Known, Plane, Probability, Recovery, Redundancy,
    Reliability, Replication, Seconds, Source, Sourced, System,
};
use foreshock_syntax::json::Cursor;

use crate::Outcome;
use crate::read::outcome_of;
use crate::report::{LeftOut, Report};

/// A graph, and what its components say of themselves.
pub(crate) struct Read {
    pub(crate) system: System,
    /// Per component: whether it is not to be judged.
    pub(crate) ignored: Vec<bool>,
    /// Per component: what became of it.
    pub(crate) states: Vec<Option<Outcome>>,
}

/// What is there for people.
const TOLD: &[&str] = &["synthetic", "label", "name", "note", "notes", "evidence", "quote", "source", "why", "comment"];

struct Named {
    component: Component,
    plane: Option<Plane>,
    ignored: bool,
    state: Option<Outcome>,
}

pub(crate) fn read(item: Cursor<'_>, report: &mut Report<'_>) -> Result<Read, LeftOut> {
    let Some(list) = item.some("components").filter(|list| list.is_list()) else {
        let span = item.get("components").map_or(item.span(), Cursor::span);
        return Err(
            report.refuse(span, "expected \"components\", a list of {\"id\", \"type\", \"replicas\"}".to_owned())
        );
    };
    let mut named = Vec::new();
    for item in list.items() {
        named.push(component(item, report)?);
    }
    named.sort_by(|one, other| one.component.id.cmp(&other.component.id));
    let planes: Vec<Option<Plane>> = named.iter().map(|it| it.plane).collect();
    let ignored = named.iter().map(|it| it.ignored).collect();
    let states = named.iter().map(|it| it.state).collect();
    let mut system =
        System { components: named.into_iter().map(|it| Arc::new(it.component)).collect(), ..System::default() };
    if let Some(error) = system.check().first() {
        return Err(report.refuse(list.span(), error.to_string()));
    }
    let mut edges = Edges { planes, found: Vec::new(), groups: BTreeMap::new() };
    if let Some(list) = item.some("edges") {
        if !list.is_list() {
            return Err(report.expected("a list of edges {\"from\", \"to\", \"kind\"}", list));
        }
        for item in list.items() {
            edges.read(item, &system, report)?;
        }
    }
    if let Some(list) = item.some("alternatives") {
        if !list.is_list() {
            return Err(report.expected("a list of {\"from\", \"to\": [...], \"required\"}", list));
        }
        for (number, item) in list.items().enumerate() {
            edges.alternatives(item, number, &system, report)?;
        }
    }
    edges.put_into(&mut system);
    if let Some(error) = system.check().first() {
        return Err(report.refuse(item.get("edges").map_or(item.span(), Cursor::span), error.to_string()));
    }
    Ok(Read { system, ignored, states })
}

fn component(item: Cursor<'_>, report: &mut Report<'_>) -> Result<Named, LeftOut> {
    if !item.is_object() {
        return Err(report.expected("a component {\"id\", \"type\", \"replicas\"}", item));
    }
    let read = [
        "id",
        "type",
        "replicas",
        "required",
        "ignored",
        "plane",
        "state",
        "outcome",
        "entry",
        "reader",
        "primary_standby",
    ];
    report.keys("a component", item, &read, TOLD);
    let Some(id) = item.some("id").and_then(Cursor::string) else {
        return Err(report.refuse(item.span(), "a component has no \"id\"; expected a text".to_owned()));
    };
    let kind = item.some("type").and_then(|word| {
        let kind = word.string().and_then(|word| ComponentKind::from_name(&word));
        if kind.is_none() {
            report.note(word.span(), "the type is not known; taken for custom".to_owned());
        }
        kind
    });
    let mut component = plain(&id, kind.unwrap_or(ComponentKind::Custom));
    if let Some(replicas) = count(item, "replicas", report)? {
        component.redundancy.instances = Known::Known(replicas.max(1));
    }
    if let Some(required) = count(item, "required", report)? {
        component.redundancy.required = required.max(1);
    }
    component.reader = item.some("reader").is_some_and(Cursor::is_true);
    component.entry = item.some("entry").and_then(|entry| entry.number().or(entry.is_true().then_some(1.0)));
    let state = item.some("state").or_else(|| item.some("outcome"));
    Ok(Named {
        component,
        plane: item.some("plane").and_then(|word| plane(word, report)),
        ignored: item.some("ignored").is_some_and(Cursor::is_true),
        state: state.and_then(|word| outcome_of(word, report)),
    })
}

fn count(item: Cursor<'_>, key: &str, report: &mut Report<'_>) -> Result<Option<u32>, LeftOut> {
    let Some(value) = item.some(key) else { return Ok(None) };
    match value.number() {
        Some(number) if number.fract() == 0.0 && (0.0..=1e6).contains(&number) => Ok(Some(number as u32)),
        _ => Err(report.expected("a whole number that is not negative", value)),
    }
}

/// `"management"`; none, and told, for a word that is not known.
pub(crate) fn plane(word: Cursor<'_>, report: &mut Report<'_>) -> Option<Plane> {
    let text = word.string().unwrap_or_default();
    let plane = plane_named(&text);
    if plane.is_none() {
        report
            .note(word.span(), "the plane is not known; expected data, start or management. Taken for data".to_owned());
    }
    plane
}

/// The planes by their names, the control plane by its other one.
pub(crate) fn plane_named(name: &str) -> Option<Plane> {
    match &*name.to_lowercase() {
        "data" | "data_plane" | "runtime" => Some(Plane::Data),
        "start" | "startup" => Some(Plane::Start),
        "management" | "management_plane" | "control" | "control_plane" => Some(Plane::Management),
        _ => None,
    }
}

/// Alternatives by their name, as they are found.
struct Group {
    required: Option<u32>,
    shares_load: bool,
}

/// Edges as they are found, each with the name of its alternatives.
struct Edges {
    /// Per component: the plane it says it belongs to.
    planes: Vec<Option<Plane>>,
    found: Vec<(Dependency, Option<String>)>,
    groups: BTreeMap<(ComponentIndex, String), Group>,
}

impl Edges {
    fn read(&mut self, item: Cursor<'_>, system: &System, report: &mut Report<'_>) -> Result<(), LeftOut> {
        if !item.is_object() {
            return Err(report.expected("an edge {\"from\", \"to\", \"kind\"}", item));
        }
        let read = [
            "from",
            "to",
            "kind",
            "weight",
            "plane",
            "ignored",
            "alternatives",
            "group",
            "required",
            "shares_load",
            "circuit_breaker",
            "breaker",
            "fallback",
            "buffer_seconds",
            "timeout_seconds",
            "attempts",
        ];
        report.keys("an edge", item, &read, TOLD);
        if item.some("ignored").is_some_and(Cursor::is_true) {
            return Ok(());
        }
        let (from, to) = (end(item, "from", system, report)?, end(item, "to", system, report)?);
        let kind = match item.some("kind") {
            None => DependencyKind::Requires,
            Some(word) => match word.string().as_deref() {
                Some("requires") => DependencyKind::Requires,
                Some("optional") => DependencyKind::Optional,
                Some("async") => DependencyKind::Async,
                _ => {
                    return Err(report.refuse(word.span(), "expected the kind requires, optional or async".to_owned()));
                }
            },
        };
        let mut dependency = Dependency::new(from, to, kind, Confidence::Certain, Vec::new());
        dependency.weight = match item.some("weight") {
            None => None,
            Some(weight) => match weight.number() {
                Some(number) if (0.0..=1.0).contains(&number) => Some(number),
                _ => return Err(report.refuse(weight.span(), "expected a weight from 0 to 1".to_owned())),
            },
        };
        dependency.plane = match item.some("plane") {
            Some(word) => plane(word, report).unwrap_or_default(),
            None => self.plane_between(from, to),
        };
        let seconds = |key: &str| item.some(key).and_then(Cursor::number).and_then(Seconds::new);
        let flag = |key: &str| item.some(key).is_some_and(Cursor::is_true);
        dependency.breaker = flag("breaker") || flag("circuit_breaker");
        dependency.fallback = flag("fallback");
        dependency.timeout = seconds("timeout_seconds");
        dependency.buffer = seconds("buffer_seconds").filter(|_| kind == DependencyKind::Async);
        dependency.attempts = count(item, "attempts", report)?.unwrap_or(1).max(1);
        let name = item.some("alternatives").or_else(|| item.some("group")).and_then(Cursor::string);
        if let Some(name) = &name {
            let group = self.group(from, name);
            group.shares_load |= flag("shares_load");
            group.required = group.required.or(count(item, "required", report)?);
        }
        self.found.push((dependency, name.map(|name| name.into_owned())));
        Ok(())
    }

    /// What belongs to the management plane, what does not needs only to change it.
    fn plane_between(&self, from: ComponentIndex, to: ComponentIndex) -> Plane {
        let of = |end: ComponentIndex| self.planes.get(end.index()).copied().flatten().unwrap_or_default();
        if of(from) == of(to) { Plane::Data } else { of(to) }
    }

    fn group(&mut self, from: ComponentIndex, name: &str) -> &mut Group {
        self.groups.entry((from, name.to_owned())).or_insert(Group { required: None, shares_load: false })
    }

    /// `{"from": id, "to": [ids], "required": 1, "shares_load": false}`; an edge that is not there is one that requires.
    fn alternatives(
        &mut self,
        item: Cursor<'_>,
        number: usize,
        system: &System,
        report: &mut Report<'_>,
    ) -> Result<(), LeftOut> {
        if !item.is_object() {
            return Err(report.expected("alternatives {\"from\", \"to\": [...], \"required\"}", item));
        }
        report.keys(
            "alternatives",
            item,
            &["from", "component", "to", "members", "required", "shares_load", "name"],
            TOLD,
        );
        let from = end(item, if item.get("from").is_some() { "from" } else { "component" }, system, report)?;
        let Some(list) = item.some("to").or_else(|| item.some("members")).filter(|list| list.is_list()) else {
            return Err(report.refuse(item.span(), "expected \"to\", a list of ids".to_owned()));
        };
        let name = item.some("name").and_then(Cursor::string);
        let name = name.map_or_else(|| format!("alternatives {}", number + 1), |name| name.into_owned());
        let required = count(item, "required", report)?;
        let shares_load = item.some("shares_load").is_some_and(Cursor::is_true);
        *self.group(from, &name) = Group { required, shares_load };
        for member in list.items() {
            let Some(id) = member.string() else { return Err(report.expected("the id of a component", member)) };
            let Some(to) = system.find(&id) else {
                let message = format!("there is no component {id}; expected one of its components");
                return Err(report.refuse(member.span(), message));
            };
            let mut edges = self.found.iter_mut();
            match edges.find(|(edge, group)| (edge.from, edge.to) == (from, to) && group.is_none()) {
                Some((_, group)) => *group = Some(name.clone()),
                None => {
                    let plain = Dependency::new(from, to, DependencyKind::Requires, Confidence::Certain, Vec::new());
                    self.found.push((plain, Some(name.clone())));
                }
            }
        }
        Ok(())
    }

    fn put_into(mut self, system: &mut System) {
        self.found.sort_by_key(|(one, _)| (one.from, one.to, one.kind));
        let mut members: BTreeMap<(ComponentIndex, String), Vec<DependencyIndex>> = BTreeMap::new();
        for (dependency, name) in self.found {
            let index = DependencyIndex(system.dependencies.len() as u32);
            if let Some(name) = name {
                members.entry((dependency.from, name)).or_default().push(index);
            }
            system.dependencies.push(Arc::new(dependency));
        }
        for (key, members) in members {
            let group = self.groups.get(&key);
            system.alternatives.push(Alternatives {
                name: key.1.into(),
                required: group.and_then(|group| group.required).unwrap_or(1).max(1),
                shares_load: group.is_some_and(|group| group.shares_load),
                members,
            });
        }
    }
}

fn end(item: Cursor<'_>, key: &str, system: &System, report: &mut Report<'_>) -> Result<ComponentIndex, LeftOut> {
    let Some(name) = item.some(key) else {
        return Err(report.refuse(item.span(), format!("there is no \"{key}\"; expected the id of a component")));
    };
    let Some(id) = name.string() else { return Err(report.expected("the id of a component", name)) };
    system.find(&id).ok_or_else(|| {
        report.refuse(name.span(), format!("there is no component {id}; expected one of its components"))
    })
}

/// A component of one instance that says nothing else.
fn plain(id: &str, kind: ComponentKind) -> Component {
    let source = || Source::ProviderDefault("the incident's file".into());
    let id: Arc<str> = id.into();
    Component {
        id: ComponentId::new(id.clone()),
        kind,
        label: id,
        type_name: kind.name().into(),
        place: None,
        extent: None,
        redundancy: Redundancy {
            instances: Known::Known(1),
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
        exposure: Exposure::default(),
        may_be_absent: None,
        reader: false,
    }
}
