//! How often and how long something is not there, layer by layer, and where each number comes from.

use std::sync::Arc;

use foreshock_text::Place;

use crate::{Probability, Seconds};

/// The five layers of the availability model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// L1: deploys, human error, drift.
    Software,
    /// L2: hardware, hosts, zones, the provider's own service.
    Hardware,
    /// L3: what can't be engineered away.
    Theoretical,
    /// L4: detection, response, on-call.
    Operational,
    /// L5: third parties.
    External,
}

/// Where a number comes from. Shown with the number, always.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Written in the text.
    Attribute(Place),
    /// A row of the SLA table.
    Sla {
        /// The row: service and configuration, `RDS, multi_az=false`.
        row: Arc<str>,
        /// Title of the page the figure was taken from.
        title: Arc<str>,
        /// Whether it was checked against a public copy.
        verified: bool,
    },
    /// A row of the table of defaults.
    Default {
        /// The row.
        name: Arc<str>,
        /// Why that number.
        reason: Arc<str>,
    },
    /// What the provider does when nothing is written, a fact of the catalog.
    ProviderDefault(Arc<str>),
    /// `foreshock.toml`.
    Configuration(Place),
}

impl Source {
    /// Whether the number is somebody's judgement instead of a fact.
    pub fn is_default(&self) -> bool {
        matches!(self, Source::Default { .. })
    }
}

/// An unavailability with its layer, its repair time and its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Share of time it is down by this cause, 0..1; what is planned is part of it.
    pub unavailability: Probability,
    /// The layer it belongs to.
    pub layer: Layer,
    /// Mean time to repair what was not planned; none where nobody says.
    pub mttr: Option<Seconds>,
    /// What of it is planned: nobody has to notice it, and nobody has to come.
    pub planned: Vec<Planned>,
    /// Where the number comes from.
    pub source: Source,
}

/// The beta factor of replicas (Fleming 1974; NUREG/CR-4780): the share of an instance's unavailability whose cause (a
/// configuration, a deploy, data) takes all of them at once.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonCause {
    /// Beta.
    pub share: Probability,
    /// Between which values it may lie: the ends of what is published.
    pub interval: (Probability, Probability),
    /// Where the number comes from.
    pub source: Source,
}

/// Work on a component that takes it down when it is meant to.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Which.
    pub work: PlannedWork,
    /// How often a year, and where that comes from.
    pub times_a_year: (f64, Source),
    /// How long each time takes it down, and where that comes from.
    pub each: (Seconds, Source),
}

/// Kinds of planned work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlannedWork {
    /// A deploy that goes well.
    Deploy,
    /// A maintenance window.
    Maintenance,
}

/// A year of 8766 hours.
const SECONDS_PER_YEAR: f64 = 8766.0 * 3600.0;

impl Planned {
    /// Share of time, 0..=1.
    pub fn unavailability(&self) -> f64 {
        (self.times_a_year.0 * self.each.0.get() / SECONDS_PER_YEAR).clamp(0.0, 1.0)
    }
}

impl Figure {
    /// Share of time of what is planned, never more than the whole.
    pub fn planned_unavailability(&self) -> f64 {
        let all: f64 = self.planned.iter().map(Planned::unavailability).sum();
        all.min(self.unavailability.get())
    }

    /// Share of time of what is not planned.
    pub fn unplanned_unavailability(&self) -> f64 {
        (self.unavailability.get() - self.planned_unavailability()).max(0.0)
    }
}

/// A component's own causes of failure. Each `Some` is a failure unit (or, for `instance`, one per instance).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reliability {
    /// Each instance by itself: host, disk, process.
    pub instance: Option<Figure>,
    /// What of `instance` takes all instances at once: a unit of its own, in its layer, where the loss of one instance is
    /// survived. None where `service` is the figure of the whole configuration, which holds that already.
    pub common_cause: Option<CommonCause>,
    /// The whole component at once: regional service, control plane, a bad deploy, corrupted data. Common mode.
    pub service: Option<Figure>,
    /// What its own people do to it: deploys, maintenance, mistakes. All instances at once. Common mode.
    pub software: Option<Figure>,
    /// What can't be engineered away.
    pub theoretical: Option<Figure>,
    /// A third party's promise.
    pub external: Option<Figure>,
    /// An explicit figure for the whole component; then it is the *only* unit, the others are not used.
    pub whole: Option<Figure>,
}
