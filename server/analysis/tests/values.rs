//! What stands beside expressions. Each case is its own expectation: below a line stands `^^^` under every expression with
//! a value to show, and what is shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_fixture::{Directory, files};
use foreshock_text::{FilePath, Span};

/// The files of a fixture without their marks, in a directory of their own, and their texts as they were given.
fn workspace_dir(fixture: &str) -> (Directory, Vec<(Utf8PathBuf, String)>) {
    let directory = Directory::of_repository("");
    let mut given = Vec::new();
    for (path, text) in files("", fixture) {
        directory.write(path, &without_marks(&text));
        given.push((directory.root().join(path), text));
    }
    (directory, given)
}

fn is_mark(line: &str) -> bool {
    line.trim_start().strip_prefix('#').is_some_and(|rest| rest.trim_start().starts_with('^'))
}

fn without_marks(text: &str) -> String {
    text.lines().filter(|line| !is_mark(line)).map(|line| format!("{line}\n")).collect()
}

/// The text with a mark below each line that has a value to show.
fn marked(snapshot: &Snapshot, file: &FilePath) -> String {
    let text = std::fs::read_to_string(file.as_path()).unwrap();
    let expressions = snapshot.expressions(file, None, &|_, _| true);
    let mut out = String::new();
    let mut start = 0;
    for line in text.lines() {
        out += &format!("{line}\n");
        let end = start + line.len();
        for expression in &expressions {
            let Span { start: from, end: to } = snapshot.file(file).unwrap().text.real_span(expression.span);
            let (from, to) = ((from as usize).max(start + line.len() - line.trim_start().len()), to as usize);
            if let Some(label) = expression.label().filter(|_| (start..=end).contains(&to)) {
                let column = text[start..from].chars().count();
                let width = text[from..to].chars().count();
                out += &format!("#{:indent$}{} {label}\n", "", "^".repeat(width), indent = column - 1);
            }
        }
        start = end + 1;
    }
    out
}

fn check(fixture: &str) {
    let (directory, files) = workspace_dir(fixture);
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let (mut expected, mut found) = (String::new(), String::new());
    for (path, text) in files.iter().filter(|(path, _)| path.extension() == Some("tf")) {
        expected += &format!("//- {path}\n{}\n", text.trim_end());
        found += &format!("//- {path}\n{}\n", marked(&snapshot, &FilePath::new(path.as_path())).trim_end());
    }
    assert_eq!(found, expected, "\n{found}");
}

#[test]
fn variables_locals_and_functions() {
    check(
        r#"
//- main.tf
variable "ha" { default = true }
variable "zones" { default = ["a", "b"] }
locals {
  size = var.ha ? 2 : 1
#        ^^^^^^^^^^^^^^ 2
  name = "orders"
}
resource "aws_db_instance" "orders" {
  count                   = local.size
#                           ^^^^^^^^^^ 2
  multi_az                = var.ha
#                           ^^^^^^ true
  identifier              = "${local.name}-db"
#                           ^^^^^^^^^^^^^^^^^^ "orders-db"
  backup_retention_period = 7
  allocated_storage       = max(20, length(var.zones))
#                           ^^^^^^^^^^^^^^^^^^^^^^^^^^ 20
  parameter_group_name    = null
  availability_zone       = var.zones[count.index]
#                           ^^^^^^^^^^^^^^^^^^^^^^ 2 values
  db_subnet_group_name    = aws_db_subnet_group.g.id
  tags = {
    Name = local.name
#          ^^^^^^^^^^ "orders"
    kind = "db"
    both = [local.name, "x", upper(local.name)]
#           ^^^^^^^^^^ "orders"
#                            ^^^^^^^^^^^^^^^^^ "ORDERS"
  }
  timeouts {
    create = "${local.size}h"
#            ^^^^^^^^^^^^^^^^ "2h"
  }
}
output "size" {
  value = local.size * 2
#         ^^^^^^^^^^^^^^ 4
}
"#,
    );
}

#[test]
fn what_is_repeated() {
    check(
        r#"
//- main.tf
variable "on" { default = false }
variable "names" { default = ["c", "a", "b"] }
variable "unknown" {}
resource "aws_sqs_queue" "none" {
  count = var.on ? 1 : 0
#         ^^^^^^^^^^^^^^ 0
  name  = var.names[0]
}
resource "aws_sqs_queue" "each" {
  for_each = toset(var.names)
#            ^^^^^^^^^^^^^^^^ 3: "a", "b", "c"
  name     = each.key
#            ^^^^^^^^ 3 values
}
resource "aws_sqs_queue" "keys" {
  for_each = { for name in var.names : name => aws_x.y[name].arn }
#            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 3: "a", "b", "c"
}
resource "aws_sqs_queue" "unknown" {
  count = var.unknown
  name  = "q-${var.unknown}"
}
module "m" {
  source   = "./m"
  for_each = var.on ? { x = 1 } : {}
#            ^^^^^^^^^^^^^^^^^^^^^^^ 0
}
//- m/main.tf
resource "aws_sqs_queue" "q" {}
"#,
    );
}

#[test]
fn several_callers_and_several_values() {
    check(
        r#"
//- prod/main.tf
variable "ha" { default = true }
module "db" {
  source   = "../db"
  multi_az = var.ha
#            ^^^^^^ true
  size     = 3
}
//- dev/main.tf
module "db" {
  source   = "../db"
  multi_az = false
  size     = 3
}
//- db/main.tf
variable "multi_az" {}
variable "size" {}
resource "aws_db_instance" "this" {
  multi_az          = var.multi_az
#                     ^^^^^^^^^^^^ 2 values
  allocated_storage = var.size
#                     ^^^^^^^^ 3
}
"#,
    );
}

