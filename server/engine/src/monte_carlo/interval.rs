//! Intervals of estimates.

/// The quantile of the standard normal distribution that 2.5 % exceed.
const Z: f64 = 1.959_963_984_540_054;

/// The interval of Wilson (1927) for a mean of `samples` values of 0..=1: of a share in particular; for other values it is
/// wider than needed, because none spread more than those that are 0 or 1.
pub(crate) fn wilson(mean: f64, samples: u64) -> (f64, f64) {
    if samples == 0 {
        return (0.0, 1.0);
    }
    let (mean, n) = (mean.clamp(0.0, 1.0), samples as f64);
    let z = Z * Z / n;
    let centre = (mean + z / 2.0) / (1.0 + z);
    let half = Z / (1.0 + z) * (mean * (1.0 - mean) / n + z / (4.0 * n)).sqrt();
    let low = if mean == 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if mean == 1.0 { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 10 of 100, from Newcombe (1998), method 3 without continuity correction: 0.0552 to 0.1744.
    #[test]
    fn by_the_book() {
        let (low, high) = wilson(0.1, 100);
        assert_eq!((format!("{low:.4}"), format!("{high:.4}")), ("0.0552".to_owned(), "0.1744".to_owned()));
        assert_eq!(wilson(0.0, 0), (0.0, 1.0));
        assert_eq!(wilson(0.0, 10).0, 0.0);
        assert_eq!(wilson(1.0, 10).1, 1.0);
    }
}
