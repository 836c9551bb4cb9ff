//! The workspace: what is a stack, what an edit changes, and that going step by step ends where starting afresh does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_analysis::{Snapshot, Stack, Workspace};
use foreshock_fixture::Directory;
use foreshock_text::{FilePath, Span};
use proptest::prelude::*;

const DATABASE: &str = r#"
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = false
}
"#;

fn roots(snapshot: &Snapshot, base: &Utf8Path) -> Vec<String> {
    snapshot.stacks.iter().map(|stack| stack.root.strip_prefix(base).unwrap().to_string()).collect()
}

/// Everything a person can see of a snapshot, as text.
fn seen(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for stack in &snapshot.stacks {
        text += &format!("{} {:?}\n", stack.root, stack.assessment.score);
        for finding in &stack.findings {
            text += &format!("{finding:?}\n");
        }
        for block in &stack.blocks {
            text += &format!("{block:?}\n");
        }
        for problem in &stack.problems {
            text += &format!("{problem:?}\n");
        }
    }
    in_offsets(snapshot, &text)
}

/// The spans of a text that shows them, each behind its file, as offsets: the same place may have another address.
fn in_offsets(snapshot: &Snapshot, shown: &str) -> String {
    let mut text = String::new();
    let mut file: Option<FilePath> = None;
    for part in shown.split_inclusive("Span { ") {
        let numbers = part.strip_prefix("start: ").and_then(|rest| rest.split_once(" }"));
        let mut rest = part;
        if let Some((numbers, after)) = numbers {
            let (start, end) = numbers.split_once(", end: ").unwrap();
            let span = Span::new(start.parse().unwrap(), end.parse().unwrap());
            let read = file.as_ref().and_then(|file| snapshot.file(file));
            let span = read.map_or(span, |read| read.text.real_span(span));
            text += &format!("{}..{} }}", span.start, span.end);
            rest = after;
        }
        if let Some((_, after)) = rest.rsplit_once("file: ") {
            file = after.split_once(',').map(|(path, _)| FilePath::new(path));
        }
        text += rest;
    }
    text
}

fn single_instances(stack: &Stack) -> usize {
    stack.findings.iter().filter(|finding| finding.rule.as_str() == "no-redundancy").count()
}

#[test]
fn a_directory_that_another_calls_is_no_stack() {
    let directory = Directory::of(
        r#"
//- envs/prod/main.tf
module "db" { source = "../../modules/db" }
//- envs/dev/main.tf
module "db" { source = "../../modules/db" }
//- modules/db/main.tf
resource "aws_db_instance" "orders" { engine = "postgres" }
//- lonely/main.tf
resource "aws_sqs_queue" "q" {}
"#,
    );
    let root = directory.root();
    let mut workspace = Workspace::new();
    let snapshot = workspace.snapshot_of(root).unwrap();
    assert_eq!(roots(&snapshot, root), ["envs/dev", "envs/prod", "lonely"]);
}

#[test]
fn a_module_that_waits_for_a_caller_is_no_stack() {
    let directory = Directory::of(
        r#"
//- prod/main.tf
provider "aws" { region = "eu-west-1" }
//- modules/db/main.tf
variable "multi_az" { type = bool }
//- modules/network/main.tf
terraform {
  backend "s3" {}
}
"#,
    );
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    assert_eq!(roots(&snapshot, root), ["modules/network", "prod"]);
    let asked = root.join("modules/db");
    let snapshot = Workspace::new().snapshot_of(&asked).unwrap();
    assert_eq!(roots(&snapshot, root), ["modules/db"]);
}

#[test]
fn a_module_whose_source_is_worked_out_is_no_stack() {
    let directory = Directory::of(
        r#"
//- live/main.tf
variable "kind" {}
locals { base = "../parts" }
module "x" { source = "${local.base}/${var.kind}" }
module "y" { source = "../named-${var.kind}/inner" }
//- parts/web/main.tf
resource "aws_instance" "web" {}
//- parts/db/main.tf
resource "aws_db_instance" "db" {}
//- named-a/inner/main.tf
resource "aws_instance" "a" {}
//- other/web/main.tf
resource "aws_instance" "other" {}
"#,
    );
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    assert_eq!(roots(&snapshot, root), ["live", "other/web"]);
}

