//! Traffic mode (semantics, section 2): how many requests each component is offered when more come from the users, and
//! where that is more than it can take.
//!
//! offered(v) = sum over callers of offered(caller) x fan-out x (1 + f + ... + f^r), at most 10 x capacity. f is the
//! share of requests that v fails: what it is offered beyond its capacity, and what fails below it in spite of all
//! attempts, so that attempts multiply from level to level. A caller that fails still offers. Requests come in at the
//! entry points, in requests a second where these state both their utilisation and their limit, else by weight: then
//! only utilisations say how much a component can take.

use foreshock_model::ComponentIndex;

use crate::cascade::injection::ModeLoad;
use crate::cascade::latency::MARGIN;
use crate::cascade::modes::{Call, Link, Modes, fixpoint};
use crate::cascade::scratch::{Scratch, Via};
use crate::layout::defaults::{CYCLE_WORK, FAILURE_ROUNDS, OFFERED_MOST};
use crate::layout::frozen::Frozen;
use crate::layout::own::{Load, Losses, Promotion};
use crate::layout::strong::{Strong, strong};
use crate::{Fault, Health, Unsettled};

/// Shares of failures that differ by less are the same.
const SETTLED: f64 = 1e-9;

/// The requests without any fault.
#[derive(Clone, Debug)]
pub(crate) struct Flows {
    /// Cycles of dependencies, and components that are in none; callees first.
    strong: Strong,
    /// Requests a second, or shares.
    pub(crate) offered: Vec<f64>,
    /// How much each can take, in the same unit; infinite when what it is offered is no effort. None when nobody says.
    capacity: Vec<Option<f64>>,
    /// What comes from the users, per component.
    users: Vec<f64>,
    /// Share of its caller's calls that goes over each edge.
    shares: Vec<f64>,
}

/// What one run of the mode found.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    /// Offered by offered without faults, per component; empty when the mode is off.
    ratios: Vec<f64>,
}

impl Flood {
    pub(crate) fn begin(&mut self) {
        self.ratios.clear();
    }

    /// How many times as much a component is offered; 1 when the mode is off.
    pub(crate) fn ratio(&self, component: u32) -> f64 {
        self.ratios.get(component as usize).copied().unwrap_or(1.0)
    }
}

/// What differs from one run to the next.
struct Run<'a> {
    frozen: &'a Frozen,
    modes: &'a Modes,
    strong: &'a Strong,
    /// Cycles in which requests still grew after the last round.
    unbounded: Vec<bool>,
    users: Vec<f64>,
    shares: Vec<f64>,
    /// The most a component is offered.
    most: Vec<f64>,
}

fn get(list: &[f64], index: u32) -> f64 {
    list.get(index as usize).copied().unwrap_or(0.0)
}

fn set(list: &mut [f64], index: u32, value: f64) {
    if let Some(slot) = list.get_mut(index as usize) {
        *slot = value;
    }
}

/// 1 + f + ... + f^(attempts - 1): the calls that become of one.
fn calls_of_one(link: Link, failing: f64) -> f64 {
    let attempts = f64::from(if link.breaker { 1 } else { link.attempts });
    if failing > 1.0 - 1e-6 { attempts } else { (1.0 - failing.powf(attempts)) / (1.0 - failing) }
}

impl Run<'_> {
    /// What each component is offered when they fail these shares.
    fn offered(&mut self, failing: &[f64]) -> Vec<f64> {
        let mut offered = vec![0.0; self.users.len()];
        for (place, members) in self.strong.components.iter().enumerate().rev() {
            if let &[alone] = members.as_slice() {
                let inflow = self.inflow(alone, failing, |caller| get(&offered, caller));
                set(&mut offered, alone, inflow);
                continue;
            }
            let inside = |caller: u32| members.binary_search(&caller).ok();
            let (found, grows) = fixpoint(members.len(), |now: &[f64]| {
                let of = |caller: u32| match inside(caller) {
                    Some(place) => now.get(place).copied().unwrap_or(0.0),
                    None => get(&offered, caller),
                };
                members.iter().map(|&member| self.inflow(member, failing, of)).collect()
            });
            for (&member, found) in members.iter().zip(found) {
                set(&mut offered, member, found);
            }
            if let Some(slot) = self.unbounded.get_mut(place) {
                *slot = grows;
            }
        }
        offered
    }

    fn inflow(&self, component: u32, failing: &[f64], offered: impl Fn(u32) -> f64) -> f64 {
        let failing = get(failing, component);
        let mut sum = get(&self.users, component);
        for (index, edge) in self.frozen.callers(component) {
            let link = self.modes.link(index);
            sum += offered(edge.from) * link.fan_out * get(&self.shares, index) * calls_of_one(link, failing);
        }
        sum.min(self.most.get(component as usize).copied().unwrap_or(f64::INFINITY))
    }
}

