//! Outages of one kind: how many to expect, and how long one of them lasts.

use crate::durations::law::DurationLaw;

/// Outages of one kind within some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Severity {
    /// How many are expected. They come as they come (Poisson).
    pub(crate) expected: f64,
    /// The law of the length.
    pub(crate) law: DurationLaw,
    /// All lengths are so many times as long.
    pub(crate) stretch: f64,
}

impl Severity {
    /// Mean length in seconds.
    pub(crate) fn mean(&self) -> f64 {
        self.law.mean() * self.stretch
    }

    /// The mean of the length cut off at `seconds`: E[min(L, s)] = E[L] - E[(L - s)+].
    pub(crate) fn limited_mean(&self, seconds: f64) -> f64 {
        if seconds <= 0.0 || self.stretch <= 0.0 {
            return 0.0;
        }
        (self.mean() - self.stretch * self.law.excess(seconds / self.stretch)).clamp(0.0, seconds)
    }

    /// P(L > s).
    pub(crate) fn survival(&self, seconds: f64) -> f64 {
        if self.stretch > 0.0 { self.law.survival(seconds / self.stretch) } else { 0.0 }
    }

    /// Of the lengths up to `seconds`: their share, and their first moment, E[L; L <= s].
    pub(crate) fn up_to(&self, seconds: f64) -> [f64; 2] {
        let longer = self.survival(seconds);
        [1.0 - longer, (self.limited_mean(seconds) - seconds * longer).max(0.0)]
    }

    /// The second moment of the lengths up to `seconds`, E[L^2; L <= s].
    pub(crate) fn second_moment_up_to(&self, seconds: f64) -> f64 {
        if self.stretch <= 0.0 {
            return 0.0;
        }
        self.stretch * self.stretch * self.law.square_up_to(seconds / self.stretch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durations::log_normal::LogNormal;

    /// The moments of a log-normal length up to a bound, against sums over many thin slices of it.
    #[test]
    fn moments_up_to_a_bound() {
        let by_hand = LogNormal { median: 900.0, sigma: 1.2 };
        let one = Severity { expected: 1.0, law: DurationLaw::by_hand(60.0, by_hand), stretch: 0.5 };
        assert!((one.mean() - 0.5 * (60.0 + by_hand.mean())).abs() < 1e-9);
        for bound in [200.0_f64, 1000.0, 20_000.0] {
            let slices = 100_000;
            let width = bound / f64::from(slices);
            let (mut first, mut second, mut limited) = (0.0, 0.0, 0.0);
            for slice in 0..slices {
                let (low, high) = (f64::from(slice) * width, f64::from(slice + 1) * width);
                let share = one.survival(low) - one.survival(high);
                let at = (low + high) / 2.0;
                first += share * at;
                second += share * at * at;
                limited += width * one.survival(at);
            }
            let near = |found: f64, expected: f64, by: f64| {
                assert!((found / expected - 1.0).abs() < by, "{bound}: {found} not {expected}");
            };
            near(one.limited_mean(bound), limited, 1e-5);
            near(one.up_to(bound)[1], first, 1e-4);
            near(one.second_moment_up_to(bound), second, 1e-4);
        }
    }
}
