//! All scenarios of a system, run and ranked (semantics, section 3).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use foreshock_model::{DependencyIndex, System};
use rayon::prelude::*;

use crate::enumeration::{Scenarios, enumerate};
use crate::joined::{Joined, Row};
use crate::likelihood::Likelihoods;
use crate::measure::Measure;
use crate::record::{MOST_COMPONENTS, Record};
use crate::{Basis, Class, Fault, Faults, Frozen, Health, Scenario, Scratch};

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
    const NONE: Outcome = Outcome {
        scenario: Scenario { class: Class::Traffic, faults: Faults::One(Fault::Cut(DependencyIndex(u32::MAX))) },
        severity: 0.0,
        likelihood: None,
        entry_loss: 0.0,
        affected: 0,
        down: 0,
    };
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
const CHUNK: usize = 1_024;
/// Components that all records together may hold: 64 MB. Pairs of faults without a record are run.
const MOST_RECORDED: usize = 1 << 24;

/// Runs every scenario of the system that the budget allows, on the threads of the current rayon pool. `progress` is
/// told how many are done, from any of these threads. The result does not depend on the number of threads.
pub fn sweep(system: &System, basis: &Basis, options: &Options, progress: &(dyn Fn(u64) + Sync)) -> Sweep {
    let frozen = Frozen::new(system);
    let scenarios = enumerate(system);
    let measure = Measure::of(basis, frozen.components());
    let likelihoods = Likelihoods::of(system);
    let run = scenarios.len().min(options.budget.min(Budget::UNLIMITED).0);
    let pairs_before = scenarios.len() - scenarios.pairs_len();
    let mut results = vec![Outcome::NONE; usize::try_from(run).unwrap_or(usize::MAX)];
    let records = match run > pairs_before {
        true => records(&frozen, &scenarios, &measure),
        false => Vec::new(),
    };
    let runner =
        Runner { frozen: &frozen, scenarios: &scenarios, measure: &measure, likelihoods: &likelihoods, records };
    let done = AtomicU64::new(0);
    results.par_chunks_mut(CHUNK).enumerate().for_each_init(Work::default, |work, (chunk, outcomes)| {
        runner.run((chunk * CHUNK) as u64, outcomes, work);
        let count = outcomes.len() as u64;
        progress(done.fetch_add(count, Ordering::Relaxed) + count);
    });
    Sweep { results: ranked(&results), run, not_run: left_out(&scenarios, run) }
}

/// What each fault of the pool comes to by itself, up to [`MOST_RECORDED`].
fn records(frozen: &Frozen, scenarios: &Scenarios, measure: &Measure) -> Vec<Option<Record>> {
    let pool = scenarios.pool();
    let mut records = Vec::with_capacity(pool.len());
    let mut recorded = 0;
    for faults in pool.chunks(CHUNK) {
        if recorded >= MOST_RECORDED || frozen.components() > MOST_COMPONENTS {
            break;
        }
        let record = |scratch: &mut Scratch, &fault: &Fault| Record::of(frozen, fault, scratch, measure);
        let some: Vec<Record> = faults.par_iter().map_init(Scratch::default, record).collect();
        for record in some {
            recorded += record.touched.len();
            records.push((recorded < MOST_RECORDED).then_some(record));
        }
    }
    records
}

/// Runs scenarios by their numbers.
struct Runner<'a> {
    frozen: &'a Frozen,
    scenarios: &'a Scenarios,
    measure: &'a Measure,
    likelihoods: &'a Likelihoods,
    /// Of the faults of the pool.
    records: Vec<Option<Record>>,
}

/// What one thread works with.
#[derive(Default)]
struct Work {
    scratch: Scratch,
    row: Row,
}

impl Runner<'_> {
    /// The outcomes of the scenarios from number `first` on.
    fn run(&self, first: u64, outcomes: &mut [Outcome], work: &mut Work) {
        let mut row = None;
        for (number, outcome) in (first..).zip(outcomes) {
            let Some(scenario) = self.scenarios.get(number) else { continue };
            *outcome = match self.scenarios.pair_of(number) {
                Some(pair) => self.pair(scenario, pair, &mut row, work),
                None => self.alone(scenario, &mut work.scratch),
            };
        }
    }

    fn pair(&self, scenario: Scenario, pair: (u64, u64), row: &mut Option<u64>, work: &mut Work) -> Outcome {
        let record = |place: u64| self.records.get(usize::try_from(place).ok()?)?.as_ref();
        let (Some(first), Some(second)) = (record(pair.0), record(pair.1)) else {
            return self.alone(scenario, &mut work.scratch);
        };
        if *row != Some(pair.0) {
            work.row.start(self.frozen, first);
            *row = Some(pair.0);
        }
        match work.row.with(self.frozen, first, second, self.measure) {
            Some(Joined { loss, affected, down }) => self.outcome(scenario, loss, affected, down),
            None => self.alone(scenario, &mut work.scratch),
        }
    }

    fn alone(&self, scenario: Scenario, scratch: &mut Scratch) -> Outcome {
        self.frozen.run(&scenario.faults, scratch);
        let (mut affected, mut down) = (0, 0);
        for (_, health) in scratch.touched() {
            affected += 1;
            down += u32::from(health == Health::Down);
        }
        self.outcome(scenario, self.measure.loss(scratch), affected, down)
    }

    fn outcome(&self, scenario: Scenario, entry_loss: f64, affected: u32, down: u32) -> Outcome {
        let likelihood = self.likelihoods.of_scenario(&scenario);
        Outcome { scenario, severity: 10.0 * entry_loss, likelihood, entry_loss, affected, down }
    }
}

/// Puts outcomes that are in the order of the enumeration into that of [`Sweep::results`].
fn ranked(outcomes: &[Outcome]) -> Vec<Outcome> {
    let mut order: Vec<(Key, usize)> = outcomes.par_iter().enumerate().map(|(place, it)| (key(it), place)).collect();
    order.par_sort_unstable();
    order.par_iter().filter_map(|&(_, place)| outcomes.get(place).copied()).collect()
}

type Key = (u64, u64);

/// Small for what comes first. The bits of numbers that are not negative are in the order of the numbers.
fn key(outcome: &Outcome) -> Key {
    let likelihood = outcome.likelihood.map_or(0, |likelihood| likelihood.to_bits() + 1);
    (!outcome.severity.to_bits(), !likelihood)
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
