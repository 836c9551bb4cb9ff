//! Tests of the whole engine. Fixtures are written in a small language, see [`fixture`].

mod assessments;
mod availability;
mod brute_force;
mod buffers;
mod cascades;
mod entry_losses;
mod fault_trees;
mod fixture;
mod laws;
mod monte_carlo;
mod naive;
mod networks;
mod random;
mod reliability;
mod score_laws;
mod textbook;
