//! Outages of one kind: how many to expect, and how long one of them lasts.

/// Outages of one kind within some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Severity {
    /// How many are expected. They come as they come (Poisson).
    pub(crate) expected: f64,
    /// Mean length in seconds.
    pub(crate) mean: f64,
    /// Standard deviation of the logarithm of the length, which is log-normal; 0 for one that always takes as long.
    pub(crate) spread: f64,
}

impl Severity {
    /// The mean of the length cut off at `seconds`: E[min(L, seconds)]. Of a log-normal length with mean m and parameters
    /// mu, sigma it is m Phi((ln s - mu - sigma^2)/sigma) + s (1 - Phi((ln s - mu)/sigma)).
    pub(crate) fn limited_mean(&self, seconds: f64) -> f64 {
        if seconds <= 0.0 || self.mean <= 0.0 {
            return 0.0;
        }
        if self.spread <= 0.0 {
            return self.mean.min(seconds);
        }
        let z = (seconds / self.mean).ln() / self.spread;
        let half = self.spread / 2.0;
        self.mean * below(z - half) + seconds * below(-z - half)
    }
}

impl Severity {
    /// Of the lengths below `seconds`: their share, and their first and second moment, E[L; L < s] and E[L^2; L < s]. With the
    /// parameters above the latter is m^2 exp(sigma^2) Phi((ln s - mu - 2 sigma^2)/sigma).
    pub(crate) fn moments_below(&self, seconds: f64) -> [f64; 3] {
        if self.spread <= 0.0 {
            let is_below = f64::from(u8::from(self.mean < seconds));
            return [is_below, is_below * self.mean, is_below * self.mean * self.mean];
        }
        let (z, half) = ((seconds / self.mean).ln() / self.spread, self.spread / 2.0);
        let second = self.mean * self.mean * (self.spread * self.spread).exp();
        [below(z + half), self.mean * below(z - half), second * below(z - 3.0 * half)]
    }
}

/// P(Z <= z) of the standard normal distribution, to 1e-15.
///
/// 1/2 + phi(z) (z + z^3/3 + z^5/(3 5) + ...) near 0 (Marsaglia, "Evaluating the normal distribution", 2004), the continued
/// fraction of Laplace for the tails.
pub(crate) fn below(z: f64) -> f64 {
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z.abs() < 4.0 {
        let (mut term, mut sum, mut divisor) = (z, z, 3.0);
        while sum + term != sum {
            term *= z * z / divisor;
            divisor += 2.0;
            sum += term;
        }
        return 0.5 + sum * density;
    }
    let tail = density / (1..=60).rev().fold(z.abs(), |rest, step| z.abs() + f64::from(step) / rest);
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From tables (Abramowitz and Stegun 26.1).
    #[test]
    fn the_normal_distribution() {
        for (z, expected) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_543),
            (-1.0, 0.158_655_253_931_457),
            (3.9, 0.999_951_903_655_982),
            (-4.1, 2.065_750_691_254_673e-5),
            (-6.0, 9.865_876_450_376_98e-10),
        ] {
            assert!((below(z) - expected).abs() <= 1e-12 * expected, "{z}: {} not {expected}", below(z));
        }
    }

    /// Numerically integrated: the survival function from 0 to where it is cut off.
    #[test]
    fn the_mean_cut_off() {
        let severity = Severity { expected: 1.0, mean: 1800.0, spread: 1.2 };
        for cut in [10.0_f64, 600.0, 1800.0, 20_000.0, 1e7] {
            let mu = 1800.0_f64.ln() - 0.72;
            // In logarithms, where the function is smooth.
            let (low, high, steps) = (-5.0_f64, cut.ln(), 20_000);
            let width = (high - low) / f64::from(steps);
            let survival = |x: f64| below((mu - x) / 1.2) * x.exp();
            let sum: f64 = (0..steps).map(|step| survival(low + (f64::from(step) + 0.5) * width) * width).sum();
            let expected = low.exp() + sum;
            let found = severity.limited_mean(cut);
            assert!((found / expected - 1.0).abs() < 1e-5, "{cut}: {found} not {expected}");
        }
        assert!((severity.limited_mean(1e12) - 1800.0).abs() < 1e-6);
        let always = Severity { spread: 0.0, ..severity };
        assert_eq!([always.limited_mean(60.0), always.limited_mean(7200.0)], [60.0, 1800.0]);
    }
}
