//! All scenarios of a system, run and ranked (semantics, section 3).

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering as Memory};

use foreshock_model::System;
use rayon::prelude::*;

use crate::enumeration::{Scenarios, enumerate};
use crate::likelihood::Likelihoods;
use crate::measure::Measure;
use crate::{Basis, Class, Frozen, Scenario, Scratch};

/// How many scenarios are run at most. Those that come first in the enumeration are; what is left out is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Budget(pub u64);

impl Budget {
    /// All of them, however many there are.
    pub const UNLIMITED: Budget = Budget(u64::MAX);
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

/// What a sweep found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// The outcomes: the severest first, of those the likeliest (unknown last), of those the first of the enumeration.
    pub results: Vec<Outcome>,
    /// How many were run.
    pub run: u64,
    /// How many of each class the budget left out.
    pub not_run: BTreeMap<Class, u64>,
}

/// Scenarios that one thread runs before it says so.
const CHUNK: u64 = 1_024;

/// Runs every scenario of the system that the budget allows, on the threads of the current rayon pool. `progress` is
/// told how many are done, from any of these threads. The result does not depend on the number of threads.
pub fn sweep(system: &System, basis: &Basis, options: &Options, progress: &(dyn Fn(u64) + Sync)) -> Sweep {
    let frozen = Frozen::new(system);
    let scenarios = enumerate(system);
    let measure = Measure::of(basis, frozen.components());
    let likelihoods = Likelihoods::of(system);
    let run = scenarios.len().min(options.budget.0);
    let done = AtomicU64::new(0);
    let chunk = |chunk: u64, scratch: &mut Scratch| -> Vec<Outcome> {
        let numbers = chunk * CHUNK..run.min((chunk + 1) * CHUNK);
        let outcomes = numbers.filter_map(|number| {
            let scenario = scenarios.get(number)?;
            frozen.run(&scenario.faults, scratch);
            Some(outcome(scenario, scratch, &measure, &likelihoods))
        });
        let outcomes: Vec<Outcome> = outcomes.collect();
        let count = outcomes.len() as u64;
        progress(done.fetch_add(count, Memory::Relaxed) + count);
        outcomes
    };
    let chunks: Vec<Vec<Outcome>> = (0..run.div_ceil(CHUNK))
        .into_par_iter()
        .map_init(Scratch::default, |scratch, place| chunk(place, scratch))
        .collect();
    let mut results = chunks.concat();
    // Stable: what is equal stays in the order of the enumeration.
    results.par_sort_by(rank);
    Sweep { results, run, not_run: left_out(&scenarios, run) }
}

fn outcome(scenario: Scenario, scratch: &Scratch, measure: &Measure, likelihoods: &Likelihoods) -> Outcome {
    let mut affected = 0;
    let mut down = 0;
    for (_, health) in scratch.touched() {
        affected += 1;
        down += u32::from(health == crate::Health::Down);
    }
    let entry_loss = measure.loss(scratch);
    let likelihood = likelihoods.of_scenario(&scenario);
    Outcome { scenario, severity: 10.0 * entry_loss, likelihood, entry_loss, affected, down }
}

fn rank(first: &Outcome, second: &Outcome) -> Ordering {
    let likelihood = |outcome: &Outcome| outcome.likelihood.unwrap_or(-1.0);
    let by_severity = second.severity.total_cmp(&first.severity);
    by_severity.then_with(|| likelihood(second).total_cmp(&likelihood(first)))
}

fn left_out(scenarios: &Scenarios, run: u64) -> BTreeMap<Class, u64> {
    let mut left = scenarios.per_class();
    for (class, run) in scenarios.per_class_up_to(run) {
        if let Some(left) = left.get_mut(&class) {
            *left -= run;
        }
    }
    left.retain(|_, left| *left > 0);
    left
}
