//! `textDocument/references`: where the component is named that is named at a position.

use foreshock_text::{FilePath, Position};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::{Location, View};

pub(in crate::lsp) struct References {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) at: Position,
    pub(in crate::lsp) with_declaration: bool,
}

impl Request for References {
    type Answer = Vec<Location>;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Location>, Refusal> {
        let Some(offset) = view.offset(&self.file, self.at) else { return Ok(Vec::new()) };
        let places = view.snapshot().references(&self.file, offset, self.with_declaration);
        Ok(places.iter().map(|place| view.location(place)).collect())
    }
}
