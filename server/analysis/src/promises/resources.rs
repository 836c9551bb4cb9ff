//! Objectives among the resources of a stack: of Google Cloud Monitoring, Datadog and CloudWatch Application Signals.

use std::sync::Arc;

use foreshock_model::Objective;
use foreshock_resources::{Body, Instance, Kind, Mode, Resources, Value};
use foreshock_text::Place;
use rustc_hash::FxHashSet;

use super::speaks::Said;
use super::target::{Unit, allowed};
use super::window;
use super::written::{Tie, Tied, WrittenPromise};
use crate::dialect::{Meaning, Understood};

/// A target that is written in a resource.
struct Target {
    text: String,
    unit: Unit,
    place: Place,
    window_days: f64,
}

/// Periods count as time where an outage is longer than one: in seconds.
const LONGEST_PERIOD: f64 = 300.0;
/// So far references are followed through what is no component: a service that is monitored, a monitor.
const DEEPEST: usize = 3;

/// The promises of availability among the resources that a stack declares, each tied to it.
pub(super) fn of(understood: &Understood) -> Vec<Tied> {
    let Meaning::Resources { declared, assembled } = &understood.meaning else { return Vec::new() };
    let mut found = Vec::new();
    for (number, instance) in declared.instances.iter().enumerate() {
        let read = match &*instance.type_name {
            "google_monitoring_slo" => google,
            "datadog_service_level_objective" => datadog,
            "aws_applicationsignals_service_level_objective" | "awscc_applicationsignals_service_level_objective" => {
                signals
            }
            _ => continue,
        };
        // What may not be there promises nothing.
        if instance.mode != Mode::Managed || instance.may_be_absent.is_some() {
            continue;
        }
        let beside = Beside::of(declared, &assembled.members, number);
        let (targets, of) = read(instance, &beside);
        for target in targets {
            let Some(allowed) = allowed(&target.text, target.unit) else { continue };
            let promise = WrittenPromise {
                name: known_text(&instance.body, &["name"])
                    .or_else(|| known_text(&instance.body, &["display_name"]))
                    .unwrap_or_else(|| instance.address.clone()),
                kept_in: instance.type_name.clone(),
                allowed,
                window_days: target.window_days,
                place: target.place,
                of: of.clone(),
            };
            found.push(Tied { promise, tie: Tie::Inside, refers_to: beside.members.clone() });
        }
    }
    found
}

/// What a resource refers to.
struct Beside<'a> {
    /// Instances that make up components, by number.
    members: Vec<usize>,
    /// Instances on the way to them that do not.
    others: Vec<&'a Instance>,
}

impl<'a> Beside<'a> {
    fn of(declared: &'a Resources, members: &[Vec<usize>], number: usize) -> Beside<'a> {
        let of_components: FxHashSet<usize> = members.iter().flatten().copied().collect();
        let mut beside = Beside { members: Vec::new(), others: Vec::new() };
        let mut seen = FxHashSet::from_iter([number]);
        let mut open = vec![number];
        for _ in 0..DEEPEST {
            let mut next = Vec::new();
            for number in std::mem::take(&mut open) {
                let Some(instance) = declared.instances.get(number) else { continue };
                for to in referred(&instance.body) {
                    let Ok(to) = declared.instances.binary_search_by(|one| one.address.cmp(&to)) else { continue };
                    if !seen.insert(to) {
                        continue;
                    }
                    if of_components.contains(&to) {
                        beside.members.push(to);
                    } else {
                        beside.others.extend(declared.instances.get(to).map(Arc::as_ref));
                        next.push(to);
                    }
                }
            }
            open = next;
        }
        beside.members.sort_unstable();
        beside
    }
}

/// The addresses that a body refers to, sorted.
fn referred(body: &Body) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    let mut open = vec![body];
    while let Some(body) = open.pop() {
        for attribute in body.attributes.values() {
            found.extend(attribute.value.all_provenance().iter().map(|trace| trace.to.clone()));
        }
        open.extend(body.blocks.iter().map(|block| &block.body));
    }
    found.sort();
    found.dedup();
    found
}

