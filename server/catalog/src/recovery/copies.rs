//! Copies that are components of their own: a read replica takes the place of what it copies when somebody promotes it.

use std::sync::Arc;

use foreshock_model::{
    Component, ComponentIndex, FaultClass, Ground, Keeps, Known, Recoverability, Step, System, WayBack,
};

use super::row::{Number, StepRow, WayRow};
use super::table::Table;
use super::ways::times;
use crate::Catalog;

/// Adds to each original the promotion of its copies, and to each copy whose copy it is.
pub(super) fn add(table: &Table, catalog: &Catalog, system: &System, all: &mut [Recoverability]) {
    for dependency in &system.dependencies {
        let (Some(copy), Some(original)) = (system.component(dependency.from), system.component(dependency.to)) else {
            continue;
        };
        if !copy.reader || !copy.kind.is_store() || copy.kind != original.kind || dependency.from == dependency.to {
            continue;
        }
        if let Some(known) = all.get_mut(dependency.from.index()) {
            known.copy_of = Some(dependency.to);
        }
        let row = table.of_type(&copy.type_name, catalog).and_then(|row| row.promotion.as_ref());
        let row = row.or_else(|| table.of_kind(original.kind)?.promotion.as_ref());
        let Some((row, known)) = row.zip(all.get_mut(dependency.to.index())) else { continue };
        if known.keeps != Keeps::Nothing {
            known.ways.extend(promotions(table, row, (dependency.from, copy), original));
        }
    }
}

/// The copy survives what takes the original, by where both are; where a place is not known it may.
fn promotions(
    table: &Table,
    row: &WayRow,
    (_, copy): (ComponentIndex, &Component),
    original: &Component,
) -> Vec<WayBack> {
    let fixed = |number: &Number| match number {
        Number::Fixed(seconds) => *seconds,
        Number::Of(_) => f64::NAN,
    };
    let mut steps = if row.people { table.people() } else { Vec::new() };
    let step = |StepRow(name, low, high): &StepRow| Step {
        name: name.as_str().into(),
        takes: foreshock_model::TimeRange::seconds(fixed(low), fixed(high)),
    };
    steps.extend(row.steps.iter().map(step));
    let way = |class: FaultClass, doubt: Option<Arc<str>>| WayBack {
        ground: Ground { says: format!("its copy {} is promoted", copy.id).into(), place: copy.place.clone() },
        doubt: doubt.map(|says| Ground { says, place: copy.place.clone() }),
        survives: vec![class],
        is_standby: true,
        needs_people: row.people,
        steps: steps.clone(),
        age: row.age.as_ref().map(|(low, high)| foreshock_model::TimeRange::seconds(fixed(low), fixed(high))),
        open: Vec::new(),
        times: times(row),
    };
    let not_known = |what: &str| Some(format!("whether {} is in another {what} is not known", copy.id).into());
    match (copy.region, original.region) {
        (Some(one), Some(other)) if one != other => return vec![way(FaultClass::Region, None)],
        (Some(_), Some(_)) => {}
        _ => {
            return vec![way(FaultClass::Instance, None), way(FaultClass::Region, not_known("region"))];
        }
    }
    match (&copy.redundancy.zones, &original.redundancy.zones) {
        (Known::Known(own), Known::Known(others)) => {
            let is_apart = own.iter().any(|zone| !others.contains(zone)) && !others.is_empty();
            vec![way(if is_apart { FaultClass::Zone } else { FaultClass::Instance }, None)]
        }
        _ => vec![way(FaultClass::Instance, None), way(FaultClass::Zone, not_known("zone"))],
    }
}
