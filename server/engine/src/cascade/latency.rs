//! Latency mode as a cascade runs it: multiplied latencies become calls that time out, and loads where requests pile up.
//! How long requests take stands in `times.rs`.

use std::cmp::Reverse;

use foreshock_model::{ComponentIndex, Seconds};

use crate::Fault;
use crate::cascade::effect::Unsettled;
use crate::cascade::event::{ModeLoad, Via};
use crate::cascade::frozen::Frozen;
use crate::cascade::modes::{Modes, Part};
use crate::cascade::scratch::Scratch;
use crate::cascade::slow::Slow;
use crate::cascade::times::{MARGIN, Time, Times, exceeds, settle, wait};
use crate::layout::own::Load;

impl Frozen {
    /// Latency mode: turns multiplied latencies into calls that time out and loads.
    pub(crate) fn slow_down(&self, faults: &[Fault], scratch: &mut Scratch) {
        if !faults.iter().any(|fault| matches!(fault, Fault::Latency { .. })) {
            return;
        }
        let Some((modes, times)) = self.times() else { return };
        let mut slow = std::mem::take(&mut scratch.slow);
        slow.start(self.components(), faults);
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
        let (_, times) = scratch.slow.on.then(|| self.times())??;
        let time = scratch.slow.time(times, component);
        time.exact.then(|| Seconds::new(time.at_least)).flatten()
    }

    fn slow_cycle(&self, modes: &Modes, times: &Times, place: u32, slow: &mut Slow, scratch: &mut Scratch) {
        let Some(members) = times.strong.components.get(place as usize) else { return };
        let give_up = times.unbounded.get(place as usize) == Some(&true);
        let own = |component: u32| slow.own(modes, component);
        let outside = |component: u32| slow.time(times, component);
        let (found, grows) = settle(&self.layout, modes, members, give_up, own, outside);
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
            for (index, edge) in self.layout.callers(member) {
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
        for (index, edge) in self.layout.callees(component) {
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

    /// Calls that now take longer than their caller waits. What took too long without any fault is no news.
    fn give_up_waiting(&self, modes: &Modes, times: &Times, component: u32, slow: &mut Slow) {
        for (index, edge) in self.layout.callees(component) {
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
