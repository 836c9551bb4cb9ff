//! A total order of values, for sets, and equality as `==` has it.

use std::cmp::Ordering;

use foreshock_resources::{Kind, Value};

/// Strings by their bytes, numbers by value; null and what is unknown last.
pub(crate) fn compare(a: &Value, b: &Value) -> Ordering {
    match (&a.kind, &b.kind) {
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        (Kind::Number(a), Kind::Number(b)) => a.total_cmp(b),
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        (Kind::List(a) | Kind::Set(a), Kind::List(b) | Kind::Set(b)) => {
            let mut order = a.iter().zip(b.iter()).map(|(a, b)| compare(a, b));
            order.find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            let mut order = a.iter().zip(b.iter()).map(|((ka, va), (kb, vb))| ka.cmp(kb).then_with(|| compare(va, vb)));
            order.find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Kind::Unknown(a), Kind::Unknown(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: &Value) -> u8 {
    match value.kind {
        Kind::Bool(_) => 1,
        Kind::Number(_) => 2,
        Kind::String(_) => 3,
        Kind::List(_) | Kind::Set(_) => 4,
        Kind::Map(_) => 5,
        Kind::Null => 6,
        Kind::Unknown(_) => 7,
    }
}

/// `a == b`. `None` when it can't be known: a part is unknown, or both are collections with the same content, whose
/// types (list or tuple, map or object) decide and are not kept here.
pub(crate) fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => None,
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => Some(a == b),
        (Kind::String(a), Kind::String(b)) => Some(a == b),
        (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b)) => {
            let different = a.len() != b.len() || a.iter().zip(b.iter()).any(|(a, b)| equal(a, b) == Some(false));
            if different && a.iter().chain(b.iter()).all(Value::is_known) { Some(false) } else { None }
        }
        (Kind::Map(a), Kind::Map(b)) => {
            if a.contains_key(foreshock_resources::open::REST) || b.contains_key(foreshock_resources::open::REST) {
                return None;
            }
            let different = a.len() != b.len()
                || a.iter().zip(b.iter()).any(|((ka, va), (kb, vb))| ka != kb || equal(va, vb) == Some(false));
            different.then_some(false)
        }
        _ => Some(false),
    }
}

/// A value in the order of sets.
pub(crate) struct Ordered(pub(crate) Value);

impl PartialEq for Ordered {
    fn eq(&self, other: &Ordered) -> bool {
        compare(&self.0, &other.0).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Ordered) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Ordered) -> std::cmp::Ordering {
        compare(&self.0, &other.0)
    }
}
