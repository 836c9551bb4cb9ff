use std::fmt;

/// A day of the civil calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2027-01-31`; `None` for anything else, and for a day that there is not.
    pub fn parse(text: &str) -> Option<Date> {
        let digits = |part: &str, count: usize| {
            let plain = part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse::<i32>().ok()).flatten()
        };
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = u8::try_from(digits(parts.next()?, 2)?).ok()?;
        let day = u8::try_from(digits(parts.next()?, 2)?).ok()?;
        let is_there = parts.next().is_none() && (1..=days(year, month)).contains(&day);
        is_there.then_some(Date { year, month, day })
    }

    /// The day in UTC, so many seconds after the beginning of 1970. Seconds beyond the year 9999 give its last day.
    pub fn from_unix(seconds: u64) -> Date {
        /// 9999-12-31.
        const LAST_DAY: u64 = 2_932_896;
        let mut left = (seconds / 86_400).min(LAST_DAY) as i32;
        let mut year = 1970;
        while left >= days_of_year(year) {
            left -= days_of_year(year);
            year += 1;
        }
        let mut month = 1;
        while left >= i32::from(days(year, month)) {
            left -= i32::from(days(year, month));
            month += 1;
        }
        Date { year, month, day: left as u8 + 1 }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn is_leap(year: i32) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_of_year(year: i32) -> i32 {
    if is_leap(year) { 366 } else { 365 }
}

/// The days of a month; 0 for a month that there is not.
fn days(year: i32, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
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
