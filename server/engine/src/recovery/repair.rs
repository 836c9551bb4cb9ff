//! How long it takes to repair one fault of one component (semantics, section 7), as quantiles.
//!
//! All repairs of one incident are taken at the same quantile: one team, one night, one cause. Sums and maxima of such
//! (comonotone) times have the sums and maxima of the quantiles as their quantiles (Dhaene et al., "The concept of
//! comonotonicity in actuarial science and finance", 2002), so that no sampling is needed.

use foreshock_model::{Component, Figure, Probability, Seconds, Sourced};

use crate::layout::defaults::{REPAIR_SECONDS, REPAIR_SPREAD, RESPONSE_SECONDS, SHARED_REPAIR_SECONDS};

/// How bad it gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Luck {
    /// At this quantile, within 0..1.
    Quantile(f64),
    /// Whatever can go wrong does: who may need a person needs one.
    Worst,
}

/// The repair of one fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Repair {
    /// A mechanism restores it in so many seconds.
    automatic: Option<f64>,
    /// With this probability, else somebody has to.
    coverage: f64,
    /// Seconds until somebody begins.
    response: f64,
    /// Mean of the log-normal time from then on.
    mean: f64,
    /// Whether a default is among these.
    pub(crate) assumed: bool,
}

impl Repair {
    /// A promotion that works.
    pub(crate) fn promotion(component: &Component) -> Repair {
        let failover = &component.redundancy.failover.seconds;
        let assumed = failover.source.is_default();
        Repair { automatic: Some(failover.value.get()), coverage: 1.0, response: 0.0, mean: f64::INFINITY, assumed }
    }

    /// Of something of the component's own.
    pub(crate) fn own(component: &Component, figure: Option<&Figure>) -> Repair {
        let response = component.recovery.response.as_ref();
        let written = figure.and_then(|figure| figure.mttr);
        let mut repair = Repair {
            automatic: None,
            coverage: 1.0,
            response: response.map_or(RESPONSE_SECONDS, |response| response.value.get()),
            mean: written.map_or(REPAIR_SECONDS, Seconds::get),
            assumed: written.is_none() || response.is_none_or(|response| response.source.is_default()),
        };
        repair.automate(component);
        repair
    }

    /// Of something that others look after: a zone, a region, a shared domain, a third party.
    pub(crate) fn shared(component: &Component, figure: Option<&Figure>) -> Repair {
        let written = figure.and_then(|figure| figure.mttr);
        let mean = written.map_or(SHARED_REPAIR_SECONDS, Seconds::get);
        let mut repair = Repair { automatic: None, coverage: 1.0, response: 0.0, mean, assumed: written.is_none() };
        repair.automate(component);
        repair
    }

    fn automate(&mut self, component: &Component) {
        let Some(Sourced { value, source }) = &component.recovery.automatic else { return };
        let coverage: &Sourced<Probability> = &component.redundancy.failover.coverage;
        self.automatic = Some(value.get());
        self.coverage = coverage.value.get();
        self.assumed |= source.is_default();
    }

    /// When it is repaired, in seconds after the fault, if what is needed for that is there at `tools`.
    pub(crate) fn done(&self, luck: Luck, tools: f64) -> f64 {
        let Some(automatic) = self.automatic else { return self.by_hand(luck, tools) };
        match luck {
            Luck::Quantile(level) if level <= self.coverage => automatic.min(self.by_hand(luck, tools)),
            Luck::Quantile(level) => {
                let rest = (level - self.coverage) / (1.0 - self.coverage);
                automatic + self.by_hand(Luck::Quantile(rest), tools)
            }
            Luck::Worst if self.coverage >= 1.0 => automatic,
            Luck::Worst => automatic + self.by_hand(luck, tools),
        }
    }

    fn by_hand(&self, luck: Luck, tools: f64) -> f64 {
        let level = match luck {
            Luck::Quantile(level) => level,
            Luck::Worst => 0.5,
        };
        self.response.max(tools) + log_normal(self.mean, level)
    }
}

/// The quantile of the log-normal distribution with this mean and the default spread.
pub(crate) fn log_normal(mean: f64, level: f64) -> f64 {
    mean * (REPAIR_SPREAD * normal(level) - REPAIR_SPREAD * REPAIR_SPREAD / 2.0).exp()
}

/// The quantile of the standard normal distribution, by bisection; within -8..8.
fn normal(level: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if below(middle) < level {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// P(Z <= z): 1/2 + phi(z) (z + z^3/3 + z^5/(3 5) + ...) (Marsaglia, "Evaluating the normal distribution", 2004).
fn below(z: f64) -> f64 {
    let mut term = z;
    let mut sum = z;
    let mut divisor = 3.0;
    while (sum + term) != sum {
        term *= z * z / divisor;
        divisor += 2.0;
        sum += term;
    }
    (0.5 + sum * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::{log_normal, normal};

    /// From tables: 0.8416, 1.2816, 1.6449 are the quantiles at 0.8, 0.9, 0.95.
    #[test]
    fn quantiles() {
        for (level, expected) in [(0.5, 0.0), (0.8, 0.841_621), (0.9, 1.281_552), (0.95, 1.644_854), (0.1, -1.281_552)]
        {
            assert!((normal(level) - expected).abs() < 1e-6, "{level}");
        }
        // The mean is the median times exp(0.72).
        assert!((log_normal(1800.0, 0.5) - 1800.0 / 0.72_f64.exp()).abs() < 1e-6);
        assert!((log_normal(1800.0, 0.9) / log_normal(1800.0, 0.5) - 4.654).abs() < 1e-3);
    }
}
