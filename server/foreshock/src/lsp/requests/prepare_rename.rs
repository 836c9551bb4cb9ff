//! `textDocument/prepareRename`: the name at a position that can be another one.

use foreshock_text::{FilePath, Position};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::{Range, View};

pub(in crate::lsp) struct PrepareRename {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) at: Position,
}

impl Request for PrepareRename {
    type Answer = Option<(Range, String)>;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Option<(Range, String)>, Refusal> {
        let offset = view.offset(&self.file, self.at);
        let found = offset.and_then(|offset| view.snapshot().mention_at(&self.file, offset));
        Ok(found.map(|(_, mention)| (view.range(&self.file, mention.place.span), mention.name.to_string())))
    }
}
