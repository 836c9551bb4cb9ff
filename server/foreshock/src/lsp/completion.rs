//! What can be written at a position of `foreshock.toml`.

use foreshock_analysis::CompletionKind;
use foreshock_text::{FilePath, Position};

use super::view::{Range, View};

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// What is shown.
    pub(super) label: String,
    /// What is written.
    pub(super) text: String,
    /// In place of what.
    pub(super) range: Range,
    /// What it is.
    pub(super) kind: CompletionKind,
    /// A few words beside it.
    pub(super) detail: String,
    /// What it means, Markdown.
    pub(super) meaning: String,
    /// Its place in the list.
    pub(super) rank: usize,
}

/// The things that can be written at a position; none in other files.
pub(super) fn items(view: &View, file: &FilePath, at: Position) -> Vec<Item> {
    let Some(offset) = view.offset(file, at) else { return Vec::new() };
    let found = view.snapshot().complete_configuration(file, offset).into_iter().enumerate();
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
