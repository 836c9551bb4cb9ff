//! What one scenario comes to, how many are run, and in which order outcomes are told.

use std::collections::BTreeMap;

use foreshock_model::DependencyIndex;
use rayon::prelude::*;

use crate::Fault;
use crate::sweep::enumeration::Scenarios;
use crate::sweep::scenario::{Class, Faults, Scenario};

/// How many scenarios are run at most. Those that come first in the enumeration are; what is left out is told. More than
/// [`Budget::UNLIMITED`] are never run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Budget(pub u64);

impl Budget {
    /// As many as there is room for in memory: 2^26, about 5 GB of results.
    pub const UNLIMITED: Budget = Budget(1 << 26);
}

impl Default for Budget {
    /// Enough for every pair of 1,900 components: some 150 MB of results.
    fn default() -> Budget {
        Budget(2_000_000)
    }
}

/// How to sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How many scenarios at most.
    pub budget: Budget,
}

/// What one scenario comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Which.
    pub scenario: Scenario,
    /// 0..=10: ten times the entry loss.
    pub severity: f64,
    /// Probability that its units have failed, at any moment; none where a unit has no figure or a fault is no unit.
    pub likelihood: Option<f64>,
    /// Share of the users' service that is lost, 0..=1, see [`crate::entry_loss`]; 0 without an entry point.
    pub entry_loss: f64,
    /// Components that are worse than without the faults.
    pub affected: u32,
    /// Components among them that are DOWN.
    pub down: u32,
}

impl Outcome {
    /// To be filled in.
    pub(crate) const NONE: Outcome = Outcome {
        scenario: Scenario { class: Class::Traffic, faults: Faults::One(Fault::Cut(DependencyIndex(u32::MAX))) },
        severity: 0.0,
        likelihood: None,
        entry_loss: 0.0,
        affected: 0,
        down: 0,
    };
}

/// Puts outcomes that are in the order of the enumeration into that of [`Sweep::results`].
pub(crate) fn ranked(outcomes: &[Outcome]) -> Vec<Outcome> {
    let mut order: Vec<(Key, usize)> = outcomes.par_iter().enumerate().map(|(place, it)| (key(it), place)).collect();
    order.par_sort_unstable();
    order.par_iter().filter_map(|&(_, place)| outcomes.get(place).copied()).collect()
}

pub(crate) type Key = (u64, u64);

/// Small for what comes first. The bits of numbers that are not negative are in the order of the numbers.
pub(crate) fn key(outcome: &Outcome) -> Key {
    let likelihood = outcome.likelihood.map_or(0, |likelihood| likelihood.to_bits() + 1);
    (!outcome.severity.to_bits(), !likelihood)
}

pub(crate) fn left_out(scenarios: &Scenarios, run: u64) -> BTreeMap<Class, u64> {
    let mut left = scenarios.per_class();
    for (class, run) in scenarios.per_class_up_to(run) {
        if let Some(left) = left.get_mut(&class) {
            *left -= run;
        }
    }
    left.retain(|_, left| *left > 0);
    left
}
