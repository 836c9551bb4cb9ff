//! What is likely, beside the worst (semantics, "Worst and likely").
//!
//! The cascade is the worst that the rules allow. Here the same rules are read with one more number: the whole loss of a
//! target takes its caller down with a likelihood, 1 where somebody wrote the weight of the dependency and
//! [`PASSES_UNWRITTEN`](crate::layout::defaults::PASSES_UNWRITTEN) where nobody did. Along a chain these multiply, of several
//! chains the likeliest counts. It is the least fixpoint of monotone functions, each no worse than that of the cascade.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::Health;
use crate::cascade::effect::Likely;
use crate::cascade::frozen::Frozen;
use crate::cascade::injection::{hits_on, impaired, own_part};
use crate::cascade::scratch::Scratch;
use crate::layout::arrays::{Edge, Group, NO_GROUP};
use crate::layout::contribution::partials_too_heavy;
use crate::layout::defaults::LIKELY_DOWN;

/// How a component fares: DOWN with a likelihood, else as `rest` says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Chance {
    down: f64,
    rest: Health,
    /// Whether a function is lost if it is not DOWN.
    lost_function: bool,
}

impl Chance {
    fn given(health: Health, lost_function: bool) -> Chance {
        match health {
            Health::Down => Chance { down: 1.0, rest: Health::Healthy, lost_function },
            rest => Chance { down: 0.0, rest, lost_function },
        }
    }

    /// More likely than not.
    fn health(self) -> Health {
        if self.down >= LIKELY_DOWN { Health::Down } else { self.rest }
    }

    fn or(self, other: Chance) -> Chance {
        Chance {
            down: self.down.max(other.down),
            rest: self.rest.max(other.rest),
            lost_function: self.lost_function || other.lost_function,
        }
    }
}

/// What is likely of each component that the last run made worse.
#[derive(Debug, Default)]
pub(crate) struct LikelyStates {
    of: FxHashMap<u32, Likely>,
    /// How often a component and all that it calls was looked at.
    #[cfg(test)]
    pub(crate) looks: usize,
}

impl LikelyStates {
    pub(crate) fn of(&self, component: u32) -> Likely {
        self.of.get(&component).copied().unwrap_or_default()
    }
}

impl Frozen {
    /// What is likely after the last run of `scratch`, which was of this. O(V + E) over what got worse, times the raises of
    /// each.
    pub(crate) fn likely(&self, scratch: &mut Scratch) -> LikelyStates {
        let worse: Vec<u32> = scratch.worse().map(|step| step.component).collect();
        let given: FxHashMap<u32, Chance> = worse.iter().map(|&it| (it, self.given(it, scratch))).collect();
        let mut search = Search { frozen: self, scratch, given, found: FxHashMap::default() };
        // Each waits once at most, whatever number of its callees changed since: a look takes all of them in. The fixpoint is
        // the same in every order.
        #[cfg(test)]
        let mut looks = 0;
        let mut open: VecDeque<u32> = worse.iter().copied().collect();
        let mut waiting: FxHashSet<u32> = worse.iter().copied().collect();
        while let Some(component) = open.pop_front() {
            waiting.remove(&component);
            let (before, chance) = (search.of(component), search.chance(component));
            #[cfg(test)]
            {
                looks += 1;
            }
            search.found.insert(component, chance);
            if before == chance {
                continue;
            }
            let callers = self.layout.callers(component).map(|(_, edge)| edge.from);
            open.extend(callers.filter(|caller| search.given.contains_key(caller) && waiting.insert(*caller)));
        }
        let of = |&component: &u32| {
            let worst = search.scratch.state(&self.base, component);
            let chance = search.found.get(&component).copied().unwrap_or_default();
            let loss = |health, function_lost| crate::layout::score::service_lost(health, function_lost);
            let left = loss(chance.rest.min(worst.health), chance.lost_function && worst.lost_function);
            let failing = search.scratch.failing.share(component).unwrap_or(0.0);
            let health = chance.health().min(worst.health);
            let left = if health > Health::Healthy { left.max(failing) } else { left };
            (component, Likely { health, down: chance.down, loss: chance.down + (1.0 - chance.down) * left })
        };
        LikelyStates {
            of: worse.iter().map(of).collect(),
            #[cfg(test)]
            looks,
        }
    }

    /// What is wrong with a component whatever it depends on: without any fault, by what hit it, by what a mode found.
    fn given(&self, component: u32, scratch: &mut Scratch) -> Chance {
        let base = self.base.states.get(component as usize).copied().unwrap_or_default();
        let mut chance = Chance::given(base.health, base.lost_function);
        let Some(own) = self.layout.own.get(component as usize) else { return chance };
        let hits = std::mem::take(&mut scratch.hits);
        let here = hits_on(&hits, component);
        if !here.is_empty() {
            let (health, _) = own_part(own, here, scratch);
            chance = chance.or(Chance::given(health, impaired(here).is_some()));
        }
        let loads = std::mem::take(&mut scratch.loads);
        for load in loads.iter().filter(|load| load.component == component) {
            let losses = self.losses(component, &hits, scratch);
            chance = chance.or(Chance::given(own.under(load.load, losses).0, false));
        }
        scratch.loads = loads;
        scratch.hits = hits;
        if let Some(lost_function) = scratch.failing.without(component) {
            chance = chance.or(Chance::given(Health::Degraded, lost_function));
        }
        chance.or(Chance::given(scratch.failing.level(component), false))
    }
}

