use crate::layout::defaults::{LOSS_OF_FUNCTION, LOSS_OVERLOADED};
use crate::{Basis, Cascade, Effect, Health};

/// Share of the users' service that faults take away, 0..=1: the mean over the entry points by weight, each by what is
/// left of it (semantics, section 6). `None` without an entry point.
pub fn entry_loss(basis: &Basis, cascade: &Cascade) -> Option<f64> {
    let all: f64 = basis.entries.iter().map(|entry| entry.weight).sum();
    let lost = basis.entries.iter().map(|entry| entry.weight * cascade.effect(entry.component).map_or(0.0, of));
    // Not a plain sum: that of nothing is -0.0.
    (all > 0.0).then(|| lost.fold(0.0, |sum, lost| sum + lost) / all)
}

fn of(effect: &Effect) -> f64 {
    lost(effect.health, effect.function_lost)
}

/// Share of the service of one entry point that is lost.
pub(crate) fn lost(health: Health, function_lost: bool) -> f64 {
    match health {
        Health::Down => 1.0,
        Health::Overloaded => LOSS_OVERLOADED,
        Health::Degraded if function_lost => LOSS_OF_FUNCTION,
        Health::Degraded | Health::Healthy => 0.0,
    }
}
