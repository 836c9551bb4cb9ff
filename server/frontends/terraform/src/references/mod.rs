//! References as they stand in the text, without evaluation: the edges of `terraform graph`.

mod graph;
mod module;

pub(crate) use graph::{ModuleNode, references};
pub(crate) use module::{ModuleReferences, handed_down, quoted_references};
