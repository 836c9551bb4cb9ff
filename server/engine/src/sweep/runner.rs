//! Runs scenarios by their numbers, in parallel.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use foreshock_model::System;
use rayon::prelude::*;

use crate::assess::measure::Measure;
use crate::sweep::enumeration::Scenarios;
use crate::sweep::joined::{Joined, Row};
use crate::sweep::likelihood::Likelihoods;
use crate::sweep::record::{MOST_COMPONENTS, Record};
use crate::{Basis, Class, Fault, Frozen, Health, Outcome, Scenario, Scratch};

/// Scenarios that one thread runs before it says so.
const CHUNK: usize = 1_024;
/// Components that all records of pairs may hold: 64 MB. Pairs of faults without a record are run.
const MOST_RECORDED: usize = 1 << 24;
/// Components of which a [`Mask`] has a bit each.
pub(crate) const EXACT: usize = 32;

/// Which components a scenario looked at, in a system of up to [`EXACT`].
pub(crate) type Mask = u32;

/// What is told about progress: so many scenarios are done.
pub(crate) type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// Runs scenarios by their numbers.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) frozen: Frozen,
    pub(crate) scenarios: Scenarios,
    pub(crate) measure: Measure,
    pub(crate) likelihoods: Likelihoods,
    /// What each fault of the pool comes to, by its place.
    pub(crate) records: Vec<Option<Arc<Record>>>,
    /// Whether what each scenario looks at is noted.
    pub(crate) exact: bool,
}

/// What one thread works with.
#[derive(Default)]
struct Work {
    scratch: Scratch,
    row: Row,
    /// The place in the pool that the row is for.
    started: Option<u64>,
}

impl Runner {
    pub(crate) fn new(system: &System, frozen: Frozen, basis: &Basis, likelihoods: Likelihoods, exact: bool) -> Runner {
        let scenarios = crate::enumerate(system);
        let measure = Measure::of(basis, frozen.components());
        Runner { frozen, scenarios, measure, likelihoods, records: Vec::new(), exact }
    }

    /// Finds what each fault of the pool comes to by itself, up to [`MOST_RECORDED`]. What `known` gives is taken over.
    pub(crate) fn records_of_pool(
        &self,
        known: impl Fn(usize) -> Option<Arc<Record>> + Sync,
    ) -> Vec<Option<Arc<Record>>> {
        let mut records = Vec::with_capacity(self.scenarios.pool().len());
        let mut recorded = 0;
        for (chunk, faults) in self.scenarios.pool().chunks(CHUNK).enumerate() {
            if recorded >= MOST_RECORDED || self.frozen.components() > MOST_COMPONENTS {
                break;
            }
            for record in self.records_of(faults, |place| known(chunk * CHUNK + place)) {
                recorded += record.size();
                records.push((recorded < MOST_RECORDED).then_some(record));
            }
        }
        records
    }

    /// What each of these faults comes to by itself. What `known` gives is taken over.
    pub(crate) fn records_of(
        &self,
        faults: &[Fault],
        known: impl Fn(usize) -> Option<Arc<Record>> + Sync,
    ) -> Vec<Arc<Record>> {
        let record = |scratch: &mut Scratch, (place, &fault): (usize, &Fault)| {
            let find = || Arc::new(Record::of(&self.frozen, fault, scratch, &self.measure));
            known(place).unwrap_or_else(find)
        };
        faults.par_iter().enumerate().map_init(Scratch::default, record).collect()
    }

    /// The outcomes of these scenarios, and what each looked at when that is noted.
    pub(crate) fn run(&self, numbers: Numbers<'_>, progress: Progress<'_>) -> (Vec<Outcome>, Vec<Mask>) {
        self.run_unless(numbers, progress, &|| false)
    }

    /// The same; what has not begun when `stop` says so is not run.
    pub(crate) fn run_unless(
        &self,
        numbers: Numbers<'_>,
        progress: Progress<'_>,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> (Vec<Outcome>, Vec<Mask>) {
        let count = numbers.len();
        let mut outcomes = vec![Outcome::NONE; count];
        let mut masks = vec![0; if self.exact { count } else { 0 }];
        let done = AtomicU64::new(0);
        let say = |count: usize| {
            let count = count as u64;
            progress(done.fetch_add(count, Ordering::Relaxed) + count);
        };
        let chunks = outcomes.par_chunks_mut(CHUNK).enumerate();
        if self.exact {
            chunks.zip(masks.par_chunks_mut(CHUNK)).for_each_init(Work::default, |work, ((chunk, outcomes), masks)| {
                if stop() {
                    return;
                }
                for (place, (outcome, mask)) in outcomes.iter_mut().zip(masks).enumerate() {
                    if let Some(number) = numbers.get(chunk * CHUNK + place) {
                        *outcome = self.one(number, work);
                        *mask = self.mask(outcome.scenario.class, &work.scratch);
                    }
                }
                say(outcomes.len());
            });
        } else {
            chunks.for_each_init(Work::default, |work, (chunk, outcomes)| {
                if stop() {
                    return;
                }
                for (place, outcome) in outcomes.iter_mut().enumerate() {
                    if let Some(number) = numbers.get(chunk * CHUNK + place) {
                        *outcome = self.one(number, work);
                    }
                }
                say(outcomes.len());
            });
        }
        (outcomes, masks)
    }

    fn one(&self, number: u64, work: &mut Work) -> Outcome {
        let Some(scenario) = self.scenarios.get(number) else { return Outcome::NONE };
        match self.scenarios.pair_of(number) {
            Some(pair) if !self.exact => self.pair(scenario, pair, work),
            _ => self.alone(scenario, &mut work.scratch),
        }
    }

    fn pair(&self, scenario: Scenario, pair: (u64, u64), work: &mut Work) -> Outcome {
        let record = |place: u64| self.records.get(usize::try_from(place).ok()?)?.as_deref();
        let (Some(first), Some(second)) = (record(pair.0), record(pair.1)) else {
            return self.alone(scenario, &mut work.scratch);
        };
        if work.started != Some(pair.0) {
            work.row.start(&self.frozen, first);
            work.started = Some(pair.0);
        }
        match work.row.with(&self.frozen, first, second, &self.measure) {
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

    /// What the last run looked at. Traffic goes everywhere.
    fn mask(&self, class: Class, scratch: &Scratch) -> Mask {
        if matches!(class, Class::Traffic | Class::ZoneTraffic) {
            return Mask::MAX;
        }
        let bit = |component: u32| 1 << component.min(Mask::BITS - 1);
        let touched = scratch.touched().fold(0, |mask, (component, _)| mask | bit(component.0));
        scratch.seen().fold(touched, |mask, component| mask | bit(component))
    }
}

/// Scenarios by their numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Numbers<'a> {
    /// The first so many.
    First(usize),
    /// These, in ascending order.
    These(&'a [u64]),
}

impl Numbers<'_> {
    fn len(&self) -> usize {
        match self {
            Numbers::First(count) => *count,
            Numbers::These(numbers) => numbers.len(),
        }
    }

    fn get(&self, place: usize) -> Option<u64> {
        match self {
            Numbers::First(count) => (place < *count).then_some(place as u64),
            Numbers::These(numbers) => numbers.get(place).copied(),
        }
    }
}
