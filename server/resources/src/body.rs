//! What is written in a block, evaluated.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{AttributePlace, BlockPlace, Value};

/// The content of a block, evaluated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// The attributes written, by name.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
    /// The nested blocks, in order, `dynamic` ones expanded. A `dynamic` whose `for_each` is unknown gives one block
    /// with `unknown` set.
    pub blocks: Vec<Block>,
}

/// An attribute, evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its value.
    pub value: Value,
    /// Where it is written.
    pub place: AttributePlace,
}

/// A nested block, evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its type, `default_action`.
    pub kind: Arc<str>,
    /// Its labels, rarely any.
    pub labels: Vec<Arc<str>>,
    /// Where it is.
    pub block: BlockPlace,
    /// Its content.
    pub body: Body,
    /// Why the number of such blocks is not known, when it is not.
    pub unknown: Option<Arc<str>>,
}
