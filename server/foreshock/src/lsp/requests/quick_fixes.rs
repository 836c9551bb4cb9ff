//! `textDocument/codeAction`, quick fixes: the proven repairs of the findings that touch a range, the change that caused one
//! taken back, and what silences one.

use std::cmp::Ordering;
use std::sync::Arc;

use foreshock_analysis::{Cause, Finding, Fix};
use foreshock_report::offer;
use foreshock_text::{FilePath, Span};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::code_action::{Action, DocumentEdits, Proofs, ignore};
use crate::lsp::diagnostics;
use crate::lsp::view::{Range, View};

pub(in crate::lsp) struct QuickFixes {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) range: Range,
}

impl Request for QuickFixes {
    type Answer = Vec<Action>;
    const LANE: Lane = Lane::Cursor;
    const IS_VOID_AFTER_AN_EDIT: bool = true;

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Vec<Action>, Refusal> {
        let Some(asked) = view.span(&self.file, self.range) else { return Ok(Vec::new()) };
        let mut touched = view.findings_in(&self.file);
        touched.retain(|(_, finding)| is_touched(finding, asked));
        let fixes = proven(&touched, &mut Proofs::for_a_cursor(view, cancel))?;

        let mut actions = Vec::new();
        for ((stack, finding), fixes) in touched.iter().zip(&fixes) {
            actions.extend(fixes.iter().enumerate().map(|(rank, fix)| repair(view, finding, fix, rank == 0)));
            actions.extend(best_repair(view, *stack, finding, &mut Proofs::for_a_cursor(view, cancel))?);
            actions.extend(finding.cause.as_ref().map(|cause| taken_back(view, finding, cause)));
        }
        // A shared module offers the same edit for each of its callers; the first carries the gain that is shown.
        let mut seen: Vec<Vec<DocumentEdits>> = Vec::new();
        actions.retain(|action| {
            let new = !seen.contains(&action.edits);
            if new {
                seen.push(action.edits.clone());
            }
            new
        });
        actions.extend(ignore::actions(view, touched.iter().map(|(_, finding)| *finding)));
        Ok(actions)
    }
}

fn is_touched(finding: &Finding, asked: Span) -> bool {
    let place = finding.place.span;
    place.touches(asked.start) || place.touches(asked.end) || asked.contains(place)
}

/// The repairs of each finding, in their order. What costs most is tried first: when the bound is reached, the rest is
/// worth least.
fn proven(findings: &[(usize, &Finding)], proofs: &mut Proofs<'_>) -> Result<Vec<Arc<Vec<Fix>>>, Refusal> {
    let mut order: Vec<(usize, &(usize, &Finding))> = findings.iter().enumerate().collect();
    order.sort_by(|(_, (_, one)), (_, (_, other))| by_cost(one, other));
    let mut fixes = vec![Arc::default(); findings.len()];
    for (place, (stack, finding)) in order {
        if let Some(slot) = fixes.get_mut(place) {
            *slot = proofs.of(*stack, finding)?;
        }
    }
    Ok(fixes)
}

/// What costs most comes first.
pub(super) fn by_cost(one: &Finding, other: &Finding) -> Ordering {
    other.points.total_cmp(&one.points)
}

fn repair(view: &View, finding: &Finding, fix: &Fix, preferred: bool) -> Action {
    Action { preferred, ..Action::quick_fix(view, finding, offer(fix), fix.edits.iter()) }
}

/// Where the score fell: of all repairs of what is new in the stack the one that gains most.
fn best_repair(
    view: &View,
    stack: usize,
    finding: &Finding,
    proofs: &mut Proofs<'_>,
) -> Result<Option<Action>, Refusal> {
    let Some(of_stack) = view.snapshot().stacks.get(stack).filter(|_| finding.is_score_regression()) else {
        return Ok(None);
    };
    let new = of_stack.findings.iter().filter(|other| other.new && other.points > 0.0 && !other.is_score_regression());
    let new: Vec<(usize, &Finding)> = new.map(|other| (stack, other)).collect();
    let fixes = proven(&new, proofs)?;
    let best = new.iter().zip(&fixes).filter_map(|((_, other), fixes)| Some((*other, fixes.first()?)));
    let best = best.max_by(|(_, one), (_, other)| one.points.total_cmp(&other.points));
    Ok(best.map(|(repaired, best)| {
        let title = format!("Apply the best repair: {}", offer(best));
        let resolves = vec![diagnostics::of_finding(view, finding), diagnostics::of_finding(view, repaired)];
        Action { title, resolves, ..repair(view, repaired, best, true) }
    }))
}

/// The change that a finding comes from, taken back.
fn taken_back(view: &View, finding: &Finding, cause: &Cause) -> Action {
    Action::quick_fix(view, finding, cause.title(), std::iter::once(&cause.revert))
}
