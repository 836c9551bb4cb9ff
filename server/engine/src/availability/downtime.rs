//! How much time outages take out of a window: a compound Poisson sum, computed on a lattice.
//!
//! Outages that begin in the window count with their whole length, as if one could begin while another lasts. Both are right
//! on the mean, and as good as right while little of the time is lost.
//!
//! Each length is put on the lattice so that its mean stays exact: what lies between two points is split between them
//! (Gerber 1982). What is shorter than the distance h of the points would spread too wide that way: of these the mean and the
//! variance are kept, as a constant and outages of length h. The sum follows from the recursion of Panjer (1981). The error
//! is of the order of h^2. The tests hold it against the closed form of lengths that are always the same,
//! against sampling, and between what rounding all lengths up and down gives, which are bounds.

use crate::availability::severity::Severity;

/// The sums that are looked at are divided into so many steps: 5 s each for the 43 min that 99.9 % leaves in 30 days.
const CELLS: usize = 512;
/// Where only a rough place is looked for.
const FEW_CELLS: usize = 64;
/// More expected outages than this are computed as sums of halves: e to the power of minus it is still a number.
const MOST_EXPECTED: f64 = 500.0;

/// The law of the time lost in a window, as far as it was asked for.
pub(crate) struct Downtime {
    /// P(no outage at all).
    none: f64,
    /// Seconds lost to very short outages, as good as certain.
    drift: f64,
    step: f64,
    /// The probability of each multiple of the step, beside the drift.
    mass: Vec<f64>,
}

impl Downtime {
    /// Up to `up_to` seconds, which is more than 0.
    fn of(severities: &[Severity], up_to: f64, cells: usize) -> Downtime {
        let step = up_to / cells as f64;
        let expected: f64 = severities.iter().map(|severity| severity.expected).sum();
        let (drift, intensity) = intensity(severities, step, cells);
        Downtime { none: (-expected).exp(), drift, step, mass: compound(&intensity) }
    }

    /// P(no more than so many seconds are lost).
    fn within(&self, seconds: f64) -> f64 {
        if seconds < self.drift {
            return self.none;
        }
        let at = ((seconds - self.drift) / self.step).clamp(0.0, self.mass.len() as f64 - 1.0);
        let (whole, part) = (at.floor(), at.fract());
        let upto = |place: usize| {
            let before: f64 = self.mass.iter().take(place).sum();
            let here = self.mass.get(place).copied().unwrap_or(0.0);
            // The mass of a point stands for what lies around it, but for that of nothing.
            before + if place == 0 { here } else { here / 2.0 }
        };
        let (low, high) = (upto(whole as usize), upto(whole as usize + 1));
        if part > 0.0 { low + part * (high - low) } else { low }
    }

    /// The least time so that no more is lost with this probability; none where that is beyond what was asked for.
    fn quantile(&self, level: f64) -> Option<f64> {
        if level <= self.none {
            return Some(0.0);
        }
        let mut before = 0.0;
        let mut reached = 0.0;
        for (place, mass) in self.mass.iter().enumerate() {
            let here = before + if place == 0 { *mass } else { mass / 2.0 };
            if here >= level {
                let part = if here > reached { (level - reached) / (here - reached) } else { 1.0 };
                let steps = if place == 0 { 0.0 } else { place as f64 - 1.0 + part };
                return Some(self.drift + steps * self.step);
            }
            (before, reached) = (before + mass, here);
        }
        None
    }
}

/// P(no more than `seconds` are lost), 0..=1.
pub(crate) fn within(severities: &[Severity], seconds: f64) -> f64 {
    if seconds < 0.0 {
        return 0.0;
    }
    let expected: f64 = severities.iter().map(|severity| severity.expected).sum();
    if seconds == 0.0 || expected <= 0.0 {
        return (-expected).exp();
    }
    Downtime::of(severities, seconds, CELLS).within(seconds).clamp(0.0, 1.0)
}

/// The time of which no more is lost with this probability, below 1; at most `most` seconds.
pub(crate) fn quantile(severities: &[Severity], level: f64, most: f64) -> f64 {
    let mut up_to = severities.iter().map(|severity| severity.expected * severity.mean()).sum::<f64>().min(most);
    if up_to <= 0.0 {
        return 0.0;
    }
    loop {
        let rough = Downtime::of(severities, up_to, FEW_CELLS).quantile(level);
        if let Some(rough) = rough {
            let up_to = (rough * 1.1).max(up_to / FEW_CELLS as f64);
            return Downtime::of(severities, up_to, CELLS).quantile(level).unwrap_or(rough).min(most);
        }
        if up_to >= most {
            return most;
        }
        up_to = (up_to * 4.0).min(most);
    }
}

