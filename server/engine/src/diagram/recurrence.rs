//! How often something that can happen happens, and how long it lasts: what a share of time alone does not say.
//!
//! A unit is an alternating renewal process: of each cycle of mean length MTBF + MTTR it is down for MTTR, so that it fails
//! U/MTTR times in each unit of time. An event made of several units becomes true as often as one of them fails while the
//! others leave it to that one: the sum over the units of Birnbaum importance x frequency (Vesely 1970; Barlow and
//! Proschan 1975, chapter 7). The importance asks what the others do at that moment; that they do it independently is all it
//! needs, whatever the laws of their lives and repairs.

use crate::durations::law::DurationLaw;

/// How often a variable of the diagram becomes true, and how long it then stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Recurrence {
    /// Times a second, waiting for people included. That a failure lasts, and the milder of several thresholds over the
    /// same instances, are no processes of their own: theirs is what is missing so that the sum over all is right, and
    /// may be negative.
    pub(crate) per_second: f64,
    /// How long it lasts, from the failure until it is repaired.
    pub(crate) law: DurationLaw,
    /// It lasts so many times as long: what several equal units make together is over when the first is repaired.
    pub(crate) stretch: f64,
    /// Nobody says how long a repair takes: a default stands in.
    pub(crate) assumed: bool,
}

impl Recurrence {
    /// What never happens by itself: a failover that fails is asked for by the failure of its primary, whose frequency
    /// counts it.
    pub(crate) const NEVER: Recurrence =
        Recurrence { per_second: 0.0, law: DurationLaw::NOTHING, stretch: 1.0, assumed: false };

    /// Mean length in seconds.
    pub(crate) fn mean(&self) -> f64 {
        self.law.mean() * self.stretch
    }

    /// The same thing, happening so often.
    pub(crate) fn times(self, per_second: f64) -> Recurrence {
        Recurrence { per_second, ..self }
    }
}

/// How often at least `k` of `n` equal independent units come to be down, when each is with this probability and fails so
/// often: k - 1 of the others are down, and one more fails.
pub(crate) fn at_least(k: u32, n: u32, probability: f64, per_second: f64) -> f64 {
    if k == 0 || k > n {
        return 0.0;
    }
    f64::from(n) * crate::layout::binomial::exactly(k - 1, n - 1, probability) * per_second
}

/// How often a variable has to happen that narrows another event, which is there with the probability `there`: both
/// together come to be true `wanted` times a second, and `counted` times by the processes of the other event alone.
pub(crate) fn missing(wanted: f64, counted: f64, there: f64) -> f64 {
    if there > 0.0 { (wanted - counted) / there } else { 0.0 }
}
