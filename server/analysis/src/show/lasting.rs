//! Spans of time as people read them.

/// From the lowest to the highest, both in seconds: "60 to 120 s", "5 to 20 min", "50 s to 10 min".
pub fn lasting((low, high): (f64, f64)) -> String {
    let ((low, unit), (high, high_unit)) = (rounded(low), rounded(high));
    match (low == high, unit == high_unit) {
        (true, true) => format!("{high} {high_unit}"),
        (false, true) => format!("{low} to {high} {high_unit}"),
        _ if low == "0" => format!("up to {high} {high_unit}"),
        _ => format!("{low} {unit} to {high} {high_unit}"),
    }
}

fn rounded(seconds: f64) -> (String, &'static str) {
    let (value, unit) = match seconds {
        s if s <= 120.0 => (s, "s"),
        s if s < 5400.0 => (s / 60.0, "min"),
        s if s < 172_800.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "days"),
    };
    let text = format!("{value:.1}");
    (text.strip_suffix(".0").unwrap_or(&text).to_owned(), unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_said_once_where_it_is_one() {
        assert_eq!(lasting((60.0, 120.0)), "60 to 120 s");
        assert_eq!(lasting((300.0, 1200.0)), "5 to 20 min");
        assert_eq!(lasting((50.0, 600.0)), "50 s to 10 min");
        assert_eq!(lasting((0.0, 300.0)), "up to 5 min");
        assert_eq!(lasting((3600.0, 3600.0)), "60 min");
        assert_eq!(lasting((7200.0, 21_600.0)), "2 to 6 h");
    }
}