#[test]
fn a_shared_module_shows_what_it_is_for_each_caller() {
    let directory = Directory::of(
        r#"
//- prod/main.tf
module "db" {
  source   = "../modules/db"
  multi_az = true
}
//- dev/main.tf
module "db" {
  source   = "../modules/db"
  multi_az = false
}
//- modules/db/main.tf
variable "multi_az" { type = bool }
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = var.multi_az
}
"#,
    );
    let root = directory.root();
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.to_owned()]);
    let file = FilePath::new(root.join("modules/db/main.tf"));
    workspace.set_document(file.clone(), std::fs::read_to_string(file.as_path()).unwrap().into());
    let snapshot = workspace.snapshot();
    assert_eq!(roots(&snapshot, root), ["dev", "prod"]);
    assert_eq!(snapshot.blocks_in(&file).len(), 2);
    let flagged: Vec<usize> = snapshot.stacks.iter().map(|stack| single_instances(stack)).collect();
    assert_eq!(flagged, [1, 0], "dev runs on one instance, prod does not");
}

#[test]
fn an_open_document_wins_over_the_disk_until_it_is_closed() {
    let directory = Directory::of(&format!("\n//- main.tf\n{DATABASE}"));
    let root = directory.root();
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.to_owned()]);
    let file = FilePath::new(root.join("main.tf"));
    workspace.set_document(file.clone(), DATABASE.replace("false", "true").into());
    assert_eq!(single_instances(&workspace.snapshot().stacks[0]), 0);
    let other = FilePath::new(root.join("other.tf"));
    workspace.set_document(other, "".into());
    workspace.close_document(&file);
    assert_eq!(single_instances(&workspace.snapshot().stacks[0]), 1);
}

#[test]
fn an_unchanged_stack_is_not_analysed_again() {
    let directory = Directory::of(&format!("\n//- a/main.tf\n{DATABASE}//- b/main.tf\n{DATABASE}"));
    let root = directory.root();
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.to_owned()]);
    let file = |name: &str| FilePath::new(root.join(name));
    workspace.set_document(file("a/main.tf"), DATABASE.into());
    workspace.set_document(file("b/main.tf"), DATABASE.into());
    let before = workspace.snapshot();
    workspace.set_document(file("b/main.tf"), DATABASE.replace("orders", "users").into());
    let after = workspace.snapshot();
    assert!(Arc::ptr_eq(&before.stacks[0], &after.stacks[0]));
    assert!(!Arc::ptr_eq(&before.stacks[1], &after.stacks[1]));
}

#[test]
fn what_cannot_be_read_is_said() {
    let directory = Directory::of("\n//- main.tf\nresource \"aws_sqs_queue\" \"q\" {}\n");
    let root = directory.root();
    std::fs::write(root.join("latin.tf"), b"# caf\xe9\n").unwrap();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    let said: Vec<&str> = snapshot.stacks[0].problems.iter().map(|p| p.problem.message.as_str()).collect();
    assert_eq!(said, ["this file is not valid UTF-8 (byte 5); it is left out"]);
    let missing = Workspace::new().snapshot_of(&root.join("nowhere")).unwrap_err();
    assert!(missing.contains("expected a directory, a .tf or"), "{missing}");
}

#[test]
fn a_single_file_that_is_no_stack_is_refused() {
    let files = format!("//- main.tf\n{DATABASE}//- README.md\n# a\n//- prod.tfvars\na = 1\n");
    let directory = Directory::of(&files);
    let root = directory.root();
    for name in ["README.md", "prod.tfvars"] {
        let refused = Workspace::new().snapshot_of(&root.join(name)).unwrap_err();
        assert!(refused.contains("expected a directory, a .tf or .tf.json file"), "{refused}");
    }
    let taken = Workspace::new().snapshot_of(&root.join("main.tf")).unwrap();
    assert_eq!(roots(&taken, root), [""]);
}

#[test]
fn a_ring_of_links_and_modules_ends() {
    let directory = Directory::of(
        "\n//- a/main.tf\nmodule \"b\" { source = \"../b\" }\n//- b/main.tf\nmodule \"a\" { source = \"../a\" }\n",
    );
    let root = directory.root();
    std::os::unix::fs::symlink(root, root.join("a/loop")).unwrap();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    assert_eq!(roots(&snapshot, root), ["a", "b"]);
}

