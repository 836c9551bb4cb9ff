//! How long a failure lasts, as a distribution: a few ways in which it ends, each with its share.

use crate::durations::log_normal::LogNormal;

/// How long a failure lasts, from its beginning to its end, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DurationLaw {
    ways: [Way; 4],
}

/// One way in which a failure ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Way {
    /// Of the failures; 0 for a way that is not there.
    share: f64,
    /// Seconds that it takes in any case.
    after: f64,
    /// How long people take from then on.
    by_hand: Option<LogNormal>,
}

const NO_WAY: Way = Way { share: 0.0, after: 0.0, by_hand: None };

impl Way {
    fn mean(&self) -> f64 {
        self.after + self.by_hand.map_or(0.0, LogNormal::mean)
    }

    /// E[D^2].
    fn square(&self) -> f64 {
        let people = self.by_hand.map_or(0.0, LogNormal::mean);
        let spread = self.by_hand.map_or(0.0, |by_hand| (by_hand.sigma * by_hand.sigma).exp());
        self.after * self.after + 2.0 * self.after * people + people * people * spread
    }

    fn square_up_to(&self, seconds: f64) -> f64 {
        if seconds < self.after {
            return 0.0;
        }
        let [first, second] = self.by_hand.map_or([0.0; 2], |by_hand| by_hand.moments_up_to(seconds - self.after));
        self.after * self.after * (1.0 - self.survival(seconds)) + 2.0 * self.after * first + second
    }

    fn survival(&self, seconds: f64) -> f64 {
        match self.by_hand {
            Some(by_hand) if seconds >= self.after => by_hand.survival(seconds - self.after),
            _ => f64::from(u8::from(seconds < self.after)),
        }
    }

    fn excess(&self, seconds: f64) -> f64 {
        match self.by_hand {
            Some(by_hand) => by_hand.excess(seconds - self.after),
            None => (self.after - seconds).max(0.0),
        }
    }
}

impl DurationLaw {
    /// Of what never happens.
    pub(crate) const NOTHING: DurationLaw = DurationLaw { ways: [NO_WAY; 4] };

    /// Always so long.
    pub(crate) fn exactly(seconds: f64) -> DurationLaw {
        DurationLaw { ways: [Way { share: 1.0, after: seconds, by_hand: None }, NO_WAY, NO_WAY, NO_WAY] }
    }

    /// By people, after so many seconds.
    pub(crate) fn by_hand(after: f64, by_hand: LogNormal) -> DurationLaw {
        DurationLaw { ways: [Way { share: 1.0, after, by_hand: Some(by_hand) }, NO_WAY, NO_WAY, NO_WAY] }
    }

    /// With the probability `coverage` in so many seconds, else by people, who begin so many seconds after.
    pub(crate) fn covered(seconds: f64, coverage: f64, response: f64, by_hand: LogNormal) -> DurationLaw {
        let mechanism = Way { share: coverage, after: seconds, by_hand: None };
        let people = Way { share: 1.0 - coverage, after: seconds + response, by_hand: Some(by_hand) };
        DurationLaw { ways: [mechanism, people, NO_WAY, NO_WAY] }
    }

    /// What fails, so often, beside what is planned: (how often, seconds) each; rates of the same unit, at most two planned.
    pub(crate) fn with_planned(self, rate: f64, planned: &[(f64, f64)]) -> DurationLaw {
        let all = rate + planned.iter().map(|(rate, _)| rate).sum::<f64>();
        if all <= 0.0 || planned.is_empty() {
            return self;
        }
        let failures =
            self.ways.iter().filter(|way| way.share > 0.0).map(|way| Way { share: way.share * rate / all, ..*way });
        let works = planned.iter().map(|&(rate, after)| Way { share: rate / all, after, by_hand: None });
        let mut ways = [NO_WAY; 4];
        for (slot, way) in ways.iter_mut().zip(failures.chain(works)) {
            *slot = way;
        }
        DurationLaw { ways }
    }

    fn sum(&self, of: impl Fn(&Way) -> f64) -> f64 {
        self.ways.iter().filter(|way| way.share > 0.0).map(|way| way.share * of(way)).sum()
    }

    /// The mean, in seconds. A unit with the unavailability U fails U / mean times a second.
    pub fn mean(&self) -> f64 {
        self.sum(Way::mean)
    }

