//! The times at which components come back, from what each waits for.
//!
//! What is required may start together: components that require each other come back when all that the cycle waits for
//! is there (least times). A tool must be there before the repair that needs it begins, and a member of a group whose
//! support must come from outside (see `layout/circles.rs`) before the component: these times start at "never" and come down
//! as they are justified, so that what waits for itself stays there.

use foreshock_model::ComponentIndex;
use rustc_hash::FxHashMap;

use crate::cascade::frozen::Frozen;
use crate::layout::arrays::{Edge, NO_GROUP};
use crate::layout::contribution::partials_too_heavy;
use crate::recovery::outcome::{RecoveryDeadlock, Waiting};
use crate::recovery::repair::{Luck, Repair};
use crate::recovery::waits::{Other, Wait, Waits, get, set, until};
use crate::{Cascade, Health};

const NEVER: f64 = f64::INFINITY;

/// One component that is worse than before.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) component: ComponentIndex,
    pub(crate) health: Health,
    /// What the faults did to it by itself.
    pub(crate) own: Health,
    pub(crate) repairs: Vec<Repair>,
    /// What is needed for a repair by hand.
    pub(crate) tools: Vec<ComponentIndex>,
    /// What is needed to start.
    pub(crate) starts: Vec<ComponentIndex>,
    pub(crate) restart: f64,
    pub(crate) restart_assumed: bool,
}

/// All that has to be restored.
pub(crate) struct Restoration<'a> {
    frozen: &'a Frozen,
    cascade: &'a Cascade,
    hits: Vec<Hit>,
    place: FxHashMap<u32, usize>,
    /// What each waits for before it serves.
    serving: Waits,
    /// What each waits for, beside that, before it is as it was.
    whole: Waits,
    tools: Vec<Vec<usize>>,
}

/// The times, by place.
#[derive(Clone, Debug)]
pub(crate) struct Back {
    place: FxHashMap<u32, usize>,
    luck: Luck,
    serves: Vec<f64>,
    whole: Vec<f64>,
    repaired: Vec<f64>,
}

impl Back {
    /// Seconds until it serves; infinite for never.
    pub(crate) fn serves(&self, component: ComponentIndex) -> f64 {
        self.place.get(&component.0).and_then(|&place| self.serves.get(place)).copied().unwrap_or(0.0)
    }

    /// Seconds until it is as before; infinite for never.
    pub(crate) fn whole(&self, component: ComponentIndex) -> f64 {
        self.place.get(&component.0).and_then(|&place| self.whole.get(place)).copied().unwrap_or(0.0)
    }
}

