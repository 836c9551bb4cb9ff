//! Simulation, for what exact methods can't hold: seeded, with intervals.
//!
//! Holds the generator, the samplers and their intervals. Knows the equations and the cut sets, which it asks for
//! sixty-four cases at a time. Must not know time or threads: the same seed gives the same figures on every machine.

mod chunks;
pub(crate) mod estimate;
pub(crate) mod generator;
mod interval;
mod karp_luby;
pub(crate) mod kill;
mod lanes;
mod plain;

use foreshock_model::System;

use crate::diagram::cut_sets::{CutSets, Role};
use crate::diagram::diagrams::Diagrams;
use crate::diagram::loss::mean;
use crate::diagram::service::{Service, shares};
use crate::diagram::variables::Variable;
use crate::layout::arrays::Layout;
use crate::layout::basis::Basis;
use crate::layout::defaults::{CUT_SET_WORK, NODE_BUDGET, RARE, WORK_BUDGET};
use crate::monte_carlo::estimate::{Estimate, Sampler, Sampling, Stream};
use lanes::Cases;

/// What sampling found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Simulated {
    /// Unavailability of each entry point, in the basis' order; empty where not every own part is small enough.
    pub(crate) entries: Vec<Estimate>,
    /// Loss of service over the entry points.
    pub(crate) loss: Option<Estimate>,
}

/// Estimates the entry points' unavailabilities and the loss of service.
pub(crate) fn simulate(
    system: &System,
    (structural, serving): (&Layout, &Layout),
    sampling: &Sampling,
    structure: &Diagrams,
    basis: &Basis,
) -> Simulated {
    let roots: Vec<u32> = basis.entries.iter().map(|entry| entry.component.0).collect();
    let samples = sampling.samples.max(1);
    let mut found = Simulated::default();
    if let Some(cases) = Cases::of(system, structural, &roots) {
        let probabilities = cases.variables.each(Variable::structural);
        let counts = plain::counts(&cases, &probabilities, &roots, samples, (sampling.seed, Stream::Structure));
        for (&root, [down, ..]) in roots.iter().zip(counts) {
            let rare = structure.of_root(root).and_then(|service| by_cut_sets(service, root, sampling));
            found.entries.push(rare.unwrap_or_else(|| plain(down as f64 / samples as f64, samples)));
        }
    }
    if let Some(cases) = Cases::of(system, serving, &roots) {
        let probabilities = cases.variables.each(|variable| variable.answered);
        let counts = plain::counts(&cases, &probabilities, &roots, samples, (sampling.seed, Stream::Service));
        let loss = mean(basis).iter().zip(counts).fold(0.0, |sum, ((_, weight), counts)| {
            let each = counts.iter().zip(shares()).map(|(&count, share)| count as f64 / samples as f64 * share);
            sum + weight * each.sum::<f64>()
        });
        found.loss = Some(plain(loss, samples));
    }
    found
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
