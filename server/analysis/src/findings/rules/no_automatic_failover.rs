//! Standbys that nothing promotes: when the primary is lost, service waits for a person.

use std::collections::BTreeSet;

use foreshock_engine::{Fault, Unit};
use foreshock_model::Replication;

use super::single_point_of_failure::waits_for_a_person;
use super::{Draft, RuleId, proof, severity_of, wording};
use crate::findings::scope::Scope;
use crate::{Finding, Stack};

const ID: RuleId = RuleId::NoAutomaticFailover;

pub(super) fn find(stack: &Stack, scope: &Scope) -> Vec<Finding> {
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for point in &stack.assessment.single_points {
        let Unit::Instance { component: index, .. } = point.unit else { continue };
        let Some(component) = stack.system().component(index) else { continue };
        let standby = component.redundancy.replication == Replication::PrimaryStandby;
        if !standby || !scope.has(index) || !waits_for_a_person(stack, index) || !told.insert(index) {
            continue;
        }
        let names = wording::ids(stack, &point.down);
        let consequence = match names.iter().filter(|name| &***name != component.id.as_str()).count() {
            0 => "it stays down until somebody acts".to_owned(),
            fallen => format!("{fallen} others stay down until somebody acts"),
        };
        let draft = Draft {
            rule: ID,
            severity: severity_of(ID),
            component: index,
            message: format!(
                "{} has {}, but nothing promotes a standby.\nWhen the primary is lost, {consequence}.",
                component.id,
                wording::instances(component)
            ),
            cause: None,
            affected: point.affected.to_vec(),
            points: point.points,
            minutes_per_year: point.minutes_per_year,
            evidence: proof(stack, &[Fault::Unit(point.unit)]),
        };
        findings.extend(draft.finish(stack));
    }
    findings
}
