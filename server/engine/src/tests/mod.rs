//! Tests of the whole engine. Fixtures are written in a small language, see [`fixture`].

mod agents;
mod assessments;
mod brute_force;
mod cascades;
mod circular;
mod entry_losses;
mod exhaustive;
mod fixture;
mod laws;
mod long;
mod naive;
mod random;
mod recoveries;
mod small;
