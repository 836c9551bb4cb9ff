//! Several instances, all in one zone; or a load balancer in one subnet.

use foreshock_engine::{Fault, Unit};

use super::single_point_of_failure::is_one_per_subnet;
use super::{Draft, RuleId, instances_place, proof, severity_of, wording};
use crate::{Finding, Stack};

const ID: RuleId = RuleId("single-zone");

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let mut findings = in_one_subnet(stack);
    for point in &stack.assessment.single_points {
        let Unit::Zone(zone) = point.unit else { continue };
        let Some(zone_name) = stack.system().zones.get(zone.index()).map(|zone| zone.name.clone()) else { continue };
        for &index in &point.pinned {
            let Some(component) = stack.system().component(index) else { continue };
            // A single instance is its own finding; its zone adds nothing to it.
            if component.redundancy.instances.known().is_none_or(|n| *n <= component.redundancy.required) {
                continue;
            }
            let draft = Draft {
                rule: ID,
                severity: severity_of(ID),
                component: index,
                message: format!(
                    "{} has {}, all in {zone_name}.\nWhen that zone fails, none is left.",
                    component.id,
                    wording::instances(component)
                ),
                cause: component.redundancy.zones_place.clone(),
                affected: point.affected.clone(),
                points: point.points,
                minutes_per_year: point.minutes_per_year,
                evidence: proof(stack, &[Fault::Unit(point.unit)]),
            };
            findings.extend(draft.finish(stack));
        }
    }
    findings
}

/// Load balancers in one subnet: their instance stands for that subnet's zone, whichever it is.
fn in_one_subnet(stack: &Stack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for point in &stack.assessment.single_points {
        let Unit::Instance { component: index, .. } = point.unit else { continue };
        let Some(component) = stack.system().component(index).filter(|_| is_one_per_subnet(stack, index)) else {
            continue;
        };
        let draft = Draft {
            rule: ID,
            severity: severity_of(ID),
            component: index,
            message: format!(
                "{} is in one subnet.\nWhen the zone of that subnet fails, users reach nothing behind it.",
                component.id
            ),
            cause: instances_place(stack, index),
            affected: point.affected.clone(),
            points: point.points,
            minutes_per_year: point.minutes_per_year,
            evidence: proof(stack, &[Fault::Unit(point.unit)]),
        };
        findings.extend(draft.finish(stack));
    }
    findings
}
