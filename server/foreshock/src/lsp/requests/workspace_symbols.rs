//! `workspace/symbol`: the components of all stacks by their names.

use super::document_symbols::{Symbol, shown};
use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::View;

/// Nobody reads more.
const MOST: usize = 500;

pub(in crate::lsp) struct WorkspaceSymbols {
    pub(in crate::lsp) query: String,
}

impl Request for WorkspaceSymbols {
    type Answer = Vec<Symbol>;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Symbol>, Refusal> {
        let found = view.snapshot().symbols(&self.query);
        Ok(found.into_iter().take(MOST).map(|symbol| shown(view, symbol)).collect())
    }
}
