//! Attribute by attribute: what is unknown on one side is unknown on both.

use std::sync::Arc;

use foreshock_resources::{Attribute, Block, Body, Instance, Kind, Mode, Provenance, Trace, Value};
use foreshock_text::Place;

use super::{Found, Side};
use crate::Stack;

/// Holds back in the values of both sides what the other does not know. `now` knows what was renamed.
pub(super) fn alike(now: &Stack, sides: &mut [Side<'_>; 2], found: &mut Found) {
    let [old, new] = sides;
    let mut edits = Vec::new();
    {
        let places = new.places();
        for (number, before) in old.resources().instances.iter().enumerate() {
            if before.mode == Mode::Data {
                continue;
            }
            let name = now.name_now(&before.address);
            let Some(&other) = places.get(name.as_str()) else { continue };
            let Some(after) = new.resources().instances.get(other) else { continue };
            if let Some(held) = of_instance(before, after, found) {
                edits.push((number, other, held));
            }
        }
    }
    for (number, other, (before, after)) in edits {
        if let Some(slot) = old.edit().instances.get_mut(number) {
            *slot = Arc::new(before);
        }
        if let Some(slot) = new.edit().instances.get_mut(other) {
            *slot = Arc::new(after);
        }
    }
}

fn of_instance(before: &Instance, after: &Instance, found: &mut Found) -> Option<(Instance, Instance)> {
    // Mostly a resource is what it was, and then nothing of it is known on one side only.
    if before.body == after.body && before.region == after.region {
        return None;
    }
    let bodies = of_body(&before.body, &after.body, &after.address, "", found);
    let region = |instance: &Instance| instance.region.as_ref().is_some_and(Value::is_known);
    let regions_differ = region(before) != region(after);
    if bodies.is_none() && !regions_differ {
        return None;
    }
    let (mut then, mut now) = (before.clone(), after.clone());
    if let Some((old, new)) = bodies {
        (then.body, now.body) = (old, new);
    }
    if regions_differ {
        let unknown = if region(before) { after } else { before };
        let why = unknown.region.as_ref().and_then(Value::first_reason);
        let why = why.unwrap_or_else(|| Arc::from("no region is written"));
        found.add(region(before), format!("the region of {}", after.address), &why, None);
        (then.region, now.region) = (None, None);
    }
    Some((then, now))
}

fn of_body(before: &Body, after: &Body, address: &str, path: &str, found: &mut Found) -> Option<(Body, Body)> {
    let mut held: Option<(Body, Body)> = None;
    let both = |held: &mut Option<(Body, Body)>| held.get_or_insert_with(|| (before.clone(), after.clone())).clone();
    let nothing = Value::null();
    let later = after.attributes.keys().filter(|name| !before.attributes.contains_key(*name));
    let mut attributes = Vec::new();
    for name in before.attributes.keys().chain(later) {
        let (old, new) = (before.attributes.get(name), after.attributes.get(name));
        let (one, other) = (old.map_or(&nothing, value_of), new.map_or(&nothing, value_of));
        let Some(both) = of_value(one, other).filter(|both| !both.before_knows || !found.is_missed(one)) else {
            continue;
        };
        let place = new.map(|new| Place::new(new.place.file.clone(), new.place.value));
        let said = found.path_said(address, &format!("{path}{name}"));
        found.add(both.before_knows, format!("{said} of {address}"), &both.why, place);
        let place = new.or(old).map(|attribute| attribute.place.clone());
        attributes.extend(place.map(|place| (name.clone(), both, place)));
    }
    if !attributes.is_empty() {
        let mut sides = both(&mut held);
        for (name, Both { before, after, .. }, place) in attributes {
            sides.0.attributes.insert(name.clone(), Attribute { value: before, place: place.clone() });
            sides.1.attributes.insert(name, Attribute { value: after, place });
        }
        held = Some(sides);
    }
    let mut kinds: Vec<&Arc<str>> = before.blocks.iter().chain(&after.blocks).map(|block| &block.kind).collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        let of =
            |body: &Body| -> Vec<Block> { body.blocks.iter().filter(|block| block.kind == *kind).cloned().collect() };
        let (old, new) = (of(before), of(after));
        let why = |blocks: &[Block]| blocks.iter().find_map(|block| block.unknown.clone());
        let replaced = match (why(&old), why(&new)) {
            (Some(why), None) => Some((why, false, old.clone(), old.clone())),
            (None, Some(why)) => Some((why, true, new.clone(), new.clone())),
            _ => None,
        };
        let (one, other) = match replaced {
            Some((why, before_knows, one, other)) => {
                let said = found.path_said(address, &format!("{path}{kind}"));
                found.add(before_knows, format!("{said} of {address}"), &why, None);
                (one, other)
            }
            None if old.len() == new.len() => {
                let inner = format!("{path}{kind}.");
                let mut pairs: Vec<(Block, Block)> = old.into_iter().zip(new).collect();
                let mut is_held = false;
                for (one, other) in &mut pairs {
                    if let Some((then, now)) = of_body(&one.body, &other.body, address, &inner, found) {
                        (one.body, other.body) = (then, now);
                        is_held = true;
                    }
                }
                if !is_held {
                    continue;
                }
                pairs.into_iter().unzip()
            }
            None => continue,
        };
        let mut sides = both(&mut held);
        for (body, blocks) in [(&mut sides.0, one), (&mut sides.1, other)] {
            body.blocks.retain(|block| block.kind != *kind);
            body.blocks.extend(blocks);
        }
        held = Some(sides);
    }
    held
}

fn value_of(attribute: &Attribute) -> &Value {
    &attribute.value
}

