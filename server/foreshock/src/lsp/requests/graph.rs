//! `foreshock/graph`: the stacks that read a file, as components and dependencies.

use foreshock_report::{Places, graph_json, graph_since_base_json};
use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::Value;

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct Graph {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
    /// Whether each stack comes with how it was at the base.
    #[serde(default)]
    base: bool,
}

impl Own for Graph {
    const METHOD: &'static str = "foreshock/graph";
    const IS_COMMAND: bool = true;
}

impl Request for Graph {
    type Answer = Value;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Value, Refusal> {
        let places = Places::absolute(view.snapshot(), view.encoding);
        let stacks = view.stacks_of(&self.file).map(|stack| &**stack);
        Ok(if self.base { graph_since_base_json(stacks, &places) } else { graph_json(stacks, &places) })
    }
}
