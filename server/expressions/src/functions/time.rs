//! Functions on moments; those that ask the clock stay unknown.

use foreshock_resources::Value;
use jiff::SignedDuration;
use jiff::civil::{self, DateTime};

use super::{Answer, number, text_arg};
use crate::failure::{Failure, beyond, fail};

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "formatdate" => formatdate(args),
        "timeadd" => timeadd(args),
        "timecmp" => timecmp(args),
        _ => return None,
    })
}

/// A moment of RFC 3339.
#[derive(Clone, Copy)]
struct Moment {
    /// Local time.
    local: DateTime,
    /// Minutes that it is ahead of UTC. Go takes offsets that no zone has, up to 99 hours.
    offset: i64,
}

/// The beginning of 1970 in UTC.
const EPOCH: DateTime = civil::date(1970, 1, 1).at(0, 0, 0, 0);

fn digits(text: &str, from: usize, count: usize) -> Option<i64> {
    let part = text.get(from..from + count)?;
    if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None }
}

impl Moment {
    fn parse(text: &str) -> Result<Moment, Failure> {
        match Moment::read(text) {
            Some(moment) => Ok(moment),
            None => fail(format!("{text:?} is no moment such as 2026-01-31T12:00:00Z")),
        }
    }

    /// The form is read here, since jiff reads more than Terraform does: spaces, lower case, leap seconds.
    fn read(text: &str) -> Option<Moment> {
        let at = |index: usize, byte: u8| text.as_bytes().get(index) == Some(&byte);
        if !(at(4, b'-') && at(7, b'-') && at(10, b'T') && at(13, b':') && at(16, b':')) {
            return None;
        }
        let part = |from: usize| digits(text, from, 2).and_then(|number| i8::try_from(number).ok());
        let year = i16::try_from(digits(text, 0, 4)?).ok()?;
        let day = civil::Date::new(year, part(5)?, part(8)?).ok()?;
        let rest = text.get(19..)?;
        let (fraction, zone) = match rest.strip_prefix('.') {
            Some(fraction) => fraction.split_at_checked(fraction.find(|c: char| !c.is_ascii_digit())?)?,
            None => ("", rest),
        };
        let nanoseconds: i32 = match fraction.len() {
            0 => 0,
            1..=9 => format!("{fraction:0<9}").parse().ok()?,
            _ => return None,
        };
        let offset = match zone.as_bytes() {
            b"Z" => 0,
            [sign @ (b'+' | b'-'), ..] if zone.len() == 6 && zone.as_bytes().get(3) == Some(&b':') => {
                let minutes = digits(zone, 1, 2)? * 60 + digits(zone, 4, 2)?;
                if *sign == b'-' { -minutes } else { minutes }
            }
            _ => return None,
        };
        let time = civil::Time::new(part(11)?, part(14)?, part(17)?, nanoseconds).ok()?;
        Some(Moment { local: day.to_datetime(time), offset })
    }

    /// Since 1970 in UTC.
    fn since_epoch(&self) -> SignedDuration {
        self.local.duration_since(EPOCH) - SignedDuration::from_secs(self.offset * 60)
    }

    fn zone(&self, colon: bool) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        let separator = if colon { ":" } else { "" };
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn formatdate(args: &[Value]) -> Result<Value, Failure> {
    let (pattern, moment) = (text_arg(args, 0)?, Moment::parse(&text_arg(args, 1)?)?);
    let mut text = String::new();
    let mut rest = &*pattern;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let Some(quoted) = quoted(rest) else { return fail("a quote that does not end") };
            text.push_str(&quoted.0);
            rest = quoted.1;
            continue;
        }
        let length = rest.chars().take_while(|next| *next == first).count();
        let (word, after) = rest.split_at_checked(length * first.len_utf8()).unwrap_or((rest, ""));
        rest = after;
        if first.is_ascii_alphabetic() { text.push_str(&field(word, &moment)?) } else { text.push_str(word) }
    }
    Ok(Value::string(text))
}

/// The text between quotes, `''` being a quote, and what comes after.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut inner = String::new();
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let (before, after) = rest.split_once('\'')?;
        inner.push_str(before);
        match after.strip_prefix('\'') {
            Some(more) => {
                inner.push('\'');
                rest = more;
            }
            None => return Some((inner, after)),
        }
    }
}

