//! Latency mode (semantics, section 2): how long a request takes at each component, which callers give up waiting, and
//! where requests pile up.
//!
//! L(v) = own + the largest (parallel) or the sum (sequential) over required dependencies of edge latency + L(target),
//! each at most what its caller waits for all attempts. Of a group the fastest members that are needed count. What
//! nobody states is not made up: a component without a latency of its own, and whoever waits for it, has a time that is
//! known to be *at least* something. A limit that even this exceeds is exceeded for certain; how many requests are in
//! work (Little's law) follows only from times that are known exactly.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foreshock_model::{ComponentIndex, Seconds};

use crate::cascade::injection::ModeLoad;
use crate::cascade::modes::{Call, Link, Modes, Part, fixpoint};
use crate::cascade::scratch::{Scratch, Step, Via, grow};
use crate::layout::frozen::Frozen;
use crate::layout::own::Load;
use crate::layout::strong::{Strong, strong};
use crate::{Fault, Unsettled};

/// Sums of decimal fractions differ in the last digits: a limit is exceeded by more than this share.
pub(crate) const MARGIN: f64 = 1e-9;

/// How long one request takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Time {
    /// Seconds; all of them when `exact`.
    pub(crate) at_least: f64,
    pub(crate) exact: bool,
}

impl Time {
    const UNKNOWN: Time = Time { at_least: 0.0, exact: false };
}

impl Default for Time {
    /// No time at all.
    fn default() -> Time {
        Time { at_least: 0.0, exact: true }
    }
}

/// The times without any fault.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    /// Cycles of required dependencies, and components that are in none; callees first.
    pub(crate) strong: Strong,
    pub(crate) of: Vec<Time>,
    /// Of each cycle.
    pub(crate) unbounded: Vec<bool>,
}

/// A cycle of required dependencies, or a component in none.
pub(crate) struct Cycle<'a> {
    pub(crate) members: &'a [u32],
    pub(crate) unbounded: bool,
}

impl Times {
    /// The cycle of a component.
    pub(crate) fn cycle(&self, component: u32) -> Option<Cycle<'_>> {
        let place = *self.strong.of.get(component as usize)? as usize;
        Some(Cycle { members: self.strong.components.get(place)?, unbounded: *self.unbounded.get(place)? })
    }
}

/// What one run of the mode found.
#[derive(Debug, Default)]
pub(crate) struct Slow {
    on: bool,
    epoch: u32,
    times: Vec<(u32, Time)>,
    /// The step of each component that got slower, and its way in `vias`.
    waypoints: Vec<(u32, (u32, u32))>,
    vias: Vec<Via>,
    queue: BinaryHeap<Reverse<u32>>,
    queued: Vec<u32>,
    /// The components whose time was looked at again.
    pub(crate) reached: Vec<u32>,
    /// Edges over which calls time out, with the step that tells why.
    pub(crate) timeouts: Vec<(u32, Option<u32>)>,
    factors: Vec<(u32, f64, u32)>,
}

impl Slow {
    pub(crate) fn begin(&mut self) {
        self.on = false;
        self.reached.clear();
        self.timeouts.clear();
    }

