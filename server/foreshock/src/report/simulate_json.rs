use foreshock_analysis::reason;
use foreshock_engine::{Cascade, Unsettled};
use foreshock_model::Seconds;
use serde_json::{Map, Value, json};

use super::simulation::{Played, Simulation};
use super::words::health_name;
use super::{JSON_VERSION, Places};

/// Scenarios and what falls, in the shape of `simulate --format json`.
pub(crate) fn simulate_json(simulations: &[Simulation], places: &Places<'_>) -> Value {
    let stacks: Vec<Value> = simulations.iter().map(|simulation| of_stack(simulation, places)).collect();
    json!({"version": JSON_VERSION, "stacks": stacks})
}

fn of_stack(simulation: &Simulation, places: &Places<'_>) -> Value {
    let not_run = simulation.not_run.iter().map(|(class, count)| (class.name().to_owned(), (*count).into()));
    json!({
        "root": places.path(&simulation.stack.root),
        "scenarios": {"run": simulation.run, "not_run": not_run.collect::<Map<_, _>>()},
        "results": simulation.played.iter().map(|played| result(simulation, played)).collect::<Vec<_>>(),
    })
}

fn result(simulation: &Simulation, played: &Played) -> Value {
    json!({
        "id": played.id,
        "severity": played.severity(),
        "likelihood": played.likelihood,
        "entry_loss": played.entry_loss,
        "effects": effects(simulation, &played.cascade),
        "unsettled": played.cascade.unsettled.iter().map(|it| unsettled(simulation, *it)).collect::<Vec<_>>(),
    })
}

fn effects(simulation: &Simulation, cascade: &Cascade) -> Vec<Value> {
    let stack = &simulation.stack;
    let effects = cascade.effects.iter().map(|effect| {
        let reason = reason(stack.system(), cascade, effect);
        let words = match reason {
            Some(reason) => format!("it {} {}", reason.words, stack.id_of(reason.component)),
            None => "it fails".to_owned(),
        };
        json!({
            "component": stack.id_of(effect.component),
            "health": health_name(effect.health),
            "at_seconds": effect.at.get(),
            "latency_ms": effect.latency.map(milliseconds),
            "because": reason.map(|reason| json!({"component": stack.id_of(reason.component)})),
            "reason": words,
        })
    });
    effects.collect()
}

fn milliseconds(latency: Seconds) -> f64 {
    1000.0 * latency.get()
}

/// What a mode could not tell.
fn unsettled(simulation: &Simulation, unsettled: Unsettled) -> Value {
    let (component, why) = super::simulation::told(unsettled);
    json!({"component": component.map(|component| simulation.stack.id_of(component)), "why": why})
}
