//! `foreshock/regions`: the regions of the stacks that read a file.

use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct Regions {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
}

impl Own for Regions {
    const METHOD: &'static str = "foreshock/regions";
}

impl Request for Regions {
    type Answer = Value;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Value, Refusal> {
        let regions = view.stacks_of(&self.file).flat_map(|stack| &stack.system().regions);
        Ok(json!({"regions": regions.map(|region| &*region.name).collect::<Vec<_>>()}))
    }
}