/// `goal` of Google Cloud Monitoring, with what its service is called.
fn google(instance: &Instance, beside: &Beside<'_>) -> (Vec<Target>, Vec<Arc<str>>) {
    let body = &instance.body;
    let available = at(body, &["basic_sli", "availability", "enabled"]);
    let is_basic = has_block(body, &["basic_sli", "availability"])
        && !matches!(available, Some((Value { kind: Kind::Bool(false), .. }, _)));
    let ratio = block(body, &["request_based_sli", "good_total_ratio"]);
    let is_ratio = ratio.is_some_and(|ratio| {
        let names = texts_at(body, &[&["display_name"], &["slo_id"]]);
        Said { names, queries: all_texts(ratio) }.is_availability()
    });
    if !is_basic && !is_ratio {
        return (Vec::new(), Vec::new());
    }
    let window_days = match (number_at(body, &["rolling_period_days"]), known_text(body, &["calendar_period"])) {
        (Some(days), _) if days > 0.0 => days,
        (_, Some(period)) => window::days_of(&period, 1.0),
        _ => Objective::WINDOW_DAYS,
    };
    let mut of: Vec<Arc<str>> = known_text(body, &["service"]).into_iter().collect();
    for service in beside.others.iter().filter(|other| other.type_name.starts_with("google_monitoring_")) {
        of.extend(known_text(&service.body, &["service_id"]));
        of.extend(known_text(&service.body, &["basic_service", "service_labels", "service_name"]));
        of.extend(known_text(&service.body, &["display_name"]));
    }
    (target(body, &["goal"], Unit::Share, window_days).into_iter().collect(), of)
}

/// `thresholds` of Datadog, with the tag that names the service.
fn datadog(instance: &Instance, beside: &Beside<'_>) -> (Vec<Target>, Vec<Arc<str>>) {
    let body = &instance.body;
    let names = texts_at(body, &[&["name"], &["description"]]);
    let queries = match known_text(body, &["type"]).as_deref() {
        Some("metric") => {
            let measured = [block(body, &["query"]), block(body, &["sli_specification"])];
            measured.into_iter().flatten().flat_map(all_texts).collect()
        }
        Some("time_slice") => {
            let slice = block(body, &["sli_specification", "time_slice"]);
            let seconds = slice.map(|slice| number_at(slice, &["query_interval_seconds"]).unwrap_or(LONGEST_PERIOD));
            match (slice, seconds) {
                (Some(slice), Some(seconds)) if seconds <= LONGEST_PERIOD => all_texts(slice),
                _ => return (Vec::new(), Vec::new()),
            }
        }
        Some("monitor") => {
            beside.others.iter().flat_map(|monitor| texts_at(&monitor.body, &[&["query"], &["name"]])).collect()
        }
        _ => return (Vec::new(), Vec::new()),
    };
    if !(Said { names, queries }).is_availability() {
        return (Vec::new(), Vec::new());
    }
    let thresholds = body.blocks.iter().filter(|block| &*block.kind == "thresholds" && block.unknown.is_none());
    let mut targets: Vec<Target> = Vec::new();
    for threshold in thresholds {
        let days =
            known_text(&threshold.body, &["timeframe"]).map_or(Objective::WINDOW_DAYS, |text| window::days(&text));
        targets.extend(target(&threshold.body, &["target"], Unit::Percent, days));
    }
    if targets.is_empty() {
        let days = known_text(body, &["timeframe"]).map_or(Objective::WINDOW_DAYS, |text| window::days(&text));
        targets.extend(target(body, &["target_threshold"], Unit::Percent, days));
    }
    let tags = at(body, &["tags"]).map(|(value, _)| items(value)).unwrap_or_default();
    let of = tags.iter().filter_map(|tag| known(tag)?.strip_prefix("service:").map(Arc::from)).collect();
    (targets, of)
}

