//! Sloth: `version: prometheus/v1`, and the same as a resource of Kubernetes. <https://sloth.dev>

use std::sync::Arc;

use foreshock_model::Objective;
use foreshock_syntax::yaml::Value;

use super::reading::{Reading, all_texts, at, name, pair, text};
use crate::promises::speaks::Said;
use crate::promises::target::Unit;
use crate::promises::written::WrittenPromise;

pub(super) fn read(document: Value<'_>, reading: &mut Reading) {
    let service = name(document, &["service"]);
    for objective in reading.list(document.get("slos"), "a list of objectives") {
        one(objective, service.as_ref(), reading);
    }
}

pub(super) fn read_resource(document: Value<'_>, reading: &mut Reading) {
    if let Some(spec) = document.get("spec") {
        read(spec, reading);
    }
}

fn one(objective: Value<'_>, service: Option<&Arc<str>>, reading: &mut Reading) {
    let Some(target) = pair(objective, "objective") else {
        let expected = Unit::Percent.expected();
        return reading
            .tell(objective.span(), format!("an objective without a target; expected `objective`, {expected}"));
    };
    let Some(target) = reading.target(target, Unit::Percent, "") else { return };
    let names =
        [text(objective, &["name"]), text(objective, &["description"]), text(objective, &["sli", "plugin", "id"])];
    let indicator = at(objective, &["sli", "events"]).or_else(|| at(objective, &["sli", "raw"]));
    let names = names.into_iter().flatten().map(str::to_owned).collect();
    if !(Said { names, queries: indicator.map(all_texts).unwrap_or_default() }).is_availability() {
        return;
    }
    reading.promise(WrittenPromise {
        name: name(objective, &["name"]).unwrap_or_else(|| "an objective".into()),
        kept_in: super::name("Sloth"),
        allowed: target.allowed,
        window_days: Objective::WINDOW_DAYS,
        place: target.place,
        of: service.into_iter().cloned().collect(),
    });
}