/// The requests without any fault.
pub(crate) fn faultless(frozen: &Frozen, modes: &Modes) -> Flows {
    let count = frozen.own.len();
    let callees = |component: u32| frozen.callees(component).map(|(_, edge)| edge.to).collect();
    let successors: Vec<Vec<u32>> = (0..count as u32).map(callees).collect();
    let strong = strong(&successors, []);
    let known_rate = |&(entry, _): &(u32, f64)| {
        let movable = frozen.own.get(entry as usize)?.movable?;
        Some((entry, movable * modes.part(entry)?.most_per_second?))
    };
    let rates: Option<Vec<(u32, f64)>> = modes.entries.iter().map(known_rate).collect();
    let mut users = vec![0.0; count];
    for &(entry, share) in rates.as_ref().unwrap_or(&modes.entries) {
        set(&mut users, entry, share);
    }
    let shares = shares(frozen, |_| false);
    let mut run = Run {
        frozen,
        modes,
        strong: &strong,
        unbounded: vec![false; strong.components.len()],
        users,
        shares,
        most: Vec::new(),
    };
    let offered = run.offered(&vec![0.0; count]);
    let capacity = offered.iter().enumerate().map(|(component, &offered)| match frozen.own.get(component)?.movable {
        Some(utilisation) => Some(if utilisation > 0.0 { offered / utilisation } else { f64::INFINITY }),
        None if rates.is_some() => modes.part(component as u32)?.most_per_second,
        None => None,
    });
    let capacity = capacity.collect();
    let Run { users, shares, .. } = run;
    Flows { strong, offered, capacity, users, shares }
}

/// How the calls of each caller are split over its edges: those of a group that shares load evenly, else to the first
/// members that are needed; over the members that are not lost as long as one is left.
fn shares(frozen: &Frozen, lost: impl Fn(u32) -> bool) -> Vec<f64> {
    let mut shares = vec![1.0; frozen.edges.len()];
    for group in &frozen.groups {
        let to = |edge: &u32| frozen.edges.get(*edge as usize).map(|edge| (edge.dependency, edge.to));
        let mut members: Vec<(u32, u32, u32)> =
            group.edges.iter().filter_map(|edge| to(edge).map(|(dependency, to)| (dependency, *edge, to))).collect();
        members.sort_unstable();
        let needed = (members.len() + 1).saturating_sub(group.tips_at as usize);
        let any_left = members.iter().any(|&(.., to)| !lost(to));
        members.iter().for_each(|&(_, edge, _)| set(&mut shares, edge, 0.0));
        members.retain(|&(.., to)| !any_left || !lost(to));
        let share = if group.shares_load { (needed as f64 / members.len() as f64).min(1.0) } else { 1.0 };
        let used = if group.shares_load { members.len() } else { needed };
        members.iter().take(used).for_each(|&(_, edge, _)| set(&mut shares, edge, share));
    }
    shares
}

impl Frozen {
    /// Traffic mode: turns more requests into loads.
    pub(crate) fn flood(&self, faults: &[Fault], scratch: &mut Scratch) {
        let Some(modes) = &self.modes else { return };
        let asks = |fault: &Fault| matches!(fault, Fault::Traffic { .. });
        let Some(first) = faults.iter().position(asks) else { return };
        let flows = modes.flows(self);
        let left = self.capacity_left(scratch);
        let mut run = Run {
            frozen: self,
            modes,
            strong: &flows.strong,
            unbounded: vec![false; flows.strong.components.len()],
            users: flows.users.clone(),
            shares: match left.iter().any(|left| *left <= 0.0) {
                true => shares(self, |component| get(&left, component) <= 0.0),
                false => flows.shares.clone(),
            },
            most: flows.capacity.iter().map(|most| most.map_or(f64::INFINITY, |most| most * OFFERED_MOST)).collect(),
        };
        for &(cut, _) in &scratch.cuts {
            set(&mut run.shares, cut, 0.0);
        }
        for &fault in faults {
            let Fault::Traffic { entry, factor } = fault else { continue };
            for (index, users) in run.users.iter_mut().enumerate() {
                let here = entry.is_none_or(|entry| entry.index() == index);
                *users *= if here { factor.get() } else { 1.0 };
            }
        }
        let (offered, moving) = self.follow_failures(&mut run, flows, &left, &scratch.cuts);
        scratch.unsettled.extend(moving.into_iter().map(|it| Unsettled::UnboundedTraffic(ComponentIndex(it))));
        self.report_cycles(&run, flows, &offered, scratch);
        self.ask_for_more(&run, flows, &offered, (faults, first as u32), scratch);
        let ratio = |(now, before): (&f64, &f64)| if *before > 0.0 { now / before } else { 1.0 };
        scratch.flood.ratios.extend(offered.iter().zip(&flows.offered).map(ratio));
    }

