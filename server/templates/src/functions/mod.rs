//! The functions of Go's templates, of Sprig and of Helm. Each either computes what Helm computes, fails as it fails, or is
//! unknown; what is another one each time is always unknown.

mod arguments;
mod collections;
mod comparison;
mod encoding;
mod impure;
mod maps;
mod mathematics;
mod patterns;
mod strings;
mod versions;

use crate::evaluate::{Run, Stop};
use crate::go_format;
use crate::text::Text;
use crate::value::{Kind, Unknown, Value};

pub(crate) use arguments::Args;

/// What a family of functions answers: `None` when the name is not one of its own.
type Answer = Option<Result<Value, String>>;

/// Functions that take what is not known as it is: they put it somewhere, or pass it on.
const KEEPING: &[&str] = &[
    "append",
    "cat",
    "concat",
    "dict",
    "first",
    "get",
    "hasKey",
    "include",
    "indent",
    "index",
    "initial",
    "last",
    "list",
    "merge",
    "mergeOverwrite",
    "nindent",
    "omit",
    "pick",
    "pluck",
    "prepend",
    "print",
    "printf",
    "println",
    "push",
    "quote",
    "required",
    "rest",
    "reverse",
    "set",
    "squote",
    "toJson",
    "toPrettyJson",
    "toRawJson",
    "toString",
    "toYaml",
    "toYamlPretty",
    "tpl",
    "tuple",
    "unset",
    "deepCopy",
    "dig",
    "not",
    "default",
    "coalesce",
    "empty",
    "ternary",
    "all",
    "any",
    "slice",
    "values",
    "keys",
    "len",
    "toStrings",
    "compact",
    "typeOf",
    "kindOf",
    "typeIs",
    "kindIs",
    "fail",
    "lookup",
    "eq",
    "ne",
    "trim",
    "trimSuffix",
    "trimPrefix",
];

/// Functions that leave a text that is not known where it is.
const OF_TEXTS: &[&str] = &["indent", "nindent", "trim", "trimSuffix", "trimPrefix"];

fn as_text(value: Value) -> Value {
    match value.kind {
        Kind::Unknown(unknown) => Value::text(Text::hole(unknown)),
        _ => value,
    }
}

/// What is done with a name that only whoever installs it decides tells nothing of it: it makes other names.
const NAMING: &[&str] = &["contains", "len", "regexMatch", "hasSuffix", "hasPrefix"];

/// Calls a function.
pub(crate) fn call(run: &mut Run<'_>, name: &str, args: Vec<Value>) -> Result<Value, Stop> {
    run.step(1 + args.len())?;
    let plain = without_must(name);
    let name = plain.as_deref().unwrap_or(name);
    if let Some(answer) = own(run, name, &args) {
        return answer;
    }
    if let Some(answer) = impure::call(run, name, &args) {
        return Ok(answer?);
    }
    let is_keeping = KEEPING.contains(&name);
    let args = if OF_TEXTS.contains(&name) { args.into_iter().map(as_text).collect() } else { args };
    if let Some(unknown) = args.iter().find_map(Value::first_unknown).filter(|_| !is_keeping) {
        if name == "semverCompare"
            && let Some(answer) = versions::compared_with_cluster(&args)
        {
            return Ok(answer?);
        }
        return Ok(Value::unknown(derived(&unknown, name, &args)));
    }
    let is_assumed = args.iter().any(Value::is_assumed);
    let size: usize = args.iter().map(|arg| if let Kind::Text(text) = &arg.kind { text.len() } else { 0 }).sum();
    run.step(size / 64)?;
    let answer = strings::call(name, &args)
        .or_else(|| collections::call(name, &args))
        .or_else(|| maps::call(name, &args))
        .or_else(|| comparison::call(name, &args))
        .or_else(|| mathematics::call(name, &args))
        .or_else(|| encoding::call(name, &args))
        .or_else(|| patterns::call(name, &args))
        .or_else(|| versions::call(name, &args));
    let Some(answer) = answer else {
        return match impure::is_known_elsewhere(name) {
            true => Ok(Value::unknown(Unknown::named(format!("{name} is not worked out"), &fingerprint(name, &args)))),
            // A later Helm may have it.
            false => Err(Stop::TooMuch(format!("there is no function {name}"))),
        };
    };
    let mut value = match (answer, args.iter().find_map(Value::first_unknown)) {
        // What is wrong with an argument may be that it is not known.
        (Err(_), Some(unknown)) => Value::unknown(derived(&unknown, name, &args)),
        (answer, _) => answer?,
    };
    if let Kind::Text(text) = &value.kind {
        let text = run.sized(text.clone())?;
        value.kind = Kind::Text(text);
    }
    Ok(if is_assumed && !is_keeping { assumed(value, name, &args) } else { value })
}

/// What follows from a name that only whoever installs it decides.
fn assumed(value: Value, name: &str, args: &[Value]) -> Value {
    match value.kind {
        Kind::Text(mut text) => {
            text.assume();
            Value::text(text)
        }
        Kind::Bool(_) | Kind::Int(_) | Kind::Long(_) | Kind::Float(_) if !NAMING.contains(&name) => {
            let why = "it depends on how the release is called";
            Value::unknown(Unknown::named(why, &fingerprint(name, args)))
        }
        kind => kind.into(),
    }
}

