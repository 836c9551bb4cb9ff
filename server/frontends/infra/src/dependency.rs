//! The `dependencies`: who depends on whom, and how.

use foreshock_model::{ComponentIndex, Confidence, Dependency, DependencyKind, Evidence, Plane, Seconds};
use foreshock_syntax::yaml::Value;
use foreshock_text::Place;

use crate::exported;
use crate::file::component_named;
use crate::groups::Groups;
use crate::problem::ProblemKind;
use crate::section::{Bounds, Report, Section, Written};
use crate::suggest::Ids;

/// A dependency, and where it stands in its alternatives group.
pub(crate) struct Read {
    pub(crate) dependency: Dependency,
    /// Its place in the list as written, for groups.
    pub(crate) number: usize,
}

pub(crate) fn read_all(
    top: &mut Section<'_>,
    report: &mut Report,
    ids: &Ids,
    timeouts: &[Option<Seconds>],
    groups: &mut Groups,
) -> Vec<Read> {
    let Some(list) = top.take("dependencies") else { return Vec::new() };
    let Some(level) = top.below("dependencies") else { return Vec::new() };
    let Some(items) = list.value.items() else {
        report.wrong_type("dependencies", list.value, "a list of dependencies");
        return Vec::new();
    };
    let mut dependencies = Vec::new();
    for (number, item) in items.enumerate().filter(|(_, item)| !item.is_null()) {
        let Some(section) = Section::of(report, item, level, "") else { continue };
        let mut section = section.without(exported::in_dependency(item));
        let read = read(&mut section, item, report, ids, timeouts);
        if let Some(dependency) = read {
            groups.take(&mut section, report, &dependency, number);
            dependencies.push(Read { dependency, number });
        }
        section.finish(report);
    }
    dependencies
}

/// All fields but those of groups; none where an end is missing or unknown, or both are the same.
fn read(
    section: &mut Section<'_>,
    item: Value<'_>,
    report: &mut Report,
    ids: &Ids,
    timeouts: &[Option<Seconds>],
) -> Option<Dependency> {
    let from = end(section, item, report, ids, ["source", "source_id"]);
    let to = end(section, item, report, ids, ["target", "target_id"]);
    let kinds = [
        ("requires", DependencyKind::Requires),
        ("optional", DependencyKind::Optional),
        ("async", DependencyKind::Async),
    ];
    only_one(section, report, ["type", "dependency_type"]);
    let kind = section.word(report, "type", &kinds);
    let kind = kind.or(section.word(report, "dependency_type", &kinds));
    let kind = kind.map_or(DependencyKind::Requires, |kind| kind.value);
    section.text(report, "protocol");
    section.count_up_to(report, "port", 0, 65_535);
    let latency = section.seconds(report, "latency_ms", 1e-3);
    let weight = section.number(report, "weight", Bounds::Fraction);
    let breaker = breaker(section, report);
    let retries = retries(section, report);
    let fallback = section.flag(report, "fallback").is_some_and(|fallback| fallback.value);
    let timeout = section.number(report, "timeout_seconds", Bounds::Positive);
    let deadline = section.number(report, "deadline_seconds", Bounds::Positive);
    let attempts = section.count(report, "attempts", 1);
    let buffer = section.seconds(report, "buffer_seconds", 1.0);
    let planes = [("data", Plane::Data), ("start", Plane::Start), ("management", Plane::Management)];
    let plane = section.word(report, "plane", &planes).map_or(Plane::Data, |plane| plane.value);
    let confidences = [("certain", Confidence::Certain), ("likely", Confidence::Likely), ("guess", Confidence::Guess)];
    let confidence = section.word(report, "confidence", &confidences).map_or(Confidence::Certain, |sure| sure.value);
    let buffer = buffer.and_then(|buffer| needs_async(kind, buffer, report));

    let (from, to) = (from?, to?);
    if from.0 == to.0 {
        report.tell(to.1.span, ProblemKind::DependsOnItself { id: ids.name(to.0) });
        return None;
    }
    let place = report.place(item.span());
    let evidence = vec![Evidence { place, why: "declared as a dependency".into() }];
    let mut dependency = Dependency::new(from.0, to.0, kind, confidence, evidence);
    dependency.latency = latency.map_or(Seconds::ZERO, |latency| latency.value);
    dependency.weight = weight.map(|weight| weight.value);
    dependency.breaker = breaker;
    dependency.fallback = fallback;
    let of_source = || timeouts.get(from.0.index()).copied().flatten();
    dependency.timeout = timeout.and_then(|timeout| Seconds::new(timeout.value)).or_else(of_source);
    dependency.deadline = deadline.and_then(|deadline| Seconds::new(deadline.value));
    dependency.attempts = attempts.map_or(retries.saturating_add(1), |attempts| attempts.value);
    dependency.buffer = buffer;
    dependency.plane = plane;
    Some(dependency)
}

