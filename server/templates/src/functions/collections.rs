//! Functions of lists, and those that look into lists and maps alike.

use super::arguments::as_int;
use super::comparison::{Same, same};
use super::{Answer, Args};
use crate::value::{Kind, Unknown, Value};

pub(super) fn call(name: &str, list: &[Value]) -> Answer {
    let args = Args { name, list };
    Some(match name {
        "list" | "tuple" => Ok(Value::list(list.to_vec())),
        "first" => of_items(args, |items| items.first().cloned().unwrap_or_else(Value::nil)),
        "last" => of_items(args, |items| items.last().cloned().unwrap_or_else(Value::nil)),
        "rest" => of_items(args, |items| match items {
            [] => Value::nil(),
            [_, rest @ ..] => Value::list(rest.to_vec()),
        }),
        "initial" => of_items(args, |items| match items {
            [] => Value::nil(),
            [rest @ .., _] => Value::list(rest.to_vec()),
        }),
        "reverse" => of_items(args, |items| Value::list(items.iter().rev().cloned().collect())),
        "append" | "push" => of_items_and(args, |items, value| {
            Value::list(items.iter().cloned().chain(std::iter::once(value)).collect())
        }),
        "prepend" => of_items_and(args, |items, value| {
            Value::list(std::iter::once(value).chain(items.iter().cloned()).collect())
        }),
        "concat" => (|| {
            let mut all = Vec::new();
            for (at, value) in list.iter().enumerate() {
                if let Some(unknown) = value.as_unknown() {
                    return Ok(Value::unknown(unknown.derived(&"concat")));
                }
                all.extend(args.items(at)?.iter().cloned());
            }
            Ok(Value::list(all))
        })(),
        "chunk" => (|| {
            let size = usize::try_from(args.int(0)?).ok().filter(|size| *size > 0).ok_or("chunk needs a size")?;
            Ok(Value::list(args.items(1)?.chunks(size).map(|part| Value::list(part.to_vec())).collect()))
        })(),
        "uniq" => of_items(args, |items| {
            let mut kept: Vec<Value> = Vec::new();
            for item in items {
                if !kept.iter().any(|known| same(known, item) == Same::Yes) {
                    kept.push(item.clone());
                }
            }
            Value::list(kept)
        }),
        "without" => (|| {
            let omitted = list.get(1..).unwrap_or_default();
            let is_kept = |item: &&Value| !omitted.iter().any(|omit| same(omit, item) == Same::Yes);
            Ok(Value::list(args.items(0)?.iter().filter(is_kept).cloned().collect()))
        })(),
        "has" => (|| match &args.get(1)?.kind {
            Kind::Nil => Ok(Kind::Bool(false).into()),
            _ => {
                let needle = args.get(0)?;
                Ok(Kind::Bool(args.items(1)?.iter().any(|item| same(needle, item) == Same::Yes)).into())
            }
        })(),
        "slice" => slice(args),
        "index" => index(args),
        "len" => (|| match &args.get(0)?.kind {
            Kind::Text(text) => match text.first_unknown() {
                Some(unknown) => Ok(Value::unknown(unknown.derived(&"len"))),
                None => Ok(Kind::Int(text.len() as i64).into()),
            },
            Kind::List(items) => Ok(Kind::Int(items.len() as i64).into()),
            Kind::Map(map) => Ok(Kind::Int(map.borrow().len() as i64).into()),
            Kind::Unknown(unknown) => Ok(Value::unknown(unknown.derived(&"len"))),
            Kind::Nil => Err("len of nothing".to_owned()),
            _ => Err(args.wrong(0, "list")),
        })(),
        "until" => (|| counted(0, args.int(0)?, if args.int(0)? < 0 { -1 } else { 1 }))(),
        "untilStep" => (|| counted(args.int(0)?, args.int(1)?, args.int(2)?))(),
        "seq" => sequence(args),
        _ => return None,
    })
}

/// Longer lists are not made of nothing.
const LONGEST: usize = 10_000;

