//! `foreshock.setBaseline`: what is found now is accepted. The client writes the file; the server writes none.

use std::sync::Arc;

use foreshock_text::{FilePath, Position};

use super::event::Refusal;
use super::view::{Range, View};

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Its address.
    pub(super) uri: Arc<str>,
    /// All of the text that is there; `None` where there is no file yet.
    pub(super) replaces: Option<Range>,
    /// The whole text.
    pub(super) text: String,
    /// How many findings it accepts.
    pub(super) findings: usize,
}

/// The baseline of the stacks that read a file, with what is found in them now.
pub(super) fn accepted(view: &View, file: &FilePath) -> Result<Written, Refusal> {
    let snapshot = view.snapshot();
    let of_file = snapshot.stacks.iter().find(|stack| stack.files.contains(file));
    let of_file = of_file.ok_or_else(|| Refusal::BadQuestion(format!("{file}: expected a file of a stack")))?;
    let target = snapshot.baseline_file(of_file);
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
