//! An objective above what the design can reach: one layer alone makes it impossible.

use foreshock_engine::{AvailabilityOptions, ObjectiveOrigin, Part, Verdict};
use foreshock_model::{Layer, Points};
use std::sync::Arc;

use super::{RuleId, severity_of};
use crate::{Finding, Stack, percent};

const ID: RuleId = RuleId::SloUnreachable;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    if stack.system().objectives.is_empty() && stack.slo().is_none() {
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
    let written = match verdict.origin {
        ObjectiveOrigin::Written(index) => system.objectives.get(index)?.place.clone(),
        ObjectiveOrigin::Asked | ObjectiveOrigin::Promised(_) => None,
    };
    let of_component = || component.or(binding).or(system.components.first().map(Arc::as_ref))?.place.clone();
    let place = written.or_else(of_component)?;
    let whose = component.map_or_else(|| "The system".to_owned(), |component| component.id.to_string());
    let asked = percent((1.0 - verdict.allowed) * 100.0);
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
            "{whose} can't reach {asked} %: {} alone keep it at {reached} %.\n{cause}; {:.0} minutes a year are missing.",
            layer(ceiling.layer),
            verdict.minutes_missing
        ),
        block: component.and_then(|component| component.place.clone()).unwrap_or_else(|| place.clone()),
        place,
        affected: Vec::new(),
        points: Points::ZERO,
        minutes_per_year: verdict.minutes_missing,
        scored: false,
        evidence: Vec::new(),
        cause: None,
    })
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
