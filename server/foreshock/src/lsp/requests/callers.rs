//! `foreshock/callers`: everybody who makes a system of a file, how it fares with each, and whose results it shows.

use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(in crate::lsp) struct Callers {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
}

impl Own for Callers {
    const METHOD: &'static str = "foreshock/callers";
}

impl Request for Callers {
    type Answer = Value;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Value, Refusal> {
        Ok(callers(view, &self.file))
    }
}

/// The callers of a file as JSON.
pub(super) fn callers(view: &View, file: &FilePath) -> Value {
    let (callers, chosen) = view.callers(file);
    let snapshot = view.snapshot();
    let all = callers.iter().map(|caller| {
        let is_chosen = chosen.as_ref() == Some(caller);
        let fares = snapshot.fares(file, caller).words();
        let stack = snapshot.stacks.get(caller.stack);
        json!({
            "id": caller.id, "label": caller.label, "summary": fares, "chosen": is_chosen,
            "root": stack.map(|stack| stack.root.as_str()), "name": stack.and_then(|stack| stack.variant()),
        })
    });
    json!({"callers": all.collect::<Vec<_>>(), "summary": snapshot.callers_in_short(file, &callers)})
}
