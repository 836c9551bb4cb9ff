//! Where users come in from beyond the edge of the stack.
//!
//! A record, a rule, a route, an attachment whose other end is declared elsewhere (a data source, the output of another
//! stack, a variable, a literal id) leads users to what stands behind it. Such a way in is a component of its own: it can't
//! fail by itself, and it is called what its users call it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_model::{ComponentKind, Confidence, DependencyKind, Evidence, Known, Plane, Shown};
use foreshock_resources::{Kind, Mode, Value};
use serde::Deserialize;

use crate::Role;
use crate::contract::{self, Reached};
use crate::expression::Expression;
use crate::graph::{Graph, GroupKey, Node, PLAIN};
use crate::paths::{self, Found};

/// A row of `entries.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryRow {
    /// The attributes with the other end.
    paths: Vec<String>,
    /// Only where this does not surely fail to hold.
    #[serde(default)]
    when: Option<Expression>,
    /// Its platform gives it a public address of its own, where `when` surely holds: there is no other end.
    #[serde(default)]
    by_itself: bool,
    /// What users call it.
    #[serde(default)]
    name: Option<Expression>,
    /// Whether what is behind one name are alternatives, of which one is enough.
    #[serde(default)]
    alternatives: bool,
    /// Whether these share the load; true when absent.
    #[serde(default)]
    shares_load: Option<Expression>,
}

/// The rows by type.
pub(crate) type EntryRows = BTreeMap<String, EntryRow>;

/// Reads rows; a text stands for the row of another type.
pub(crate) fn read(text: &str, problems: &mut Vec<String>) -> EntryRows {
    let table: toml::Table = text.parse().unwrap_or_else(|error| {
        problems.push(format!("entries.toml: {error}"));
        toml::Table::new()
    });
    let mut rows = EntryRows::new();
    let mut same: Vec<(String, String)> = Vec::new();
    for (name, value) in table {
        match value {
            toml::Value::String(other) => same.push((name, other)),
            value => match value.try_into::<EntryRow>() {
                Ok(row) => {
                    rows.insert(name, row);
                }
                Err(error) => problems.push(format!("entries.toml: {name}: {error}")),
            },
        }
    }
    for (name, other) in same {
        match rows.get(&other).cloned() {
            Some(row) => {
                rows.insert(name, row);
            }
            None => problems.push(format!("entries.toml: {name}: there is no row {other}")),
        }
    }
    rows
}

/// A way in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Unique among components.
    pub(crate) id: String,
    /// What users call it, or what declares it.
    pub(crate) label: Arc<str>,
    /// The instances that lead in; the first one declares it.
    pub(crate) blocks: Vec<usize>,
    /// What stands behind it.
    pub(crate) ways: Vec<Reached>,
}

/// One instance that leads in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Door {
    instance: usize,
    name: Option<Arc<str>>,
    /// Where it is said that the other end is elsewhere.
    path: String,
    ways: Vec<Reached>,
    alternatives: bool,
    shares_load: bool,
}

/// Every way in, by id.
pub(crate) fn entries<'d>(graph: &Graph<'_>, doors: impl Iterator<Item = &'d Door>, fronts: &Fronts) -> Vec<Entry> {
    // What one name leads to is one entry; without a name each door is.
    let mut by_name: BTreeMap<(Option<Arc<str>>, usize), Vec<Door>> = BTreeMap::new();
    for door in doors {
        let number = if door.name.is_some() { 0 } else { door.instance };
        by_name.entry((door.name.clone(), number)).or_default().push(door.clone());
    }
    let mut entries: Vec<Entry> = Vec::new();
    let mut behind: BTreeMap<BTreeSet<(usize, Option<GroupKey>)>, usize> = BTreeMap::new();
    for ((name, _), doors) in by_name {
        let Some(entry) = entry(graph, name, doors, fronts) else { continue };
        // Five names of one service are one way in.
        let targets = entry.ways.iter().map(|way| (way.to, way.group.as_ref().map(|_| GroupKey::of_names()))).collect();
        match behind.get(&targets).and_then(|&at| entries.get_mut(at)) {
            Some(known) => known.blocks.extend(entry.blocks),
            None => {
                behind.insert(targets, entries.len());
                entries.push(entry);
            }
        }
    }
    entries
}

impl GroupKey {
    /// The group of what is behind one name.
    fn of_names() -> GroupKey {
        GroupKey { name: "names".into(), shares_load: true }
    }
}

fn entry(graph: &Graph<'_>, name: Option<Arc<str>>, doors: Vec<Door>, fronts: &Fronts) -> Option<Entry> {
    let first = doors.first()?;
    let declaring = graph.address(first.instance).to_owned();
    let own_role = graph.role(first.instance);
    let id = match (&name, own_role) {
        (Some(name), _) => name.to_string(),
        (None, Role::Component) => format!("{declaring}.{}", first.path.split('.').next().unwrap_or_default()),
        (None, _) => declaring,
    };
    let distinct: BTreeSet<usize> = doors.iter().flat_map(|door| &door.ways).map(|way| way.to).collect();
    let are_alternatives = distinct.len() > 1 && doors.iter().all(|door| door.alternatives);
    // Who has a front of this stack's own before it is reached through that, unless the name chooses between several.
    if distinct.iter().all(|to| fronts.faces_users(*to)) && !are_alternatives {
        return None;
    }
    let shares_load = doors.iter().all(|door| door.shares_load);
    let blocks = doors.iter().map(|door| door.instance).collect();
    let mut ways: Vec<Reached> = doors.into_iter().flat_map(|door| door.ways).collect();
    if are_alternatives {
        let group = GroupKey { name: id.as_str().into(), shares_load };
        for way in &mut ways {
            way.group.get_or_insert_with(|| group.clone());
        }
    }
    Some(Entry { label: name.unwrap_or_else(|| id.as_str().into()), id, blocks, ways })
}

