//! Which outcomes say something that others do not say already.

use foreshock_model::System;
use rustc_hash::FxHashMap;

use crate::layout::fault::{Fault, Unit};
use crate::sweep::outcome::Outcome;
use crate::sweep::scenario::{Class, Faults};
use crate::sweep::swept::Sweep;

/// Losses that are closer are the same: a pair adds up in another order than one fault.
const SAME: f64 = 1e-9;

impl Sweep {
    /// The outcomes that somebody who reads from the top learns something from, in their order. None are:
    ///
    /// - what takes nothing from the users; where nothing is known to be reached by users, what takes nothing else along
    /// - two at once that take no more than one of them alone
    /// - what is a part of whole components that are down (an instance, a resource that is used up, a call that is cut), alone or
    ///   with something else, and takes no more than these
    /// - more load, or a longer wait, that takes no more than less of the same
    pub fn news<'a>(&'a self, system: &'a System) -> impl Iterator<Item = &'a Outcome> {
        let mut alone: FxHashMap<Fault, f64> = FxHashMap::default();
        for outcome in &self.results {
            if let Faults::One(fault) = outcome.scenario.faults {
                alone.insert(fault, outcome.entry_loss);
            }
        }
        let is_measured = self.results.iter().any(|outcome| outcome.entry_loss > 0.0);
        let least = self.least_loads();
        let more_together = self.more_together(&alone);
        let is_news = move |outcome: &Outcome| {
            let loss = |fault: Fault| alone.get(&fault).copied().unwrap_or(0.0);
            let faults = outcome.scenario.faults;
            let takes = if is_measured { outcome.entry_loss > 0.0 } else { outcome.affected > 1 };
            let is_pair = matches!(faults, Faults::Two(_));
            let of_one = faults.iter().map(|fault| loss(*fault)).fold(0.0, f64::max);
            let wholes = faults.iter().filter_map(|fault| whole(system, *fault)).map(loss);
            let of_whole = wholes.chain(whole_pair(system, &faults, &more_together)).fold(-1.0, f64::max);
            let of_less = load(outcome).and_then(|(load, _)| least.get(&load)).copied();
            let is_least = of_less.is_none_or(|least| load(outcome).is_some_and(|(_, factor)| factor == least.factor));
            let more_than_less = is_least || of_less.is_some_and(|least| outcome.entry_loss > least.loss + SAME);
            takes
                && more_than_less
                && (!is_pair || outcome.entry_loss > of_one + SAME)
                && outcome.entry_loss > of_whole + SAME
        };
        self.results.iter().filter(move |outcome| is_news(outcome))
    }

    /// The pairs that take more than each of both alone, with what they take.
    fn more_together(&self, alone: &FxHashMap<Fault, f64>) -> FxHashMap<[Fault; 2], f64> {
        let loss = |fault: Fault| alone.get(&fault).copied().unwrap_or(0.0);
        let pairs = self.results.iter().filter_map(|outcome| match outcome.scenario.faults {
            Faults::Two([one, two]) if outcome.entry_loss > loss(one).max(loss(two)) + SAME => {
                Some((ordered([one, two]), outcome.entry_loss))
            }
            _ => None,
        });
        pairs.collect()
    }

    /// Of each sort of load and wait the least that takes something, and what it takes.
    fn least_loads(&self) -> FxHashMap<Load, Least> {
        let mut least: FxHashMap<Load, Least> = FxHashMap::default();
        for outcome in self.results.iter().filter(|outcome| outcome.entry_loss > 0.0) {
            if let Some((load, factor)) = load(outcome) {
                let this = Least { factor, loss: outcome.entry_loss };
                let known = least.entry(load).or_insert(this);
                if factor < known.factor {
                    *known = this;
                }
            }
        }
        least
    }
}

/// A load or a wait without how much of it: the class, and the faults with the factor left out.
type Load = (Class, [Option<Fault>; 2]);

#[derive(Clone, Copy)]
struct Least {
    factor: crate::Factor,
    loss: f64,
}

fn load(outcome: &Outcome) -> Option<(Load, crate::Factor)> {
    const NONE: crate::Factor = crate::Factor::thousandths(0);
    let mut factor = None;
    let mut without = [None, None];
    for (place, fault) in without.iter_mut().zip(outcome.scenario.faults.iter()) {
        *place = Some(match *fault {
            Fault::Latency { component, factor: times } => {
                factor = Some(times);
                Fault::Latency { component, factor: NONE }
            }
            Fault::Traffic { entry, factor: times } => {
                factor = Some(times);
                Fault::Traffic { entry, factor: NONE }
            }
            other => other,
        });
    }
    Some(((outcome.scenario.class, without), factor?))
}

/// What two at once take where both are components as a whole, and here one is a part of one.
fn whole_pair(system: &System, faults: &Faults, more_together: &FxHashMap<[Fault; 2], f64>) -> Option<f64> {
    let Faults::Two(faults) = faults else { return None };
    let wholes = faults.map(|fault| whole(system, fault).unwrap_or(fault));
    if wholes == *faults {
        return None;
    }
    more_together.get(&ordered(wholes)).copied()
}

fn ordered([one, two]: [Fault; 2]) -> [Fault; 2] {
    if one <= two { [one, two] } else { [two, one] }
}

/// The component that would be down where all of what fails here did: whoever is called, of a call that is cut.
fn whole(system: &System, fault: Fault) -> Option<Fault> {
    let component = match fault {
        Fault::Unit(Unit::Instance { component, .. }) | Fault::Exhausted { component, .. } => component,
        Fault::Cut(dependency) => system.dependencies.get(dependency.index())?.to,
        _ => return None,
    };
    Some(Fault::Component(component))
}
