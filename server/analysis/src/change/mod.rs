//! What a change of the text did: the stack beside the same stack at the base, which findings are new, and which lines
//! they come from.

pub(crate) mod apply;
pub(crate) mod cause;
pub(crate) mod causes;
pub(crate) mod comparison;
pub(crate) mod gone;
pub(crate) mod held;
pub(crate) mod newly_failing;
pub(crate) mod removal;
pub(crate) mod score_regression;
pub(crate) mod since_base;
mod units;
