//! `textDocument/diagnostic`: the diagnostics of a document, for a client that asks for them itself.

use foreshock_text::FilePath;

use super::{Cancel, Lane, Refusal, Request, Then};
use crate::lsp::diagnostics::{Report, report};
use crate::lsp::view::View;

pub(in crate::lsp) struct Diagnostics {
    pub(in crate::lsp) file: FilePath,
}

impl Request for Diagnostics {
    type Answer = Report;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Report, Refusal> {
        Ok(report(view, &self.file))
    }

    fn then(&self, view: &View, answer: &Report) -> Option<Then> {
        let version = view.open_document(&self.file)?.version;
        Some(Then::Pulled { file: self.file.clone(), version, result_id: answer.result_id.clone() })
    }
}
