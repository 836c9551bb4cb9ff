//! `textDocument/rename`: another name for the component that is named at a position, everywhere.

use foreshock_text::{FilePath, Position};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::code_action::{DocumentEdits, by_document};
use crate::lsp::view::View;

pub(in crate::lsp) struct Rename {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) at: Position,
    pub(in crate::lsp) name: String,
}

/// Edits, and whether the client takes those that name the version they are for.
pub(in crate::lsp) struct Renamed {
    pub(in crate::lsp) edits: Vec<DocumentEdits>,
    pub(in crate::lsp) versioned: bool,
}

impl Request for Rename {
    type Answer = Renamed;
    const LANE: Lane = Lane::Cursor;
    const IS_VOID_AFTER_AN_EDIT: bool = true;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Renamed, Refusal> {
        let offset = view.offset(&self.file, self.at);
        let offset = offset.ok_or_else(|| Refusal::BadQuestion("no component is named here".to_owned()))?;
        let edits = view.snapshot().rename(&self.file, offset, &self.name).map_err(Refusal::BadQuestion)?;
        Ok(Renamed { edits: by_document(view, edits.iter()), versioned: view.versioned_edits })
    }
}
