//! What is known of how a component comes back by the model alone: its kind, its instances, who promotes, who heals.

use foreshock_model::{
    Bound, Component, ComponentKind, FailoverMode, FaultClass, Ground, Keeps, Recoverability, Replication, Seconds,
    Source, Sourced, Step, TimeRange, TimesFrom, WayBack,
};
use foreshock_text::Place;

use super::row::{Number, StepRow, WayRow};
use super::table::Table;
use super::ways::{restore, times};
use crate::expression::{Expression, Scope};

/// Its start, where that is written or its kind has one.
pub(super) fn basis(table: &Table, component: &Component) -> Recoverability {
    let of_kind = || {
        let StepRow(name, low, high) = table.of_kind(component.kind)?.start.as_ref()?;
        Some(Step { name: name.as_str().into(), takes: fixed(low, high) })
    };
    let written = component.recovery.restart.as_ref().map(|restart| Step {
        name: "its own start".into(),
        takes: TimeRange::seconds(restart.value.get(), restart.value.get()),
    });
    Recoverability { start: written.or_else(of_kind), ..Recoverability::default() }
}

/// Adds what all components of its kind have: somebody deploys it again, a mechanism replaces an instance. After a fault that its
/// own row says something of, that counts alone.
pub(super) fn add_usual(table: &Table, component: &Component, known: &mut Recoverability) {
    if known.keeps == Keeps::Data {
        return;
    }
    let of_type = known.ways.clone();
    if let Some(automatic) = &component.recovery.automatic
        && !of_type.iter().any(|way| way.is_there_after(FaultClass::Instance))
    {
        known.ways.push(heals(automatic));
    }
    let Some(row) = table.of_kind(component.kind) else { return };
    // That a queue can be made again says nothing of what was in it.
    known.is_known |= known.keeps != Keeps::Messages;
    let is_new = |way: &WayBack| {
        way.survives.iter().any(|class| !of_type.iter().any(|own| own.is_there_after(*class) && own.doubt.is_none()))
    };
    let ways = row.ways.iter().filter_map(|way| plain(table, way, component)).filter(is_new);
    known.ways.extend(ways);
}

/// A service of the region, by its row in the catalog: it has no instance and no zone of its own to lose.
pub(super) fn regional(component: &Component, keeps: Keeps) -> WayBack {
    WayBack {
        ground: Ground { says: "is a service of the region, in no single zone".into(), place: component.place.clone() },
        doubt: None,
        survives: vec![FaultClass::Zone],
        is_standby: true,
        needs_people: false,
        steps: vec![Step { name: "nothing to do".into(), takes: TimeRange::ZERO }],
        age: restarted_age(keeps),
        open: Vec::new(),
        times: vec![TimesFrom::Estimate(
            "its row in the catalog has no instance and no zone that could be lost".into(),
        )],
    }
}

/// A mechanism that replaces an instance in a known time at most.
fn heals(automatic: &Sourced<Seconds>) -> WayBack {
    let (place, low) = match &automatic.source {
        Source::Attribute(place) | Source::Configuration(place) => (Some(place.clone()), automatic.value.get()),
        _ => (None, 0.0),
    };
    let times = match &automatic.source {
        Source::Default { reason, .. } => TimesFrom::Estimate(reason.clone()),
        _ => TimesFrom::Text,
    };
    let says = match place {
        Some(_) => "is restored by a mechanism, as written",
        None => "its platform replaces a lost instance",
    };
    WayBack {
        ground: Ground { says: says.into(), place },
        doubt: None,
        survives: vec![FaultClass::Instance],
        is_standby: false,
        needs_people: false,
        steps: vec![Step { name: "replaced".into(), takes: TimeRange::seconds(low, automatic.value.get()) }],
        age: None,
        open: Vec::new(),
        times: vec![times],
    }
}

/// A way of a row that reads nothing of the component but its kind.
fn plain(table: &Table, way: &WayRow, component: &Component) -> Option<WayBack> {
    let mut open = Vec::new();
    let mut steps = match (&component.recovery.response, way.people) {
        (_, false) => Vec::new(),
        (Some(Sourced { value, source }), true) if !source.is_default() => {
            let takes = TimeRange::seconds(value.get(), value.get());
            vec![Step { name: "until somebody is at it".into(), takes }]
        }
        (_, true) => table.people(),
    };
    let step = |StepRow(name, low, high): &StepRow| Step { name: name.as_str().into(), takes: fixed(low, high) };
    steps.extend(way.steps.iter().map(step));
    steps.extend(way.restore_100_gb.map(|rate| restore(rate, None, None, &mut open)));
    Some(WayBack {
        ground: Ground { says: words(&way.says)?, place: component.place.clone() },
        doubt: None,
        survives: way.faults.iter().map(|class| class.class()).collect(),
        is_standby: way.standby,
        needs_people: way.people,
        steps,
        age: way.age.as_ref().map(|(low, high)| fixed(low, high)),
        open,
        times: times(way),
    })
}

