//! Parts that look independent, on one thing that can fail: a shared domain, or one way out of the network.

use foreshock_catalog::Egress;
use foreshock_engine::{Fault, Unit};
use foreshock_model::{MinutesPerYear, Points, Redundancy};

use super::{Draft, RuleId, proof, severity_of, wording};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::SharedFate;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let mut findings: Vec<Finding> = stack.egress().iter().filter_map(|egress| one_way_out(stack, egress)).collect();
    findings.extend(on_one_domain(stack));
    findings
}

/// Several instances on one domain that takes them all.
fn on_one_domain(stack: &Stack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for point in &stack.assessment.single_points {
        let Unit::Domain(domain) = point.unit else { continue };
        let Some(domain) = stack.system().domains.get(domain.index()) else { continue };
        let mut proven = None;
        for &index in point.pinned.iter() {
            let Some(component) = stack.system().component(index) else { continue };
            let Redundancy { instances, required, .. } = &component.redundancy;
            // A single instance is its own finding; what it stands on adds nothing to it.
            if instances.known().is_none_or(|n| n <= required) {
                continue;
            }
            let draft = Draft {
                rule: ID,
                severity: severity_of(ID),
                component: index,
                message: format!(
                    "{} has {}, all on {}.\nWhen that fails, none is left.",
                    component.id,
                    wording::instances(component),
                    domain.name
                ),
                cause: None,
                affected: point.affected.to_vec(),
                points: point.points,
                minutes_per_year: point.minutes_per_year,
                evidence: proven.get_or_insert_with(|| proof(stack, &[Fault::Unit(point.unit)])).clone(),
            };
            findings.extend(draft.finish(stack));
        }
    }
    findings
}

/// One NAT gateway for subnets of several zones: it stands in one of them, and the others lose the internet with that
/// zone. Where the zones are not known, one for several subnets of a network that has no other.
fn one_way_out(stack: &Stack, egress: &Egress) -> Option<Finding> {
    let component = stack.system().component(egress.component)?;
    let Redundancy { instances, zones, .. } = &component.redundancy;
    let is_of_the_region = zones.known().is_some_and(Vec::is_empty);
    if instances.known() != Some(&1) || egress.subnets.len() < 2 || is_of_the_region {
        return None;
    }
    let has_another = || {
        let mut others = stack.egress().iter().filter(|other| other.component != egress.component);
        others.any(|other| other.subnets.is_empty() || !other.networks.is_disjoint(&egress.networks))
    };
    if !egress.apart.unwrap_or_else(|| !has_another()) {
        return None;
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
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        evidence: egress.subnets.clone(),
    };
    // Where nothing in the stack calls out, a second one gains no points and is right all the same.
    draft.finish_unscored(stack)
}
