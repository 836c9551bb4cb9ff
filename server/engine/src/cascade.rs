//! The cascade: the least fixpoint of a set of faults, in time order (semantics, section 2).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use foreshock_model::{ComponentIndex, DependencyIndex, Seconds, System, ZoneIndex};

use crate::circular::{Looks, Moment, fallen};
use crate::contribution::partials_too_heavy;
use crate::frozen::{Base, Carried, Frozen, GroupCount, State};
use crate::own::Losses;
use crate::{Fault, Health, Unit};

/// Why a component is worse than without the faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// A fault hit it: the index into the faults.
    Fault(usize),
    /// A dependency passed it on.
    Dependency(DependencyIndex),
    /// A group of alternatives passed it on: the index into `system.alternatives`.
    Alternatives(usize),
    /// A member of this group of alternatives is lost, and those that are left are up only because of the component
    /// itself: the index into `system.alternatives`.
    CircularFallback(usize),
}

/// What became of one component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Which.
    pub component: ComponentIndex,
    /// How it fares.
    pub health: Health,
    /// When it got that bad, in seconds after the faults.
    pub at: Seconds,
    /// A function is lost, not only a reserve: always when DOWN; when DEGRADED or OVERLOADED, if an optional, async or
    /// partial dependency or one behind a breaker is DOWN, here or at a component it requires.
    pub function_lost: bool,
    /// Why.
    pub because: Cause,
}

/// What a set of faults does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cascade {
    /// The components that are worse than without the faults, each once with its final health, in time order, then by
    /// component.
    pub effects: Vec<Effect>,
    /// Every step on the way there, with the step that caused it.
    steps: Vec<(Effect, Option<u32>)>,
    by_component: Vec<(ComponentIndex, u32)>,
    unwell: Vec<(ComponentIndex, Health)>,
}

impl Cascade {
    /// The health of a component, faults or not. O(log n).
    pub fn health(&self, component: ComponentIndex) -> Health {
        let faultless = || {
            let found = self.unwell.binary_search_by_key(&component, |&(component, _)| component).ok()?;
            self.unwell.get(found).map(|&(_, health)| health)
        };
        self.effect(component).map(|effect| effect.health).or_else(faultless).unwrap_or_default()
    }

    /// The effect on a component, if the faults made it worse. O(log n).
    pub fn effect(&self, component: ComponentIndex) -> Option<&Effect> {
        self.steps.get(self.last_step(component)? as usize).map(|(effect, _)| effect)
    }

    /// From the effect on this component back to the fault, cause by cause; the last one's cause is a fault. Empty when
    /// the component is no worse than without faults.
    pub fn chain(&self, component: ComponentIndex) -> Vec<Effect> {
        let mut chain = Vec::new();
        let mut next = self.last_step(component);
        while let Some((effect, parent)) = next.and_then(|step| self.steps.get(step as usize)) {
            chain.push(*effect);
            next = *parent;
        }
        chain
    }

    fn last_step(&self, component: ComponentIndex) -> Option<u32> {
        let found = self.by_component.binary_search_by_key(&component, |&(component, _)| component).ok()?;
        self.by_component.get(found).map(|&(_, step)| step)
    }
}

/// The cascade of these faults. To run many, make one [`Frozen`] and one [`Scratch`].
pub fn cascade(system: &System, faults: &[Fault]) -> Cascade {
    Frozen::new(system).cascade(faults, &mut Scratch::default())
}

/// Working memory of cascades; can be used for any number of them, and of systems.
#[derive(Debug, Default)]
pub struct Scratch {
    epoch: u32,
    states: Vec<(u32, State)>,
    groups: Vec<(u32, GroupCount)>,
    carried: Vec<(u32, Carried)>,
    steps: Vec<Step>,
    /// The last step of each component of this epoch.
    last: Vec<(u32, u32)>,
    events: BinaryHeap<Event>,
    hits: Vec<(u32, Hit, u32)>,
    zones: Vec<ZoneIndex>,
    ranges: Vec<(u32, u32)>,
    looks: Looks,
    #[cfg(test)]
    events_taken: u64,
}

