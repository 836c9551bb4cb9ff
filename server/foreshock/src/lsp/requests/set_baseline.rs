//! `foreshock/setBaseline`: what is found now is accepted. The client writes the file; the server writes none.

use std::sync::Arc;

use foreshock_text::{FilePath, Position};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request, Then};
use crate::lsp::from_proto;
use crate::lsp::view::{Range, View};

#[derive(Deserialize)]
pub(in crate::lsp) struct SetBaseline {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct Written {
    /// Its address.
    pub(in crate::lsp) uri: Arc<str>,
    /// All of the text that is there; `None` where there is no file yet.
    pub(in crate::lsp) replaces: Option<Range>,
    /// The whole text.
    pub(in crate::lsp) text: String,
    /// How many findings it accepts.
    findings: usize,
}

impl Own for SetBaseline {
    const METHOD: &'static str = "foreshock/setBaseline";
    const IS_COMMAND: bool = true;
}

impl Request for SetBaseline {
    type Answer = Value;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Value, Refusal> {
        if !view.applies_edits {
            let message =
                "this editor can't create files for a server; `foreshock check --write-baseline` does the same";
            return Err(Refusal::BadQuestion(message.into()));
        }
        let written = accepted(view, &self.file)?;
        Ok(json!({"uri": &*written.uri, "findings": written.findings}))
    }

    fn then(&self, view: &View, _: &Value) -> Option<Then> {
        accepted(view, &self.file).ok().map(Then::Write)
    }
}

/// The baseline of the stacks that read a file, with what is found in them now.
fn accepted(view: &View, file: &FilePath) -> Result<Written, Refusal> {
    let snapshot = view.snapshot();
    let of_file = snapshot.stacks.iter().find(|stack| stack.files.contains(file));
    let of_file = of_file.ok_or_else(|| Refusal::BadQuestion(format!("{file}: expected a file of a stack")))?;
    let target = snapshot.baseline_file(of_file);
    // A text that came from somebody else must not say where the editor writes.
    if !snapshot.is_inside(&target) {
        let why = format!("{target} lies outside of the workspace; `foreshock check --write-baseline` writes there");
        return Err(Refusal::BadQuestion(why));
    }
    let mut baseline = snapshot.baseline_in(&target);
    if let Some(problem) = &baseline.problem {
        return Err(Refusal::BadQuestion(format!("{target}:{problem}")));
    }
    baseline
        .accept(snapshot.stacks.iter().map(|stack| &**stack).filter(|stack| snapshot.baseline_file(stack) == target));
    let whole = |lines| Range { start: Position::default(), end: Position { line: lines, column: 0 } };
    Ok(Written {
        uri: view.uri(&target),
        replaces: baseline.lines.map(whole),
        text: baseline.text(),
        findings: baseline.entries().len(),
    })
}
