use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_analysis::{Cause, Edit, Finding, Fix, Severity};
use foreshock_report::offer;
use foreshock_text::{FilePath, Span};

use super::diagnostics::{self, Diagnostic};
use super::ignore_action;
use super::view::{Range, View};

/// An offered edit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Action {
    /// `Enable Multi-AZ (+18 points, 40 h a year less)`.
    pub(super) title: String,
    /// Its kind.
    pub(super) kind: ActionKind,
    /// The best of its finding.
    pub(super) preferred: bool,
    /// The diagnostics that go away.
    pub(super) resolves: Vec<Diagnostic>,
    /// The edits by document.
    pub(super) edits: Vec<DocumentEdits>,
    /// The client takes edits that name the version they are for.
    pub(super) versioned: bool,
}

/// What sort of action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActionKind {
    /// Repairs one finding.
    QuickFix,
    /// Repairs every finding of the file that has a repair.
    FixAll,
}

/// The edits of one document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DocumentEdits {
    /// The document.
    pub(super) uri: Arc<str>,
    /// The version they are for; `None` for a document that is not open.
    pub(super) version: Option<i32>,
    /// What is replaced, and by what.
    pub(super) edits: Vec<(Range, String)>,
}

/// Which kinds the client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    quick_fixes: bool,
    fix_all: bool,
}

impl Wanted {
    /// Without a list, quick fixes: repairing a whole file is done on demand, never offered in passing.
    pub(super) fn from_kinds<'a>(kinds: Option<impl Iterator<Item = &'a str>>) -> Wanted {
        let Some(kinds) = kinds else { return Wanted { quick_fixes: true, fix_all: false } };
        let mut wanted = Wanted { quick_fixes: false, fix_all: false };
        for kind in kinds {
            // A kind stands for itself and everything below it; the empty one for all.
            let covers = |ours: &str| kind.is_empty() || ours == kind || ours.starts_with(&format!("{kind}."));
            wanted.quick_fixes |= covers("quickfix");
            wanted.fix_all |= covers("source.fixAll.foreshock");
        }
        wanted
    }
}

