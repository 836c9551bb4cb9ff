//! The functions of Terraform. Each either computes what Terraform computes, fails as it fails, or is unknown; an
//! impure one is always unknown.

mod collection;
mod cost;
mod encoding;
mod filesystem;
mod format;
mod hash;
mod json;
mod network;
mod number;
mod pattern;
mod pattern_syntax;
mod select;
mod sets;
mod text;
mod time;
mod yaml;

pub use time::seconds_of;

use std::sync::Arc;

use foreshock_resources::{HASHED, JoinedProvenance, Kind, NAMELESS, Provenance, Value};
use foreshock_syntax::hcl::Expr;

use crate::budget::{PARTS, STRING};
use crate::evaluate::{Evaluator, Scope, top_length};
use crate::failure::{Failure, beyond, fail};
use crate::types::{number_of, string_of};

/// What a family of functions answers: `None` when the name is not one of its own.
type Answer = Option<Result<Value, Failure>>;

/// How the answer would be spelled, of functions that put texts together and keep what is in them.
fn spelled(name: &str, args: &[Value]) -> Option<Arc<str>> {
    const KEEPING: &[&str] = &["format", "join", "jsonencode", "lower", "replace", "trimspace", "upper", "yamlencode"];
    const TELLING: &[&str] =
        &["base64encode", "base64gzip", "base64sha256", "base64sha512", "md5", "sha1", "sha256", "sha512", "urlencode"];
    // Of what is not legible any more, enough to tell two apart.
    if TELLING.contains(&name) {
        let text = args.first()?.spelling()?;
        let digest = hash::digest("sha256", text.as_bytes()).ok()?;
        return Some(format!("${{{HASHED}{name}:{}}}", digest.legible()?).into());
    }
    if !KEEPING.contains(&name) {
        return None;
    }
    let args: Vec<Value> = args.iter().map(with_names).collect();
    let args = args.as_slice();
    let answer = text::call(name, args).or_else(|| format::call(name, args)).or_else(|| encoding::call(name, args))?;
    answer.ok()?.legible().cloned()
}

/// The value with its own name in place of each part that is not known.
fn with_names(value: &Value) -> Value {
    let all = |items: &[Value]| Arc::new(items.iter().map(with_names).collect());
    let kind = match &value.kind {
        Kind::Unknown(_) => Kind::String(value.legible().cloned().unwrap_or_else(|| Arc::from(NAMELESS))),
        Kind::List(items) => Kind::List(all(items)),
        Kind::Set(items) => Kind::Set(all(items)),
        Kind::Map(items) => {
            Kind::Map(Arc::new(items.iter().map(|(name, item)| (name.clone(), with_names(item))).collect()))
        }
        known => known.clone(),
    };
    Value::new(kind)
}