/// `goal.attainment_goal` of CloudWatch Application Signals, with the name of the service that is measured.
fn signals(instance: &Instance, _: &Beside<'_>) -> (Vec<Target>, Vec<Arc<str>>) {
    let body = &instance.body;
    let metrics = [["sli", "sli_metric"], ["request_based_sli", "request_based_sli_metric"]];
    let metric_type = metrics.iter().find_map(|path| known_text(body, &[path[0], path[1], "metric_type"]));
    let is_availability = match metric_type.as_deref().map(str::to_ascii_uppercase).as_deref() {
        Some("AVAILABILITY") => true,
        Some("LATENCY") => false,
        // A count of requests, or a metric of one's own: by its words. A period is bad by more than its length of time down.
        _ => {
            let names = texts_at(body, &[&["name"], &["description"]]);
            let measured = [block(body, &["sli"]), block(body, &["request_based_sli"])];
            let queries = measured.into_iter().flatten().flat_map(all_texts).collect();
            Said { names, queries }.is_availability() && block(body, &["request_based_sli"]).is_some()
        }
    };
    let period = number_at(body, &["sli", "sli_metric", "period_seconds"]);
    if !is_availability || period.is_some_and(|seconds| seconds > LONGEST_PERIOD) {
        return (Vec::new(), Vec::new());
    }
    let interval = ["rolling_interval", "calendar_interval"];
    let days = interval.iter().find_map(|interval| {
        let unit = known_text(body, &["goal", "interval", interval, "duration_unit"])?;
        let count = number_at(body, &["goal", "interval", interval, "duration"])?;
        Some(window::days_of(&unit, count))
    });
    let days = days.unwrap_or(Objective::WINDOW_DAYS);
    let of =
        metrics.iter().filter_map(|path| known_text(body, &[path[0], path[1], "key_attributes", "Name"])).collect();
    (target(body, &["goal", "attainment_goal"], Unit::Percent, days).into_iter().collect(), of)
}

fn target(body: &Body, path: &[&str], unit: Unit, window_days: f64) -> Option<Target> {
    let (value, place) = at(body, path)?;
    let text = match &value.kind {
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => text.to_string(),
        _ => return None,
    };
    Some(Target { text, unit, place, window_days })
}

/// The value at a path through blocks and objects, with the attribute that it stands in.
fn at<'a>(body: &'a Body, path: &[&str]) -> Option<(&'a Value, Place)> {
    let (first, rest) = path.split_first()?;
    if let Some(attribute) = body.attributes.get(*first) {
        let inside = |value: &'a Value, key: &&str| match &value.kind {
            Kind::Map(items) => items.get(*key),
            Kind::List(items) => match items.first().map(|item| &item.kind) {
                Some(Kind::Map(items)) => items.get(*key),
                _ => None,
            },
            _ => None,
        };
        let value = rest.iter().try_fold(&attribute.value, inside)?;
        return Some((value, attribute.place.place()));
    }
    let mut blocks = body.blocks.iter().filter(|block| &*block.kind == *first && block.unknown.is_none());
    blocks.find_map(|block| at(&block.body, rest))
}

fn block<'a>(body: &'a Body, path: &[&str]) -> Option<&'a Body> {
    path.iter().try_fold(body, |body, kind| {
        let found = body.blocks.iter().find(|block| &*block.kind == *kind && block.unknown.is_none());
        found.map(|block| &block.body)
    })
}

fn has_block(body: &Body, path: &[&str]) -> bool {
    block(body, path).is_some()
}

fn known(value: &Value) -> Option<&Arc<str>> {
    match &value.kind {
        Kind::String(text) if !text.is_empty() && !value.provenance.is_sensitive() => Some(text),
        _ => None,
    }
}

/// The text at a path, where it is known.
pub(super) fn known_text(body: &Body, path: &[&str]) -> Option<Arc<str>> {
    known(at(body, path)?.0).cloned()
}

fn number_at(body: &Body, path: &[&str]) -> Option<f64> {
    match &at(body, path)?.0.kind {
        Kind::Number(number) => Some(*number),
        Kind::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn items(value: &Value) -> &[Value] {
    match &value.kind {
        Kind::List(items) | Kind::Set(items) => items,
        _ => &[],
    }
}

/// The texts at these paths, as far as they can be read: what is not known is left out of them.
fn texts_at(body: &Body, paths: &[&[&str]]) -> Vec<String> {
    paths.iter().filter_map(|path| at(body, path)?.0.legible().map(|text| text.to_string())).collect()
}

/// Every text in a body, as far as it can be read.
fn all_texts(body: &Body) -> Vec<String> {
    let mut texts = Vec::new();
    let mut values: Vec<&Value> = Vec::new();
    let mut open = vec![body];
    while let Some(body) = open.pop() {
        values.extend(body.attributes.values().map(|attribute| &attribute.value));
        open.extend(body.blocks.iter().map(|block| &block.body));
    }
    while let Some(value) = values.pop() {
        texts.extend(value.legible().map(|text| text.to_string()));
        values.extend(items(value));
        if let Kind::Map(inside) = &value.kind {
            values.extend(inside.values());
        }
    }
    texts
}
