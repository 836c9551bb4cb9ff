//! From loss of service to points (semantics, section 6).

use foreshock_model::MinutesPerYear;

use crate::Health;
use crate::layout::defaults::{LOSS_OF_FUNCTION, LOSS_OVERLOADED, MINUTES_PER_YEAR};

/// Points for each nine.
const POINTS_PER_NINE: f64 = 20.0;

/// -log10 of the loss of service; none when nothing is lost.
pub fn nines(loss: f64) -> Option<f64> {
    // Plus zero: a loss of 1 is 0 nines, not -0.
    (loss > 0.0).then(|| -loss.min(1.0).log10() + 0.0)
}

/// The score, 0..=100, of a loss of service: 20 points for each nine, 100 when nothing is lost.
pub fn score(loss: f64) -> f64 {
    nines(loss).map_or(100.0, |nines| (POINTS_PER_NINE * nines).clamp(0.0, 100.0))
}

/// Minutes of a year of 8766 hours.
pub fn minutes_per_year(unavailability: f64) -> MinutesPerYear {
    MinutesPerYear::new(unavailability * MINUTES_PER_YEAR)
}

/// Share of the service of one entry point that is lost.
pub(crate) fn service_lost(health: Health, function_lost: bool) -> f64 {
    match health {
        Health::Down => 1.0,
        Health::Overloaded => LOSS_OVERLOADED,
        Health::Degraded if function_lost => LOSS_OF_FUNCTION,
        Health::Degraded | Health::Healthy => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_points_for_each_nine() {
        for (loss, expected) in [(1.0, "0"), (0.1, "20"), (1e-3, "60"), (1e-5, "100"), (1e-9, "100"), (0.0, "100")] {
            assert_eq!(format!("{:.0}", score(loss)), expected, "{loss}");
        }
        assert_eq!(nines(0.0), None);
        assert_eq!(minutes_per_year(1.0), 525_960.0);
    }
}