/// The seconds lost to outages shorter than the step, apart from such as long as it; how many outages of each multiple of
/// the step are expected, and at the end how many longer ones.
fn intensity(severities: &[Severity], step: f64, cells: usize) -> (f64, Vec<f64>) {
    let mut drift = 0.0;
    let mut intensity = vec![0.0; cells + 2];
    for severity in severities.iter().filter(|severity| severity.expected > 0.0) {
        let [shorter, first] = severity.up_to(step);
        let [below_two, first_of_two] = severity.up_to(2.0 * step);
        let second = severity.second_moment_up_to(step);
        // Below the step: as many of its length as give the variance, and what the mean has beyond these.
        let lumps = (second / (step * step)).min(first / step);
        drift += severity.expected * (first - lumps * step).max(0.0);
        let mut left = 1.0 - shorter;
        let mut limited = (severity.limited_mean(step), severity.limited_mean(2.0 * step));
        for (place, slot) in intensity.iter_mut().enumerate().skip(1).take(cells) {
            let share = if place == 1 {
                2.0 * (below_two - shorter) - (first_of_two - first) / step
            } else {
                let next = severity.limited_mean((place + 1) as f64 * step);
                let share = (2.0 * limited.1 - limited.0 - next) / step;
                limited = (limited.1, next);
                share
            };
            let share = share.clamp(0.0, left);
            left -= share;
            *slot += severity.expected * if place == 1 { share + lumps } else { share };
        }
        if let Some(longer) = intensity.last_mut() {
            *longer += severity.expected * left;
        }
    }
    (drift, intensity)
}

/// The law of the sum, point by point; what is longer than all points is left out.
fn compound(intensity: &[f64]) -> Vec<f64> {
    let points = intensity.len() - 1;
    let expected: f64 = intensity.iter().skip(1).sum();
    let halvings = (expected / MOST_EXPECTED).log2().ceil().max(0.0);
    let part = (-halvings).exp2();
    let mut mass = vec![0.0; points];
    if let Some(nothing) = mass.first_mut() {
        *nothing = (-expected * part).exp();
    }
    // g(s) = 1/s sum of j a(j) g(s - j)
    let weighed: Vec<f64> =
        intensity.iter().take(points).enumerate().map(|(place, count)| place as f64 * count * part).collect();
    let longest = weighed.iter().rposition(|weight| *weight > 0.0).unwrap_or(0);
    for sum in 1..points {
        let (known, rest) = mass.split_at_mut(sum);
        let most = longest.min(sum);
        let terms = weighed.iter().skip(1).take(most).zip(known.iter().rev());
        let total: f64 = terms.map(|(weight, mass)| weight * mass).sum();
        if let Some(slot) = rest.first_mut() {
            *slot = total / sum as f64;
        }
    }
    for _ in 0..halvings as u32 {
        mass = twice(&mass);
    }
    mass
}

