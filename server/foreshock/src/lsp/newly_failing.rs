use foreshock_report::{base_json, failures_json};
use foreshock_text::FilePath;
use serde_json::{Value, json};

use super::event::Refusal;
use super::view::View;

/// What fails now that did not fail at the base, in each stack that reads the file.
pub(super) fn newly_failing(view: &View, file: &FilePath) -> Result<Value, Refusal> {
    let stacks = view.snapshot().stacks.iter().filter(|stack| stack.files.contains(file));
    let stacks: Vec<Value> = stacks
        .map(|stack| {
            json!({
                "root": stack.root.as_str(),
                "name": stack.variant(),
                "base": base_json(stack),
                "failures": failures_json(&stack.newly_failing()),
            })
        })
        .collect();
    if stacks.is_empty() {
        return Err(Refusal::BadQuestion(format!("{file}: no stack reads this file")));
    }
    Ok(json!({"version": 1, "stacks": stacks}))
}
