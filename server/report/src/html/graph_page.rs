//! The page of `foreshock graph --format html`: the picture alone.

use foreshock_analysis::Stack;
use foreshock_engine::{Class, Fault, Faults, Health, Outcome, Scenario, Sweep, entry_loss};
use serde::Serialize;
use serde_json::{Value, json};

use super::embedded::{Texts, escaped, graph};
use super::page::{PARTS, Parts, render};
use super::scenarios::{Room, columns};
use crate::Places;

#[derive(Serialize)]
struct Page {
    titles: Vec<String>,
    /// JSON, escaped.
    data: String,
    parts: Parts,
}

/// The graphs of some stacks as one page, with what falls when one component does.
pub fn html_graph(stacks: &[&Stack], places: &Places<'_>) -> Result<String, String> {
    let room = Room::of_one_in(stacks.len());
    let data: Vec<Value> = stacks.iter().map(|stack| of_stack(stack, room, places)).collect();
    let titles: Vec<String> = stacks.iter().map(|stack| places.name(stack)).collect();
    render("graph.html", Page { titles, data: escaped(&json!({ "stacks": data })), parts: PARTS })
}

fn of_stack(stack: &Stack, room: Room, places: &Places<'_>) -> Value {
    let mut texts = Texts::default();
    let graph = graph(stack, &mut texts, places);
    let (scenarios, _) = columns(stack, &components_lost(stack), room, &mut texts);
    json!({
        "root": places.name(stack),
        "path": places.path(&stack.root),
        "graph": graph,
        "scenarios": scenarios,
        "texts": texts.into_json(),
    })
}

/// Each component down by itself: the scenarios that a click asks for.
fn components_lost(stack: &Stack) -> Sweep {
    let outcome = |component| {
        let cascade = stack.cascade(&[Fault::Component(component)]);
        let loss = entry_loss(&stack.assessment.basis, &cascade).unwrap_or(0.0);
        let down = cascade.effects.iter().filter(|effect| effect.health == Health::Down).count();
        Outcome {
            scenario: Scenario { class: Class::Component, faults: Faults::One(Fault::Component(component)) },
            severity: 10.0 * loss,
            likelihood: None,
            entry_loss: loss,
            affected: cascade.effects.len() as u32,
            down: down as u32,
        }
    };
    let mut sweep = Sweep::default();
    sweep.results = stack.system().iter().map(|(component, _)| outcome(component)).collect();
    sweep.run = sweep.results.len() as u64;
    sweep
}