fn words(template: &Expression) -> Option<std::sync::Arc<str>> {
    template.text(&Scope::default()).known().cloned().flatten()
}

fn fixed(low: &Number, high: &Number) -> TimeRange {
    let end = |number: &Number| match number {
        Number::Fixed(seconds) => Bound::seconds(*seconds),
        Number::Of(_) => Bound::Unknown,
    };
    TimeRange { low: end(low).min(Bound::seconds(f64::MAX)), high: end(high) }
}

/// A component that its text names itself, such as one of infrastructure YAML: its standbys, its backups, its kind.
pub(super) fn by_itself(table: &Table, component: &Component, size: Option<(f64, Place)>) -> Recoverability {
    let mut known = basis(table, component);
    known.keeps = match component.kind {
        ComponentKind::Cache => Keeps::Copies,
        ComponentKind::Queue => Keeps::Messages,
        kind if kind.is_store() => Keeps::Data,
        _ => Keeps::Nothing,
    };
    known.is_global = matches!(component.kind, ComponentKind::ExternalApi | ComponentKind::LlmEndpoint);
    if let Some(standby) = standby(component) {
        known.ways.push(standby);
    }
    if let Some(automatic) = &component.recovery.automatic {
        known.ways.push(WayBack { age: restarted_age(known.keeps), ..heals(automatic) });
    }
    if let Some(Sourced { value, source }) = &component.recovery.backup_every {
        known.is_known = true;
        if let Some(every) = value {
            known.ways.extend(backups(table, component, *every, source, size));
        }
    }
    add_usual(table, component, &mut known);
    known
}

/// A restore from the last backup: where backups are kept the text does not say, so that they may be gone with the region.
fn backups(
    table: &Table,
    component: &Component,
    every: Seconds,
    source: &Source,
    size: Option<(f64, Place)>,
) -> [WayBack; 2] {
    let mut open = Vec::new();
    let mut steps = table.people();
    steps.push(restore((300.0, 3_600.0), size.map(|(size, _)| size), None, &mut open));
    let place = match source {
        Source::Attribute(place) | Source::Configuration(place) => Some(place.clone()),
        _ => component.place.clone(),
    };
    let doubt = Ground { says: "where its backups are kept is not written".into(), place: place.clone() };
    let near = WayBack {
        ground: Ground { says: "is restored from its last backup".into(), place },
        doubt: None,
        survives: vec![FaultClass::Software, FaultClass::Zone],
        is_standby: false,
        needs_people: true,
        steps,
        age: Some(TimeRange::seconds(every.get(), every.get())),
        open,
        times: vec![TimesFrom::Estimate("our judgement: 5 to 60 minutes for each 100 GB".into())],
    };
    let far = WayBack { doubt: Some(doubt), survives: vec![FaultClass::Region], ..near.clone() };
    [near, far]
}

/// What it had on its disks is there still.
fn restarted_age(keeps: Keeps) -> Option<TimeRange> {
    (keeps != Keeps::Nothing).then_some(TimeRange::ZERO)
}

/// The promotion of a standby, where there is one.
fn standby(component: &Component) -> Option<WayBack> {
    let redundancy = &component.redundancy;
    let several = redundancy.instances.known().is_some_and(|&count| count > 1);
    if redundancy.replication != Replication::PrimaryStandby || !several {
        return None;
    }
    let failover = &redundancy.failover;
    let (says, people) = match failover.mode.known()? {
        FailoverMode::Automatic => ("fails over to a standby", false),
        FailoverMode::Manual => ("somebody promotes its standby", true),
        FailoverMode::None => return None,
    };
    let (place, low) = match &failover.seconds.source {
        Source::Attribute(place) | Source::Configuration(place) => (Some(place.clone()), failover.seconds.value.get()),
        _ => (None, 0.0),
    };
    let mut steps = if people { Table::bundled().people() } else { Vec::new() };
    steps.push(Step { name: "promotion".into(), takes: TimeRange::seconds(low, failover.seconds.value.get()) });
    let spread = redundancy.zones.known().is_some_and(|zones| zones.len() > 1);
    let times = match &failover.seconds.source {
        Source::Default { reason, .. } => TimesFrom::Estimate(reason.clone()),
        _ => TimesFrom::Text,
    };
    let place = place.or_else(|| component.place.clone());
    let survives = vec![if spread { FaultClass::Zone } else { FaultClass::Instance }];
    Some(WayBack {
        ground: Ground { says: says.into(), place },
        doubt: None,
        survives,
        is_standby: true,
        needs_people: people,
        steps,
        // Nobody says whether its standby follows at once.
        age: Some(TimeRange { low: Bound::ZERO, high: Bound::Unknown }),
        open: vec![Ground {
            says: "how far its standby is behind is not written".into(),
            place: component.place.clone(),
        }],
        times: vec![times],
    })
}