    /// The probability that it lasts longer than so many seconds.
    pub fn survival(&self, seconds: f64) -> f64 {
        self.sum(|way| way.survival(seconds))
    }

    /// E[(D - b)+]: how long it lasts beyond b seconds, on the mean over all failures.
    pub fn excess(&self, seconds: f64) -> f64 {
        self.sum(|way| way.excess(seconds))
    }

    /// E[D^2; D <= s]: the second moment of those that last up to `seconds`.
    pub(crate) fn square_up_to(&self, seconds: f64) -> f64 {
        self.sum(|way| way.square_up_to(seconds))
    }

    /// Of the time in which the failure is there, the share in which it has been there for more than b seconds:
    /// E[(D - b)+] / E[D].
    pub fn share_beyond(&self, seconds: f64) -> f64 {
        let mean = self.mean();
        if mean > 0.0 { (self.excess(seconds) / mean).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The time that is not exceeded with the probability `level`, within 0..1, in seconds; by bisection.
    pub fn quantile(&self, level: f64) -> f64 {
        let mut high = 1.0;
        while self.survival(high) > 1.0 - level && high < 1e18 {
            high *= 2.0;
        }
        let mut low = 0.0;
        for _ in 0..80 {
            let middle = (low + high) / 2.0;
            if self.survival(middle) > 1.0 - level {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// Standard deviation of the logarithm of the log-normal time with the same mean and variance: sigma for what people do,
    /// 0 for what always takes as long, more for a mechanism that sometimes needs people.
    pub fn spread(&self) -> f64 {
        let mean = self.mean();
        let square = self.sum(Way::square);
        if mean > 0.0 && square.is_finite() { (square / (mean * mean)).max(1.0).ln().sqrt() } else { 0.0 }
    }

    /// One time drawn: by a number within 0..1 that chooses the way, and one of the standard normal distribution.
    #[cfg(test)]
    pub(crate) fn drawn(&self, chosen: f64, normal: f64) -> f64 {
        let mut left = chosen;
        for way in &self.ways {
            if left < way.share {
                return way.after + way.by_hand.map_or(0.0, |by_hand| by_hand.at(normal));
            }
            left -= way.share;
        }
        0.0
    }

    /// Standard deviation of the natural logarithm of what people take; none where nobody has to come.
    pub fn sigma(&self) -> Option<f64> {
        self.ways.iter().filter(|way| way.share > 0.0).find_map(|way| way.by_hand).map(|by_hand| by_hand.sigma)
    }
}

#[cfg(test)]
mod tests {
    use super::DurationLaw;
    use crate::durations::log_normal::LogNormal;

    fn close(one: f64, other: f64) {
        assert!((one - other).abs() <= 1e-9 * other.abs().max(1.0), "{one} {other}");
    }

    #[test]
    fn exact_times() {
        let law = DurationLaw::exactly(30.0);
        close(law.mean(), 30.0);
        close(law.quantile(0.9), 30.0);
        close(law.spread(), 0.0);
        close(law.share_beyond(10.0), 2.0 / 3.0);
        close(law.share_beyond(40.0), 0.0);
        close(DurationLaw::exactly(0.0).share_beyond(0.0), 0.0);
    }

    /// 0.8 x 45 s and 0.2 x (45 s + 600 s + people).
    #[test]
    fn coverage_mixes() {
        let people = LogNormal::with_mean(3600.0);
        let law = DurationLaw::covered(45.0, 0.8, 600.0, people);
        close(law.mean(), 0.8 * 45.0 + 0.2 * (45.0 + 600.0 + 3600.0));
        close(law.quantile(0.5), 45.0);
        close(law.quantile(0.9), 645.0 + people.median);
        close(law.excess(60.0), 0.2 * (585.0 + 3600.0));
        assert_eq!(law.sigma(), Some(1.24));
        assert!(law.spread() > 1.24);
        close(DurationLaw::by_hand(0.0, people).spread(), 1.24);
    }

    #[test]
    fn what_is_planned_has_its_own_length() {
        let people = LogNormal::with_mean(1800.0);
        let law = DurationLaw::by_hand(0.0, people).with_planned(1.0, &[(3.0, 30.0)]);
        close(law.mean(), 0.25 * 1800.0 + 0.75 * 30.0);
        close(law.excess(30.0), 0.25 * people.excess(30.0));
    }
}