fn counted(start: i64, stop: i64, step: i64) -> Result<Value, String> {
    let mut items = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        if items.len() >= LONGEST {
            return Err(format!("more than {LONGEST} numbers"));
        }
        items.push(Kind::Int(at).into());
        at = at.saturating_add(step);
    }
    Ok(Value::list(items))
}

/// As the program of that name writes numbers.
fn sequence(args: Args<'_>) -> Result<Value, String> {
    args.count(0..=3)?;
    let number = |at: usize| args.get(at).map(as_int);
    let (start, step, end) = match args.list.len() {
        0 => return Ok(Value::made("")),
        1 => (1, if number(0)? < 1 { -1 } else { 1 }, number(0)?),
        2 => (number(0)?, if number(1)? < number(0)? { -1 } else { 1 }, number(1)?),
        _ => (number(0)?, number(1)?, number(2)?),
    };
    let stop = end.saturating_add(if step < 0 { -1 } else { 1 });
    let numbers = counted(start, stop, step)?;
    let Kind::List(items) = &numbers.kind else { return Ok(numbers) };
    let words: Vec<String> = items.iter().map(|item| as_int(item).to_string()).collect();
    Ok(Value::made(words.join(" ")))
}

fn of_items(args: Args<'_>, make: impl Fn(&[Value]) -> Value) -> Result<Value, String> {
    let value = args.get(0)?;
    match value.as_unknown() {
        Some(unknown) => Ok(Value::unknown(unknown.derived(&args.name))),
        None => Ok(make(args.items(0)?)),
    }
}

fn of_items_and(args: Args<'_>, make: impl Fn(&[Value], Value) -> Value) -> Result<Value, String> {
    args.count(2..=2)?;
    let value = args.get(1)?.clone();
    of_items(args, |items| make(items, value.clone()))
}

fn slice(args: Args<'_>) -> Result<Value, String> {
    if let Some(unknown) = args.list.iter().find_map(Value::as_unknown) {
        return Ok(Value::unknown(unknown.derived(&"slice")));
    }
    let items = args.items(0)?;
    if items.is_empty() {
        return Ok(Value::nil());
    }
    let bound = |at: usize, otherwise: usize| match args.list.get(at) {
        Some(value) => usize::try_from(as_int(value)).map_err(|_| "slice needs a place in the list".to_owned()),
        None => Ok(otherwise),
    };
    let (start, end) = (bound(1, 0)?, bound(2, items.len())?);
    let part = items.get(start..end).ok_or("slice reaches beyond the list")?;
    Ok(Value::list(part.to_vec()))
}

fn index(args: Args<'_>) -> Result<Value, String> {
    let mut value = args.get(0)?.clone();
    for (at, key) in args.list.iter().enumerate().skip(1) {
        if let Some(unknown) = value.as_unknown().or(key.as_unknown()) {
            return Ok(Value::unknown(unknown.derived(&("index", crate::go_format::plain(key).as_str()))));
        }
        let next = match &value.kind {
            Kind::Map(map) => {
                let key = args.text(at)?;
                if key.is_assumed() || key.first_unknown().is_some() {
                    return Ok(Value::unknown(Unknown::named("it depends on how the release is called", key.as_str())));
                }
                map.borrow().get(key.as_str()).cloned().unwrap_or_else(Value::nil)
            }
            Kind::List(items) => {
                let number = match &key.kind {
                    Kind::Int(number) | Kind::Long(number) => *number,
                    _ => return Err(args.wrong(at, "int")),
                };
                let item = usize::try_from(number).ok().and_then(|number| items.get(number));
                item.cloned().ok_or_else(|| format!("there is no item {number} in a list of {}", items.len()))?
            }
            Kind::Text(text) => {
                let byte = usize::try_from(as_int(key)).ok().and_then(|at| text.as_str().as_bytes().get(at));
                Kind::Int(i64::from(*byte.ok_or("there are not as many letters")?)).into()
            }
            Kind::Host(host) => host.call("", std::slice::from_ref(key))?,
            Kind::Nil => return Err("index of nothing".to_owned()),
            _ => return Err(format!("a {} can't be indexed", value.type_name())),
        };
        value = next;
    }
    Ok(value)
}
