//! What the catalog's checks see in single resources. Each check names its rule; the rule's page explains it.

use foreshock_catalog::Violation;
use foreshock_model::{MinutesPerYear, Points};

use super::{rule, wording};
use crate::{Finding, Severity, Stack};

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let Some(assembled) = stack.assembled() else { return Vec::new() };
    let levels = &stack.settings().levels;
    assembled.violations.iter().filter_map(report).filter(|finding| !levels.is_off(finding.rule)).collect()
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
