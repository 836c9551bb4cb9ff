use std::sync::Arc;

use foreshock_text::FilePath;

use super::inlay_hints::{by_header, worst};
use super::view::{Range, View};

/// A line above a block that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lens {
    /// The block's header.
    pub(super) range: Range,
    /// `blast radius 7`.
    pub(super) title: String,
    /// What a click shows.
    pub(super) shows: Shows,
    /// The component it is about.
    pub(super) component: Arc<str>,
    /// The directory of its stack.
    pub(super) root: String,
}

/// What a lens shows when it is clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// What falls with the component.
    Cascade,
    /// The graph, with the component in it.
    Graph,
}

/// The lenses of a file: a pair for each block whose loss others feel.
pub(super) fn lenses(view: &View, file: &FilePath) -> Vec<Lens> {
    let mut lenses = Vec::new();
    for blocks in by_header(view, file) {
        let Some(block) = worst(&blocks).filter(|block| block.affected > 0) else { continue };
        let lens = |title, shows| Lens {
            range: view.range(file, block.header.span),
            title,
            shows,
            component: block.component_id.clone(),
            root: block.stack_root.to_string(),
        };
        lenses.push(lens(format!("blast radius {}", block.affected), Shows::Cascade));
        lenses.push(lens("graph".to_owned(), Shows::Graph));
    }
    lenses
}
