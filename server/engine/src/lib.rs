//! What a failure does to a system: cascade, single points of failure, availability, score.
//!
//! Pure: knows the model and the semantics (docs/semantics.md), does no I/O, and must never know file formats,
//! providers or protocols. Start reading at [`cascade`], then [`assess`].

mod agent_net;
mod agents;
mod alone;
mod assessment;
mod basis;
mod bdd;
mod binomial;
mod bounds;
mod cascade;
mod circular;
mod circular_fallbacks;
mod contribution;
mod defaults;
mod degraded;
mod entry_loss;
mod equations;
mod fault;
mod frozen;
mod own;
mod pairs;
mod reading;
mod readings;
mod recovery;
mod repair;
mod restoration;
mod score;
mod service;
mod single_points;
mod strong;
#[cfg(test)]
mod tests;
mod variables;
mod waits;

pub use agents::{AgentAnswers, ExpectedAnswers, LostGround, agents_after, expected_answers};
pub use alone::own_unavailability;
pub use assessment::{Assessment, LayerUnavailability, assess, assess_with};
pub use basis::{Basis, EntryPoint, EntryReason};
pub use cascade::{Cascade, Cause, Effect, Scratch, cascade};
pub use circular_fallbacks::{CircularFallback, circular_fallbacks};
pub use entry_loss::entry_loss;
pub use fault::{Fault, Health, Unit};
pub use frozen::Frozen;
pub use pairs::Pair;
pub use recovery::{Recovery, RecoveryDeadlock, Restored, Span, Waiting, recover, recovery_deadlocks};
pub use score::{minutes_per_year, nines, score};
pub use service::Method;
pub use single_points::{CommonMode, SinglePoint};