#[test]
fn secrets_are_never_shown() {
    check(
        r#"
//- main.tf
variable "declared" {
  default   = "hidden"
  sensitive = true
}
variable "db_password" { default = "also hidden" }
variable "manage" { default = true }
variable "settings" { default = { api_token = "hidden", size = 3 } }
resource "aws_db_instance" "orders" {
  identifier                  = "x-${var.declared}"
#                               ^^^^^^^^^^^^^^^^^^^ (sensitive)
  password                    = var.db_password
#                               ^^^^^^^^^^^^^^^ (sensitive)
  username                    = "u-${var.db_password}"
#                               ^^^^^^^^^^^^^^^^^^^^^^ (sensitive)
  manage_master_user_password = var.manage
#                               ^^^^^^^^^^ true
  tags                        = var.settings
#                               ^^^^^^^^^^^^ {api_token = (sensitive), size = 3}
  description                 = upper(var.declared)
#                               ^^^^^^^^^^^^^^^^^^^ (sensitive)
  list                        = [var.db_password]
#                                ^^^^^^^^^^^^^^^ (sensitive)
}
"#,
    );
}

#[test]
fn long_values_are_cut_and_strange_ones_stay_on_their_line() {
    check(
        r#"
//- main.tf
variable "names" { default = ["one-long-name", "another-long-name", "and-a-third-one"] }
variable "lines" { default = "a\n\"b\"" }
variable "nothing" { default = null }
resource "aws_x" "y" {
  names   = var.names
#           ^^^^^^^^^ ["one-long-name", "another-long-name", …
  lines   = var.lines
#           ^^^^^^^^^ "a\n\"b\""
  nothing = var.nothing
#           ^^^^^^^^^^^ null
  half    = 1 / 4 * length(var.names)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ 0.75
  broken  = var.names[
}
"#,
    );
}

#[test]
fn a_range_costs_its_own_expressions_only() {
    let (directory, _) = workspace_dir(
        "//- main.tf\nvariable \"a\" { default = 1 }\nresource \"x\" \"one\" {\n  v = var.a\n}\nresource \"x\" \"two\" {\n  v = var.a\n}\n",
    );
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let file = FilePath::new(directory.root().join("main.tf"));
    let text: Arc<str> = snapshot.file(&file).unwrap().text.whole().clone();
    let all = snapshot.expressions(&file, None, &|_, _| true);
    assert_eq!(all.len(), 2);
    for expression in &all {
        let found = snapshot.expressions(&file, Some(expression.span), &|_, _| true);
        assert_eq!(found.iter().map(|one| one.span).collect::<Vec<_>>(), [expression.span]);
    }
    let elsewhere = text.find("\"one\"").unwrap() as u32;
    assert!(
        snapshot
            .expressions(&file, Some(Span::empty(snapshot.file(&file).unwrap().text.anchored(elsewhere))), &|_, _| true)
            .is_empty()
    );
    assert!(snapshot.expressions(&file, None, &|_, _| false).is_empty());
}

/// Where a value comes from, in words and with its place.
fn origins(fixture: &str, name: &str) -> String {
    let (directory, files) = workspace_dir(fixture);
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let place = |origin: &foreshock_analysis::Origin| {
        let place = origin.place.as_ref().map(|place| {
            let line = snapshot.file(&place.file).unwrap().text.line_of(place.span.start) + 1;
            format!(" {}:{line}", place.file.as_path().strip_prefix(directory.root()).unwrap())
        });
        format!("{}{}", origin.words, place.unwrap_or_default())
    };
    let mut out = String::new();
    for (path, _) in files {
        for expression in snapshot.expressions(&FilePath::new(path), None, &|_, _| true) {
            if &*expression.name != name {
                continue;
            }
            for reading in &expression.readings {
                let own = snapshot.origin_of(&reading.value).as_ref().map_or("-".to_owned(), place);
                out += &format!("{}: {own}\n", reading.of);
                for one in snapshot.referred(&expression, reading) {
                    out += &format!("  {} {}\n", one.name, one.origin.as_ref().map_or("-".to_owned(), place));
                }
            }
        }
    }
    out
}

#[test]
fn values_say_where_they_come_from() {
    let fixture = r#"
//- foreshock.toml
[[stack]]
path = "."
var_files = ["prod.tfvars"]
variables = { given = "x" }
//- main.tf
variable "default" { default = 1 }
variable "set" { default = 1 }
variable "auto" { default = 1 }
variable "given" {}
locals { both = var.set + var.default }
resource "x" "y" {
  a = var.default
  b = var.set
  c = var.auto
  d = local.both
  e = "${var.given}!"
}
module "m" {
  source = "./m"
  v      = 7
}
//- m/main.tf
variable "v" {}
resource "x" "inner" {
  f = var.v
}
//- prod.tfvars
# a comment
set = 2
//- x.auto.tfvars
auto = 3
"#;
    for (name, expected) in [
        ("a", "x.y: its default at main.tf:1\n  var.default its default at main.tf:1\n"),
        ("b", "x.y: set in prod.tfvars:2\n  var.set set in prod.tfvars:2\n"),
        ("c", "x.y: set in x.auto.tfvars:1\n  var.auto set in x.auto.tfvars:1\n"),
        ("d", "x.y: -\n  local.both at main.tf:5\n"),
        ("e", "x.y: -\n  var.given given beside the text\n"),
        ("f", "module.m.x.inner: `v` of module `m` at main.tf:15\n  var.v `v` of module `m` at main.tf:15\n"),
    ] {
        assert_eq!(origins(fixture, name), expected, "{name}");
    }
}