/// The law of the sum of two such, as far as the points reach.
fn twice(mass: &[f64]) -> Vec<f64> {
    let terms = |sum: usize| mass.iter().take(sum + 1).zip(mass.iter().take(sum + 1).rev());
    (0..mass.len()).map(|sum| terms(sum).map(|(one, other)| one * other).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durations::law::DurationLaw;
    use crate::durations::log_normal::{LogNormal, normal_below as below};

    /// So many are expected, each log-normal of this mean and spread; of spread 0 always as long.
    fn severity(expected: f64, mean: f64, spread: f64) -> Severity {
        let by_hand = LogNormal { median: mean * (-spread * spread / 2.0).exp(), sigma: spread };
        let law = if spread > 0.0 { DurationLaw::by_hand(0.0, by_hand) } else { DurationLaw::exactly(mean) };
        Severity { expected, law, stretch: 1.0 }
    }

    fn close(found: f64, expected: f64, by: f64) {
        assert!((found - expected).abs() <= by, "{found} not {expected}");
    }

    fn poisson(expected: f64, most: u32) -> f64 {
        let mut term = (-expected).exp();
        let mut sum = term;
        for count in 1..=most {
            term *= expected / f64::from(count);
            sum += term;
        }
        sum
    }

    /// Always 600 s: no more than 1500 s are two outages at most.
    #[test]
    fn lengths_that_are_always_the_same() {
        for (expected, seconds) in [(0.3, 1500.0), (2.0, 1500.0), (4.0, 2900.0), (0.01, 300.0)] {
            let one = severity(expected, 600.0, 0.0);
            close(within(&[one], seconds), poisson(expected, (seconds / 600.0) as u32), 1e-9);
        }
    }

    #[test]
    fn nothing_to_lose() {
        let one = severity(2.0, 600.0, 1.2);
        close(within(&[one], 0.0), (-2.0_f64).exp(), 1e-12);
        assert_eq!(within(&[one], -1.0), 0.0);
        assert_eq!(within(&[], 0.0), 1.0);
        assert_eq!(quantile(&[], 0.99, 1e6), 0.0);
        // As often nothing as not.
        let rare = Severity { expected: 0.001, ..one };
        assert_eq!(quantile(&[rare], 0.99, 1e6), 0.0);
    }

    /// Tens of thousands of short ones: their number is nearly normal. The deviation, 141 s, is less than four steps of the
    /// lattice: that is as coarse as it gets.
    #[test]
    fn very_many() {
        let one = severity(20_000.0, 1.0, 0.0);
        for z in [-1.0, 0.0, 1.5] {
            close(within(&[one], 20_000.0 + z * 20_000.0_f64.sqrt()), below(z), 0.03);
        }
    }

    /// All lengths rounded up to the lattice, or down: the sum is too long, or too short.
    fn rounded(severities: &[Severity], seconds: f64, up: bool) -> f64 {
        let step = seconds / CELLS as f64;
        let mut intensity = vec![0.0; CELLS + 2];
        for severity in severities {
            let cdf = |x: f64| 1.0 - severity.survival(x);
            for (place, slot) in intensity.iter_mut().enumerate().take(CELLS + 1).skip(1) {
                let at = if up { place - 1 } else { place };
                *slot += severity.expected * (cdf((at + 1) as f64 * step) - cdf(at as f64 * step));
            }
            let counted = if up { CELLS } else { CELLS + 1 };
            intensity[CELLS + 1] += severity.expected * (1.0 - cdf(counted as f64 * step));
        }
        compound(&intensity).iter().sum()
    }

    /// The mean of many windows, each drawn.
    fn sampled(severities: &[Severity], windows: u32, mut seen: impl FnMut(f64)) {
        let mut state = 1u64;
        let mut next = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        };
        for _ in 0..windows {
            let mut lost = 0.0;
            for severity in severities {
                let mut left = severity.expected + (1.0 - next()).ln();
                while left > 0.0 {
                    let normal = (-2.0 * (1.0 - next()).ln()).sqrt() * (std::f64::consts::TAU * next()).cos();
                    lost += severity.law.drawn(next(), normal);
                    left += (1.0 - next()).ln();
                }
            }
            seen(lost);
        }
    }

    /// Short and long ones together, against sampling and within bounds.
    #[test]
    fn mixed_lengths() {
        let mixed = [severity(0.8, 1800.0, 1.2), severity(3.0, 60.0, 0.0001), severity(0.05, 20_000.0, 1.5)];
        for seconds in [200.0, 2592.0, 20_000.0, 200_000.0] {
            let found = within(&mixed, seconds);
            let (low, high) = (rounded(&mixed, seconds, true), rounded(&mixed, seconds, false));
            assert!(low - 1e-9 <= found && found <= high + 1e-9, "{seconds}: {found} not in {low}..{high}");
            let (mut kept, windows) = (0, 200_000);
            sampled(&mixed, windows, |lost| kept += u32::from(lost <= seconds));
            close(found, f64::from(kept) / f64::from(windows), 0.004);
        }
        // A quantile is where that much is within.
        for level in [0.5, 0.9, 0.994] {
            let at = quantile(&mixed, level, 1e9);
            close(within(&mixed, at), level, 0.002);
        }
    }

    #[test]
    fn longer_and_more_often_is_worse() {
        let of = |expected: f64, mean: f64| [severity(expected, mean, 1.2)];
        let mut last = 1.0;
        for expected in [0.1, 0.5, 1.0, 3.0, 10.0] {
            let found = within(&of(expected, 900.0), 2592.0);
            assert!(found < last, "{expected}");
            last = found;
        }
        assert!(within(&of(1.0, 900.0), 2592.0) > within(&of(1.0, 1800.0), 2592.0));
        assert!(quantile(&of(1.0, 900.0), 0.994, 1e9) < quantile(&of(1.0, 1800.0), 0.994, 1e9));
        // In a long window what is kept on the mean is kept for certain, and what is missed on the mean is missed.
        let years = |count: f64, allowed: f64| within(&of(count, 900.0), allowed * count);
        assert!(years(10_000.0, 1000.0) > 0.999 && years(10_000.0, 800.0) < 0.001);
    }
}
