//! Circular fallback (semantics, section 2, law 7): an alternative that itself needs the component it stands in for.
//!
//! `web` asks one of two resolvers; the second one is `web`'s own sidecar, and requires `web`. When the first resolver
//! is lost, each of the two is up only because the other one is. The least fixpoint of failure finds nothing wrong with
//! that, so the support of a group is computed the other way round, from what is up without it:
//!
//! `U = mu X. nu Y. { v not DOWN : all that v requires is in Y, the weights it lacks in Y are light enough, and each of
//! its groups has lost nothing and has all its members in Y, or has k members in X }`.
//!
//! What is required may lean on each other (`nu`: a cycle of plain requirements starts together), what stands in for
//! something lost has to be up before (`mu`). Groups that can't hold by what is outside of the mutual choice, such as
//! the members of a quorum, are taken as they were written (`nu`): leaning on each other is what they are for.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::cascade::event::{Event, Via};
use crate::layout::arrays::{Edge, Layout, NO_GROUP};
use crate::layout::circles::{Circles, loses};
use crate::layout::contribution::partials_too_heavy;
use crate::layout::strong::strong_of;

/// So often in one cascade the support inside one cycle is looked at as time goes by; what then is still to come is
/// looked at when nothing else happens any more, which keeps the work linear in the size of the cycle.
const LOOKS_IN_TIME: u32 = 32;

/// A loss that reached a component of a circle in this cascade.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    caller: u32,
    group: u32,
    step: Option<u32>,
    /// The fault, where it hit the dependency itself.
    fault: Option<u32>,
}

/// What a cascade has seen of the circles.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    /// Circles in which something was lost since the last look.
    touched: BTreeSet<u32>,
    /// How often each was looked at.
    taken: FxHashMap<u32, u32>,
    arrivals: Vec<Arrival>,
}

impl Looks {
    pub(crate) fn clear(&mut self) {
        self.touched.clear();
        self.taken.clear();
        self.arrivals.clear();
    }

    /// A loss arrives at its caller.
    pub(crate) fn lost(&mut self, circles: &Circles, edge: &Edge, event: &Event) {
        if let Some(circle) = circles.of_component(edge.from) {
            let fault = match event.via {
                Via::FaultAtEdge(_, fault) => Some(fault),
                _ => None,
            };
            self.arrivals.push(Arrival { caller: edge.from, group: edge.group, step: event.parent, fault });
            self.touched.insert(circle);
        }
    }

    pub(crate) fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// The next circle to look at, those that others need first; when all else has happened also those that were
    /// looked at often.
    pub(crate) fn next(&mut self, at_the_end: bool) -> Option<u32> {
        let often = |circle: &u32| self.taken.get(circle).is_some_and(|&times| times >= LOOKS_IN_TIME);
        let circle = self.touched.iter().copied().find(|circle| at_the_end || !often(circle))?;
        self.touched.remove(&circle);
        *self.taken.entry(circle).or_default() += 1;
        Some(circle)
    }
}

/// What is known at one moment of a cascade.
pub(crate) trait Moment {
    /// Whether a component is DOWN.
    fn is_down(&self, component: u32) -> bool;
    /// Whether a member is lost to its group.
    fn is_lost(&self, edge: u32) -> bool;
    /// Whether the loss of a partial dependency has reached its caller.
    fn is_counted(&self, edge: u32) -> bool;
    /// The sum of the weights that are.
    fn lost_weight(&self, component: u32) -> u64;
}

/// A component that is up only by mutual support, although a member of this group is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fallen {
    pub(crate) component: u32,
    pub(crate) group: u32,
    /// The step that took the last support away.
    pub(crate) parent: Option<u32>,
    /// The fault that did, where it hit a dependency.
    pub(crate) fault: Option<u32>,
}

