//! How long failures last, where it is known: repair, waiting for a person, promotion (semantics, section 5).

use foreshock_model::{Component, Figure, Layer, Recovery, Seconds, Source};

use crate::diagram::recurrence::Recurrence;
use crate::layout::defaults::{ASSUMED_REPAIR, REPAIR_SPREAD};
use crate::layout::own::{Own, Promotion};

/// How long a failure that is there has been there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lasts {
    /// Mean time to repair in seconds, as given and when a person has to answer first; or how long it always takes.
    mean: f64,
    answered: f64,
    always: bool,
    /// Nobody says how long.
    assumed: bool,
    /// This share of what happens is an outage of its own; the rest is part of another.
    share: f64,
}

impl Lasts {
    /// Until it is repaired; repair times are exponential, the only distribution that the mean alone gives.
    pub(crate) fn of(figure: &Figure, recovery: &Recovery) -> Lasts {
        let mean = figure.mttr.map_or(ASSUMED_REPAIR, Seconds::get);
        let answered = mean + waiting(figure, recovery).unwrap_or(0.0);
        Lasts { mean, answered, always: false, assumed: figure.mttr.is_none(), share: 1.0 }
    }

    /// Nobody says.
    pub(crate) fn unknown() -> Lasts {
        Lasts { mean: ASSUMED_REPAIR, answered: ASSUMED_REPAIR, always: false, assumed: true, share: 1.0 }
    }

    /// The promotion of a standby: always as long, but no longer than the repair of the primary. Where it fails, that is
    /// the outage which the failover's unit and the primary make.
    pub(crate) fn promotion(component: &Component, coverage: f64) -> Lasts {
        let repair = component.reliability.instance.as_ref().and_then(|figure| figure.mttr).map(Seconds::get);
        let seconds = component.redundancy.failover.seconds.value.get().min(repair.unwrap_or(f64::INFINITY));
        Lasts { mean: seconds, answered: seconds, always: true, assumed: false, share: coverage }
    }

    /// Given that it has been there for more than `before`, the probability that it has been for more than `seconds`.
    pub(crate) fn still(self, before: f64, seconds: f64) -> f64 {
        self.survival(self.mean, before, seconds)
    }

    /// The same when people have to answer first.
    pub(crate) fn still_answered(self, before: f64, seconds: f64) -> f64 {
        self.survival(self.answered, before, seconds)
    }

    /// The share of failures that last for more than `seconds` when people have to answer first.
    pub(crate) fn outlasts(self, seconds: f64) -> f64 {
        match self.always {
            true => f64::from(u8::from(self.answered > seconds)),
            false => self.still_answered(0.0, seconds),
        }
    }

    /// How often this happens, when it is there for this share of the time.
    pub(crate) fn recurrence(self, unavailability: f64) -> Recurrence {
        let (mean, assumed) = match self.answered > 0.0 {
            true => (self.answered, self.assumed),
            // Down for some of the time, but never for any time: the time to repair is a slip.
            false => (ASSUMED_REPAIR, true),
        };
        let spread = if self.always { 0.0 } else { REPAIR_SPREAD };
        Recurrence { per_second: self.share * unavailability / mean, mean, spread, assumed }
    }

    /// Whether it lasts so long on average.
    pub(crate) fn usually(self, seconds: f64) -> bool {
        self.mean > seconds
    }

    fn survival(self, mean: f64, before: f64, seconds: f64) -> f64 {
        if self.always {
            return if mean > before { ((mean - seconds) / (mean - before)).max(0.0) } else { 0.0 };
        }
        if mean > 0.0 { (-(seconds - before) / mean).exp() } else { 0.0 }
    }
}

/// The seconds that a repair waits for a person: the component's response time. None where nothing is known of it or of
/// the repair, or nobody waits:
///
/// - what a provider promises (a row of the SLA table) or does by itself is repaired by the provider;
/// - where a mechanism restores the component, only its own people's mistakes wait (the software layer);
/// - third parties and what can't be engineered away have people of their own, or none.
fn waiting(figure: &Figure, recovery: &Recovery) -> Option<f64> {
    let by_people = match figure.layer {
        Layer::Software => true,
        Layer::Hardware => recovery.automatic.is_none(),
        Layer::Theoretical | Layer::Operational | Layer::External => false,
    };
    let by_provider = matches!(figure.source, Source::Sla { .. } | Source::ProviderDefault(_));
    let known = figure.mttr.is_some() && by_people && !by_provider;
    recovery.response.as_ref().filter(|_| known).map(|response| response.value.get())
}

/// The unavailability of a figure where each repair waits for a person first: with the mean time to repair M and the
/// response r, M/(B + M) becomes (M + r)/(B + M + r), B being the mean time between failures.
pub(crate) fn answered(figure: &Figure, recovery: &Recovery) -> f64 {
    let given = figure.unavailability.get();
    let mttr = figure.mttr.map_or(0.0, Seconds::get);
    let Some(response) = waiting(figure, recovery) else { return given };
    if mttr <= 0.0 || given <= 0.0 {
        return given;
    }
    // (M + r)/(B + M + r) with B = M (1 - U)/U, without dividing by U.
    (given * (mttr + response) / (mttr + given * response)).clamp(given, 1.0)
}

/// Share of time in which a standby is being promoted: how often the primary fails, U/MTTR, times how long promotion
/// takes; no more than the time the primary is lost. None where no standby takes over, or the repair time of the primary
/// is not known, and with it how often it fails; nor where nobody knows whether one takes over: at best it is there at once.
pub(crate) fn promoting(component: &Component, own: &Own) -> Option<f64> {
    let (Promotion::Automatic { .. }, true) = (own.promotion, own.instances > 1) else { return None };
    component.redundancy.failover.mode.known()?;
    let figure = component.reliability.instance.as_ref()?;
    let mttr = figure.mttr?.get();
    let seconds = component.redundancy.failover.seconds.value.get();
    let share = if seconds < mttr { seconds / mttr } else { 1.0 };
    let probability = figure.unavailability.get() * share;
    (probability > 0.0).then_some(probability)
}
