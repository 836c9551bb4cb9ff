//! `textDocument/prepareCallHierarchy`: the components of the block under the cursor.

use std::sync::Arc;

use foreshock_analysis::Stack;
use foreshock_model::ComponentIndex;
use foreshock_text::{FilePath, Position};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::{Range, View};

pub(in crate::lsp) struct PrepareCallHierarchy {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) at: Position,
}

/// A component as an entry of the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct Item {
    /// Its id.
    pub(in crate::lsp) component: Arc<str>,
    /// Its type.
    pub(in crate::lsp) detail: Arc<str>,
    /// Its stack: the same module may be in several.
    pub(in crate::lsp) root: String,
    /// The document of its block.
    pub(in crate::lsp) uri: Arc<str>,
    /// The block.
    pub(in crate::lsp) range: Range,
    /// Its header.
    pub(in crate::lsp) header: Range,
}

impl Request for PrepareCallHierarchy {
    type Answer = Vec<Item>;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Item>, Refusal> {
        let Some(offset) = view.offset(&self.file, self.at) else { return Ok(Vec::new()) };
        let snapshot = view.snapshot();
        let blocks = view.block_at(&self.file, offset).into_iter();
        Ok(blocks.filter_map(|(stack, block)| item(view, snapshot.stacks.get(stack)?, block.component)).collect())
    }
}

/// A component as an entry; none where it has no place.
pub(super) fn item(view: &View, stack: &Stack, component: ComponentIndex) -> Option<Item> {
    let component = stack.system().component(component)?;
    let header = component.place.as_ref()?;
    let extent = component.extent.as_ref().filter(|extent| extent.file == header.file).unwrap_or(header);
    Some(Item {
        component: component.id.as_str().into(),
        detail: stack.type_said(component.id.as_str(), &component.type_name).into(),
        root: stack.id(),
        uri: view.uri(&header.file),
        range: view.range(&header.file, extent.span.cover(header.span)),
        header: view.range(&header.file, header.span),
    })
}
