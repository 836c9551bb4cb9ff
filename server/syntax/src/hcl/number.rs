//! Numbers as they are written. Terraform holds 512 bits of one, a double 53: what a double does not hold exactly is
//! no other number here, but one that is known to be there and not which.

/// Digits that every decimal fraction of a double keeps.
const DIGITS: usize = 15;
/// Up to here a double holds every whole number; the number itself also stands for its neighbour.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// What a decimal text means: digits with an optional sign, fraction and exponent. Infinite where a double does not hold
/// it exactly; `None` where the text is no number.
pub fn decimal(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        // "inf" and "nan" are numbers to Rust.
        return None;
    }
    if text.len() <= DIGITS {
        return Some(if number.abs() < WHOLE { number } else { f64::INFINITY });
    }
    let mantissa = unsigned.split(['e', 'E']).next().unwrap_or(unsigned);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let is_whole = fraction.is_empty() && mantissa.len() == unsigned.len();
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').len();
    let is_held = number.abs() < WHOLE && (is_whole || significant <= DIGITS);
    Some(if is_held { number } else { f64::INFINITY })
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn what_a_double_holds_is_the_number() {
        for (text, number) in [
            ("0", 0.0),
            ("-17", -17.0),
            ("0.1", 0.1),
            ("1.50", 1.5),
            ("1e3", 1000.0),
            ("123456789012.125", 123456789012.125),
            ("9007199254740991", 9007199254740991.0),
            ("-9007199254740991", -9007199254740991.0),
            ("0.000000000000001", 1e-15),
            ("3.00000000000000000000", 3.0),
        ] {
            assert_eq!(decimal(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_it_does_not_hold_is_no_other_number() {
        for text in [
            "9007199254740992",
            "9007199254740993",
            "-9007199254740993",
            "18446744073709551616",
            "1e400",
            "1.0000000000000001",
            "0.12345678901234567",
            "9007199254740993.0",
        ] {
            assert_eq!(decimal(text), Some(f64::INFINITY), "{text}");
        }
        for text in ["", "-", "a", "inf", "NaN", "1_0"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
