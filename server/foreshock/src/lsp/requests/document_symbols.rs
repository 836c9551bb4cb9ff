//! `textDocument/documentSymbol`: the components that a file declares.

use std::sync::Arc;

use foreshock_text::FilePath;

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::{Location, Range, View};

pub(in crate::lsp) struct DocumentSymbols {
    pub(in crate::lsp) file: FilePath,
}

/// A component in a list.
pub(in crate::lsp) struct Symbol {
    /// Its id.
    pub(in crate::lsp) name: Arc<str>,
    /// What it is.
    pub(in crate::lsp) detail: String,
    /// Its id in the text.
    pub(in crate::lsp) at: Location,
    /// All of it.
    pub(in crate::lsp) extent: Range,
}

impl Request for DocumentSymbols {
    type Answer = Vec<Symbol>;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Symbol>, Refusal> {
        Ok(view.snapshot().symbols_in(&self.file).into_iter().map(|symbol| shown(view, symbol)).collect())
    }
}

/// A component in the client's units.
pub(super) fn shown(view: &View, symbol: foreshock_analysis::Symbol) -> Symbol {
    Symbol {
        at: view.location(&symbol.place),
        extent: view.range(&symbol.place.file, symbol.extent),
        name: symbol.name,
        detail: symbol.detail,
    }
}
