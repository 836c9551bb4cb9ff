//! Functions that build lists and maps out of others; elements keep their own provenance, and may be unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_resources::{JoinedProvenance, Kind, Provenance, Value, open};

use super::select::{items_with_provenance, unknown_items};
use super::{Answer, arg, boolean, list, number, text_arg, whole};
use crate::budget::PARTS;
use crate::failure::{Failure, beyond, fail};
use crate::order::{Ordered, compare, equal};
use crate::types::{bool_of, kind_name, number_of, set_of, string_of, unify_values};

/// The elements of a map.
type Elements = BTreeMap<Arc<str>, Value>;

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "length" => length(args),
        "concat" => concat(args),
        "merge" => merge(args),
        "flatten" => flatten(args),
        "compact" => compact(args),
        "contains" => contains(args),
        "distinct" => distinct(args),
        "keys" => keys(args),
        "values" => values(args),
        "slice" => slice(args),
        "zipmap" => zipmap(args),
        "reverse" => reverse(args),
        "chunklist" => chunklist(args),
        "matchkeys" => matchkeys(args),
        "alltrue" => all(args, true),
        "anytrue" => all(args, false),
        "setproduct" => setproduct(args),
        "index" => index(args),
        _ => return None,
    })
}

fn wrong(value: &Value, wanted: &str) -> Failure {
    Failure::new(format!("a {wanted} is required, this is a {}", kind_name(value)))
}

fn length(args: &[Value]) -> Result<Value, Failure> {
    let of = arg(args, 0)?;
    let length = match &of.kind {
        Kind::Unknown(_) => return Ok(Value::unknown_from([of])),
        Kind::List(items) => items.len(),
        Kind::Set(items) if items.len() < 2 || of.is_wholly_known() => items.len(),
        Kind::Set(_) => return Ok(Value::unknown_from([of])),
        Kind::Map(items) if open::is_open(items) => return Ok(Value::unknown_from([of])),
        Kind::Map(items) => items.len(),
        Kind::String(text) => super::text::graphemes(text).count(),
        _ => return Err(wrong(of, "list, map or string")),
    };
    // How many there are depends on the elements' being there, not on what they are made of.
    let mut provenance = JoinedProvenance::default();
    provenance.add(&of.provenance);
    if let Kind::List(items) | Kind::Set(items) = &of.kind {
        for item in items.iter() {
            provenance.add(&item.provenance);
            if let Kind::Map(object) = &item.kind
                && let Some(rest) = object.get(open::REST)
            {
                provenance.add(&rest.provenance);
            }
        }
    }
    Ok(number(length as f64).with_provenance(&provenance.provenance()))
}

fn concat(args: &[Value]) -> Result<Value, Failure> {
    if args.iter().any(|arg| !arg.is_known()) {
        return Ok(Value::unknown_from(args));
    }
    let mut items = Vec::new();
    for arg in args {
        match &arg.kind {
            Kind::List(more) => items.extend(items_with_provenance(arg, more)),
            _ => return Err(wrong(arg, "list")),
        }
    }
    let [only] = args else { return Ok(list(items)) };
    Ok(Value { origin: only.origin.clone(), ..list(items) })
}

fn merge(args: &[Value]) -> Result<Value, Failure> {
    if args.iter().any(|arg| !arg.is_known()) {
        return Ok(Value::unknown_from(args));
    }
    let mut merged = BTreeMap::new();
    let mut provenance = Provenance::none();
    for arg in args {
        match &arg.kind {
            Kind::Null => {}
            Kind::Map(items) => {
                provenance = provenance.union(&arg.provenance);
                for (name, item) in items.iter() {
                    merged.insert(name.clone(), item.clone().with_provenance(&arg.provenance));
                }
            }
            _ => return Err(wrong(arg, "map")),
        }
    }
    Ok(Value { kind: Kind::Map(Arc::new(merged)), provenance, origin: None })
}

