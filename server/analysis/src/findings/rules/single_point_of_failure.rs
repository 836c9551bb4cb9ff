//! One instance whose loss takes an entry of the system down.

use foreshock_engine::{Fault, SinglePoint, Unit};
use foreshock_model::{Component, ComponentIndex, FailoverMode, Probability, Redundancy, Reliability};

use super::{Draft, RuleId, instances_place, proof, severity_of, wording};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::SinglePointOfFailure;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    single_instances(stack).filter_map(|(component, point)| report(stack, component, point)).collect()
}

/// The single points that are an instance or all of a component that is one, with visible dependents; one for each
/// component.
pub(super) fn single_instances(stack: &Stack) -> impl Iterator<Item = (ComponentIndex, &SinglePoint)> {
    stack.assessment.single_points.iter().filter_map(|point| match point.unit {
        Unit::Instance { component, .. } | Unit::Whole(component)
            if point.has_dependents
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
        fallen => format!("{fallen} of {others} others go down with it: {}", wording::some_of(&names)),
    };
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: index,
        message: format!(
            "{} is a single point of failure ({count}).\n{}.",
            component.id,
            wording::capitalised(&consequence)
        ),
        cause: instances_place(stack, index),
        affected: point.affected.clone(),
        points: point.points,
        minutes_per_year: point.minutes_per_year,
        evidence: proof(stack, &[Fault::Unit(point.unit)]),
    }
    .finish(stack)
}
