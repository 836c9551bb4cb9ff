//! How often and how long, in words and in JSON.

use foreshock_analysis::Stack;
use foreshock_engine::{Outages, Verdict};
use serde_json::{Value, json};

use super::words::duration;

/// More than this share of the outages has a length that nobody says: then it is said.
const MOSTLY: f64 = 0.5;

/// `about 3 outages a year, 41 min each; the worst month of ten years loses 6 h`
pub fn outages(outages: &Outages) -> String {
    let (fewest, most) = outages.per_year;
    if most <= 0.0 {
        return match outages.pauses > 0.0 {
            true => "no outages; some time is lost in pauses, or it is never up".to_owned(),
            false => "no outages by any cause that has a figure".to_owned(),
        };
    }
    let mut words = match nearly(outages.per_year) || times(fewest) == times(most) {
        true if times(most).starts_with(|first: char| first.is_ascii_digit()) => format!("about {}", times(most)),
        true => times(most),
        false => format!("between {} and {}", times(fewest).trim_end_matches(" outages a year"), times(most)),
    };
    if let Some(mean) = outages.mean_seconds {
        words.push_str(&format!(", {} each", between(mean, duration)));
    }
    words.push_str(&format!("; {}", worst_month(outages)));
    if outages.assumed > MOSTLY {
        words.push_str(" (no source says how long most of them last; defaults are used)");
    }
    words
}

/// `the worst month of ten years loses 6 h`
fn worst_month(outages: &Outages) -> String {
    let (_, most) = outages.worst_month_seconds;
    if most < 1.0 {
        return "more than half of all ten years have none".to_owned();
    }
    let lost =
        between(
            outages.worst_month_seconds,
            |seconds| if seconds < 1.0 { "nothing".to_owned() } else { duration(seconds) },
        );
    format!("the worst month of ten years loses {lost}")
}

/// `holds in 62 % of 30-day windows`
pub fn holds(verdict: &Verdict) -> String {
    // The low end counts: to call a promise safer than it is would be the worse mistake.
    let (low, high) = (chance(verdict.holds.0), chance(verdict.holds.1));
    let words = if low == high || nearly(verdict.holds) { low } else { format!("{low} to {high}") };
    format!("holds in {words} of {}-day windows", verdict.window_days)
}

/// `3.4 times a year`, `once in 12 years`
pub(super) fn failures(per_year: f64) -> String {
    let words = times(per_year).replace(" outages ", " times ").replace("1 outage in", "once in");
    words.replace("1 outage a", "once a")
}

/// `3.4 outages a year`, `1 outage in 12 years`
fn times(per_year: f64) -> String {
    match per_year {
        f if f >= 9.95 => format!("{f:.0} outages a year"),
        f if f >= 0.95 => {
            let text = format!("{f:.1}");
            let text = text.strip_suffix(".0").unwrap_or(&text);
            format!("{text} {} a year", if text == "1" { "outage" } else { "outages" })
        }
        f if f >= 0.67 => "1 outage a year".to_owned(),
        f if f >= 0.001 => format!("1 outage in {:.0} years", 1.0 / f),
        f if f > 0.0 => "less than 1 outage in 1000 years".to_owned(),
        _ => "no outage".to_owned(),
    }
}

