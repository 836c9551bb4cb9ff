//! So many instances killed at the same time, every choice equally likely: exactly by decision diagram, by sampling where
//! that grows too large.

use foreshock_model::{Component, Known, Probability, Reliability, System};
use rustc_hash::FxHashMap;
use std::sync::Arc;

use crate::Unit;
use crate::diagram::budget::Budget;
use crate::diagram::diagrams::Diagrams;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::mean;
use crate::diagram::service::shares;
use crate::diagram::variables::{Variable, can_fail};
use crate::layout::arrays::Layout;
use crate::layout::basis::Basis;
use crate::layout::binomial::choose;
use crate::layout::defaults::KILL_WORK;
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Reading, Unknowns};
use crate::monte_carlo::chunks;
use crate::monte_carlo::estimate::{Estimate, Kill, Killing, PIECE, Sampler, Stream, pieces};
use crate::monte_carlo::generator::Generator;
use crate::monte_carlo::interval::wilson;
use crate::monte_carlo::lanes::{Cases, LANES};

/// Kills instances, with everything unknown at its worst. The decision diagram may cost so much.
pub(crate) fn kill(system: &System, basis: &Basis, killing: &Killing, budget: Budget) -> Kill {
    let system = instances_alone(system);
    let (layout, _) = lay_out(&system, Reading::service(Unknowns::Worst));
    let of = drawn(&system, &layout).fold(0u32, |sum, (_, instances)| sum.saturating_add(instances));
    let killed = killing.instances.min(of);
    let roots: Vec<u32> = basis.entries.iter().map(|entry| entry.component.0).collect();
    let exact = exact(&system, &layout, &roots, (killed, of), budget);
    let (levels, samples, sampler) = match exact {
        Some(levels) => (levels, choose(of, killed), Sampler::Exact),
        None => {
            let samples = killing.sampling.samples.max(1);
            (sampled(&system, &layout, &roots, (killed, samples, killing.sampling.seed)), samples, Sampler::Plain)
        }
    };
    let estimate = |value: f64| {
        let value = value.clamp(0.0, 1.0);
        let interval = if sampler == Sampler::Exact { (value, value) } else { wilson(value, samples) };
        Estimate { value, interval, samples, sampler }
    };
    let weighted = |cost: &dyn Fn(&[f64; 3]) -> f64| -> f64 {
        mean(basis).iter().zip(&levels).map(|((_, weight), levels)| weight * cost(levels)).sum()
    };
    let lost = |levels: &[f64; 3]| levels.iter().zip(shares()).map(|(level, share)| level * share).sum::<f64>();
    Kill {
        killed,
        of,
        service: estimate(1.0 - weighted(&lost)),
        up: estimate(1.0 - weighted(&|levels| levels[0])),
        entries: levels.iter().map(|[down, ..]| estimate(1.0 - down)).collect(),
    }
}

/// The system in which only instances fail, wherever they are: those that can, and of what has an explicit figure as many
/// as are written.
fn instances_alone(system: &System) -> System {
    let mut system = system.clone();
    for component in system.components.iter_mut().map(Arc::make_mut) {
        let Reliability { instance, whole, .. } = &component.reliability;
        let mut figure = whole.as_ref().or(instance.as_ref()).filter(|figure| can_fail(figure)).cloned();
        if let Some(figure) = &mut figure {
            // What it is does not matter, as long as it is there.
            figure.unavailability = Probability::ONE;
        }
        component.reliability = Reliability { instance: figure, ..Reliability::default() };
        component.redundancy.zones = Known::Known(Vec::new());
        component.domains.clear();
        component.region = None;
    }
    system
}

/// The components of which instances can be killed, each with how many it has.
fn drawn<'a>(system: &'a System, layout: &'a Layout) -> impl Iterator<Item = (u32, u32)> + 'a {
    let can_fail = |component: &Component| component.reliability.instance.is_some();
    let own = (0u32..).zip(&layout.own).zip(&system.components);
    let there = own.filter(move |((_, own), component)| !own.absent && !own.spared && can_fail(component));
    there.map(|((index, own), _)| (index, own.instances))
}

/// What is not drawn: a killed instance stays away, and a standby may fail to be promoted. Promotion takes no time here.
fn chance(variable: &Variable) -> f64 {
    match variable.unit {
        _ if variable.lasting.is_some() => 1.0,
        Some(Unit::Failover(_)) => variable.probability,
        _ => 0.0,
    }
}