    /// Share of each component's capacity that the faults leave.
    fn capacity_left(&self, scratch: &mut Scratch) -> Vec<f64> {
        let mut left = vec![1.0; self.own.len()];
        let hits = std::mem::take(&mut scratch.hits);
        for hits in hits.chunk_by(|first, second| first.0 == second.0) {
            let Some(&(component, ..)) = hits.first() else { continue };
            let Some(own) = self.own.get(component as usize) else { continue };
            let losses: Losses = self.losses(component, hits, scratch);
            let survivors = own.instances.saturating_sub(losses.instances);
            let promoted = Losses { instances: 0, ..losses };
            let share =
                if survivors < own.required || (losses.primary && own.with(promoted).0 == Health::Down) || losses.all {
                    0.0
                } else if own.promotion == Promotion::NotNeeded {
                    f64::from(survivors) / f64::from(own.instances.max(1))
                } else {
                    1.0
                };
            set(&mut left, component, share);
        }
        scratch.hits = hits;
        left
    }

    /// Lets failures and the attempts they cause feed each other until nothing changes; what is offered then, and the
    /// components that still move after the last round.
    fn follow_failures(
        &self,
        run: &mut Run<'_>,
        flows: &Flows,
        left: &[f64],
        cuts: &[(u32, u32)],
    ) -> (Vec<f64>, Vec<u32>) {
        let mut failing = vec![0.0; self.own.len()];
        let rounds = (CYCLE_WORK / (self.edges.len() + 1)).clamp(10, FAILURE_ROUNDS);
        let mut moving = Vec::new();
        for _ in 0..rounds {
            let offered = run.offered(&failing);
            moving.clear();
            for members in &flows.strong.components {
                for &member in members {
                    let now = self.failing(
                        run.modes,
                        flows,
                        member,
                        get(&offered, member),
                        get(left, member),
                        &failing,
                        cuts,
                    );
                    if (now - get(&failing, member)).abs() > SETTLED {
                        moving.push(member);
                    }
                    set(&mut failing, member, now);
                }
            }
            if moving.is_empty() {
                return (offered, moving);
            }
        }
        (run.offered(&failing), moving)
    }

    /// Share of its requests that a component fails.
    #[allow(clippy::too_many_arguments)]
    fn failing(
        &self,
        modes: &Modes,
        flows: &Flows,
        component: u32,
        offered: f64,
        left: f64,
        failing: &[f64],
        cuts: &[(u32, u32)],
    ) -> f64 {
        let lift = modes.part(component).map_or(1.0, |part| part.lift);
        let capacity = flows.capacity.get(component as usize).copied().flatten().unwrap_or(f64::INFINITY);
        let most = if left > 0.0 { capacity * lift * left } else { 0.0 };
        let mut served = if left <= 0.0 {
            0.0
        } else if offered > most {
            most / offered
        } else {
            1.0
        };
        let over = |index: u32| {
            let link = modes.link(index);
            let Some(edge) = self.edges.get(index as usize).filter(|_| link.passes_failures) else { return 0.0 };
            if cuts.iter().any(|&(cut, _)| cut == index) {
                return 1.0;
            }
            get(failing, edge.to).powf(f64::from(link.attempts))
        };
        for call in self.calls(component) {
            served *= 1.0
                - match call {
                    Call::One(edge) => over(edge),
                    Call::Group(edges, needed) => {
                        let mut shares: Vec<f64> = edges.iter().map(|&edge| over(edge)).collect();
                        shares.sort_by(f64::total_cmp);
                        needed.checked_sub(1).and_then(|worst| shares.get(worst).copied()).unwrap_or(0.0)
                    }
                };
        }
        1.0 - served
    }

