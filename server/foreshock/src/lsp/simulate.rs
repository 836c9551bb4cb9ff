use std::sync::Arc;

use foreshock_analysis::Stack;
use foreshock_engine::Fault;
use foreshock_report::{Places, Simulation, simulate_json};
use foreshock_text::FilePath;
use serde_json::Value;

use super::event::Refusal;
use super::view::View;

/// What falls with a fault, by its name, in each stack that reads the file and has what it names.
pub(super) fn simulate(view: &View, file: &FilePath, name: &str) -> Result<Value, Refusal> {
    let places = Places::absolute(view.snapshot(), view.encoding);
    let mut simulations = Vec::new();
    let mut unknown = None;
    for stack in view.snapshot().stacks.iter().filter(|stack| stack.files.contains(file)) {
        match played(stack, name) {
            Ok(simulation) => simulations.push(simulation),
            // Another stack that reads the file may have it.
            Err(error) => unknown = Some(error),
        }
    }
    if simulations.is_empty() {
        let why = unknown.map_or_else(|| "no stack reads this file".to_owned(), |error| error.to_string());
        return Err(Refusal::BadQuestion(format!("{file}: {why}")));
    }
    Ok(simulate_json(&simulations, &places))
}

fn played(stack: &Arc<Stack>, name: &str) -> Result<Simulation, foreshock_engine::UnknownFault> {
    let fault = Fault::named(stack.system(), name)?;
    Ok(Simulation::asked(stack, vec![(fault.id(stack.system()), vec![fault])]))
}