impl<'a> Evaluator<'a> {
    #[inline(never)]
    pub(crate) fn call(&self, name: &str, args: &[Expr], expand: bool, scope: &Scope<'_>) -> Result<Value, Failure> {
        let name = name.strip_prefix("core::").unwrap_or(name);
        match name {
            "try" => return self.try_each(args, scope),
            "can" => return self.can(args, scope),
            _ => {}
        }
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(self.eval(arg, scope)?);
        }
        if expand {
            let Some(last) = values.pop() else { return fail("nothing to expand with `...`") };
            match &last.kind {
                Kind::List(_) | Kind::Set(_)
                    if self.budget.make_elements(top_length(&last), &last.provenance).is_err() =>
                {
                    return beyond("too much to evaluate");
                }
                Kind::List(items) => {
                    values.extend(items.iter().map(|item| item.clone().with_provenance(&last.provenance)))
                }
                Kind::Set(items) if items.iter().all(Value::is_known) => {
                    values.extend(items.iter().map(|item| item.clone().with_provenance(&last.provenance)));
                }
                Kind::Set(_) | Kind::Unknown(_) => {
                    values.push(last);
                    return Ok(Value::unknown_from(&values));
                }
                _ => return fail("only a list can be expanded with `...`"),
            }
        }
        self.budget.spend(values.len() as u64)?;
        if matches!(name, "jsonencode" | "yamlencode") && values.iter().any(|value| !value.all_provenance().is_empty())
        {
            values = values.iter().map(|value| encoding::named(value, None)).collect();
        }
        let args = values.as_slice();
        self.pay(name, args)?;
        if let Some(answer) = self.own_call(name, args, scope) {
            return answer;
        }
        // Families that look at unknown elements themselves come first.
        if let Some(answer) = select::call(name, args).or_else(|| collection::call(name, args)) {
            return self.paid(name, args, answer?);
        }
        if let Some(answer) = self.filesystem_call(name, args, scope) {
            return self.paid(name, args, answer?);
        }
        if !args.iter().all(Value::is_wholly_known) {
            return Ok(self.unknown_call(name, args));
        }
        let answer = text::call(name, args)
            .or_else(|| number::call(name, args))
            .or_else(|| sets::call(name, args))
            .or_else(|| self.pattern_call(name, args))
            .or_else(|| format::call(name, args))
            .or_else(|| encoding::call(name, args))
            .or_else(|| network::call(name, args))
            .or_else(|| hash::call(name, args))
            .or_else(|| time::call(name, args));
        match answer {
            Some(answer) => {
                let answer = self.paid(name, args, self.budget.bounded(answer?))?;
                let provenance = all_provenance(args);
                self.budget.make_provenance(&provenance)?;
                Ok(answer.with_provenance(&provenance))
            }
            None => {
                Ok(Value { provenance: all_provenance(args), ..Value::unknown(format!("{name}() is not followed")) })
            }
        }
    }

    /// A function that the language around has of its own. Apart from what calls itself: each level of that has a frame.
    #[inline(never)]
    fn own_call(&self, name: &str, args: &[Value], scope: &Scope<'_>) -> Answer {
        let answer = scope.names?.call(name, args)?;
        Some(answer.and_then(|answer| self.paid(name, args, self.budget.bounded(answer))))
    }

    /// A call whose arguments are not all known.
    #[inline(never)]
    fn unknown_call(&self, name: &str, args: &[Value]) -> Value {
        let unknown = Value::unknown_from(args);
        let length = args.first().and_then(Value::legible).map_or(0, |text| text.len());
        if self.budget.spend(length as u64 / 64).is_err() {
            return unknown;
        }
        match spelled(name, args) {
            Some(text) if self.budget.make(text.len() as u64).is_ok() => unknown.spelled(text),
            _ => unknown,
        }
    }

    /// The first argument that is not an error.
    fn try_each(&self, args: &[Expr], scope: &Scope<'_>) -> Result<Value, Failure> {
        let mut last = Failure::new("try has no argument");
        for arg in args {
            match self.eval(arg, scope) {
                Ok(value) => return Ok(value),
                Err(failure) if failure.ours => return Err(failure),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    fn can(&self, args: &[Expr], scope: &Scope<'_>) -> Result<Value, Failure> {
        let Some(arg) = args.first() else { return fail("can has no argument") };
        Ok(match self.eval(arg, scope) {
            // What is not known yet may still turn out to be an error.
            Ok(value) if !value.is_wholly_known() => Value::unknown_from([&value]),
            Ok(value) => boolean(true).with_provenance(&value.all_provenance()),
            Err(failure) if failure.ours => return Err(failure),
            Err(_) => boolean(false),
        })
    }
}

fn all_provenance(args: &[Value]) -> Provenance {
    let mut provenance = JoinedProvenance::default();
    args.iter().for_each(|arg| provenance.add_all_of(arg));
    provenance.provenance()
}

fn boolean(flag: bool) -> Value {
    Value::new(Kind::Bool(flag))
}

fn number(number: f64) -> Value {
    Value::new(crate::numbers::held(crate::numbers::settle(number)))
}

fn list(items: Vec<Value>) -> Value {
    Value::new(Kind::List(Arc::new(items)))
}

/// The argument at `index`.
fn arg(args: &[Value], index: usize) -> Result<&Value, Failure> {
    match args.get(index) {
        Some(value) => Ok(value),
        None => fail(format!("argument {} is missing", index + 1)),
    }
}

fn text_arg(args: &[Value], index: usize) -> Result<Arc<str>, Failure> {
    string_of(&arg(args, index)?.kind)
}

fn number_arg(args: &[Value], index: usize) -> Result<f64, Failure> {
    number_of(&arg(args, index)?.kind)
}

/// A whole number.
fn whole_arg(args: &[Value], index: usize) -> Result<i64, Failure> {
    whole(number_arg(args, index)?)
}

fn whole(number: f64) -> Result<i64, Failure> {
    if number.fract() == 0.0 && number.abs() <= 9.0e15 {
        return Ok(number as i64);
    }
    fail(format!("a whole number is required, this is {number}"))
}

/// A text that a function is going to make, if it is not too long.
fn room_for_text(bytes: usize) -> Result<(), Failure> {
    if bytes > STRING { beyond("a text too long to follow") } else { Ok(()) }
}

/// Elements that a function is going to make, if they are not too many.
fn room_for_parts(parts: usize) -> Result<(), Failure> {
    if parts > PARTS { beyond("a value too large to follow") } else { Ok(()) }
}

/// The elements of a list or set.
fn items_arg(args: &[Value], index: usize) -> Result<&[Value], Failure> {
    items(arg(args, index)?)
}

fn items(value: &Value) -> Result<&[Value], Failure> {
    match &value.kind {
        Kind::List(items) | Kind::Set(items) => Ok(items),
        _ => fail(format!("a list is required, this is a {}", crate::types::kind_name(value))),
    }
}
