use foreshock_text::FilePath;
use serde_json::Value;

use super::event::Refusal;
use super::view::View;
use crate::report::{Places, cascade_json};

/// What falls when a component fails, in each stack that reads the file and has that component.
pub(super) fn simulate(view: &View, file: &FilePath, fault: &str) -> Result<Value, Refusal> {
    let id = fault.strip_prefix("component:").unwrap_or(fault);
    let places = Places::absolute(view.snapshot(), view.encoding);
    let mut stacks = Vec::new();
    for stack in view.snapshot().stacks.iter().filter(|stack| stack.files.contains(file)) {
        if let Some(component) = stack.system().find(id) {
            stacks.push((&**stack, component));
        }
    }
    if stacks.is_empty() {
        return Err(Refusal::BadQuestion(format!("no stack that reads {file} has a component {id}")));
    }
    Ok(cascade_json(&stacks, &places))
}
