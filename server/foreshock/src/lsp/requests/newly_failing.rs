//! `foreshock/newlyFailing`: what fails now that did not fail at the base, in each stack that reads the file.

use foreshock_report::{base_json, failures_json};
use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct NewlyFailing {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
}

impl Own for NewlyFailing {
    const METHOD: &'static str = "foreshock/newlyFailing";
}

impl Request for NewlyFailing {
    type Answer = Value;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Value, Refusal> {
        let mut stacks: Vec<Value> = Vec::new();
        for stack in view.stacks_of(&self.file) {
            cancel.asked()?;
            stacks.push(json!({
                "root": stack.root.as_str(),
                "name": stack.variant(),
                "base": base_json(stack),
                "failures": failures_json(&stack.newly_failing()),
            }));
        }
        if stacks.is_empty() {
            return Err(Refusal::BadQuestion(format!("{}: no stack reads this file", self.file)));
        }
        Ok(json!({"version": 1, "stacks": stacks}))
    }
}