/// Two values that say the same of what one of them did not know.
struct Both {
    before: Value,
    after: Value,
    /// It is the base that knows more.
    before_knows: bool,
    /// What the other one says of it.
    why: Arc<str>,
}

/// Both values with what is unknown on one side unknown on both; `None` where nothing has to be held back.
fn of_value(before: &Value, after: &Value) -> Option<Both> {
    let reason = |value: &Value| value.first_reason().unwrap_or_else(|| Arc::from("not known"));
    match (is_opaque(before), is_opaque(after)) {
        (true, true) => return None,
        (true, false) => {
            let after = hidden(after, before);
            return Some(Both { before: before.clone(), after, before_knows: false, why: reason(before) });
        }
        (false, true) => {
            let before = hidden(before, after);
            return Some(Both { before, after: after.clone(), before_knows: true, why: reason(after) });
        }
        (false, false) => {}
    }
    match (&before.kind, &after.kind) {
        (Kind::List(old), Kind::List(new)) if old.len() == new.len() => {
            let (old, new, before_knows, why) = of_items(old, new)?;
            let (before, after) = (with(before, Kind::List(Arc::new(old))), with(after, Kind::List(Arc::new(new))));
            Some(Both { before, after, before_knows, why })
        }
        (Kind::Set(old), Kind::Set(new)) if old.len() == new.len() => {
            let (old, new, before_knows, why) = of_items(old, new)?;
            let (before, after) = (with(before, Kind::Set(Arc::new(old))), with(after, Kind::Set(Arc::new(new))));
            Some(Both { before, after, before_knows, why })
        }
        (Kind::Map(old), Kind::Map(new)) => {
            let (mut then, mut now) = ((**old).clone(), (**new).clone());
            let mut first = None;
            for (name, value) in old.iter() {
                if let Some(both) = new.get(name).and_then(|other| of_value(value, other)) {
                    then.insert(name.clone(), both.before);
                    now.insert(name.clone(), both.after);
                    first.get_or_insert((both.before_knows, both.why));
                }
            }
            let (before_knows, why) = first?;
            let (before, after) = (with(before, Kind::Map(Arc::new(then))), with(after, Kind::Map(Arc::new(now))));
            Some(Both { before, after, before_knows, why })
        }
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => of_traces(before, after),
        _ => None,
    }
}

type Items = (Vec<Value>, Vec<Value>, bool, Arc<str>);

fn of_items(old: &[Value], new: &[Value]) -> Option<Items> {
    let mut first = None;
    let pairs = old.iter().zip(new).map(|(one, other)| match of_value(one, other) {
        Some(both) => {
            first.get_or_insert((both.before_knows, both.why));
            (both.before, both.after)
        }
        None => (one.clone(), other.clone()),
    });
    let (then, now): (Vec<Value>, Vec<Value>) = pairs.unzip();
    let (before_knows, why) = first?;
    Some((then, now, before_knows, why))
}

/// Values of which parts were looked up: who takes the place of a look-up was there all along.
fn of_traces(before: &Value, after: &Value) -> Option<Both> {
    let (old, new) = (before.all_provenance(), after.all_provenance());
    let only = |one: &Provenance, other: &Provenance, looked_up: bool| -> Vec<Trace> {
        let here = one.iter().filter(|trace| is_look_up(&trace.to) == looked_up);
        here.filter(|trace| !other.iter().any(|theirs| theirs.to == trace.to)).cloned().collect()
    };
    let became_known = !only(&old, &new, true).is_empty() && !only(&new, &old, false).is_empty();
    let became_unknown = !only(&new, &old, true).is_empty() && !only(&old, &new, false).is_empty();
    let less = |value: &Value, traces: &[Trace]| {
        let kept = value.provenance.iter().filter(|trace| !traces.contains(trace));
        let kept = kept.fold(Provenance::none(), |all, trace| all.union(&Provenance::one(trace.clone())));
        Value { provenance: kept.with_sensitive(value.provenance.is_sensitive()), ..value.clone() }
    };
    let why = |looked_up: Vec<Trace>| {
        let first = looked_up.first().map(|trace| format!("looked up by {}", trace.to));
        first.map_or_else(|| Arc::from("looked up"), Arc::from)
    };
    let (before, after, before_knows, why) = match (became_known, became_unknown) {
        (true, false) => (before.clone(), less(after, &only(&new, &old, false)), false, why(only(&old, &new, true))),
        (false, true) => (less(before, &only(&old, &new, false)), after.clone(), true, why(only(&new, &old, true))),
        _ => return None,
    };
    Some(Both { before, after, before_knows, why })
}

/// Whether nothing is known of a value: neither what it is nor what of the stack it was made from.
fn is_opaque(value: &Value) -> bool {
    !value.is_known() && value.provenance.iter().all(|trace| is_look_up(&trace.to))
}

/// Whether an address is that of a data source. A module or a unit may well be called `data`.
fn is_look_up(address: &str) -> bool {
    let mut rest = address;
    while let Some(called) = rest.strip_prefix("module.").or_else(|| rest.strip_prefix("unit.")) {
        let end = called.find(['.', '[']).unwrap_or(called.len());
        let inner = match called.get(end..) {
            Some(key) if key.starts_with('[') => key.split_once("].").map(|(_, inner)| inner),
            inner => inner.and_then(|inner| inner.strip_prefix('.')),
        };
        let Some(inner) = inner else { return false };
        rest = inner;
    }
    rest.starts_with("data.")
}

/// A value as unknown as another.
fn hidden(value: &Value, as_in: &Value) -> Value {
    let provenance = as_in.provenance.with_sensitive(value.provenance.is_sensitive());
    Value { kind: as_in.kind.clone(), provenance, origin: None }
}

fn with(value: &Value, kind: Kind) -> Value {
    Value { kind, ..value.clone() }
}
