//! What one dependency passes on to its caller: the table of semantics, section 2, one row per dependency.
//!
//! Each row is a monotone function of the target's health. The cascade runs it over time, the symbolic form takes the
//! same row as logic, so that there is one meaning.

use foreshock_model::{Dependency, DependencyKind};

use crate::Health;
use crate::layout::defaults::PASSES_UNWRITTEN;
use crate::layout::reading::{Purpose, Reading};

/// A caller notices the loss of an optional dependency after this many seconds (semantics, section 2).
const OPTIONAL_SECONDS: f64 = 10.0;
/// At most this share is a partial dependency.
pub(crate) const PARTIAL_UP_TO: f64 = 0.5;
/// Weights are summed as whole numbers of this size, so that the sum does not depend on the order.
pub(crate) const WEIGHT_UNITS: f64 = 1e9;

/// The row of one dependency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Contribution {
    /// With the target DOWN.
    pub(crate) down: Health,
    /// With the target at least OVERLOADED, and the caller not known to be hot.
    pub(crate) overloaded: Health,
    /// An OVERLOADED target makes a hot caller OVERLOADED.
    pub(crate) overloads_hot: bool,
    /// With the target at least DEGRADED.
    pub(crate) degraded: Health,
    /// A function lost to the target is lost to the caller too.
    pub(crate) passes_lost_functions: bool,
    /// A copy of data that only follows its target: without it the data grow old, and every function is still there.
    pub(crate) stale: bool,
    /// How likely a lost target takes the caller down where `down` says it does: 1 where somebody wrote the weight.
    pub(crate) passes: f64,
    /// In whole units of `1 / WEIGHT_UNITS`; 0 when it is not partial.
    pub(crate) partial_weight: u64,
    /// Seconds until `down` arrives.
    pub(crate) down_after: f64,
    /// Seconds until the milder contributions arrive.
    pub(crate) after: f64,
    /// Seconds after which a lost target makes the caller DOWN although `down` is milder.
    pub(crate) buffer: Option<f64>,
}

impl Contribution {
    /// The same for a copy of data that follows its original: no buffer runs out on it.
    pub(crate) fn of_copy(mut self) -> Contribution {
        self.stale = true;
        self.buffer = None;
        self
    }

    /// The row; none for a dependency that never carries anything.
    pub(crate) fn of(dependency: &Dependency, reading: &Reading) -> Option<Contribution> {
        let weight = dependency.share();
        let silent = !dependency.counts() || weight <= 0.0 || weight.is_nan();
        if silent || dependency.from == dependency.to {
            return None;
        }
        let simulated = reading.purpose == Purpose::Simulation;
        let mut row = Contribution {
            down: Health::Degraded,
            overloaded: Health::Healthy,
            overloads_hot: false,
            degraded: Health::Healthy,
            passes_lost_functions: false,
            stale: false,
            passes: if dependency.weight.is_some() { 1.0 } else { PASSES_UNWRITTEN },
            partial_weight: 0,
            down_after: dependency.latency.get(),
            after: dependency.latency.get(),
            buffer: None,
        };
        match dependency.kind {
            DependencyKind::Requires => {
                row.down_after = dependency.longest_wait().map_or(dependency.latency.get(), |wait| wait.get());
                row.overloaded = Health::Degraded;
                let clears = simulated || dependency.fallback || reading.purpose == Purpose::Service;
                if weight <= PARTIAL_UP_TO && clears {
                    row.partial_weight = (weight * WEIGHT_UNITS).round().max(1.0) as u64;
                } else {
                    row.down = Health::Down;
                    row.overloads_hot = true;
                    row.degraded = Health::Degraded;
                    row.passes_lost_functions = true;
                }
            }
            DependencyKind::Optional => row.down_after = OPTIONAL_SECONDS,
            DependencyKind::Async => row.buffer = dependency.buffer.map(|buffer| buffer.get()),
        }
        if dependency.breaker && (simulated || dependency.fallback) {
            row.down = row.down.min(Health::Degraded);
            row.overloads_hot = false;
            row.degraded = Health::Healthy;
            row.passes_lost_functions = false;
            row.partial_weight = 0;
            row.buffer = None;
        }
        Some(row)
    }

    /// What arrives in the end, at a hot caller: the worst, and whether a function is lost.
    pub(crate) fn at_last(&self, target: Health, target_lost_function: bool) -> (Health, bool) {
        let mut worst = Health::Healthy;
        if target >= Health::Degraded {
            worst = self.degraded;
        }
        if target >= Health::Overloaded {
            worst = worst.max(if self.overloads_hot { Health::Overloaded } else { self.overloaded });
        }
        if target == Health::Down {
            worst = worst.max(if self.buffer.is_some() { Health::Down } else { self.down });
        }
        let lost_function =
            (target == Health::Down && !self.stale) || (self.passes_lost_functions && target_lost_function);
        (worst, lost_function)
    }
}

/// Whether the weights of the lost partial dependencies make the caller DOWN.
pub(crate) fn partials_too_heavy(lost: u64) -> bool {
    lost as f64 > 0.5 * WEIGHT_UNITS
}
