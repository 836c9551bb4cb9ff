//! Type constraints, conversion to them, and the common type of several values.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{JoinedProvenance, Kind, Value};

use crate::failure::{Failure, beyond, fail};
use crate::numbers::{TOO_MANY_DIGITS, format_number, parse_number};

/// A type constraint, or the type of a value as far as it can be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// `any`, and the type of `null` and of unknown values.
    Any,
    /// `string`.
    String,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `list(...)`.
    List(Box<Type>),
    /// `set(...)`.
    Set(Box<Type>),
    /// `map(...)`.
    Map(Box<Type>),
    /// `tuple([...])`, and the type of a literal list.
    Tuple(Vec<Type>),
    /// `object({...})`, and the type of a literal map.
    Object(BTreeMap<Arc<str>, Field>),
}

/// A field of an object type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its type.
    pub of: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// Default of `optional(type, default)`, already converted to the type.
    pub default: Option<Value>,
}

impl Field {
    fn required(of: Type) -> Field {
        Field { of, optional: false, default: None }
    }
}

/// The name a user knows a kind by.
pub fn kind_name(value: &Value) -> &'static str {
    match &value.kind {
        Kind::Null => "null",
        Kind::Bool(_) => "bool",
        Kind::Number(_) => "number",
        Kind::String(_) => "string",
        Kind::List(_) => "list",
        Kind::Set(_) => "set",
        Kind::Map(_) => "map",
        Kind::Unknown(_) => "unknown value",
    }
}

/// The type of a value; literal lists and maps are tuples and objects.
pub(crate) fn infer(value: &Value) -> Type {
    match &value.kind {
        Kind::Null | Kind::Unknown(_) => Type::Any,
        Kind::Bool(_) => Type::Bool,
        Kind::Number(_) => Type::Number,
        Kind::String(_) => Type::String,
        Kind::List(items) => Type::Tuple(items.iter().map(infer).collect()),
        Kind::Set(items) => {
            let types: Vec<Type> = items.iter().map(infer).collect();
            Type::Set(Box::new(unify(&types).unwrap_or(Type::Any)))
        }
        Kind::Map(items) => {
            Type::Object(items.iter().map(|(name, value)| (name.clone(), Field::required(infer(value)))).collect())
        }
    }
}

/// The type all of `types` convert to without loss; `None` when there is none.
pub(crate) fn unify(types: &[Type]) -> Option<Type> {
    let mut known = types.iter().filter(|of| **of != Type::Any);
    let Some(first) = known.next() else { return Some(Type::Any) };
    if known.clone().all(|of| of == first) {
        return Some(first.clone());
    }
    let known: Vec<&Type> = types.iter().filter(|of| **of != Type::Any).collect();
    if known.iter().all(|of| matches!(of, Type::String | Type::Number | Type::Bool)) {
        // Numbers and truth values both print as strings, but neither becomes the other.
        return known.iter().any(|of| **of == Type::String).then_some(Type::String);
    }
    if known.iter().all(|of| matches!(of, Type::Object(_) | Type::Map(_))) {
        return unify_maps(&known);
    }
    if known.iter().all(|of| matches!(of, Type::Tuple(_) | Type::List(_))) {
        return unify_lists(&known);
    }
    if known.iter().all(|of| matches!(of, Type::Tuple(_) | Type::List(_) | Type::Set(_))) {
        let elements = known.iter().map(|of| element_type(of)).collect::<Option<Vec<Type>>>()?;
        return Some(Type::Set(Box::new(unify(&elements)?)));
    }
    None
}

fn unify_maps(known: &[&Type]) -> Option<Type> {
    let mut objects = Vec::new();
    for of in known {
        if let Type::Object(fields) = of {
            objects.push(fields);
        }
    }
    let same_names = objects.len() == known.len()
        && objects.windows(2).all(|pair| match pair {
            [a, b] => a.len() == b.len() && a.keys().eq(b.keys()),
            _ => true,
        });
    if same_names {
        let first = objects.first()?;
        let mut fields = BTreeMap::new();
        for name in first.keys() {
            let types: Vec<Type> =
                objects.iter().filter_map(|object| object.get(name)).map(|field| field.of.clone()).collect();
            fields.insert(name.clone(), Field::required(unify(&types)?));
        }
        return Some(Type::Object(fields));
    }
    let elements = known.iter().map(|of| element_type(of)).collect::<Option<Vec<Type>>>()?;
    Some(Type::Map(Box::new(unify(&elements)?)))
}

