//! `foreshock availability --format json`.

use foreshock_analysis::{Stack, source_words};
use foreshock_engine::{
    AttributionMethod, Availability, BasicEvent, CutSetList, EntryAvailability, Importance, LayerUnavailability,
    Method, Minutes, Verdict, minutes_per_year,
};
use foreshock_model::{Layer, MinutesPerYear, Source};
use serde_json::{Map, Value, json};

use super::availability_agents::agents_json;
use super::kill::{estimate_json, kill_json};
use super::outage_words::outages_json;
use super::words::{capped, layer_name};
use super::{AvailabilityReport, JSON_VERSION, Places};

/// The availability of each stack in the shape of `availability --format json`. Availabilities where the contract says
/// so; everything that can be tiny is also there as an unavailability, in full precision.
pub fn availability_json(reports: &[AvailabilityReport], places: &Places<'_>) -> Value {
    let stacks: Vec<Value> = reports.iter().map(|report| of_stack(report, places)).collect();
    json!({"version": JSON_VERSION, "stacks": stacks})
}

fn of_stack(report: &AvailabilityReport, places: &Places<'_>) -> Value {
    let AvailabilityReport { stack, availability, fixes, .. } = report;
    let shown = report.layers.min(5);
    let layers =
        availability.layers.iter().take(shown).map(|layer| (layer_name(layer.layer).to_owned(), of_layer(*layer)));
    let mut value = json!({
        "root": places.path(&stack.root),
        "kind": stack.kind.name(),
        "score": availability.score,
        "score_range": availability.score_range.map(|(low, high)| [low, high]),
        "structural_nines": availability.structural_nines,
        "capped": capped(availability.score, availability.structural_nines),
        "layers": layers.collect::<Map<_, _>>(),
        "ceiling": availability.ceiling.map(|ceiling| json!({
            "availability": 1.0 - ceiling.unavailability,
            "unavailability": ceiling.unavailability,
            "binding": layer_name(ceiling.layer),
        })),
        "availability": 1.0 - availability.unavailability.1,
        "unavailability": availability.unavailability.1,
        "unavailability_interval": bounds(availability.unavailability),
        "performability": 1.0 - availability.expected,
        "expected": 1.0 - availability.expected,
        "expected_unavailability": availability.expected,
        "range": [1.0 - availability.range.1, 1.0 - availability.range.0],
        "method": method_name(availability.method),
        "interval": bounds(availability.expected_bounds),
        "low_confidence": availability.low_confidence,
        "share_of_defaults": availability.share_of_defaults,
        "entries": availability.entries.iter().map(|entry| of_entry(stack, entry)).collect::<Vec<_>>(),
        "objectives": availability.verdicts.iter().map(|verdict| of_verdict(stack, verdict, places)).collect::<Vec<_>>(),
        "agents": agents_json(stack),
        "attribution": attribution(stack, availability),
        "inputs": inputs(stack, availability, places),
    });
    places.variant(stack, &mut value);
    if let Some(object) = value.as_object_mut() {
        let fixes = fixes.iter().map(|(component, fix)| {
            json!({"component": **component, "title": fix.title, "points": fix.points.get(), "minutes_per_year": fix.minutes_per_year.get()})
        });
        if let Some(attribution) = object.get_mut("attribution").and_then(Value::as_object_mut) {
            attribution.insert("by_fix".to_owned(), fixes.collect::<Vec<_>>().into());
            attribution.insert("findings_without_a_try".to_owned(), report.not_tried.into());
        }
        if let Some(estimate) = &availability.simulated {
            object.insert("simulated".to_owned(), estimate_json(estimate));
        }
        if let Some(kill) = &availability.kill {
            let ids: Vec<String> = availability.entries.iter().map(|entry| stack.id_of(entry.component)).collect();
            object.insert("kill".to_owned(), kill_json(&ids, kill));
        }
    }
    value
}

fn of_layer(layer: LayerUnavailability) -> Value {
    json!({
        "availability": 1.0 - layer.unavailability,
        "unavailability": layer.unavailability,
        "minutes_per_year": minutes_per_year(layer.unavailability).get(),
        "interval": bounds((layer.least, layer.unavailability)),
    })
}

fn of_entry(stack: &Stack, entry: &EntryAvailability) -> Value {
    json!({
        "id": stack.id_of(entry.component),
        "weight": entry.weight,
        "unavailability": entry.unavailability,
        "outages": outages_json(&entry.outages),
        "method": method_name(entry.method),
        "interval": entry.interval.map(|(low, high)| [low, high]),
        "cut_sets": entry.cut_sets.as_ref().map(|sets| cut_sets(stack, sets)),
        "importance": entry.importance.iter().map(|importance| of_unit(stack, importance)).collect::<Vec<_>>(),
        "simulated": entry.simulated.as_ref().map(estimate_json),
    })
}

