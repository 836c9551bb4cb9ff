//! How long it takes until everything is back, and in which order (semantics, section 7). Start reading at [`recover`].
//!
//! Holds the repair of faults, what waits for what, the times that satisfy all waits, and their distribution over independent
//! repairs. Knows a finished cascade, the layout and the laws of `durations`. Must not know scores or scenarios.

mod distribution;
pub(crate) mod outcome;
mod repair;
mod repairs;
mod restoration;
mod waits;

use std::collections::BTreeMap;

use foreshock_model::{Cause, Component, ComponentIndex, Confidence, DependencyKind, Plane, Scale, Seconds, System};

use crate::cascade::frozen::Frozen;
use crate::durations::outage::Said;
use crate::layout::defaults::RESTART_SECONDS;
use crate::recovery::distribution::Distribution;
use crate::recovery::outcome::{Recovery, RecoveryDeadlock, Restored, Span};
use crate::recovery::repair::{Luck, Repair};
use crate::recovery::repairs::Asked;
use crate::recovery::restoration::{Hit, Restoration};
use crate::{Basis, Cascade, Fault, Health, Scratch, Unit};

/// What is known of an outage beside its faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutageKnowledge {
    /// What caused it: whatever is down as a whole takes as long as outages by that cause, whatever the system says.
    pub cause: Option<Cause>,
    /// Whose it is: a provider's, or one that a public report was written of, takes longer.
    pub scale: Option<Scale>,
}

/// How the system comes back after these faults, all of them at time 0.
pub fn recover(system: &System, faults: &[Fault]) -> Recovery {
    recover_knowing(system, faults, OutageKnowledge::default())
}

/// The same with what is known of this very outage.
pub fn recover_knowing(system: &System, faults: &[Fault], knowledge: OutageKnowledge) -> Recovery {
    let frozen = Frozen::new(system);
    let cascade = frozen.cascade(faults, &mut Scratch::default());
    let said = Said { cause: knowledge.cause, scale: knowledge.scale };
    let restoration = restoration(system, &frozen, &cascade, faults, said);
    let entries = Basis::of(system).entries;
    let is_down = |of: ComponentIndex| restoration.is_down_component(of);
    let entries: Vec<ComponentIndex> =
        entries.iter().map(|entry| entry.component).filter(|&entry| is_down(entry)).collect();
    let down: Vec<ComponentIndex> =
        cascade.effects.iter().filter(|it| it.health == Health::Down).map(|it| it.component).collect();
    let distribution = Distribution::of(&restoration, &[&entries, &down]);
    let critical = restoration.critical(&restoration.solve(Luck::Quantile(0.5)));
    let mut components: Vec<Restored> = Vec::with_capacity(cascade.effects.len());
    for (place, effect) in cascade.effects.iter().enumerate() {
        let component = effect.component;
        components.push(Restored {
            component,
            health: effect.health,
            serves: distribution.serves(place),
            whole: distribution.whole(place),
            waits_for: restoration.waits_for(&critical, component),
            assumed: restoration.is_assumed(component),
            drawn: restoration.drawn(component),
        });
    }
    let order = |span: &Span| span.p50.map_or(f64::INFINITY, foreshock_model::Seconds::get);
    components.sort_by(|a, b| {
        let by_time = order(&a.serves).total_cmp(&order(&b.serves)).then(order(&a.whole).total_cmp(&order(&b.whole)));
        by_time.then(a.component.cmp(&b.component))
    });
    let last = |group: usize, of: &[ComponentIndex]| (!of.is_empty()).then(|| distribution.last(group));
    let deadlocks = restoration.deadlocks(&restoration.solve(Luck::Worst));
    Recovery { service: last(0, &entries), everything: last(1, &down), components, deadlocks }
}

/// When each effect of a finished cascade of these faults is over, in the order of the effects: the medians that [`recover`] has,
/// of what is DOWN until it serves again, of what is not until it is as before. None for what does not come back by itself.
///
/// None as a whole where this would take more than so many steps, one for each effect in each run; what it takes is taken off.
pub fn over_after(
    system: &System,
    frozen: &Frozen,
    cascade: &Cascade,
    faults: &[Fault],
    steps: &mut usize,
) -> Option<Vec<Option<Seconds>>> {
    let restoration = restoration(system, frozen, cascade, faults, Said::default());
    let needed = distribution::number_of_runs(&restoration).saturating_mul(restoration.count());
    *steps = steps.checked_sub(needed)?;
    Some(distribution::medians(&restoration))
}

/// The circles in which something is needed to repair what it needs itself, for the finding `recovery-deadlock`: asked
/// of every component for whose repair something is needed, DOWN alone. One cascade each.
pub fn recovery_deadlocks(system: &System) -> Vec<RecoveryDeadlock> {
    recovery_deadlocks_in(system, &Frozen::new(system))
}

