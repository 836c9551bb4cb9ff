//! What a failure does to a system: cascade, single points of failure, availability, score.
//!
//! Pure: knows the model and the semantics (docs/semantics.md), does no I/O, and must never know file formats,
//! providers or protocols. Start reading at [`cascade()`], then [`assess()`].
//!
//! Eleven rooms, each of which says what it holds and what it must not know: `layout` below all; on it `durations` (how long
//! failures last), `cascade` (one set of faults over time) and `diagram` (all sets at once, as logic); on these `assess`, `availability` with its
//! sampler `monte_carlo`, `sweep`, `recovery` and `agents`; beside
//! them `recoverability`, which knows the layout alone.

mod agents;
mod assess;
mod availability;
mod cascade;
mod diagram;
mod durations;
mod layout;
mod monte_carlo;
mod recoverability;
mod recovery;
mod sweep;
#[cfg(test)]
mod tests;

pub use agents::{AgentAnswers, ExpectedAnswers, LostGround, agents_after, expected_answers};
pub use assess::alone::own_unavailability;
pub use assess::assessment::Assessment;
pub use assess::entry_loss::{entry_loss, entry_loss_meanwhile, likely_entry_loss};
pub use assess::kept::{Kept, assess, assess_with};
pub use assess::losses::losses;
pub use assess::pairs::Pair;
pub use assess::single_points::{CommonMode, SinglePoint};
pub use availability::{
    Attribution, AttributionMethod, Availability, BasicEvent, CutSet, CutSetList, EntryAvailability, Importance, Input,
    Minutes, ObjectiveOrigin, Options as AvailabilityOptions, Outages, Part, Quantity, Verdict, availability,
    entry_outages,
};
pub use cascade::circular_fallbacks::{CircularFallback, circular_fallbacks};
pub use cascade::effect::{Cascade, Cause, Effect, Likely, Unsettled};
pub use cascade::frozen::Frozen;
pub use cascade::scratch::Scratch;
pub use cascade::{cascade, cascade_passing};
pub use diagram::loss::{Ceiling, LayerUnavailability};
pub use diagram::service::Method;
pub use durations::{DurationLaw, UnitDuration, unit_duration};
pub use layout::basis::{Basis, EntryPoint, EntryReason};
pub use layout::circular_dependencies::{CircularDependency, circular_dependencies};
pub use layout::fault::{Factor, Fault, Health, Resource, Share, Unit};
pub use layout::fault_name::{FAULT_FORMS, FaultForm, UnknownFault};
pub use layout::parts::Parts;
pub use layout::paths::required_paths;
pub use layout::score::{minutes_per_year, nines, score};
pub use monte_carlo::estimate::{Estimate, Kill, Killing, Sampler, Sampling};
pub use recoverability::matrix::{Decided, EntryCell, EntryRecovery, Lost, OwnCell, RecoveryMatrix};
pub use recoverability::{is_one_way, recovery_matrix};
pub use recovery::outcome::{Recovery, RecoveryDeadlock, Restored, Span, Waiting};
pub use recovery::{OutageKnowledge, over_after, recover, recover_knowing, recovery_deadlocks, recovery_deadlocks_in};
pub use sweep::changes::changed_components;
pub use sweep::enumeration::{Scenarios, enumerate};
pub use sweep::likelihood::{likelihood, times_a_year};
pub use sweep::outcome::{Budget, Options as SweepOptions, Outcome};
pub use sweep::scenario::{Class, Faults, Scenario};
pub use sweep::swept::Sweep;
pub use sweep::{sweep, sweep_unless};
