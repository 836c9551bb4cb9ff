//! Proof of repairs of what applying a change does: the repaired text is compared with the base as the text is, and what was found has to
//! be gone, or quieter.

use std::sync::Arc;

use super::{Candidate, Fix, holds_elsewhere, repaired, users_of};
use crate::{Finding, RuleId, Severity, Snapshot, Stack};

/// The repair, where it holds. It costs no points against what is there now.
pub(super) fn prove(snapshot: &Snapshot, stack: &Stack, finding: &Finding, candidate: Candidate) -> Option<Fix> {
    let Candidate { title, edits } = candidate;
    let comparison = stack.comparison()?;
    let mut reader = stack.dialect().reader();
    let after = repaired(snapshot, stack, &edits, &mut *reader)?;
    let after = after.compared_with(comparison.base.clone(), comparison.before.clone());
    let is_there = |other: &Arc<Finding>| other.is_same(finding) && other.severity >= finding.severity;
    let is_gone = !after.findings.iter().any(is_there);
    // What is done at once is not put off, and does what it does.
    let may_be_louder = finding.rule == RuleId::Postponed;
    let is_known =
        |other: &Finding| stack.findings.iter().any(|known| known.is_same(other) && known.severity >= other.severity);
    let louder = after.findings.iter().any(|other| other.severity >= Severity::Warning && !is_known(other));
    let points = match (after.comparison().and_then(|after| after.score_after), comparison.score_after) {
        (Some(after), Some(now)) => after - now,
        _ => 0.0,
    };
    let holds = is_gone && (may_be_louder || !louder) && points > -1e-9;
    (holds && holds_elsewhere(snapshot, stack, &edits, &mut *reader)).then(|| Fix {
        title: users_of(snapshot, stack, &edits).map_or_else(|| title.clone(), |users| format!("{title} ({users})")),
        points: foreshock_model::Points::ZERO,
        minutes_per_year: foreshock_model::MinutesPerYear::ZERO,
        edits,
    })
}
