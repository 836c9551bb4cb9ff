//! `foreshock/simulate`: what falls with a fault, by its name, in each stack that reads the file and has what it names.

use std::sync::Arc;

use foreshock_analysis::Stack;
use foreshock_engine::{Fault, OutageKnowledge, UnknownFault};
use foreshock_report::{Places, Simulation, simulate_json};
use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::Value;

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct Simulate {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
    /// Its stable name, or the id of a component.
    #[serde(alias = "component")]
    fault: String,
}

impl Own for Simulate {
    const METHOD: &'static str = "foreshock/simulate";
    const IS_COMMAND: bool = true;
}

impl Request for Simulate {
    type Answer = Value;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Value, Refusal> {
        let places = Places::absolute(view.snapshot(), view.encoding);
        let mut simulations = Vec::new();
        let mut unknown = None;
        for stack in view.stacks_of(&self.file) {
            cancel.asked()?;
            match played(stack, &self.fault) {
                Ok(simulation) => simulations.push(simulation),
                // Another stack that reads the file may have it.
                Err(error) => unknown = Some(error),
            }
        }
        if simulations.is_empty() {
            let why = unknown.map_or_else(|| "no stack reads this file".to_owned(), |error| error.to_string());
            return Err(Refusal::BadQuestion(format!("{}: {why}", self.file)));
        }
        Ok(simulate_json(&simulations, &places))
    }
}

fn played(stack: &Arc<Stack>, name: &str) -> Result<Simulation, UnknownFault> {
    let fault = Fault::named(stack.system(), name)?;
    let scenarios = vec![(fault.id(stack.system()), vec![fault])];
    Ok(Simulation::asked(stack, scenarios, OutageKnowledge::default()))
}