fn flatten(args: &[Value]) -> Result<Value, Failure> {
    let of = arg(args, 0)?;
    if !of.is_known() {
        return Ok(Value::unknown_from([of]));
    }
    let mut items = Vec::new();
    if !flatten_into(of, &mut items)? {
        return Ok(Value::unknown_from([of]));
    }
    Ok(list(items).with_provenance(&of.provenance))
}

/// `false` when an element is unknown: it could be a list itself.
fn flatten_into(of: &Value, into: &mut Vec<Value>) -> Result<bool, Failure> {
    let (Kind::List(items) | Kind::Set(items)) = &of.kind else { return Err(wrong(of, "list")) };
    for item in items.iter() {
        match &item.kind {
            Kind::Unknown(_) => return Ok(false),
            Kind::List(_) | Kind::Set(_) => {
                if !flatten_into(&item.clone().with_provenance(&of.provenance), into)? {
                    return Ok(false);
                }
            }
            _ => into.push(item.clone().with_provenance(&of.provenance)),
        }
        if into.len() > PARTS {
            return beyond("too many elements to follow");
        }
    }
    Ok(true)
}

fn compact(args: &[Value]) -> Result<Value, Failure> {
    let of = arg(args, 0)?;
    let (Kind::List(items) | Kind::Set(items)) = &of.kind else {
        return if of.is_known() { Err(wrong(of, "list")) } else { Ok(Value::unknown_from([of])) };
    };
    if !of.is_wholly_known() {
        return Ok(Value::unknown_from([of]));
    }
    let mut kept = Vec::new();
    for item in items.iter() {
        let text = match &item.kind {
            Kind::Null => continue,
            kind => string_of(kind)?,
        };
        if !text.is_empty() {
            kept.push(Value { kind: Kind::String(text), ..item.clone() });
        }
    }
    Ok(list(kept).with_provenance(&of.provenance))
}

fn contains(args: &[Value]) -> Result<Value, Failure> {
    let (of, wanted) = (arg(args, 0)?, arg(args, 1)?);
    if !of.is_known() || !wanted.is_known() {
        return Ok(Value::unknown_from([of, wanted]));
    }
    let (Kind::List(items) | Kind::Set(items)) = &of.kind else { return Err(wrong(of, "list")) };
    if matches!(wanted.kind, Kind::Null) {
        return fail("contains does not look for null");
    }
    let mut maybe = false;
    for item in items.iter() {
        match equal(item, wanted) {
            Some(true) => {
                return Ok(boolean(true).with_provenance(&of.all_provenance().union(&wanted.all_provenance())));
            }
            None => maybe = true,
            Some(false) => {}
        }
    }
    if maybe {
        return Ok(Value::unknown_from([of, wanted]));
    }
    Ok(boolean(false).with_provenance(&of.all_provenance().union(&wanted.all_provenance())))
}

fn distinct(args: &[Value]) -> Result<Value, Failure> {
    let of = arg(args, 0)?;
    let (Kind::List(items) | Kind::Set(items)) = &of.kind else {
        return if of.is_known() { Err(wrong(of, "list")) } else { Ok(Value::unknown_from([of])) };
    };
    if !of.is_wholly_known() && items.len() > 1 {
        return Ok(Value::unknown_from([of]));
    }
    let mut seen: BTreeSet<Ordered> = BTreeSet::new();
    let mut kept = Vec::new();
    for item in unify_values(items.to_vec())? {
        if seen.insert(Ordered(item.clone())) {
            kept.push(item);
        }
    }
    Ok(list(kept).with_provenance(&of.provenance))
}

/// The map and its elements; `None` when they are not all known by name.
fn map_arg(args: &[Value]) -> Result<Option<(&Value, &Elements)>, Failure> {
    let of = arg(args, 0)?;
    match &of.kind {
        Kind::Unknown(_) => Ok(None),
        Kind::Map(items) if open::is_open(items) => Ok(None),
        Kind::Map(items) => Ok(Some((of, items))),
        _ => Err(wrong(of, "map")),
    }
}

