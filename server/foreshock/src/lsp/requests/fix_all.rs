//! `textDocument/codeAction`, `source.fixAll.foreshock`: the best repair of each finding of a file in one edit.

use foreshock_analysis::{Edit, Severity};
use foreshock_text::FilePath;

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::code_action::{Action, ActionKind, Proofs, by_document};
use crate::lsp::diagnostics;
use crate::lsp::view::View;

pub(in crate::lsp) struct FixAll {
    pub(in crate::lsp) file: FilePath,
}

impl Request for FixAll {
    type Answer = Option<Action>;
    const LANE: Lane = Lane::Long;
    const IS_VOID_AFTER_AN_EDIT: bool = true;

    /// The best repair of each finding of the file, as far as they do not touch the same text.
    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Option<Action>, Refusal> {
        let mut proofs = Proofs::for_a_file(view, cancel);
        let mut chosen: Vec<Edit> = Vec::new();
        let mut resolves = Vec::new();
        for (stack, finding) in view.findings_in(&self.file) {
            // What is only worth knowing is repaired one by one, when somebody wants it.
            if finding.severity < Severity::Warning {
                continue;
            }
            let fixes = proofs.of(stack, finding)?;
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
        Ok((!chosen.is_empty()).then(|| Action {
            title: "Apply every proven repair in this file".to_owned(),
            kind: ActionKind::FixAll,
            preferred: false,
            resolves,
            edits: by_document(view, chosen.iter()),
            versioned: view.versioned_edits,
        }))
    }
}

fn collide(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.place.span, other.place.span);
    one.place.file == other.place.file && a.start <= b.end && b.start <= a.end
}