    fn report_cycles(&self, run: &Run<'_>, flows: &Flows, offered: &[f64], scratch: &mut Scratch) {
        for (members, unbounded) in flows.strong.components.iter().zip(&run.unbounded) {
            if *unbounded && members.iter().any(|&member| get(offered, member) > 0.0) {
                let unsettled = members.iter().map(|&member| Unsettled::UnboundedTraffic(ComponentIndex(member)));
                scratch.unsettled.extend(unsettled);
            }
        }
    }

    /// Notes who is offered more and through whom, and how that compares with what it can take.
    fn ask_for_more(
        &self,
        run: &Run<'_>,
        flows: &Flows,
        offered: &[f64],
        (faults, first): (&[Fault], u32),
        scratch: &mut Scratch,
    ) {
        let mut waypoints: Vec<Option<(u32, Via)>> = vec![None; self.own.len()];
        for members in flows.strong.components.iter().rev() {
            let more = |&&member: &&u32| get(offered, member) > get(&flows.offered, member) * (1.0 + MARGIN);
            let mut open: Vec<u32> = members.iter().filter(more).copied().collect();
            while !open.is_empty() {
                let count = open.len();
                open.retain(|&member| {
                    let users = get(&run.users, member) > get(&flows.users, member);
                    let found = match users {
                        true => Some((Via::Fault(by_users(faults, member, first)), None)),
                        false => self.busiest(run, flows, offered, member, &waypoints),
                    };
                    let Some((via, parent)) = found else { return true };
                    let step = self.waypoint(member, via, parent, scratch);
                    if let Some(slot) = waypoints.get_mut(member as usize) {
                        *slot = Some((step, via));
                    }
                    false
                });
                if open.len() == count {
                    // Nobody before it is offered more: other faults took what was offered elsewhere, or make it fail.
                    let others = faults.iter().position(|fault| !matches!(fault, Fault::Traffic { .. }));
                    let via = Via::Fault(others.map_or(first, |other| other as u32));
                    for member in open.drain(..) {
                        let step = self.waypoint(member, via, None, scratch);
                        if let Some(slot) = waypoints.get_mut(member as usize) {
                            *slot = Some((step, via));
                        }
                    }
                }
            }
        }
        for (component, waypoint) in waypoints.iter().enumerate() {
            let Some((step, via)) = *waypoint else { continue };
            let component = component as u32;
            let Some(capacity) = flows.capacity.get(component as usize).copied().flatten() else {
                scratch.unsettled.push(Unsettled::UnknownCapacity(ComponentIndex(component)));
                continue;
            };
            let movable = self.own.get(component as usize).and_then(|own| own.movable);
            // More than it can take without any fault: the numbers of entries and limits do not fit together.
            let contradiction = movable.is_none() && get(&flows.offered, component) > capacity;
            let now = get(offered, component) / capacity;
            if contradiction || now.is_nan() || now <= 0.0 {
                continue;
            }
            let lift = run.modes.part(component).map_or(1.0, |part| part.lift);
            let parent = scratch.steps.get(step as usize).and_then(|step| step.parent);
            let load = Load { now, settled: now / lift };
            scratch.loads.push(ModeLoad { component, load, via, parent, fault: first });
        }
    }

    /// The caller that adds most, of those whose reason is known.
    fn busiest(
        &self,
        run: &Run<'_>,
        flows: &Flows,
        offered: &[f64],
        component: u32,
        waypoints: &[Option<(u32, Via)>],
    ) -> Option<(Via, Option<u32>)> {
        let mut best: Option<(f64, u32, u32)> = None;
        for (index, edge) in self.callers(component) {
            let Some((step, _)) = waypoints.get(edge.from as usize).copied().flatten() else { continue };
            let link = run.modes.link(index);
            let now = get(offered, edge.from) * get(&run.shares, index);
            let before = get(&flows.offered, edge.from) * get(&flows.shares, index);
            let added = (now - before) * link.fan_out;
            if best.is_none_or(|(most, ..)| added > most) {
                best = Some((added, edge.dependency, step));
            }
        }
        best.map(|(_, dependency, step)| (Via::Traffic(dependency), Some(step)))
    }
}

/// The fault that multiplies the users of this entry.
fn by_users(faults: &[Fault], entry: u32, first: u32) -> u32 {
    let here = |fault: &Fault| match fault {
        Fault::Traffic { entry: at, factor } => factor.get() > 1.0 && at.is_none_or(|at| at.0 == entry),
        _ => false,
    };
    faults.iter().position(here).map_or(first, |fault| fault as u32)
}
