//! Where a cascade takes down what is up only by mutual support (semantics, section 2, law 7).

use crate::Health;
use crate::cascade::effect::Cause;
use crate::cascade::event::{Event, Via};
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::cascade::state::{Base, Carried};
use crate::cascade::support::{Moment, fallen};

/// A cascade stopped at one moment.
struct Stopped<'a> {
    base: &'a Base,
    scratch: &'a Scratch,
}

impl Stopped<'_> {
    fn carried(&self, edge: u32) -> Carried {
        match self.scratch.carried.get(edge as usize) {
            Some(&(epoch, carried)) if epoch == self.scratch.epoch => carried,
            _ => self.base.carried.get(edge as usize).copied().unwrap_or_default(),
        }
    }
}

impl Moment for Stopped<'_> {
    fn is_down(&self, component: u32) -> bool {
        self.scratch.state(self.base, component).health == Health::Down
    }

    fn is_lost(&self, edge: u32) -> bool {
        self.carried(edge).health == Health::Down
    }

    fn is_counted(&self, edge: u32) -> bool {
        self.carried(edge).target_down
    }

    fn lost_weight(&self, component: u32) -> u64 {
        self.scratch.state(self.base, component).partials
    }
}

impl Frozen {
    /// Takes down what is up only by mutual support; whether there was any.
    pub(crate) fn uphold(&self, at: f64, at_the_end: bool, scratch: &mut Scratch) -> bool {
        while let Some(circle) = scratch.looks.next(at_the_end) {
            let stopped = Stopped { base: &self.base, scratch };
            let fallen = fallen(&self.layout, &self.circles, circle, &stopped, &stopped.scratch.looks);
            for fallen in &fallen {
                let group =
                    self.layout.groups.get(fallen.group as usize).map_or(0, |group| group.alternatives as usize);
                let event = Event {
                    at,
                    health: Health::Down,
                    lost_function: true,
                    target_down: false,
                    component: fallen.component,
                    via: Via::Fault(0),
                    parent: fallen.parent,
                };
                // A cut dependency has no step before it: the chain of causes ends in the fault.
                let because = match (fallen.parent, fallen.fault) {
                    (None, Some(fault)) => Cause::Fault(fault as usize),
                    _ => Cause::CircularFallback(group),
                };
                self.raise(&event, Health::Down, true, because, scratch);
            }
            if at_the_end && !fallen.is_empty() {
                return true;
            }
        }
        false
    }
}
