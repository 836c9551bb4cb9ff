//! OpenSLO: documents of `kind: SLO`, their indicators beside or inside of them. <https://github.com/OpenSLO/OpenSLO>

use std::collections::BTreeMap;

use foreshock_model::Objective;
use foreshock_syntax::yaml::Value;

use super::reading::{Reading, all_texts, at, name, pair, text};
use crate::promises::speaks::Said;
use crate::promises::target::Unit;
use crate::promises::window;
use crate::promises::written::WrittenPromise;

/// The versions whose words are these.
const VERSIONS: [&str; 3] = ["openslo/v1", "openslo/v1alpha", "openslo/v1beta1"];
/// Slices count as time where an outage is longer than one: in seconds.
const LONGEST_SLICE: f64 = 300.0;

/// The indicators that a file declares by themselves, by name.
pub(super) struct Indicators<'t>(BTreeMap<&'t str, Value<'t>>);

impl<'t> Indicators<'t> {
    pub(super) fn among(documents: impl Iterator<Item = Value<'t>>) -> Indicators<'t> {
        let of = |document: Value<'t>| {
            let is_one = text(document, &["kind"]) == Some("SLI");
            is_one.then(|| text(document, &["metadata", "name"])).flatten().map(|name| (name, document))
        };
        Indicators(documents.filter_map(of).collect())
    }
}

pub(super) fn read(document: Value<'_>, indicators: &Indicators<'_>, reading: &mut Reading) {
    if text(document, &["kind"]) != Some("SLO") {
        return;
    }
    if let Some(version) = pair(document, "apiVersion") {
        let written = text(document, &["apiVersion"]).unwrap_or_default();
        if !VERSIONS.contains(&written) {
            let message = format!("objectives of {written} are not read; expected openslo/v1 or openslo/v1alpha");
            return reading.tell(version.value.span(), message);
        }
    }
    let Some(spec) = document.get("spec") else { return };
    for objective in reading.list(spec.get("objectives"), "a list of objectives") {
        one(document, spec, objective, indicators, reading);
    }
}

fn one(document: Value<'_>, spec: Value<'_>, objective: Value<'_>, indicators: &Indicators<'_>, reading: &mut Reading) {
    let also = "; `targetPercent` takes percentages";
    let target = match (pair(objective, "target"), pair(objective, "targetPercent")) {
        (Some(share), _) => reading.target(share, Unit::Share, also),
        (None, Some(percent)) => reading.target(percent, Unit::Percent, ""),
        (None, None) => {
            let expected = Unit::Share.expected();
            return reading
                .tell(objective.span(), format!("an objective without a target; expected `target`, {expected}"));
        }
    };
    let Some(target) = target else { return };
    let inside = |value: Value<'_>| text(value, &["indicatorRef"]).and_then(|name| indicators.0.get(name).copied());
    let own = |value| at(value, &["indicator"]).or_else(|| inside(value));
    let indicator = own(objective).or_else(|| own(spec));
    let ratio = objective.get("ratioMetrics").or_else(|| {
        let indicator = indicator?;
        at(indicator, &["spec", "ratioMetric"]).or_else(|| indicator.get("ratioMetric"))
    });
    let Some(ratio) = ratio.filter(|_| counts_time(spec, objective)) else { return };
    let names = [
        text(document, &["metadata", "name"]),
        text(document, &["metadata", "displayName"]),
        text(spec, &["description"]),
        text(objective, &["displayName"]),
        indicator.and_then(|indicator| text(indicator, &["metadata", "name"])),
        indicator.and_then(|indicator| text(indicator, &["metadata", "displayName"])),
        indicator.and_then(|indicator| text(indicator, &["spec", "description"])),
    ];
    let names = names.into_iter().flatten().map(str::to_owned).collect();
    if !(Said { names, queries: all_texts(ratio) }).is_availability() {
        return;
    }
    reading.promise(WrittenPromise {
        name: name(document, &["metadata", "name"]).unwrap_or_else(|| "an objective".into()),
        kept_in: super::name("OpenSLO"),
        allowed: target.allowed,
        window_days: window_days(spec),
        place: target.place,
        of: name(spec, &["service"]).into_iter().collect(),
    });
}

/// Whether it counts requests or time, or slices of time so short that an outage fills them.
fn counts_time(spec: Value<'_>, objective: Value<'_>) -> bool {
    if text(spec, &["budgetingMethod"]) != Some("Timeslices") {
        return true;
    }
    let slice = text(objective, &["timeSliceWindow"]).and_then(window::seconds);
    slice.is_some_and(|slice| slice <= LONGEST_SLICE)
}

fn window_days(spec: Value<'_>) -> f64 {
    let first = |key: &str| spec.get(key)?.items()?.next();
    if let Some(duration) = first("timeWindow").and_then(|window| text(window, &["duration"])) {
        return window::days(duration);
    }
    let Some(window) = first("timeWindows") else { return Objective::WINDOW_DAYS };
    let count = text(window, &["count"]).and_then(|count| count.parse().ok()).unwrap_or(1.0);
    text(window, &["unit"]).map_or(Objective::WINDOW_DAYS, |unit| window::days_of(unit, count))
}
