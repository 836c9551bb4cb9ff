//! What a sweep found, and what it keeps for the sweep of the next version.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{ComponentIndex, RegionIndex};

use crate::cascade::frozen::Frozen;
use crate::layout::basis::Basis;
use crate::sweep::enumeration::MOST_LATENCY;
use crate::sweep::outcome::Outcome;
use crate::sweep::record::Record;
use crate::sweep::runner::{Mask, Runner};
use crate::sweep::scenario::Class;
use crate::{Fault, Unit};

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

/// What a sweep keeps for the next version.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) runner: Runner,
    pub(crate) basis: Basis,
    /// Of each scenario by its number, when noted.
    pub(crate) masks: Vec<Mask>,
    pub(crate) regions: Vec<Arc<Record>>,
    /// Of each component, slowed most.
    pub(crate) slow: Vec<Arc<Record>>,
}

impl Memory {
    pub(crate) fn of(runner: Runner, basis: &Basis, masks: Vec<Mask>) -> Memory {
        let (regions, slow) = match runner.exact {
            true => (Vec::new(), Vec::new()),
            false => {
                let none = |_: usize| None;
                (runner.records_of(&regions(&runner.frozen), none), runner.records_of(&slowed(&runner.frozen), none))
            }
        };
        Memory { runner, basis: basis.clone(), masks, regions, slow }
    }
}

pub(crate) fn regions(frozen: &Frozen) -> Vec<Fault> {
    (0..frozen.layout.region_members.len() as u32)
        .map(|region| Fault::Unit(Unit::Region(RegionIndex(region))))
        .collect()
}

pub(crate) fn slowed(frozen: &Frozen) -> Vec<Fault> {
    let most = |component| Fault::Latency { component: ComponentIndex(component), factor: MOST_LATENCY };
    (0..frozen.components() as u32).map(most).collect()
}
