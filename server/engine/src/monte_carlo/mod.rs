//! Simulation, for what exact methods can't hold: seeded, with intervals.
//!
//! Holds the generator, the samplers and their intervals. Knows the equations and the cut sets, which it asks for
//! sixty-four cases at a time. Must not know time or threads: the same seed gives the same figures on every machine.

mod chunks;
mod generator;
mod interval;
mod karp_luby;
mod kill;
mod lanes;
mod plain;

use foreshock_model::System;

use crate::assess::assessment::mean;
use crate::availability::{Availability, Diagrams};
use crate::cascade::readings::Readings;
use crate::diagram::cut_sets::{CutSets, Role};
use crate::diagram::service::{Method, Service, shares};
use crate::diagram::variables::Variable;
use crate::layout::defaults::{CUT_SET_WORK, NODE_BUDGET, RARE, WORK_BUDGET};
use lanes::Cases;

/// How to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// How many samples; at least 1 is taken.
    pub samples: u64,
    /// The same seed gives the same result, whatever the machine and its number of threads.
    pub seed: u64,
    /// Also kill so many components at the same time, chosen uniformly at random.
    pub kill: Option<u32>,
}

/// How a figure was estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sampler {
    /// Every unit fails or not; the rules of the cascade decide.
    Plain,
    /// A minimal cut set is chosen and fails, the rest is sampled (Karp, Luby, Madras 1989): for rare failures.
    KarpLuby,
    /// All cases were run: the figure is exact.
    Enumerated,
}

/// An estimate of a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Holds the truth in 95 of 100 simulations with different seeds, or more.
    pub interval: (f64, f64),
    /// So many samples were taken.
    pub samples: u64,
    /// How.
    pub sampler: Sampler,
}

/// K of the N components that are there killed at the same time, uniformly at random (as in Krasnovsky,
/// arXiv:2506.11176).
#[derive(Clone, Debug, PartialEq)]
pub struct Kill {
    /// K; at most N.
    pub killed: u32,
    /// N.
    pub of: u32,
    /// Mean share of the service that is left.
    pub service: Estimate,
    /// For each entry point, in the basis' order: share of the cases in which it is not DOWN.
    pub entries: Vec<Estimate>,
}

/// Samples of one piece of work.
const PIECE: u64 = 4096;

fn pieces(samples: u64) -> u64 {
    samples.div_ceil(PIECE)
}

/// Which random numbers are used for what.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Structure,
    Service,
    Kill,
    /// For the cut sets of this component.
    CutSets(u32),
}

impl Stream {
    /// The stream of one piece.
    fn of(self, piece: u64) -> u64 {
        let kind = match self {
            Stream::Structure => 0,
            Stream::Service => 1,
            Stream::Kill => 2,
            Stream::CutSets(component) => 3 + u64::from(component),
        };
        // More than 2^28 pieces of 4096 samples are not to be expected.
        kind << 28 | piece
    }
}

/// Estimates the entry points' unavailabilities and the loss of service, and kills components if asked to.
pub(crate) fn simulate(
    system: &System,
    readings: &Readings,
    sampling: &Sampling,
    structure: &Diagrams,
    result: &mut Availability,
) {
    let roots: Vec<u32> = result.basis.entries.iter().map(|entry| entry.component.0).collect();
    let samples = sampling.samples.max(1);
    if let Some(cases) = Cases::of(system, &readings.structure().layout, &roots) {
        let probabilities = cases.variables.each(Variable::structural);
        let counts = plain::counts(&cases, &probabilities, &roots, samples, (sampling.seed, Stream::Structure));
        for (entry, [down, ..]) in result.entries.iter_mut().zip(counts) {
            let root = entry.component.0;
            let rare = structure.of_root(root).and_then(|service| by_cut_sets(service, root, sampling));
            let estimate = rare.unwrap_or_else(|| plain(down as f64 / samples as f64, samples));
            entry.simulated = Some(estimate);
            entry.unavailability = estimate.value;
            entry.interval = Some(estimate.interval);
            entry.method = Method::MonteCarlo;
        }
    }
    if let Some(cases) = Cases::of(system, readings.service(), &roots) {
        let probabilities = cases.variables.each(|variable| variable.answered);
        let counts = plain::counts(&cases, &probabilities, &roots, samples, (sampling.seed, Stream::Service));
        let loss = mean(&result.basis).iter().zip(counts).fold(0.0, |sum, ((_, weight), counts)| {
            let each = counts.iter().zip(shares()).map(|(&count, share)| count as f64 / samples as f64 * share);
            sum + weight * each.sum::<f64>()
        });
        result.simulated = Some(plain(loss, samples));
    }
    if let Some(k) = sampling.kill {
        result.kill = kill::kill(system, readings.service(), &result.basis, sampling, k);
    }
}

fn plain(value: f64, samples: u64) -> Estimate {
    Estimate { value, interval: interval::wilson(value, samples), samples, sampler: Sampler::Plain }
}

/// The estimate by cut sets, where they are known, not too many, and failures are rare.
fn by_cut_sets(service: &Service, root: u32, sampling: &Sampling) -> Option<Estimate> {
    let (live, function) = service.live_down(root)?;
    let promotes = |variable: u32| service.variables.list.get(variable as usize)?.promotes;
    let role = |variable: u32| if promotes(variable).is_some() { Role::Never } else { Role::Event };
    let sets = CutSets::of(&live, live.place(function), role, NODE_BUDGET, WORK_BUDGET).ok()?;
    let probabilities = service.variables.each(Variable::structural);
    let rare = sets.sum(|variable| probabilities.get(variable as usize).copied().unwrap_or(0.0)) <= RARE;
    let affordable = (sets.len() as u64).saturating_mul(sampling.samples) <= CUT_SET_WORK;
    (rare && affordable).then(|| karp_luby::estimate(&sets, &probabilities, sampling, root))
}
