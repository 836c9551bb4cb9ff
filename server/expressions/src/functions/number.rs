//! Functions on numbers.

use foreshock_resources::{Kind, Value};

use super::{Answer, items_arg, list, number, number_arg, whole_arg};
use crate::failure::{Failure, beyond, fail};
use crate::types::number_of;

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "abs" => number_arg(args, 0).map(|n| number(n.abs())),
        "ceil" => number_arg(args, 0).map(|n| number(n.ceil())),
        "floor" => number_arg(args, 0).map(|n| number(n.floor())),
        "signum" => number_arg(args, 0).map(|n| number(if n == 0.0 { 0.0 } else { n.signum() })),
        "max" => extreme(args, f64::max),
        "min" => extreme(args, f64::min),
        "pow" => pow(args),
        "log" => log(args),
        "parseint" => parseint(args),
        "sum" => sum(args),
        "range" => range(args),
        _ => return None,
    })
}

fn extreme(args: &[Value], pick: fn(f64, f64) -> f64) -> Result<Value, Failure> {
    let mut best: Option<f64> = None;
    for arg in args {
        let next = number_of(&arg.kind)?;
        best = Some(best.map_or(next, |best| pick(best, next)));
    }
    match best {
        Some(best) => Ok(number(best)),
        None => fail("at least one number is required"),
    }
}

fn pow(args: &[Value]) -> Result<Value, Failure> {
    finite(number_arg(args, 0)?.powf(number_arg(args, 1)?))
}

fn log(args: &[Value]) -> Result<Value, Failure> {
    let (of, base) = (number_arg(args, 0)?, number_arg(args, 1)?);
    finite(of.ln() / base.ln())
}

fn finite(result: f64) -> Result<Value, Failure> {
    if result.is_finite() { Ok(number(result)) } else { fail("not a finite number") }
}

fn parseint(args: &[Value]) -> Result<Value, Failure> {
    let (Kind::String(text), base) = (&super::arg(args, 0)?.kind, whole_arg(args, 1)?) else {
        return fail("parseint takes a string");
    };
    if !(2..=62).contains(&base) {
        return fail("a base from 2 to 62 is required");
    }
    if base > 36 {
        return beyond("a base above 36 is not followed");
    }
    match i64::from_str_radix(text, base as u32) {
        Ok(parsed) if parsed.unsigned_abs() < 1 << 53 => Ok(number(parsed as f64)),
        _ => fail(format!("{text:?} is no number to base {base}")),
    }
}

fn sum(args: &[Value]) -> Result<Value, Failure> {
    let items = items_arg(args, 0)?;
    if items.is_empty() {
        return fail("sum of an empty list");
    }
    let mut total = 0.0;
    for item in items {
        total = crate::numbers::settle(total + number_of(&item.kind)?);
    }
    finite(total)
}

fn range(args: &[Value]) -> Result<Value, Failure> {
    /// Terraform's own bound.
    const ITEMS: usize = 1024;
    let (start, end) = match args.len() {
        1 => (0.0, number_arg(args, 0)?),
        _ => (number_arg(args, 0)?, number_arg(args, 1)?),
    };
    let step = match args.len() {
        3 => number_arg(args, 2)?,
        _ if end < start => -1.0,
        _ => 1.0,
    };
    if step == 0.0 {
        return fail("a step of zero never ends");
    }
    if (end < start && step > 0.0) || (end > start && step < 0.0) {
        return fail("the step leads away from the end");
    }
    let mut items = Vec::new();
    let mut next = start;
    while if step > 0.0 { next < end } else { next > end } {
        if items.len() >= ITEMS {
            return fail("a range of more than 1024 numbers");
        }
        items.push(number(next));
        next = crate::numbers::settle(next + step);
    }
    Ok(list(items))
}
