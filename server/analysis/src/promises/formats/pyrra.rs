//! Pyrra: resources of Kubernetes of `kind: ServiceLevelObjective`. <https://github.com/pyrra-dev/pyrra>

use std::sync::Arc;

use foreshock_syntax::yaml::Value;

use super::reading::{Reading, all_texts, at, name, pair, text};
use crate::promises::speaks::Said;
use crate::promises::target::Unit;
use crate::promises::window;
use crate::promises::written::WrittenPromise;

/// Labels that name what an objective speaks of.
const LABELS: [&str; 5] = ["pyrra.dev/service", "service", "app.kubernetes.io/name", "app", "job"];
/// Selectors of a metric that do.
const SELECTORS: [&str; 3] = ["service", "app", "job"];

pub(super) fn read(document: Value<'_>, reading: &mut Reading) {
    let Some(spec) = document.get("spec") else { return };
    let Some(target) = pair(spec, "target") else {
        let expected = Unit::Percent.expected();
        return reading.tell(spec.span(), format!("an objective without a target; expected `target`, {expected}"));
    };
    let Some(target) = reading.target(target, Unit::Percent, "") else { return };
    let ratio = at(spec, &["indicator", "ratio"]);
    let gauge = at(spec, &["indicator", "boolGauge"]).or_else(|| at(spec, &["indicator", "bool_gauge"]));
    let Some(indicator) = ratio.or(gauge) else { return };
    let queries = all_texts(indicator);
    let names = [text(document, &["metadata", "name"]), text(spec, &["description"])];
    let names = names.into_iter().flatten().map(str::to_owned).collect();
    if !(Said { names, queries: queries.clone() }).is_availability() {
        return;
    }
    let total = at(indicator, &["total", "metric"]).or_else(|| indicator.get("metric"));
    let total = total.and_then(Value::scalar).map_or("", |scalar| scalar.text());
    let labels = LABELS.iter().filter_map(|label| name(document, &["metadata", "labels", label]));
    let mut of: Vec<Arc<str>> = Vec::new();
    let selected = SELECTORS.iter().filter_map(|key| selector(total, key).map(Arc::from));
    for name in labels.chain(name(document, &["metadata", "name"])).chain(selected) {
        if !of.contains(&name) {
            of.push(name);
        }
    }
    reading.promise(WrittenPromise {
        name: name(document, &["metadata", "name"]).unwrap_or_else(|| "an objective".into()),
        kept_in: super::name("Pyrra"),
        allowed: target.allowed,
        window_days: text(spec, &["window"]).map_or(foreshock_model::Objective::WINDOW_DAYS, window::days),
        place: target.place,
        of,
    });
}

/// What a metric is selected by, literally: `front` of `job="front"`.
fn selector<'t>(metric: &'t str, key: &str) -> Option<&'t str> {
    let (_, inside) = metric.split_once('{')?;
    let value = inside.split(',').find_map(|one| {
        let (name, value) = one.split_once('=')?;
        (name.trim() == key).then(|| value.trim().trim_end_matches('}').trim())
    })?;
    value.strip_prefix('"')?.strip_suffix('"').filter(|value| !value.is_empty())
}
