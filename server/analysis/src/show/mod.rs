//! What a stack shows of itself beside its findings: a summary for each block, the tree of a cascade, and what the
//! expressions of a text are worth.

pub(crate) mod block;
pub(crate) mod call;
pub(crate) mod cascade_tree;
pub(crate) mod lasting;
pub(crate) mod names;
pub(crate) mod values;
