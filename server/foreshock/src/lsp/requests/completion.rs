//! `textDocument/completion`: what can be written at a position of `foreshock.toml`, or of a text whose dialect offers something.

use foreshock_analysis::CompletionKind;
use foreshock_text::{FilePath, Position};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::{Range, View};

pub(in crate::lsp) struct Completion {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) at: Position,
}

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct Item {
    /// What is shown.
    pub(in crate::lsp) label: String,
    /// What is written.
    pub(in crate::lsp) text: String,
    /// In place of what.
    pub(in crate::lsp) range: Range,
    /// What it is.
    pub(in crate::lsp) kind: CompletionKind,
    /// A few words beside it.
    pub(in crate::lsp) detail: String,
    /// What it means, Markdown.
    pub(in crate::lsp) meaning: String,
    /// Its place in the list.
    pub(in crate::lsp) rank: usize,
}

impl Request for Completion {
    type Answer = Vec<Item>;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Item>, Refusal> {
        Ok(items(view, &self.file, self.at))
    }
}

/// The things that can be written at a position; none in other files.
fn items(view: &View, file: &FilePath, at: Position) -> Vec<Item> {
    let Some(offset) = view.offset(file, at) else { return Vec::new() };
    let mut found = view.snapshot().complete_configuration(file, offset);
    if found.is_empty() {
        found = view.snapshot().complete(file, offset);
    }
    let found = found.into_iter().enumerate();
    let item = |(rank, found): (usize, foreshock_analysis::Completion)| Item {
        label: found.label,
        text: found.text,
        range: view.range(file, found.replaces),
        kind: found.kind,
        detail: found.detail,
        meaning: found.meaning,
        rank,
    };
    found.map(item).collect()
}