/// The repairs of the findings that touch a range, best first. Each is proven, which costs an analysis: for a worker.
pub(super) fn actions(view: &View, file: &FilePath, range: Range, wanted: &Wanted) -> Vec<Action> {
    let mut actions = Vec::new();
    if wanted.quick_fixes
        && let Some(asked) = view.span(file, range)
    {
        for (stack, finding) in view.findings_in(file) {
            if is_touched(finding, asked) {
                let fixes = view.world.fixes(stack, finding);
                actions.extend(fixes.iter().enumerate().map(|(rank, fix)| quick_fix(view, finding, fix, rank == 0)));
                actions.extend(best_fix(view, stack, finding));
                actions.extend(finding.cause.as_ref().map(|cause| taken_back(view, finding, cause)));
            }
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
        let touched = view.findings_in(file).into_iter().filter(|(_, finding)| is_touched(finding, asked));
        actions.extend(ignore_action::actions(view, touched.map(|(_, finding)| finding)));
    }
    if wanted.fix_all {
        actions.extend(fix_all(view, file));
    }
    actions
}

fn is_touched(finding: &Finding, asked: Span) -> bool {
    let place = finding.place.span;
    place.touches(asked.start) || place.touches(asked.end) || asked.contains(place)
}

fn quick_fix(view: &View, finding: &Finding, fix: &Fix, preferred: bool) -> Action {
    Action {
        title: offer(fix),
        kind: ActionKind::QuickFix,
        preferred,
        resolves: vec![diagnostics::of_finding(view, finding)],
        edits: by_document(view, fix.edits.iter()),
        versioned: view.versioned_edits,
    }
}

/// Where the score fell: of all repairs of what is new in the stack the one that gains most.
fn best_fix(view: &View, stack: usize, finding: &Finding) -> Option<Action> {
    if !finding.is_score_regression() {
        return None;
    }
    let new = view.snapshot().stacks.get(stack)?.findings.iter();
    let new = new.filter(|other| other.new && other.points > 0.0 && !other.is_score_regression());
    let fixes: Vec<(&Finding, Fix)> =
        new.filter_map(|other| Some((other, view.world.fixes(stack, other).first()?.clone()))).collect();
    let (repaired, best) = fixes.into_iter().max_by(|(_, one), (_, other)| one.points.total_cmp(&other.points))?;
    let title = format!("Apply the best repair: {}", offer(&best));
    let resolves = vec![diagnostics::of_finding(view, finding), diagnostics::of_finding(view, repaired)];
    Some(Action { title, resolves, ..quick_fix(view, repaired, &best, true) })
}

/// The change that a finding comes from, taken back.
fn taken_back(view: &View, finding: &Finding, cause: &Cause) -> Action {
    Action {
        title: cause.title(),
        kind: ActionKind::QuickFix,
        preferred: false,
        resolves: vec![diagnostics::of_finding(view, finding)],
        edits: by_document(view, std::iter::once(&cause.revert)),
        versioned: view.versioned_edits,
    }
}

/// The best repair of each finding of the file, as far as they do not touch the same text.
fn fix_all(view: &View, file: &FilePath) -> Option<Action> {
    let mut chosen: Vec<Edit> = Vec::new();
    let mut resolves = Vec::new();
    for (stack, finding) in view.findings_in(file) {
        // What is only worth knowing is repaired one by one, when somebody wants it.
        if finding.severity < Severity::Warning {
            continue;
        }
        let fixes = view.world.fixes(stack, finding);
        let Some(best) = fixes.first() else { continue };
        let known = best.edits.iter().all(|edit| chosen.contains(edit));
        if !known && best.edits.iter().any(|edit| chosen.iter().any(|other| collide(edit, other))) {
            continue;
        }
        if !known {
            chosen.extend(best.edits.iter().cloned());
        }
        resolves.push(diagnostics::of_finding(view, finding));
    }
    (!chosen.is_empty()).then(|| Action {
        title: "Apply every proven repair in this file".to_owned(),
        kind: ActionKind::FixAll,
        preferred: false,
        resolves,
        edits: by_document(view, chosen.iter()),
        versioned: view.versioned_edits,
    })
}

fn collide(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.place.span, other.place.span);
    one.place.file == other.place.file && a.start <= b.end && b.start <= a.end
}

pub(super) fn by_document<'a>(view: &View, edits: impl Iterator<Item = &'a Edit>) -> Vec<DocumentEdits> {
    let mut files: BTreeMap<&FilePath, Vec<&Edit>> = BTreeMap::new();
    edits.for_each(|edit| files.entry(&edit.place.file).or_default().push(edit));
    let document = |(file, mut edits): (&FilePath, Vec<&Edit>)| {
        edits.sort_by_key(|edit| edit.place.span);
        DocumentEdits {
            uri: view.uri(file),
            version: view.open_document(file).map(|document| document.version),
            edits: edits.iter().map(|edit| (view.range(file, edit.place.span), edit.text.clone())).collect(),
        }
    };
    files.into_iter().map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kinds: Option<&[&str]>, quick_fixes: bool, fix_all: bool) {
        let wanted = Wanted::from_kinds(kinds.map(|kinds| kinds.iter().copied()));
        assert_eq!(wanted, Wanted { quick_fixes, fix_all }, "{kinds:?}");
    }

    #[test]
    fn a_kind_covers_what_is_below_it() {
        check(None, true, false);
        check(Some(&[]), false, false);
        check(Some(&[""]), true, true);
        check(Some(&["quickfix"]), true, false);
        check(Some(&["source"]), false, true);
        check(Some(&["source.fixAll"]), false, true);
        check(Some(&["source.fixAll.foreshock"]), false, true);
        check(Some(&["source.fixAll.eslint", "refactor"]), false, false);
        check(Some(&["quick"]), false, false);
    }
}