/// One raise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) component: u32,
    pub(crate) health: Health,
    function_lost: bool,
    at: f64,
    because: Cause,
    parent: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hit {
    All,
    Failover,
    Range(u32, u32),
    Zone,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Event {
    at: f64,
    health: Health,
    lost_function: bool,
    target_down: bool,
    /// The component it reaches.
    component: u32,
    via: Via,
    /// The step that caused it.
    parent: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Via {
    Fault(u32),
    /// A fault made the caller of this edge hot.
    Hot(u32, u32),
    Edge(u32),
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
        self.steps
            .iter()
            .enumerate()
            .filter(|&(index, step)| self.last.get(step.component as usize) == Some(&(self.epoch, index as u32)))
            .map(|(_, step)| (ComponentIndex(step.component), step.health))
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

    fn begin(&mut self, frozen: &Frozen) {
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
        self.looks.clear();
        #[cfg(test)]
        {
            self.events_taken = 0;
        }
    }
}

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

fn grow<T: Copy + Default>(stamped: &mut Vec<(u32, T)>, length: usize) {
    if stamped.len() < length {
        stamped.resize(length, (0, T::default()));
    }
}

/// The entry of this epoch, taken over from the faultless one when it is older.
fn fresh<'a, T: Copy>(stamped: &'a mut [(u32, T)], epoch: u32, base: &[T], index: u32) -> Option<&'a mut T> {
    let slot = stamped.get_mut(index as usize)?;
    if slot.0 != epoch {
        *slot = (epoch, *base.get(index as usize)?);
    }
    Some(&mut slot.1)
}

impl Frozen {
    /// The cascade of these faults. Faults that point outside the system do nothing.
    pub fn cascade(&self, faults: &[Fault], scratch: &mut Scratch) -> Cascade {
        self.run(faults, scratch);
        let mut effects = Vec::new();
        let mut by_component = Vec::new();
        let mut steps = Vec::with_capacity(scratch.steps.len());
        for (index, step) in scratch.steps.iter().enumerate() {
            let effect = Effect {
                component: ComponentIndex(step.component),
                health: step.health,
                at: Seconds::new(step.at).unwrap_or(Seconds::ZERO),
                function_lost: step.function_lost,
                because: step.because,
            };
            if scratch.last.get(step.component as usize) == Some(&(scratch.epoch, index as u32)) {
                effects.push(effect);
                by_component.push((effect.component, index as u32));
            }
            steps.push((effect, step.parent));
        }
        effects.sort_by(|a, b| a.at.get().total_cmp(&b.at.get()).then_with(|| a.component.cmp(&b.component)));
        by_component.sort_unstable();
        Cascade { effects, steps, by_component, unwell: self.base.unwell.clone() }
    }

    /// Runs the cascade of these faults; the result stays in `scratch` until the next run. O(V + E) steps over what the
    /// faults reach, without allocating once the scratch has grown.
    pub fn run(&self, faults: &[Fault], scratch: &mut Scratch) {
        scratch.begin(self);
        for (index, &fault) in faults.iter().enumerate() {
            self.collect(fault, index as u32, scratch);
        }
        let mut hits = std::mem::take(&mut scratch.hits);
        hits.sort_unstable();
        for hits in hits.chunk_by(|first, second| first.0 == second.0) {
            self.inject(hits, scratch);
        }
        scratch.hits = hits;
        self.propagate(scratch);
    }

    /// What these faults do to the own part of each component they hit, whatever it depends on.
    pub(crate) fn own_healths(&self, faults: &[Fault]) -> Vec<(ComponentIndex, Health)> {
        let mut scratch = Scratch::default();
        for (index, &fault) in faults.iter().enumerate() {
            self.collect(fault, index as u32, &mut scratch);
        }
        let mut hits = std::mem::take(&mut scratch.hits);
        hits.sort_unstable();
        let health = |hits: &[(u32, Hit, u32)]| {
            let &(component, ..) = hits.first()?;
            let own = self.own.get(component as usize)?;
            let (health, _) = own.with(losses(own, hits, &mut Vec::new(), &scratch.zones));
            Some((ComponentIndex(component), health))
        };
        hits.chunk_by(|first, second| first.0 == second.0).filter_map(health).collect()
    }

