//! So many components killed at the same time, every choice equally likely.

use foreshock_model::System;

use crate::Basis;
use crate::diagram::equations::Solution;
use crate::diagram::loss::mean;
use crate::diagram::service::shares;
use crate::layout::arrays::Layout;
use crate::layout::binomial::choose;
use crate::layout::defaults::ENUMERATED_KILLS;
use crate::monte_carlo::chunks;
use crate::monte_carlo::estimate::{Estimate, Kill, PIECE, Sampler, Sampling, Stream, pieces};
use crate::monte_carlo::generator::Generator;
use crate::monte_carlo::interval::wilson;
use crate::monte_carlo::lanes::{Cases, LANES};

/// Kills `k` of the components that are there.
pub(crate) fn kill(system: &System, layout: &Layout, basis: &Basis, sampling: &Sampling, k: u32) -> Option<Kill> {
    let roots: Vec<u32> = basis.entries.iter().map(|entry| entry.component.0).collect();
    let cases = Cases::of(system, layout, &roots)?;
    let present: Vec<u32> = (0u32..).zip(&layout.own).filter(|(_, own)| !own.absent).map(|(index, _)| index).collect();
    let killed = k.min(present.len() as u32);
    let all = choose(present.len() as u32, killed);
    let killing = Killing { cases: &cases, present, components: layout.own.len(), killed: killed as usize, roots };
    let (counts, samples, sampler) = if all <= ENUMERATED_KILLS {
        (killing.enumerated(), all, Sampler::Enumerated)
    } else {
        let samples = sampling.samples.max(1);
        let run = |piece: u64| killing.sampled(piece, samples, sampling.seed);
        let counts = chunks::each(pieces(samples), run).into_iter().fold(killing.nothing(), added);
        (counts, samples, Sampler::Plain)
    };
    let share = |count: u64| count as f64 / samples as f64;
    let estimate = |value: f64| {
        let interval = if sampler == Sampler::Enumerated { (value, value) } else { wilson(value, samples) };
        Estimate { value, interval, samples, sampler }
    };
    let lost = mean(basis).iter().zip(&counts).fold(0.0, |sum, ((_, weight), counts)| {
        sum + weight * counts.iter().zip(shares()).map(|(&count, cost)| share(count) * cost).sum::<f64>()
    });
    Some(Kill {
        killed,
        of: killing.present.len() as u32,
        service: estimate((1.0 - lost).clamp(0.0, 1.0)),
        entries: counts.iter().map(|[down, ..]| estimate(1.0 - share(*down))).collect(),
    })
}

/// For each entry in how many cases it is DOWN, at least OVERLOADED, or lacks a function.
type Counts = Vec<[u64; 3]>;

fn added(mut sum: Counts, more: Counts) -> Counts {
    for (sum, more) in sum.iter_mut().zip(more) {
        sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    sum
}

struct Killing<'a> {
    cases: &'a Cases<'a>,
    present: Vec<u32>,
    components: usize,
    killed: usize,
    roots: Vec<u32>,
}

impl Killing<'_> {
    fn nothing(&self) -> Counts {
        vec![[0; 3]; self.roots.len()]
    }

    fn count(&self, solution: &Solution<u64>, lanes: usize, counts: &mut Counts) {
        let counted = if lanes >= LANES { u64::MAX } else { (1 << lanes) - 1 };
        for (root, counts) in self.roots.iter().zip(counts) {
            for (count, word) in counts.iter_mut().zip(solution.at(*root)) {
                *count += u64::from((word & counted).count_ones());
            }
        }
    }

    /// Every choice once, in lexicographic order.
    fn enumerated(&self) -> Counts {
        let (n, k) = (self.present.len(), self.killed);
        let mut counts = self.nothing();
        let mut choice: Vec<usize> = (0..k).collect();
        let mut down = vec![0u64; self.components];
        let mut lane = 0;
        loop {
            for &place in &choice {
                self.mark(place, lane, &mut down);
            }
            lane += 1;
            // The last place that can move on moves on, those after it follow closely.
            let movable = (0..k).rev().find(|&place| choice.get(place).is_some_and(|&at| at < n - k + place));
            if lane == LANES || movable.is_none() {
                self.count(&self.cases.run_down(&down), lane, &mut counts);
                down.fill(0);
                lane = 0;
            }
            let Some(movable) = movable else { return counts };
            let start = choice.get(movable).map_or(0, |at| at + 1);
            choice.iter_mut().skip(movable).zip(start..).for_each(|(slot, at)| *slot = at);
        }
    }

    fn sampled(&self, piece: u64, samples: u64, seed: u64) -> Counts {
        let mut generator = Generator::new(seed, Stream::Kill.of(piece));
        let mut counts = self.nothing();
        let mut left = (samples - piece * PIECE).min(PIECE) as usize;
        let mut places: Vec<usize> = (0..self.present.len()).collect();
        while left > 0 {
            let lanes = left.min(LANES);
            let mut down = vec![0u64; self.components];
            for lane in 0..lanes {
                // The first places of a shuffle (Fisher, Yates 1938); any order to start from will do.
                for place in 0..self.killed {
                    let other = place + generator.below((places.len() - place) as u64) as usize;
                    places.swap(place, other);
                    if let Some(&chosen) = places.get(place) {
                        self.mark(chosen, lane, &mut down);
                    }
                }
            }
            self.count(&self.cases.run_down(&down), lanes, &mut counts);
            left -= lanes;
        }
        counts
    }

    fn mark(&self, place: usize, lane: usize, down: &mut [u64]) {
        if let Some(word) = self.present.get(place).and_then(|&component| down.get_mut(component as usize)) {
            *word |= 1 << lane;
        }
    }
}
