//! What a failure does to a system: cascade, single points of failure, availability, score.
//!
//! Pure: knows the model and the semantics (docs/semantics.md), does no I/O, and must never know file formats,
//! providers or protocols. Start reading at [`cascade`], then [`assess`].

mod agent_net;
mod agents;
mod alone;
mod assessment;
mod availability;
mod basis;
mod bdd;
mod binomial;
mod bounds;
mod cascade;
mod changes;
mod circular;
mod circular_dependencies;
mod circular_fallbacks;
mod contribution;
mod cut_sets;
mod defaults;
mod degraded;
mod durations;
mod entry_loss;
mod enumeration;
mod equations;
mod fault;
mod fault_name;
mod frozen;
mod holds;
mod importance;
mod injection;
mod instances;
mod joined;
mod latency;
mod likelihood;
mod measure;
mod modes;
mod monte_carlo;
mod order;
mod own;
mod own_part;
mod pairs;
mod reading;
mod readings;
mod record;
mod recovery;
mod repair;
mod restoration;
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
mod uphold;
mod variables;
mod waits;

pub use agents::{AgentAnswers, ExpectedAnswers, LostGround, agents_after, expected_answers};
pub use alone::own_unavailability;
pub use assessment::{Assessment, assess, assess_with};
pub use availability::{
    Attribution, AttributionMethod, Availability, BasicEvent, CutSetList, EntryAvailability, Importance, Input,
    LayerUnavailability, Minutes, Options as AvailabilityOptions, Part, Quantity, Verdict, availability,
};
pub use basis::{Basis, EntryPoint, EntryReason};
pub use cascade::{Cascade, Cause, Effect, Unsettled, cascade};
pub use circular_dependencies::circular_dependencies;
pub use circular_fallbacks::{CircularFallback, circular_fallbacks};
pub use entry_loss::entry_loss;
pub use enumeration::{Scenarios, enumerate};
pub use fault::{Factor, Fault, Health, Resource, Unit};
pub use fault_name::UnknownFault;
pub use frozen::Frozen;
pub use likelihood::likelihood;
pub use monte_carlo::{Estimate, Kill, Sampler, Sampling};
pub use pairs::Pair;
pub use recovery::{Recovery, RecoveryDeadlock, Restored, Span, Waiting, recover, recovery_deadlocks};
pub use scenario::{Class, Faults, Scenario};
pub use score::{minutes_per_year, nines, score};
pub use scratch::Scratch;
pub use service::Method;
pub use single_points::{CommonMode, SinglePoint};
pub use sweep::{Budget, Options as SweepOptions, Outcome, Sweep, sweep};
