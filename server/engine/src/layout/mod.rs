//! The system as every other room reads it: who calls whom, in flat arrays, with what each part can lose and what each
//! dependency passes on.
//!
//! Holds the layout ([`Layout`](arrays::Layout)) and how a system is read into it, entry points, circles, faults and their
//! names, the score, and the engine's table of judgements ([`defaults`]). Knows the model and section 1,
//! 2 and 6 of the semantics as numbers and rows. Must not know how a failure spreads or how likely one is: the
//! rooms above ask that.

pub(crate) mod arrays;
pub(crate) mod basis;
pub(crate) mod binomial;
pub(crate) mod circles;
pub(crate) mod circular_dependencies;
pub(crate) mod contribution;
pub(crate) mod defaults;
pub(crate) mod fault;
pub(crate) mod fault_name;
pub(crate) mod graph;
pub(crate) mod lay_out;
pub(crate) mod own;
pub(crate) mod parts;
pub(crate) mod paths;
pub(crate) mod reading;
pub(crate) mod score;
pub(crate) mod strong;
pub(crate) mod ways_in;
