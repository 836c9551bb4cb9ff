//! `foreshock/stacks`: every stack of the workspace folders; what is found in those that are open.

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::Stack;
use foreshock_report::base_json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct Stacks {}

impl Own for Stacks {
    const METHOD: &'static str = "foreshock/stacks";
}

impl Request for Stacks {
    type Answer = Value;
    const LANE: Lane = Lane::Survey;

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Value, Refusal> {
        let roots = view.survey.roots(view)?;
        cancel.asked()?;
        let snapshot = view.snapshot();
        let open = snapshot.stacks.iter();
        let mut stacks: Vec<Value> = open.map(|stack| of_stack(stack, &snapshot.folders)).collect();
        let is_open = |root: &Utf8PathBuf| snapshot.stacks.iter().any(|stack| stack.root == *root);
        let others = roots.iter().filter(|(root, _)| !is_open(root)).map(|(root, kind)| {
            json!({"root": root.as_str(), "title": title(root, &snapshot.folders), "kind": kind, "open": false})
        });
        stacks.extend(others);
        stacks.sort_by(|one, other| key(one).cmp(&key(other)));
        Ok(json!({"stacks": stacks}))
    }
}

fn key(stack: &Value) -> (Option<&str>, Option<&str>) {
    let text = |name| stack.get(name).and_then(Value::as_str);
    (text("root"), text("name"))
}

fn of_stack(stack: &Stack, folders: &[Utf8PathBuf]) -> Value {
    json!({
        "root": stack.root.as_str(),
        "title": stack.title(&title(&stack.root, folders)),
        "name": stack.variant(),
        "kind": stack.kind.name(),
        "open": true,
        "score": stack.score(),
        "range": stack.score_range(),
        "base": base_json(stack),
        "findings": stack.findings.len(),
        "new": stack.findings.iter().filter(|finding| finding.new && stack.comparison().is_some()).count(),
    })
}

/// As people know it: below its workspace folder, which itself is called by its name.
fn title(root: &Utf8Path, folders: &[Utf8PathBuf]) -> String {
    let folder = folders.iter().filter(|folder| root.starts_with(folder)).max_by_key(|folder| folder.as_str().len());
    let Some(folder) = folder else { return root.to_string() };
    let name = folder.file_name().unwrap_or(folder.as_str());
    match root.strip_prefix(folder).map(Utf8Path::as_str) {
        Ok("") | Err(_) => name.to_owned(),
        Ok(below) if folders.len() > 1 => format!("{name}/{below}"),
        Ok(below) => below.to_owned(),
    }
}
