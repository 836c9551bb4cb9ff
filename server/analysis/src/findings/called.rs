//! What a caller has decided stands at the call. Inside of a module its argument has a value, but nobody can change it there;
//! and what a package manager has installed is not the user's text at all.

use std::sync::Arc;

use foreshock_model::Evidence;
use foreshock_resources::{Attribute, Body, Instance, ModuleCall, Resources};
use foreshock_text::Place;

use crate::dialect::terraform::is_installed;
use crate::{Finding, Stack};

/// Moves a finding in a called module to the argument that decides it, or to the call where the module is not the user's own.
pub(super) fn stand_at_the_call(stack: &Stack, finding: &mut Finding) {
    let Some(resources) = stack.resources().filter(|resources| !resources.modules.is_empty()) else { return };
    let Some(instance) = instance_of(stack, resources, finding) else { return };
    if instance.module.is_empty() {
        return;
    }
    let calls = calls_around(resources, &instance.module);
    let is_foreign = |place: &Place| is_installed(place.file.as_path());
    let at_argument =
        deciding(stack, resources, instance, finding).and_then(|attribute| argument_of(&calls, attribute));
    let place = at_argument.filter(|place| !is_foreign(place)).or_else(|| {
        let own = calls.iter().find(|call| !is_installed(call.block.file.as_path()))?;
        is_foreign(&finding.place).then(|| named_by_row(stack, own, finding))
    });
    let Some(place) = place.filter(|place| *place != finding.place) else { return };
    let why = format!("{} is declared here", instance.address).into();
    finding.evidence.insert(0, Evidence { place: finding.block.clone(), why });
    finding.place = place;
}

fn instance_of<'a>(stack: &'a Stack, resources: &'a Resources, finding: &Finding) -> Option<&'a Instance> {
    let of_component = finding.component.and_then(|component| stack.declaring_instance(component));
    let declares = |instance: &&Instance| instance.block.header_place() == finding.block;
    of_component.filter(declares).or_else(|| {
        let number = resources.instances.binary_search_by(|one| one.address.cmp(&finding.component_id)).ok()?;
        resources.instances.get(number).map(Arc::as_ref)
    })
}

/// The calls that a module instance is in, the innermost first.
pub(crate) fn calls_around<'a>(resources: &'a Resources, module: &str) -> Vec<&'a ModuleCall> {
    let is_around = |call: &&ModuleCall| {
        let rest = module.strip_prefix(&*call.address);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let mut calls: Vec<&ModuleCall> = resources.modules.iter().filter(is_around).collect();
    calls.sort_by_key(|call| std::cmp::Reverse(call.address.len()));
    calls
}

/// The attribute that is underlined.
fn deciding<'a>(
    stack: &'a Stack,
    resources: &'a Resources,
    instance: &Instance,
    finding: &Finding,
) -> Option<&'a Attribute> {
    if finding.place == finding.block {
        return None;
    }
    let members = finding.component.and_then(|component| stack.assembled()?.members.get(component.index()));
    let of_component = members.into_iter().flatten().filter_map(|&index| resources.instances.get(index));
    let own = resources.instances.iter().filter(|instance| instance.address == finding.component_id);
    // What scales it stands beside it.
    let beside = resources.instances.iter().filter(|one| one.module == instance.module);
    of_component.chain(own).chain(beside).find_map(|instance| {
        let repetition = instance.repetition.as_ref().filter(|attribute| attribute.place.place() == finding.place);
        repetition.or_else(|| at(&instance.body, &finding.place))
    })
}

fn at<'a>(body: &'a Body, place: &Place) -> Option<&'a Attribute> {
    let own = body.attributes.values().find(|attribute| attribute.place.place() == *place);
    own.or_else(|| body.blocks.iter().find_map(|block| at(&block.body, place)))
}

/// The outermost argument that passes a value on: the literal stands in it, or comes from where its own value does.
fn argument_of(calls: &[&ModuleCall], attribute: &Attribute) -> Option<Place> {
    let origin = attribute.value.origin.as_deref()?;
    let passes = |argument: &&Attribute| {
        let stands_in = argument.place.file == origin.file && argument.place.value.contains(origin.span);
        stands_in || argument.value.origin.as_deref() == Some(origin)
    };
    let mut found = None;
    for call in calls {
        if let Some(argument) = call.arguments.attributes.values().find(passes) {
            found = Some(argument.place.place());
        }
    }
    found
}

/// The argument that the catalog's row of a module names for a rule, where it is written; else the call.
fn named_by_row(stack: &Stack, call: &ModuleCall, finding: &Finding) -> Place {
    let name = format!("module:{}", foreshock_terraform::registry_source(&call.source));
    let written = |path: &str| Some(call.arguments.attributes.get(path)?.place.place());
    let catalog = &stack.settings().catalog;
    let named = catalog.row(&name).and_then(|row| row.names_for(finding.rule.as_str()).find_map(written));
    named.unwrap_or_else(|| call.block.header_place())
}