    fn start(&mut self, frozen: &Frozen, faults: &[Fault]) {
        if self.epoch == u32::MAX {
            *self = Slow::default();
        }
        self.on = true;
        self.epoch += 1;
        grow(&mut self.times, frozen.own.len());
        grow(&mut self.waypoints, frozen.own.len());
        if self.queued.len() < frozen.own.len() {
            self.queued.resize(frozen.own.len(), 0);
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

    fn time(&self, times: &Times, component: u32) -> Time {
        match self.times.get(component as usize) {
            Some(&(epoch, time)) if epoch == self.epoch => time,
            _ => times.of.get(component as usize).copied().unwrap_or(Time::UNKNOWN),
        }
    }

    fn factor(&self, component: u32) -> Option<(f64, u32)> {
        self.factors.iter().find(|(of, ..)| *of == component).map(|&(_, factor, fault)| (factor, fault))
    }

    fn own(&self, modes: &Modes, component: u32) -> Option<f64> {
        let own = modes.part(component)?.latency?;
        Some(self.factor(component).map_or(own, |(factor, _)| own * factor))
    }

    fn waypoint(&self, component: u32) -> Option<(u32, Via)> {
        let &(epoch, (step, via)) = self.waypoints.get(component as usize)?;
        let via = *self.vias.get(via as usize)?;
        (epoch == self.epoch).then_some((step, via))
    }

    fn ask(&mut self, cycle: u32) {
        if let Some(queued) = self.queued.get_mut(cycle as usize)
            && *queued != self.epoch
        {
            *queued = self.epoch;
            self.queue.push(Reverse(cycle));
        }
    }
}

/// What a caller waits over one edge, when its target takes this long.
fn wait(link: Link, target: Time) -> Time {
    let raw = link.latency + target.at_least;
    if raw >= link.patience { Time { at_least: link.patience, exact: true } } else { Time { at_least: raw, ..target } }
}

fn exceeds(link: Link, target: Time) -> bool {
    link.latency + target.at_least > link.patience * (1.0 + MARGIN)
}

/// The time of one request at a component, given those of what it calls.
fn time(frozen: &Frozen, modes: &Modes, component: u32, own: Option<f64>, of: impl Fn(u32) -> Time) -> Time {
    let parallel = modes.part(component).is_some_and(|part| part.parallel);
    let mut total = Time { at_least: own.unwrap_or(0.0), exact: own.is_some() };
    let mut longest = Time::default();
    let mut add = |wait: Time| {
        if parallel {
            longest.at_least = longest.at_least.max(wait.at_least);
        } else {
            longest.at_least += wait.at_least;
        }
        longest.exact &= wait.exact;
    };
    let edge_wait = |index: u32| {
        let link = modes.link(index);
        let target = frozen.edges.get(index as usize)?.to;
        link.required.then(|| wait(link, of(target)))
    };
    for call in frozen.calls(component) {
        match call {
            Call::One(edge) => edge_wait(edge).into_iter().for_each(&mut add),
            Call::Group(edges, needed) => {
                let mut waits: Vec<Time> =
                    edges.iter().map(|&edge| edge_wait(edge).unwrap_or(Time::default())).collect();
                waits.sort_by(|a, b| a.at_least.total_cmp(&b.at_least));
                // Which members are the fastest is known only when all of them are.
                let exact = waits.iter().all(|wait| wait.exact);
                waits.iter().take(needed).for_each(|wait| add(Time { exact, ..*wait }));
            }
        }
    }
    total.at_least += longest.at_least;
    total.exact &= longest.exact;
    total
}

/// The times of the members of one cycle (or of one component in none), and whether they are unbounded.
fn settle(
    frozen: &Frozen,
    modes: &Modes,
    members: &[u32],
    give_up: bool,
    own: impl Fn(u32) -> Option<f64>,
    outside: impl Fn(u32) -> Time,
) -> (Vec<Time>, bool) {
    if let &[alone] = members {
        return (vec![time(frozen, modes, alone, own(alone), &outside)], false);
    }
    let round = |inside: &dyn Fn(usize) -> Time| {
        let of = |target: u32| members.binary_search(&target).map_or_else(|_| outside(target), inside);
        members.iter().map(|&member| time(frozen, modes, member, own(member), of)).collect::<Vec<Time>>()
    };
    if !give_up {
        let next = |now: &[Time]| round(&|place| now.get(place).copied().unwrap_or_default());
        let (times, grows) = fixpoint(members.len(), next);
        if !grows {
            return (times, false);
        }
    }
    // Once by itself, and once on top of that of the members it calls: so much it is for certain.
    let alone = round(&|_| Time::UNKNOWN);
    (round(&|place| alone.get(place).map_or(Time::UNKNOWN, |time| Time { exact: false, ..*time })), true)
}

/// The times without any fault.
pub(crate) fn faultless(frozen: &Frozen, modes: &Modes) -> Times {
    let required = |component: u32| {
        let edges = frozen.callees(component).filter(|&(index, _)| modes.link(index).required);
        edges.map(|(_, edge)| edge.to).collect()
    };
    let successors: Vec<Vec<u32>> = (0..frozen.own.len() as u32).map(required).collect();
    let strong = strong(&successors, []);
    let mut of = vec![Time::UNKNOWN; frozen.own.len()];
    let mut unbounded = Vec::with_capacity(strong.components.len());
    for members in &strong.components {
        let own = |component: u32| modes.part(component).and_then(|part| part.latency);
        let outside = |component: u32| of.get(component as usize).copied().unwrap_or(Time::UNKNOWN);
        let (times, grows) = settle(frozen, modes, members, false, own, outside);
        for (&member, time) in members.iter().zip(times) {
            if let Some(slot) = of.get_mut(member as usize) {
                *slot = time;
            }
        }
        unbounded.push(grows);
    }
    Times { strong, of, unbounded }
}

impl Frozen {
    /// Latency mode: turns multiplied latencies into calls that time out and loads.
    pub(crate) fn slow_down(&self, faults: &[Fault], scratch: &mut Scratch) {
        let Some(modes) = &self.modes else { return };
        if !faults.iter().any(|fault| matches!(fault, Fault::Latency { .. })) {
            return;
        }
        let times = modes.times(self);
        let mut slow = std::mem::take(&mut scratch.slow);
        slow.start(self, faults);
        for index in 0..slow.factors.len() {
            let Some(&(component, ..)) = slow.factors.get(index) else { continue };
            match modes.part(component) {
                Some(Part { latency: None, .. }) => {
                    scratch.unsettled.push(Unsettled::UnknownLatency(ComponentIndex(component)));
                }
                Some(_) => slow.ask(times.strong.of.get(component as usize).copied().unwrap_or(u32::MAX)),
                None => {}
            }
        }
        while let Some(Reverse(place)) = slow.queue.pop() {
            self.slow_cycle(modes, times, place, &mut slow, scratch);
        }
        for index in 0..slow.reached.len() {
            if let Some(&component) = slow.reached.get(index) {
                self.give_up_waiting(modes, times, component, &mut slow);
                self.pile_up(modes, times, component, &slow, scratch);
            }
        }
        scratch.slow = slow;
    }

    /// How long a request takes at a component: in latency mode, where it can be known.
    pub(crate) fn latency_of(&self, component: u32, scratch: &Scratch) -> Option<Seconds> {
        let modes = self.modes.as_ref().filter(|_| scratch.slow.on)?;
        let time = scratch.slow.time(modes.times(self), component);
        time.exact.then(|| Seconds::new(time.at_least)).flatten()
    }

    fn slow_cycle(&self, modes: &Modes, times: &Times, place: u32, slow: &mut Slow, scratch: &mut Scratch) {
        let Some(members) = times.strong.components.get(place as usize) else { return };
        let give_up = times.unbounded.get(place as usize) == Some(&true);
        let own = |component: u32| slow.own(modes, component);
        let outside = |component: u32| slow.time(times, component);
        let (found, grows) = settle(self, modes, members, give_up, own, outside);
        for (&member, time) in members.iter().zip(found) {
            if grows {
                scratch.unsettled.push(Unsettled::UnboundedLatency(ComponentIndex(member)));
            }
            slow.reached.push(member);
            if times.of.get(member as usize) == Some(&time) {
                continue;
            }
            if let Some(slot) = slow.times.get_mut(member as usize) {
                *slot = (slow.epoch, time);
            }
            for (index, edge) in self.callers(member) {
                let cycle = times.strong.of.get(edge.from as usize).copied().unwrap_or(u32::MAX);
                if modes.link(index).required && cycle != place {
                    slow.ask(cycle);
                }
            }
        }
        self.explain(modes, times, members, slow, scratch);
    }

    /// Notes for each member that got slower what made it so: the fault, or the dependency that adds most.
    fn explain(&self, modes: &Modes, times: &Times, members: &[u32], slow: &mut Slow, scratch: &mut Scratch) {
        let before = |component: u32| times.of.get(component as usize).copied().unwrap_or(Time::UNKNOWN);
        let mut open: Vec<u32> = members.to_vec();
        open.retain(|&member| slow.time(times, member).at_least > before(member).at_least);
        while !open.is_empty() {
            let count = open.len();
            open.retain(|&member| {
                let slowed =
                    slow.factor(member).filter(|_| modes.part(member).is_some_and(|part| part.latency.is_some()));
                let found = match slowed {
                    Some((_, fault)) => Some((Via::Fault(fault), None)),
                    None => self.slowest(modes, times, member, slow),
                };
                if let Some((via, parent)) = found {
                    self.note(member, via, parent, slow, scratch);
                }
                found.is_none()
            });
            if open.len() == count {
                // Only in a cycle that is unbounded: what made it slower did not make the one between them slower.
                let fault = slow.factors.first().map_or(0, |&(_, _, fault)| fault);
                open.drain(..).for_each(|member| self.note(member, Via::Fault(fault), None, slow, scratch));
            }
        }
    }

    fn note(&self, component: u32, via: Via, parent: Option<u32>, slow: &mut Slow, scratch: &mut Scratch) {
        let step = self.waypoint(component, via, parent, scratch);
        let via_index = slow.vias.len() as u32;
        slow.vias.push(via);
        if let Some(slot) = slow.waypoints.get_mut(component as usize) {
            *slot = (slow.epoch, (step, via_index));
        }
    }

    /// The required dependency that adds most to a component's time, of those whose reason is known.
    fn slowest(&self, modes: &Modes, times: &Times, component: u32, slow: &Slow) -> Option<(Via, Option<u32>)> {
        let mut best: Option<(f64, Via, u32)> = None;
        for (index, edge) in self.callees(component) {
            let link = modes.link(index);
            let Some((step, _)) = slow.waypoint(edge.to).filter(|_| link.required) else { continue };
            let before = times.of.get(edge.to as usize).copied().unwrap_or(Time::UNKNOWN);
            let added = wait(link, slow.time(times, edge.to)).at_least - wait(link, before).at_least;
            if best.is_none_or(|(most, ..)| added > most) {
                best = Some((added, Via::Slow(edge.dependency), step));
            }
        }
        best.map(|(_, via, step)| (via, Some(step)))
    }

    /// A step of a component that is no worse yet.
    pub(crate) fn waypoint(&self, component: u32, via: Via, parent: Option<u32>, scratch: &mut Scratch) -> u32 {
        let state = self.base.states.get(component as usize).copied().unwrap_or_default();
        let step = scratch.steps.len() as u32;
        if let Some(because) = via.cause(self) {
            let (health, function_lost) = (state.health, state.lost_function);
            scratch.steps.push(Step { component, health, function_lost, at: 0.0, because, parent });
        }
        step
    }

    /// Calls that now take longer than their caller waits. What took too long without any fault is no news.
    fn give_up_waiting(&self, modes: &Modes, times: &Times, component: u32, slow: &mut Slow) {
        for (index, edge) in self.callees(component) {
            let link = modes.link(index);
            let before = times.of.get(edge.to as usize).copied().unwrap_or(Time::UNKNOWN);
            let now = slow.time(times, edge.to);
            if link.required && exceeds(link, now) && !exceeds(link, before) {
                let parent = slow.waypoint(edge.to).map(|(step, _)| step);
                slow.timeouts.push((index, parent));
            }
        }
    }

    /// Little's law: as many requests in work as come in a second, times the seconds each takes.
    fn pile_up(&self, modes: &Modes, times: &Times, component: u32, slow: &Slow, scratch: &mut Scratch) {
        let Some((step, via)) = slow.waypoint(component) else { return };
        let Some(part) = modes.part(component) else { return };
        let before = times.of.get(component as usize).copied().unwrap_or(Time::UNKNOWN);
        let now = slow.time(times, component);
        let (Some(in_flight), Some(own_before), Some(own_now)) =
            (part.in_flight, part.latency, slow.own(modes, component))
        else {
            return;
        };
        if !before.exact || !now.exact || before.at_least <= 0.0 {
            return;
        }
        let rate = in_flight / before.at_least;
        let busier = scratch.flood.ratio(component);
        let limits = [
            (part.most_in_flight, in_flight, rate * busier * now.at_least),
            (part.pool, rate * (before.at_least - own_before), rate * busier * (now.at_least - own_now)),
        ];
        let mut utilisation: f64 = 0.0;
        for (limit, before, now) in limits {
            // More than fits without any fault: these numbers are not about the same thing.
            if let Some(limit) = limit
                && before <= limit
                && now > before * (1.0 + MARGIN)
            {
                utilisation = utilisation.max(now / limit);
            }
        }
        if utilisation > 0.0 {
            let load = Load { now: utilisation, settled: utilisation / part.lift };
            let parent = scratch.steps.get(step as usize).and_then(|step| step.parent);
            let fault = slow.factors.first().map_or(0, |&(_, _, fault)| fault);
            scratch.loads.push(ModeLoad { component, load, via, parent, fault });
        }
    }
}
