//! How long it takes until everything is back, and in which order (semantics, section 7). Start reading at [`recover`].
//!
//! Holds the repair of units, what waits for what, and the times that satisfy all waits. Knows a finished cascade and the
//! layout. Must not know scores or scenarios.

pub(crate) mod outcome;
mod repair;
mod restoration;
mod waits;

use std::collections::BTreeMap;

use foreshock_model::{Component, ComponentIndex, Confidence, DependencyKind, Plane, Seconds, System};

use crate::cascade::frozen::Frozen;
use crate::layout::defaults::RESTART_SECONDS;
use crate::layout::own::Promotion;
use crate::recovery::outcome::{Recovery, RecoveryDeadlock, Restored, Span};
use crate::recovery::repair::{Luck, Repair};
use crate::recovery::restoration::{Back, Hit, Restoration};
use crate::{Basis, Cascade, Fault, Health, Scratch, Unit};

const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];

/// How the system comes back after these faults, all of them at time 0.
pub fn recover(system: &System, faults: &[Fault]) -> Recovery {
    let frozen = Frozen::new(system);
    let cascade = frozen.cascade(faults, &mut Scratch::default());
    let restoration = restoration(system, &frozen, &cascade, faults);
    let backs = LEVELS.map(|level| restoration.solve(Luck::Quantile(level)));
    let span = |at: &dyn Fn(&Back) -> f64| {
        let [p10, p50, p90] = backs.each_ref().map(|back| Seconds::new(at(back)));
        Span { p10, p50, p90 }
    };
    let [_, median, _] = &backs;
    let critical = restoration.critical(median);
    let mut components: Vec<Restored> = Vec::with_capacity(cascade.effects.len());
    for effect in &cascade.effects {
        let component = effect.component;
        components.push(Restored {
            component,
            health: effect.health,
            serves: span(&|back| back.serves(component)),
            whole: span(&|back| back.whole(component)),
            waits_for: restoration.waits_for(&critical, component),
            assumed: restoration.is_assumed(component),
        });
    }
    let order = |span: &Span| span.p50.map_or(f64::INFINITY, Seconds::get);
    components.sort_by(|a, b| {
        let by_time = order(&a.serves).total_cmp(&order(&b.serves)).then(order(&a.whole).total_cmp(&order(&b.whole)));
        by_time.then(a.component.cmp(&b.component))
    });
    let down: Vec<ComponentIndex> =
        components.iter().filter(|it| it.health == Health::Down).map(|it| it.component).collect();
    let entries = Basis::of(system).entries;
    let entries: Vec<ComponentIndex> =
        entries.iter().map(|entry| entry.component).filter(|entry| down.contains(entry)).collect();
    let last = |of: &[ComponentIndex]| {
        let latest = |back: &Back| of.iter().map(|&component| back.serves(component)).fold(0.0, f64::max);
        (!of.is_empty()).then(|| span(&latest))
    };
    let deadlocks = restoration.deadlocks(&restoration.solve(Luck::Worst));
    Recovery { service: last(&entries), everything: last(&down), components, deadlocks }
}

