//! Numbers as Go reads them.

/// A number that is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Literal {
    Int(i64),
    Float(f64),
}

/// What Go takes a written number for; `None` where it is none. Imaginary ones are not read.
pub(crate) fn literal(written: &str) -> Option<Literal> {
    let digits = written.trim_start_matches(['+', '-']);
    let is_hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
    if is_hexadecimal || !written.contains(['.', 'e', 'E', 'p', 'P']) {
        return integer(written).map(Literal::Int);
    }
    let plain = written.replace('_', "");
    plain.parse::<f64>().ok().filter(|number| number.is_finite()).map(Literal::Float)
}

/// An integer with Go's prefixes: `0x`, `0o`, `0b`, and a leading zero for octal.
pub(crate) fn integer(written: &str) -> Option<i64> {
    let (sign, digits) = match written.strip_prefix('-') {
        Some(rest) => (-1i64, rest),
        None => (1, written.strip_prefix('+').unwrap_or(written)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match (lower.get(..2), lower.len()) {
        (Some("0x"), _) => (16, lower.get(2..)?),
        (Some("0o"), _) => (8, lower.get(2..)?),
        (Some("0b"), _) => (2, lower.get(2..)?),
        (_, 2..) if lower.starts_with('0') => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    let digits = digits.replace('_', "");
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(&digits, radix).ok()?.checked_mul(sign)
}

/// As Go's `%v` writes a float: the shortest digits, with an exponent below -4 and from 6 on (strconv's `%g`).
pub(crate) fn shortest(number: f64) -> String {
    with_exponent_from(number, -4, 6)
}

/// As JSON and YAML of Go write a float.
pub(crate) fn in_json(number: f64) -> String {
    with_exponent_from(number, -6, 21)
}

fn with_exponent_from(number: f64, low: i32, high: i32) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && (exponent < low || exponent >= high) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{number}")
}
