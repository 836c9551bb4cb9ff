//! Tests of the whole engine. Fixtures are written in a small language, see [`fixture`].

mod assessments;
mod brute_force;
mod cascades;
mod circular;
mod entry_losses;
mod exhaustive;
mod fault_names;
mod fault_trees;
mod fixture;
#[path = "../../benches/generated/mod.rs"]
#[allow(dead_code)] // the benchmarks use more of it
mod generated;
mod laws;
mod long;
mod modes;
mod naive;
mod naive_modes;
mod random;
mod recoveries;
mod scenarios;
mod small;
