//! Functions on sets, and `transpose`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_resources::{Kind, Value};

use super::{Answer, arg, items};
use crate::failure::{Failure, fail};
use crate::order::Ordered;
use crate::types::{set_of, string_of, unify_values};

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "setunion" => union(args),
        "setintersection" => keep(args, true),
        "setsubtract" => keep(args, false),
        "transpose" => transpose(args),
        _ => return None,
    })
}

/// The elements of each argument, all of one type.
fn elements(args: &[Value]) -> Result<Vec<Vec<Value>>, Failure> {
    let mut all = Vec::new();
    let mut counts = Vec::new();
    for arg in args {
        let items = unify_values(items(arg)?.to_vec())?;
        counts.push(items.len());
        all.extend(items);
    }
    let mut all = unify_values(all)?.into_iter();
    Ok(counts.into_iter().map(|count| all.by_ref().take(count).collect()).collect())
}

fn union(args: &[Value]) -> Result<Value, Failure> {
    Ok(set_of(elements(args)?.concat()))
}

fn keep(args: &[Value], if_in_others: bool) -> Result<Value, Failure> {
    let mut sets = elements(args)?.into_iter();
    let mut kept = sets.next().unwrap_or_default();
    for other in sets {
        let other: BTreeSet<Ordered> = other.into_iter().map(Ordered).collect();
        kept = kept
            .into_iter()
            .map(Ordered)
            .filter(|item| other.contains(item) == if_in_others)
            .map(|item| item.0)
            .collect();
    }
    Ok(set_of(kept))
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
