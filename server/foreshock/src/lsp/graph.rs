use foreshock_report::{Places, graph_json};
use foreshock_text::FilePath;
use serde_json::Value;

use super::event::Refusal;
use super::view::View;

/// The graph of the stacks that read a file.
pub(super) fn graph(view: &View, file: &FilePath) -> Result<Value, Refusal> {
    let places = Places::absolute(view.snapshot(), view.encoding);
    let stacks = view.snapshot().stacks.iter().filter(|stack| stack.files.contains(file));
    Ok(graph_json(stacks.map(|stack| &**stack), &places))
}
