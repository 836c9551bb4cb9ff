//! How long failures last, where it is known: repair, waiting for a person, promotion (semantics, section 5).

use foreshock_model::{Component, Figure, Layer, Recovery, Source};

use crate::own::{Own, Promotion};

/// The unavailability of a figure where each repair begins only after the component's response time: with the mean time
/// to repair M and the response r, M/(B + M) becomes (M + r)/(B + M + r), B being the mean time between failures. As
/// given where nothing is known of M or r, or nobody waits for a person:
///
/// - what a provider promises (a row of the SLA table) or does by itself is repaired by the provider;
/// - where a mechanism restores the component, only its own people's mistakes wait (the software layer);
/// - third parties and what can't be engineered away have people of their own, or none.
pub(crate) fn answered(figure: &Figure, recovery: &Recovery) -> f64 {
    let given = figure.unavailability.get();
    let by_people = match figure.layer {
        Layer::Software => true,
        Layer::Hardware => recovery.automatic.is_none(),
        Layer::Theoretical | Layer::Operational | Layer::External => false,
    };
    let by_provider = matches!(figure.source, Source::Sla { .. } | Source::ProviderDefault(_));
    let (Some(mttr), Some(response), true) = (figure.mttr, &recovery.response, by_people && !by_provider) else {
        return given;
    };
    let (mttr, response) = (mttr.get(), response.value.get());
    if mttr <= 0.0 || given <= 0.0 {
        return given;
    }
    // (M + r)/(B + M + r) with B = M (1 - U)/U, without dividing by U.
    (given * (mttr + response) / (mttr + given * response)).clamp(given, 1.0)
}

/// Share of time in which a standby is being promoted: how often the primary fails, U/MTTR, times how long promotion
/// takes; no more than the time the primary is lost. None where no standby takes over, or the repair time of the primary
/// is not known, and with it how often it fails.
pub(crate) fn promoting(component: &Component, own: &Own) -> Option<f64> {
    let (Promotion::Automatic { .. }, true) = (own.promotion, own.instances > 1) else { return None };
    let figure = component.reliability.instance.as_ref()?;
    let mttr = figure.mttr?.get();
    let seconds = component.redundancy.failover.seconds.value.get();
    let share = if seconds < mttr { seconds / mttr } else { 1.0 };
    let probability = figure.unavailability.get() * share;
    (probability > 0.0).then_some(probability)
}
