//! Availability figures: public ones peeled into failure units, and defaults with their reasons. What other dialects
//! take from the table of defaults is in `defaults.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{CommonCause, Figure, Layer, Probability, Reliability, Seconds, Source, Sourced};
use serde::Deserialize;

use crate::row::SlaRow;

/// The tables `sla.toml` and `defaults.toml`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    sla: BTreeMap<String, SlaFigure>,
    defaults: BTreeMap<String, DefaultFigure>,
    pub(crate) problems: Vec<String>,
}

/// A published figure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlaFigure {
    /// Service and configuration.
    row: String,
    /// Availability in percent.
    percent: f64,
    /// Usual time to restore, seconds, from and to.
    #[serde(default)]
    restore: Option<(f64, f64)>,
    /// Title of the page.
    title: String,
    /// When it was read.
    seen: String,
    /// Whether it was checked against a public copy.
    checked: bool,
}

/// A figure that nobody publishes: a value, or how often it fails and how long each failure lasts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultFigure {
    #[serde(default)]
    value: Option<f64>,
    /// Hours between failures; with `restore` the unavailability MTTR / (MTBF + MTTR).
    #[serde(default)]
    mtbf_hours: Option<f64>,
    #[serde(default)]
    restore: Option<f64>,
    /// Between which values it may lie, where sources differ.
    #[serde(default)]
    interval: Option<(f64, f64)>,
    reason: String,
}

impl DefaultFigure {
    fn value(&self) -> f64 {
        let by_rates = || {
            let (up, down) = (self.mtbf_hours? * 3600.0, self.restore?);
            Some(down / (up + down))
        };
        self.value.or_else(by_rates).unwrap_or(0.0)
    }
}

impl Figures {
    pub(crate) fn bundled() -> Figures {
        let sla = concat!(include_str!("../data/sla.toml"), include_str!("../data/sla_azure.toml"));
        Figures::parse(sla, include_str!("../data/defaults.toml"))
    }

    fn parse(sla: &str, defaults: &str) -> Figures {
        let mut problems = Vec::new();
        let sla = toml::from_str(sla).unwrap_or_else(|error| {
            problems.push(format!("sla.toml: {error}"));
            BTreeMap::new()
        });
        let defaults = toml::from_str(defaults).unwrap_or_else(|error| {
            problems.push(format!("defaults.toml: {error}"));
            BTreeMap::new()
        });
        Figures { sla, defaults, problems }
    }

    /// A default with its reason; 0 and said so when the table has no such row.
    pub(crate) fn judged(&self, name: &str) -> (f64, Option<f64>, Source) {
        let row = self.defaults.get(name);
        let reason = row.map_or("there is no such row in the table of defaults", |row| row.reason.as_str());
        let source = Source::Default { name: name.into(), reason: reason.into() };
        (row.map_or(0.0, DefaultFigure::value), row.and_then(|row| row.restore), source)
    }

    /// Whether a row of the defaults has a time to restore.
    #[cfg(test)]
    pub(crate) fn restores(&self, name: &str) -> bool {
        self.defaults.get(name).is_some_and(|row| row.restore.is_some())
    }

    /// How often one zone is lost.
    pub(crate) fn zone(&self) -> Figure {
        let (value, restore, source) = self.judged("zone");
        hardware(value, restore, source)
    }

    /// Share of primary losses that automatic failover covers.
    pub(crate) fn coverage(&self) -> Sourced<Probability> {
        let (value, _, source) = self.judged("failover_coverage");
        Sourced { value: Probability::clamped(value), source }
    }

    /// The beta factor of replicas of which nothing else is known, with its interval.
    pub(crate) fn common_cause(&self) -> CommonCause {
        const ROW: &str = "common_cause";
        let (value, _, source) = self.judged(ROW);
        let (low, high) = self.defaults.get(ROW).and_then(|row| row.interval).unwrap_or((value, value));
        let [share, low, high] = [value, low, high].map(Probability::clamped);
        CommonCause { share, interval: (low, high), source }
    }

    /// How long promotion takes, from the row of the spread configuration where it says so.
    pub(crate) fn failover_seconds(&self, row: Option<&SlaRow>) -> Sourced<Seconds> {
        let stated = row
            .and_then(|row| row.multi.as_deref())
            .and_then(|name| self.sla.get(name))
            .and_then(|figure| Some((figure.restore?.1, figure)));
        let (value, source) = match stated {
            Some((seconds, figure)) => (seconds, figure.source()),
            None => {
                let (value, _, source) = self.judged("failover_seconds");
                (value, source)
            }
        };
        Sourced { value: Seconds::new(value).unwrap_or_default(), source }
    }

