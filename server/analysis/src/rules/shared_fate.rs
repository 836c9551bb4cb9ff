//! Parts that look independent, on one thing that can fail: a shared domain, or one way out of the network.

use foreshock_engine::Fault;
use foreshock_model::Redundancy;

use super::{Draft, RuleId, severity_of};
use crate::{Finding, Stack};

const ID: RuleId = RuleId("shared-fate");

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    one_way_out(stack)
}

/// One NAT gateway for several subnets, where the stack has no other: it stands in one zone, and the others lose the
/// internet with that zone.
fn one_way_out(stack: &Stack) -> Vec<Finding> {
    let [egress] = stack.egress() else {
        return Vec::new();
    };
    let Some(component) = stack.system().component(egress.component) else { return Vec::new() };
    let Redundancy { instances, .. } = &component.redundancy;
    if instances.known() != Some(&1) || egress.subnets.len() < 2 {
        return Vec::new();
    }
    let cascade = stack.cascade(&[Fault::Component(egress.component)]);
    let affected = cascade.effects.iter().map(|effect| effect.component).filter(|index| *index != egress.component);
    let draft = Draft {
        rule: ID,
        severity: severity_of(ID),
        component: egress.component,
        message: format!(
            "{} is the only way out for {} subnets.\nWhen it or its zone fails, all of them lose the internet.",
            component.id,
            egress.subnets.len()
        ),
        cause: None,
        affected: affected.collect(),
        points: 0.0,
        minutes_per_year: 0.0,
        evidence: egress.subnets.clone(),
    };
    draft.finish(stack).into_iter().collect()
}
