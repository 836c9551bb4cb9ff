//! `foreshock/outage`: faults played together over time, down and back up, in each stack that reads the file and has what
//! they name.

use std::sync::Arc;

use foreshock_analysis::Stack;
use foreshock_engine::{Fault, OutageKnowledge, UnknownFault};
use foreshock_report::{Outage as Played, Places, Played as Scenario, outage_json};
use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::Value;

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct Outage {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
    /// Their stable names, or ids of components.
    faults: Vec<String>,
}

impl Own for Outage {
    const METHOD: &'static str = "foreshock/outage";
}

impl Request for Outage {
    type Answer = Value;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Value, Refusal> {
        let places = Places::absolute(view.snapshot(), view.encoding);
        let mut outages = Vec::new();
        let mut unknown = None;
        for stack in view.stacks_of(&self.file) {
            cancel.asked()?;
            match self.played(stack) {
                Ok(outage) => outages.push(outage),
                // Another stack that reads the file may have it.
                Err(error) => unknown = Some(error),
            }
        }
        if outages.is_empty() {
            let why = unknown.map_or_else(|| "no stack reads this file".to_owned(), |error| error.to_string());
            return Err(Refusal::BadQuestion(format!("{}: {why}", self.file)));
        }
        Ok(outage_json(&outages, &places))
    }
}

impl Outage {
    fn played(&self, stack: &Arc<Stack>) -> Result<Played, UnknownFault> {
        let system = stack.system();
        let faults = self.faults.iter().map(|name| Fault::named(system, name)).collect::<Result<Vec<Fault>, _>>()?;
        let ids: Vec<String> = faults.iter().map(|fault| fault.id(system)).collect();
        let scenario = Scenario::of(stack, ids.join("+"), &faults, OutageKnowledge::default());
        Ok(Played::of(stack, scenario))
    }
}
