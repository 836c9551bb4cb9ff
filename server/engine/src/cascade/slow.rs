//! The working memory of latency mode: what one run has found so far.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Fault;
use crate::cascade::event::Via;
use crate::cascade::modes::Modes;
use crate::cascade::stamped::grow;
use crate::cascade::times::{Time, Times};

/// What one run of the mode found.
#[derive(Debug, Default)]
pub(crate) struct Slow {
    pub(crate) on: bool,
    pub(crate) epoch: u32,
    pub(crate) times: Vec<(u32, Time)>,
    /// The step of each component that got slower, and its way in `vias`.
    pub(crate) waypoints: Vec<(u32, (u32, u32))>,
    pub(crate) vias: Vec<Via>,
    pub(crate) queue: BinaryHeap<Reverse<u32>>,
    pub(crate) queued: Vec<u32>,
    /// The components whose time was looked at again.
    pub(crate) reached: Vec<u32>,
    /// Edges over which calls time out, with the step that tells why.
    pub(crate) timeouts: Vec<(u32, Option<u32>)>,
    pub(crate) factors: Vec<(u32, f64, u32)>,
}

impl Slow {
    pub(crate) fn begin(&mut self) {
        self.on = false;
        self.reached.clear();
        self.timeouts.clear();
    }

    pub(crate) fn start(&mut self, components: usize, faults: &[Fault]) {
        if self.epoch == u32::MAX {
            *self = Slow::default();
        }
        self.on = true;
        self.epoch += 1;
        grow(&mut self.times, components);
        grow(&mut self.waypoints, components);
        if self.queued.len() < components {
            self.queued.resize(components, 0);
        }
        self.vias.clear();
        self.factors.clear();
        for (index, fault) in faults.iter().enumerate() {
            let &Fault::Latency { component, factor } = fault else { continue };
            match self.factors.iter_mut().find(|(known, ..)| *known == component.0) {
                Some((_, product, _)) => *product *= factor.get(),
                None => self.factors.push((component.0, factor.get(), index as u32)),
            }
        }
    }

    pub(crate) fn time(&self, times: &Times, component: u32) -> Time {
        match self.times.get(component as usize) {
            Some(&(epoch, time)) if epoch == self.epoch => time,
            _ => times.of.get(component as usize).copied().unwrap_or(Time::UNKNOWN),
        }
    }

    pub(crate) fn factor(&self, component: u32) -> Option<(f64, u32)> {
        self.factors.iter().find(|(of, ..)| *of == component).map(|&(_, factor, fault)| (factor, fault))
    }

    pub(crate) fn own(&self, modes: &Modes, component: u32) -> Option<f64> {
        let own = modes.part(component)?.latency?;
        Some(self.factor(component).map_or(own, |(factor, _)| own * factor))
    }

    pub(crate) fn waypoint(&self, component: u32) -> Option<(u32, Via)> {
        let &(epoch, (step, via)) = self.waypoints.get(component as usize)?;
        let via = *self.vias.get(via as usize)?;
        (epoch == self.epoch).then_some((step, via))
    }

    pub(crate) fn ask(&mut self, cycle: u32) {
        if let Some(queued) = self.queued.get_mut(cycle as usize)
            && *queued != self.epoch
        {
            *queued = self.epoch;
            self.queue.push(Reverse(cycle));
        }
    }
}
