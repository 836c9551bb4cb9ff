//! What a failure does to a system: cascade, single points of failure, availability, score.
//!
//! Pure: knows the model and the semantics (docs/semantics.md), does no I/O, and must never know file formats,
//! providers or protocols. Start reading at [`cascade`], then [`assess`].

mod alone;
mod assessment;
mod availability;
mod basis;
mod bdd;
mod binomial;
mod bounds;
mod cascade;
mod contribution;
mod cut_sets;
mod defaults;
mod durations;
mod entry_loss;
mod equations;
mod fault;
mod frozen;
mod holds;
mod importance;
mod instances;
mod monte_carlo;
mod order;
mod own;
mod own_part;
mod pairs;
mod reading;
mod readings;
mod score;
mod service;
mod single_points;
mod strong;
#[cfg(test)]
mod tests;
mod variables;

pub use alone::own_unavailability;
pub use assessment::{Assessment, assess, assess_with};
pub use availability::{
    Attribution, AttributionMethod, Availability, BasicEvent, CutSetList, EntryAvailability, Importance, Input,
    LayerUnavailability, Minutes, Options as AvailabilityOptions, Part, Quantity, Verdict, availability,
};
pub use basis::{Basis, EntryPoint, EntryReason};
pub use cascade::{Cascade, Cause, Effect, Scratch, cascade};
pub use entry_loss::entry_loss;
pub use fault::{Fault, Health, Unit};
pub use frozen::Frozen;
pub use monte_carlo::{Estimate, Kill, Sampler, Sampling};
pub use pairs::Pair;
pub use score::{minutes_per_year, nines, score};
pub use service::Method;
pub use single_points::{CommonMode, SinglePoint};