/// The circles in which something is needed to repair what it needs itself, for the finding `recovery-deadlock`: asked
/// of every component for whose repair something is needed, DOWN alone. One cascade each.
pub fn recovery_deadlocks(system: &System) -> Vec<RecoveryDeadlock> {
    let frozen = Frozen::new(system);
    let mut scratch = Scratch::default();
    let mut deadlocks = Vec::new();
    for (component, _) in system.iter().filter(|&(component, it)| !tools(system, component, it).is_empty()) {
        let faults = [Fault::Component(component)];
        let cascade = frozen.cascade(&faults, &mut scratch);
        let restoration = restoration(system, &frozen, &cascade, &faults);
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
    let counts = move |it: &&foreshock_model::Dependency| {
        let needs = plane == Plane::Management || it.kind == DependencyKind::Requires;
        needs && it.plane == plane && it.confidence > Confidence::Guess && it.to != it.from
    };
    own.filter(counts).map(|dependency| dependency.to)
}

/// Everything that has to be restored.
fn restoration<'a>(system: &System, frozen: &'a Frozen, cascade: &'a Cascade, faults: &[Fault]) -> Restoration<'a> {
    let own: BTreeMap<ComponentIndex, Health> = frozen.own_healths(faults).into_iter().collect();
    let mut repairs: BTreeMap<ComponentIndex, Vec<Repair>> = BTreeMap::new();
    for &fault in faults {
        for (component, repair) in repairs_of(system, frozen, fault, &own) {
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
            repairs: repairs.remove(&effect.component).unwrap_or_default(),
            tools: it.map(|it| tools(system, effect.component, it)).unwrap_or_default(),
            starts: on_plane(system, effect.component, Plane::Start).collect(),
            restart: restart.map_or(RESTART_SECONDS, |restart| restart.value.get()),
            restart_assumed: restart.is_none_or(|restart| restart.source.is_default()),
        }
    };
    Restoration::new(frozen, cascade, cascade.effects.iter().map(hit).collect())
}

/// What a fault asks to be repaired.
fn repairs_of(
    system: &System,
    frozen: &Frozen,
    fault: Fault,
    own: &BTreeMap<ComponentIndex, Health>,
) -> Vec<(ComponentIndex, Repair)> {
    let of = |component: ComponentIndex, repair: &dyn Fn(&Component) -> Repair| {
        let it = system.component(component)?;
        Some((component, repair(it)))
    };
    // While enough instances are left the standby takes over, and it is as before in so many seconds.
    let instance = |component: ComponentIndex, primary: bool| {
        let promoted = primary
            && frozen.layout.own.get(component.index()).is_some_and(|own| own.promotion != Promotion::NotNeeded)
            && own.get(&component).is_some_and(|&health| health < Health::Down);
        of(component, &|it| {
            if promoted { Repair::promotion(it) } else { Repair::own(it, it.reliability.instance.as_ref()) }
        })
    };
    let many = |members: Option<&Vec<ComponentIndex>>, figure: Option<&foreshock_model::Figure>| {
        let members = members.into_iter().flatten();
        members.filter_map(|&component| of(component, &|it| Repair::shared(it, figure))).collect::<Vec<_>>()
    };
    let one = |repair: Option<(ComponentIndex, Repair)>| repair.into_iter().collect::<Vec<_>>();
    match fault {
        Fault::Component(component) => one(of(component, &|it| {
            let causes = &it.reliability;
            let figures = [&causes.whole, &causes.service, &causes.software, &causes.instance, &causes.external];
            let figure = figures.into_iter().flatten().find(|figure| figure.mttr.is_some());
            Repair::own(it, figure)
        })),
        Fault::Instances { component, .. } => one(instance(component, true)),
        Fault::Unit(Unit::Instance { component, index }) => one(instance(component, index == 0)),
        Fault::Unit(Unit::Whole(component)) => one(of(component, &|it| Repair::own(it, it.reliability.whole.as_ref()))),
        Fault::Unit(Unit::CommonCause(component)) => {
            one(of(component, &|it| Repair::own(it, it.reliability.instance.as_ref())))
        }
        Fault::Unit(Unit::Service(component)) => {
            one(of(component, &|it| Repair::own(it, it.reliability.service.as_ref())))
        }
        Fault::Unit(Unit::Software(component)) => {
            one(of(component, &|it| Repair::own(it, it.reliability.software.as_ref())))
        }
        Fault::Unit(Unit::Theoretical(component)) => {
            one(of(component, &|it| Repair::shared(it, it.reliability.theoretical.as_ref())))
        }
        Fault::Unit(Unit::External(component)) => {
            one(of(component, &|it| Repair::shared(it, it.reliability.external.as_ref())))
        }
        // Somebody makes room, or kills what used it up.
        Fault::Exhausted { component, .. } => one(of(component, &|it| {
            let causes = &it.reliability;
            let figures = [&causes.software, &causes.whole, &causes.instance];
            Repair::own(it, figures.into_iter().flatten().find(|figure| figure.mttr.is_some()))
        })),
        // What lies between the two is repaired for the caller.
        Fault::Cut(dependency) => {
            let caller = system.dependencies.get(dependency.index()).map(|dependency| dependency.from);
            one(caller.and_then(|caller| of(caller, &|it| Repair::shared(it, None))))
        }
        // Nothing is broken: it is over when the reason is, and nobody says when.
        Fault::Latency { .. } | Fault::Traffic { .. } | Fault::Impaired { .. } | Fault::Errors { .. } => Vec::new(),
        // What fails is the promotion: the primary that needed it is the fault.
        Fault::Unit(Unit::Failover(_)) => Vec::new(),
        Fault::Unit(Unit::Zone(zone)) => {
            many(frozen.layout.zone_members.get(zone.index()), system.zones.get(zone.index()).map(|zone| &zone.figure))
        }
        Fault::Unit(Unit::Domain(domain)) => many(
            frozen.layout.domain_members.get(domain.index()),
            system.domains.get(domain.index()).map(|domain| &domain.figure),
        ),
        Fault::Unit(Unit::Region(region)) => many(
            frozen.layout.region_members.get(region.index()),
            system.regions.get(region.index()).and_then(|region| region.figure.as_ref()),
        ),
    }
}
