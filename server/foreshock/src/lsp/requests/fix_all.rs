//! `textDocument/codeAction`, `source.fixAll.foreshock`: the best repair of each finding of a file in one edit.

use foreshock_analysis::{Finding, Fix, Repair, Severity};
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

    /// The best repair of each finding of the file, as far as they go together: the sum is proven, too.
    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Option<Action>, Refusal> {
        let mut findings = view.findings_in(&self.file);
        // What is only worth knowing is repaired one by one, when somebody wants it.
        findings.retain(|(_, finding)| finding.severity >= Severity::Warning);
        let fixes = Proofs::on(Self::LANE, view, cancel).of_each(&findings)?;
        let mut best: Vec<(usize, &Finding, &Fix)> = findings
            .iter()
            .zip(&fixes)
            .filter_map(|((stack, finding), fixes)| Some((*stack, *finding, fixes.first()?)))
            .collect();
        best.sort_by(|(.., one), (.., other)| other.points.total_cmp(&one.points));
        let repairs: Vec<Repair<'_>> =
            best.iter().map(|&(stack, finding, fix)| Repair { stack, finding, fix }).collect();
        let together = view.snapshot().fixes_together(&repairs, &|| cancel.is_due());
        let together = together.ok_or(Refusal::ContentModified)?;

        let mut repaired: Vec<&Finding> =
            together.made.iter().filter_map(|&at| repairs.get(at)).map(|repair| repair.finding).collect();
        repaired.sort_by_key(|finding| finding.place.span);
        Ok((!together.edits.is_empty()).then(|| Action {
            title: "Apply every proven repair in this file".to_owned(),
            kind: ActionKind::FixAll,
            preferred: false,
            resolves: repaired.iter().map(|finding| diagnostics::of_finding(view, finding)).collect(),
            edits: by_document(view, together.edits.iter()),
            versioned: view.versioned_edits,
        }))
    }
}
