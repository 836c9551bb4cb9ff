//! In which zones the instances of a component are.

use std::sync::Arc;

use foreshock_resources::{Kind, Mode};
use foreshock_text::Place;
use rustc_hash::FxHashSet;

use crate::Row;
use crate::expression::Expression;
use crate::graph::Graph;
use crate::paths::{self, Found};

/// What the text says of zones.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Zones {
    /// Names with the place that decides them; distinct, sorted.
    pub(crate) names: Vec<Arc<str>>,
    /// The first attribute that decides.
    pub(crate) place: Option<Place>,
    /// Why a zone is not known, for the first one that is not.
    pub(crate) unknown: Option<Arc<str>>,
}

impl Zones {
    fn add(&mut self, name: Arc<str>, place: Place) {
        self.place.get_or_insert(place);
        if let Err(at) = self.names.binary_search(&name) {
            self.names.insert(at, name);
        }
    }

    fn lose(&mut self, why: impl Into<Arc<str>>, place: Place) {
        self.place.get_or_insert(place);
        self.unknown.get_or_insert(why.into());
    }

    /// Takes over what another part of the same component says.
    pub(crate) fn absorb(&mut self, other: Zones) {
        for name in other.names {
            if let Err(at) = self.names.binary_search(&name) {
                self.names.insert(at, name);
            }
        }
        self.place = self.place.take().or(other.place);
        self.unknown = self.unknown.take().or(other.unknown);
    }

    /// Whether nothing is said at all.
    pub(crate) fn is_silent(&self) -> bool {
        self.names.is_empty() && self.unknown.is_none()
    }
}

/// Zones named by an instance itself, else by the subnets it names, else by what it inherits from.
pub(crate) fn of_instance(graph: &Graph<'_>, index: usize) -> Zones {
    let mut zones = Zones::default();
    read(graph, index, &mut zones, &mut FxHashSet::default());
    zones
}

fn read(graph: &Graph<'_>, index: usize, zones: &mut Zones, seen: &mut FxHashSet<usize>) {
    let (Some(instance), Some(row)) = (graph.instance(index), graph.row(index)) else { return };
    if !seen.insert(index) {
        return;
    }
    let all = |names: &[String]| names.iter().flat_map(|path| paths::find(&instance.body, path)).collect::<Vec<_>>();
    let region = row.region.as_ref().and_then(|region| region.text(&graph.variables(index)).known().cloned().flatten());
    for found in all(&row.zones) {
        read_name(&found.value.kind, &found.place.place(), region.as_deref(), zones);
    }
    if let Some(expression) = row.zone_names.as_ref().filter(|_| zones.is_silent()) {
        work_out(graph, index, expression, region.as_deref(), zones);
    }
    if !zones.is_silent() {
        return;
    }
    for found in all(&row.subnets) {
        follow(graph, &found, zones, seen);
    }
    if !zones.is_silent() {
        return;
    }
    for found in all(&row.inherits) {
        for target in found.provenance().flat_map(|trace| graph.targets(trace)) {
            read(graph, target, zones, seen);
        }
    }
}

fn has_zones(row: &Row) -> bool {
    !row.zones.is_empty() || row.zone_names.is_some() || !row.subnets.is_empty()
}

/// A zone that is only a number is one of its region's: "1" of West Europe is another place than "1" of North Europe.
fn read_name(kind: &Kind, place: &Place, region: Option<&str>, zones: &mut Zones) {
    let name: Arc<str> = match kind {
        Kind::String(name) if !name.is_empty() => name.clone(),
        Kind::Number(number) => number.to_string().into(),
        Kind::Unknown(why) => return zones.lose(why.clone(), place.clone()),
        _ => return,
    };
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    match region.filter(|_| is_number) {
        Some(region) => zones.add(format!("{region}-{name}").into(), place.clone()),
        None => zones.add(name, place.clone()),
    }
}

/// Names worked out from attributes; the first one written decides.
fn work_out(graph: &Graph<'_>, index: usize, expression: &Expression, region: Option<&str>, zones: &mut Zones) {
    let Some(instance) = graph.instance(index) else { return };
    let written = expression.reads().find_map(|read| paths::attribute(&instance.body, read));
    let place = written.map_or_else(|| instance.block.header_place(), |written| written.place.place());
    let value = expression.value(&graph.variables(index));
    let one = std::slice::from_ref(&value);
    let items = match &value.kind {
        Kind::List(items) | Kind::Set(items) => items.as_slice(),
        _ => one,
    };
    for item in items {
        read_name(&item.kind, &place, region, zones);
    }
}

/// From a reference to a subnet or a group of subnets to its zones.
fn follow(graph: &Graph<'_>, found: &Found<'_>, zones: &mut Zones, seen: &mut FxHashSet<usize>) {
    let place = found.place.place();
    let mut leads = false;
    for trace in found.provenance() {
        for target in graph.targets(trace) {
            let Some(instance) = graph.outline(target) else { continue };
            if !graph.row(target).is_some_and(has_zones) {
                continue;
            }
            leads = true;
            if seen.contains(&target) {
                continue;
            }
            let mut inner = Zones::default();
            read(graph, target, &mut inner, seen);
            if inner.is_silent() {
                let why = match instance.mode {
                    Mode::Data => "is read from outside the text",
                    Mode::Module => "is not at hand",
                    Mode::Managed => "does not say its zone",
                };
                zones.lose(format!("{} {why}", instance.address), place.clone());
            }
            for name in inner.names {
                zones.add(name, place.clone());
            }
            if let Some(why) = inner.unknown {
                zones.lose(why, place.clone());
            }
        }
    }
    if leads {
        return;
    }
    match &found.value.kind {
        Kind::String(name) if !name.is_empty() => zones.lose(format!("the zone of {name} is not in the text"), place),
        Kind::Unknown(why) => zones.lose(why.clone(), place),
        _ => {}
    }
}