    /// The fixpoint of what is wrong without any fault.
    pub(crate) fn settle(mut self) -> Base {
        let mut scratch = Scratch::default();
        scratch.begin(&self);
        for (index, own) in self.own.iter().enumerate() {
            let (health, _) = own.with(Losses::default());
            push_fault(&mut scratch, index as u32, health, u32::MAX);
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

    fn collect(&self, fault: Fault, index: u32, scratch: &mut Scratch) {
        let mut all = |component: ComponentIndex| scratch.hits.push((component.0, Hit::All, index));
        let present = |component: ComponentIndex| self.own.get(component.index()).is_some_and(|own| !own.absent);
        match fault {
            Fault::Component(component) => all(component),
            Fault::Unit(
                Unit::Service(component)
                | Unit::Software(component)
                | Unit::Theoretical(component)
                | Unit::External(component)
                | Unit::Whole(component),
            ) => {
                if present(component) {
                    all(component);
                }
            }
            Fault::Unit(Unit::Domain(domain)) => {
                self.domain_members.get(domain.index()).into_iter().flatten().for_each(|&component| all(component));
            }
            Fault::Unit(Unit::Region(region)) => {
                self.region_members.get(region.index()).into_iter().flatten().for_each(|&component| all(component));
            }
            Fault::Unit(Unit::Zone(zone)) => {
                for component in self.zone_members.get(zone.index()).into_iter().flatten() {
                    scratch.hits.push((component.0, Hit::Zone, index));
                }
                scratch.zones.push(zone);
            }
            Fault::Unit(Unit::Failover(component)) => scratch.hits.push((component.0, Hit::Failover, index)),
            Fault::Unit(Unit::Instance { component, index: instance }) => {
                scratch.hits.push((component.0, Hit::Range(instance, instance.saturating_add(1)), index));
            }
            Fault::Instances { component, lost } => scratch.hits.push((component.0, Hit::Range(0, lost), index)),
        }
    }

    /// Applies all hits on one component.
    fn inject(&self, hits: &[(u32, Hit, u32)], scratch: &mut Scratch) {
        let Some(&(component, ..)) = hits.first() else { return };
        let Some(own) = self.own.get(component as usize) else { return };
        let losses = losses(own, hits, &mut scratch.ranges, &scratch.zones);
        let cause = hits.iter().map(|&(_, _, fault)| fault).min().unwrap_or(0);
        let (health, hot) = own.with(losses);
        push_fault(scratch, component, health, cause);
        let Some(state) = fresh(&mut scratch.states, scratch.epoch, &self.base.states, component) else { return };
        let newly_hot = hot && !state.hot;
        state.hot |= hot;
        if !newly_hot {
            return;
        }
        // What was overloaded all along now overloads this caller too.
        for (index, edge) in self.callees(component) {
            let target = self.base.states.get(edge.to as usize).map_or(Health::Healthy, |state| state.health);
            if edge.row.overloads_hot && target >= Health::Overloaded {
                scratch
                    .events
                    .push(Event { via: Via::Hot(index, cause), ..seed(component, Health::Overloaded, cause) });
            }
        }
    }

    fn propagate(&self, scratch: &mut Scratch) {
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
                Via::Fault(fault) => {
                    self.raise(&event, event.health, event.lost_function, Cause::Fault(fault as usize), scratch);
                }
                Via::Hot(edge, fault) => self.arrive(&event, edge, Some(Cause::Fault(fault as usize)), scratch),
                Via::Edge(edge) => self.arrive(&event, edge, None, scratch),
            }
            if scratch.looks.is_touched() && scratch.events.peek().is_none_or(|next| next.at > event.at) {
                self.uphold(event.at, false, scratch);
            }
        }
    }

