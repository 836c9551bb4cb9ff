//! A stack that reads another's state follows its text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use foreshock_analysis::{Snapshot, Stack, Workspace};
use foreshock_text::FilePath;

const APP: &str = r#"
data "terraform_remote_state" "net" {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "network"
  }
}
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = data.terraform_remote_state.net.outputs.spread
}
"#;

fn network(spread: &str, key: &str) -> String {
    format!(
        "terraform {{\n  backend \"s3\" {{\n    bucket = \"states\"\n    key    = \"{key}\"\n  }}\n}}\n\
         output \"spread\" {{ value = {spread} }}\n"
    )
}

fn file(path: &str) -> FilePath {
    FilePath::new(format!("/states/{path}/main.tf"))
}

fn app(snapshot: &Snapshot) -> Arc<Stack> {
    snapshot.stacks.iter().find(|stack| stack.root.ends_with("app")).unwrap().clone()
}

fn instances(snapshot: &Snapshot) -> String {
    format!("{:?}", app(snapshot).system().components[0].redundancy.instances)
}

#[test]
fn an_edit_of_the_other_stack_reaches_its_readers_and_nobody_else() {
    let mut workspace = Workspace::new();
    workspace.set_document(file("app"), Arc::from(APP));
    workspace.set_document(file("network"), network("false", "network").into());
    workspace.set_document(file("lonely"), Arc::from("resource \"aws_sqs_queue\" \"q\" {}\n"));
    let first = workspace.snapshot();
    assert_eq!(instances(&first), "Known(1)");

    workspace.set_document(file("network"), network("true", "network").into());
    let second = workspace.snapshot();
    assert_eq!(instances(&second), "Known(2)");

    workspace.set_document(file("lonely"), Arc::from("resource \"aws_sqs_queue\" \"r\" {}\n"));
    let third = workspace.snapshot();
    assert!(Arc::ptr_eq(&app(&second), &app(&third)), "not touched");

    workspace.set_document(file("network"), network("true", "moved").into());
    let fourth = workspace.snapshot();
    assert!(instances(&fourth).contains("no stack of the workspace keeps its state in s3"), "{}", instances(&fourth));

    workspace.set_document(file("lonely"), network("false", "network").into());
    assert_eq!(instances(&workspace.snapshot()), "Known(1)", "another stack keeps its state there now");
}

#[test]
fn the_other_stack_is_read_with_its_own_values() {
    let mut workspace = Workspace::new();
    workspace.set_folders(vec!["/states".into()]);
    workspace.set_document(file("app"), Arc::from(APP));
    let text = network("var.spread", "network") + "variable \"spread\" { default = false }\n";
    workspace.set_document(file("network"), text.into());
    workspace.set_document(FilePath::new("/states/network/prod.tfvars"), Arc::from("spread = true\n"));
    assert_eq!(instances(&workspace.snapshot()), "Known(1)");

    let one = "[[stack]]\npath = \"network\"\nvar_files = [\"prod.tfvars\"]\n";
    workspace.set_document(FilePath::new("/states/foreshock.toml"), Arc::from(one));
    assert_eq!(instances(&workspace.snapshot()), "Known(2)");

    let two = format!("{one}[[stack]]\npath = \"network\"\nname = \"dev\"\nvariables = {{ spread = \"false\" }}\n");
    workspace.set_document(FilePath::new("/states/foreshock.toml"), two.into());
    let snapshot = workspace.snapshot();
    assert!(instances(&snapshot).contains("is several stacks"), "{}", instances(&snapshot));
}

#[test]
fn a_value_of_another_stack_is_not_edited_from_here() {
    let mut workspace = Workspace::new();
    workspace.set_document(file("app"), Arc::from(APP));
    workspace.set_document(file("network"), network("false", "network").into());
    let snapshot = workspace.snapshot();
    let index = snapshot.stacks.iter().position(|stack| stack.root.ends_with("app")).unwrap();
    for finding in &snapshot.stacks[index].findings {
        for fix in snapshot.fixes(index, finding) {
            assert!(fix.edits.iter().all(|edit| edit.place.file == file("app")), "{}", fix.title);
        }
    }
}
