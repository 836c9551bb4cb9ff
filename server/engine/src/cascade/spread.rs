//! How a failure spreads from a component to its callers, in time order (semantics, section 2).

use crate::Health;
use crate::cascade::effect::Cause;
use crate::cascade::event::{Event, Step, Via};
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::cascade::stamped::fresh;
use crate::cascade::state::State;
use crate::layout::arrays::{Edge, NO_GROUP};
use crate::layout::contribution::partials_too_heavy;
use crate::layout::reading::Purpose;

const LEVELS: [Health; 3] = [Health::Degraded, Health::Overloaded, Health::Down];

/// A target got worse, or is seen as worse by one caller.
#[derive(Clone, Copy, Debug)]
struct News {
    old: State,
    new: State,
    at: f64,
    via: Via,
    /// The step that tells why.
    parent: Option<u32>,
}

impl Frozen {
    /// A contribution arrives at its caller.
    pub(crate) fn arrive(&self, event: &Event, index: u32, scratch: &mut Scratch) {
        let Some(edge) = self.layout.edges.get(index as usize) else { return };
        let Some(because) = event.via.cause(&self.layout) else { return };
        if event.target_down && !self.circles.is_empty() {
            scratch.looks.lost(&self.circles, edge, event);
        }
        let Some(group) = self.layout.groups.get(edge.group as usize) else {
            if event.target_down && edge.row.partial_weight > 0 {
                self.add_partial(event, index, because, scratch);
            }
            self.raise(event, event.health, event.lost_function, because, scratch);
            return;
        };
        let Some(before) = fresh(&mut scratch.carried, scratch.epoch, &self.base.carried, index) else { return };
        let old = *before;
        before.health = old.health.max(event.health);
        before.lost_function |= event.lost_function;
        before.target_down |= event.target_down;
        let new = *before;
        let Some(count) = fresh(&mut scratch.groups, scratch.epoch, &self.base.groups, edge.group) else { return };
        for (level, at_least) in LEVELS.into_iter().zip(&mut count.at_least) {
            *at_least += u32::from(old.health < level && new.health >= level);
        }
        count.lost_functions += u32::from(!old.lost_function && new.lost_function);
        count.any_down |= new.target_down;
        let count = *count;
        let tipped = |members: u32| members >= group.tips_at;
        let mut health = if group.shares_load && count.any_down { Health::Degraded } else { Health::Healthy };
        for (level, at_least) in LEVELS.into_iter().zip(count.at_least) {
            if tipped(at_least) {
                health = health.max(level);
            }
        }
        let because = match event.via {
            // The chain of causes ends in a fault.
            Via::FaultAtEdge(..) => because,
            _ => Cause::Alternatives(group.alternatives as usize),
        };
        self.raise(event, health, tipped(count.lost_functions), because, scratch);
    }

    fn add_partial(&self, event: &Event, index: u32, because: Cause, scratch: &mut Scratch) {
        let Some(edge) = self.layout.edges.get(index as usize) else { return };
        let Some(carried) = fresh(&mut scratch.carried, scratch.epoch, &self.base.carried, index) else { return };
        if std::mem::replace(&mut carried.target_down, true) {
            return;
        }
        let Some(state) = fresh(&mut scratch.states, scratch.epoch, &self.base.states, edge.from) else { return };
        state.partials += edge.row.partial_weight;
        if partials_too_heavy(state.partials) {
            self.raise(event, Health::Down, true, because, scratch);
        }
    }

    /// Makes a component worse and tells its callers.
    pub(crate) fn raise(
        &self,
        event: &Event,
        health: Health,
        lost_function: bool,
        because: Cause,
        scratch: &mut Scratch,
    ) {
        let component = event.component;
        let Some(state) = fresh(&mut scratch.states, scratch.epoch, &self.base.states, component) else { return };
        let old = *state;
        state.health = old.health.max(health);
        state.lost_function |= lost_function || health == Health::Down;
        let new = *state;
        if new.health == old.health && new.lost_function == old.lost_function {
            return;
        }
        let step = scratch.steps.len() as u32;
        scratch.steps.push(Step {
            component,
            health: new.health,
            function_lost: new.lost_function,
            at: event.at,
            because,
            parent: event.parent,
        });
        if let Some(last) = scratch.last.get_mut(component as usize) {
            *last = (scratch.epoch, step);
        }
        for (index, edge) in self.layout.callers(component) {
            let news = News { old, new, at: event.at, via: Via::Edge(index), parent: Some(step) };
            self.tell(edge, news, scratch);
        }
    }

    /// A step of a component that is no worse yet.
    pub(crate) fn waypoint(&self, component: u32, via: Via, parent: Option<u32>, scratch: &mut Scratch) -> u32 {
        let state = self.base.states.get(component as usize).copied().unwrap_or_default();
        let step = scratch.steps.len() as u32;
        if let Some(because) = via.cause(&self.layout) {
            let (health, function_lost) = (state.health, state.lost_function);
            scratch.steps.push(Step { component, health, function_lost, at: 0.0, because, parent });
        }
        step
    }

    /// The caller of this edge sees its target as DOWN from time 0 on, whatever becomes of the target.
    pub(crate) fn lose(&self, index: u32, via: Via, parent: Option<u32>, scratch: &mut Scratch) {
        let Some(edge) = self.layout.edges.get(index as usize) else { return };
        let new = State { health: Health::Down, lost_function: true, ..State::default() };
        self.tell(edge, News { old: State::default(), new, at: 0.0, via, parent }, scratch);
    }

    fn tell(&self, edge: &Edge, News { old, new, at, via, parent }: News, scratch: &mut Scratch) {
        let row = &edge.row;
        let reached = |level: Health| old.health < level && new.health >= level;
        let caller = scratch.state(&self.base, edge.from);
        // A loss that makes its caller no worse is felt in the sum of the partial ones and in circles only.
        let counts = row.partial_weight > 0 || !self.circles.is_empty();
        let mut push = |at: f64, health: Health, lost_function: bool, target_down: bool| {
            let news = health > caller.health || (lost_function && !caller.lost_function) || (target_down && counts);
            let event = Event { at, health, lost_function, target_down, component: edge.from, via, parent };
            if news || (edge.group != NO_GROUP && (lost_function || health > Health::Healthy)) {
                scratch.events.push(event);
            }
        };
        let mut early = Health::Healthy;
        if reached(Health::Degraded) {
            early = row.degraded;
        }
        if reached(Health::Overloaded) {
            let hot = row.overloads_hot && caller.hot;
            early = early.max(if hot { Health::Overloaded } else { row.overloaded });
        }
        let passed = row.passes_lost_functions && new.lost_function && !old.lost_function;
        if early > Health::Healthy || passed {
            push(at + row.after, early, passed, false);
        }
        if reached(Health::Down) {
            push(at + row.down_after, row.down, !row.stale, true);
            if let Some(buffer) = row.buffer
                && self.layout.reading.purpose == Purpose::Simulation
            {
                push(at + buffer, Health::Down, true, true);
            }
        }
    }
}
