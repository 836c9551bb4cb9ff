//! `foreshock recovery --format json`. docs/recovery.md describes the fields; times are seconds.

use foreshock_analysis::{RecoveryFigure, Stack, StackRecovery};
use foreshock_engine::{Decided, EntryRecovery, is_one_way};
use foreshock_model::{Bound, ComponentIndex, FaultClass, Ground, Keeps, TimeRange, TimesFrom, WayBack};
use serde_json::{Map, Value, json};

use super::recovery_words::decided;
use super::{JSON_VERSION, Places};

/// How soon everything of some stacks is back.
pub fn recovery_json(stacks: &[&Stack], places: &Places<'_>) -> Value {
    let stacks: Vec<Value> = stacks.iter().map(|stack| of_stack(stack, places)).collect();
    json!({"version": JSON_VERSION, "stacks": stacks})
}

fn of_stack(stack: &Stack, places: &Places<'_>) -> Value {
    let mut value = recovery_of_stack(stack, places);
    if let Some(object) = value.as_object_mut() {
        object.insert("root".to_owned(), places.path(&stack.root).into());
        object.insert("kind".to_owned(), stack.kind.name().into());
    }
    places.variant(stack, &mut value);
    value
}

/// The same without what tells the stack from others.
pub(super) fn recovery_of_stack(stack: &Stack, places: &Places<'_>) -> Value {
    let recovery = stack.recovery();
    let approach = |class: FaultClass| {
        stack.prepared_for(class).map(|prepared| {
            let decided_by: Vec<String> = prepared.decided_by.iter().map(|&index| stack.id_of(index)).collect();
            json!({"approach": prepared.approach.name(), "decided_by": decided_by})
        })
    };
    let components: Vec<Value> =
        stack.system().iter().map(|(index, _)| of_component(stack, recovery, index, places)).collect();
    json!({
        "disaster_recovery": {"zone": approach(FaultClass::Zone), "region": approach(FaultClass::Region)},
        "entries": recovery.matrix.entries.iter().map(|entry| of_entry(stack, entry)).collect::<Vec<_>>(),
        "components": components,
    })
}

fn of_entry(stack: &Stack, entry: &EntryRecovery) -> Value {
    let cell = |(class, name): (FaultClass, &str)| {
        let cell = entry.cell(class)?;
        let path: Vec<String> = cell.path.iter().map(|&index| stack.id_of(index)).collect();
        let rpo = cell.rpo.map(|lost| {
            let mut value = range(lost.range);
            if let Some(object) = value.as_object_mut() {
                object.insert("decided_by".to_owned(), stack.id_of(lost.high).into());
            }
            value
        });
        let mut rto = range(cell.rto);
        if let Some(object) = rto.as_object_mut() {
            object.insert("decided_by".to_owned(), cell.path.last().map(|&index| stack.id_of(index)).into());
            object.insert("path".to_owned(), path.into());
        }
        Some((name.to_owned(), json!({"rto": rto, "rpo": rpo})))
    };
    let faults: Map<String, Value> = FaultClass::ALL.into_iter().filter_map(cell).collect();
    json!({"id": stack.id_of(entry.component), "faults": faults})
}

fn of_component(stack: &Stack, recovery: &StackRecovery, index: ComponentIndex, places: &Places<'_>) -> Value {
    let known = recovery.known.get(index.index());
    let keeps = known.map_or(Keeps::Nothing, |known| known.keeps);
    let cell = |(class, name): (FaultClass, &str)| {
        let own = recovery.matrix.own(index, class)?;
        let open: Vec<Value> =
            recovery.open(stack.system(), index, class).iter().map(|open| ground(open, places)).collect();
        let faults = json!({
            "rto": figure(&recovery.rto(index, class)?, keeps, places),
            "rpo": recovery.rpo(index, class).map(|rpo| figure(&rpo, keeps, places)),
            "together": is_one_way(own),
            "not_known": open,
        });
        Some((name.to_owned(), faults))
    };
    let faults: Map<String, Value> = FaultClass::ALL.into_iter().filter_map(cell).collect();
    let keeps = match keeps {
        Keeps::Nothing => "nothing",
        Keeps::Copies => "copies",
        Keeps::Messages => "messages",
        Keeps::Data => "data",
    };
    let start = known.and_then(|known| known.start.as_ref()).map(|start| range(start.takes));
    let copy_of = known.and_then(|known| known.copy_of).map(|original| stack.id_of(original));
    json!({"id": stack.id_of(index), "keeps": keeps, "copy_of": copy_of, "own_start": start, "faults": faults})
}

fn figure(figure: &RecoveryFigure<'_>, keeps: Keeps, places: &Places<'_>) -> Value {
    let mut value = range(figure.range);
    let Some(object) = value.as_object_mut() else { return value };
    let by = match figure.decided {
        Decided::Survivors => "survivors",
        Decided::Way(_) => "way",
        Decided::NoWay => "no_way",
        Decided::NotKnown => "not_known",
    };
    object.insert("by".to_owned(), by.into());
    object.insert("because".to_owned(), decided(figure, keeps).into());
    let written = figure.way.map(|way| &way.ground).or(figure.ejects).and_then(|ground| ground.place.as_ref());
    object.insert("place".to_owned(), written.map(|place| Value::Object(places.json(place))).into());
    if let Some(way) = figure.way {
        object.insert("way".to_owned(), of_way(way));
    }
    value
}

fn of_way(way: &WayBack) -> Value {
    let steps: Vec<Value> = way
        .steps
        .iter()
        .map(|step| {
            let mut value = range(step.takes);
            if let Some(object) = value.as_object_mut() {
                object.insert("step".to_owned(), (*step.name).into());
            }
            value
        })
        .collect();
    let sources: Vec<Value> = way
        .times
        .iter()
        .map(|times| match times {
            TimesFrom::Page(page) => json!({"page": **page}),
            TimesFrom::Estimate(reason) => json!({"estimate": **reason}),
            TimesFrom::Text => json!({"text": true}),
        })
        .collect();
    json!({"standby": way.is_standby, "by_people": way.needs_people, "steps": steps, "sources": sources})
}

fn ground(ground: &Ground, places: &Places<'_>) -> Value {
    let place = ground.place.as_ref().map(|place| Value::Object(places.json(place)));
    json!({"what": *ground.says, "place": place})
}

/// `{"low_seconds": 60, "high_seconds": 120}`; a bound that is no time is `"unknown"` or `"unrecoverable"`.
fn range(range: TimeRange) -> Value {
    let bound = |bound: Bound| match bound {
        Bound::Seconds(seconds) => json!(seconds),
        Bound::Unknown => json!("unknown"),
        Bound::Unrecoverable => json!("unrecoverable"),
    };
    json!({"low_seconds": bound(range.low), "high_seconds": bound(range.high)})
}