/// The components of a circle with a group that has lost a member and has no support of its own any more. All others
/// without support follow from these by their dependencies.
pub(crate) fn fallen(
    layout: &Layout,
    circles: &Circles,
    circle: u32,
    moment: &impl Moment,
    looks: &Looks,
) -> Vec<Fallen> {
    let mut look = Look::new(layout, circles, circle, moment);
    look.solve();
    let members = look.members;
    let unsupported = |component: u32| {
        let place = circles.place(circle, component);
        place.is_some_and(|place| look.status.get(place) == Some(&Status::Open))
    };
    let cause = |lost: &Arrival| (lost.step, lost.fault);
    let by_group: FxHashMap<u32, _> = looks.arrivals.iter().map(|lost| (lost.group, cause(lost))).collect();
    let latest = looks.arrivals.iter().rfind(|lost| unsupported(lost.caller)).map_or((None, None), cause);
    let mut fallen = Vec::new();
    for &component in members.iter().filter(|&&component| unsupported(component)) {
        let gone = |group: &Standing| group.lost > 0 && !group.holds && layout.is_strict(group.index);
        let Some(group) = look.tally(component, false).groups.into_iter().find(gone) else { continue };
        let (parent, fault) = by_group.get(&group.index).copied().unwrap_or(latest);
        fallen.push(Fallen { component, group: group.index, parent, fault });
    }
    fallen
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// DOWN.
    Down,
    /// Not known to have support.
    Open,
    /// As `Open`, and in the set that is tried at the moment.
    Tried,
    /// Has support from outside.
    Supported,
}

/// How one group of a component stands.
struct Standing {
    index: u32,
    lost: u32,
    /// Not lost, and not supported.
    unsupported: u32,
    /// Not lost, and neither supported nor tried.
    missing: u32,
    holds: bool,
}

struct Tally {
    holds: bool,
    groups: Vec<Standing>,
}

/// The support inside one circle at one moment.
struct Look<'a, M> {
    layout: &'a Layout,
    circles: &'a Circles,
    circle: u32,
    moment: &'a M,
    members: &'a [u32],
    status: Vec<Status>,
}

