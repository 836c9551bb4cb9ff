//! YAML 1.2, and with it JSON: `granit-parser` for the events, an arena of our own for the tree.
//!
//! Half-typed text keeps everything but the lines that are not YAML: the line of an error is taken as blank and the text
//! is read again, so that all errors are found and the rest of the tree stands. Aliases stay nodes of their own; those
//! that would expand beyond [`MAX_EXPANSION`] or into themselves are cut off. Start reading at [`Tree`].

mod build;
mod comments;
mod recover;
mod scalar;
mod tree;

#[cfg(test)]
mod tests;

use foreshock_text::{Problem, Span};

pub use comments::comments;
pub use scalar::{Number, Scalar, Style};
pub use tree::{Entry, NodeId, NodeKind, Pair, Tag, Tree, Value};

/// The longest text that is read, in bytes: the bound of every reader here.
pub const MAX_TEXT_LENGTH: usize = crate::hcl::MAX_TEXT_LENGTH;

/// Most values and keys of one text.
pub const MAX_NODES: usize = 4_000_000;

/// Most values that the aliases of one text may stand for, all together.
pub const MAX_EXPANSION: u64 = 1_000_000;

/// Reads a text of one or more documents. Any text gives a tree of what is sound in it, and all problems in the order of
/// the text: what is not YAML, keys given twice, aliases without an anchor. A text longer than [`MAX_TEXT_LENGTH`] gives
/// an empty tree and one problem. Time is linear in the text for each of at most eight errors.
pub fn parse(text: &str) -> (Tree, Vec<Problem>) {
    if text.len() > MAX_TEXT_LENGTH {
        let (length, most) = (text.len() >> 20, MAX_TEXT_LENGTH >> 20);
        let message = format!("this file is {length} MiB long; files over {most} MiB are not read");
        return (Tree::default(), vec![Problem::new(Span::empty(0), message)]);
    }
    let (tree, mut problems) = recover::read(text);
    problems.sort_by(|one, other| (one.span, &one.message).cmp(&(other.span, &other.message)));
    problems.dedup();
    (tree, problems)
}