/// `62 %`; never 0 or 100 where it is neither.
pub(super) fn chance(chance: f64) -> String {
    match 100.0 * chance {
        p if chance >= 1.0 || chance <= 0.0 => format!("{p:.0} %"),
        p if p >= 99.95 => "more than 99.9 %".to_owned(),
        p if p < 0.05 => "less than 0.1 %".to_owned(),
        p if !(1.0..99.0).contains(&p) => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

/// Ends that nobody would tell apart: within a tenth of each other.
fn nearly((low, high): (f64, f64)) -> bool {
    high <= 1.1 * low
}

fn between(ends: (f64, f64), words: impl Fn(f64) -> String) -> String {
    let (low, high) = (words(if nearly(ends) { ends.1 } else { ends.0 }), words(ends.1));
    if low == high { high } else { format!("{low} to {high}") }
}

/// So many entries are told where few lines are left.
const MOST_ENTRIES: usize = 3;

/// What users meet at the first entries of a stack, each with its id; and how many entries there are more.
pub(super) fn met_by_users(stack: &Stack) -> (Vec<(String, String)>, usize) {
    let entries = &stack.assessment.basis.entries;
    let told = entries.iter().take(MOST_ENTRIES).filter_map(|entry| {
        let found = stack.outages(entry.component)?;
        Some((stack.id_of(entry.component), outages(&found)))
    });
    (told.collect(), entries.len().saturating_sub(MOST_ENTRIES))
}

/// One number, at the worst, and the interval where something is open.
pub(super) fn outages_json(outages: &Outages) -> Value {
    let interval = |(low, high): (f64, f64)| (low < high).then_some([low, high]);
    json!({
        "unavailability": outages.unavailability.1,
        "unavailability_interval": interval(outages.unavailability),
        "per_year": outages.per_year.1,
        "per_year_interval": interval(outages.per_year),
        "mean_seconds": outages.mean_seconds.map(|(_, high)| high),
        "mean_seconds_interval": outages.mean_seconds.and_then(interval),
        "worst_month_seconds": outages.worst_month_seconds.1,
        "worst_month_seconds_interval": interval(outages.worst_month_seconds),
        "worst_month_is": "median of the worst of 120 months",
        "pauses": outages.pauses,
        "assumed_share": outages.assumed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn often_and_seldom() {
        for (per_year, words) in [
            (52.2, "52 outages a year"),
            (3.02, "3 outages a year"),
            (1.0, "1 outage a year"),
            (0.8, "1 outage a year"),
            (0.5, "1 outage in 2 years"),
            (0.08, "1 outage in 12 years"),
            (1e-6, "less than 1 outage in 1000 years"),
        ] {
            assert_eq!(times(per_year), words);
        }
        for (per_year, words) in [
            (52.2, "52 times a year"),
            (1.0, "once a year"),
            (0.08, "once in 12 years"),
            (1e-9, "less than once in 1000 years"),
        ] {
            assert_eq!(failures(per_year), words);
        }
    }

    #[test]
    fn in_one_line() {
        let found = Outages {
            unavailability: (2.3e-4, 2.3e-4),
            per_year: (3.0, 3.0),
            mean_seconds: Some((2460.0, 2460.0)),
            worst_month_seconds: (21_600.0, 21_600.0),
            pauses: 0.0,
            assumed: 0.0,
        };
        assert_eq!(outages(&found), "about 3 outages a year, 41 min each; the worst month of ten years loses 6 h");
        let near = Outages { per_year: (2.9, 3.0), mean_seconds: Some((2400.0, 2460.0)), ..found };
        assert_eq!(outages(&near), outages(&found));
        let far = Outages { per_year: (2.0, 30.0), ..found };
        assert!(outages(&far).starts_with("between 2 and 30 outages a year, 41 min each"), "{}", outages(&far));
        let open = Outages { per_year: (0.5, 3.0), worst_month_seconds: (0.0, 60.0), assumed: 0.9, ..found };
        assert_eq!(
            outages(&open),
            "between 1 outage in 2 years and 3 outages a year, 41 min each; the worst month of ten years loses nothing \
             to 60 s (no source says how long most of them last; defaults are used)"
        );
        assert_eq!(outages(&Outages::default()), "no outages by any cause that has a figure");
        let rare = Outages { per_year: (1e-6, 1e-6), ..found };
        assert!(outages(&rare).starts_with("less than 1 outage in 1000 years, 41 min each"), "{}", outages(&rare));
    }

    #[test]
    fn chances_are_never_certain() {
        for (of, words) in [
            (0.62, "62 %"),
            (0.9999, "more than 99.9 %"),
            (1.0, "100 %"),
            (1e-9, "less than 0.1 %"),
            (0.0, "0 %"),
            (0.995, "99.5 %"),
        ] {
            assert_eq!(chance(of), words);
        }
    }
}
