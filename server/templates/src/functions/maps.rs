//! Functions of maps. Those that change one change it for all that hold it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::{Answer, Args};
use crate::go_format::plain;
use crate::value::{Kind, Map, Unknown, Value};

pub(super) fn call(name: &str, list: &[Value]) -> Answer {
    let args = Args { name, list };
    Some(match name {
        "dict" => (|| {
            let mut map = Map::new();
            for pair in list.chunks(2) {
                let [key, rest @ ..] = pair else { continue };
                if let Some(unknown) = key.first_unknown() {
                    return Ok(Value::unknown(unknown.derived(&"dict")));
                }
                map.insert(plain(key).as_str().into(), rest.first().cloned().unwrap_or_else(|| Value::made("")));
            }
            Ok(Value::map(map))
        })(),
        "get" => with_key(args, |map, key| Ok(map.borrow().get(key).cloned().unwrap_or_else(|| Value::made("")))),
        "hasKey" => with_key(args, |map, key| Ok(Kind::Bool(map.borrow().contains_key(key)).into())),
        "set" => with_key(args, |map, key| {
            let value = args.get(2)?.clone();
            if reaches(&value, map, 0) {
                return Err("this map would be inside of itself".to_owned());
            }
            map.borrow_mut().insert(key.into(), value);
            args.get(0).cloned()
        }),
        "unset" => with_key(args, |map, key| {
            map.borrow_mut().remove(key);
            args.get(0).cloned()
        }),
        "keys" => (|| {
            let mut keys = Vec::new();
            for at in 0..list.len() {
                match map(args, at)? {
                    Ok(map) => keys.extend(map.borrow().keys().map(|key| Value::made(&**key))),
                    Err(unknown) => return Ok(unknown),
                }
            }
            Ok(Value::list(keys))
        })(),
        "values" => (|| match map(args, 0)? {
            Ok(map) => Ok(Value::list(map.borrow().values().cloned().collect())),
            Err(unknown) => Ok(unknown),
        })(),
        "pick" | "omit" => (|| {
            let map = match map(args, 0)? {
                Ok(map) => map,
                Err(unknown) => return Ok(unknown),
            };
            let mut names: Vec<Arc<str>> = Vec::new();
            for at in 1..list.len() {
                if let Some(unknown) = args.get(at)?.first_unknown() {
                    return Ok(Value::unknown(unknown.derived(&name)));
                }
                names.push(args.str(at)?.into());
            }
            let is_kept = |key: &Arc<str>| names.contains(key) == (name == "pick");
            let kept = map
                .borrow()
                .iter()
                .filter(|(key, _)| is_kept(key))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            Ok(Value::map(kept))
        })(),
        "pluck" => (|| {
            let key = args.str(0)?;
            let mut found = Vec::new();
            for at in 1..list.len() {
                match map(args, at)? {
                    Ok(map) => found.extend(map.borrow().get(key).cloned()),
                    Err(unknown) => return Ok(unknown),
                }
            }
            Ok(Value::list(found))
        })(),
        "dig" => (|| {
            let Some((last, before)) = list.split_last() else { return args.get(0).cloned() };
            let Some((otherwise, steps)) = before.split_last() else {
                return Err("dig needs three arguments".to_owned());
            };
            let mut value = last.clone();
            for step in steps {
                let key = plain(step);
                if let Some(unknown) = value.as_unknown().or(key.first_unknown()) {
                    return Ok(Value::unknown(unknown.derived(&("dig", key.as_str()))));
                }
                let Kind::Map(map) = &value.kind else {
                    return Err(format!("dig finds no map before {:?}", key.as_str()));
                };
                let Some(next) = map.borrow().get(key.as_str()).cloned() else { return Ok(otherwise.clone()) };
                value = next;
            }
            Ok(value)
        })(),
        "deepCopy" => args.get(0).map(Value::deep_copy),
        "merge" | "mergeOverwrite" => (|| {
            let target = match map(args, 0)? {
                Ok(map) => map,
                Err(unknown) => return Ok(unknown),
            };
            for at in 1..list.len() {
                match map(args, at)? {
                    Ok(source) if Rc::ptr_eq(source, target) => {}
                    Ok(source) if reaches(args.get(at)?, target, 0) => {
                        return Err(format!(
                            "{name}: this map would be inside of {}",
                            if source.borrow().is_empty() { "nothing" } else { "itself" }
                        ));
                    }
                    Ok(source) => merge(target, source, name == "mergeOverwrite", 0)?,
                    Err(unknown) => return Ok(unknown),
                }
            }
            args.get(0).cloned()
        })(),
        _ => return None,
    })
}

