//! All scenarios of a system, run and ranked (semantics, section 3). Start reading at [`sweep`].
//!
//! Holds the enumeration of scenarios, their run on all processors, a pair put together from the runs of its faults, and
//! the sweep of a changed system that only runs what the change can reach (`changes`, `sameness`, `updated`: called by
//! [`Sweep::updated`], which so far only the benchmarks, the example `speed` and the tests use). Knows cascades and how much
//! of the service is lost at the entry points. Must not know diagrams: likelihoods come from each unit's own figures.

mod changes;
pub(crate) mod enumeration;
mod joined;
pub(crate) mod likelihood;
mod record;
mod runner;
mod sameness;
pub(crate) mod scenario;
mod updated;

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{DependencyIndex, System};
use rayon::prelude::*;

use crate::sweep::enumeration::Scenarios;
use crate::sweep::likelihood::Likelihoods;
use crate::sweep::runner::{EXACT, Numbers, Progress, Runner};
use crate::sweep::updated::Memory;
use crate::{Basis, Class, Fault, Faults, Frozen, Scenario};

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

/// What a sweep found. Two are equal when they found the same.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// The outcomes: the severest first, of those the likeliest (unknown last), of those the first of the enumeration.
    pub results: Vec<Outcome>,
    /// How many scenarios there are results of.
    pub run: u64,
    /// How many of each class the budget left out.
    pub not_run: BTreeMap<Class, u64>,
    /// How many were looked at again for this version; the same as `run` when there was none before.
    pub rerun: u64,
    pub(crate) memory: Option<Arc<Memory>>,
}

impl PartialEq for Sweep {
    fn eq(&self, other: &Sweep) -> bool {
        self.results == other.results && self.run == other.run && self.not_run == other.not_run
    }
}

/// Runs every scenario of the system that the budget allows, on the threads of the current rayon pool. `progress` is
/// told how many are done, from any of these threads. The result does not depend on the number of threads.
pub fn sweep(system: &System, basis: &Basis, options: &Options, progress: &(dyn Fn(u64) + Sync)) -> Sweep {
    sweep_noting(system, basis, options, progress, system.components.len() <= EXACT)
}

/// `exact`: what each scenario looks at is noted one by one, instead of by what contains it.
pub(crate) fn sweep_noting(
    system: &System,
    basis: &Basis,
    options: &Options,
    progress: Progress<'_>,
    exact: bool,
) -> Sweep {
    let mut runner = Runner::new(system, Frozen::new(system), basis, Likelihoods::of(system), exact);
    let all = runner.scenarios.len();
    let run = all.min(options.budget.min(Budget::UNLIMITED).0);
    if !exact && run > all - runner.scenarios.pairs_len() {
        runner.records = runner.records_of_pool(|_| None);
    }
    let (outcomes, masks) = runner.run(Numbers::First(usize::try_from(run).unwrap_or(usize::MAX)), progress);
    let results = ranked(&outcomes);
    drop(outcomes);
    let not_run = left_out(&runner.scenarios, run);
    let memory = not_run.is_empty().then(|| Arc::new(Memory::of(runner, basis, masks)));
    Sweep { results, run, not_run, rerun: run, memory }
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
