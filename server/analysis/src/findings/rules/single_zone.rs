//! Several instances, but when one zone fails, not enough are left: all are in it, or too many. Or a load balancer in one
//! subnet.

use std::collections::BTreeMap;

use foreshock_engine::{Fault, Unit};
use foreshock_model::{Component, ComponentIndex, Redundancy, ZoneIndex};

use super::{Draft, RuleId, instances_place, proof, severity_of, wording};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::SingleZone;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let mut findings = in_one_subnet(stack);
    let mut told: BTreeMap<ComponentIndex, usize> = BTreeMap::new();
    for point in &stack.assessment.single_points {
        let Unit::Zone(zone) = point.unit else { continue };
        let Some(zone_name) = stack.system().zones.get(zone.index()).map(|zone| zone.name.clone()) else { continue };
        let mut proven = None;
        for &index in point.pinned.iter() {
            let Some(component) = stack.system().component(index) else { continue };
            // A single instance is its own finding; its zone adds nothing to it.
            if component.redundancy.instances.known().is_none_or(|n| *n <= component.redundancy.required) {
                continue;
            }
            // Of a component that no zone may take, the first is enough: what helps against one helps against all.
            if let Some(earlier) = told.get(&index).and_then(|&at| findings.get_mut(at)) {
                also_in(earlier, &zone_name);
                continue;
            }
            told.insert(index, findings.len());
            let draft = Draft {
                rule: ID,
                severity: severity_of(ID),
                component: index,
                message: message(component, zone, &zone_name),
                cause: component.redundancy.zones_place.clone(),
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

/// Another zone that leaves too few.
fn also_in(finding: &mut Finding, zone: &str) {
    let (first, rest) = finding.message.split_once('\n').unwrap_or((&finding.message, ""));
    let first = first.trim_end_matches('.').to_owned();
    finding.message = match first.strip_suffix(" likewise)") {
        Some(before) => format!("{before}, {zone} likewise).\n{rest}"),
        None => format!("{first} ({zone} likewise).\n{rest}"),
    };
}

/// Which instances the zone takes, and what is left.
fn message(component: &Component, zone: ZoneIndex, name: &str) -> String {
    let Redundancy { instances, zones, .. } = &component.redundancy;
    let zones = zones.known().map(Vec::as_slice).unwrap_or_default();
    let count = instances.known().copied().unwrap_or_default();
    let turns = zones.len().max(1) as u32;
    let of_turn = |turn: u32| count.saturating_sub(turn).div_ceil(turns);
    let there: u32 = (0..).zip(zones).filter(|(_, other)| **other == zone).map(|(turn, _)| of_turn(turn)).sum();
    let id = &component.id;
    match count.saturating_sub(there) {
        0 => {
            let all = wording::instances(component);
            format!("{id} has {all}, all in {name}.\nWhen that zone fails, none is left.")
        }
        left => {
            let verb = if left == 1 { "is" } else { "are" };
            format!(
                "{id} has {there} of its {count} instances in {name}.\nWhen that zone fails, the {left} left {verb} not enough."
            )
        }
    }
}

/// Load balancers in one subnet: their instance stands for that subnet's zone, whichever it is.
fn in_one_subnet(stack: &Stack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for point in &stack.assessment.single_points {
        let Unit::Instance { component: index, .. } = point.unit else { continue };
        let Some(component) = stack.system().component(index).filter(|_| stack.is_one_per_subnet(index)) else {
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
            affected: point.affected.to_vec(),
            points: point.points,
            minutes_per_year: point.minutes_per_year,
            evidence: proof(stack, &[Fault::Unit(point.unit)]),
        };
        findings.extend(draft.finish(stack));
    }
    findings
}