impl<'a> Restoration<'a> {
    pub(crate) fn new(frozen: &'a Frozen, cascade: &'a Cascade, hits: Vec<Hit>) -> Restoration<'a> {
        let place: FxHashMap<u32, usize> =
            hits.iter().enumerate().map(|(place, hit)| (hit.component.0, place)).collect();
        let mut restoration = Restoration {
            frozen,
            cascade,
            hits,
            place,
            serving: Waits::new(Vec::new()),
            whole: Waits::new(Vec::new()),
            tools: Vec::new(),
        };
        let (mut all_serving, mut all_whole) = (Vec::new(), Vec::new());
        for hit in &restoration.hits {
            let serving = if hit.health == Health::Down { restoration.waits(hit, false) } else { Vec::new() };
            let whole = restoration.waits(hit, true);
            let tools = hit.tools.iter().filter_map(|tool| restoration.place.get(&tool.0).copied());
            let tools = tools.filter(|&tool| restoration.is_down(tool)).collect();
            restoration.tools.push(tools);
            all_serving.push(serving);
            all_whole.push(whole);
        }
        restoration.serving = Waits::new(all_serving);
        restoration.whole = Waits::new(all_whole);
        restoration
    }

    fn is_down(&self, place: usize) -> bool {
        self.hits.get(place).is_some_and(|hit| hit.health == Health::Down)
    }

    /// Whether its own times are defaults.
    pub(crate) fn is_assumed(&self, component: ComponentIndex) -> bool {
        let hit = self.place.get(&component.0).and_then(|&place| self.hits.get(place));
        hit.is_some_and(|hit| {
            let restarts = hit.health == Health::Down && hit.restart_assumed;
            restarts || hit.repairs.iter().any(|repair| repair.assumed)
        })
    }

    /// What a component waits for: until it serves, or until nothing is missing.
    fn waits(&self, hit: &Hit, whole: bool) -> Vec<Wait> {
        let frozen = self.frozen;
        let component = hit.component.0;
        let mut waits = Vec::new();
        let mut weights = Vec::new();
        let mut groups: Vec<(u32, Vec<Other>)> = Vec::new();
        for (_, edge) in frozen.layout.callees(component) {
            let Some(other) = self.missed(edge, whole) else { continue };
            if edge.group != NO_GROUP {
                match groups.iter_mut().find(|(group, _)| *group == edge.group) {
                    Some((_, members)) => members.push(other),
                    None => groups.push((edge.group, vec![other])),
                }
            } else if edge.row.partial_weight > 0 && !whole {
                weights.push((edge.row.partial_weight, other));
            } else {
                waits.push(Wait::For(other));
            }
        }
        // What is down starts, and so does what replaces a lost instance.
        if hit.health == Health::Down || hit.own > Health::Healthy {
            let places = hit.starts.iter().filter_map(|start| self.place.get(&start.0).copied());
            let away = places.filter(|&place| self.is_down(place));
            waits.extend(away.map(|place| Wait::For(Other { place, buffer: 0.0, whole: false })));
        }
        let lost_before = frozen.base.states.get(component as usize).map_or(0, |state| state.partials);
        if partials_too_heavy(lost_before + weights.iter().map(|(weight, _)| weight).sum::<u64>()) {
            waits.push(Wait::Weights(weights, lost_before));
        }
        for (index, members) in groups {
            let Some(group) = frozen.layout.groups.get(index as usize) else { continue };
            let before = frozen.base.groups.get(index as usize).copied().unwrap_or_default();
            if whole && group.shares_load {
                waits.extend(members.iter().map(|&member| Wait::For(member)));
                continue;
            }
            let level = if whole { 0 } else { 2 };
            let before = before.at_least.get(level).copied().unwrap_or(0) as usize;
            let may_miss = (group.tips_at as usize).saturating_sub(1 + before);
            if members.len() > may_miss {
                let strict = !whole && frozen.layout.is_strict(index);
                waits.push(Wait::Group { members, may_miss, strict, none_missing_before: before == 0 });
            }
        }
        waits
    }

    /// The target of an edge, if the caller misses it as it is.
    fn missed(&self, edge: &Edge, whole: bool) -> Option<Other> {
        let &place = self.place.get(&edge.to)?;
        let health = self.hits.get(place)?.health;
        let row = &edge.row;
        let buffer = row.buffer.unwrap_or(0.0);
        if whole {
            let milder = row.degraded > Health::Healthy
                || (health >= Health::Overloaded && (row.overloaded > Health::Healthy || row.overloads_hot));
            let misses = milder || health == Health::Down;
            return misses.then_some(Other { place, buffer: 0.0, whole: milder });
        }
        let takes_down =
            row.down == Health::Down || row.buffer.is_some() || (row.partial_weight > 0 && edge.group == NO_GROUP);
        (health == Health::Down && takes_down).then_some(Other { place, buffer, whole: false })
    }

    /// When everything is back.
    pub(crate) fn solve(&self, luck: Luck) -> Back {
        let count = self.hits.len();
        let mut back = Back {
            place: self.place.clone(),
            luck,
            serves: (0..count).map(|place| if self.is_down(place) { NEVER } else { 0.0 }).collect(),
            whole: Vec::new(),
            repaired: vec![NEVER; count],
        };
        // Each round follows one more need for a tool.
        for _ in 0..=count {
            back.repaired = (0..count).map(|place| self.repaired(place, &back)).collect();
            let serves = self.serving(&back);
            if serves == back.serves {
                break;
            }
            back.serves = serves;
        }
        back.whole = self.wholes(&back);
        back
    }

    /// When what is broken of it is repaired.
    fn repaired(&self, place: usize, back: &Back) -> f64 {
        let (Some(hit), Some(tools)) = (self.hits.get(place), self.tools.get(place)) else { return 0.0 };
        let tools = tools.iter().map(|&tool| get(&back.serves, tool)).fold(0.0, f64::max);
        hit.repairs.iter().map(|repair| repair.done(back.luck, tools)).fold(0.0, f64::max)
    }

    /// When each serves, if what has to be there before is there as `back` says.
    fn serving(&self, back: &Back) -> Vec<f64> {
        let mut serves = back.serves.clone();
        for places in &self.serving.order.components {
            // While it is worked out, "serves" of those that need each other is when they are ready to start.
            let restart = self.restart(places);
            for &place in places {
                let Some(hit) = self.hits.get(place as usize).filter(|hit| hit.health == Health::Down) else {
                    continue;
                };
                set(
                    &mut serves,
                    place,
                    if hit.own == Health::Down { get(&back.repaired, place as usize) } else { 0.0 },
                );
            }
            self.serving.settle(places, &back.serves, &mut serves);
            for &place in places.iter().filter(|&&place| self.is_down(place as usize)) {
                let ready = get(&serves, place as usize);
                set(&mut serves, place, ready + restart);
            }
        }
        serves
    }

    /// How long these take to start, one after the other.
    fn restart(&self, places: &[u32]) -> f64 {
        let hits = places.iter().filter_map(|&place| self.hits.get(place as usize));
        hits.filter(|hit| hit.health == Health::Down).map(|hit| hit.restart).sum()
    }

    /// When each is as before.
    fn wholes(&self, back: &Back) -> Vec<f64> {
        let mut whole = back.serves.clone();
        for places in &self.whole.order.components {
            for &place in places {
                let own = self.hits.get(place as usize).is_some_and(|hit| hit.own > Health::Healthy);
                let repaired = if own { get(&back.repaired, place as usize) } else { 0.0 };
                let serves = get(&back.serves, place as usize);
                set(&mut whole, place, repaired.max(serves));
            }
            self.whole.settle(places, &back.serves, &mut whole);
        }
        whole
    }

    /// What each that was DOWN waits for last before it serves, and whether that is to be repaired; none for its own
    /// repair.
    pub(crate) fn critical(&self, back: &Back) -> Vec<Option<(usize, bool)>> {
        let mut critical = vec![None; self.hits.len()];
        let mut ready = back.serves.clone();
        let mut led = vec![false; self.hits.len()];
        for places in &self.serving.order.components {
            let restart = self.restart(places);
            for &place in places.iter().filter(|&&place| self.is_down(place as usize)) {
                set(&mut ready, place, get(&back.serves, place as usize) - restart);
            }
            // From those that are held up by themselves or from outside to those that are held up by them.
            let mut pending: Vec<u32> = places.iter().rev().copied().collect();
            while let Some(place) = pending.pop() {
                if led.get(place as usize) != Some(&false) {
                    continue;
                }
                let Some(reason) = self.reason(place, &led, &ready, back) else { continue };
                if let (Some(led), Some(slot)) = (led.get_mut(place as usize), critical.get_mut(place as usize)) {
                    *led = true;
                    *slot = reason;
                }
                pending.extend(self.serving.by(place).iter().map(|&(waiter, _)| waiter));
            }
            for &place in places {
                set(&mut ready, place, get(&back.serves, place as usize));
            }
        }
        critical
    }

    /// Why a component is not ready earlier, if that is its own repair (`Some(None)`), something outside of those that
    /// start together, or one that was led there before.
    fn reason(&self, place: u32, led: &[bool], ready: &[f64], back: &Back) -> Option<Option<(usize, bool)>> {
        let known = |other: usize| led.get(other) == Some(&true) || !self.serving.together(other as u32, place);
        let place = place as usize;
        let hit = self.hits.get(place)?;
        let at = get(ready, place);
        if hit.own == Health::Down && get(&back.repaired, place) >= at {
            let without = hit.repairs.iter().map(|repair| repair.done(back.luck, 0.0)).fold(0.0, f64::max);
            let tools = self.tools.get(place).into_iter().flatten().copied();
            let later = |last: usize, tool: usize| if get(ready, tool) > get(ready, last) { tool } else { last };
            let tool = tools.filter(|_| get(&back.repaired, place) > without).reduce(later);
            return Some(tool.map(|tool| (tool, true)));
        }
        for wait in self.serving.of(place) {
            let until = until(wait, ready, &back.serves);
            if until < at || until <= 0.0 {
                continue;
            }
            let ends =
                |other: &Other| [ready, &back.serves].map(|times| other.back(times, &back.serves)).contains(&until);
            let holds = |other: &Other| ends(other) && known(other.place);
            if let Some(other) = wait.others().into_iter().find(holds) {
                return Some(Some((other.place, false)));
            }
        }
        (at <= 0.0).then_some(None)
    }

    /// What a component waits for last.
    pub(crate) fn waits_for(
        &self,
        critical: &[Option<(usize, bool)>],
        component: ComponentIndex,
    ) -> Option<ComponentIndex> {
        let &place = self.place.get(&component.0)?;
        if !self.is_down(place) {
            return self.cascade.chain(component).get(1).map(|effect| effect.component);
        }
        let (other, _) = critical.get(place).copied().flatten()?;
        self.hits.get(other).map(|hit| hit.component)
    }

    /// The circles among those that never come back.
    pub(crate) fn deadlocks(&self, back: &Back) -> Vec<RecoveryDeadlock> {
        let critical = self.critical(back);
        let mut seen = vec![0u32; self.hits.len()];
        let mut deadlocks = Vec::new();
        for start in (0..self.hits.len()).filter(|&place| get(&back.serves, place) == NEVER) {
            let turn = start as u32 + 1;
            let mut path: Vec<(usize, bool)> = Vec::new();
            let mut at = start;
            while let Some((other, to_be_repaired)) = critical.get(at).copied().flatten() {
                match seen.get_mut(at) {
                    Some(seen) if *seen == 0 => *seen = turn,
                    Some(seen) if *seen == turn => {
                        let from = path.iter().position(|&(place, _)| place == at).unwrap_or(0);
                        deadlocks.extend(self.circle(path.get(from..).unwrap_or_default()));
                        break;
                    }
                    _ => break,
                }
                path.push((at, to_be_repaired));
                at = other;
            }
        }
        deadlocks.sort_unstable();
        deadlocks
    }

    fn circle(&self, path: &[(usize, bool)]) -> Option<RecoveryDeadlock> {
        let waiting = |&(place, to_be_repaired): &(usize, bool)| {
            Some(Waiting { component: self.hits.get(place)?.component, to_be_repaired })
        };
        let mut circle: Vec<Waiting> = path.iter().filter_map(waiting).collect();
        let first = circle.iter().enumerate().min_by_key(|(_, waiting)| waiting.component)?.0;
        circle.rotate_left(first);
        Some(RecoveryDeadlock { circle })
    }
}