fn unify_lists(known: &[&Type]) -> Option<Type> {
    let mut tuples = Vec::new();
    for of in known {
        if let Type::Tuple(items) = of {
            tuples.push(items);
        }
    }
    let length = tuples.first().map_or(0, |items| items.len());
    if tuples.len() == known.len() && tuples.iter().all(|items| items.len() == length) {
        let mut items = Vec::with_capacity(length);
        for index in 0..length {
            let types: Vec<Type> = tuples.iter().filter_map(|tuple| tuple.get(index)).cloned().collect();
            items.push(unify(&types)?);
        }
        return Some(Type::Tuple(items));
    }
    let elements = known.iter().map(|of| element_type(of)).collect::<Option<Vec<Type>>>()?;
    Some(Type::List(Box::new(unify(&elements)?)))
}

/// The one type all elements of a collection of this type convert to.
fn element_type(of: &Type) -> Option<Type> {
    match of {
        Type::List(item) | Type::Set(item) | Type::Map(item) => Some((**item).clone()),
        Type::Tuple(items) => unify(items),
        Type::Object(fields) => unify(&fields.values().map(|field| field.of.clone()).collect::<Vec<Type>>()),
        _ => None,
    }
}

/// The values, all of one type, as the elements of a list, set or map have to be.
pub(crate) fn unify_values(values: Vec<Value>) -> Result<Vec<Value>, Failure> {
    // Nearly always all are strings, or all are something that needs no look.
    if values.iter().all(|value| matches!(value.kind, Kind::String(_) | Kind::Unknown(_) | Kind::Null)) {
        return Ok(values);
    }
    let types: Vec<Type> = values.iter().map(infer).collect();
    match unify(&types) {
        Some(Type::Any) => Ok(values),
        Some(of) => values.into_iter().map(|value| convert(value, &of)).collect(),
        None => fail("all elements must have the same type"),
    }
}

/// `value` as the constraint wants it. Provenance stays, and so does the origin: a conversion changes the form, not the
/// place
/// an edit has to go to.
pub fn convert(value: Value, to: &Type) -> Result<Value, Failure> {
    let Value { kind, provenance, origin } = value;
    let kind = match (kind, to) {
        (kind @ (Kind::Null | Kind::Unknown(_)), _) | (kind, Type::Any) => kind,
        (kind, Type::String) => Kind::String(string_of(&kind)?),
        (kind, Type::Number) => Kind::Number(number_of(&kind)?),
        (kind, Type::Bool) => Kind::Bool(bool_of(&kind)?),
        (Kind::List(items) | Kind::Set(items), Type::List(of)) => Kind::List(Arc::new(elements(&items, of)?)),
        (Kind::List(items) | Kind::Set(items), Type::Set(of)) => {
            return Ok(Value { provenance, origin, ..set_of(elements(&items, of)?) });
        }
        (Kind::List(items), Type::Tuple(types)) => {
            if items.len() != types.len() {
                return fail(format!("a tuple of {} elements is required, this has {}", types.len(), items.len()));
            }
            let items = items.iter().zip(types).map(|(item, of)| convert(item.clone(), of));
            Kind::List(Arc::new(items.collect::<Result<Vec<Value>, Failure>>()?))
        }
        (Kind::Map(items), Type::Map(of)) => Kind::Map(Arc::new(map_elements(&items, of)?)),
        (Kind::Map(items), Type::Object(fields)) => Kind::Map(Arc::new(object_fields(&items, fields)?)),
        (kind, of) => {
            let wanted = match of {
                Type::List(_) => "a list",
                Type::Set(_) => "a set",
                Type::Map(_) => "a map",
                Type::Tuple(_) => "a tuple",
                _ => "an object",
            };
            return fail(format!("{wanted} is required, this is a {}", kind_name(&Value::new(kind))));
        }
    };
    Ok(Value { kind, provenance, origin })
}

fn elements(items: &[Value], of: &Type) -> Result<Vec<Value>, Failure> {
    match of {
        Type::Any => unify_values(items.to_vec()),
        of => items.iter().map(|item| convert(item.clone(), of)).collect(),
    }
}

