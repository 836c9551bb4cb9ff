//! Latency mode (semantics, section 2): how long a request takes at each component, which callers give up waiting, and
//! where requests pile up.
//!
//! L(v) = own + the largest (parallel) or the sum (sequential) over required dependencies of edge latency + L(target),
//! each at most what its caller waits for all attempts. Of a group the fastest members that are needed count. What
//! nobody states is not made up: a component without a latency of its own, and whoever waits for it, has a time that is
//! known to be *at least* something. A limit that even this exceeds is exceeded for certain; how many requests are in
//! work (Little's law) follows only from times that are known exactly.

use crate::cascade::modes::{Call, Link, Modes, calls, fixpoint};
use crate::layout::arrays::Layout;
use crate::layout::strong::{Strong, strong};

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
    pub(crate) const UNKNOWN: Time = Time { at_least: 0.0, exact: false };
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

/// What a caller waits over one edge, when its target takes this long.
pub(crate) fn wait(link: Link, target: Time) -> Time {
    let raw = link.latency + target.at_least;
    if raw >= link.patience { Time { at_least: link.patience, exact: true } } else { Time { at_least: raw, ..target } }
}

pub(crate) fn exceeds(link: Link, target: Time) -> bool {
    link.latency + target.at_least > link.patience * (1.0 + MARGIN)
}

/// The time of one request at a component, given those of what it calls.
fn time(layout: &Layout, modes: &Modes, component: u32, own: Option<f64>, of: impl Fn(u32) -> Time) -> Time {
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
        let target = layout.edges.get(index as usize)?.to;
        link.required.then(|| wait(link, of(target)))
    };
    for call in calls(layout, component) {
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
pub(crate) fn settle(
    layout: &Layout,
    modes: &Modes,
    members: &[u32],
    give_up: bool,
    own: impl Fn(u32) -> Option<f64>,
    outside: impl Fn(u32) -> Time,
) -> (Vec<Time>, bool) {
    if let &[alone] = members {
        return (vec![time(layout, modes, alone, own(alone), &outside)], false);
    }
    let round = |inside: &dyn Fn(usize) -> Time| {
        let of = |target: u32| members.binary_search(&target).map_or_else(|_| outside(target), inside);
        members.iter().map(|&member| time(layout, modes, member, own(member), of)).collect::<Vec<Time>>()
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
pub(crate) fn faultless(layout: &Layout, modes: &Modes) -> Times {
    let strong = strong(layout.graph(|index, _| modes.link(index).required));
    let mut of = vec![Time::UNKNOWN; layout.own.len()];
    let mut unbounded = Vec::with_capacity(strong.components.len());
    for members in &strong.components {
        let own = |component: u32| modes.part(component).and_then(|part| part.latency);
        let outside = |component: u32| of.get(component as usize).copied().unwrap_or(Time::UNKNOWN);
        let (times, grows) = settle(layout, modes, members, false, own, outside);
        for (&member, time) in members.iter().zip(times) {
            if let Some(slot) = of.get_mut(member as usize) {
                *slot = time;
            }
        }
        unbounded.push(grows);
    }
    Times { strong, of, unbounded }
}
