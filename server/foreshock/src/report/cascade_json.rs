use foreshock_analysis::Stack;
use foreshock_engine::{Cascade, Cause, Effect, Fault, Health, entry_loss, own_unavailability};
use foreshock_model::{ComponentIndex, Dependency};
use serde_json::{Value, json};

use super::words::{dependency_verb, health_name};
use super::{JSON_VERSION, Places};

/// What falls when a component of each stack is down as a whole, in the shape of `simulate --format json`.
pub(crate) fn cascade_json(faults: &[(&Stack, ComponentIndex)], places: &Places<'_>) -> Value {
    let stacks: Vec<Value> = faults.iter().map(|(stack, component)| of_stack(stack, *component, places)).collect();
    json!({"version": JSON_VERSION, "stacks": stacks})
}

fn of_stack(stack: &Stack, component: ComponentIndex, places: &Places<'_>) -> Value {
    let system = stack.system();
    let name = |index: ComponentIndex| system.component(index).map_or("", |component| component.id.as_str());
    let cascade = stack.cascade(&[Fault::Component(component)]);
    let effects = cascade.effects.iter().map(|effect| {
        let cause = dependency_behind(stack, &cascade, effect);
        let reason = match cause {
            Some(dependency) => format!("it {} {}", dependency_verb(dependency.kind), name(dependency.to)),
            None => "it fails".to_owned(),
        };
        json!({
            "component": name(effect.component),
            "health": health_name(effect.health),
            "at_seconds": effect.at.get(),
            "latency_ms": 0.0,
            "because": cause.map(|dependency| json!({"component": name(dependency.to)})),
            "reason": reason,
        })
    });
    let entry_loss = entry_loss(&stack.assessment.basis, &cascade);
    let likelihood = own_unavailability(system, component).map(foreshock_model::Probability::get);
    json!({
        "root": places.path(&stack.root),
        "scenarios": {"run": 1, "not_run": {}},
        "results": [{
            "id": format!("component:{}", name(component)),
            "severity": entry_loss.map(|loss| loss * 10.0),
            "likelihood": likelihood,
            "entry_loss": entry_loss,
            "effects": effects.collect::<Vec<_>>(),
        }],
    })
}

/// The dependency an effect came by; none for the fault itself.
fn dependency_behind<'a>(stack: &'a Stack, cascade: &Cascade, effect: &Effect) -> Option<&'a Dependency> {
    let system = stack.system();
    match effect.because {
        Cause::Dependency(index) => system.dependencies.get(index.index()),
        Cause::Alternatives(group) => {
            let members = system.alternatives.get(group)?.members.iter();
            let mut fallen = members.filter_map(|member| system.dependencies.get(member.index()));
            fallen.rfind(|member| cascade.health(member.to) > Health::Healthy)
        }
        _ => None,
    }
}
