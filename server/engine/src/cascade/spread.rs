//! How a failure spreads from a component to its callers, in time order (semantics, section 2).

use foreshock_model::ComponentIndex;

use crate::Health;
use crate::cascade::Cause;
use crate::cascade::injection::push;
use crate::cascade::scratch::{Event, Scratch, Step, Via, fresh};
use crate::layout::contribution::partials_too_heavy;
use crate::layout::frozen::{Base, Edge, Frozen, NO_GROUP, State};
use crate::layout::own::Losses;
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
    /// The fixpoint of what is wrong without any fault.
    pub(crate) fn settle(mut self) -> Base {
        let mut scratch = Scratch::default();
        scratch.begin(&self);
        for (index, own) in self.own.iter().enumerate() {
            let (health, _) = own.with(Losses::default());
            push(&mut scratch, index as u32, health, Via::Fault(u32::MAX), None);
        }
        self.propagate(&mut scratch);
        let Scratch { epoch, states, groups, carried, .. } = scratch;
        take_over(&mut self.base.states, &states, epoch);
        take_over(&mut self.base.groups, &groups, epoch);
        take_over(&mut self.base.carried, &carried, epoch);
        for (index, state) in self.base.states.iter().enumerate() {
            if state.health > Health::Healthy {
                self.base.unwell.push((ComponentIndex(index as u32), state.health));
            }
        }
        self.base
    }

    pub(crate) fn propagate(&self, scratch: &mut Scratch) {
        let mut now = 0.0;
        loop {
            self.propagate_until_quiet(&mut now, scratch);
            if !self.uphold(now, true, scratch) {
                return;
            }
        }
    }

    fn propagate_until_quiet(&self, now: &mut f64, scratch: &mut Scratch) {
        while let Some(event) = scratch.events.pop() {
            *now = event.at;
            #[cfg(test)]
            {
                scratch.events_taken += 1;
            }
            match event.via {
                Via::Fault(_) | Via::Slow(_) | Via::Traffic(_) => {
                    if let Some(because) = event.via.cause(self) {
                        self.raise(&event, event.health, event.lost_function, because, scratch);
                    }
                }
                Via::FaultAtEdge(edge, _) | Via::Timeout(edge) | Via::Edge(edge) => self.arrive(&event, edge, scratch),
            }
            if scratch.looks.is_touched() && scratch.events.peek().is_none_or(|next| next.at > event.at) {
                self.uphold(event.at, false, scratch);
            }
        }
    }

    /// A contribution arrives at its caller.
    fn arrive(&self, event: &Event, index: u32, scratch: &mut Scratch) {
        let Some(edge) = self.edges.get(index as usize) else { return };
        let Some(because) = event.via.cause(self) else { return };
        if event.target_down && !self.circles.is_empty() {
            scratch.looks.lost(&self.circles, edge, event);
        }
        let Some(group) = self.groups.get(edge.group as usize) else {
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
        let Some(edge) = self.edges.get(index as usize) else { return };
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
        for (index, edge) in self.callers(component) {
            let news = News { old, new, at: event.at, via: Via::Edge(index), parent: Some(step) };
            self.tell(edge, news, scratch);
        }
    }

    /// The caller of this edge sees its target as DOWN from time 0 on, whatever becomes of the target.
    pub(crate) fn lose(&self, index: u32, via: Via, parent: Option<u32>, scratch: &mut Scratch) {
        let Some(edge) = self.edges.get(index as usize) else { return };
        let new = State { health: Health::Down, lost_function: true, ..State::default() };
        self.tell(edge, News { old: State::default(), new, at: 0.0, via, parent }, scratch);
    }

    fn tell(&self, edge: &Edge, News { old, new, at, via, parent }: News, scratch: &mut Scratch) {
        let row = &edge.row;
        let reached = |level: Health| old.health < level && new.health >= level;
        let caller = scratch.state(&self.base, edge.from);
        let mut push = |at: f64, health: Health, lost_function: bool, target_down: bool| {
            let news = health > caller.health || (lost_function && !caller.lost_function) || target_down;
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
            push(at + row.down_after, row.down, true, true);
            if let Some(buffer) = row.buffer
                && self.reading.purpose == Purpose::Simulation
            {
                push(at + buffer, Health::Down, true, true);
            }
        }
    }
}

fn take_over<T: Copy>(base: &mut [T], stamped: &[(u32, T)], epoch: u32) {
    for (base, &(stamp, value)) in base.iter_mut().zip(stamped) {
        if stamp == epoch {
            *base = value;
        }
    }
}
