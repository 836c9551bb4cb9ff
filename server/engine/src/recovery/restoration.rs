//! The times at which components come back, from what each waits for.
//!
//! What is required may start together: components that require each other come back when all that the cycle waits for
//! is there (least times). A tool must be there before the repair that needs it begins, and a member of a group whose
//! support must come from outside (see `layout/circles.rs`) before the component: these times start at "never" and come down
//! as they are justified, so that what waits for itself stays there.

use foreshock_model::{Cause, ComponentIndex, Scale};
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
    /// So many of the instances among these have to be there again before it can serve.
    pub(crate) instances_needed: usize,
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
    /// What is drawn, each once.
    keys: Vec<u64>,
    /// The places of each repair's two keys among these.
    drawn_by: Vec<Vec<[usize; 2]>>,
}

/// The times, by place; infinite for never.
#[derive(Clone, Debug)]
pub(crate) struct Back {
    /// Seconds until each serves.
    pub(crate) serves: Vec<f64>,
    /// Until each is as before.
    pub(crate) whole: Vec<f64>,
    /// Until so much is repaired that it can serve, and until all is.
    able: Vec<f64>,
    repaired: Vec<f64>,
    /// The same with every tool at hand.
    without_tools: Vec<f64>,
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
            keys: Vec::new(),
            drawn_by: Vec::new(),
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
        restoration.number_keys();
        restoration
    }

    /// Numbers what is drawn.
    fn number_keys(&mut self) {
        let mut numbers: FxHashMap<u64, usize> = FxHashMap::default();
        let mut keys = Vec::new();
        let mut number = |key: u64| {
            *numbers.entry(key).or_insert_with(|| {
                keys.push(key);
                keys.len() - 1
            })
        };
        for hit in &self.hits {
            let each = hit.repairs.iter().map(|repair| [number(repair.key), number(repair.mechanism)]);
            self.drawn_by.push(each.collect());
        }
        self.keys = keys;
    }

    /// The keys of what is drawn.
    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// How many draws decide something.
    pub(crate) fn random_keys(&self) -> usize {
        let mut random: Vec<u64> = Vec::new();
        for repair in self.hits.iter().flat_map(|hit| &hit.repairs).filter(|repair| repair.is_random()) {
            random.push(repair.key);
            // Of what is shared, each mechanism decides by itself.
            if repair.outage.automatic.is_some() {
                random.push(repair.mechanism);
            }
        }
        random.sort_unstable();
        random.dedup();
        random.len()
    }

    /// How many components are worse than before.
    pub(crate) fn count(&self) -> usize {
        self.hits.len()
    }

    /// The places of these, as far as they are worse than before.
    pub(crate) fn places(&self, components: &[ComponentIndex]) -> Vec<usize> {
        components.iter().filter_map(|component| self.place.get(&component.0).copied()).collect()
    }

    /// Whether it is DOWN.
    pub(crate) fn is_down_component(&self, component: ComponentIndex) -> bool {
        self.place.get(&component.0).is_some_and(|&place| self.is_down(place))
    }

    /// The row of the table of outages that its own repair was drawn from, if it was.
    pub(crate) fn drawn(&self, component: ComponentIndex) -> Option<(Option<Cause>, Scale)> {
        let hit = self.place.get(&component.0).and_then(|&place| self.hits.get(place))?;
        hit.repairs.iter().find_map(|repair| repair.outage.drawn)
    }

    /// Whether the one at that place is DOWN.
    pub(crate) fn is_down(&self, place: usize) -> bool {
        self.hits.get(place).is_some_and(|hit| hit.health == Health::Down)
    }

    /// Whether its own times are defaults.
    pub(crate) fn is_assumed(&self, component: ComponentIndex) -> bool {
        let hit = self.place.get(&component.0).and_then(|&place| self.hits.get(place));
        hit.is_some_and(|hit| {
            let restarts = hit.health == Health::Down && hit.restart_assumed;
            restarts || hit.repairs.iter().any(|repair| repair.outage.assumed)
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
    pub(crate) fn solve(&self, luck: Luck<'_>) -> Back {
        let count = self.hits.len();
        let by_hand = |tools: &dyn Fn(usize) -> f64, all: bool| {
            (0..count).map(|place| self.repaired(place, luck, tools(place), all)).collect::<Vec<f64>>()
        };
        let without_tools = by_hand(&|_| 0.0, false);
        let mut back = Back {
            serves: (0..count).map(|place| if self.is_down(place) { NEVER } else { 0.0 }).collect(),
            whole: Vec::new(),
            able: without_tools.clone(),
            repaired: Vec::new(),
            without_tools,
        };
        let needs_tools = self.tools.iter().any(|tools| !tools.is_empty());
        // Each round follows one more need for a tool.
        for _ in 0..=count {
            if needs_tools {
                back.able = by_hand(&|place| self.tools_at(place, &back), false);
            }
            let serves = self.serving(&back);
            if serves == back.serves {
                break;
            }
            back.serves = serves;
        }
        back.repaired = by_hand(&|place| self.tools_at(place, &back), true);
        back.whole = self.wholes(&back);
        back
    }

    /// When the tools for a repair are there.
    fn tools_at(&self, place: usize, back: &Back) -> f64 {
        let tools = self.tools.get(place).into_iter().flatten();
        tools.map(|&tool| get(&back.serves, tool)).fold(0.0, f64::max)
    }

    /// When what is broken of it is repaired: all of it, or so much that it can serve.
    fn repaired(&self, place: usize, luck: Luck<'_>, tools: f64, all: bool) -> f64 {
        let (Some(hit), Some(draws)) = (self.hits.get(place), self.drawn_by.get(place)) else { return 0.0 };
        let mut latest = 0.0_f64;
        let mut instances = Vec::new();
        for (repair, &places) in hit.repairs.iter().zip(draws) {
            let done = repair.done(luck, places, tools);
            match repair.is_instance && !all {
                true => instances.push(done),
                false => latest = latest.max(done),
            }
        }
        if let Some(needed) = hit.instances_needed.min(instances.len()).checked_sub(1) {
            let (_, nth, _) = instances.select_nth_unstable_by(needed, f64::total_cmp);
            latest = latest.max(*nth);
        }
        latest
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
                set(&mut serves, place, if hit.own == Health::Down { get(&back.able, place as usize) } else { 0.0 });
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
        // What was added is not exactly what is left when it is taken away again.
        let before = |time: f64| time + 1e-9 * time.abs().max(1.0) < at;
        if hit.own == Health::Down && !before(get(&back.able, place)) {
            let without = get(&back.without_tools, place);
            let tools = self.tools.get(place).into_iter().flatten().copied();
            let later = |last: usize, tool: usize| if get(ready, tool) > get(ready, last) { tool } else { last };
            let tool = tools.filter(|_| get(&back.able, place) > without).reduce(later);
            return Some(tool.map(|tool| (tool, true)));
        }
        for wait in self.serving.of(place) {
            let until = until(wait, ready, &back.serves);
            if before(until) || until <= 0.0 {
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
