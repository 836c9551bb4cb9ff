//! How many there are, how many are needed, where, and who promotes.

use std::sync::Arc;

use foreshock_model::{
    ComponentKind, Failover, FailoverMode, FaultClass, Known, Probability, RecoveryTarget, Redundancy, RegionIndex,
    Replication, Seconds, Source, Sourced,
};

use crate::component::Context;
use crate::problem::ProblemKind;
use crate::section::{Bounds, Report, Section, Written};

/// Where a component is.
pub(crate) struct Location {
    pub(crate) region: Option<RegionIndex>,
    /// `region.availability_zone`.
    zone: Option<Written<Arc<str>>>,
    /// `region.rto_seconds` and `region.rpo_seconds`.
    pub(crate) target: Option<RecoveryTarget>,
}

/// The `region` block.
pub(crate) fn place(section: &mut Section<'_>, context: &mut Context<'_, '_>) -> Location {
    let report = &mut *context.report;
    let Some((mut block, _)) = section.section(report, "region", "region.") else {
        return Location { region: None, zone: None, target: None };
    };
    let named = |text: &Written<Arc<str>>| !text.value.is_empty();
    let region = block.text(report, "region").filter(named);
    let zone = block.text(report, "availability_zone").filter(named);
    block.flag(report, "is_primary");
    let elsewhere = block.text(report, "dr_target_region").filter(named);
    // The schema writes 0 where nobody has promised anything.
    let promised = |number: Written<f64>| (number.value > 0.0).then_some((number.value, number.place));
    let rpo = block.number(report, "rpo_seconds", Bounds::NotNegative).and_then(promised);
    let rto = block.number(report, "rto_seconds", Bounds::NotNegative).and_then(promised);
    block.finish(report);
    // Of the loss of the region only who says where to go then.
    let mut classes = vec![FaultClass::Software, FaultClass::Instance, FaultClass::Zone];
    classes.extend(elsewhere.map(|_| FaultClass::Region));
    let component = Some(context.index);
    let target = (rto.is_some() || rpo.is_some()).then_some(RecoveryTarget { component, classes, rto, rpo });
    Location { region: region.map(|region| context.shared.region(&region.value)), zone, target }
}

/// The redundancy, and the number of replicas.
pub(crate) fn read(
    section: &mut Section<'_>,
    context: &mut Context<'_, '_>,
    kind: ComponentKind,
    location: &Location,
) -> (Redundancy, u32) {
    let replicas = section.count(context.report, "replicas", 1);
    let count = replicas.as_ref().map_or(1, |replicas| replicas.value);
    let one = || Source::ProviderDefault("one replica where nothing is written".into());
    let instances_source = replicas.as_ref().map_or_else(one, Written::source);
    let required = required(section, context.report, count);
    let listed = section.names(context.report, "zones");
    // An empty list says that zones mean nothing here; no list says nothing.
    let in_none = listed.as_ref().is_some_and(|zones| zones.value.is_empty()) || context.shared.has_no_zones();
    let alone = location.zone.as_ref().map(|zone| zone.clone().map(|_| vec![zone.clone()]));
    let written = listed.filter(|zones| !zones.value.is_empty()).or(alone);
    let zones_place = written.as_ref().map(|zones| zones.place.clone());
    let zones = match written {
        Some(zones) => Known::Known(zones.value.iter().map(|zone| context.shared.zone(&zone.value)).collect()),
        None if in_none || runs_elsewhere(kind) => Known::Known(Vec::new()),
        None => Known::Unknown("no zone is written".into()),
    };
    let (failover, written) = failover(section, context, kind, count);
    let stateful = matches!(kind, ComponentKind::Database | ComponentKind::Cache);
    // Two or more that must serve together are no primary with standbys.
    let quorum = required > 1 && !written;
    let replication = if stateful && !quorum { Replication::PrimaryStandby } else { Replication::ActiveActive };
    let redundancy = Redundancy {
        instances: Known::Known(count),
        instances_source,
        required,
        zones,
        zones_place,
        replication,
        failover,
    };
    (redundancy, count)
}

fn required(section: &mut Section<'_>, report: &mut Report, replicas: u32) -> u32 {
    let Some(required) = section.count(report, "required", 1) else { return 1 };
    if required.value > replicas {
        report.tell(required.place.span, ProblemKind::RequiredAboveReplicas { required: required.value, replicas });
        return 1;
    }
    required.value
}

/// Whose zones are nobody's business here.
fn runs_elsewhere(kind: ComponentKind) -> bool {
    use ComponentKind::{Cdn, Dns, ExternalApi, LlmEndpoint};
    matches!(kind, ExternalApi | LlmEndpoint | Cdn | Dns)
}

/// The failover, and whether a block for it is written.
fn failover(
    section: &mut Section<'_>,
    context: &mut Context<'_, '_>,
    kind: ComponentKind,
    replicas: u32,
) -> (Failover, bool) {
    /// What the schema says where failover is enabled, or one of the three is written and another is not.
    const CHECK_SECONDS: f64 = 10.0;
    const CHECKS: u32 = 3;
    const PROMOTION_SECONDS: f64 = 30.0;
    let stateful = matches!(kind, ComponentKind::Database | ComponentKind::Cache);
    let automatic = if stateful && replicas > 1 { FailoverMode::Automatic } else { FailoverMode::None };
    let mut failover = Failover {
        mode: Known::Known(automatic),
        seconds: context.defaults.failover_seconds(),
        coverage: context.defaults.failover_coverage(),
    };
    let report = &mut *context.report;
    let Some((mut block, place)) = section.section(report, "failover", "failover.") else {
        return (failover, false);
    };
    let enabled = block.flag(report, "enabled");
    let promotion = block.number(report, "promotion_time_seconds", Bounds::NotNegative);
    let interval = block.number(report, "health_check_interval_seconds", Bounds::NotNegative);
    let checks = block.count(report, "failover_threshold", 0);
    let coverage = block.number(report, "coverage", Bounds::Fraction);
    block.finish(report);
    let manual = enabled.as_ref().is_some_and(|enabled| !enabled.value);
    if manual && automatic == FailoverMode::Automatic {
        failover.mode = Known::Known(FailoverMode::Manual);
    }
    let is_on = enabled.is_some_and(|enabled| enabled.value);
    if is_on || promotion.is_some() || interval.is_some() || checks.is_some() {
        let number = |written: &Option<Written<f64>>, default| written.as_ref().map_or(default, |it| it.value);
        let checks = f64::from(checks.as_ref().map_or(CHECKS, |checks| checks.value));
        let detection = checks * number(&interval, CHECK_SECONDS);
        if let Some(value) = Seconds::new(detection + number(&promotion, PROMOTION_SECONDS)) {
            failover.seconds = Sourced { value, source: Source::Attribute(place) };
        }
    }
    if let Some(coverage) = coverage {
        failover.coverage = Sourced { value: Probability::clamped(coverage.value), source: coverage.source() };
    }
    (failover, true)
}
