//! How many there are of a component, how many are needed, where, and who promotes.

use std::sync::Arc;

use foreshock_model::{Failover, FailoverMode, Known, Redundancy, Replication, Source, ZoneIndex};
use foreshock_resources::{Instance, Key, Kind, Value};
use foreshock_text::Place;

use crate::expression::{Expression, Names, Scope};
use crate::figures::Figures;
use crate::graph::Graph;
use crate::paths;
use crate::row::{Row, SlaRow};
use crate::zones::{self, Zones};

/// Gives zones their indexes.
pub(crate) type ZoneOf<'z> = &'z mut dyn FnMut(&Arc<str>) -> ZoneIndex;

/// Reads the redundancy of a component from its blocks; the first of `blocks` declares it.
pub(crate) fn read(
    graph: &Graph<'_>,
    row: &Row,
    blocks: &[usize],
    members: &[usize],
    sla: Option<&SlaRow>,
    zone_of: ZoneOf<'_>,
) -> Redundancy {
    let declaring = blocks.first().copied().unwrap_or_default();
    let mut variables = graph.variables(declaring);
    variables.insert("members", graph.list(members));
    let (instances, instances_source) = instances(graph, row, blocks, members, &variables);
    let replication = if row.primary_standby { Replication::PrimaryStandby } else { Replication::ActiveActive };
    let required = required(row, &instances, &mut variables);
    let (zones, zones_place) = place(graph, row, blocks, members, &instances, zone_of);
    let failover = failover(row, &variables, sla, &graph.catalog.figures);
    Redundancy { instances, instances_source, required, zones, zones_place, replication, failover }
}

/// Why nobody knows how many there are of a block: its own key, or that of a module around it.
fn unknown_key(instance: &Instance) -> Option<Arc<str>> {
    match &instance.key {
        Key::Unknown(why) => Some(why.clone()),
        _ => instance.may_be_absent.clone(),
    }
}

fn instances(
    graph: &Graph<'_>,
    row: &Row,
    blocks: &[usize],
    members: &[usize],
    variables: &Scope,
) -> (Known<u32>, Source) {
    let Some(declaring) = blocks.first().and_then(|&block| graph.instance(block)) else {
        return (Known::Known(1), Source::ProviderDefault("one".into()));
    };
    if let Some(why) = unknown_key(declaring) {
        // Each of them has at least so many.
        let each = row.instances.as_ref().map(|expression| expression.count(variables));
        if let Some(Known::Known(2..)) = each
            && let Some(expression) = &row.instances
        {
            let source = source_of(graph, row, declaring, blocks, members, expression, variables);
            return (expression.count(variables), source);
        }
        let source = repetition_place(declaring).map(Source::Attribute);
        return (Known::Unknown(why), source.unwrap_or_else(|| attribute_of(declaring)));
    }
    let Some(expression) = &row.instances else {
        let count = u32::try_from(blocks.len()).unwrap_or(u32::MAX);
        let source = repetition_place(declaring).filter(|_| row.replicas).map(Source::Attribute);
        let one = Source::ProviderDefault("each block is one".into());
        return (Known::Known(if row.replicas { count } else { 1 }), source.unwrap_or(one));
    };
    let source = source_of(graph, row, declaring, blocks, members, expression, variables);
    match expression.count(variables) {
        // What starts with none and is left to others is no more than where it starts.
        Known::Known(0) if let Some(path) = left_to_others(declaring, expression) => {
            let why = format!("{path} is 0, and ignore_changes leaves it to something else");
            (Known::Unknown(why.into()), source)
        }
        count => (count, source),
    }
}

