//! From loss of service to points (semantics, section 6).

use crate::defaults::MINUTES_PER_YEAR;

/// Points for each nine.
const POINTS_PER_NINE: f64 = 20.0;

/// -log10 of the loss of service; none when nothing is lost.
pub fn nines(loss: f64) -> Option<f64> {
    (loss > 0.0).then(|| -loss.min(1.0).log10())
}

/// The score, 0..=100, of a loss of service: 20 points for each nine, 100 when nothing is lost.
pub fn score(loss: f64) -> f64 {
    nines(loss).map_or(100.0, |nines| (POINTS_PER_NINE * nines).clamp(0.0, 100.0))
}

/// Minutes of a year of 8766 hours.
pub fn minutes_per_year(unavailability: f64) -> f64 {
    unavailability * MINUTES_PER_YEAR
}
