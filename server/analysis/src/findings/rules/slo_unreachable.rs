//! An objective above what the design can reach: one layer alone makes it impossible. Where it is written, a finding stands on
//! its target; the minimal cut sets that speak against it are the evidence.

use std::sync::Arc;

use foreshock_engine::{AvailabilityOptions, BasicEvent, CutSet, ObjectiveOrigin, Part, Verdict, minutes_per_year};
use foreshock_model::{Evidence, Layer, Points, System};
use foreshock_text::Place;

use super::{RuleId, severity_of};
use crate::{Finding, Promise, Stack, percent};

const ID: RuleId = RuleId::SloUnreachable;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    if stack.system().objectives.is_empty() && stack.slo().is_none() && stack.promises().is_empty() {
        return Vec::new();
    }
    let availability = stack.availability(&AvailabilityOptions::default());
    availability
        .verdicts
        .iter()
        .filter(|verdict| verdict.unreachable)
        .filter_map(|verdict| report(stack, verdict))
        .collect()
}

fn report(stack: &Stack, verdict: &Verdict) -> Option<Finding> {
    let system = stack.system();
    let ceiling = verdict.ceiling?;
    let component = verdict.component.and_then(|index| system.component(index));
    // What foreshock.toml promises is shown where most of it is lost.
    let binding = verdict.binding.and_then(|event| match event.part() {
        Part::Component(index) => system.component(index),
        _ => None,
    });
    let promise = stack.promise_of(verdict);
    let written = match verdict.origin {
        ObjectiveOrigin::Written(index) => system.objectives.get(index)?.place.clone(),
        ObjectiveOrigin::Promised(_) => promise?.objective.place.clone(),
        ObjectiveOrigin::Asked => None,
    };
    let of_component = || component.or(binding).or(system.components.first().map(Arc::as_ref))?.place.clone();
    let place = written.or_else(of_component)?;
    let whose = component.map_or_else(|| "The system".to_owned(), |component| component.id.to_string());
    let asked = percent((1.0 - verdict.allowed) * 100.0);
    let promised = promise.map_or_else(String::new, |promise| format!(" of {}", promise.name));
    let reached = percent((1.0 - ceiling.unavailability) * 100.0);
    let cause = match verdict.binding {
        Some(event) => format!("Most of it is {}", event.name(stack.system())),
        None => "No single cause stands out".to_owned(),
    };
    Some(Finding {
        rule: ID,
        severity: severity_of(ID),
        new: true,
        component: verdict.component,
        component_id: component.map_or("system", |component| component.id.as_str()).into(),
        also: Vec::new(),
        message: format!(
            "{whose} can't reach {asked} %{promised}: {} alone keep it at {reached} %.\n{cause}; {:.0} minutes a year are missing.",
            layer(ceiling.layer),
            verdict.minutes_missing
        ),
        block: block(promise, component.and_then(|component| component.place.as_ref()), &place),
        evidence: evidence(stack, verdict),
        place,
        affected: Vec::new(),
        points: Points::ZERO,
        minutes_per_year: verdict.minutes_missing,
        scored: false,
        cause: None,
    })
}

/// What a promise that others keep is about stands elsewhere: there nobody looks for who silences it.
fn block(promise: Option<&Promise>, component: Option<&Place>, place: &Place) -> Place {
    let beside = promise.is_some().then_some(place);
    beside.or(component).unwrap_or(place).clone()
}

/// The cut sets that stand against a promise, each by the places of its events; before them where foreshock.toml promises it.
fn evidence(stack: &Stack, verdict: &Verdict) -> Vec<Evidence> {
    let system = stack.system();
    let promised = stack.slo_place().filter(|_| verdict.is_asked());
    let promised = promised.map(|place| Evidence { place: place.clone(), why: "promised here".into() });
    let against = verdict.cut_sets.iter().flat_map(|set| {
        let why: Arc<str> = words(set, system).into();
        let mut places: Vec<Place> = set.events.iter().filter_map(|event| place_of(*event, system)).collect();
        places.dedup();
        places.into_iter().map(move |place| Evidence { place, why: why.clone() })
    });
    promised.into_iter().chain(against).collect()
}

/// `instance:db#0 alone takes 2629 minutes a year`
fn words(set: &CutSet, system: &System) -> String {
    let names: Vec<String> = set.events.iter().map(|event| event.name(system)).collect();
    let taken = match minutes_per_year(set.unavailability).get() {
        minutes if minutes >= 1.0 => format!("{minutes:.0} minutes a year"),
        _ => "less than a minute a year".to_owned(),
    };
    match names.as_slice() {
        [only] => format!("{only} alone takes {taken}"),
        names => format!("{} together take {taken}", names.join(" and ")),
    }
}

/// Where what fails is declared: the component, or the first one that is in the zone, the domain or the region.
fn place_of(event: BasicEvent, system: &System) -> Option<Place> {
    let mut components = system.components.iter().filter(|component| component.place.is_some());
    let found = match event.part() {
        Part::Component(index) => return system.component(index)?.place.clone(),
        Part::Zone(zone) => {
            components.find(|component| component.redundancy.zones.known().is_some_and(|zones| zones.contains(&zone)))
        }
        Part::Domain(domain) => components.find(|component| component.domains.contains(&domain)),
        Part::Region(region) => components.find(|component| component.region == Some(region)),
    };
    let found = found?;
    match event.part() {
        Part::Zone(_) => found.redundancy.zones_place.clone().or_else(|| found.place.clone()),
        _ => found.place.clone(),
    }
}

fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Software => "its own changes and maintenance",
        Layer::Hardware => "failures of its infrastructure",
        Layer::Theoretical => "pauses that nobody can engineer away",
        Layer::Operational => "the hours until somebody repairs it",
        Layer::External => "the promises of its third parties",
    }
}