fn shop() -> Vec<(FilePath, String)> {
    let directory = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/shop").canonicalize_utf8().unwrap();
    let mut files: Vec<(FilePath, String)> = directory
        .read_dir_utf8()
        .unwrap()
        .map(|entry| entry.unwrap().path().to_owned())
        .filter(|path| path.extension() == Some("tf"))
        .map(|path| (FilePath::new(path.clone()), std::fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Random edits, half-typed texts among them: the answer is that of a workspace that sees the texts for the first
    /// time.
    #[test]
    fn step_by_step_is_from_scratch(
        edits in prop::collection::vec((0usize..64, 0usize..4000, 0usize..12, "[a-z0-9\"{}= \n]{0,6}"), 1..6)
    ) {
        let mut files = shop();
        let mut kept = Workspace::new();
        for (file, text) in &files {
            kept.set_document(file.clone(), text.as_str().into());
        }
        kept.snapshot();
        for (which, at, removed, added) in edits {
            let count = files.len();
            let (file, text) = &mut files[which % count];
            let start = at.min(text.len());
            let end = (start + removed).min(text.len());
            text.replace_range(start..end, &added);
            kept.set_document(file.clone(), text.as_str().into());
            let stepped = kept.snapshot();
            let mut fresh = Workspace::new();
            for (file, text) in &files {
                fresh.set_document(file.clone(), text.as_str().into());
            }
            prop_assert_eq!(seen(&stepped), seen(&fresh.snapshot()));
        }
    }
}

#[test]
fn a_value_that_is_declared_nowhere_is_used_and_said_once() {
    let service = |name: &str| {
        format!("resource \"aws_ecs_service\" \"{name}\" {{\n  desired_count = var.env == \"production\" ? 3 : 1\n}}\n")
    };
    let directory = Directory::of(&format!(
        "//- web/main.tf\n{}//- web/terraform.tfvars\nenv = \"production\"\nspare = 1\nother = 2\n//- api/main.tf\n{}",
        service("web"),
        service("api"),
    ));
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let counts: Vec<String> = snapshot
        .stacks
        .iter()
        .map(|stack| {
            format!("{} {:?}", stack.root.file_name().unwrap(), stack.system().components[0].redundancy.instances)
        })
        .collect();
    assert_eq!(counts[1], "web Known(3)");
    assert!(counts[0].contains("var.env is not declared"), "{counts:?}");
    let notices: Vec<&str> = snapshot.notices.iter().map(|notice| notice.message.as_str()).collect();
    assert_eq!(
        notices,
        [
            "var.env is declared nowhere here; the value given to it is used",
            "spare and other are declared nowhere here: their values are read by nothing",
        ]
    );
}

#[test]
fn a_value_that_one_of_several_stacks_reads_is_read() {
    let directory = Directory::of(
        r#"
//- web/main.tf
variable "web" {}
//- api/main.tf
variable "api" {}
//- all.tfvars
web = 1
api = 2
nobody = 3
"#,
    );
    let mut workspace = Workspace::new();
    let var_files = vec![FilePath::new(directory.root().join("all.tfvars"))];
    workspace.set_options(foreshock_terraform::ResolveOptions { var_files, ..Default::default() });
    let snapshot = workspace.snapshot_of(directory.root()).unwrap();
    let notices: Vec<&str> = snapshot.notices.iter().map(|notice| notice.message.as_str()).collect();
    assert_eq!(notices, ["nobody is declared nowhere here: its value is read by nothing"]);
}

#[test]
fn a_picture_that_was_given_up_loses_nothing() {
    let directory = Directory::of(
        "
//- a/main.tf
resource \"aws_db_instance\" \"orders\" {
  engine   = \"postgres\"
  multi_az = false
}
//- b/main.tf
resource \"aws_ecs_service\" \"web\" { desired_count = 1 }
",
    );
    let files = ["a/main.tf", "b/main.tf"].map(|name| FilePath::new(directory.root().join(name)));
    let texts = files.each_ref().map(|file| std::fs::read_to_string(file.as_path()).unwrap());
    let begun = || {
        let mut workspace = Workspace::new();
        workspace.set_folders(vec![directory.root().to_owned()]);
        for (file, text) in files.iter().zip(&texts) {
            workspace.set_document(file.clone(), text.as_str().into());
        }
        workspace
    };
    let edited = texts[0].replace("false", "true");
    let mut fresh = begun();
    fresh.set_document(files[0].clone(), edited.as_str().into());
    let expected = seen(&fresh.snapshot());
    // Given up at the first question, at the second one and so on, until it was asked less often than that.
    for last in 0.. {
        let mut workspace = begun();
        let before = workspace.snapshot();
        workspace.set_document(files[0].clone(), edited.as_str().into());
        let asked = std::cell::Cell::new(0);
        let picture = workspace.snapshot_unless(&|| asked.replace(asked.get() + 1) == last);
        let given_up = picture.is_none();
        let after = workspace.snapshot();
        assert_eq!(seen(&after), expected, "given up at question {last}");
        assert!(Arc::ptr_eq(&before.stacks[1], &after.stacks[1]), "the other stack is read again");
        if !given_up {
            assert!(last >= 4, "asked only {last} times");
            break;
        }
    }
}
