//! Errors as a cascade passes them on (semantics, "Gray faults"): a component that answers some requests and fails the
//! others, and what share its callers fail for that.
//!
//! e(v) = 1 - (1 - own) x the product over what v calls of 1 - e^attempts: a call is lost when every attempt is. What the
//! attempts add to the load is traffic mode's (`traffic.rs`). A level of failing requests is told at the end and passed on
//! by nobody: callers have their own share already, and the table of levels would forget the attempts.

use crate::cascade::event::{Event, Step, Via};
use crate::cascade::flows::{get, set};
use crate::cascade::frozen::Frozen;
use crate::cascade::injection::{hits_on, own_part};
use crate::cascade::modes::{Call, Modes, calls, fixpoint};
use crate::cascade::scratch::Scratch;
use crate::cascade::stamped::fresh;
use crate::layout::arrays::{Edge, NO_GROUP};
use crate::layout::contribution::WEIGHT_UNITS;
use crate::layout::defaults::{ERRORS_DOWN, ERRORS_FELT, LOSS_OF_FUNCTION};
use crate::{Fault, Health};

impl Frozen {
    /// Follows failing requests from callee to caller, before anything else spreads. A fault of all requests is no gray
    /// one: the component is down.
    pub(crate) fn fail_requests(&self, faults: &[Fault], scratch: &mut Scratch) {
        let asks =
            |fault: &Fault| matches!(fault, Fault::Errors { share, .. } if share.get() > 0.0 && share.get() < 1.0);
        let Some(first) = faults.iter().position(asks) else { return };
        let Some(modes) = self.modes.as_ref() else { return };
        let mut own = self.down_by_hits(scratch);
        for &fault in faults {
            let Fault::Errors { component, share } = fault else { continue };
            if self.layout.own.get(component.index()).is_some_and(|own| !own.absent) {
                let before = get(&own, component.0);
                set(&mut own, component.0, either(before, share.get()));
            }
        }
        let shares = self.failing_shares(modes, &own, &scratch.cuts);
        self.tell_why(modes, faults, first as u32, &shares, scratch);
        self.lose_functions(modes, &shares, scratch);
        scratch.failing.own = own;
        scratch.failing.shares = shares;
    }

    /// 1 for each component that what hits it takes down.
    fn down_by_hits(&self, scratch: &mut Scratch) -> Vec<f64> {
        let hits = std::mem::take(&mut scratch.hits);
        let mut down = vec![0.0; self.layout.own.len()];
        for hits in hits.chunk_by(|first, second| first.0 == second.0) {
            let Some(&(component, ..)) = hits.first() else { continue };
            let Some(own) = self.layout.own.get(component as usize) else { continue };
            if own_part(own, hits_on(hits, component), scratch).0 == Health::Down {
                set(&mut down, component, 1.0);
            }
        }
        scratch.hits = hits;
        down
    }

    /// Callees first; inside a cycle as many rounds as it has members.
    fn failing_shares(&self, modes: &Modes, own: &[f64], cuts: &[(u32, u32)]) -> Vec<f64> {
        let mut shares = own.to_vec();
        let Some((_, flows)) = self.flows() else { return shares };
        for members in &flows.strong.components {
            if let &[alone] = members.as_slice() {
                let share = self.failing_share(modes, alone, get(own, alone), cuts, |other| get(&shares, other));
                set(&mut shares, alone, share);
                continue;
            }
            let place = |other: u32| members.binary_search(&other).ok();
            let (found, _) = fixpoint(members.len(), |now: &[f64]| {
                let of = |other: u32| match place(other) {
                    Some(place) => now.get(place).copied().unwrap_or(0.0),
                    None => get(&shares, other),
                };
                members.iter().map(|&it| self.failing_share(modes, it, get(own, it), cuts, of)).collect()
            });
            for (&member, share) in members.iter().zip(found) {
                set(&mut shares, member, share);
            }
        }
        shares
    }

    fn failing_share(
        &self,
        modes: &Modes,
        component: u32,
        own: f64,
        cuts: &[(u32, u32)],
        of: impl Fn(u32) -> f64,
    ) -> f64 {
        let over = |index: u32| {
            let Some(edge) = self.layout.edges.get(index as usize) else { return 0.0 };
            let is_cut = cuts.iter().any(|&(cut, _)| cut == index);
            passed(modes, index, edge, if is_cut { 1.0 } else { of(edge.to) })
        };
        let mut failing = own;
        for call in calls(&self.layout, component) {
            let lost = match call {
                Call::One(edge) => over(edge),
                Call::Group(edges, needed) => {
                    let mut shares: Vec<f64> = edges.iter().map(|&edge| over(edge)).collect();
                    shares.sort_by(f64::total_cmp);
                    needed.checked_sub(1).and_then(|worst| shares.get(worst).copied()).unwrap_or(0.0)
                }
            };
            failing = either(failing, lost);
        }
        failing
    }