/// What is not known, worked out by a function: the same for the same arguments.
fn derived(unknown: &Unknown, name: &str, args: &[Value]) -> Unknown {
    unknown.derived(&fingerprint(name, args))
}

fn fingerprint(name: &str, args: &[Value]) -> String {
    args.iter().fold(name.to_owned(), |all, arg| format!("{all}\u{0}{}", told(arg)))
}

fn told(value: &Value) -> String {
    match &value.kind {
        Kind::Unknown(unknown) => format!("?{}{}", unknown.id, unknown.is_negated),
        Kind::Text(text) => {
            let holes = text.marks().iter().filter_map(|mark| match &mark.source {
                crate::Source::Hole(unknown) => Some(unknown.id.to_string()),
                _ => None,
            });
            format!("{:?}{}", text.as_str(), holes.collect::<Vec<_>>().join(","))
        }
        Kind::List(items) => items.iter().take(1_000).map(told).collect::<Vec<_>>().join(","),
        _ => go_format::plain(value).as_str().to_owned(),
    }
}

/// The functions that end the template where theirs do not, without their prefix.
fn without_must(name: &str) -> Option<String> {
    let rest = name.strip_prefix("must")?;
    let first = rest.chars().next().filter(char::is_ascii_uppercase)?;
    Some(format!("{}{}", first.to_ascii_lowercase(), rest.get(1..)?))
}

/// The functions that need the templates themselves.
fn own(run: &mut Run<'_>, name: &str, args: &[Value]) -> Option<Result<Value, Stop>> {
    let args = Args { name, list: args };
    Some(match name {
        "include" => (|| {
            args.count(2..=2)?;
            if let Some(unknown) = args.get(0)?.first_unknown() {
                return Ok(Value::unknown(derived(&unknown, "include", args.list)));
            }
            let name = args.text(0)?.as_str().to_owned();
            Ok(Value::text(run.include(&name, args.get(1)?)?))
        })(),
        "tpl" => (|| {
            args.count(2..=2)?;
            if let Some(unknown) = args.get(0)?.as_unknown() {
                return Ok(Value::unknown(derived(unknown, "tpl", args.list)));
            }
            let text = args.text(0)?.clone();
            Ok(Value::text(run.template_of(&text, args.get(1)?)?))
        })(),
        "required" => (|| {
            args.count(2..=2)?;
            let value = args.get(1)?;
            let is_missing = match &value.kind {
                Kind::Nil => true,
                Kind::Text(text) => text.is_empty(),
                _ => false,
            };
            if !is_missing {
                return Ok(value.clone());
            }
            let why = format!("it has to be given: {}", go_format::plain(args.get(0)?).as_str());
            let unknown = Unknown::named(why.as_str(), &why).with_truth(Some(true));
            Ok(Value::unknown(unknown))
        })(),
        "fail" => (|| {
            args.count(1..=1)?;
            Err(Stop::Error(format!("the chart refuses this: {}", go_format::plain(args.get(0)?).as_str().trim())))
        })(),
        "default" => (|| {
            args.count(1..=2)?;
            let Ok(given) = args.get(1) else { return Ok(args.get(0)?.clone()) };
            Ok(if run.truth(given) { given.clone() } else { args.get(0)?.clone() })
        })(),
        "coalesce" => Ok(args.list.iter().find(|value| run.truth(value)).cloned().unwrap_or_else(Value::nil)),
        "ternary" => (|| {
            args.count(3..=3)?;
            let test = args.get(2)?;
            if !matches!(test.kind, Kind::Bool(_) | Kind::Unknown(_)) {
                return Err(args.wrong(2, "bool").into());
            }
            Ok(if run.truth(test) { args.get(0)?.clone() } else { args.get(1)?.clone() })
        })(),
        "not" => (|| {
            args.count(1..=1)?;
            Ok(match args.get(0)?.truth() {
                Ok(truth) => Kind::Bool(!truth).into(),
                Err(unknown) => Value::unknown(Unknown { is_negated: !unknown.is_negated, ..unknown }),
            })
        })(),
        "empty" => (|| {
            args.count(1..=1)?;
            Ok(match args.get(0)?.truth() {
                Ok(truth) => Kind::Bool(!truth).into(),
                Err(unknown) => Value::unknown(Unknown { is_negated: !unknown.is_negated, ..unknown }),
            })
        })(),
        "all" => Ok(Kind::Bool(args.list.iter().all(|value| run.truth(value))).into()),
        "any" => Ok(Kind::Bool(args.list.iter().any(|value| run.truth(value))).into()),
        "compact" => (|| {
            let items = args.items(0)?;
            Ok(Value::list(items.iter().filter(|item| run.truth(item)).cloned().collect()))
        })(),
        "and" | "or" => Err(Stop::Error(format!("`{name}` needs an argument"))),
        _ => return None,
    })
}

/// A text that is put together, as a value.
fn text(text: Text) -> Result<Value, String> {
    Ok(Value::text(text))
}
