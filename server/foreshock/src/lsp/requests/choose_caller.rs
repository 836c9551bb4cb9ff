//! `foreshock/chooseCaller`: whose results a file that several stacks share shows. The answer is that of
//! `foreshock/callers`, with the choice made.

use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::Value;

use super::callers::callers;
use super::{Cancel, Lane, Own, Refusal, Request, Then};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(in crate::lsp) struct ChooseCaller {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
    /// The id of one of `foreshock/callers`; null for all of them.
    caller: Option<String>,
}

impl Own for ChooseCaller {
    const METHOD: &'static str = "foreshock/chooseCaller";
}

impl Request for ChooseCaller {
    type Answer = Value;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Value, Refusal> {
        Ok(callers(&view.with_choice(&self.file, self.caller.clone()), &self.file))
    }

    fn then(&self, _: &View, _: &Value) -> Option<Then> {
        Some(Then::Choose { file: self.file.clone(), caller: self.caller.clone() })
    }
}
