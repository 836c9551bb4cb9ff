//! What one fault came to, kept: for pairs made of it, and for the next version of the system.

use crate::assess::measure::Measure;
use crate::cascade::event::Hit;
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::cascade::state::State;
use crate::layout::arrays::{Edge, Group, NO_GROUP};
use crate::sweep::changes::{GONE, at};
use crate::{Fault, Health};

/// What one fault came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// What got worse: each component with its health and whether a function is lost, by component.
    pub(crate) touched: Box<[Touched]>,
    /// Components that lost instances, and might lose more to another fault.
    own: Box<[u32]>,
    /// What else was looked at: hit without getting worse, or slower.
    seen: Box<[u32]>,
    /// Where this fault can come to more together with another one; sorted.
    pub(crate) points: Box<[Point]>,
    /// The entry points among what got worse, in the order of the basis.
    pub(crate) entries: Box<[AtEntry]>,
    pub(crate) down: u32,
    pub(crate) loss: f64,
}

/// A component that got worse, in four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Touched(u32);

impl Touched {
    pub(crate) fn new(component: u32, health: Health, function_lost: bool) -> Touched {
        Touched(component << 3 | (health as u32) << 1 | u32::from(function_lost))
    }

    pub(crate) fn component(self) -> u32 {
        self.0 >> 3
    }

    pub(crate) fn health(self) -> Health {
        match self.0 >> 1 & 3 {
            0 => Health::Healthy,
            1 => Health::Degraded,
            2 => Health::Overloaded,
            _ => Health::Down,
        }
    }

    pub(crate) fn function_lost(self) -> bool {
        self.0 & 1 == 1
    }
}

/// An entry point that got worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct AtEntry {
    /// Its place in the basis.
    pub(crate) place: u32,
    pub(crate) component: u32,
    pub(crate) weight: f64,
}

/// A place where two faults can come to more than both: a component loses instances to both; one makes it hot and the
/// other overloads what it calls; each takes another partial dependency, or another member of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    pub(crate) at: At,
    /// The edge by which it is reached; `NO_EDGE` where any two meet.
    pub(crate) edge: u32,
}

/// The kind of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum At {
    /// A component's own part: how many instances it lost, and so how hot it is.
    Own(u32),
    /// The partial dependencies of a component.
    Partials(u32),
    /// A group.
    Group(u32),
}

pub(crate) const NO_EDGE: u32 = u32::MAX;
/// Components that fit into a [`Touched`].
pub(crate) const MOST_COMPONENTS: usize = 1 << 29;

impl Record {
    /// What this one fault comes to.
    pub(crate) fn of(frozen: &Frozen, fault: Fault, scratch: &mut Scratch, measure: &Measure) -> Record {
        frozen.run(&[fault], scratch);
        let of = |step: &crate::cascade::event::Step| Touched::new(step.component, step.health, step.function_lost);
        let mut touched: Vec<Touched> = scratch.worse().map(of).collect();
        touched.sort_unstable();
        let own = own(frozen, scratch);
        let is_touched = |component: &u32| touched.binary_search_by_key(component, |it| it.component()).is_ok();
        let mut seen: Vec<u32> = scratch.seen().filter(|component| !is_touched(component)).collect();
        seen.sort_unstable();
        seen.dedup();
        let loss = measure.loss(scratch);
        Record { loss, seen: seen.into(), ..Record::with(frozen, measure, touched, own) }
    }

    /// The same in another version of the system, which looks the same to it.
    pub(crate) fn carried_over(&self, components: &[u32], frozen: &Frozen, measure: &Measure) -> Record {
        let through = |it: &Touched| Touched::new(at(components, it.component()), it.health(), it.function_lost());
        let touched: Vec<Touched> = self.touched.iter().map(through).collect();
        let own = self.own.iter().map(|&component| at(components, component)).collect();
        let seen = self.seen.iter().map(|&component| at(components, component)).collect();
        Record { loss: self.loss, seen, ..Record::with(frozen, measure, touched, own) }
    }

    fn with(frozen: &Frozen, measure: &Measure, touched: Vec<Touched>, own: Vec<u32>) -> Record {
        let mut points = points(frozen, &touched);
        points.extend(own.iter().map(|&component| Point { at: At::Own(component), edge: NO_EDGE }));
        points.sort_unstable();
        points.dedup();
        let mut entries: Vec<AtEntry> = Vec::new();
        for component in touched.iter().map(|touched| touched.component()) {
            entries.extend(measure.places(component).map(|(place, weight)| AtEntry { place, component, weight }));
        }
        entries.sort_unstable_by_key(|entry| entry.place);
        Record {
            down: touched.iter().filter(|touched| touched.health() == Health::Down).count() as u32,
            touched: touched.into(),
            own: own.into(),
            points: points.into(),
            entries: entries.into(),
            ..Record::default()
        }
    }

