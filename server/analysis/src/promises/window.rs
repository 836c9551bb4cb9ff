//! Over how many days a promise is counted, as the formats write that.

use foreshock_model::Objective;

/// Days of a year, as everywhere here.
const YEAR: f64 = 365.25;

/// The days of `28d`, `4w`, `720h`, `1M`; 30 where that can't be read.
pub(super) fn days(text: &str) -> f64 {
    seconds(text).map_or(Objective::WINDOW_DAYS, |seconds| seconds / 86_400.0)
}

/// The seconds of `28d`, `4w`, `1m`, `300s`, `1Q`; `M` are months and `m` minutes.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit = text.char_indices().next_back()?;
    let count: f64 = text.get(..unit.0)?.trim().parse().ok()?;
    let day = 86_400.0;
    let one = match unit.1 {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => day,
        'w' => 7.0 * day,
        'M' => YEAR / 12.0 * day,
        'Q' => YEAR / 4.0 * day,
        'Y' | 'y' => YEAR * day,
        _ => return None,
    };
    let seconds = count * one;
    (seconds.is_finite() && seconds > 0.0).then_some(seconds)
}

/// The days of a unit by its name, in any spelling: `Day`, `MONTH`.
pub(super) fn days_of(unit: &str, count: f64) -> f64 {
    let one = match unit.to_ascii_lowercase().as_str() {
        "second" => 1.0 / 86_400.0,
        "minute" => 1.0 / 1440.0,
        "hour" => 1.0 / 24.0,
        "day" => 1.0,
        "week" => 7.0,
        "fortnight" => 14.0,
        "month" => YEAR / 12.0,
        "quarter" => YEAR / 4.0,
        "year" => YEAR,
        _ => return Objective::WINDOW_DAYS,
    };
    let days = count * one;
    if days.is_finite() && days > 0.0 { days } else { Objective::WINDOW_DAYS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows() {
        for (text, expected) in [
            ("28d", 28.0),
            ("4w", 28.0),
            ("720h", 30.0),
            ("1M", YEAR / 12.0),
            ("soon", 30.0),
            ("", 30.0),
            ("-3d", 30.0),
        ] {
            assert!((days(text) - expected).abs() < 1e-9, "{text}");
        }
        assert_eq!(seconds("5m"), Some(300.0));
        assert!((days_of("Day", 7.0) - 7.0).abs() < 1e-9 && (days_of("MONTH", 1.0) - YEAR / 12.0).abs() < 1e-9);
        assert_eq!(days_of("moon", 2.0), 30.0);
    }
}