struct Search<'a> {
    frozen: &'a Frozen,
    scratch: &'a Scratch,
    given: FxHashMap<u32, Chance>,
    found: FxHashMap<u32, Chance>,
}

/// What one dependency brings its caller.
#[derive(Clone, Copy, Debug)]
struct Carried {
    chance: Chance,
    target_down: f64,
}

impl Search<'_> {
    fn of(&self, component: u32) -> Chance {
        self.found.get(&component).or_else(|| self.given.get(&component)).copied().unwrap_or_else(|| {
            let state = self.scratch.state(&self.frozen.base, component);
            Chance::given(state.health, state.lost_function)
        })
    }

    fn chance(&self, component: u32) -> Chance {
        let mut chance = self.given.get(&component).copied().unwrap_or_default();
        if self.scratch.state(&self.frozen.base, component).health < Health::Degraded {
            return chance;
        }
        let hot = self.scratch.state(&self.frozen.base, component).hot;
        let mut groups: Vec<u32> = Vec::new();
        let mut partials: Vec<(f64, u64)> = Vec::new();
        for (index, edge) in self.frozen.layout.callees(component) {
            if edge.group != NO_GROUP {
                if !groups.contains(&edge.group) {
                    groups.push(edge.group);
                }
                continue;
            }
            let carried = self.carried(index, edge, hot);
            if edge.row.partial_weight > 0 {
                partials.push((carried.target_down, edge.row.partial_weight));
            }
            chance = chance.or(carried.chance);
        }
        for group in groups.iter().filter_map(|&group| self.frozen.layout.groups.get(group as usize)) {
            chance = chance.or(self.group(group, hot));
        }
        chance.down = chance.down.max(too_heavy(partials));
        self.no_worse(component, chance)
    }

    /// The worst is the limit: what a breaker or a mode keeps from happening is not likely either.
    fn no_worse(&self, component: u32, chance: Chance) -> Chance {
        let worst = self.scratch.state(&self.frozen.base, component);
        Chance {
            down: if worst.health == Health::Down { chance.down } else { 0.0 },
            rest: chance.rest.min(worst.health),
            lost_function: chance.lost_function && worst.lost_function,
        }
    }

    fn carried(&self, index: u32, edge: &Edge, hot: bool) -> Carried {
        let row = &edge.row;
        let cut = self.scratch.cuts.iter().any(|&(cut, _)| cut == index)
            || self.scratch.slow.timeouts.iter().any(|&(timeout, _)| timeout == index);
        let target = if cut { Chance::given(Health::Down, true) } else { self.of(edge.to) };
        let health = target.health();
        let (at_last, lost_function) = row.at_last(health, target.lost_function || health == Health::Down);
        let takes_down = row.down == Health::Down || row.buffer.is_some();
        let passes = if cut { 1.0 } else { row.passes };
        let mut rest = match health {
            // If it is not taken down by that, it serves with less.
            Health::Down => row.at_last(Health::Overloaded, false).0.max(Health::Degraded),
            _ => at_last,
        };
        if !hot {
            rest = rest.min(Health::Degraded);
        }
        let down = if takes_down { passes * target.down } else { 0.0 };
        Carried { chance: Chance { down, rest, lost_function }, target_down: target.down }
    }

    /// The k-th best of the members. Where their support must not need the component itself, one that is lost may be
    /// enough to take it down: the likeliest counts.
    fn group(&self, group: &Group, hot: bool) -> Chance {
        let members: Vec<Carried> = group
            .edges
            .iter()
            .filter_map(|&index| Some(self.carried(index, self.frozen.layout.edges.get(index as usize)?, hot)))
            .collect();
        let mut down: Vec<f64> = members.iter().map(|member| member.chance.down).collect();
        down.sort_by(|one, other| other.total_cmp(one));
        let place = if group.strict { 0 } else { (group.tips_at as usize).saturating_sub(1) };
        let count = |holds: &dyn Fn(&Carried) -> bool| members.iter().filter(|it| holds(it)).count();
        let tipped = |holds: &dyn Fn(&Carried) -> bool| count(holds) >= group.tips_at as usize;
        let mut rest = Health::Healthy;
        for level in [Health::Degraded, Health::Overloaded] {
            if tipped(&|member| member.chance.health() >= level || member.chance.rest >= level) {
                rest = level;
            }
        }
        if group.shares_load && members.iter().any(|member| member.target_down >= LIKELY_DOWN) {
            rest = rest.max(Health::Degraded);
        }
        Chance {
            down: down.get(place).copied().unwrap_or(0.0),
            rest,
            lost_function: tipped(&|member| member.chance.lost_function),
        }
    }
}

/// How likely so many partial dependencies are lost that the caller is: the likelihood of the last one that it takes.
fn too_heavy(mut partials: Vec<(f64, u64)>) -> f64 {
    partials.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut lost = 0;
    for (down, weight) in partials {
        lost += weight;
        if partials_too_heavy(lost) {
            return down;
        }
    }
    0.0
}
