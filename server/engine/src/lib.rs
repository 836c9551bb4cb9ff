//! What a failure does to a system: cascade, single points of failure, availability, score.
//!
//! Pure: knows the model and the semantics (docs/semantics.md), does no I/O, and must never know file formats,
//! providers or protocols. Start reading at [`cascade`], then [`assess`].

mod alone;
mod assessment;
mod basis;
mod bdd;
mod binomial;
mod bounds;
mod cascade;
mod changes;
mod contribution;
mod defaults;
mod entry_loss;
mod enumeration;
mod equations;
mod fault;
mod frozen;
mod injection;
mod joined;
mod latency;
mod likelihood;
mod measure;
mod modes;
mod own;
mod pairs;
mod reading;
mod readings;
mod record;
mod runner;
mod sameness;
mod scenario;
mod score;
mod scratch;
mod service;
mod single_points;
mod spread;
mod strong;
mod sweep;
#[cfg(test)]
mod tests;
mod traffic;
mod updated;
mod variables;

pub use alone::own_unavailability;
pub use assessment::{Assessment, LayerUnavailability, assess, assess_with};
pub use basis::{Basis, EntryPoint, EntryReason};
pub use cascade::{Cascade, Cause, Effect, Unsettled, cascade};
pub use entry_loss::entry_loss;
pub use enumeration::{Scenarios, enumerate};
pub use fault::{Factor, Fault, Health, Resource, Unit};
pub use frozen::Frozen;
pub use pairs::Pair;
pub use scenario::{Class, Faults, Scenario};
pub use score::{minutes_per_year, nines, score};
pub use scratch::Scratch;
pub use service::Method;
pub use single_points::{CommonMode, SinglePoint};
pub use sweep::{Budget, Options, Outcome, Sweep, sweep};