fn cut_sets(stack: &Stack, sets: &CutSetList) -> Value {
    let name = |event: &BasicEvent| event.name(stack.system());
    let first: Vec<Vec<String>> = sets.order_1.iter().map(|event| vec![name(event)]).collect();
    let second: Vec<Vec<String>> = sets.order_2.iter().map(|pair| pair.iter().map(name).collect()).collect();
    json!({"by_order": sets.by_order, "order_1": first, "order_2": second, "left_out": sets.left_out})
}

fn of_unit(stack: &Stack, importance: &Importance) -> Value {
    json!({
        "unit": importance.unit.name(stack.system()),
        "birnbaum": importance.birnbaum,
        "fussell_vesely": importance.fussell_vesely,
        "raw": importance.raw,
        "rrw": importance.rrw,
    })
}

fn of_verdict(stack: &Stack, verdict: &Verdict, places: &Places<'_>) -> Value {
    let mut value = json!({
        "component": verdict.component.map(|component| stack.id_of(component)),
        "objective": 1.0 - verdict.allowed,
        "expected": 1.0 - verdict.expected,
        "ceiling": verdict.ceiling.map(|ceiling| json!({
            "availability": 1.0 - ceiling.unavailability, "binding": layer_name(ceiling.layer),
        })),
        "interval": bounds((verdict.least, verdict.expected)),
        "window_days": verdict.window_days,
        "holds": verdict.holds.0,
        "holds_interval": bounds(verdict.holds),
        "met": verdict.met,
        "open": verdict.is_open(),
        "unreachable": verdict.unreachable,
        "minutes_missing": verdict.minutes_missing.get(),
        "binding": verdict.binding.map(|event| event.name(stack.system())),
    });
    if let (Some(promise), Some(object)) = (stack.promise_of(verdict), value.as_object_mut()) {
        let mut of = promise.objective.place.as_ref().map(|place| places.json(place)).unwrap_or_default();
        of.insert("name".to_owned(), (*promise.name).into());
        of.insert("kept_in".to_owned(), (*promise.kept_in).into());
        object.insert("promise".to_owned(), Value::Object(of));
    }
    value
}

fn attribution(stack: &Stack, availability: &Availability) -> Value {
    let attribution = &availability.attribution;
    let minutes = |name: String, minutes: MinutesPerYear| json!({"of": name, "minutes_per_year": minutes.get()});
    let layer = |it: &Minutes<Layer>| minutes(layer_name(it.of).to_owned(), it.minutes_per_year);
    json!({
        "method": match attribution.method {
            AttributionMethod::CutSets => "cut-sets",
            AttributionMethod::Criticality => "criticality",
            AttributionMethod::None => "none",
        },
        "by_layer": attribution.by_layer.iter().map(layer).collect::<Vec<_>>(),
        "by_component": attribution.by_part.iter()
            .map(|it| minutes(it.of.name(stack.system()), it.minutes_per_year)).collect::<Vec<_>>(),
        "by_event": attribution.by_event.iter()
            .map(|it| minutes(it.of.name(stack.system()), it.minutes_per_year)).collect::<Vec<_>>(),
    })
}

fn inputs(stack: &Stack, availability: &Availability, places: &Places<'_>) -> Vec<Value> {
    let inputs = availability.inputs.iter().map(|input| {
        let mut told = json!({
            "component": input.part.name(stack.system()),
            "quantity": input.quantity.name(),
            "value": input.value,
            "source": source(&input.source, places),
        });
        if let (Some((low, high)), Some(members)) = (input.interval, told.as_object_mut()) {
            members.insert("interval".to_owned(), json!([low, high]));
        }
        told
    });
    inputs.collect()
}

/// A source in words, with its line where it has one.
pub(super) fn source(source: &Source, places: &Places<'_>) -> String {
    match source {
        Source::Attribute(place) | Source::Configuration(place) => places.line(place),
        other => source_words(other),
    }
}

pub(super) fn method_name(method: Method) -> &'static str {
    match method {
        Method::Exact => "exact",
        Method::Bounds => "bounds",
    }
}

fn bounds((low, high): (f64, f64)) -> Option<[f64; 2]> {
    (low < high).then_some([low, high])
}