impl<'a, M: Moment> Look<'a, M> {
    fn new(layout: &'a Layout, circles: &'a Circles, circle: u32, moment: &'a M) -> Look<'a, M> {
        let members = circles.members(circle);
        let status = |&component: &u32| if moment.is_down(component) { Status::Down } else { Status::Open };
        Look { layout, circles, circle, moment, members, status: members.iter().map(status).collect() }
    }

    fn status(&self, component: u32) -> Option<Status> {
        self.status.get(self.circles.place(self.circle, component)?).copied()
    }

    /// Whether an edge leads to a component whose support has to be found.
    fn is_open(&self, edge: &Edge) -> bool {
        matches!(self.status(edge.to), Some(Status::Open | Status::Tried)) && loses(edge, self.layout)
    }

    /// Least fixpoint over the sets of components that lean on each other by what they require, from inside out.
    fn solve(&mut self) {
        let leaning = strong_of(&self.leaning());
        let mut pending: Vec<u32> = (0..leaning.components.len() as u32).rev().collect();
        let mut is_pending = vec![true; leaning.components.len()];
        while let Some(set) = pending.pop() {
            if let Some(is_pending) = is_pending.get_mut(set as usize) {
                *is_pending = false;
            }
            let Some(places) = leaning.components.get(set as usize) else { continue };
            for component in self.find_supported(places) {
                for (_, edge) in self.layout.callers(component) {
                    let place = self.circles.place(self.circle, edge.from);
                    let Some(place) = place.filter(|&place| self.status.get(place) == Some(&Status::Open)) else {
                        continue;
                    };
                    let Some(&set) = leaning.of.get(place) else { continue };
                    if let Some(is_pending) = is_pending.get_mut(set as usize)
                        && !std::mem::replace(is_pending, true)
                    {
                        pending.push(set);
                    }
                }
            }
        }
    }

    /// By place in the circle: what may be up together with it, none before the other.
    fn leaning(&self) -> Vec<Vec<u32>> {
        let of = |&component: &u32| {
            let mut targets = Vec::new();
            if self.status(component) != Some(Status::Open) {
                return targets;
            }
            let lossy: Vec<u32> = self
                .layout
                .callees(component)
                .filter(|&(index, _)| self.moment.is_lost(index))
                .map(|(_, edge)| edge.group)
                .collect();
            for (_, edge) in self.layout.callees(component) {
                let stands_in = self.layout.is_strict(edge.group) && lossy.contains(&edge.group);
                if self.is_open(edge) && !stands_in {
                    targets.extend(self.circles.place(self.circle, edge.to).map(|place| place as u32));
                }
            }
            targets
        };
        self.members.iter().map(of).collect()
    }

    /// The largest set of these that hold together by what is supported so far; marked as supported.
    fn find_supported(&mut self, places: &[u32]) -> Vec<u32> {
        let mut tried: Vec<u32> = Vec::new();
        for &place in places {
            if let (Some(status @ Status::Open), Some(&component)) =
                (self.status.get_mut(place as usize), self.members.get(place as usize))
            {
                *status = Status::Tried;
                tried.push(component);
            }
        }
        let mut doubtful = tried.clone();
        while let Some(component) = doubtful.pop() {
            if self.status(component) != Some(Status::Tried) || self.tally(component, true).holds {
                continue;
            }
            self.set(component, Status::Open);
            let callers = self.layout.callers(component).map(|(_, edge)| edge.from);
            doubtful.extend(callers.filter(|&caller| self.status(caller) == Some(Status::Tried)));
        }
        tried.retain(|&component| self.status(component) == Some(Status::Tried));
        for &component in &tried {
            self.set(component, Status::Supported);
        }
        tried
    }

    fn set(&mut self, component: u32, status: Status) {
        let place = self.circles.place(self.circle, component);
        if let Some(slot) = place.and_then(|place| self.status.get_mut(place)) {
            *slot = status;
        }
    }

    /// Whether a component holds by what is supported, and what is tried; of its groups only when `briefly` is off.
    fn tally(&self, component: u32, briefly: bool) -> Tally {
        let mut tally = Tally { holds: true, groups: Vec::new() };
        let mut weight = self.moment.lost_weight(component);
        for (index, edge) in self.layout.callees(component) {
            let missing = self.is_open(edge) && self.status(edge.to) == Some(Status::Open);
            if edge.group != NO_GROUP {
                self.count(index, edge, &mut tally.groups);
            } else if missing && edge.row.partial_weight > 0 {
                weight += if self.moment.is_counted(index) { 0 } else { edge.row.partial_weight };
            } else if missing {
                tally.holds = false;
                if briefly {
                    return tally;
                }
            }
        }
        tally.holds &= !partials_too_heavy(weight);
        for group in &mut tally.groups {
            let tips_at = self.layout.groups.get(group.index as usize).map_or(u32::MAX, |group| group.tips_at);
            group.holds = if self.layout.is_strict(group.index) {
                group.lost + group.unsupported < tips_at || group.lost + group.missing == 0
            } else {
                group.lost + group.missing < tips_at
            };
            tally.holds &= group.holds;
        }
        tally
    }

    fn count(&self, index: u32, edge: &Edge, groups: &mut Vec<Standing>) {
        let at = groups.iter().position(|group| group.index == edge.group).unwrap_or_else(|| {
            groups.push(Standing { index: edge.group, lost: 0, unsupported: 0, missing: 0, holds: true });
            groups.len() - 1
        });
        let Some(group) = groups.get_mut(at) else { return };
        if self.moment.is_lost(index) {
            group.lost += 1;
        } else if self.is_open(edge) {
            group.unsupported += 1;
            group.missing += u32::from(self.status(edge.to) == Some(Status::Open));
        }
    }
}
