//! Traffic mode (semantics, section 2): how many requests each component is offered when more come from the users, and
//! where that is more than it can take.
//!
//! offered(v) = sum over callers of offered(caller) x fan-out x (1 + f + ... + f^r), at most 10 x capacity. f is the
//! share of requests that v fails: what it is offered beyond its capacity, and what fails below it in spite of all
//! attempts, so that attempts multiply from level to level. A caller that fails still offers. Requests come in at the
//! entry points, in requests a second where these state both their utilisation and their limit, else by weight: then
//! only utilisations say how much a component can take.

use crate::cascade::modes::{Link, Modes, fixpoint};
use crate::layout::arrays::Layout;
use crate::layout::strong::{Strong, strong};

/// The requests without any fault.
#[derive(Clone, Debug)]
pub(crate) struct Flows {
    /// Cycles of dependencies, and components that are in none; callees first.
    pub(crate) strong: Strong,
    /// Requests a second, or shares.
    pub(crate) offered: Vec<f64>,
    /// How much each can take, in the same unit; infinite when what it is offered is no effort. None when nobody says.
    pub(crate) capacity: Vec<Option<f64>>,
    /// What comes from the users, per component.
    pub(crate) users: Vec<f64>,
    /// Share of its caller's calls that goes over each edge.
    pub(crate) shares: Vec<f64>,
}

/// What one run of the mode found.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    /// Offered by offered without faults, per component; empty when the mode is off.
    pub(crate) ratios: Vec<f64>,
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
pub(crate) struct Run<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) modes: &'a Modes,
    pub(crate) strong: &'a Strong,
    /// Cycles in which requests still grew after the last round.
    pub(crate) unbounded: Vec<bool>,
    pub(crate) users: Vec<f64>,
    pub(crate) shares: Vec<f64>,
    /// The most a component is offered.
    pub(crate) most: Vec<f64>,
}

pub(crate) fn get(list: &[f64], index: u32) -> f64 {
    list.get(index as usize).copied().unwrap_or(0.0)
}

pub(crate) fn set(list: &mut [f64], index: u32, value: f64) {
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
    pub(crate) fn offered(&mut self, failing: &[f64]) -> Vec<f64> {
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
        for (index, edge) in self.layout.callers(component) {
            let link = self.modes.link(index);
            sum += offered(edge.from) * link.fan_out * get(&self.shares, index) * calls_of_one(link, failing);
        }
        sum.min(self.most.get(component as usize).copied().unwrap_or(f64::INFINITY))
    }
}

/// The requests without any fault.
pub(crate) fn faultless(layout: &Layout, modes: &Modes) -> Flows {
    let count = layout.own.len();
    let strong = strong(layout.graph(|_, _| true));
    let known_rate = |&(entry, _): &(u32, f64)| {
        let movable = layout.own.get(entry as usize)?.movable?;
        Some((entry, movable * modes.part(entry)?.most_per_second?))
    };
    let rates: Option<Vec<(u32, f64)>> = modes.entries.iter().map(known_rate).collect();
    let mut users = vec![0.0; count];
    for &(entry, share) in rates.as_ref().unwrap_or(&modes.entries) {
        set(&mut users, entry, share);
    }
    let shares = shares(layout, |_| false);
    let mut run = Run {
        layout,
        modes,
        strong: &strong,
        unbounded: vec![false; strong.components.len()],
        users,
        shares,
        most: Vec::new(),
    };
    let offered = run.offered(&vec![0.0; count]);
    let capacity = offered.iter().enumerate().map(|(component, &offered)| match layout.own.get(component)?.movable {
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
pub(crate) fn shares(layout: &Layout, lost: impl Fn(u32) -> bool) -> Vec<f64> {
    let mut shares = vec![1.0; layout.edges.len()];
    for group in &layout.groups {
        let to = |edge: &u32| layout.edges.get(*edge as usize).map(|edge| (edge.dependency, edge.to));
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
