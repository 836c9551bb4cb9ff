//! Stacks written in JSON: found, understood, with findings at their keys, and left unedited.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_text::{FilePath, Place};

const STACK: &str = r#"{
  "module": {"db": {"source": "../modules/db", "multi": false}},
  "resource": {
    "aws_instance": {
      "web": {"ami": "x", "user_data": "db=${module.db.host}"}
    }
  }
}"#;

const MODULE: &str = r#"{
  "variable": {"multi": {"type": "bool"}},
  "resource": {"aws_db_instance": {"orders": {
    "engine": "postgres", "multi_az": "${var.multi}", "backup_retention_period": 7
  }}},
  "output": {"host": {"value": "${aws_db_instance.orders.address}"}}
}"#;

fn open(files: &[(&str, &str)]) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    for (path, text) in files {
        workspace.set_document(FilePath::new(format!("/json/{path}")), Arc::from(*text));
    }
    workspace.snapshot()
}

#[test]
fn a_json_module_is_a_stack_like_any_other() {
    let snapshot = open(&[("root/main.tf.json", STACK), ("modules/db/main.tofu.json", MODULE)]);
    let roots: Vec<&Utf8Path> = snapshot.stacks.iter().map(|stack| &*stack.root).collect();
    assert_eq!(roots, ["/json/root"], "the module is called by the root");
    let stack = &snapshot.stacks[0];
    assert_eq!(stack.problems, []);
    let system = stack.system();
    let edge = &system.dependencies[0];
    assert_eq!(stack.id_of(edge.from), "aws_instance.web");
    assert_eq!(stack.id_of(edge.to), "module.db.aws_db_instance.orders");
    let written = |place: &Place| {
        let text = if place.file.as_path().starts_with("/json/root") { STACK } else { MODULE };
        place.span.text(text).to_owned()
    };
    // The variable that it is in, and not the output by which it came out of the module.
    assert_eq!(written(&edge.evidence[0].place), "\"user_data\": \"db=${module.db.host}\"");
    let (index, finding) = stack
        .findings
        .iter()
        .enumerate()
        .find(|(_, finding)| {
            finding.component_id.starts_with("module.db") && finding.rule.as_str() == "single-point-of-failure"
        })
        .expect("one database");
    assert_eq!(written(&finding.place), "\"multi\": false", "the argument decides it");
    assert!(snapshot.fixes(0, &stack.findings[index]).is_empty(), "JSON is not edited");
}

#[test]
fn half_typed_json_keeps_what_is_sound() {
    let broken = STACK.replace("\"ami\": \"x\",", "\"ami\": ,");
    let snapshot = open(&[("root/main.tf.json", &broken), ("modules/db/main.tofu.json", MODULE)]);
    let stack = &snapshot.stacks[0];
    assert_eq!(stack.problems.len(), 1);
    assert_eq!(stack.system().dependencies.len(), 1);
}