/// The attribute of a number that `ignore_changes` names.
fn left_to_others<'e>(instance: &Instance, expression: &'e Expression) -> Option<&'e str> {
    expression.reads().find(|read| {
        instance.lifecycle.ignores.iter().any(|ignored| {
            let rest = read.strip_prefix(&**ignored);
            &**ignored == "all" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    })
}

fn repetition_place(instance: &Instance) -> Option<Place> {
    Some(instance.repetition.as_ref()?.place.place())
}

fn attribute_of(instance: &Instance) -> Source {
    Source::Attribute(instance.block.header_place())
}

/// The first attribute or block an expression reads that is written; else what the provider does without.
fn source_of(
    graph: &Graph<'_>,
    row: &Row,
    declaring: &Instance,
    blocks: &[usize],
    members: &[usize],
    expression: &Expression,
    variables: &Scope,
) -> Source {
    let decides = deciding(declaring, expression, variables);
    for read in decides.into_iter().chain(expression.reads()) {
        let name = read.split('.').next().unwrap_or(read);
        if let Some(attribute) = paths::attribute(&declaring.body, read) {
            return Source::Attribute(attribute.place.place());
        }
        let other = blocks.first().and_then(|&block| graph.related_by(block, name).next());
        let member = members.first().copied().filter(|_| name == "members");
        if let Some(instance) = other.or(member).and_then(|other| graph.instance(other)) {
            let inside = expression.reads_inside().find_map(|path| paths::attribute(&instance.body, path));
            let place = inside.map(|attribute| attribute.place.place()).or_else(|| repetition_place(instance));
            return place.map_or_else(|| attribute_of(instance), Source::Attribute);
        }
        if let Some(block) = declaring.body.blocks.iter().find(|block| &*block.kind == name) {
            return Source::Attribute(block.block.header_place());
        }
    }
    let fact = expression.reads().find_map(|read| row.facts.get(read));
    let fact = fact.map_or("what the provider does when nothing is written", String::as_str);
    Source::ProviderDefault(graph.resources.spelling.said(&declaring.address, fact).into())
}

/// Of several attributes that are written, the one with another value of which the number would be another.
fn deciding<'e>(declaring: &Instance, expression: &'e Expression, variables: &Scope) -> Option<&'e str> {
    let written: Vec<&str> =
        expression.reads().filter(|read| paths::attribute(&declaring.body, read).is_some()).collect();
    if written.len() < 2 {
        return None;
    }
    let now = expression.count(variables);
    written.into_iter().find(|read| {
        let mut otherwise = variables.clone();
        let (root, rest) = read.split_once('.').unwrap_or((read, ""));
        let Some(value) = variables.named(root) else { return false };
        otherwise.insert(root, changed(value, rest));
        expression.count(&otherwise) != now
    })
}

/// A value with something else at a path of it: one more, the other truth, or nothing.
fn changed(value: &Value, path: &str) -> Value {
    let kind = match &value.kind {
        Kind::List(items) if !path.is_empty() => {
            Kind::List(Arc::new(items.iter().map(|item| changed(item, path)).collect()))
        }
        Kind::Map(items) if !path.is_empty() => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            let mut items = (**items).clone();
            if let Some(item) = items.get_mut(name) {
                *item = changed(item, rest);
            }
            Kind::Map(Arc::new(items))
        }
        Kind::Number(number) => Kind::Number(number + 1.0),
        Kind::Bool(truth) => Kind::Bool(!truth),
        _ => Kind::Null,
    };
    Value::new(kind)
}

fn required(row: &Row, instances: &Known<u32>, variables: &mut Scope) -> u32 {
    let (Some(expression), Some(&instances)) = (&row.required, instances.known()) else { return 1 };
    let count = Value::new(Kind::Number(f64::from(instances)));
    variables.insert("instances", count);
    expression.count(variables).known().copied().unwrap_or(1).clamp(1, instances.max(1))
}

fn place(
    graph: &Graph<'_>,
    row: &Row,
    blocks: &[usize],
    members: &[usize],
    instances: &Known<u32>,
    zone_of: ZoneOf<'_>,
) -> (Known<Vec<ZoneIndex>>, Option<Place>) {
    if row.regional {
        return (Known::Known(Vec::new()), None);
    }
    let mut zones = Zones::default();
    // Members that say where they are know better than the cluster they are in.
    let said: Vec<Zones> = members.iter().map(|&member| zones::of_instance(graph, member)).collect();
    let use_members = !said.is_empty() && said.iter().all(|zones| !zones.is_silent());
    let each = if use_members { said } else { blocks.iter().map(|&block| zones::of_instance(graph, block)).collect() };
    for one in each {
        zones.absorb(one);
    }
    let Zones { names, place, unknown } = zones;
    if let Some(why) = unknown {
        return (Known::Unknown(why), place);
    }
    match (names.as_slice(), instances.known()) {
        ([], _) => (Known::Unknown("no zone is written".into()), place),
        ([_, _, ..], Some(1)) => {
            let list: Vec<&str> = names.iter().map(|name| &**name).collect();
            (Known::Unknown(format!("the provider chooses one of {}", list.join(", ")).into()), place)
        }
        _ => (Known::Known(names.iter().map(zone_of).collect()), place),
    }
}

fn failover(row: &Row, variables: &Scope, sla: Option<&SlaRow>, figures: &Figures) -> Failover {
    let mode = match &row.failover {
        None => Known::Known(FailoverMode::None),
        Some(expression) => match expression.text(variables) {
            Known::Unknown(why) => Known::Unknown(why),
            Known::Known(Some(mode)) if &*mode == "automatic" => Known::Known(FailoverMode::Automatic),
            Known::Known(Some(mode)) if &*mode == "manual" => Known::Known(FailoverMode::Manual),
            Known::Known(_) => Known::Known(FailoverMode::None),
        },
    };
    Failover { mode, seconds: figures.failover_seconds(sla), coverage: figures.coverage() }
}
