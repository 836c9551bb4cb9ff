//! Functions that pass one of their arguments, or an element of one, through: its own provenance and origin stay.

use std::sync::Arc;

use foreshock_resources::{Kind, Value};

use super::{Answer, arg, boolean, list, text_arg, whole};
use crate::failure::{Failure, fail};
use crate::types::{Type, convert, infer, kind_name, number_of, unify};

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "coalesce" => coalesce(args),
        "coalescelist" => coalesce_list(args),
        "element" => element(args),
        "lookup" => lookup(args),
        "one" => one(args),
        "sensitive" | "nonsensitive" => arg(args, 0).map(|value| {
            let mut value = value.clone();
            value.provenance = value.provenance.with_sensitive(name == "sensitive");
            value
        }),
        "issensitive" => arg(args, 0).map(|value| boolean(value.provenance.is_sensitive())),
        "ephemeralasnull" => arg(args, 0).cloned(),
        "tostring" => converted(args, &Type::String),
        "tonumber" => converted(args, &Type::Number),
        "tobool" => converted(args, &Type::Bool),
        "tolist" => converted(args, &Type::List(Box::new(Type::Any))),
        "toset" => converted(args, &Type::Set(Box::new(Type::Any))),
        "tomap" => converted(args, &Type::Map(Box::new(Type::Any))),
        _ => return None,
    })
}

fn converted(args: &[Value], to: &Type) -> Result<Value, Failure> {
    let value = arg(args, 0)?.clone();
    if let (Type::Map(_), Kind::Map(items)) = (to, &value.kind)
        && foreshock_resources::open::is_open(items)
    {
        return Ok(Value::unknown_from([&value]));
    }
    convert(value, to)
}

fn coalesce(args: &[Value]) -> Result<Value, Failure> {
    let types: Vec<Type> = args.iter().map(infer).collect();
    let Some(of) = unify(&types) else { return fail("the arguments of coalesce have no type in common") };
    for value in args {
        match &value.kind {
            Kind::Unknown(_) => return Ok(Value::unknown_from(args)),
            Kind::Null => {}
            Kind::String(text) if text.is_empty() => {}
            _ => return convert(value.clone(), &of),
        }
    }
    fail("every argument of coalesce is null or empty")
}

fn coalesce_list(args: &[Value]) -> Result<Value, Failure> {
    if let Some(set) = args.iter().find(|arg| matches!(arg.kind, Kind::Set(_))) {
        return fail(format!("a list is required, this is a {}", kind_name(set)));
    }
    for value in args {
        match &value.kind {
            Kind::Unknown(_) => return Ok(Value::unknown_from(args)),
            Kind::List(items) if items.is_empty() => {}
            Kind::List(_) => return Ok(value.clone()),
            Kind::Null => {}
            _ => return fail(format!("a list is required, this is a {}", kind_name(value))),
        }
    }
    fail("every argument of coalescelist is empty")
}

fn element(args: &[Value]) -> Result<Value, Failure> {
    let (from, index) = (arg(args, 0)?, arg(args, 1)?);
    if !from.is_known() || !index.is_known() {
        return Ok(Value::unknown_from([from, index]));
    }
    let Kind::List(items) = &from.kind else {
        return fail(format!("a list is required, this is a {}", kind_name(from)));
    };
    let index = whole(number_of(&index.kind)?)?;
    // A negative index keeps its sign.
    let index = index.checked_rem(items.len() as i64).and_then(|index| usize::try_from(index).ok());
    let picked = index.and_then(|index| items.get(index));
    match picked {
        Some(item) => Ok(item.clone().with_provenance(&from.provenance)),
        None => fail("there is no such element"),
    }
}

fn lookup(args: &[Value]) -> Result<Value, Failure> {
    let (from, key) = (arg(args, 0)?, arg(args, 1)?);
    if !from.is_known() || !key.is_known() {
        return Ok(Value::unknown_from(args));
    }
    let Kind::Map(items) = &from.kind else {
        return fail(format!("a map is required, this is a {}", kind_name(from)));
    };
    let name = text_arg(args, 1)?;
    if let Some(item) = items.get(&name) {
        return Ok(item.clone().with_provenance(&from.provenance));
    }
    if let Some(item) = foreshock_resources::open::missing(items, &name) {
        return Ok(item.with_provenance(&from.provenance));
    }
    match args.get(2) {
        Some(otherwise) => Ok(otherwise.clone()),
        None => fail(format!("the map has no key {name:?}")),
    }
}

fn one(args: &[Value]) -> Result<Value, Failure> {
    let from = arg(args, 0)?;
    match &from.kind {
        Kind::Unknown(_) => Ok(Value::unknown_from([from])),
        Kind::List(items) | Kind::Set(items) => match items.as_slice() {
            [] => Ok(Value::null().with_provenance(&from.provenance)),
            [item] => Ok(item.clone().with_provenance(&from.provenance)),
            _ if matches!(from.kind, Kind::Set(_)) && !from.is_wholly_known() => Ok(Value::unknown_from([from])),
            _ => fail("one takes a list of at most one element"),
        },
        Kind::Null => fail("one takes a list, this is null"),
        // A single value counts as its own only element after a splat.
        _ => Ok(from.clone()),
    }
}

/// A list of so many elements of an unknown one: `slice` of a list that is not known has a known length all the same.
pub(super) fn unknown_items(from: &Value, count: usize) -> Value {
    let item = Value::unknown_from([from]);
    let items = list(vec![item; count]);
    Value { kind: items.kind, provenance: from.provenance.clone(), origin: None }
}

/// The values with the provenance of the list they come from.
pub(super) fn items_with_provenance(from: &Value, items: &Arc<Vec<Value>>) -> Vec<Value> {
    items.iter().map(|item| item.clone().with_provenance(&from.provenance)).collect()
}
