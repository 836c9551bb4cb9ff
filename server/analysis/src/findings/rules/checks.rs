//! What the catalog's checks see in single resources. Each check names its rule; the rule's page explains it.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_catalog::{Assembled, Violation};
use foreshock_model::{ComponentIndex, MinutesPerYear, Points};

use super::{RuleId, as_told, is_own, rule, wording};
use crate::configuration::Levels;
use crate::findings::found::Found;
use crate::findings::scope::Difference;
use crate::{Finding, Severity, Stack};

/// What the checks find, for each violation.
pub(super) fn find(stack: &Stack) -> Vec<Option<Arc<Finding>>> {
    let violations = stack.assembled().map_or(&[] as &[_], |assembled| &assembled.violations);
    violations.iter().map(|violation| told(stack, violation)).collect()
}

/// The same, where it is known of another version: what a check says of the same thing is the same finding.
pub(super) fn again(
    stack: &Stack,
    found: &Found,
    before: &Stack,
    difference: &Difference,
) -> Vec<Option<Arc<Finding>>> {
    let (Some(now), Some(then)) = (stack.assembled(), before.assembled()) else { return find(stack) };
    let is_same = |violation: &Violation| {
        let component = violation.component.map(ComponentIndex::index);
        !difference.instances.contains(&violation.instance)
            && component.is_none_or(|component| !difference.components.contains(component))
    };
    // Both are in the order of the instances.
    let mut known = then.violations.iter().zip(&found.checked).peekable();
    let mut all = Vec::with_capacity(now.violations.len());
    for violation in &now.violations {
        while known.next_if(|(old, _)| old.instance < violation.instance).is_some() {}
        let same =
            known.next_if(|(old, _)| Arc::ptr_eq(old, violation) || *old == violation).filter(|_| is_same(violation));
        all.push(match same {
            Some((_, finding)) => finding.clone(),
            None => told(stack, violation),
        });
    }
    all
}

fn told(stack: &Stack, violation: &Violation) -> Option<Arc<Finding>> {
    let finding = report(violation)?;
    is_own(stack, &finding).then(|| as_told(stack, finding))
}

/// What the checks find beside what is known of the score, given what the catalog made of the resources.
pub(super) fn of<'a>(
    assembled: &Assembled,
    levels: &Levels,
    system: impl Iterator<Item = &'a Finding>,
) -> Vec<Arc<Finding>> {
    let told: BTreeSet<ComponentIndex> =
        system.filter(|finding| is_of_redundancy(finding.rule)).filter_map(|finding| finding.component).collect();
    // Where the system shows that one instance or one zone takes a component, an attribute that lets it is the same fact.
    let is_said = |finding: &Finding| {
        is_of_redundancy(finding.rule) && finding.component.is_some_and(|component| told.contains(&component))
    };
    let found = assembled.violations.iter().filter_map(|violation| report(violation));
    found.filter(|finding| !levels.is_off(finding.rule) && !is_said(finding)).map(Arc::new).collect()
}

pub(super) fn is_of_redundancy(rule: RuleId) -> bool {
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
