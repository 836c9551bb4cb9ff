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
    /// Another at the same time.
    #[serde(default)]
    and: Option<String>,
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
            match self.played(stack) {
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

impl Simulate {
    fn played(&self, stack: &Arc<Stack>) -> Result<Simulation, UnknownFault> {
        let system = stack.system();
        let mut faults = vec![Fault::named(system, &self.fault)?];
        let mut name = faults.iter().map(|fault| fault.id(system)).collect::<String>();
        if let Some(and) = &self.and {
            let other = Fault::named(system, and)?;
            name = format!("pair:{name}+{}", other.id(system));
            faults.push(other);
        }
        Ok(Simulation::asked(stack, vec![(name, faults)], OutageKnowledge::default()))
    }
}
