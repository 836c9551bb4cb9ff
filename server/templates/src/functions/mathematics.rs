//! Functions of numbers.

use super::arguments::{as_float, as_int};
use super::{Answer, Args};
use crate::go_format::plain;
use crate::value::{Kind, Value};

pub(super) fn call(name: &str, list: &[Value]) -> Answer {
    let args = Args { name, list };
    let long = |number: i64| Ok(Kind::Long(number).into());
    let float = |number: f64| Ok(Kind::Float(number).into());
    let ints = || list.iter().map(as_int);
    let floats = || list.iter().map(as_float);
    Some(match name {
        "add" => long(ints().fold(0, i64::wrapping_add)),
        "add1" => args.get(0).and_then(|value| long(as_int(value).wrapping_add(1))),
        "sub" => two(args, |one, other| Ok(one.wrapping_sub(other))),
        "mul" => long(ints().fold(1, i64::wrapping_mul)),
        "div" => two(args, |one, other| one.checked_div(other).ok_or_else(|| "a division by zero".to_owned())),
        "mod" => two(args, |one, other| one.checked_rem(other).ok_or_else(|| "a division by zero".to_owned())),
        "max" | "biggest" => args.get(0).and_then(|_| long(ints().max().unwrap_or(0))),
        "min" => args.get(0).and_then(|_| long(ints().min().unwrap_or(0))),
        "maxf" => args.get(0).and_then(|_| float(floats().fold(f64::NEG_INFINITY, f64::max))),
        "minf" => args.get(0).and_then(|_| float(floats().fold(f64::INFINITY, f64::min))),
        "floor" => args.get(0).and_then(|value| float(as_float(value).floor())),
        "ceil" => args.get(0).and_then(|value| float(as_float(value).ceil())),
        "round" => (|| {
            let (number, places) = (as_float(args.get(0)?), args.int(1)?);
            let by = 10f64.powi(i32::try_from(places.clamp(-300, 300)).unwrap_or(0));
            let scaled = number * by;
            let on = list.get(2).map_or(0.5, as_float);
            let part = scaled.fract();
            let rounded = if part.abs() >= on && part > 0.0 { scaled.ceil() } else { scaled.floor() };
            let rounded = if number < 0.0 && part.abs() >= on {
                scaled.floor()
            } else if number < 0.0 {
                scaled.ceil()
            } else {
                rounded
            };
            float(rounded / by)
        })(),
        "float64" => {
            args.get(0).map(|value| Value { kind: Kind::Float(as_float(value)), origin: value.origin.clone() })
        }
        "atoi" => (|| {
            let written = args.str(0)?;
            Ok(Kind::Int(written.parse().unwrap_or(0)).into())
        })(),
        "toDecimal" => args.get(0).and_then(|value| long(i64::from_str_radix(plain(value).as_str(), 8).unwrap_or(0))),
        _ => return None,
    })
}

fn two(args: Args<'_>, work: impl Fn(i64, i64) -> Result<i64, String>) -> Result<Value, String> {
    args.count(2..=2)?;
    Ok(Kind::Long(work(as_int(args.get(0)?), as_int(args.get(1)?))?).into())
}
