//! What a system is: components, dependencies, redundancy, failure units, and where each fact comes from.
//!
//! Pure types. Does no I/O, knows no file format, no provider and no protocol, and does not know what a failure does
//! (that is `foreshock-engine`). Start reading at [`System`].

mod component;
mod dependency;
mod durations;
mod quantities;
mod recoverability;
mod reliability;
mod system;

pub use component::{
    Agent, Autoscaling, Calls, Capacity, Component, ComponentId, ComponentKind, Exposure, Failover, FailoverMode,
    Grounding, Known, Recovery, Redundancy, Replication, SourceFailure, Sourced,
};
pub use dependency::{Confidence, Dependency, DependencyKind, Evidence, Plane, Shown};
pub use durations::{Cause, DURATION_SIGMA, Scale, median_outage};
pub use quantities::{MinutesPerYear, Points, Probability, Seconds};
pub use recoverability::{
    Bound, FaultClass, Ground, Keeps, Recoverability, RecoveryTarget, Step, TimeRange, TimesFrom, WayBack,
};
pub use reliability::{CommonCause, Figure, Layer, Planned, PlannedWork, Reliability, Source};
pub use system::{
    Alternatives, ComponentIndex, DependencyIndex, Domain, DomainIndex, IndexedTable, ModelError, Objective, Region,
    RegionIndex, System, ZoneIndex,
};