fn exact(system: &System, layout: &Layout, roots: &[u32], lost: (u32, u32), budget: Budget) -> Option<Vec<[f64; 3]>> {
    let mut tops = roots.to_vec();
    tops.sort_unstable();
    tops.dedup();
    // How many are lost of a part is more than one event.
    let budget = Budget { modules: false, ..budget };
    let diagrams = Diagrams::of(system, layout, &tops, Wanted::of(layout), budget);
    diagrams.drawn(roots, chance, lost, KILL_WORK)
}

/// How a drawn instance is told to the rules.
struct Killed<'a> {
    cases: &'a Cases<'a>,
    roots: &'a [u32],
    owners: Vec<(u32, u32)>,
    /// For each of the owners its variable.
    variables: Vec<Option<u32>>,
    /// The thresholds on instances that are only counted.
    counted: Vec<(u32, u32, u32)>,
    killed: usize,
}

/// For each root in which share of the samples it is DOWN, at least OVERLOADED, or lacks a function.
fn sampled(system: &System, layout: &Layout, roots: &[u32], (killed, samples, seed): (u32, u64, u64)) -> Vec<[f64; 3]> {
    // Each instance that can be killed: its component, and which it is of that.
    let each = |(component, instances)| (0..instances).map(move |instance| (component, instance));
    let owners: Vec<(u32, u32)> = drawn(system, layout).flat_map(each).collect();
    // Where not even one component's own part fits, nothing is known to be left.
    let Some(cases) = Cases::of(system, layout, roots) else { return vec![[1.0; 3]; roots.len()] };
    let list = &cases.variables.list;
    let explicit: FxHashMap<(u32, u32), u32> = (0u32..)
        .zip(list)
        .filter_map(|(index, variable)| match variable.unit {
            Some(Unit::Instance { component, index: instance }) => Some(((component.0, instance), index)),
            _ => None,
        })
        .collect();
    let counted = (0u32..).zip(list).filter(|(_, variable)| variable.lasting.is_none());
    let counted = counted.filter_map(|(index, variable)| {
        let counted = variable.instances_of?;
        Some((index, counted.component, counted.at_least))
    });
    let it = Killed {
        roots,
        variables: owners.iter().map(|owner| explicit.get(owner).copied()).collect(),
        counted: counted.collect(),
        owners,
        killed: killed as usize,
        cases: &cases,
    };
    let counts = chunks::each(pieces(samples), |piece| it.piece(piece, samples, seed));
    let mut sum = vec![[0.0; 3]; roots.len()];
    for counts in counts {
        for (sum, counts) in sum.iter_mut().zip(counts) {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count as f64 / samples as f64);
        }
    }
    sum
}

impl Killed<'_> {
    fn piece(&self, piece: u64, samples: u64, seed: u64) -> Vec<[u64; 3]> {
        let mut generator = Generator::new(seed, Stream::Kill.of(piece));
        let mut counts = vec![[0; 3]; self.roots.len()];
        let mut left = (samples - piece * PIECE).min(PIECE) as usize;
        let mut places: Vec<usize> = (0..self.owners.len()).collect();
        let list = &self.cases.variables.list;
        let mut lost: FxHashMap<u32, u32> = FxHashMap::default();
        while left > 0 {
            let lanes = left.min(LANES);
            let mut words: Vec<u64> = list.iter().map(|variable| generator.events(chance(variable))).collect();
            for lane in 0..lanes {
                lost.clear();
                // The first places of a shuffle (Fisher, Yates 1938); any order to start from will do.
                for place in 0..self.killed {
                    let other = place + generator.below((places.len() - place) as u64) as usize;
                    places.swap(place, other);
                    let Some(&chosen) = places.get(place) else { continue };
                    match self.variables.get(chosen).copied().flatten() {
                        Some(variable) => {
                            if let Some(word) = words.get_mut(variable as usize) {
                                *word |= 1 << lane;
                            }
                        }
                        None => {
                            if let Some(&(component, _)) = self.owners.get(chosen) {
                                *lost.entry(component).or_default() += 1;
                            }
                        }
                    }
                }
                for (variable, component, at_least) in &self.counted {
                    if let Some(word) = words.get_mut(*variable as usize)
                        && lost.get(component).is_some_and(|lost| lost >= at_least)
                    {
                        *word |= 1 << lane;
                    }
                }
            }
            let counted = if lanes >= LANES { u64::MAX } else { (1 << lanes) - 1 };
            let solution = self.cases.run(&words);
            for (root, counts) in self.roots.iter().zip(&mut counts) {
                for (count, word) in counts.iter_mut().zip(solution.at(*root)) {
                    *count += u64::from((word & counted).count_ones());
                }
            }
            left -= lanes;
        }
        counts
    }
}
