//! `textDocument/definition`: where the component is declared that is named at a position.

use foreshock_text::{FilePath, Position};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::{Location, View};

pub(in crate::lsp) struct Definition {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) at: Position,
}

impl Request for Definition {
    type Answer = Vec<Location>;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Location>, Refusal> {
        let Some(offset) = view.offset(&self.file, self.at) else { return Ok(Vec::new()) };
        let places = view.snapshot().declarations(&self.file, offset);
        Ok(places.iter().map(|place| view.location(place)).collect())
    }
}
