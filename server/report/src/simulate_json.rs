//! `foreshock simulate --format json`, and the answer of `foreshock/simulate`.

use foreshock_analysis::reason;
use foreshock_engine::{AgentAnswers, Cascade, Recovery, Span, Unsettled};
use foreshock_model::Seconds;
use serde_json::{Map, Value, json};

use super::simulation::{Played, Simulation};
use super::words::health_name;
use super::{JSON_VERSION, Places};

/// Scenarios and what falls, in the shape of `simulate --format json`.
pub fn simulate_json(simulations: &[Simulation], places: &Places<'_>) -> Value {
    let stacks: Vec<Value> = simulations.iter().map(|simulation| of_stack(simulation, places)).collect();
    json!({"version": JSON_VERSION, "stacks": stacks})
}

fn of_stack(simulation: &Simulation, places: &Places<'_>) -> Value {
    let not_run = simulation.not_run.iter().map(|(class, count)| (class.name().to_owned(), (*count).into()));
    let mut object = json!({
        "root": places.path(&simulation.stack.root),
        "scenarios": {"run": simulation.run, "not_run": not_run.collect::<Map<_, _>>()},
        "results": simulation.played.iter().map(|played| result(simulation, played)).collect::<Vec<_>>(),
    });
    places.variant(&simulation.stack, &mut object);
    object
}

fn result(simulation: &Simulation, played: &Played) -> Value {
    json!({
        "id": played.id,
        "severity": played.severity(),
        "likelihood": played.likelihood,
        "times_a_year": played.times_a_year,
        "entry_loss": played.entry_loss,
        "likely_severity": played.likely_loss.map(|loss| 10.0 * loss),
        "likely_entry_loss": played.likely_loss,
        "effects": effects(simulation, &played.cascade),
        "recovery": played.recovery.as_ref().map(|recovery| recovery_json(simulation, recovery)),
        "agents": played.agents.iter().map(|agent| agent_json(simulation, agent)).collect::<Vec<_>>(),
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
            "errors": effect.errors,
            "likely": {"health": health_name(effect.likely.health), "down": effect.likely.down},
            "because": reason.map(|reason| json!({"component": stack.id_of(reason.component)})),
            "reason": words,
        })
    });
    effects.collect()
}

/// Seconds until it serves again; null where it does not come back by itself.
fn span(span: &Span) -> Value {
    let seconds = |time: Option<Seconds>| time.map(Seconds::get);
    json!({"p10_seconds": seconds(span.p10), "p50_seconds": seconds(span.p50), "p90_seconds": seconds(span.p90)})
}

fn recovery_json(simulation: &Simulation, recovery: &Recovery) -> Value {
    let stack = &simulation.stack;
    let components = recovery.components.iter().map(|it| {
        json!({
            "component": stack.id_of(it.component),
            "serves": span(&it.serves),
            "whole": span(&it.whole),
            "waits_for": it.waits_for.map(|other| stack.id_of(other)),
            "assumed": it.assumed,
            // The row of the table of outages that its own repair was drawn from; null where somebody said how long.
            "drawn_from": it.drawn.map(|(cause, scale)| json!({
                "cause": cause.map_or("any", foreshock_model::Cause::name),
                "scale": scale.name(),
            })),
        })
    });
    let deadlocks = recovery
        .deadlocks
        .iter()
        .map(|deadlock| deadlock.circle.iter().map(|waiting| stack.id_of(waiting.component)).collect::<Vec<_>>());
    json!({
        "service": recovery.service.as_ref().map(span),
        "everything": recovery.everything.as_ref().map(span),
        "components": components.collect::<Vec<_>>(),
        "deadlocks": deadlocks.collect::<Vec<_>>(),
    })
}

/// `index`: uncalibrated, for comparing; see docs/semantics.md.
fn agent_json(simulation: &Simulation, agent: &AgentAnswers) -> Value {
    let stack = &simulation.stack;
    let causes = agent.causes.iter().map(|cause| {
        json!({"source": stack.id_of(cause.source), "health": health_name(cause.health), "adds": cause.adds, "declines": cause.declines})
    });
    json!({
        "component": stack.id_of(agent.component),
        "health": health_name(agent.health),
        "base_rate": agent.base_rate,
        "index": agent.index,
        "declined": agent.declined,
        "causes": causes.collect::<Vec<_>>(),
        "method": super::availability_json::method_name(agent.method),
    })
}

fn milliseconds(latency: Seconds) -> f64 {
    1000.0 * latency.get()
}

/// What a mode could not tell.
fn unsettled(simulation: &Simulation, unsettled: Unsettled) -> Value {
    let (component, why) = super::simulation::told(unsettled);
    json!({"component": component.map(|component| simulation.stack.id_of(component)), "why": why})
}