fn map_elements(items: &BTreeMap<Arc<str>, Value>, of: &Type) -> Result<BTreeMap<Arc<str>, Value>, Failure> {
    match of {
        Type::Any => {
            let values = unify_values(items.values().cloned().collect())?;
            Ok(items.keys().cloned().zip(values).collect())
        }
        of => items.iter().map(|(name, item)| Ok((name.clone(), convert(item.clone(), of)?))).collect(),
    }
}

fn object_fields(
    items: &BTreeMap<Arc<str>, Value>,
    fields: &BTreeMap<Arc<str>, Field>,
) -> Result<BTreeMap<Arc<str>, Value>, Failure> {
    let mut object = BTreeMap::new();
    for (name, field) in fields {
        let given = items.get(name);
        let value = match (given, &field.default) {
            // A default also stands in for a `null` that was given.
            (Some(value), Some(default)) if matches!(value.kind, Kind::Null) => default.clone(),
            (Some(value), _) => convert(value.clone(), &field.of)?,
            (None, Some(default)) => default.clone(),
            (None, None) if field.optional => Value::null(),
            (None, None) => match foreshock_resources::open::missing(items, name) {
                Some(value) => value,
                None => return fail(format!("the attribute `{name}` is required")),
            },
        };
        object.insert(name.clone(), value);
    }
    Ok(object)
}

/// A set of the values: sorted, without duplicates. Elements that are not known come last.
pub(crate) fn set_of(mut items: Vec<Value>) -> Value {
    items.sort_by(crate::order::compare);
    let mut distinct: Vec<Value> = Vec::with_capacity(items.len());
    // The provenance of those that are the same as the last one, put together when another follows.
    let mut provenance = JoinedProvenance::default();
    for item in items {
        match distinct.last() {
            Some(last) if item.is_wholly_known() && crate::order::compare(&item, last).is_eq() => {
                provenance.add(&item.provenance)
            }
            _ => {
                if let Some(last) = distinct.last_mut() {
                    last.provenance = std::mem::take(&mut provenance).provenance();
                }
                provenance.add(&item.provenance);
                distinct.push(item);
            }
        }
    }
    if let Some(last) = distinct.last_mut() {
        last.provenance = provenance.provenance();
    }
    Value::new(Kind::Set(Arc::new(distinct)))
}

/// A primitive as a string, as Terraform prints it.
pub fn string_of(kind: &Kind) -> Result<Arc<str>, Failure> {
    match kind {
        Kind::String(text) => Ok(text.clone()),
        Kind::Bool(true) => Ok(Arc::from("true")),
        Kind::Bool(false) => Ok(Arc::from("false")),
        Kind::Number(number) => format_number(*number),
        Kind::Null => fail("a string is required, this is null"),
        Kind::Unknown(why) => beyond(why.clone()),
        other => fail(format!("a string is required, this is a {}", kind_name(&Value::new(other.clone())))),
    }
}

/// A primitive as a number.
pub fn number_of(kind: &Kind) -> Result<f64, Failure> {
    match kind {
        Kind::Number(number) => Ok(*number),
        Kind::String(text) => match parse_number(text) {
            Some(number) if number.is_finite() => Ok(number),
            Some(_) => beyond(TOO_MANY_DIGITS),
            None => fail(format!("a number is required, this is {text:?}")),
        },
        Kind::Null => fail("a number is required, this is null"),
        Kind::Unknown(why) => beyond(why.clone()),
        other => fail(format!("a number is required, this is a {}", kind_name(&Value::new(other.clone())))),
    }
}

/// A primitive as a truth value.
pub fn bool_of(kind: &Kind) -> Result<bool, Failure> {
    match kind {
        Kind::Bool(flag) => Ok(*flag),
        Kind::String(text) if &**text == "true" || &**text == "1" => Ok(true),
        Kind::String(text) if &**text == "false" || &**text == "0" => Ok(false),
        Kind::Null => fail("true or false is required, this is null"),
        Kind::Unknown(why) => beyond(why.clone()),
        other => fail(format!("true or false is required, this is a {}", kind_name(&Value::new(other.clone())))),
    }
}
