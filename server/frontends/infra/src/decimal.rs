//! Availabilities as written, into unavailabilities without losing a digit.

/// `1 - text` or, in percent, `(100 - text) / 100`, by decimal digits where the text is a plain decimal: 0.9999 gives
/// 1e-4 exactly as a reader would write it, where the difference of two doubles would be off in the fourth digit.
pub(crate) fn complement(text: &str, value: f64, percent: bool) -> f64 {
    let whole = if percent { 100.0 } else { 1.0 };
    exactly(text, percent).unwrap_or((whole - value) / whole)
}

fn exactly(text: &str, percent: bool) -> Option<f64> {
    let text = text.trim().trim_start_matches('+');
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    if text.is_empty() || !digits(before) || !digits(after) || before.len() + after.len() > 30 {
        return None;
    }
    let written: u128 = format!("0{before}{after}").parse().ok()?;
    let scale = after.len() as u32;
    let whole = 10u128.checked_pow(scale)?.checked_mul(if percent { 100 } else { 1 })?;
    let rest = whole.checked_sub(written)?;
    format!("{rest}e-{}", scale + if percent { 2 } else { 0 }).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::complement;

    #[test]
    fn no_digit_is_lost() {
        for (text, percent, expected) in [
            ("0.9999", false, 1e-4),
            ("0.999999999", false, 1e-9),
            ("1", false, 0.0),
            ("1.0", false, 0.0),
            ("0", false, 1.0),
            (".5", false, 0.5),
            ("99.9", true, 1e-3),
            ("99.95", true, 5e-4),
            ("99.9999999", true, 1e-9),
            ("100", true, 0.0),
            ("95", true, 0.05),
        ] {
            assert_eq!(complement(text, text.parse().unwrap(), percent), expected, "{text}");
        }
        assert_eq!(complement("5e-1", 0.5, false), 0.5);
    }
}
