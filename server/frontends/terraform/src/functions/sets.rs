//! Functions on sets, and `transpose`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Answer, arg, items, items_arg};
use crate::failure::{Failure, fail};
use crate::order::compare;
use crate::types::{set_of, string_of, unify_values};
use crate::value::{Kind, Value};

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "setunion" => union(args),
        "setintersection" => keep(args, true),
        "setsubtract" => keep(args, false),
        "transpose" => transpose(args),
        _ => return None,
    })
}

fn union(args: &[Value]) -> Result<Value, Failure> {
    let mut all = Vec::new();
    for arg in args {
        all.extend_from_slice(items(arg)?);
    }
    Ok(set_of(unify_values(all)?))
}

fn keep(args: &[Value], if_in_others: bool) -> Result<Value, Failure> {
    let mut kept = set_of(items_arg(args, 0)?.to_vec());
    for other in args.get(1..).unwrap_or_default() {
        let other = items(other)?;
        let Kind::Set(items) = &kept.kind else { return fail("a set is required") };
        let is_in = |item: &&Value| other.iter().any(|other| compare(item, other).is_eq()) == if_in_others;
        kept = set_of(items.iter().filter(is_in).cloned().collect());
    }
    Ok(kept)
}

fn transpose(args: &[Value]) -> Result<Value, Failure> {
    let Kind::Map(map) = &arg(args, 0)?.kind else { return fail("transpose takes a map of lists of strings") };
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, list) in map.iter() {
        for item in items(list)? {
            turned.entry(string_of(&item.kind)?).or_default().push(Value::string(name.clone()));
        }
    }
    let turned = turned.into_iter().map(|(name, names)| (name, super::list(names)));
    Ok(Value::new(Kind::Map(Arc::new(turned.collect()))))
}
