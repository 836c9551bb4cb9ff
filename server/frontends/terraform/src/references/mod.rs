//! References as they stand in the text, without evaluation: the edges of `terraform graph`.

mod graph;
mod module;
mod walk;

pub(crate) use graph::{ModuleNode, references};
pub(crate) use module::{ModuleReferences, handed_down, quoted_references};
pub(crate) use walk::each_reference;
