//! What the rules have found in a version of a stack, kept for the next one.

use std::sync::Arc;

use crate::{BlockSummary, Finding};

/// What was found before anybody compared, graded or silenced it.
#[derive(Debug, Default)]
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

impl Found {
    /// Whether both tell the same, in whatever order it was found.
    pub(crate) fn is_same(&self, other: &Found) -> bool {
        self.told == other.told && self.checked == other.checked && self.blocks == other.blocks
    }
}