/// The same of a system that is laid out already.
pub fn recovery_deadlocks_in(system: &System, frozen: &Frozen) -> Vec<RecoveryDeadlock> {
    let mut scratch = Scratch::default();
    let mut deadlocks = Vec::new();
    for (component, _) in system.iter().filter(|&(component, it)| !tools(system, component, it).is_empty()) {
        let faults = [Fault::Component(component)];
        let cascade = frozen.cascade(&faults, &mut scratch);
        let restoration = restoration(system, frozen, &cascade, &faults, Said::default());
        deadlocks.extend(restoration.deadlocks(&restoration.solve(Luck::Worst)));
    }
    deadlocks.sort_unstable();
    deadlocks.dedup();
    deadlocks
}

/// What is needed to repair a component: its own list, and what it depends on in the management plane.
fn tools(system: &System, component: ComponentIndex, it: &Component) -> Vec<ComponentIndex> {
    let managed = on_plane(system, component, Plane::Management);
    let mut tools: Vec<ComponentIndex> = it.recovery.needs.iter().copied().chain(managed).collect();
    tools.sort_unstable();
    tools.dedup();
    tools
}

/// What a component needs on one plane; what is only guessed counts nowhere.
fn on_plane(system: &System, component: ComponentIndex, plane: Plane) -> impl Iterator<Item = ComponentIndex> {
    let first = system.dependencies.partition_point(|dependency| dependency.from < component);
    let own = system.dependencies.get(first..).unwrap_or_default();
    let own = own.iter().take_while(move |dependency| dependency.from == component);
    let counts = move |it: &&std::sync::Arc<foreshock_model::Dependency>| {
        let needs = plane == Plane::Management || it.kind == DependencyKind::Requires;
        needs && it.plane == plane && it.confidence > Confidence::Guess && it.to != it.from
    };
    own.filter(counts).map(|dependency| dependency.to)
}

/// Everything that has to be restored.
fn restoration<'a>(
    system: &System,
    frozen: &'a Frozen,
    cascade: &'a Cascade,
    faults: &[Fault],
    said: Said,
) -> Restoration<'a> {
    let own: BTreeMap<ComponentIndex, Health> = frozen.own_healths(faults).into_iter().collect();
    let mut repairs: BTreeMap<ComponentIndex, Vec<Repair>> = BTreeMap::new();
    let asked = Asked { system, frozen, own: &own, said };
    for &fault in faults {
        for (component, repair) in asked.repairs_of(fault) {
            repairs.entry(component).or_default().push(repair);
        }
    }
    // A cut dependency is the caller's to wait for.
    let is_cut = |component: ComponentIndex| {
        faults.iter().any(|fault| match fault {
            Fault::Cut(cut) => system.dependencies.get(cut.index()).is_some_and(|it| it.from == component),
            _ => false,
        })
    };
    let hit = |effect: &crate::Effect| {
        let it = system.component(effect.component);
        let restart = it.and_then(|it| it.recovery.restart.as_ref());
        Hit {
            component: effect.component,
            health: effect.health,
            own: match is_cut(effect.component) {
                true => effect.health,
                false => own.get(&effect.component).copied().unwrap_or_default(),
            },
            instances_needed: instances_needed(frozen, effect.component, faults),
            repairs: repairs.remove(&effect.component).unwrap_or_default(),
            tools: it.map(|it| tools(system, effect.component, it)).unwrap_or_default(),
            starts: on_plane(system, effect.component, Plane::Start).collect(),
            restart: restart.map_or(RESTART_SECONDS, |restart| restart.value.get()),
            restart_assumed: restart.is_none_or(|restart| restart.source.is_default()),
        }
    };
    Restoration::new(frozen, cascade, cascade.effects.iter().map(hit).collect())
}

/// How many of the instances that these faults took have to be back before enough are left.
fn instances_needed(frozen: &Frozen, component: ComponentIndex, faults: &[Fault]) -> usize {
    let Some(own) = frozen.layout.own.get(component.index()) else { return 0 };
    let mut single = Vec::new();
    let mut lost = 0u32;
    for fault in faults {
        match fault {
            Fault::Instances { component: of, lost: count } if *of == component => lost = lost.saturating_add(*count),
            Fault::Unit(Unit::Instance { component: of, index }) if *of == component => single.push(*index),
            _ => {}
        }
    }
    single.sort_unstable();
    single.dedup();
    let lost = lost.saturating_add(single.len() as u32);
    lost.saturating_add(1).saturating_sub(own.down_at).max(u32::from(lost > 0)) as usize
}