    /// Peels a configuration's figures into units, so that each quoted configuration is reproduced (semantics,
    /// section 5): the spread row is the service, the single row less zone and service is the instance. Without a zone
    /// unit (`in_zones` false: its zone is not known) the zone's share stays with the instance. What takes all instances at
    /// once by one cause is in the figure of the spread configuration; only where there is none it is a unit of its own.
    pub(crate) fn reliability(&self, row: Option<&SlaRow>, in_zones: bool) -> Reliability {
        let Some(row) = row else { return Reliability::default() };
        let named = |name: &Option<String>| name.as_deref().and_then(|name| self.sla.get(name));
        let service = named(&row.regional).or(named(&row.multi));
        let mut reliability = Reliability {
            service: service.map(|figure| hardware(figure.unavailability(), None, figure.source())),
            ..Reliability::default()
        };
        if let Some(single) = named(&row.single) {
            let zone = if in_zones { self.zone().unavailability.get() } else { 0.0 };
            let shared = service.map_or(0.0, SlaFigure::unavailability);
            let rest = peel(single.unavailability(), zone, shared);
            let restore = single.restore.map(|(_, slow)| slow);
            reliability.instance = Some(hardware(rest, restore, single.source()));
        } else if let Some(name) = &row.fallback {
            let (value, restore, source) = self.judged(name);
            reliability.instance = Some(hardware(value, restore, source));
        }
        if reliability.service.is_none() && reliability.instance.is_some() {
            reliability.common_cause = Some(self.common_cause());
        }
        reliability
    }

    /// The rows that an [`SlaRow`] names and that do not exist.
    pub(crate) fn missing(&self, row: &SlaRow) -> Vec<String> {
        let figures = [&row.single, &row.multi, &row.regional].into_iter().flatten();
        let mut missing: Vec<String> = figures.filter(|name| !self.sla.contains_key(*name)).cloned().collect();
        missing.extend(row.fallback.iter().filter(|name| !self.defaults.contains_key(*name)).cloned());
        missing
    }
}

impl SlaFigure {
    fn unavailability(&self) -> f64 {
        1.0 - self.percent / 100.0
    }

    fn source(&self) -> Source {
        let title: Arc<str> = format!("{} (seen {})", self.title, self.seen).into();
        Source::Sla { row: self.row.as_str().into(), title, verified: self.checked }
    }
}

pub(crate) fn hardware(unavailability: f64, restore: Option<f64>, source: Source) -> Figure {
    Figure {
        unavailability: Probability::clamped(unavailability),
        layer: Layer::Hardware,
        mttr: restore.and_then(Seconds::new),
        planned: Vec::new(),
        source,
    }
}

/// What is left of `quoted` for the instance when zone and service fail by themselves: 1 - (1-U1)/((1-z)(1-s)). A
/// negative rest is 0: the others explain more than is quoted.
fn peel(quoted: f64, zone: f64, service: f64) -> f64 {
    // ln_1p and exp_m1 keep the digits that 1 - U would lose.
    let rest = -((-quoted).ln_1p() - (-zone).ln_1p() - (-service).ln_1p()).exp_m1();
    if rest.is_finite() { rest.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_quoted_configuration_is_reproduced() {
        for (single, multi, zone) in [(5e-3, 5e-4, 1e-4), (1e-2, 1e-4, 1e-4), (1e-3, 1e-4, 1e-4), (0.05, 0.0, 1e-3)] {
            let instance = peel(single, zone, multi);
            let together = 1.0 - (1.0 - instance) * (1.0 - zone) * (1.0 - multi);
            assert!((together - single).abs() < 1e-15, "{single} {multi} {zone}: {together}");
        }
    }

    #[test]
    fn a_negative_rest_is_none() {
        assert_eq!(peel(1e-4, 1e-4, 1e-4), 0.0);
        assert_eq!(peel(0.0, 1.0, 0.0), 0.0);
    }

    #[test]
    fn every_figure_has_a_source_and_a_range() {
        let figures = Figures::bundled();
        assert_eq!(figures.problems, Vec::<String>::new());
        for (name, figure) in &figures.sla {
            assert!((90.0..=100.0).contains(&figure.percent), "{name}");
            assert!(!figure.title.is_empty() && figure.seen.len() == 10, "{name}");
            assert!(figure.restore.is_none_or(|(fast, slow)| 0.0 <= fast && fast <= slow), "{name}");
        }
        for (name, figure) in &figures.defaults {
            assert!(figure.reason.len() > 20, "{name}: a default needs a reason");
            let by_rates = figure.mtbf_hours.is_some() && figure.restore.is_some();
            assert!(figure.value.is_some() != by_rates, "{name}: a value, or a rate with its repair time");
            let inside = |(low, high): (f64, f64)| low <= figure.value() && figure.value() <= high;
            assert!(figure.interval.is_none_or(inside), "{name}: its value is outside of its interval");
        }
        for needed in ["zone", "failover_coverage", "failover_seconds", "common_cause", "host"] {
            assert!(figures.defaults.contains_key(needed), "{needed}");
        }
    }
}
