//! The working memory of cascades.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use foreshock_model::{ComponentIndex, DependencyIndex, ZoneIndex};

use crate::cascade::Cause;
use crate::cascade::injection::{Hit, ModeLoad};
use crate::cascade::latency::Slow;
use crate::cascade::traffic::Flood;
use crate::layout::circular::Looks;
use crate::layout::frozen::{Base, Carried, Frozen, GroupCount, State};
use crate::{Health, Unsettled};

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
    pub(crate) looks: Looks,
    #[cfg(test)]
    pub(crate) events_taken: u64,
}

/// One raise; or, before the first raise, a component that is slower or asked for more on the way to one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) component: u32,
    pub(crate) health: Health,
    pub(crate) function_lost: bool,
    pub(crate) at: f64,
    pub(crate) because: Cause,
    pub(crate) parent: Option<u32>,
}

/// Something that arrives at a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) at: f64,
    pub(crate) health: Health,
    pub(crate) lost_function: bool,
    pub(crate) target_down: bool,
    /// The component it reaches.
    pub(crate) component: u32,
    pub(crate) via: Via,
    /// The step that caused it.
    pub(crate) parent: Option<u32>,
}

/// How it arrives. Edges are those of the layout, dependencies those of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Via {
    /// A fault.
    Fault(u32),
    /// Requests that take longer because of this dependency.
    Slow(u32),
    /// More requests over this dependency, whose target it is.
    Traffic(u32),
    /// An edge, by what a fault did to the edge or to its caller.
    FaultAtEdge(u32, u32),
    /// An edge over which calls time out.
    Timeout(u32),
    /// An edge.
    Edge(u32),
}

impl Via {
    /// The cause it stands for; none for an edge that belongs to a group.
    pub(crate) fn cause(self, frozen: &Frozen) -> Option<Cause> {
        let dependency = |edge: u32| frozen.edges.get(edge as usize).map(|edge| DependencyIndex(edge.dependency));
        match self {
            Via::Fault(fault) | Via::FaultAtEdge(_, fault) => Some(Cause::Fault(fault as usize)),
            Via::Slow(through) => Some(Cause::Slow(DependencyIndex(through))),
            Via::Traffic(through) => Some(Cause::Traffic(DependencyIndex(through))),
            Via::Timeout(edge) => dependency(edge).map(Cause::Timeout),
            Via::Edge(edge) => dependency(edge).map(Cause::Dependency),
        }
    }
}

impl Eq for Event {}

impl Ord for Event {
    /// The greatest is taken first: the earliest, then the worst, then by component and way.
    fn cmp(&self, other: &Event) -> Ordering {
        other
            .at
            .total_cmp(&self.at)
            .then_with(|| self.health.cmp(&other.health))
            .then_with(|| self.lost_function.cmp(&other.lost_function))
            .then_with(|| self.target_down.cmp(&other.target_down))
            .then_with(|| other.component.cmp(&self.component))
            .then_with(|| other.via.cmp(&self.via))
            .then_with(|| other.parent.cmp(&self.parent))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Event) -> Option<Ordering> {
        Some(self.cmp(other))
    }
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
        grow(&mut self.states, frozen.own.len());
        grow(&mut self.last, frozen.own.len());
        grow(&mut self.groups, frozen.groups.len());
        grow(&mut self.carried, frozen.edges.len());
        self.steps.clear();
        self.events.clear();
        self.hits.clear();
        self.zones.clear();
        self.cuts.clear();
        self.loads.clear();
        self.unsettled.clear();
        self.slow.begin();
        self.flood.begin();
        self.looks.clear();
        #[cfg(test)]
        {
            self.events_taken = 0;
        }
    }
}

pub(crate) fn grow<T: Copy + Default>(stamped: &mut Vec<(u32, T)>, length: usize) {
    if stamped.len() < length {
        stamped.resize(length, (0, T::default()));
    }
}

/// The entry of this epoch, taken over from the faultless one when it is older.
pub(crate) fn fresh<'a, T: Copy>(stamped: &'a mut [(u32, T)], epoch: u32, base: &[T], index: u32) -> Option<&'a mut T> {
    let slot = stamped.get_mut(index as usize)?;
    if slot.0 != epoch {
        *slot = (epoch, *base.get(index as usize)?);
    }
    Some(&mut slot.1)
}