fn keys(args: &[Value]) -> Result<Value, Failure> {
    let Some((of, items)) = map_arg(args)? else { return Ok(Value::unknown_from(args)) };
    Ok(list(items.keys().map(|name| Value::string(name.clone())).collect()).with_provenance(&of.provenance))
}

fn values(args: &[Value]) -> Result<Value, Failure> {
    let Some((of, items)) = map_arg(args)? else { return Ok(Value::unknown_from(args)) };
    Ok(list(items.values().cloned().collect()).with_provenance(&of.provenance))
}

fn slice(args: &[Value]) -> Result<Value, Failure> {
    let (of, from, to) = (arg(args, 0)?, arg(args, 1)?, arg(args, 2)?);
    if !from.is_known() || !to.is_known() {
        return Ok(Value::unknown_from(args));
    }
    let (from, to) = (whole(number_of(&from.kind)?)?, whole(number_of(&to.kind)?)?);
    if from < 0 || to < from {
        return fail(format!("slice from {from} to {to}"));
    }
    match &of.kind {
        // Longer than anything real would be a mistake.
        Kind::Unknown(_) if to - from <= 1_000 => Ok(unknown_items(of, (to - from) as usize)),
        Kind::Unknown(_) => Ok(Value::unknown_from([of])),
        Kind::List(items) => match items.get(from as usize..to as usize) {
            Some(items) => Ok(list(items.to_vec()).with_provenance(&of.provenance)),
            None => fail(format!("slice to {to} of a list of {}", items.len())),
        },
        _ => Err(wrong(of, "list")),
    }
}

fn zipmap(args: &[Value]) -> Result<Value, Failure> {
    let (names, values) = (arg(args, 0)?, arg(args, 1)?);
    let (Kind::List(name_items) | Kind::Set(name_items), Kind::List(value_items)) = (&names.kind, &values.kind) else {
        if !names.is_known() || !values.is_known() {
            return Ok(Value::unknown_from(args));
        }
        return fail("zipmap takes two lists");
    };
    if !names.is_wholly_known() {
        return Ok(Value::unknown_from(args));
    }
    if name_items.len() != value_items.len() {
        return fail(format!("{} keys for {} values", name_items.len(), value_items.len()));
    }
    let mut map = BTreeMap::new();
    for (name, value) in name_items.iter().zip(value_items.iter()) {
        map.insert(string_of(&name.kind)?, value.clone());
    }
    Ok(Value {
        kind: Kind::Map(Arc::new(map)),
        provenance: names.all_provenance().union(&values.provenance),
        origin: None,
    })
}

fn reverse(args: &[Value]) -> Result<Value, Failure> {
    let of = arg(args, 0)?;
    match &of.kind {
        Kind::Unknown(_) => Ok(Value::unknown_from([of])),
        Kind::List(items) | Kind::Set(items) => {
            Ok(list(items.iter().rev().cloned().collect()).with_provenance(&of.provenance))
        }
        _ => Err(wrong(of, "list")),
    }
}

fn chunklist(args: &[Value]) -> Result<Value, Failure> {
    let (of, size) = (arg(args, 0)?, arg(args, 1)?);
    let (Kind::List(items) | Kind::Set(items)) = &of.kind else {
        return if of.is_known() { Err(wrong(of, "list")) } else { Ok(Value::unknown_from(args)) };
    };
    let items = unify_values(items.to_vec())?;
    if !size.is_known() {
        return Ok(Value::unknown_from(args));
    }
    let size = whole(number_of(&size.kind)?)?;
    if size < 0 {
        return fail("a chunk has at least one element");
    }
    let size = if size == 0 { items.len().max(1) } else { size as usize };
    Ok(list(items.chunks(size).map(|chunk| list(chunk.to_vec())).collect()).with_provenance(&of.provenance))
}