type Shared = Rc<RefCell<Map>>;

/// An argument that has to be a map; what comes of it where it is not known.
fn map<'a>(args: Args<'a>, at: usize) -> Result<Result<&'a Shared, Value>, String> {
    let value = args.get(at)?;
    match &value.kind {
        Kind::Map(map) => Ok(Ok(map)),
        _ => match value.as_unknown() {
            Some(unknown) => Ok(Err(Value::unknown(unknown.derived(&args.name)))),
            None => Err(args.wrong(at, "map")),
        },
    }
}

/// A map and a key of it.
fn with_key(args: Args<'_>, then: impl Fn(&Shared, &str) -> Result<Value, String>) -> Result<Value, String> {
    let map = match map(args, 0)? {
        Ok(map) => map,
        Err(unknown) => return Ok(unknown),
    };
    let key = args.text(1)?;
    if let Some(unknown) = key.first_unknown() {
        return match args.name {
            "set" | "unset" => Err(format!("{} of a key that is not known: {}", args.name, unknown.why)),
            _ => Ok(Value::unknown(unknown.derived(&args.name))),
        };
    }
    if key.is_assumed() && matches!(args.name, "get" | "hasKey") {
        return Ok(Value::unknown(Unknown::named("it depends on how the release is called", key.as_str())));
    }
    then(map, key.as_str())
}

/// Whether a map is somewhere in a value.
fn reaches(value: &Value, wanted: &Shared, depth: usize) -> bool {
    if depth > crate::value::DEEPEST {
        return true;
    }
    match &value.kind {
        Kind::Map(map) => {
            Rc::ptr_eq(map, wanted) || map.borrow().values().any(|inner| reaches(inner, wanted, depth + 1))
        }
        Kind::List(items) => items.iter().any(|inner| reaches(inner, wanted, depth + 1)),
        _ => false,
    }
}

/// Puts into a map what another one has: what is missing or says nothing, or everything.
fn merge(target: &Shared, source: &Shared, overwrites: bool, depth: usize) -> Result<(), String> {
    if depth > crate::value::DEEPEST {
        return Err("too many maps inside of each other".to_owned());
    }
    let entries: Vec<(Arc<str>, Value)> =
        source.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in entries {
        let own = target.borrow().get(&key).cloned();
        match (own.as_ref().map(|own| &own.kind), &value.kind) {
            (Some(Kind::Map(mine)), Kind::Map(theirs)) => {
                if !Rc::ptr_eq(mine, theirs) {
                    merge(&mine.clone(), theirs, overwrites, depth + 1)?;
                }
            }
            (Some(_), Kind::Nil) if !overwrites => {}
            (Some(_), _) if overwrites => drop(target.borrow_mut().insert(key, value)),
            (Some(_), _) => {
                let own = own.unwrap_or_else(Value::nil);
                match own.truth() {
                    Ok(true) => {}
                    Ok(false) => drop(target.borrow_mut().insert(key, value)),
                    Err(unknown) => {
                        let either = Value::unknown(unknown.derived(&("merge", &*key)));
                        target.borrow_mut().insert(key, either);
                    }
                }
            }
            (None, _) => drop(target.borrow_mut().insert(key, value)),
        }
    }
    Ok(())
}
