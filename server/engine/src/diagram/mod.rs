//! The same meaning as the cascade, as logic: the events that take a component down, as decision diagrams over the units
//! that can fail.
//!
//! Holds the diagrams, the minimal cut sets, the equations over the layout and their solution, the units as variables in
//! a good order, bounds for what grows too large, and how much each unit matters. Knows the layout and the figures of
//! reliability. Must not run a cascade: that both say the same is a law of the tests, and worth nothing if one asks the
//! other.

mod attempts;
pub(crate) mod bdd;
mod bounds;
pub(crate) mod budget;
pub(crate) mod cut_sets;
pub(crate) mod degraded;
pub(crate) mod diagrams;
pub(crate) mod drawn;
mod durations;
pub(crate) mod equations;
mod holds;
pub(crate) mod importance;
mod instances;
pub(crate) mod loss;
mod modules;
mod normal;
pub(crate) mod order;
mod own_part;
pub(crate) mod recurrence;
pub(crate) mod service;
pub(crate) mod variables;
