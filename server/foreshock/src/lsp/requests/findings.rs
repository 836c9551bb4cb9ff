//! `foreshock/findings`: what is found in the stacks of a root, open or not, and what in them was not read.

use camino::Utf8PathBuf;
use foreshock_analysis::Snapshot;
use foreshock_report::{Places, stack_findings_json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::view::View;

/// So many resources and components may be read again for the repairs of one stack: a second or two of one processor.
const MOST_READ_AGAIN: usize = 20_000;

#[derive(Deserialize)]
pub(super) struct Findings {
    /// Of the stacks: a directory or a file.
    root: String,
    /// Whether repairs are tried.
    #[serde(default)]
    fixes: bool,
}

impl Own for Findings {
    const METHOD: &'static str = "foreshock/findings";
}

impl Request for Findings {
    type Answer = Value;
    const LANE: Lane = Lane::Survey;
    const IS_VOID_AFTER_AN_EDIT: bool = true;

    fn lane(&self) -> Lane {
        if self.fixes { Lane::Long } else { Lane::Survey }
    }

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Value, Refusal> {
        let here = |snapshot: &Snapshot| snapshot.stacks.iter().any(|stack| stack.root.as_str() == self.root);
        if here(view.snapshot()) {
            return Ok(self.of(view.snapshot(), view, cancel));
        }
        let snapshot = view.survey.stacks(view, vec![Utf8PathBuf::from(&*self.root)], &|| cancel.is_due())?;
        if !here(&snapshot) {
            return Err(Refusal::BadQuestion(format!(
                "{}: there is no stack; expected a root of foreshock/stacks",
                self.root
            )));
        }
        Ok(self.of(&snapshot, view, cancel))
    }
}

impl Findings {
    fn of(&self, snapshot: &Snapshot, view: &View, cancel: &Cancel<'_>) -> Value {
        let places = Places::absolute(snapshot, view.encoding);
        let stop = || cancel.is_due();
        let most = self.fixes.then_some(MOST_READ_AGAIN);
        let all = snapshot.stacks.iter().enumerate().filter(|(_, stack)| stack.root.as_str() == self.root);
        let stacks = all.map(|(index, _)| stack_findings_json(snapshot, index, most, &stop, &places));
        json!({"version": 1, "stacks": stacks.collect::<Vec<Value>>()})
    }
}