fn matchkeys(args: &[Value]) -> Result<Value, Failure> {
    if args.iter().any(|arg| !arg.is_known()) || !arg(args, 1)?.is_wholly_known() || !arg(args, 2)?.is_wholly_known() {
        return Ok(Value::unknown_from(args));
    }
    let (items, keys, wanted) = (super::items_arg(args, 0)?, super::items_arg(args, 1)?, super::items_arg(args, 2)?);
    if items.len() != keys.len() {
        return fail("matchkeys takes as many keys as values");
    }
    let wanted: BTreeSet<Ordered> = wanted.iter().cloned().map(Ordered).collect();
    let is_wanted = |key: &Value| wanted.contains(&Ordered(key.clone()));
    let items = unify_values(items.to_vec())?;
    Ok(list(items.into_iter().zip(keys).filter(|(_, key)| is_wanted(key)).map(|(item, _)| item).collect()))
}

/// `alltrue` with `wanted` true, `anytrue` with false.
fn all(args: &[Value], wanted: bool) -> Result<Value, Failure> {
    let of = arg(args, 0)?;
    let (Kind::List(items) | Kind::Set(items)) = &of.kind else {
        return if of.is_known() { Err(wrong(of, "list")) } else { Ok(Value::unknown_from([of])) };
    };
    for item in items.iter().filter(|item| item.is_known() && !matches!(item.kind, Kind::Null)) {
        bool_of(&item.kind)?;
    }
    let mut unknown = false;
    for item in items.iter() {
        match &item.kind {
            Kind::Unknown(_) => unknown = true,
            Kind::Null if wanted => return Ok(boolean(false).with_provenance(&of.all_provenance())),
            Kind::Null => {}
            kind if bool_of(kind)? != wanted => return Ok(boolean(!wanted).with_provenance(&of.all_provenance())),
            _ => {}
        }
    }
    if unknown {
        return Ok(Value::unknown_from([of]));
    }
    Ok(boolean(wanted).with_provenance(&of.all_provenance()))
}

fn setproduct(args: &[Value]) -> Result<Value, Failure> {
    /// More than anything real.
    const ITEMS: usize = 50_000;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    // One set among them makes the result a set.
    let is_set = args.iter().any(|arg| matches!(arg.kind, Kind::Set(_)));
    for arg in args {
        let items = match &arg.kind {
            Kind::Unknown(_) => return Ok(Value::unknown_from(args)),
            Kind::List(items) => unify_values(items.to_vec())?,
            Kind::Set(items) if items.iter().all(Value::is_known) => items.to_vec(),
            Kind::Set(_) => return Ok(Value::unknown_from(args)),
            _ => return Err(wrong(arg, "list")),
        };
        let count = rows.len().saturating_mul(items.len());
        if count > ITEMS || count.saturating_mul(args.len()) > PARTS {
            return beyond("setproduct has too many elements to follow");
        }
        let mut next = Vec::with_capacity(rows.len() * items.len());
        for row in &rows {
            for item in items.iter() {
                let mut row = row.clone();
                row.push(item.clone().with_provenance(&arg.provenance));
                next.push(row);
            }
        }
        rows = next;
    }
    if args.len() < 2 {
        return fail("setproduct takes at least two sets");
    }
    let rows: Vec<Value> = rows.into_iter().map(list).collect();
    Ok(if is_set { set_of(rows) } else { list(rows) })
}

fn index(args: &[Value]) -> Result<Value, Failure> {
    let (of, wanted) = (arg(args, 0)?, arg(args, 1)?);
    if !of.is_wholly_known() || !wanted.is_wholly_known() {
        return Ok(Value::unknown_from(args));
    }
    let Kind::List(items) = &of.kind else { return Err(wrong(of, "list")) };
    match items.iter().position(|item| compare(item, wanted).is_eq()) {
        Some(index) => Ok(number(index as f64).with_provenance(&of.all_provenance().union(&wanted.all_provenance()))),
        None => fail(format!("the list has no element {}", text_arg(args, 1).unwrap_or_default())),
    }
}
