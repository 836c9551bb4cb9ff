//! `inlayHint/resolve`: why a hint says so, when somebody looks closer.

use foreshock_text::{FilePath, Span};

use super::inlay_hints::About;
use super::{Cancel, Lane, Refusal, Request, hover};
use crate::lsp::values;
use crate::lsp::view::View;

pub(in crate::lsp) struct InlayTooltip {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) about: About,
}

impl Request for InlayTooltip {
    type Answer = Option<String>;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Option<String>, Refusal> {
        Ok(tooltip(view, &self.file, &self.about))
    }
}

/// What is known of the component, or of the value, as Markdown.
fn tooltip(view: &View, file: &FilePath, about: &About) -> Option<String> {
    let component = match about {
        About::Component(component) => component.as_str(),
        About::Value(start, end) => {
            let expression = values::expression_of(view, file, Span::new(*start, (*end).max(*start)))?;
            return values::section(view, &expression);
        }
    };
    let blocks = view.blocks_in(file);
    let (stack, block) = blocks.into_iter().find(|(_, block)| &*block.component_id == component)?;
    Some(hover::section(view, stack, block))
}
