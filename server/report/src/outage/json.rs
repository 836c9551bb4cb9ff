//! An outage as JSON: the answer of `foreshock/outage`.

use serde_json::{Map, Value, json};

use super::words::time_span;
use super::{Change, Outage};
use crate::words::health_name;
use crate::{JSON_VERSION, Places};

/// Of a reason so many links are written; longer ones nobody reads in a list.
const MOST_LINKS: usize = 64;

/// Outages over time, one of each stack: moments, each with what changes then and why.
pub fn outage_json(outages: &[Outage], places: &Places<'_>) -> Value {
    let stacks: Vec<Value> = outages.iter().map(|outage| of_stack(outage, places)).collect();
    json!({"version": JSON_VERSION, "stacks": stacks})
}

fn of_stack(outage: &Outage, places: &Places<'_>) -> Value {
    let mut moments = Vec::new();
    let mut from = 0;
    while let Some(first) = outage.changes.get(from) {
        let to = outage.end_of_moment(from);
        let changes = outage.changes.get(from..=to).unwrap_or_default();
        moments.push(json!({
            "at_seconds": first.at,
            "time": time_span(first.at),
            "words": outage.summary(from, to),
            "lost": outage.lost(Some(to)),
            "changes": changes.iter().map(|change| of_change(outage, change, places)).collect::<Vec<_>>(),
        }));
        from = to + 1;
    }
    let mut object = json!({
        "root": places.path(&outage.stack.root),
        "id": outage.played.id,
        "fails": outage.faults_in_words(),
        "introduction": outage.introduction(),
        "moments": moments,
    });
    places.variant(&outage.stack, &mut object);
    object
}

fn of_change(outage: &Outage, change: &Change, places: &Places<'_>) -> Value {
    let links = outage.why(change);
    let why = links.iter().take(MOST_LINKS).map(|link| {
        let mut object = link.place.as_ref().map_or_else(Map::new, |place| places.json(place));
        object.insert("words".to_owned(), link.words.as_str().into());
        Value::Object(object)
    });
    json!({
        "component": outage.stack.id_of(change.component),
        "was": health_name(change.was),
        "is": health_name(change.is),
        "words": outage.sentence(change),
        "why": why.collect::<Vec<_>>(),
        "more": links.len().saturating_sub(MOST_LINKS),
    })
}
