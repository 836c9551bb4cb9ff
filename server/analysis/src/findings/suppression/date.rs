//! The last day of a suppression.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil;

/// A day of the civil calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    /// Reads `2027-01-31`; `None` for anything else, and for a day that there is not.
    pub fn parse(text: &str) -> Option<Date> {
        // jiff reads more than this: years with a sign, other separators.
        let digits = |part: &str, count: usize| {
            let plain = part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse::<i16>().ok()).flatten()
        };
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = i8::try_from(digits(parts.next()?, 2)?).ok()?;
        let day = i8::try_from(digits(parts.next()?, 2)?).ok()?;
        if parts.next().is_some() {
            return None;
        }
        civil::Date::new(year, month, day).ok().map(Date)
    }

    /// The day in UTC, so many seconds after the beginning of 1970. Seconds beyond the year 9999 give its last day.
    pub fn from_unix(seconds: u64) -> Date {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Date(civil::date(1970, 1, 1).saturating_add(SignedDuration::from_secs(seconds)))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_there_are_can_be_read() {
        for text in ["2027-01-31", "2024-02-29", "2000-02-29", "0001-12-01", "9999-12-31"] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
        }
        for text in
            ["", "2027-1-31", "2027-01-32", "2027-13-01", "2027-00-01", "2027-01-00", "2023-02-29", "1900-02-29"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        for text in ["27-01-31", "2027-01-31-", "2027/01/31", "+027-01-31", "2027-01-31T00:00", "２０２７-01-31"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::parse("2027-01-31") < Date::parse("2027-02-01"));
    }

    #[test]
    fn seconds_become_days() {
        // As `date -u -d @SECONDS +%F` has them.
        for (seconds, text) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (951_782_400, "2000-02-29"),
            (1_735_689_599, "2024-12-31"),
            (1_796_000_000, "2026-11-30"),
            (253_402_300_799, "9999-12-31"),
            (u64::MAX, "9999-12-31"),
        ] {
            assert_eq!(Date::from_unix(seconds).to_string(), text, "{seconds}");
        }
    }
}
