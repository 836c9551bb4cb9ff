//! The graph as JSON: `foreshock graph`, and the answer of `foreshock/graph`.

use foreshock_analysis::Stack;
use foreshock_catalog::Role;
use foreshock_model::{Component, ComponentIndex, FailoverMode, Known, Redundancy, System};
use serde_json::{Map, Value, json};

use super::comparison_json::base_json;
use super::findings_json::of_evidence;
use super::graph_index::GraphIndex;
use super::words::{confidence_name, dependency_name, plane_name};
use super::{JSON_VERSION, Places};

/// The graphs of some stacks in the shape of `graph --format json`.
pub fn graph_json<'a>(stacks: impl Iterator<Item = &'a Stack>, places: &Places<'_>) -> Value {
    let stacks: Vec<Value> = stacks.map(|stack| of_stack(stack, places)).collect();
    json!({"version": JSON_VERSION, "stacks": stacks})
}

/// The same, each stack with how it was at the base (`base`), where it is compared with one.
pub fn graph_since_base_json<'a>(stacks: impl Iterator<Item = &'a Stack>, places: &Places<'_>) -> Value {
    let of_both = |stack: &Stack| {
        let mut object = of_stack(stack, places);
        let before = stack.comparison().and_then(|comparison| comparison.before.as_deref());
        if let (Some(before), Some(members)) = (before, object.as_object_mut()) {
            members.insert("base".to_owned(), before_json(stack, before));
        }
        object
    };
    json!({"version": JSON_VERSION, "stacks": stacks.map(of_both).collect::<Vec<Value>>()})
}

/// Without places: its text is another than the one that the editor shows.
fn before_json(stack: &Stack, before: &Stack) -> Value {
    let system = before.system();
    let look = GraphIndex::of(before);
    let id = |index: ComponentIndex| system.component(index).map(|component| component.id.as_str());
    let components = system.iter().map(|(index, component)| {
        let mut object = Map::new();
        of_component_itself(&look, index, component, &mut object);
        Value::Object(object)
    });
    let dependencies = system.dependencies.iter().map(|dependency| {
        let (kind, confidence) = (dependency_name(dependency.kind), confidence_name(dependency.confidence));
        json!({"from": id(dependency.from), "to": id(dependency.to), "kind": kind, "confidence": confidence})
    });
    json!({
        "compared": base_json(stack),
        "components": components.collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    })
}

fn of_stack(stack: &Stack, places: &Places<'_>) -> Value {
    let system = stack.system();
    let id = |index: ComponentIndex| system.component(index).map(|component| component.id.as_str());
    let look = GraphIndex::of(stack);
    let components = system.iter().map(|(index, component)| of_component(&look, index, component, places));
    let dependencies = system.dependencies.iter().enumerate().map(|(number, dependency)| {
        let evidence = dependency.evidence.iter().map(|evidence| of_evidence(evidence, places));
        json!({
            "from": id(dependency.from),
            "to": id(dependency.to),
            "kind": dependency_name(dependency.kind),
            "confidence": confidence_name(dependency.confidence),
            "plane": plane_name(dependency.plane),
            "group": look.group_of(number),
            "evidence": evidence.collect::<Vec<_>>(),
        })
    });
    // Of the members of a group so many are enough.
    let groups = system.alternatives.iter().map(|group| {
        let members = group.members.iter().filter_map(|member| system.dependency(*member));
        let members: Vec<&foreshock_model::Dependency> = members.collect();
        json!({
            "name": &*group.name,
            "from": members.first().and_then(|first| id(first.from)),
            "members": members.iter().map(|member| id(member.to)).collect::<Vec<_>>(),
            "required": group.required,
            "shares_load": group.shares_load,
        })
    });
    let resources = stack.assembled().map(|assembled| assembled.resources.as_slice()).unwrap_or_default();
    let resources = resources.iter().map(|resource| {
        let role = match resource.role {
            Role::Component => "component",
            Role::Glue => "glue",
            Role::Ignored | Role::Unmapped => "ignored",
        };
        json!({
            "address": &*resource.address,
            "type": stack.type_said(&resource.address, &resource.type_name),
            "role": role,
            "component": resource.component.and_then(id),
            // Ignored because the catalog does not know it, not because it means nothing.
            "unmapped": resource.role == Role::Unmapped,
        })
    });
    let mut object = json!({
        "root": places.path(&stack.root),
        "components": components.collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
        "groups": groups.collect::<Vec<_>>(),
        "zones": system.zones.iter().map(|zone| &*zone.name).collect::<Vec<_>>(),
        "regions": system.regions.iter().map(|region| &*region.name).collect::<Vec<_>>(),
        "domains": system.domains.iter().map(|domain| &*domain.name).collect::<Vec<_>>(),
        "resources": resources.collect::<Vec<_>>(),
    });
    places.variant(stack, &mut object);
    object
}

fn of_component(look: &GraphIndex<'_>, index: ComponentIndex, component: &Component, places: &Places<'_>) -> Value {
    let mut object = Map::new();
    of_component_itself(look, index, component, &mut object);
    if let Some(header) = &component.place {
        let block = component.extent.as_ref().filter(|block| block.file == header.file).unwrap_or(header);
        object.extend(places.json(block));
        object.insert("header".to_owned(), places.range(header));
    }
    Value::Object(object)
}

/// What is known of it wherever it stands.
fn of_component_itself(
    look: &GraphIndex<'_>,
    index: ComponentIndex,
    component: &Component,
    object: &mut Map<String, Value>,
) {
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("id", component.id.as_str().into());
    put("kind", component.kind.name().into());
    put("label", (*component.label).into());
    put("entry", look.is_entry(index).into());
    // How bad it is does not depend on the base; what is new does.
    if let Some(standing) = look.standing(index) {
        put("severity", standing.severity.name().into());
        put("points", standing.points.get().into());
        put("new", standing.is_new.into());
    }
    put("single_point", look.is_single(index).into());
    put("redundancy", of_redundancy(look.stack().system(), &component.redundancy));
    put("availability", of_availability(look, index));
}

pub(super) fn of_redundancy(system: &System, redundancy: &Redundancy) -> Value {
    let zone =
        |index: &foreshock_model::ZoneIndex| system.zones.get(index.index()).map(|zone| Value::from(&*zone.name));
    json!({
        "instances": known(&redundancy.instances, |&instances| instances.into()),
        "required": redundancy.required,
        "zones": known(&redundancy.zones, |zones| zones.iter().filter_map(zone).collect()),
        "failover": known(&redundancy.failover.mode, |mode| match mode {
            FailoverMode::Automatic => "automatic".into(),
            FailoverMode::Manual => "manual".into(),
            FailoverMode::None => "none".into(),
        }),
    })
}

pub(super) fn of_availability(look: &GraphIndex<'_>, index: ComponentIndex) -> Value {
    match look.block(index).and_then(|block| Some((block.availability?, block.sources.join("; ")))) {
        Some((value, source)) => json!({"value": value, "source": source}),
        None => json!({"value": unknown("no figure is known for it"), "source": ""}),
    }
}

fn known<T>(fact: &Known<T>, write: impl Fn(&T) -> Value) -> Value {
    match fact {
        Known::Known(value) => write(value),
        Known::Unknown(why) => unknown(why),
    }
}

fn unknown(why: &str) -> Value {
    json!({"unknown": why})
}
