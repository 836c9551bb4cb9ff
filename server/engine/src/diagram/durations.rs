//! How long failures last where it decides what is down: behind a buffer, while a standby is promoted, and as long as nobody
//! has answered (semantics, section 5). The laws themselves are in `durations/`.

use foreshock_model::{Component, Figure, Layer, Recovery, Seconds, Source, System, ZoneIndex};

use crate::Unit;
use crate::diagram::recurrence::Recurrence;
use crate::durations::law::DurationLaw;
use crate::durations::outage::{Outage, Said};
use crate::durations::unit::with_planned;
use crate::layout::defaults::REPAIR_SECONDS;
use crate::layout::own::{Own, Promotion};

/// How long a failure that is there has been there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lasts {
    law: DurationLaw,
    /// The shortest it may be, where that is not known: it then happens the most often.
    shortest: DurationLaw,
    /// Nobody says how long.
    assumed: bool,
    /// This share of what happens is an outage of its own; the rest is part of another.
    share: f64,
}

impl Lasts {
    /// Failures of a unit, of that component if it is one's.
    pub(crate) fn of(unit: Unit, figure: &Figure, component: Option<&Component>) -> Lasts {
        let outage = Outage::of_unit(unit, figure, component, Said::default());
        let is_said = figure.mttr.is_some() || component.is_some_and(|it| it.recovery.repair.is_some());
        let cause_is_said = component.is_some_and(|it| it.recovery.cause.is_some());
        let only_planned = figure.unplanned_unavailability() <= 0.0 && !figure.planned.is_empty();
        let assumed = !only_planned && !cause_is_said && (outage.drawn.is_some() || !is_said);
        // Waiting for people makes failures longer, and nothing more frequent: least of all what is planned.
        let answered = component.map_or(figure.unavailability.get(), |it| answered(figure, &it.recovery));
        let law = with_planned(outage.law(), figure, (answered - figure.planned_unavailability()).max(0.0));
        Lasts { assumed, ..Lasts::known(law) }
    }

    fn known(law: DurationLaw) -> Lasts {
        Lasts { law, shortest: law, assumed: false, share: 1.0 }
    }

    /// A zone that nobody names: it may be any of those that are named, the one that is away the longest or the shortest.
    pub(crate) fn of_a_zone(system: &System) -> Lasts {
        let zones = (0u32..).zip(&system.zones);
        let law = |(index, zone): (u32, &foreshock_model::Domain)| {
            Outage::of_unit(Unit::Zone(ZoneIndex(index)), &zone.figure, None, Said::default()).law()
        };
        let laws: Vec<DurationLaw> = zones.map(law).filter(|law| law.mean() > 0.0).collect();
        let by_mean = |one: &DurationLaw, other: &DurationLaw| one.mean().total_cmp(&other.mean());
        let default = Outage::of_a_zone().law();
        let longest = laws.iter().copied().max_by(by_mean).unwrap_or(default);
        let shortest = laws.iter().copied().min_by(by_mean).unwrap_or(default);
        Lasts { law: longest, shortest, assumed: true, share: 1.0 }
    }

    /// The promotion of a standby: always as long, but no longer than the repair of the primary. Where it fails, that is
    /// the outage which the failover's unit and the primary make.
    pub(crate) fn promotion(component: &Component, coverage: f64) -> Lasts {
        let repair = component.reliability.instance.as_ref().map(|figure| primary(component, figure).mean());
        let seconds = component.redundancy.failover.seconds.value.get().min(repair.unwrap_or(f64::INFINITY));
        Lasts { share: coverage, ..Lasts::known(DurationLaw::exactly(seconds)) }
    }

    /// As long as what asks for it.
    pub(crate) fn forever() -> Lasts {
        Lasts::known(DurationLaw::exactly(f64::MAX))
    }

    /// Given that it has been there for more than `before`, the probability that it has been for more than `seconds`: of the
    /// time in which failures D are there, E[(D - b)+] / E[D] is after the first b seconds (the equilibrium distribution of a
    /// renewal process, Cox 1962).
    pub(crate) fn still(self, before: f64, seconds: f64) -> f64 {
        let known = self.law.share_beyond(before);
        if known > 0.0 { (self.law.share_beyond(seconds) / known).min(1.0) } else { 0.0 }
    }

    /// The share of failures that last for more than `seconds`.
    pub(crate) fn outlasts(self, seconds: f64) -> f64 {
        self.law.survival(seconds)
    }

    /// How often this happens, when it is there for this share of the time.
    pub(crate) fn recurrence(self, unavailability: f64) -> Recurrence {
        let (law, assumed) = match self.shortest.mean() > 0.0 {
            true => (self.shortest, self.assumed),
            // Down for some of the time, but never for any time: the time to repair is a slip.
            false => (DurationLaw::exactly(REPAIR_SECONDS), true),
        };
        Recurrence { per_second: self.share * unavailability / law.mean(), law, stretch: 1.0, assumed }
    }

    /// Whether it lasts so long on average; a mean that was made from a median is not exact.
    pub(crate) fn usually(self, seconds: f64) -> bool {
        self.law.mean() > seconds * (1.0 + 1e-9)
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
/// response r, M/(B + M) becomes (M + r)/(B + M + r), B being the mean time between failures. What is planned waits for
/// nobody, and stays as it is.
pub(crate) fn answered(figure: &Figure, recovery: &Recovery) -> f64 {
    let given = figure.unavailability.get();
    let (planned, failed) = (figure.planned_unavailability(), figure.unplanned_unavailability());
    let mttr = figure.mttr.map_or(0.0, Seconds::get);
    let Some(response) = waiting(figure, recovery) else { return given };
    if mttr <= 0.0 || failed <= 0.0 {
        return given;
    }
    // (M + r)/(B + M + r) with B = M (1 - U)/U, without dividing by U.
    let waited = failed * (mttr + response) / (mttr + failed * response);
    (planned + waited).clamp(given, 1.0)
}

/// How long the primary of a component is away when nobody takes over.
fn primary(component: &Component, figure: &Figure) -> DurationLaw {
    Outage::instance(component, Some(figure)).law()
}

/// Share of time in which a standby is being promoted: how often the primary fails, U / mean repair time, times how long
/// promotion takes; no more than the time the primary is lost. None where no standby takes over, or the repair time of the primary
/// is not known, and with it how often it fails; nor where nobody knows whether one takes over: at best it is there at once.
pub(crate) fn promoting(component: &Component, own: &Own) -> Option<f64> {
    let (Promotion::Automatic { .. }, true) = (own.promotion, own.instances > 1) else { return None };
    component.redundancy.failover.mode.known()?;
    let figure = component.reliability.instance.as_ref()?;
    figure.mttr?;
    let mean = primary(component, figure).mean();
    let seconds = component.redundancy.failover.seconds.value.get();
    let share = if seconds < mean { seconds / mean } else { 1.0 };
    let probability = figure.unavailability.get() * share;
    (probability > 0.0).then_some(probability)
}