    /// A step for each component that fails enough, from callee to caller, so that every chain ends in a fault.
    fn tell_why(&self, modes: &Modes, faults: &[Fault], first: u32, shares: &[f64], scratch: &mut Scratch) {
        let Some((_, flows)) = self.flows() else { return };
        let of_fault = |component: u32| {
            let fault = |fault: &Fault| matches!(fault, Fault::Errors { component: it, .. } if it.0 == component);
            faults.iter().position(fault).map(|fault| Via::Fault(fault as u32))
        };
        let mut steps: Vec<Option<u32>> = vec![None; self.layout.own.len()];
        for members in &flows.strong.components {
            let is_felt = |&&member: &&u32| get(shares, member) >= ERRORS_FELT && get(shares, member) < 1.0;
            let mut open: Vec<u32> = members.iter().filter(is_felt).copied().collect();
            while !open.is_empty() {
                let count = open.len();
                let mut tell = |member: u32, via: Via, parent: Option<u32>, scratch: &mut Scratch| {
                    let step = self.waypoint(member, via, parent, scratch);
                    scratch.failing.felt.push((member, step, via));
                    if let Some(slot) = steps.get_mut(member as usize) {
                        *slot = Some(step);
                    }
                };
                let mut left = Vec::new();
                for &member in &open {
                    let found = of_fault(member).map(|via| (via, None)).or_else(|| {
                        let of = |step: u32| scratch.failing.felt.iter().any(|felt| felt.1 == step).then_some(step);
                        let known = |&(_, edge): &(u32, &Edge)| {
                            let step = scratch.failing.felt.iter().find(|felt| felt.0 == edge.to)?.1;
                            of(step)
                        };
                        let through = self.layout.callees(member).filter_map(|it| Some((it, known(&it)?)));
                        let most = through.max_by(|((one, a), _), ((other, b), _)| {
                            let passes = |index: u32, edge: &Edge| passed(modes, index, edge, get(shares, edge.to));
                            passes(*one, a).total_cmp(&passes(*other, b)).then(other.cmp(one))
                        });
                        most.map(|((_, edge), step)| (Via::Errors(edge.dependency), Some(step)))
                    });
                    match found {
                        Some((via, parent)) => tell(member, via, parent, scratch),
                        None => left.push(member),
                    }
                }
                open = left;
                if open.len() == count {
                    // Other faults take the rest of what it calls: without the errors it would answer.
                    for member in open.drain(..) {
                        tell(member, Via::Fault(first), None, scratch);
                    }
                }
            }
        }
    }

    /// Who only uses what fails, or has a share of its load elsewhere, serves with less.
    fn lose_functions(&self, modes: &Modes, shares: &[f64], scratch: &mut Scratch) {
        for position in 0..scratch.failing.felt.len() {
            let Some(&(target, step, _)) = scratch.failing.felt.get(position) else { continue };
            for (index, edge) in self.layout.callers(target) {
                let attempts = f64::from(modes.link(index).attempts);
                let used = !modes.link(index).required && get(shares, target).powf(attempts) >= ERRORS_FELT;
                let shared = self.layout.groups.get(edge.group as usize).is_some_and(|group| group.shares_load);
                let crowded = shared && get(shares, target) > ERRORS_DOWN;
                if (used && edge.group == NO_GROUP) || crowded {
                    let lost_function = used && !edge.row.stale;
                    scratch.failing.without.push((edge.from, lost_function));
                    scratch.events.push(Event {
                        at: edge.row.after,
                        health: Health::Degraded,
                        lost_function,
                        target_down: false,
                        component: edge.from,
                        via: Via::Errors(edge.dependency),
                        parent: Some(step),
                    });
                }
            }
        }
    }

    /// Tells, when all else has happened, who fails so many requests that it is worse than it would be.
    pub(crate) fn tell_errors(&self, scratch: &mut Scratch) {
        for position in 0..scratch.failing.felt.len() {
            let Some(&(component, waypoint, via)) = scratch.failing.felt.get(position) else { continue };
            let health = scratch.failing.level(component);
            let Some(because) = via.cause(&self.layout) else { continue };
            let parent = scratch.steps.get(waypoint as usize).and_then(|step| step.parent);
            let Some(state) = fresh(&mut scratch.states, scratch.epoch, &self.base.states, component) else { continue };
            if health <= state.health {
                continue;
            }
            state.health = health;
            state.lost_function |= health == Health::Down;
            let function_lost = state.lost_function;
            let step = scratch.steps.len() as u32;
            scratch.steps.push(Step { component, health, function_lost, at: 0.0, because, parent });
            if let Some(last) = scratch.last.get_mut(component as usize) {
                *last = (scratch.epoch, step);
            }
        }
    }
}

/// The share that is lost to one of two or to both, which have nothing to do with each other. Exact where one is 0; all is
/// lost only where one of them is all, however near the sum comes to it.
fn either(one: f64, other: f64) -> f64 {
    let lost = one + other - one * other;
    if one < 1.0 && other < 1.0 { lost.min(1.0 - f64::EPSILON) } else { lost }
}

/// The share of its own requests that a caller fails because its target fails this share.
fn passed(modes: &Modes, index: u32, edge: &Edge, failing: f64) -> f64 {
    let link = modes.link(index);
    let lost = failing.powf(f64::from(link.attempts));
    match edge.row.partial_weight {
        _ if link.passes_failures => lost,
        // Nothing worse than DEGRADED crosses a breaker (it opens), or comes of one partial dependency: some errors cost no more
        // than if the target were DOWN.
        0 if link.required && link.breaker => failing.min(LOSS_OF_FUNCTION),
        0 => 0.0,
        weight => (weight as f64 / WEIGHT_UNITS * lost).min(LOSS_OF_FUNCTION),
    }
}
