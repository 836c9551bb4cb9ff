//! Comparing values, and asking what they are.

use std::cmp::Ordering;

use super::{Answer, Args, fingerprint};
use crate::value::{DEEPEST, Kind, Unknown, Value};

/// Whether two values are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    Yes,
    No,
    Unknown,
}

pub(super) fn call(name: &str, list: &[Value]) -> Answer {
    let args = Args { name, list };
    let truth = |truth: bool| Ok(Kind::Bool(truth).into());
    Some(match name {
        "eq" => equal(args, list),
        "ne" => (|| {
            args.count(2..=2)?;
            Ok(match equal(args, list)?.kind {
                Kind::Bool(is_equal) => Kind::Bool(!is_equal).into(),
                Kind::Unknown(unknown) => Value::unknown(Unknown { is_negated: !unknown.is_negated, ..unknown }),
                other => other.into(),
            })
        })(),
        "lt" => ordered(args, |order| order == Ordering::Less),
        "le" => ordered(args, |order| order != Ordering::Greater),
        "gt" => ordered(args, |order| order == Ordering::Greater),
        "ge" => ordered(args, |order| order != Ordering::Less),
        "deepEqual" => (|| truth(same(args.get(0)?, args.get(1)?) == Same::Yes))(),
        "kindOf" => known(args, 0, |value| Value::made(value.kind_name())),
        "typeOf" => known(args, 0, |value| Value::made(value.type_name())),
        "kindIs" => (|| {
            let wanted = args.str(0)?;
            known(args, 1, |value| Kind::Bool(value.kind_name() == wanted).into())
        })(),
        "typeIs" | "typeIsLike" => (|| {
            let wanted = args.str(0)?;
            known(args, 1, |value| {
                let own = value.type_name();
                Kind::Bool(own == wanted || name == "typeIsLike" && format!("*{own}") == wanted).into()
            })
        })(),
        _ => return None,
    })
}

fn known(args: Args<'_>, at: usize, make: impl Fn(&Value) -> Value) -> Result<Value, String> {
    let value = args.get(at)?;
    Ok(match &value.kind {
        Kind::Unknown(unknown) => Value::unknown(unknown.derived(&fingerprint(args.name, args.list))),
        _ => make(value),
    })
}

fn depends_on_release(args: Args<'_>, list: &[Value]) -> Value {
    Value::unknown(Unknown::named("it depends on how the release is called", &fingerprint(args.name, list)))
}

/// `eq`: the first is one of the others. Of two kinds that Go does not compare it is an error, as there.
fn equal(args: Args<'_>, list: &[Value]) -> Result<Value, String> {
    let first = args.get(0)?;
    args.get(1)?;
    let mut open: Option<Value> = None;
    for other in list.iter().skip(1) {
        match compared(first, other)? {
            Same::Yes if first.is_assumed() || other.is_assumed() => open = Some(depends_on_release(args, list)),
            Same::Yes => return Ok(Kind::Bool(true).into()),
            Same::No if first.is_assumed() || other.is_assumed() => open = Some(depends_on_release(args, list)),
            Same::No => {}
            Same::Unknown => {
                let unknown = first.first_unknown().or_else(|| other.first_unknown());
                let unknown = unknown.unwrap_or_else(|| Unknown::named("not known", "eq"));
                // In either order it is the same question.
                let mut both =
                    [fingerprint("", std::slice::from_ref(first)), fingerprint("", std::slice::from_ref(other))];
                both.sort();
                let asked = Unknown::named(unknown.why.clone(), &format!("eq{both:?}"));
                open = Some(Value::unknown(asked));
            }
        }
    }
    Ok(open.unwrap_or_else(|| Kind::Bool(false).into()))
}

