//! How long what failed stays failed: one law for recovery, buffers and frequencies (semantics, "How long it lasts"). Start
//! reading at [`unit_duration`].
//!
//! Holds the two regimes (an instance is restored by its mechanism or in its own repair time, a whole component draws from the
//! table of outages), and the log-normal distribution. Must not know diagrams, cascades or what waits for what.

pub(crate) mod law;
pub(crate) mod log_normal;
pub(crate) mod outage;
pub(crate) mod unit;

pub use law::DurationLaw;
pub use unit::{UnitDuration, unit_duration};
