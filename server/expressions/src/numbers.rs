//! Numbers as Terraform reads and prints them. Terraform computes with 512 bits; a double is exact for what
//! infrastructure is written in (ports, sizes, counts, account numbers), and where it is not the answer is "unknown"
//! rather than a wrong digit.

use std::sync::Arc;

use foreshock_resources::Kind;
use foreshock_syntax::hcl::decimal;

use crate::failure::{Failure, beyond};

/// Why a number is not known though it is written.
pub(crate) const TOO_MANY_DIGITS: &str = "a number with more digits than can be followed here";

/// From here on a double does not hold every whole number: this one may be its neighbour.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A number as a string: whole numbers without a point, others with the fewest digits.
pub(crate) fn format_number(number: f64) -> Result<Arc<str>, Failure> {
    if !is_exact(number) {
        return beyond(TOO_MANY_DIGITS);
    }
    if number == 0.0 {
        return Ok(Arc::from("0"));
    }
    Ok(Arc::from(format!("{number}")))
}

/// Whether the shortest decimal form of the double surely is the number that was meant.
pub(crate) fn is_exact(number: f64) -> bool {
    if !number.is_finite() || number.abs() >= LARGEST_WHOLE {
        return false;
    }
    if number.fract() == 0.0 {
        return true;
    }
    let digits = format!("{number}").bytes().filter(u8::is_ascii_digit).count();
    digits <= 15
}

/// The result of an arithmetic step, with the noise of binary fractions (0.1 + 0.2) rounded away.
pub(crate) fn settle(number: f64) -> f64 {
    if number.fract() == 0.0 || !number.is_finite() {
        return number;
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    // A quotient such as 1/3 has no short form: keep it as it is, it is recognised as inexact.
    let short = format!("{rounded}").bytes().filter(u8::is_ascii_digit).count() <= 14;
    if short { rounded } else { number }
}

/// A number as a value: unknown where a double does not hold it.
pub fn held(number: f64) -> Kind {
    if number.abs() < LARGEST_WHOLE { Kind::Number(number) } else { Kind::Unknown(Arc::from(TOO_MANY_DIGITS)) }
}

/// A string as a number, infinite where a double does not hold it: decimal with optional fraction and exponent.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let first = digits.bytes().next()?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    decimal(text)
}
