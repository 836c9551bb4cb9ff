//! A failure over time: what becomes worse, what comes back, one change after the other, each with its reason.
//!
//! Made of a scenario that was played and of how it comes back; computes neither. The debug adapter steps through it, and
//! editors play it. Start reading at [`Outage::of`].

mod json;
mod why;
mod words;

use std::sync::Arc;

use foreshock_analysis::Stack;
use foreshock_engine::{Effect, Health, Restored, entry_loss_meanwhile};
use foreshock_model::ComponentIndex;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Played;

pub use json::outage_json;
pub use why::Link;
pub use words::{back, time_span};

/// A scenario that was played, in the order of time.
pub struct Outage {
    /// The stack that it was played on.
    pub stack: Arc<Stack>,
    /// What was played.
    pub played: Played,
    /// Every change, in time order; of one moment what comes back first, then what led to others before these.
    pub changes: Vec<Change>,
    /// What the cascade takes down only after the cause is repaired, in half of the cases: its component with the times of both.
    /// None of it is among the changes.
    pub spared: Vec<Spared>,
    /// How the components that change fare without the faults.
    before: FxHashMap<ComponentIndex, Health>,
}

/// A component that comes to be another than it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Which.
    pub component: ComponentIndex,
    /// Seconds after the faults. On the way back: the median.
    pub at: f64,
    /// How it fared until then.
    pub was: Health,
    /// How it fares from then on.
    pub is: Health,
    /// Which way it goes.
    pub turn: Turn,
}

/// Which way a component goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It is as it was before the faults.
    Whole,
    /// It serves again, without all of its instances or functions.
    Serves,
    /// It is worse.
    Worse,
}

/// What would fall, was its cause not repaired before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spared {
    /// Which.
    pub component: ComponentIndex,
    /// When the cascade has it fall, in seconds.
    pub at: f64,
    /// When what it needs is back, in seconds: the median.
    pub back: f64,
}

impl Outage {
    /// A played scenario in the order of time. What does not come back by itself has no change back.
    pub fn of(stack: &Arc<Stack>, played: Played) -> Outage {
        let healthy = stack.cascade(&[]);
        let cascade = &played.cascade;
        let effects = cascade.effects.iter();
        let before: FxHashMap<ComponentIndex, Health> =
            effects.map(|effect| (effect.component, healthy.health(effect.component))).collect();
        let restored = played.recovery.iter().flat_map(|recovery| &recovery.components);
        let restored: FxHashMap<ComponentIndex, (u32, &Restored)> =
            (0..).zip(restored).map(|(order, it)| (it.component, (order, it))).collect();
        let spared = spared(&played, &restored);
        let is_spared: FxHashSet<ComponentIndex> = spared.iter().map(|it| it.component).collect();
        let mut ordered = Vec::new();
        for effect in &cascade.effects {
            let component = effect.component;
            let was = before.get(&component).copied().unwrap_or_default();
            if effect.health <= was || is_spared.contains(&component) {
                continue;
            }
            let back = restored.get(&component);
            let (serves, whole) = back.map_or((None, None), |(_, it)| times(effect, it));
            let falls = Change { component, at: effect.at.get(), was, is: effect.health, turn: Turn::Worse };
            ordered.push((cascade.order(component).unwrap_or_default(), falls));
            let order = back.map_or(0, |(order, _)| *order);
            let less = less(was, effect.health);
            if let Some(at) = serves {
                ordered.push((order, Change { component, at, was: effect.health, is: less, turn: Turn::Serves }));
            }
            if let Some(at) = whole {
                let from = if serves.is_some() { less } else { effect.health };
                ordered.push((order, Change { component, at, was: from, is: was, turn: Turn::Whole }));
            }
        }
        ordered.sort_by(|(first, one), (second, other)| {
            let falls = |change: &Change| change.turn == Turn::Worse;
            let moment = one.at.total_cmp(&other.at).then(falls(one).cmp(&falls(other)));
            moment.then(first.cmp(second)).then(one.component.cmp(&other.component))
        });
        let changes = ordered.into_iter().map(|(_, change)| change).collect();
        Outage { stack: stack.clone(), played, changes, spared, before }
    }

    /// The last of the changes that happen at the same moment as one of them.
    pub fn end_of_moment(&self, position: usize) -> usize {
        let Some(of) = self.changes.get(position) else { return position };
        let later = self.changes.iter().skip(position).take_while(|change| change.at == of.at).count();
        position + later.saturating_sub(1)
    }

    /// The change after which nothing becomes worse any more; none where nothing does.
    pub fn worst(&self) -> Option<usize> {
        self.changes.iter().rposition(|change| change.turn == Turn::Worse)
    }

    /// The last change of each component up to a position, by component; none before the first.
    pub fn last_changes(&self, position: Option<usize>) -> FxHashMap<ComponentIndex, Change> {
        let passed = position.map_or(0, |position| position + 1);
        self.changes.iter().take(passed).map(|change| (change.component, *change)).collect()
    }

    /// How a component fares, given its last change.
    pub fn health(&self, component: ComponentIndex, last: Option<&Change>) -> Health {
        let before = || self.before.get(&component).copied();
        last.map(|change| change.is).or_else(before).unwrap_or_else(|| self.played.cascade.health(component))
    }

    /// Share of the users' service that is lost after the changes up to a position, 0..=1; none without an entry point.
    pub fn lost(&self, position: Option<usize>) -> Option<f64> {
        let last = self.last_changes(position);
        entry_loss_meanwhile(&self.stack.assessment.basis, |component| {
            let effect = self.played.cascade.effect(component)?;
            let change = last.get(&component)?;
            match change.turn {
                Turn::Worse => Some(*effect),
                // What it still lacks is not known: a function, if it had lost one.
                Turn::Serves => Some(Effect { health: change.is, errors: None, ..*effect }),
                Turn::Whole => None,
            }
        })
    }
}

/// What is repaired before it would fall, and what would fall only because of that.
fn spared(played: &Played, restored: &FxHashMap<ComponentIndex, (u32, &Restored)>) -> Vec<Spared> {
    let back = |effect: &Effect| {
        let (serves, whole) = times(effect, restored.get(&effect.component)?.1);
        serves.or(whole)
    };
    let is_late = |effect: &Effect| back(effect).is_some_and(|back| back <= effect.at.get());
    let effects = &played.cascade.effects;
    let late: FxHashSet<ComponentIndex> =
        effects.iter().filter(|effect| is_late(effect)).map(|effect| effect.component).collect();
    if late.is_empty() {
        return Vec::new();
    }
    let is_spared = |effect: &&Effect| {
        let chain = played.cascade.chain(effect.component);
        chain.iter().any(|link| late.contains(&link.component))
    };
    let spared = effects.iter().filter(is_spared);
    spared
        .filter_map(|effect| Some(Spared { component: effect.component, at: effect.at.get(), back: back(effect)? }))
        .collect()
}

/// When it serves again without being whole, and when it is whole; none for what does not come by itself.
fn times(effect: &Effect, restored: &Restored) -> (Option<f64>, Option<f64>) {
    let serves = restored.serves.p50.map(foreshock_model::Seconds::get);
    let whole = restored.whole.p50.map(foreshock_model::Seconds::get);
    let is_apart = effect.health == Health::Down && serves != whole;
    (serves.filter(|_| is_apart), whole)
}

/// What serves with less than before.
fn less(before: Health, worst: Health) -> Health {
    Health::Degraded.max(before).min(worst)
}
