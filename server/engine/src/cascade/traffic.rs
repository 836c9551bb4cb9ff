//! Traffic mode as a cascade runs it: more requests from the users become loads. How requests flow stands in `flows.rs`.

use foreshock_model::ComponentIndex;

use crate::cascade::effect::Unsettled;
use crate::cascade::event::{ModeLoad, Via};
use crate::cascade::flows::{Flows, Run, get, set, shares};
use crate::cascade::frozen::Frozen;
use crate::cascade::modes::{Call, Modes, calls};
use crate::cascade::scratch::Scratch;
use crate::cascade::times::MARGIN;
use crate::layout::defaults::{CYCLE_WORK, FAILURE_ROUNDS, OFFERED_MOST};
use crate::layout::own::{Load, Losses, Promotion};
use crate::{Fault, Health};

/// Shares of failures that differ by less are the same.
const SETTLED: f64 = 1e-9;

impl Frozen {
    /// Traffic mode: turns more requests into loads.
    pub(crate) fn flood(&self, faults: &[Fault], scratch: &mut Scratch) {
        let again = self.modes.as_ref().is_some_and(|modes| scratch.failing.is_tried_again(&self.layout, modes));
        let asks = |fault: &Fault| match fault {
            Fault::Traffic { .. } => true,
            Fault::Errors { .. } => again,
            _ => false,
        };
        let Some(first) = faults.iter().position(asks) else { return };
        let Some((modes, flows)) = self.flows() else { return };
        let left = self.capacity_left(scratch);
        let mut run = Run {
            layout: &self.layout,
            modes,
            strong: &flows.strong,
            unbounded: vec![false; flows.strong.components.len()],
            users: flows.users.clone(),
            shares: match left.iter().any(|left| *left <= 0.0) {
                true => shares(&self.layout, |component| get(&left, component) <= 0.0),
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
        let own = scratch.failing.own();
        let (offered, moving) = self.follow_failures(&mut run, flows, &left, own, &scratch.cuts);
        scratch.unsettled.extend(moving.into_iter().map(|it| Unsettled::UnboundedTraffic(ComponentIndex(it))));
        self.report_cycles(&run, flows, &offered, scratch);
        self.ask_for_more(&run, flows, &offered, (faults, first as u32), scratch);
        let ratio = |(now, before): (&f64, &f64)| if *before > 0.0 { now / before } else { 1.0 };
        scratch.flood.ratios.extend(offered.iter().zip(&flows.offered).map(ratio));
    }

    /// Share of each component's capacity that the faults leave.
    fn capacity_left(&self, scratch: &mut Scratch) -> Vec<f64> {
        let mut left = vec![1.0; self.layout.own.len()];
        let hits = std::mem::take(&mut scratch.hits);
        for hits in hits.chunk_by(|first, second| first.0 == second.0) {
            let Some(&(component, ..)) = hits.first() else { continue };
            let Some(own) = self.layout.own.get(component as usize) else { continue };
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
        own: &[f64],
        cuts: &[(u32, u32)],
    ) -> (Vec<f64>, Vec<u32>) {
        let mut failing = vec![0.0; self.layout.own.len()];
        let rounds = (CYCLE_WORK / (self.layout.edges.len() + 1)).clamp(10, FAILURE_ROUNDS);
        let mut moving = Vec::new();
        for _ in 0..rounds {
            let offered = run.offered(&failing);
            moving.clear();
            for members in &flows.strong.components {
                for &member in members {
                    let others = self.failing(
                        run.modes,
                        flows,
                        member,
                        get(&offered, member),
                        get(left, member),
                        &failing,
                        cuts,
                    );
                    let now = 1.0 - (1.0 - get(own, member)) * (1.0 - others);
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
            let Some(edge) = self.layout.edges.get(index as usize).filter(|_| link.passes_failures) else { return 0.0 };
            if cuts.iter().any(|&(cut, _)| cut == index) {
                return 1.0;
            }
            get(failing, edge.to).powf(f64::from(link.attempts))
        };
        for call in calls(&self.layout, component) {
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
        let mut waypoints: Vec<Option<(u32, Via)>> = vec![None; self.layout.own.len()];
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
            let movable = self.layout.own.get(component as usize).and_then(|own| own.movable);
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
        for (index, edge) in self.layout.callers(component) {
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
