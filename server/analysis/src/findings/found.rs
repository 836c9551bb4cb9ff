//! What the rules have found in a version of a stack, kept for the next one.

use std::sync::Arc;

use crate::{BlockSummary, Finding};

/// What was found before anybody compared, graded or silenced it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// By looking at the system, rule by rule.
    pub(crate) looked: Vec<Arc<Finding>>,
    /// By the checks of the catalog, for each violation in their order; none for what nobody shows.
    pub(crate) checked: Vec<Option<Arc<Finding>>>,
    /// What is told of both: loudest first, then by points, then by place.
    pub(crate) told: Vec<Arc<Finding>>,
    /// What stands beside each block, by place.
    pub(crate) blocks: Vec<Arc<BlockSummary>>,
}
