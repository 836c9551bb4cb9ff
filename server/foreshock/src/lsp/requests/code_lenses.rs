//! `textDocument/codeLens`: a line above each block that matters, and above a file that several callers share.

use std::sync::Arc;

use foreshock_analysis::BlockSummary;
use foreshock_text::FilePath;

use super::inlay_hints::{by_header, worst, worst_calls};
use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::{Range, View};

pub(in crate::lsp) struct CodeLenses {
    pub(in crate::lsp) file: FilePath,
}

/// A line above a block that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct Lens {
    /// The block's header.
    pub(in crate::lsp) range: Range,
    /// `blast radius 7`.
    pub(in crate::lsp) title: String,
    /// What a click shows.
    pub(in crate::lsp) shows: Shows,
}

/// What a lens shows when it is clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) enum Shows {
    /// What falls with the component.
    Cascade { component: Arc<str>, root: String },
    /// The graph, with the component in it.
    Graph { component: Arc<str>, root: String },
    /// Who calls the file's module, to choose one of them.
    Callers,
    /// The results of all callers again.
    AllCallers,
}

impl Request for CodeLenses {
    type Answer = Vec<Lens>;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Lens>, Refusal> {
        Ok(lenses(view, &self.file))
    }
}

/// The lenses of a file: who calls it where several do, and a pair for each block, or call of a module, whose loss others feel.
pub(in crate::lsp) fn lenses(view: &View, file: &FilePath) -> Vec<Lens> {
    let mut lenses = of_callers(view, file);
    for blocks in by_header(view, file) {
        let Some(block) = worst(&blocks).filter(|block| block.affected > 0) else { continue };
        lenses.extend(of_block(view.range(file, block.header.span), block));
    }
    for call in worst_calls(view, file).iter().filter(|call| call.worst.affected > 0) {
        lenses.extend(of_block(view.range(file, call.header.span), &call.worst));
    }
    lenses.sort_by_key(|lens| lens.range);
    lenses
}

/// A pair for a block whose loss others feel.
fn of_block(range: Range, block: &BlockSummary) -> [Lens; 2] {
    let (component, root) = (block.component_id.clone(), block.stack_root.to_string());
    let cascade = Shows::Cascade { component: component.clone(), root: root.clone() };
    [
        Lens { range, title: format!("blast radius {}", block.affected), shows: cascade },
        Lens { range, title: "graph".to_owned(), shows: Shows::Graph { component, root } },
    ]
}

/// Above a file that several callers share: how it fares with them, or whose results it shows.
fn of_callers(view: &View, file: &FilePath) -> Vec<Lens> {
    let (callers, chosen) = view.callers(file);
    let lens = |title, shows| Lens { range: Range::default(), title, shows };
    match (view.snapshot().callers_in_short(file, &callers), chosen) {
        (None, _) => Vec::new(),
        (Some(short), None) => vec![lens(short, Shows::Callers)],
        (Some(_), Some(chosen)) => vec![
            lens(format!("as called by {}", chosen.label), Shows::Callers),
            lens("all callers".to_owned(), Shows::AllCallers),
        ],
    }
}