fn field(word: &str, moment: &Moment) -> Result<String, Failure> {
    let local = moment.local;
    let (year, month, day) = (local.year(), local.month(), local.day());
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    let weekday = local.weekday().to_sunday_zero_offset();
    let name = |names: &[&str], index: i8| {
        let index = usize::try_from(index).unwrap_or_default();
        names.get(index).copied().unwrap_or_default().to_owned()
    };
    let short = |name: String| name.chars().take(3).collect::<String>();
    let month_name = || name(&MONTHS, month - 1);
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    Ok(match word {
        "YYYY" => format!("{year:04}"),
        "YY" => format!("{:02}", year % 100),
        "MMMM" => month_name(),
        "MMM" => short(month_name()),
        "MM" => format!("{month:02}"),
        "M" => month.to_string(),
        "DD" => format!("{day:02}"),
        "D" => day.to_string(),
        "EEEE" => name(&WEEKDAYS, weekday),
        "EEE" => short(name(&WEEKDAYS, weekday)),
        "hh" => format!("{hour:02}"),
        "h" => hour.to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if hour < 12 { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{minute:02}"),
        "m" => minute.to_string(),
        "ss" => format!("{second:02}"),
        "s" => second.to_string(),
        "ZZZZZ" => moment.zone(true),
        "ZZZZ" => moment.zone(false),
        "ZZZ" if moment.offset == 0 => "UTC".to_owned(),
        "ZZZ" => moment.zone(false),
        "Z" if moment.offset == 0 => "Z".to_owned(),
        "Z" => moment.zone(true),
        _ => return fail(format!("{word:?} is no part of a date")),
    })
}

/// A duration such as `1h30m`, in seconds.
pub fn seconds_of(text: &str) -> Option<f64> {
    duration(text).map(|nanoseconds| nanoseconds as f64 / 1e9)
}

/// A duration such as `1h30m`, in nanoseconds.
fn duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (number, after) = rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?)?;
        let unit_length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit_length)?;
        let factor: i128 = match unit {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" | "µs" => 1_000,
            "ns" => 1,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || number.len() > 18 {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        total += whole * factor + part * factor / 10_i128.pow(fraction.len() as u32);
        rest = after;
    }
    Some(sign * total)
}

fn timeadd(args: &[Value]) -> Result<Value, Failure> {
    let moment = Moment::parse(&text_arg(args, 0)?)?;
    let Some(added) = duration(&text_arg(args, 1)?) else { return fail("a duration such as 1h30m is required") };
    let total = moment.since_epoch().as_nanos() + added;
    let Ok(seconds) = i64::try_from(total.div_euclid(1_000_000_000)) else { return beyond("a moment too far away") };
    let near = total.rem_euclid(1_000_000_000) == 0 && seconds.unsigned_abs() <= FARTHEST;
    let local = || EPOCH.checked_add(SignedDuration::from_secs(seconds + moment.offset * 60)).ok();
    let Some(local) = near.then(local).flatten() else { return beyond("a moment that is not followed") };
    let sum = Moment { local, ..moment };
    let zone = if sum.offset == 0 { "Z".to_owned() } else { sum.zone(true) };
    let (year, month, day) = (local.year(), local.month(), local.day());
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    Ok(Value::string(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")))
}

/// Seconds from 1970 that are followed, both ways: up to the year 8307.
const FARTHEST: u64 = 200_000_000_000;

fn timecmp(args: &[Value]) -> Result<Value, Failure> {
    let (a, b) = (Moment::parse(&text_arg(args, 0)?)?, Moment::parse(&text_arg(args, 1)?)?);
    let order = a.since_epoch().cmp(&b.since_epoch());
    Ok(number(order as i8 as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Year, month and day of a number of days since 1970, by the algorithm of Hinnant ("chrono-compatible low-level date
    /// algorithms"): the calendar from another hand.
    fn day(days: i64) -> (i64, i64, i64) {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year + era * 400 + i64::from(month <= 2), month, day)
    }

    fn called(name: &str, args: [&str; 2]) -> String {
        let args = args.map(Value::string);
        let value = call(name, &args).unwrap().unwrap_or_else(|failure| panic!("{name} {args:?}: {failure:?}"));
        text_arg(&[value], 0).unwrap_or_default().to_string()
    }

    #[test]
    fn the_calendar_is_everybodys() {
        const FIRST: i64 = -719_528; // 0000-01-01
        const LAST: i64 = 2_314_720; // in 8307, beyond which timeadd follows nothing
        let mut compared = 0;
        for days in (FIRST..LAST).step_by(13) {
            let (year, month, date) = day(days);
            let moment = format!("{year:04}-{month:02}-{date:02}T07:08:09Z");
            let (next_year, next_month, next_date) = day(days + 1);
            let next = format!("{next_year:04}-{next_month:02}-{next_date:02}T07:08:09Z");
            assert_eq!(called("timeadd", [&moment, "24h"]), next);
            let weekday = WEEKDAYS[(days + 4).rem_euclid(7) as usize];
            let shown = called("formatdate", ["EEEE YYYY-MM-DD hh:mm:ss", &moment]);
            assert_eq!(shown, format!("{weekday} {year:04}-{month:02}-{date:02} 07:08:09"));
            compared += 1;
        }
        assert!(compared > 200_000, "{compared}");
        for wrong in ["2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01", "2024-00-01", "2024-01-00"] {
            assert!(Moment::read(&format!("{wrong}T00:00:00Z")).is_none(), "{wrong}");
        }
        for wrong in ["24:00:00Z", "00:60:00Z", "00:00:60Z", "00:00:00z", "00:00:00", "00:00:00.Z+", "0:00:00Z"] {
            assert!(Moment::read(&format!("2024-01-01T{wrong}")).is_none(), "{wrong}");
        }
    }
}
