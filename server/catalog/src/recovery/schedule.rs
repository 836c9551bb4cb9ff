//! How often a schedule comes round: `cron(0 5 * * ? *)`, `rate(12 hours)`, `0 */6 * * *`.

/// A day, in seconds.
const DAY: f64 = 86_400.0;

/// The longest pause between two runs in seconds, as far as its fields tell; none for what is no schedule.
///
/// Of a cron expression the coarsest field that is not "every" decides: a day of the week is a week, a day of the month a month.
pub(crate) fn longest_pause(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(rate) = inside(text, "rate") {
        let (count, unit) = rate.split_once(' ')?;
        let count: f64 = count.parse().ok()?;
        let unit = match unit.trim().trim_end_matches('s') {
            "minute" => 60.0,
            "hour" => 3_600.0,
            "day" => DAY,
            _ => return None,
        };
        return Some(count * unit);
    }
    let cron = inside(text, "cron").unwrap_or(text);
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let (minute, hour, day, month, weekday) = match fields.as_slice() {
        [minute, hour, day, month, weekday] | [minute, hour, day, month, weekday, _] => {
            (*minute, *hour, *day, *month, *weekday)
        }
        _ => return None,
    };
    if !is_every(month) {
        return Some(366.0 * DAY);
    }
    if !is_every(day) {
        return Some(31.0 * DAY / count(day));
    }
    if !is_every(weekday) {
        return Some((7.0 * DAY / count(weekday)).max(DAY));
    }
    if let Some(pause) = pause(hour, 24.0) {
        return Some(pause * 3_600.0);
    }
    Some(pause(minute, 60.0)? * 60.0)
}

fn inside<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

fn is_every(field: &str) -> bool {
    matches!(field, "*" | "?" | "*/1" | "1/1" | "MON-SUN" | "1-7" | "0-6")
}

/// How many values a field lists.
fn count(field: &str) -> f64 {
    let mut count = 0.0;
    for part in field.split(',') {
        let ends = part.split_once('-').and_then(|(from, to)| Some((weekday(from)?, weekday(to)?)));
        count += ends.map_or(1.0, |(from, to)| (to - from).abs() + 1.0);
    }
    count
}

fn weekday(name: &str) -> Option<f64> {
    const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let upper = name.to_uppercase();
    let named = NAMES.iter().position(|known| *known == upper).map(|at| at as f64);
    named.or_else(|| name.parse().ok())
}

/// The longest pause between the values of a field, around its end; none for each of them.
fn pause(field: &str, size: f64) -> Option<f64> {
    if is_every(field) {
        return None;
    }
    if let Some((_, step)) = field.split_once('/') {
        return step.parse().ok();
    }
    let mut values: Vec<f64> = field.split(',').filter_map(|value| value.parse().ok()).collect();
    values.sort_by(f64::total_cmp);
    let (first, last) = (*values.first()?, *values.last()?);
    let between = values.windows(2).map(|pair| match pair {
        [one, other] => other - one,
        _ => 0.0,
    });
    Some(between.fold(first + size - last, f64::max))
}

#[cfg(test)]
mod tests {
    use super::longest_pause;

    #[test]
    fn schedules_have_pauses() {
        for (text, hours) in [
            ("cron(0 5 * * ? *)", Some(24.0)),
            ("cron(0 5,17 * * ? *)", Some(12.0)),
            ("cron(0 2,5 ? * * *)", Some(21.0)),
            ("cron(0 */6 * * ? *)", Some(6.0)),
            ("cron(0 0/4 * * ? *)", Some(4.0)),
            ("cron(0 5 ? * SUN *)", Some(168.0)),
            ("cron(0 5 ? * MON-FRI *)", Some(33.6)),
            ("cron(0 5 1 * ? *)", Some(744.0)),
            ("cron(0 * * * ? *)", Some(1.0)),
            ("rate(12 hours)", Some(12.0)),
            ("rate(1 day)", Some(24.0)),
            ("0 3 * * *", Some(24.0)),
            ("*/15 * * * *", Some(0.25)),
            ("sometimes", None),
            ("rate(many)", None),
        ] {
            assert_eq!(longest_pause(text).map(|seconds| (seconds / 36.0).round() / 100.0), hours, "{text}");
        }
    }
}
