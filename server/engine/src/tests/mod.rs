//! Tests of the whole engine. Fixtures are written in a small language, see [`fixture`].

mod assessments;
mod brute_force;
mod cascades;
mod edits;
mod entry_losses;
mod fixture;
#[path = "../../benches/generated/mod.rs"]
#[allow(dead_code)] // the benchmarks use more of it
mod generated;
mod laws;
mod modes;
mod naive;
mod naive_modes;
mod random;
mod scenarios;
