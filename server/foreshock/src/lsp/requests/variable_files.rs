//! `foreshock/variableFiles`: the roots whose stacks read a file, each with the files with values that it can be read with.

use camino::Utf8Path;
use foreshock_analysis::{Snapshot, Stack};
use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct VariableFiles {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
}

impl Own for VariableFiles {
    const METHOD: &'static str = "foreshock/variableFiles";
}

impl Request for VariableFiles {
    type Answer = Value;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Value, Refusal> {
        Ok(variable_files(view, &self.file))
    }
}

fn variable_files(view: &View, file: &FilePath) -> Value {
    let snapshot = view.snapshot();
    let mut roots: Vec<Value> = Vec::new();
    let mut last: Option<&Utf8Path> = None;
    // Stacks come by root.
    for stack in &snapshot.stacks {
        let reads = stack.files.contains(file) || file.as_path().parent() == Some(&stack.root);
        if stack.terraform().is_none() || !reads || last == Some(&stack.root) {
            continue;
        }
        last = Some(&stack.root);
        let siblings: Vec<&Stack> =
            snapshot.stacks.iter().map(|other| &**other).filter(|other| other.root == stack.root).collect();
        roots.push(of_root(snapshot, stack, &siblings));
    }
    json!({"roots": roots})
}

fn of_root(snapshot: &Snapshot, stack: &Stack, siblings: &[&Stack]) -> Value {
    let found = stack.variable_files();
    let names = |files: &[FilePath]| files.iter().map(|file| relative(file, stack)).collect::<Vec<_>>();
    let workspace = stack.terraform().and_then(|terraform| terraform.options.workspace.clone());
    json!({
        "root": stack.root.as_str(),
        "label": snapshot.shown_root(&stack.root),
        // The key in `foreshock.varFiles`.
        "setting": setting_name(snapshot, &stack.root),
        // `foreshock.toml` has the word.
        "configured": siblings.iter().any(|stack| stack.is_configured()),
        "stacks": siblings.iter().filter_map(|stack| stack.variant()).collect::<Vec<_>>(),
        "chosen": if stack.is_configured() { Vec::new() } else { names(stack.var_files()) },
        "workspace": workspace,
        "workspaces": stack.workspaces().iter().map(|name| &**name).collect::<Vec<&str>>(),
        "always": names(&found.always),
        "others": names(&found.others),
    })
}

/// A file as it is named in settings: relative to the root where it lies below it.
fn relative(file: &FilePath, stack: &Stack) -> String {
    file.as_path().strip_prefix(&stack.root).unwrap_or(file.as_path()).to_string()
}

/// A root as settings name it: relative to its workspace folder, `.` for the folder itself.
fn setting_name(snapshot: &Snapshot, root: &Utf8Path) -> String {
    let below = snapshot.folders.iter().filter_map(|folder| root.strip_prefix(folder).ok());
    match below.min_by_key(|path| path.as_str().len()) {
        Some(path) if path.as_str().is_empty() => ".".to_owned(),
        Some(path) => path.to_string(),
        None => root.to_string(),
    }
}
