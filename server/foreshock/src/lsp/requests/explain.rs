//! `foreshock/explain`: the page of a rule, which the server carries, so that nobody needs a network to read it.

use foreshock_analysis::rule;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct Explain {
    /// Its code, as a finding shows it.
    rule: String,
}

impl Own for Explain {
    const METHOD: &'static str = "foreshock/explain";
}

impl Request for Explain {
    type Answer = Value;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, _: &View, _: &Cancel<'_>) -> Result<Value, Refusal> {
        let unknown = || Refusal::BadQuestion(format!("there is no rule {:?}", self.rule));
        let rule = rule(&self.rule).ok_or_else(unknown)?;
        Ok(json!({"title": rule.title, "markdown": rule.page}))
    }
}
