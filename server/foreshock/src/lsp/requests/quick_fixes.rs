//! `textDocument/codeAction`, quick fixes: the proven repairs of the findings that touch a range, the change that caused one
//! taken back, and what silences one.

use foreshock_analysis::{Cause, Finding, Fix};
use foreshock_report::offer;
use foreshock_text::{FilePath, Span};

use super::inlay_hints::worst_calls;
use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::code_action::{Action, DocumentEdits, Proofs, ignore};
use crate::lsp::diagnostics;
use crate::lsp::view::{Range, View};

/// A range of more lines than a screen has is no cursor: somebody has marked the file.
const SCREEN: u32 = 100;

pub(in crate::lsp) struct QuickFixes {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) range: Range,
}

impl Request for QuickFixes {
    type Answer = Vec<Action>;
    const LANE: Lane = Lane::Cursor;
    const IS_VOID_AFTER_AN_EDIT: bool = true;

    fn lane(&self) -> Lane {
        let lines = self.range.end.line.saturating_sub(self.range.start.line);
        if lines > SCREEN { Lane::Long } else { Lane::Cursor }
    }

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Vec<Action>, Refusal> {
        let Some(asked) = view.span(&self.file, self.range) else { return Ok(Vec::new()) };
        let asked = if asked.is_empty() { line_of(view, &self.file, asked) } else { asked };
        let mut touched = view.findings_in(&self.file);
        touched.retain(|(_, finding)| is_touched(finding, asked));
        touched.extend(of_calls(view, &self.file, asked));
        let fixes = Proofs::on(self.lane(), view, cancel).of_each(&touched)?;

        let mut actions = Vec::new();
        for ((stack, finding), fixes) in touched.iter().zip(&fixes) {
            actions.extend(fixes.iter().enumerate().map(|(rank, fix)| repair(view, finding, fix, rank == 0)));
            actions.extend(best_repair(view, *stack, finding, &Proofs::on(self.lane(), view, cancel))?);
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

/// Where a finding is told: its line, and the header of its block, where the hint says what it costs.
fn is_touched(finding: &Finding, asked: Span) -> bool {
    let touches = |place: Span| place.touches(asked.start) || place.touches(asked.end) || asked.contains(place);
    touches(finding.place.span) || (finding.block.file == finding.place.file && touches(finding.block.span))
}

/// At the header of a call: the single points of failure that it declares, wherever they are told.
fn of_calls<'a>(view: &'a View, file: &FilePath, asked: Span) -> Vec<(usize, &'a Finding)> {
    let calls = worst_calls(view, file);
    let touches = |place: Span| place.touches(asked.start) || place.touches(asked.end) || asked.contains(place);
    let mut found = Vec::new();
    for call in calls.iter().filter(|call| call.single_points > 0 && touches(call.header.span)) {
        let Some(stack) = view.snapshot().stacks.get(call.stack) else { continue };
        let single = stack.findings.iter().filter(|finding| {
            let is_told_here = finding.place.file == *file && is_touched(finding, asked);
            finding.is_single_point() && !is_told_here && stack.is_declared_by(finding, &call.header)
        });
        found.extend(single.map(|finding| (call.stack, &**finding)));
    }
    found
}

/// A cursor stands for its line, as people see it.
fn line_of(view: &View, file: &FilePath, at: Span) -> Span {
    let Some(read) = view.snapshot().file(file) else { return at };
    let line = read.text.line_span(read.text.line_of(at.start));
    Span::new(line.start, line.end.max(line.start))
}

fn repair(view: &View, finding: &Finding, fix: &Fix, preferred: bool) -> Action {
    Action { preferred, ..Action::quick_fix(view, finding, offer(fix), fix.edits.iter()) }
}

/// Where the score fell: of all repairs of what is new in the stack the one that gains most.
fn best_repair(view: &View, stack: usize, finding: &Finding, proofs: &Proofs<'_>) -> Result<Option<Action>, Refusal> {
    let Some(of_stack) = view.snapshot().stacks.get(stack).filter(|_| finding.is_score_regression()) else {
        return Ok(None);
    };
    let new = of_stack.findings.iter().filter(|other| other.new && other.points > 0.0 && !other.is_score_regression());
    let new: Vec<(usize, &Finding)> = new.map(|other| (stack, &**other)).collect();
    let fixes = proofs.of_each(&new)?;
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

#[cfg(test)]
mod tests {
    use foreshock_text::Position;

    use super::*;

    #[test]
    fn a_whole_file_stands_in_no_cursors_way() {
        let lane = |start, end| {
            let at = |line| Position { line, column: 0 };
            QuickFixes { file: FilePath::new("/w/main.tf"), range: Range { start: at(start), end: at(end) } }.lane()
        };
        assert_eq!(lane(500, 500), Lane::Cursor);
        assert_eq!(lane(500, 500 + SCREEN), Lane::Cursor);
        assert_eq!(lane(0, 9999), Lane::Long);
    }
}