    /// What became of a component, if anything.
    pub(crate) fn of_component(&self, component: u32) -> Option<Touched> {
        let found = self.touched.binary_search_by_key(&component, |touched| touched.component()).ok()?;
        self.touched.get(found).copied()
    }

    /// Whether something that was looked at is gone in the new version, or one of those that are marked there.
    pub(crate) fn looked_at(&self, components: &[u32], marked: &[bool]) -> bool {
        let hit = |component: u32| {
            let new = at(components, component);
            new == GONE || marked.get(new as usize) != Some(&false)
        };
        self.touched.iter().any(|it| hit(it.component())) || self.seen.iter().any(|&component| hit(component))
    }

    /// How many components it holds.
    pub(crate) fn size(&self) -> usize {
        self.touched.len() + self.seen.len()
    }
}

/// Where what got worse meets other failures, by way of the edges to its callers.
fn points(frozen: &Frozen, touched: &[Touched]) -> Vec<Point> {
    let mut points = Vec::new();
    for &target in touched {
        for (index, edge) in frozen.layout.callers(target.component()) {
            if edge.group != NO_GROUP {
                points.push(Point { at: At::Group(edge.group), edge: index });
            } else if edge.row.partial_weight > 0 {
                points.push(Point { at: At::Partials(edge.from), edge: index });
            }
            // What is DOWN takes its caller along, hot or not.
            if edge.row.overloads_hot && target.health() == Health::Overloaded {
                points.push(Point { at: At::Own(edge.from), edge: NO_EDGE });
            }
        }
    }
    points
}

/// Components of which the last run took a part: another fault can take more. What is DOWN by itself has no more to
/// lose.
fn own(frozen: &Frozen, scratch: &mut Scratch) -> Vec<u32> {
    let hits = std::mem::take(&mut scratch.hits);
    let mut own = Vec::new();
    for hits in hits.chunk_by(|first, second| first.0 == second.0) {
        let Some(&(component, hit, _)) = hits.first() else { continue };
        let losses = frozen.losses(component, hits, scratch);
        let part = frozen.layout.own.get(component as usize);
        if hit != Hit::All && part.is_some_and(|own| own.with(losses).0 < Health::Down) {
            own.push(component);
        }
    }
    scratch.hits = hits;
    own
}

impl Frozen {
    /// Whether what a point adds up to is no worse than what its component is anyway, with every component as `state`
    /// says. Where that needs the losses of instances, it is not looked into.
    pub(crate) fn adds_nothing(&self, at: At, state: impl Fn(u32) -> State) -> bool {
        match at {
            At::Own(_) => false,
            At::Partials(component) => {
                let lost = |&(_, edge): &(u32, &Edge)| edge.group == NO_GROUP && state(edge.to).health == Health::Down;
                let weight = self.layout.callees(component).filter(lost).map(|(_, edge)| edge.row.partial_weight).sum();
                !crate::layout::contribution::partials_too_heavy(weight) || state(component).health == Health::Down
            }
            At::Group(index) => {
                let Some(group) = self.layout.groups.get(index as usize) else { return true };
                let (health, function_lost) = self.group_outcome(group, &state);
                let caller = group.edges.first().and_then(|&edge| self.layout.edges.get(edge as usize));
                caller.is_none_or(|edge| {
                    let now = state(edge.from);
                    health <= now.health && (!function_lost || now.lost_function)
                })
            }
        }
    }

    /// What a group contributes at the end, if its caller is hot.
    fn group_outcome(&self, group: &Group, state: &impl Fn(u32) -> State) -> (Health, bool) {
        let mut at_least = [0u32; 3];
        let mut lost_functions = 0;
        let mut any_down = false;
        for edge in group.edges.iter().filter_map(|&edge| self.layout.edges.get(edge as usize)) {
            let target = state(edge.to);
            let (health, function_lost) = edge.row.at_last(target.health, target.lost_function);
            for (level, count) in [Health::Degraded, Health::Overloaded, Health::Down].into_iter().zip(&mut at_least) {
                *count += u32::from(health >= level);
            }
            lost_functions += u32::from(function_lost);
            any_down |= target.health == Health::Down;
        }
        let mut outcome = if group.shares_load && any_down { Health::Degraded } else { Health::Healthy };
        for (level, count) in [Health::Degraded, Health::Overloaded, Health::Down].into_iter().zip(at_least) {
            if count >= group.tips_at {
                outcome = outcome.max(level);
            }
        }
        (outcome, lost_functions >= group.tips_at)
    }
}
