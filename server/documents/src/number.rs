//! What a plain text is as a number.

/// The number that a plain text is to go-yaml, with which Helm, `kubectl`, Kustomize and Compose read: whole numbers as Go writes
/// them (`0644` and `0o644` are octal, `0x1f` and `0b11` what they are in Go) with `_` anywhere, else decimals. `None` for text,
/// and for what is not finite.
pub(crate) fn number(text: &str) -> Option<f64> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    // Only behind a digit or a sign it may be anywhere.
    let plain = if text.starts_with('.') { text.to_owned() } else { text.replace('_', "") };
    whole(&plain).or_else(|| decimal(&plain))
}

/// A whole number of 64 bits, by its prefix.
fn whole(text: &str) -> Option<f64> {
    let (is_negative, unsigned) = match text.strip_prefix(['+', '-']) {
        Some(unsigned) => (text.starts_with('-'), unsigned),
        None => (false, text),
    };
    let by_prefix = |(prefix, radix): (&str, u32)| {
        let head = unsigned.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix))?;
        Some((unsigned.strip_prefix(head)?, radix)).filter(|(digits, _)| !digits.is_empty())
    };
    let (digits, radix) =
        [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)].into_iter().find_map(by_prefix).unwrap_or((unsigned, 10));
    if !digits.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()? as f64;
    Some(if is_negative { -magnitude } else { magnitude })
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Words like "inf" and "nan" are numbers to Rust.
    let digits = unsigned.strip_prefix('.').unwrap_or(unsigned);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What sigs.k8s.io/yaml makes of each: the rules of its `resolve`.
    #[test]
    fn numbers_as_go_yaml_reads_them() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("7", Some(7.0)),
            ("-12", Some(-12.0)),
            ("+5", Some(5.0)),
            ("0644", Some(420.0)),
            ("00644", Some(420.0)),
            ("-0644", Some(-420.0)),
            ("0o644", Some(420.0)),
            ("0O644", Some(420.0)),
            ("0x1F", Some(31.0)),
            ("0X1f", Some(31.0)),
            ("0b101", Some(5.0)),
            ("1_000", Some(1000.0)),
            ("0_644", Some(420.0)),
            ("1_", Some(1.0)),
            // No octal number, but a decimal one.
            ("0899", Some(899.0)),
            ("08.5", Some(8.5)),
            ("1.", Some(1.0)),
            (".5", Some(0.5)),
            ("-.5", Some(-0.5)),
            ("1e3", Some(1000.0)),
            ("1E+3", Some(1000.0)),
            ("0x", None),
            ("0xg", None),
            ("0o8", None),
            ("0b2", None),
            ("0x-1", None),
            ("0o+7", None),
            ("._5", None),
            (".", None),
            ("-", None),
            ("1e400", None),
            ("0xfffffffffffffffff", None),
            ("1:30", None),
            ("1.2.3", None),
            ("10m", None),
            ("inf", None),
            ("-inf", None),
            ("+nan", None),
            (".inf", None),
            ("_1", None),
            ("é", None),
            ("0é", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