/// The way in that an instance is, if it is one.
pub(crate) fn doors(graph: &Graph<'_>, index: usize, fronts: &Fronts) -> Vec<Door> {
    if graph.outline(index).is_none_or(|instance| instance.mode != Mode::Managed) {
        return Vec::new();
    }
    let role = graph.role(index);
    let Some(row) = graph.catalog.entries.get(graph.type_name(index)).filter(|_| role != Role::Ignored) else {
        return Vec::new();
    };
    let Some(instance) = graph.instance(index) else { return Vec::new() };
    let found = row.paths.iter().flat_map(|path| paths::find(&instance.body, path));
    let Some(end) = found.into_iter().find(|found| row.by_itself || is_elsewhere(graph, index, found)) else {
        return Vec::new();
    };
    let variables = graph.variables(index);
    let holds = row.when.as_ref().map(|when| when.holds(&variables));
    if holds == Some(Some(false)) || (row.by_itself && holds != Some(Some(true))) || fronts.goes_through(index) {
        return Vec::new();
    }
    let name = row.name.as_ref().and_then(|name| match name.text(&variables) {
        Known::Known(name) => name.filter(|name| !name.is_empty()),
        Known::Unknown(_) => None,
    });
    let other = other_end(&end);
    let why = match (&name, role) {
        (Some(name), _) => format!("{name} answers through {}", instance.address),
        (None, _) if row.by_itself => format!("users come in through {} of {}", end.path, instance.address),
        (None, _) => format!("users come in through {} of {}, which is {other}", end.path, instance.address),
    };
    let evidence = Evidence { place: end.place.place(), why: why.into() };
    let mut ways = match role {
        Role::Component => vec![itself(index)],
        _ => contract::reached(graph, index),
    };
    ways.retain(|way| {
        way.kind == DependencyKind::Requires
            && way.plane == Plane::Data
            && !way.hint
            && way.confidence > Confidence::Guess
    });
    for way in &mut ways {
        way.begin_with(evidence.clone());
    }
    if ways.is_empty() {
        return Vec::new();
    }
    let shares_load = row.shares_load.as_ref().and_then(|shares| shares.holds(&variables)).unwrap_or(true);
    vec![Door { instance: index, name, path: end.path, ways, alternatives: row.alternatives, shares_load }]
}

fn itself(index: usize) -> Reached {
    Reached {
        to: index,
        kind: DependencyKind::Requires,
        weight: None,
        confidence: Confidence::Certain,
        plane: Plane::Data,
        group: None,
        hint: false,
        carried: crate::graph::Carried::No,
        evidence: Vec::new(),
        shown: Shown::default(),
        limits: None,
    }
}

/// Whether something is written that nobody here declares. What a plan leaves to be known after the apply says nothing of
/// where it comes from.
fn is_elsewhere(graph: &Graph<'_>, index: usize, found: &Found<'_>) -> bool {
    let is_empty = match &found.value.kind {
        Kind::Null => true,
        Kind::String(text) => text.is_empty(),
        Kind::Unknown(_) => found.provenance().next().is_none() && found.value.legible().is_none(),
        _ => true,
    };
    if is_empty || found.blocks.iter().any(|block| block.unknown.is_some()) {
        return false;
    }
    let declared = |to: usize| graph.outline(to).is_some_and(|to| to.mode != Mode::Data);
    let is_here = found.provenance().any(|trace| graph.targets(trace).into_iter().any(declared));
    !is_here && graph.named(index, found, &|_| None).is_empty()
}

/// The other end in the user's words.
fn other_end(found: &Found<'_>) -> String {
    let trace = found.provenance().next();
    let text =
        |value: &Value| value.legible().map(|text| text.trim_start_matches("${").trim_end_matches('}').to_owned());
    match trace {
        Some(trace) => trace.to.to_string(),
        None => text(found.value).unwrap_or_else(|| "declared elsewhere".to_owned()),
    }
}

/// Whether an instance faces users in the stack itself.
pub(crate) fn faces_users(graph: &Graph<'_>, index: usize) -> bool {
    let kind = || graph.row(index)?.kind_of(|| graph.variables(index));
    graph.role(index) == Role::Component && kind().is_some_and(ComponentKind::is_user_facing)
}

/// What faces users in the stack itself.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Fronts {
    own: BTreeSet<usize>,
    /// What one of them leads to at once: the record that is its origin.
    next: BTreeSet<usize>,
}

impl Fronts {
    pub(crate) fn new(graph: &Graph<'_>, own: impl Iterator<Item = usize>) -> Fronts {
        let own: BTreeSet<usize> = own.collect();
        let edges = own.iter().flat_map(|&front| graph.edges_from(Node { instance: front, port: PLAIN }));
        let next = edges.filter(|edge| edge.to.port == PLAIN).map(|edge| edge.to.instance).collect();
        Fronts { own, next }
    }

    fn faces_users(&self, index: usize) -> bool {
        self.own.contains(&index)
    }

    /// Whether one of them is in front of this one.
    fn goes_through(&self, index: usize) -> bool {
        self.next.contains(&index)
    }
}
