//! Targets, and what they allow: not by subtraction of binary fractions, 99.9 has to allow 0.001.

use foreshock_model::Probability;

/// What a target is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// 99.9
    Percent,
    /// 0.999
    Share,
}

impl Unit {
    /// What a person should write, with an example.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Unit::Percent => "a percentage above 0 and up to 100, such as 99.9",
            Unit::Share => "a share above 0 and up to 1, such as 0.999",
        }
    }
}

/// The unavailability that a target leaves; `None` for what is no target.
pub(super) fn allowed(text: &str, unit: Unit) -> Option<Probability> {
    /// More digits than a double has.
    const MOST_DIGITS: usize = 15;
    let text = text.trim();
    let number: f64 = text.parse().ok()?;
    let whole = if unit == Unit::Percent { 100.0 } else { 1.0 };
    if !(number > 0.0 && number <= whole) {
        return None;
    }
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let scale = 10f64.powi(digits.min(MOST_DIGITS) as i32);
    Probability::new(((whole - number) * scale).round() / scale / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_what_they_allow() {
        for (text, unit, expected) in [
            ("99.9", Unit::Percent, Some(0.001)),
            ("99.99", Unit::Percent, Some(0.0001)),
            ("100", Unit::Percent, Some(0.0)),
            ("0.999", Unit::Share, Some(0.001)),
            (" 0.99995 ", Unit::Share, Some(0.00005)),
            ("1", Unit::Share, Some(0.0)),
            ("99.9", Unit::Share, None),
            ("0", Unit::Percent, None),
            ("-1", Unit::Percent, None),
            ("100.1", Unit::Percent, None),
            ("NaN", Unit::Percent, None),
            ("inf", Unit::Share, None),
            ("three nines", Unit::Percent, None),
            ("", Unit::Share, None),
        ] {
            let got = allowed(text, unit).map(Probability::get);
            let is_close = match (got, expected) {
                (Some(got), Some(expected)) => (got - expected).abs() <= 1e-15,
                (got, expected) => got == expected,
            };
            assert!(is_close, "{text}: {got:?}");
        }
    }
}
