//! One instance whose loss takes an entry of the system down.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_engine::{Fault, SinglePoint, Unit};
use foreshock_model::{Component, ComponentIndex, ComponentKind, FailoverMode, Probability, Redundancy, Reliability};
use foreshock_resources::{Instance, Kind};

use super::{Draft, RuleId, instances_place, proof, severity_of, wording};
use crate::findings::scope::Scope;
use crate::{Finding, Stack};

const ID: RuleId = RuleId::SinglePointOfFailure;

pub(super) fn find(stack: &Stack, scope: &Scope) -> Vec<Finding> {
    single_instances(stack, scope).filter_map(|(component, point)| report(stack, component, point)).collect()
}

/// The single points that are an instance or all of a component that is one, with visible dependents; one for each
/// component.
pub(super) fn single_instances<'a>(
    stack: &'a Stack,
    scope: &'a Scope,
) -> impl Iterator<Item = (ComponentIndex, &'a SinglePoint)> {
    stack.assessment.single_points.iter().filter_map(|point| match point.unit {
        Unit::Instance { component, .. } | Unit::Whole(component)
            if point.has_dependents
                && scope.has(component)
                && stack.system().component(component).is_some_and(can_fail)
                && !waits_for_a_person(stack, component)
                && !stack.is_one_per_subnet(component) =>
        {
            Some((component, point))
        }
        _ => None,
    })
}

/// Whether it can fail by itself: a figure is known of its instances or of all of it, and somebody did not write that it
/// never does (`availability: 1`).
pub(super) fn can_fail(component: &Component) -> bool {
    let Reliability { instance, whole, .. } = &component.reliability;
    whole.as_ref().or(instance.as_ref()).is_some_and(|figure| figure.unavailability > Probability::ZERO)
}

/// Whether there are standbys that only a person promotes: then the missing failover is the finding.
pub(super) fn waits_for_a_person(stack: &Stack, component: ComponentIndex) -> bool {
    let Some(component) = stack.system().component(component) else { return false };
    let Redundancy { instances, failover, .. } = &component.redundancy;
    instances.known().is_some_and(|n| *n >= 2)
        && matches!(failover.mode.known(), Some(FailoverMode::Manual | FailoverMode::None))
}

fn report(stack: &Stack, index: ComponentIndex, point: &SinglePoint) -> Option<Finding> {
    let component = stack.system().component(index)?;
    let down: Vec<ComponentIndex> = point.down.iter().copied().filter(|other| *other != index).collect();
    // A zone is not down: names in it are, and a way in is called what its users call it.
    let lost: Vec<ComponentIndex> = down.iter().copied().chain([index]).collect();
    let (named, down): (Vec<ComponentIndex>, Vec<ComponentIndex>) =
        down.into_iter().partition(|&other| !names_that_lead(stack, other, &lost).is_empty());
    let only_here: Vec<Arc<str>> = named.iter().flat_map(|&other| names_that_lead(stack, other, &lost)).collect();
    let names = wording::ids(stack, &down);
    let others = stack.system().components.len().saturating_sub(1);
    let needed = component.redundancy.required;
    let count = match needed {
        1 => wording::instances(component),
        _ => format!("{}, {needed} of them needed", wording::instances(component)),
    };
    let consequence = match names.len() {
        0 if component.kind.is_user_facing() => "users come in through it, and nothing stands in for it".to_owned(),
        0 => "nothing else in this stack is known to go down with it".to_owned(),
        1 => format!("with it {} goes down", wording::some_of(&names)),
        fallen if fallen == others => format!("all {others} others go down with it: {}", wording::some_of(&names)),
        fallen => format!("{fallen} of {others} others go down with it: {}", wording::some_of(&names)),
    };
    let consequence = match (only_here.as_slice(), names.len()) {
        ([], _) => wording::capitalised(&consequence),
        // A name is written as it is, at the beginning of a sentence too.
        (only, 0) => leads_only_to_it(only),
        (only, _) => format!("{}; {}", wording::capitalised(&consequence), leads_only_to_it(only)),
    };
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: index,
        message: format!("{} is a single point of failure ({count}).\n{consequence}.", component.id),
        cause: instances_place(stack, index),
        affected: point.affected.to_vec(),
        points: point.points,
        minutes_per_year: point.minutes_per_year,
        evidence: proof(stack, &[Fault::Unit(point.unit)]),
    }
    .finish(stack)
}

fn leads_only_to_it(names: &[Arc<str>]) -> String {
    format!("{} {} only to it", wording::some_of(names), if names.len() == 1 { "leads" } else { "lead" })
}

/// The names that a zone, or a way in from outside, has for what is down.
fn names_that_lead(stack: &Stack, index: ComponentIndex, down: &[ComponentIndex]) -> BTreeSet<Arc<str>> {
    let system = stack.system();
    let Some(component) = system.component(index).filter(|component| component.kind == ComponentKind::Dns) else {
        return BTreeSet::new();
    };
    let declaring = stack.declaring_instance(index);
    let is_zone = |instance: &Instance| ["zone", "domain"].iter().any(|part| instance.type_name.contains(part));
    let Some(zone) = declaring.filter(|instance| is_zone(instance)) else {
        return declaring.map(|_| component.label.clone()).into_iter().collect();
    };
    let records = stack.resources().map(|resources| resources.instances.as_slice()).unwrap_or_default();
    let lost = system.dependencies.iter().filter(|it| it.from == index && down.contains(&it.to));
    let places = lost.filter_map(|dependency| dependency.evidence.first()).map(|evidence| &evidence.place);
    places
        .filter_map(|place| {
            let declares = |instance: &&Arc<Instance>| {
                instance.type_name.contains("record")
                    && instance.block.file == place.file
                    && instance.block.span.start <= place.span.start
                    && place.span.end <= instance.block.span.end
            };
            Some(full_name(records.iter().find(declares)?, zone))
        })
        .collect()
}

/// `www.example.com`, or as much as is written of it.
fn full_name(record: &Instance, zone: &Instance) -> Arc<str> {
    let text = |instance: &Instance, name: &str| match &instance.body.attributes.get(name)?.value.kind {
        Kind::String(text) => Some(text.trim_end_matches('.').to_owned()),
        _ => None,
    };
    let of_zone = ["dns_name", "domain", "name", "zone"].iter().find_map(|name| text(zone, name));
    match (text(record, "name"), of_zone) {
        (None, _) => record.address.clone(),
        (Some(name), Some(zone)) if name == "@" || name.is_empty() => zone.into(),
        (Some(name), Some(zone)) if !name.ends_with(&zone) => format!("{name}.{zone}").into(),
        (Some(name), _) => name.into(),
    }
}
