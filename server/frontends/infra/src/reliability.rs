//! A component's own causes of failure: written figures, else rates, else the table of defaults.

use foreshock_catalog::{Defaults, Upkeep};
use foreshock_model::{CommonCause, ComponentKind, Figure, Layer, Probability, Reliability, Seconds, Sourced};

use crate::decimal::complement;
use crate::problem::ProblemKind;
use crate::section::{Bounds, Report, Section, Written, written};

/// `operational_profile.mttr_minutes` where a rate is written and no repair time.
const MTTR_MINUTES: f64 = 30.0;
/// `external_sla.provider_sla` where the block is written without it, percent.
const PROVIDER_SLA: &str = "99.9";

/// A component's own causes.
pub(crate) struct Read {
    pub(crate) reliability: Reliability,
    /// A figure for all of them is written.
    pub(crate) is_explicit: bool,
    /// The repair time, where it is written.
    pub(crate) repair: Option<Sourced<Seconds>>,
}

/// The causes. `promise` is what an agent's block says of a third party (an unavailability).
pub(crate) fn read(
    section: &mut Section<'_>,
    report: &mut Report,
    kind: ComponentKind,
    defaults: Defaults<'_>,
    promise: Option<Written<f64>>,
) -> Read {
    let keys = ["unavailability", "availability", "instance_unavailability", "instance_availability"];
    let explicit = unavailability_of(section, report, &keys);
    let profile = profile(section, report);
    let common_cause = section.number(report, "common_cause", Bounds::Fraction);
    let external = external(section, report).or(promise);
    let theoretical = pauses(section, report);

    let repair = profile.mttr.as_ref().map(|mttr| Sourced { value: mttr.value, source: mttr.source() });
    let default = defaults.instance(kind);
    let layer = default.layer;
    let mttr = profile.mttr.as_ref().map(|mttr| mttr.value);
    let figure = |unavailability: f64, layer, mttr, source| Figure {
        unavailability: Probability::clamped(unavailability),
        layer,
        mttr,
        planned: Vec::new(),
        source,
    };
    if let Some((_, explicit)) = explicit.as_ref().filter(|(key, _)| !key.starts_with("instance")) {
        let whole = figure(explicit.value, layer, mttr, explicit.source());
        let reliability = Reliability { whole: Some(whole), ..Reliability::default() };
        return Read { reliability, is_explicit: true, repair };
    }
    let external = external.map(|it| figure(it.value, Layer::External, mttr, it.source()));
    let mut reliability = Reliability {
        theoretical: theoretical.map(|(it, each)| figure(it.value, Layer::Theoretical, Some(each), it.source())),
        external,
        ..Reliability::default()
    };
    if let Some((_, explicit)) = &explicit {
        reliability.instance = Some(figure(explicit.value, layer, mttr, explicit.source()));
    } else if let Some(mtbf) = profile.mtbf.as_ref().filter(|mtbf| mtbf.value > 0.0) {
        let down = mttr.map_or(MTTR_MINUTES * 60.0, Seconds::get);
        let unavailability = down / (mtbf.value * 3600.0 + down);
        reliability.instance = Some(figure(unavailability, layer, Seconds::new(down), mtbf.source()));
    } else if reliability.external.is_none() {
        let repaired = with_repair_time(default, mttr);
        // A third party is one promise, however many of its machines answer.
        match repaired.layer {
            Layer::External => reliability.external = Some(repaired),
            _ => reliability.instance = Some(repaired),
        }
    }
    // An explicit figure holds all of its own causes; only what is written beside it counts as well.
    let upkeep = profile.upkeep;
    let is_written = upkeep.deploy.is_some() || upkeep.maintenance.is_some();
    let kind = Some(kind).filter(|_| explicit.is_none());
    if explicit.is_none() || is_written {
        reliability.software = defaults.software(kind, &upkeep);
    }
    if reliability.instance.is_some() {
        let of_replicas = |written: Written<f64>| {
            let share = Probability::clamped(written.value);
            CommonCause { share, interval: (share, share), source: written.source() }
        };
        // An explicit figure of each instance is all there is to it, unless something is written beside it.
        let usual = || explicit.is_none().then(|| defaults.common_cause());
        reliability.common_cause = common_cause.map(of_replicas).or_else(usual);
    }
    Read { reliability, is_explicit: explicit.is_some(), repair }
}

