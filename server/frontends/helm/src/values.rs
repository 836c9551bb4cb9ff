//! The values that a chart is rendered with, and those of the charts in it.

use std::sync::Arc;

use foreshock_templates::{Kind, Map, Value};

use crate::chart::Chart;

/// Tables inside of each other are followed so far.
const DEEPEST: usize = 60;

/// What `value` has and `target` has not: what is there already counts, and what is written as nothing takes away.
pub(crate) fn fill(target: &Value, source: &Value) {
    fill_at(target, source, 0);
}

fn fill_at(target: &Value, source: &Value, depth: usize) {
    let (Kind::Map(mine), Kind::Map(theirs)) = (&target.kind, &source.kind) else { return };
    if depth > DEEPEST || std::rc::Rc::ptr_eq(mine, theirs) {
        return;
    }
    let entries: Vec<(Arc<str>, Value)> =
        theirs.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in entries {
        let own = mine.borrow().get(&key).cloned();
        match own {
            None => drop(mine.borrow_mut().insert(key, value.deep_copy())),
            Some(own) => match own.kind {
                Kind::Nil => drop(mine.borrow_mut().remove(&key)),
                _ => fill_at(&own, &value, depth + 1),
            },
        }
    }
}

/// Takes away what is written as nothing: it is not there.
pub(crate) fn take_nothing_away(values: &Value) {
    take_away(values, 0);
}

fn take_away(values: &Value, depth: usize) {
    let Kind::Map(map) = &values.kind else { return };
    if depth > DEEPEST {
        return;
    }
    map.borrow_mut().retain(|_, value| !matches!(value.kind, Kind::Nil));
    map.borrow().values().for_each(|value| take_away(value, depth + 1));
}

/// What `source` says over what is there; of two tables each entry.
pub(crate) fn override_with(target: &Value, source: &Value) {
    override_at(target, source, 0);
}

fn override_at(target: &Value, source: &Value, depth: usize) {
    let (Kind::Map(mine), Kind::Map(theirs)) = (&target.kind, &source.kind) else { return };
    if depth > DEEPEST {
        return;
    }
    let entries: Vec<(Arc<str>, Value)> =
        theirs.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in entries {
        let own = mine.borrow().get(&key).cloned();
        match (own.as_ref().map(|own| &own.kind), &value.kind) {
            (Some(Kind::Map(_)), Kind::Map(_)) => override_at(&own.unwrap_or_else(Value::nil), &value, depth + 1),
            _ => drop(mine.borrow_mut().insert(key, value)),
        }
    }
}

/// The values of a chart and of the charts in it, from those that whoever uses it gives: its own fill what is missing.
pub(crate) fn coalesce(chart: &Chart, given: &Value) {
    if let Some(values) = &chart.values {
        fill(given, &Value::of_node(values));
    }
    for inner in &chart.charts {
        let Some(table) = table_of(given, &inner.name) else { continue };
        share_globals(given, &table);
        coalesce(inner, &table);
    }
}

/// The table that a chart is given for one of its charts, made where there is none; `None` where something else stands there.
fn table_of(values: &Value, name: &Arc<str>) -> Option<Value> {
    let Kind::Map(map) = &values.kind else { return None };
    let known = map.borrow().get(name).cloned();
    match known {
        Some(table) if matches!(table.kind, Kind::Map(_)) => Some(table),
        Some(Value { kind: Kind::Nil, .. }) | None => {
            let table = Value::map(Map::new());
            map.borrow_mut().insert(name.clone(), table.clone());
            Some(table)
        }
        Some(_) => None,
    }
}

/// `global` of whoever uses a chart counts in it, too, and wins.
fn share_globals(above: &Value, below: &Value) {
    let Kind::Map(below) = &below.kind else { return };
    let Some(global) = above.get("global").filter(|global| matches!(global.kind, Kind::Map(_))) else { return };
    let own = below.borrow().get("global").cloned().filter(|own| matches!(own.kind, Kind::Map(_)));
    let merged = own.unwrap_or_else(|| Value::map(Map::new()));
    override_with(&merged, &global.deep_copy());
    below.borrow_mut().insert("global".into(), merged);
}

/// The value that a path with dots leads to.
pub(crate) fn at(values: &Value, path: &str) -> Option<Value> {
    path.split('.').try_fold(values.clone(), |value, step| match &value.kind {
        Kind::Map(_) => value.get(step),
        // Below what is not known nothing is.
        Kind::Unknown(_) => Some(value.clone()),
        _ => None,
    })
}

/// A table with a value at a path with dots; of an empty path the value itself.
pub(crate) fn nested(path: &str, value: Value) -> Value {
    path.split('.')
        .rev()
        .filter(|step| !step.is_empty())
        .fold(value, |inner, step| Value::map(Map::from([(Arc::from(step), inner)])))
}
