//! The working memory of cascades.

use std::collections::BinaryHeap;

use foreshock_model::{ComponentIndex, ZoneIndex};

use crate::Health;
use crate::cascade::effect::Unsettled;
use crate::cascade::event::{Event, Hit, ModeLoad, Step};
use crate::cascade::failing::Failing;
use crate::cascade::flows::Flood;
use crate::cascade::frozen::Frozen;
use crate::cascade::slow::Slow;
use crate::cascade::stamped::grow;
use crate::cascade::state::{Base, Carried, GroupCount, State};
use crate::cascade::support::Looks;
use crate::layout::arrays::Edge;

/// Working memory of cascades; can be used for any number of them, and of systems.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) epoch: u32,
    pub(crate) states: Vec<(u32, State)>,
    pub(crate) groups: Vec<(u32, GroupCount)>,
    pub(crate) carried: Vec<(u32, Carried)>,
    pub(crate) steps: Vec<Step>,
    /// The last step of each component of this epoch.
    pub(crate) last: Vec<(u32, u32)>,
    pub(crate) events: BinaryHeap<Event>,
    /// What hits which component, by which fault.
    pub(crate) hits: Vec<(u32, Hit, u32)>,
    pub(crate) zones: Vec<ZoneIndex>,
    pub(crate) ranges: Vec<(u32, u32)>,
    /// The edges that faults cut, with the fault.
    pub(crate) cuts: Vec<(u32, u32)>,
    pub(crate) loads: Vec<ModeLoad>,
    pub(crate) unsettled: Vec<Unsettled>,
    pub(crate) slow: Slow,
    pub(crate) flood: Flood,
    pub(crate) failing: Failing,
    pub(crate) looks: Looks,
    #[cfg(test)]
    pub(crate) events_taken: u64,
}

impl Scratch {
    /// The components that got worse in the last run, each once, in time order, with their health.
    pub fn touched(&self) -> impl Iterator<Item = (ComponentIndex, Health)> {
        self.worse().map(|step| (ComponentIndex(step.component), step.health))
    }

    /// The last step of each component that got worse.
    pub(crate) fn worse(&self) -> impl Iterator<Item = &Step> {
        let is_last = |(index, step): &(usize, &Step)| {
            self.last.get(step.component as usize) == Some(&(self.epoch, *index as u32))
        };
        self.steps.iter().enumerate().filter(is_last).map(|(_, step)| step)
    }

    /// What the last run looked at besides what got worse: what was hit, and what got slower.
    pub(crate) fn seen(&self) -> impl Iterator<Item = u32> {
        self.hits.iter().map(|&(component, ..)| component).chain(self.slow.reached.iter().copied())
    }

    /// What the last run could not tell.
    pub fn unsettled(&self) -> &[Unsettled] {
        &self.unsettled
    }

    /// Number of raises of the last run; at most 3 changes of health per component.
    #[cfg(test)]
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many contributions and faults the last run took one by one.
    #[cfg(test)]
    pub(crate) fn events_taken(&self) -> u64 {
        self.events_taken
    }

    /// The health of a component after the last run, which was of `frozen`.
    pub fn health(&self, frozen: &Frozen, component: ComponentIndex) -> Health {
        self.state(&frozen.base, component.0).health
    }

    pub(crate) fn state(&self, base: &Base, component: u32) -> State {
        match self.states.get(component as usize) {
            Some(&(epoch, state)) if epoch == self.epoch => state,
            _ => base.states.get(component as usize).copied().unwrap_or_default(),
        }
    }

    pub(crate) fn begin(&mut self, frozen: &Frozen) {
        if self.epoch == u32::MAX {
            *self = Scratch::default();
        }
        self.epoch += 1;
        grow(&mut self.states, frozen.layout.own.len());
        grow(&mut self.last, frozen.layout.own.len());
        grow(&mut self.groups, frozen.layout.groups.len());
        grow(&mut self.carried, frozen.layout.edges.len());
        self.steps.clear();
        self.events.clear();
        self.hits.clear();
        self.zones.clear();
        self.cuts.clear();
        self.loads.clear();
        self.unsettled.clear();
        self.slow.begin();
        self.flood.begin();
        self.failing.begin();
        self.looks.clear();
        #[cfg(test)]
        {
            self.events_taken = 0;
        }
    }
}

impl Frozen {
    /// Bytes of the layout and of working memory that the last run of `scratch`, which was of this, could not do
    /// without: what got worse, and the edges to its callers. For telling how far it is from what memory allows.
    pub fn bytes_looked_at(&self, scratch: &Scratch) -> usize {
        let edge = size_of::<Edge>() + size_of::<(u32, State)>();
        let own = size_of::<Step>() + 2 * size_of::<(u32, State)>();
        scratch.touched().map(|(component, _)| own + self.layout.callers(component.0).count() * edge).sum()
    }
}