/// The default fails as often as the table says, and is repaired in the written time.
fn with_repair_time(default: Figure, mttr: Option<Seconds>) -> Figure {
    let (Some(written), Some(usual)) = (mttr, default.mttr) else { return default };
    let unavailability = default.unavailability.get();
    if unavailability <= 0.0 {
        return default;
    }
    let up = usual.get() * (1.0 - unavailability) / unavailability;
    let repaired = Probability::clamped(written.get() / (up + written.get()));
    Figure { unavailability: repaired, mttr: Some(written), ..default }
}

/// The unavailability that one of these keys gives, with the key; several exclude each other, the first counts.
pub(crate) fn unavailability_of(
    section: &mut Section<'_>,
    report: &mut Report,
    keys: &[&'static str],
) -> Option<(&'static str, Written<f64>)> {
    let mut first: Option<(&'static str, Written<f64>)> = None;
    for key in keys {
        let Some(pair) = section.take(key) else { continue };
        let field = section.field(key);
        let Some(number) = report.number_in(&field, pair.value, Bounds::Fraction) else { continue };
        let text = pair.value.scalar().map_or("", |scalar| scalar.text());
        let value = match key.ends_with("unavailability") {
            true => number,
            false => complement(text, number, false),
        };
        match &first {
            None => first = Some((key, written(report, &pair, value))),
            Some((one, _)) => {
                let kind = ProblemKind::Both { one: section.field(one), other: field };
                report.tell(pair.key.span(), kind);
            }
        }
    }
    first
}

#[derive(Default)]
struct Profile {
    /// Hours.
    mtbf: Option<Written<f64>>,
    mttr: Option<Written<Seconds>>,
    upkeep: Upkeep,
}

fn profile(section: &mut Section<'_>, report: &mut Report) -> Profile {
    let Some((mut block, _)) = section.section(report, "operational_profile", "operational_profile.") else {
        return Profile::default();
    };
    let mtbf = block.number(report, "mtbf_hours", Bounds::NotNegative);
    let mttr = block.seconds(report, "mttr_minutes", 60.0);
    let deploy = block.seconds(report, "deploy_downtime_seconds", 1.0);
    let maintenance = block.seconds(report, "maintenance_downtime_minutes", 60.0);
    if let Some((mut degradation, _)) = block.section(report, "degradation", "operational_profile.degradation.") {
        for key in ["memory_leak_mb_per_hour", "disk_fill_gb_per_hour", "connection_leak_per_hour"] {
            degradation.number(report, key, Bounds::NotNegative);
        }
        degradation.finish(report);
    }
    block.finish(report);
    let sourced = |written: Written<Seconds>| Sourced { source: written.source(), value: written.value };
    let upkeep = Upkeep { deploy: deploy.map(sourced), maintenance: maintenance.map(sourced) };
    Profile { mtbf, mttr, upkeep }
}

/// A third party's promise, only where it is written.
fn external(section: &mut Section<'_>, report: &mut Report) -> Option<Written<f64>> {
    let (mut block, place) = section.section(report, "external_sla", "external_sla.")?;
    let sla = promise(&mut block, report, "provider_sla");
    block.finish(report);
    Some(sla.unwrap_or(Written { value: complement(PROVIDER_SLA, 99.9, true), place }))
}

/// A percentage of availability as an unavailability.
pub(crate) fn promise(section: &mut Section<'_>, report: &mut Report, key: &'static str) -> Option<Written<f64>> {
    let pair = section.take(key)?;
    let number = report.number_in(&section.field(key), pair.value, Bounds::Percent)?;
    let text = pair.value.scalar().map_or("", |scalar| scalar.text());
    Some(written(report, &pair, complement(text, number, true)))
}

/// The share of time in which a runtime stands still, and how long each time.
fn pauses(section: &mut Section<'_>, report: &mut Report) -> Option<(Written<f64>, Seconds)> {
    let (mut block, place) = section.section(report, "runtime_jitter", "runtime_jitter.")?;
    let pause = block.number(report, "gc_pause_ms", Bounds::NotNegative);
    let times = block.number(report, "gc_pause_frequency", Bounds::NotNegative);
    block.number(report, "scheduling_jitter_ms", Bounds::NotNegative);
    block.finish(report);
    let pause = Seconds::new(pause?.value / 1000.0)?;
    let share = pause.get() * times?.value;
    if share > 1.0 {
        let kind = ProblemKind::OutOfRange {
            field: "runtime_jitter.gc_pause_ms x gc_pause_frequency".to_owned(),
            found: format!("{share} seconds a second"),
            expected: "at most 1".to_owned(),
        };
        report.tell(place.span, kind);
        return None;
    }
    (share > 0.0).then_some((Written { value: share, place }, pause))
}
