//! Tests of the whole engine. Fixtures are written in a small language, see [`fixture`].

mod agents;
mod assessments;
mod availability;
mod brute_force;
mod buffers;
mod cascades;
mod circular;
mod common_cause;
mod edits;
mod entries;
mod entry_losses;
mod exhaustive;
mod fault_names;
mod fault_trees;
mod fixture;
#[path = "../../benches/generated/mod.rs"]
#[allow(dead_code)] // the benchmarks use more of it
mod generated;
mod graphs;
mod gray_faults;
mod kept;
mod kills;
mod laws;
mod likely;
mod long;
mod meshes;
mod modes;
mod modules;
mod monte_carlo;
mod naive;
mod naive_modes;
mod networks;
mod orders;
mod outages;
mod parts;
mod random;
mod recoverability;
mod recoveries;
mod reliability;
mod rooms;
mod scenarios;
mod score_laws;
mod small;
mod textbook;
mod too_large;
mod unknowns;
