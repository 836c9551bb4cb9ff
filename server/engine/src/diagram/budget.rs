//! What a decision diagram may cost before only bounds are given.

use crate::layout::defaults::{
    EXPLICIT_INSTANCES, FULL_EXPLICIT_INSTANCES, FULL_WORK_BUDGET, NODE_BUDGET, WORK_BUDGET,
};

/// How much a decision diagram may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Nodes.
    pub(crate) nodes: usize,
    /// Steps of operations.
    pub(crate) work: u64,
    /// Up to so many instances each is followed by itself.
    pub(crate) instances: u32,
    /// Parts that everything else sees as one event may be solved by themselves.
    pub(crate) modules: bool,
}

impl Budget {
    /// That of an assessment, which is made on every keystroke.
    pub(crate) const BRIEF: Budget =
        Budget { nodes: NODE_BUDGET, work: WORK_BUDGET, instances: EXPLICIT_INSTANCES, modules: true };
    /// Where somebody asked for everything and can wait.
    pub(crate) const FULL: Budget =
        Budget { nodes: NODE_BUDGET, work: FULL_WORK_BUDGET, instances: FULL_EXPLICIT_INSTANCES, modules: true };
}
