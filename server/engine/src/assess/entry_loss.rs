use foreshock_model::ComponentIndex;

use crate::layout::score::service_lost;
use crate::{Basis, Cascade, Effect, Health};

/// Share of the users' service that faults take away, 0..=1: the mean over the entry points by weight, each by what is
/// left of it (semantics, section 6). `None` without an entry point.
pub fn entry_loss(basis: &Basis, cascade: &Cascade) -> Option<f64> {
    entry_loss_meanwhile(basis, |component| cascade.effect(component).copied())
}

/// The same at a moment of an outage: `now` says what has become of a component by then, none where it is as before.
pub fn entry_loss_meanwhile(basis: &Basis, now: impl Fn(ComponentIndex) -> Option<Effect>) -> Option<f64> {
    let all: f64 = basis.entries.iter().map(|entry| entry.weight).sum();
    let lost = basis.entries.iter().map(|entry| entry.weight * now(entry.component).as_ref().map_or(0.0, of));
    // Not a plain sum: that of nothing is -0.0.
    (all > 0.0).then(|| lost.fold(0.0, |sum, lost| sum + lost) / all)
}

fn of(effect: &Effect) -> f64 {
    let share = effect.errors.filter(|_| effect.health > Health::Healthy).unwrap_or(0.0);
    service_lost(effect.health, effect.function_lost).max(share)
}

/// The same with what is likely in place of the worst: never more. It is shown beside the worst, and nothing is decided by
/// it.
pub fn likely_entry_loss(basis: &Basis, cascade: &Cascade) -> Option<f64> {
    let all: f64 = basis.entries.iter().map(|entry| entry.weight).sum();
    let likely = |component| cascade.effect(component).map_or(0.0, |effect| effect.likely.loss);
    let lost = basis.entries.iter().map(|entry| entry.weight * likely(entry.component));
    (all > 0.0).then(|| lost.fold(0.0, |sum, lost| sum + lost) / all)
}