fn needs_async(kind: DependencyKind, buffer: Written<Seconds>, report: &mut Report) -> Option<Seconds> {
    if kind == DependencyKind::Async {
        return Some(buffer.value);
    }
    let kind = ProblemKind::NeedsOther { field: "buffer_seconds".to_owned(), needs: "type: async" };
    report.tell(buffer.place.span, kind);
    None
}

/// One end, under one of its two names.
fn end(
    section: &mut Section<'_>,
    item: Value<'_>,
    report: &mut Report,
    ids: &Ids,
    [name, other]: [&'static str; 2],
) -> Option<(ComponentIndex, Place)> {
    only_one(section, report, [name, other]);
    let Some(pair) = section.take(name).or(section.take(other)) else {
        // A dependency that is being written is told once, where it begins.
        let start = item.entries().and_then(|mut entries| entries.next()).map_or(item.span(), |(key, _)| key.span());
        report.tell(start, ProblemKind::Missing { field: name.to_owned(), of: "a dependency" });
        return None;
    };
    let index = component_named(report, ids, pair_name(&pair, name, other), pair.value)?;
    Some((index, crate::section::written(report, &pair, ()).place))
}

/// Tells where a field is written under both of its names; the first counts.
fn only_one(section: &mut Section<'_>, report: &mut Report, [name, other]: [&'static str; 2]) {
    if let (Some(_), Some(second)) = (section.take(name), section.take(other)) {
        let kind = ProblemKind::Both { one: name.to_owned(), other: other.to_owned() };
        report.tell(second.key.span(), kind);
    }
}

fn pair_name(pair: &foreshock_syntax::yaml::Pair<'_>, name: &'static str, other: &'static str) -> &'static str {
    if pair.name == other { other } else { name }
}

fn breaker(section: &mut Section<'_>, report: &mut Report) -> bool {
    let Some((mut block, _)) = section.section(report, "circuit_breaker", "circuit_breaker.") else { return false };
    let enabled = block.flag(report, "enabled").is_some_and(|enabled| enabled.value);
    for key in ["failure_threshold", "recovery_timeout_seconds", "half_open_max_requests", "success_threshold"] {
        block.number(report, key, Bounds::NotNegative);
    }
    block.finish(report);
    enabled
}

/// How often it is tried again: 0 unless a strategy is enabled.
fn retries(section: &mut Section<'_>, report: &mut Report) -> u32 {
    /// The schema's number where a strategy is enabled without one.
    const MAX_RETRIES: u32 = 3;
    let Some((mut block, _)) = section.section(report, "retry_strategy", "retry_strategy.") else { return 0 };
    let enabled = block.flag(report, "enabled").is_some_and(|enabled| enabled.value);
    let retries = block.count(report, "max_retries", 0).map_or(MAX_RETRIES, |retries| retries.value);
    for key in ["initial_delay_ms", "max_delay_ms", "multiplier", "retry_budget_per_second"] {
        block.number(report, key, Bounds::NotNegative);
    }
    block.flag(report, "jitter");
    block.finish(report);
    if enabled { retries } else { 0 }
}
