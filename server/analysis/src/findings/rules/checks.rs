//! What the catalog's checks see in single resources. Each check names its rule; the rule's page explains it.

use std::collections::BTreeSet;

use foreshock_catalog::{Assembled, Violation};
use foreshock_model::{ComponentIndex, MinutesPerYear, Points};

use super::{RuleId, rule, wording};
use crate::configuration::Levels;
use crate::{Finding, Severity, Stack};

/// What the checks find, beside what was found by looking at the system.
pub(super) fn find(stack: &Stack, system: &[Finding]) -> Vec<Finding> {
    stack.assembled().map_or_else(Vec::new, |assembled| of(assembled, &stack.settings().levels, system.iter()))
}

/// The same, given what the catalog made of the resources.
pub(super) fn of<'a>(
    assembled: &Assembled,
    levels: &Levels,
    system: impl Iterator<Item = &'a Finding>,
) -> Vec<Finding> {
    let told: BTreeSet<ComponentIndex> =
        system.filter(|finding| is_of_redundancy(finding.rule)).filter_map(|finding| finding.component).collect();
    // Where the system shows that one instance or one zone takes a component, an attribute that lets it is the same fact.
    let is_said = |finding: &Finding| {
        is_of_redundancy(finding.rule) && finding.component.is_some_and(|component| told.contains(&component))
    };
    let found = assembled.violations.iter().filter_map(|violation| report(violation));
    found.filter(|finding| !levels.is_off(finding.rule) && !is_said(finding)).collect()
}

fn is_of_redundancy(rule: RuleId) -> bool {
    use RuleId::{NoAutomaticFailover, NoRedundancy, SinglePointOfFailure, SingleZone};
    matches!(rule, SinglePointOfFailure | NoRedundancy | SingleZone | NoAutomaticFailover)
}

fn report(violation: &Violation) -> Option<Finding> {
    let rule = rule(&violation.rule)?;
    let several = match violation.instances {
        1 => String::new(),
        count => format!(" (and {} more like it)", count - 1),
    };
    Some(Finding {
        rule: rule.id,
        severity: violation.severity.as_deref().and_then(Severity::named).unwrap_or(rule.severity),
        new: true,
        component: violation.component,
        component_id: violation.subject.clone(),
        message: format!("{} {}{several}.\n{}", violation.subject, violation.says, wording::sentence(&violation.then)),
        place: violation.cause.clone().unwrap_or_else(|| violation.block.clone()),
        block: violation.block.clone(),
        affected: Vec::new(),
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        scored: false,
        evidence: violation.evidence.clone(),
        also: Vec::new(),
        cause: None,
    })
}