fn compared(one: &Value, other: &Value) -> Result<Same, String> {
    let is_basic = |value: &Value| {
        matches!(
            value.kind,
            Kind::Bool(_)
                | Kind::Int(_)
                | Kind::Long(_)
                | Kind::Float(_)
                | Kind::Text(_)
                | Kind::Nil
                | Kind::Unknown(_)
        )
    };
    for value in [one, other] {
        if !is_basic(value) {
            return match (&one.kind, &other.kind) {
                (Kind::Nil, _) | (_, Kind::Nil) => Ok(Same::No),
                (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => Ok(Same::Unknown),
                _ => Err(format!("eq does not compare a {}", value.type_name())),
            };
        }
    }
    match (&one.kind, &other.kind) {
        (Kind::Nil, Kind::Nil) => Ok(Same::Yes),
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => Ok(Same::Unknown),
        (Kind::Nil, _) | (_, Kind::Nil) => Ok(Same::No),
        (Kind::Bool(_), Kind::Bool(_)) | (Kind::Float(_), Kind::Float(_)) | (Kind::Text(_), Kind::Text(_)) => {
            Ok(same(one, other))
        }
        (Kind::Int(_) | Kind::Long(_), Kind::Int(_) | Kind::Long(_)) => {
            Ok(if super::arguments::as_int(one) == super::arguments::as_int(other) { Same::Yes } else { Same::No })
        }
        _ => {
            // What is only a part of a text may still be anything but another type.
            Err(format!("eq does not compare a {} with a {}", one.type_name(), other.type_name()))
        }
    }
}

/// Whether two values are the same, types included, as `reflect.DeepEqual` says it.
pub(super) fn same(one: &Value, other: &Value) -> Same {
    within(one, other, 0)
}

fn within(one: &Value, other: &Value, depth: usize) -> Same {
    let of = |is_same: bool| if is_same { Same::Yes } else { Same::No };
    if depth > DEEPEST {
        return Same::Unknown;
    }
    match (&one.kind, &other.kind) {
        (Kind::Unknown(mine), Kind::Unknown(theirs)) if mine == theirs => Same::Yes,
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => Same::Unknown,
        (Kind::Nil, Kind::Nil) => Same::Yes,
        (Kind::Bool(one), Kind::Bool(other)) => of(one == other),
        (Kind::Int(one), Kind::Int(other)) | (Kind::Long(one), Kind::Long(other)) => of(one == other),
        (Kind::Float(one), Kind::Float(other)) => of(one == other),
        (Kind::Text(one), Kind::Text(other)) => match one.first_unknown().or(other.first_unknown()) {
            Some(_) => Same::Unknown,
            None => of(one.as_str() == other.as_str()),
        },
        (Kind::List(mine), Kind::List(theirs)) => {
            if mine.len() != theirs.len() {
                return Same::No;
            }
            all(mine.iter().zip(theirs.iter()).map(|(one, other)| within(one, other, depth + 1)))
        }
        (Kind::Map(mine), Kind::Map(theirs)) => {
            let (mine, theirs) = (mine.borrow(), theirs.borrow());
            if mine.len() != theirs.len() {
                return Same::No;
            }
            all(mine.iter().map(|(key, one)| theirs.get(key).map_or(Same::No, |other| within(one, other, depth + 1))))
        }
        _ => Same::No,
    }
}

fn all(parts: impl Iterator<Item = Same>) -> Same {
    parts.fold(Same::Yes, |so_far, part| match (so_far, part) {
        (Same::No, _) | (_, Same::No) => Same::No,
        (Same::Unknown, _) | (_, Same::Unknown) => Same::Unknown,
        _ => Same::Yes,
    })
}

fn ordered(args: Args<'_>, is_so: impl Fn(Ordering) -> bool) -> Result<Value, String> {
    args.count(2..=2)?;
    let (one, other) = (args.get(0)?, args.get(1)?);
    let order = match (&one.kind, &other.kind) {
        (Kind::Int(one) | Kind::Long(one), Kind::Int(other) | Kind::Long(other)) => one.cmp(other),
        (Kind::Float(one), Kind::Float(other)) => one.partial_cmp(other).unwrap_or(Ordering::Equal),
        (Kind::Text(one), Kind::Text(other)) => one.as_str().cmp(other.as_str()),
        _ => return Err(format!("{} does not compare a {} with a {}", args.name, one.type_name(), other.type_name())),
    };
    Ok(Kind::Bool(is_so(order)).into())
}
