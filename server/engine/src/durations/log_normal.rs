//! The log-normal distribution: how long people take.

use foreshock_model::DURATION_SIGMA;

/// A log-normal time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LogNormal {
    /// Seconds; 0 for no time at all.
    pub(crate) median: f64,
    /// Standard deviation of the natural logarithm.
    pub(crate) sigma: f64,
}

impl LogNormal {
    /// With this mean and the usual spread: the median is the mean times exp(-sigma^2/2), 0.46 of it.
    pub(crate) fn with_mean(mean: f64) -> LogNormal {
        let sigma = DURATION_SIGMA;
        LogNormal { median: mean * (-sigma * sigma / 2.0).exp(), sigma }
    }

    /// With this median and the usual spread.
    pub(crate) fn with_median(median: f64) -> LogNormal {
        LogNormal { median, sigma: DURATION_SIGMA }
    }

    pub(crate) fn mean(self) -> f64 {
        self.median * (self.sigma * self.sigma / 2.0).exp()
    }

    /// The time that is not exceeded with the probability `level`.
    #[cfg(test)]
    pub(crate) fn quantile(self, level: f64) -> f64 {
        self.at(normal_quantile(level))
    }

    /// The time so many standard deviations from the median.
    pub(crate) fn at(self, deviations: f64) -> f64 {
        self.median * (self.sigma * deviations).exp()
    }

    /// The probability that it takes longer than `seconds`.
    pub(crate) fn survival(self, seconds: f64) -> f64 {
        match (self.median > 0.0, seconds > 0.0) {
            (_, false) => 1.0,
            (false, true) => 0.0,
            (true, true) => normal_below((self.median / seconds).ln() / self.sigma),
        }
    }

    /// Mean of what is beyond `seconds`, E[(T - b)+]: for b > 0 mean Phi(d + sigma) - b Phi(d), d = ln(median/b)/sigma (what
    /// Black and Scholes, 1973, ask of a price).
    pub(crate) fn excess(self, seconds: f64) -> f64 {
        if self.median <= 0.0 {
            return 0.0;
        }
        if seconds <= 0.0 {
            return self.mean() - seconds;
        }
        let d = (self.median / seconds).ln() / self.sigma;
        (self.mean() * normal_below(d + self.sigma) - seconds * normal_below(d)).max(0.0)
    }
}

impl LogNormal {
    /// The first and second moment of what takes up to `seconds`, E[T; T <= s] = mean Phi(z - sigma) and E[T^2; T <= s] =
    /// mean^2 exp(sigma^2) Phi(z - 2 sigma), z = ln(s/median)/sigma.
    pub(crate) fn moments_up_to(self, seconds: f64) -> [f64; 2] {
        if self.median <= 0.0 || seconds <= 0.0 {
            return [0.0; 2];
        }
        let (z, mean) = ((seconds / self.median).ln() / self.sigma, self.mean());
        let square = mean * mean * (self.sigma * self.sigma).exp();
        [mean * normal_below(z - self.sigma), square * normal_below(z - 2.0 * self.sigma)]
    }
}

/// P(Z <= z): 1/2 + phi(z) (z + z^3/3 + z^5/(3 5) + ...) (Marsaglia, "Evaluating the normal distribution", 2004); far
/// out, where that loses digits, phi(z)/z (1 - 1/z^2 + 3/z^4 - ...).
pub(crate) fn normal_below(z: f64) -> f64 {
    if z.is_nan() {
        return z;
    }
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z.abs() > 6.0 {
        let s = 1.0 / (z * z);
        let tail = density / z.abs() * (1.0 - s + 3.0 * s * s - 15.0 * s * s * s);
        return if z > 0.0 { 1.0 - tail } else { tail };
    }
    let (mut term, mut sum, mut divisor) = (z, z, 3.0);
    while (sum + term) != sum {
        term *= z * z / divisor;
        divisor += 2.0;
        sum += term;
    }
    (0.5 + sum * density).clamp(0.0, 1.0)
}

/// The quantile of the standard normal distribution: Acklam's rational approximation (2003; relative error 1.15e-9), made
/// exact by one step of Halley's method. Within -8..=8.
pub(crate) fn normal_quantile(level: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let horner = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, each| sum * x + each);
    if level <= 1e-15 || level >= 1.0 - 1e-15 {
        return if level < 0.5 { -8.0 } else { 8.0 };
    }
    let tail = |p: f64| {
        let q = (-2.0 * p.ln()).sqrt();
        horner(&C, q) / horner(&D, q)
    };
    let near = if level < 0.024_25 {
        tail(level)
    } else if level > 1.0 - 0.024_25 {
        -tail(1.0 - level)
    } else {
        let q = level - 0.5;
        let r = q * q;
        horner(&A, r) * q / horner(&B, r)
    };
    let error = (normal_below(near) - level) * (2.0 * std::f64::consts::PI).sqrt() * (near * near / 2.0).exp();
    (near - error / (1.0 + near * error / 2.0)).clamp(-8.0, 8.0)
}

#[cfg(test)]
mod tests {
    use super::{LogNormal, normal_below, normal_quantile};

    /// From tables: 0.8416, 1.2816, 1.6449 are the quantiles at 0.8, 0.9, 0.95.
    #[test]
    fn quantiles() {
        for (level, expected) in
            [(0.5, 0.0), (0.8, 0.841_621_2), (0.9, 1.281_551_6), (0.95, 1.644_853_6), (0.1, -1.281_551_6)]
        {
            assert!((normal_quantile(level) - expected).abs() < 1e-7, "{level}");
        }
        for step in 1..2000 {
            let level = f64::from(step) / 2000.0;
            assert!((normal_below(normal_quantile(level)) - level).abs() < 1e-14, "{level}");
        }
        // The tails meet the middle, and have digits: Phi(-6) = 9.8659e-10, Phi(-7) = 1.2798e-12.
        assert!((normal_below(-5.999_999) / 9.865_9e-10 - 1.0).abs() < 1e-4);
        assert!((normal_below(-6.000_001) / 9.865_9e-10 - 1.0).abs() < 1e-4);
        assert!((normal_below(-7.0) / 1.279_8e-12 - 1.0).abs() < 1e-4);
    }

    /// The mean is the median times exp(1.24^2 / 2) = 2.157, and one in ten takes more than 4.9 times the median.
    #[test]
    fn mean_and_excess() {
        let time = LogNormal::with_mean(1800.0);
        assert!((time.mean() - 1800.0).abs() < 1e-9);
        assert!((time.quantile(0.9) / time.quantile(0.5) - 4.899).abs() < 1e-3);
        assert!((time.survival(time.quantile(0.9)) - 0.1).abs() < 1e-12);
        for buffer in [0.0, 60.0, 600.0, 1800.0, 36_000.0] {
            // E[(T - b)+] is the integral of the survival beyond b.
            let steps = 200_000;
            let (from, to) = (f64::max(buffer, 1e-9).ln(), 1e9_f64.ln());
            let width = (to - from) / f64::from(steps);
            let beyond = (0..steps).map(|step| from + (f64::from(step) + 0.5) * width);
            let sum: f64 = beyond.map(|log| time.survival(log.exp()) * log.exp() * width).sum();
            assert!((time.excess(buffer) / sum - 1.0).abs() < 1e-5, "{buffer}: {} {sum}", time.excess(buffer));
        }
    }
}
