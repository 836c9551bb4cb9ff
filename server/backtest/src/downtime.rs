//! How long an incident was said to take, and how long it took.
//!
//! Downtimes spread over orders of magnitude, so that the error is the logarithm of the ratio: 1 is ten times too long or
//! too short.

use foreshock_engine::{Fault, OutageKnowledge, recover_knowing};
use foreshock_model::{Cause, Scale, Seconds};

use crate::{Incident, Replay};

/// One incident's downtime.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Downtime {
    /// How long it took.
    pub actual: Seconds,
    /// Predicted: one of ten is over by then.
    pub p10: Seconds,
    /// Predicted median.
    pub p50: Seconds,
    /// Predicted: nine of ten are over by then.
    pub p90: Seconds,
    /// Median of the other incidents of the file: a constant that knows nothing of this one. Filled in with the summary.
    pub constant: Option<Seconds>,
}

/// All downtimes of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DowntimeSummary {
    /// How many incidents say it.
    pub count: usize,
    /// Median of |log10(predicted / actual)|.
    pub median_error: f64,
    /// The same for the constant.
    pub constant_error: Option<f64>,
    /// Share of the incidents that were over by their p90; a calibrated prediction has 0.9.
    pub within_p90: f64,
    /// Share of the incidents between p10 and p90, the middle four fifths; a calibrated prediction has 0.8.
    pub coverage: f64,
}

impl Downtime {
    pub(crate) fn of(incident: &Incident) -> Option<Downtime> {
        let actual = incident.downtime.filter(|actual| actual.get() > 0.0)?;
        // Whoever wrote the report chose a long one: published outages are their own class, a provider's or not.
        let cause = incident.cause_class.as_deref().and_then(Cause::from_name);
        let knowledge = OutageKnowledge { scale: Some(Scale::Provider), cause };
        // Over is when everything serves again.
        let span = recover_knowing(&incident.system, &[Fault::Component(incident.fault)], knowledge).everything?;
        let (p10, p50, p90) = (span.p10?, span.p50?, span.p90?);
        (p50.get() > 0.0).then_some(Downtime { actual, p10, p50, p90, constant: None })
    }

    /// |log10(predicted / actual)|.
    pub fn error(&self) -> f64 {
        (self.p50.get() / self.actual.get()).log10().abs()
    }

    /// The same for the constant.
    pub fn constant_error(&self) -> Option<f64> {
        Some((self.constant?.get() / self.actual.get()).log10().abs())
    }
}

/// Fills in the constants and sums up; none when no incident says how long it took.
pub(crate) fn summarise(replays: &mut [Replay]) -> Option<DowntimeSummary> {
    let actual: Vec<f64> =
        replays.iter().filter_map(|replay| replay.downtime.map(|downtime| downtime.actual.get())).collect();
    for (position, downtime) in replays.iter_mut().filter_map(|replay| replay.downtime.as_mut()).enumerate() {
        let others = actual.iter().enumerate().filter(|&(index, _)| index != position).map(|(_, &seconds)| seconds);
        downtime.constant = median(others.collect()).and_then(Seconds::new);
    }
    let downtimes: Vec<Downtime> = replays.iter().filter_map(|replay| replay.downtime).collect();
    let share =
        |fits: &dyn Fn(&&Downtime) -> bool| downtimes.iter().filter(fits).count() as f64 / downtimes.len() as f64;
    Some(DowntimeSummary {
        count: downtimes.len(),
        median_error: median(downtimes.iter().map(Downtime::error).collect())?,
        constant_error: median(downtimes.iter().filter_map(Downtime::constant_error).collect()),
        within_p90: share(&|downtime| downtime.actual <= downtime.p90),
        coverage: share(&|downtime| downtime.actual <= downtime.p90 && downtime.actual >= downtime.p10),
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().checked_sub(1)? / 2)?, values.get(values.len() / 2)?);
    Some((low + high) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![5.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }
}