    /// Takes down what is up only by mutual support; whether there was any.
    fn uphold(&self, at: f64, at_the_end: bool, scratch: &mut Scratch) -> bool {
        while let Some(circle) = scratch.looks.next(at_the_end) {
            let stopped = Stopped { base: &self.base, scratch };
            let fallen = fallen(self, circle, &stopped, &stopped.scratch.looks);
            for fallen in &fallen {
                let group = self.groups.get(fallen.group as usize).map_or(0, |group| group.alternatives as usize);
                let event = Event { at, parent: fallen.parent, ..seed(fallen.component, Health::Down, 0) };
                self.raise(&event, Health::Down, true, Cause::CircularFallback(group), scratch);
            }
            if at_the_end && !fallen.is_empty() {
                return true;
            }
        }
        false
    }

    /// A contribution arrives at its caller.
    fn arrive(&self, event: &Event, index: u32, fault: Option<Cause>, scratch: &mut Scratch) {
        let Some(edge) = self.edges.get(index as usize) else { return };
        if event.target_down && !self.circles.is_empty() {
            scratch.looks.lost(&self.circles, edge.from, edge.group, event.parent);
        }
        let because = fault.unwrap_or(Cause::Dependency(DependencyIndex(edge.dependency)));
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
        let because = fault.unwrap_or(Cause::Alternatives(group.alternatives as usize));
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
    fn raise(&self, event: &Event, health: Health, lost_function: bool, because: Cause, scratch: &mut Scratch) {
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
            self.tell(index, edge, (old, new), event.at, step, scratch);
        }
    }

    fn tell(
        &self,
        index: u32,
        edge: &crate::frozen::Edge,
        (old, new): (State, State),
        at: f64,
        step: u32,
        scratch: &mut Scratch,
    ) {
        let row = &edge.row;
        let reached = |level: Health| old.health < level && new.health >= level;
        let caller = scratch.state(&self.base, edge.from);
        let mut push = |at: f64, health: Health, lost_function: bool, target_down: bool| {
            let news = health > caller.health || (lost_function && !caller.lost_function) || target_down;
            let event = Event {
                at,
                health,
                lost_function,
                target_down,
                component: edge.from,
                via: Via::Edge(index),
                parent: Some(step),
            };
            if news || (edge.group != crate::frozen::NO_GROUP && (lost_function || health > Health::Healthy)) {
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
                && self.reading.purpose == crate::reading::Purpose::Simulation
            {
                push(at + buffer, Health::Down, true, true);
            }
        }
    }
}

const LEVELS: [Health; 3] = [Health::Degraded, Health::Overloaded, Health::Down];

fn push_fault(scratch: &mut Scratch, component: u32, health: Health, fault: u32) {
    if health > Health::Healthy {
        scratch.events.push(seed(component, health, fault));
    }
}

fn seed(component: u32, health: Health, fault: u32) -> Event {
    let lost_function = health == Health::Down;
    let via = Via::Fault(fault);
    Event { at: 0.0, health, lost_function, target_down: false, component, via, parent: None }
}

fn take_over<T: Copy>(base: &mut [T], stamped: &[(u32, T)], epoch: u32) {
    for (base, &(stamp, value)) in base.iter_mut().zip(stamped) {
        if stamp == epoch {
            *base = value;
        }
    }
}

/// Adds up what one component lost, each instance once.
fn losses(
    own: &crate::own::Own,
    hits: &[(u32, Hit, u32)],
    ranges: &mut Vec<(u32, u32)>,
    zones: &[ZoneIndex],
) -> Losses {
    let mut losses = Losses::default();
    let mut zoned = false;
    ranges.clear();
    for &(_, hit, _) in hits {
        match hit {
            Hit::All => losses.all = true,
            Hit::Failover => losses.failover = true,
            Hit::Zone => zoned = true,
            Hit::Range(start, end) => ranges.push((start.min(own.instances), end.min(own.instances))),
        }
    }
    let failed = |zone: ZoneIndex| zoned && zones.contains(&zone);
    losses.instances = own.placed_in(0..own.instances, failed);
    losses.primary = own.instances > 0 && own.zone_of(0).is_some_and(failed);
    ranges.sort_unstable();
    let mut counted = 0;
    for &(start, end) in ranges.iter() {
        let start = start.max(counted);
        if start < end {
            losses.instances += end - start - own.placed_in(start..end, failed);
            losses.primary |= start == 0;
            counted = end;
        }
    }
    losses
}
