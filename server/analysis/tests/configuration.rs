//! `foreshock.toml`: which stacks it makes, what it makes of findings, and that a mistake in it costs only itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use camino::Utf8Path;
use expect_test::{Expect, expect};
use foreshock_analysis::{Configuration, Snapshot, Workspace};
use foreshock_fixture::Directory;
use foreshock_text::{FilePath, PositionEncoding};
use proptest::prelude::*;

/// A module that is redundant or not, as its caller says, and two environments.
const ENVIRONMENTS: &str = r#"
//- envs/prod/main.tf
variable "ha" { default = false }
module "db" {
  source   = "../../modules/db"
  multi_az = var.ha
}
resource "aws_instance" "app" {
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = module.db.address
}
//- envs/prod/prod.tfvars
ha = true
//- envs/prod/canary.tfvars
ha = false
//- envs/dev/main.tf
module "db" { source = "../../modules/db" }
resource "aws_instance" "app" {
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = module.db.address
}
//- modules/db/main.tf
variable "multi_az" { default = false }
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = var.multi_az
}
output "address" { value = aws_db_instance.orders.address }
"#;

/// The stacks with their findings and everything that is wrong with the configuration.
fn seen(snapshot: &Snapshot, root: &Utf8Path) -> String {
    let mut text = String::new();
    for stack in &snapshot.stacks {
        let shown = stack.root.strip_prefix(root).unwrap();
        let shown = if shown.as_str().is_empty() { "." } else { shown.as_str() };
        text += &format!("{}\n", stack.title(shown));
        // Some rules will do, and others may come.
        let of_some = |rule: &str| matches!(rule, "single-point-of-failure" | "no-redundancy" | "slo-unreachable");
        for finding in stack.findings.iter().filter(|finding| of_some(finding.rule.as_str())) {
            text += &format!("  {} {} {}\n", finding.severity.name(), finding.rule, finding.component_id);
        }
    }
    for configured in &snapshot.configurations {
        let configuration = &configured.configuration;
        for problem in &configured.problems {
            let at = configuration.text.position(problem.span.start, PositionEncoding::Utf8);
            let underlined = configuration.text.slice(problem.span).lines().next().unwrap_or_default();
            text += &format!("{}:{} `{underlined}` {}\n", at.line + 1, at.column + 1, problem.message);
        }
    }
    text
}

fn check(configuration: &str, expected: Expect) {
    let directory = Directory::of_repository(&format!("{ENVIRONMENTS}//- foreshock.toml\n{configuration}"));
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    expected.assert_eq(&seen(&snapshot, root));
}

#[test]
fn without_a_configuration_each_root_is_one_stack() {
    check(
        "",
        expect![[r#"
            envs/dev
              error single-point-of-failure module.db.aws_db_instance.orders
              info no-redundancy aws_instance.app
            envs/prod
              error single-point-of-failure module.db.aws_db_instance.orders
        "#]],
    );
}

#[test]
fn one_stack_for_each_file_with_values() {
    check(
        "[[stack]]\npath = \"envs/prod\"\nvar_files = [\"prod.tfvars\"]\n\n[[stack]]\npath = \"envs/prod\"\nvar_files = [\"canary.tfvars\"]\n",
        expect![[r#"
            envs/dev
              error single-point-of-failure module.db.aws_db_instance.orders
              info no-redundancy aws_instance.app
            envs/prod (canary.tfvars)
              error single-point-of-failure module.db.aws_db_instance.orders
            envs/prod (prod.tfvars)
        "#]],
    );
}

#[test]
fn variables_workspaces_and_names() {
    check(
        "[[stack]]\npath = \"envs/prod\"\nvariables = { ha = true }\n[[stack]]\npath = \"envs/prod\"\nname = \"the old one\"\n[[stack]]\npath = \"envs/prod\"\nworkspace = \"blue\"\n",
        expect![[r#"
            envs/dev
              error single-point-of-failure module.db.aws_db_instance.orders
              info no-redundancy aws_instance.app
            envs/prod (ha=true)
            envs/prod (the old one)
              error single-point-of-failure module.db.aws_db_instance.orders
            envs/prod (workspace blue)
              error single-point-of-failure module.db.aws_db_instance.orders
        "#]],
    );
}

#[test]
fn severities_for_all_and_for_some() {
    check(
        "[rules]\nsingle-point-of-failure = \"hint\"\n[[stack]]\npath = \"envs/dev/**\"\n[stack.rules]\nsingle-point-of-failure = \"off\"\nno-redundancy = \"error\"\n",
        expect![[r#"
            envs/dev
              error no-redundancy aws_instance.app
            envs/prod
              hint single-point-of-failure module.db.aws_db_instance.orders
        "#]],
    );
}

#[test]
fn mistakes_are_told_where_they_are_and_cost_only_themselves() {
    check(
        r#"
[rules]
single-point-of-failur = "off"
single-point-of-failure = "loud"
no-redundancy = 3

[[stack]]
path = "envs/prd"

[[stack]]
path = "envs/prod"
var_file = ["prod.tfvars"]
var_files = ["prd.tfvars", 7]
slo = 101

[[stack]]
name = "nowhere"

[[stack]]
path = "../other"

[editr]
[editor]
values = "yes"

[catalog.my_queue]
kidn = "queue"
[catalog.my_other]
kind = "nonsense"
[catalog]
my_alias = "aws_sqs_queu"
"#,
        expect![[r#"
            envs/dev
              error single-point-of-failure module.db.aws_db_instance.orders
              info no-redundancy aws_instance.app
            envs/prod (prd.tfvars)
              error single-point-of-failure module.db.aws_db_instance.orders
            3:1 `single-point-of-failur` there is no rule `single-point-of-failur`; did you mean `single-point-of-failure`?
            4:27 `"loud"` `loud` is no severity; expected one of `off`, `hint`, `info`, `warning`, `error`
            5:17 `3` expected "off", "hint", "info", "warning" or "error", found a whole number
            8:8 `"envs/prd"` no stack is at `envs/prd`; did you mean `envs/prod`?
            12:1 `var_file` a stack has no `var_file`; did you mean `var_files`?
            13:14 `"prd.tfvars"` `envs/prod` has no file `prd.tfvars`; did you mean `prod.tfvars`?
            13:28 `7` expected a string, found a whole number
            14:7 `101` expected a percentage above 0 and below 100, such as 99.9
            16:1 `[[stack]]` a stack needs a `path`: the directory of a root module, or a glob such as `envs/*`
            20:8 `"../other"` `../other` leads out of this directory; expected a path below it
            22:2 `editr` foreshock.toml has no `editr`; did you mean `editor`?
            24:10 `"yes"` expected true or false, found a string
            27:1 `kidn` my_queue: unknown field `kidn`; did you mean `kind`?
            29:8 `"nonsense"` my_other: nonsense is not a component kind
            31:12 `"aws_sqs_queu"` there is no row `aws_sqs_queu`; did you mean `aws_sqs_queue`?
        "#]],
    );
}

#[test]
fn broken_text_keeps_what_can_be_read() {
    check(
        "[rules]\nsingle-point-of-failure = \"off\"\n[[stack]]\npath = \n",
        expect![[r#"
            envs/dev
              info no-redundancy aws_instance.app
            envs/prod
            4:8 `` string values must be quoted, expected literal string
        "#]],
    );
}

#[test]
fn rows_of_ones_own() {
    let directory = Directory::of_repository(
        r#"
//- main.tf
resource "acme_ledger" "books" {
  nodes = 1
}
resource "acme_badge" "b" {}
resource "aws_instance" "app" {
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = acme_ledger.books.endpoint
}
//- foreshock.toml
[catalog]
acme_badge = "ignored"

[catalog.acme_ledger]
kind = "database"
stateful = true
instances = "nodes"
addresses = ["endpoint"]
sla = [{ fallback = "database" }]
"#,
    );
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    expect![[r#"
        .
          error single-point-of-failure acme_ledger.books
    "#]]
    .assert_eq(&seen(&snapshot, root));
}

#[test]
fn the_nearest_file_counts_and_none_above_the_repository() {
    let directory = Directory::of_repository(
        r#"
//- foreshock.toml
[rules]
no-redundancy = "off"
//- a/main.tf
resource "aws_db_instance" "a" { engine = "postgres" }
//- b/foreshock.toml
[rules]
no-redundancy = "error"
//- b/main.tf
resource "aws_db_instance" "b" { engine = "postgres" }
//- c/.git/keep
//- c/main.tf
resource "aws_db_instance" "c" { engine = "postgres" }
"#,
    );
    let root = directory.root();
    let all = expect![[r#"
        a
        b
          error no-redundancy aws_db_instance.b
        c
          info no-redundancy aws_db_instance.c
    "#]];
    all.assert_eq(&seen(&Workspace::new().snapshot_of(root).unwrap(), root));
    // Asked for by itself, a stack is read as it is among the others.
    let one = Workspace::new().snapshot_of(&root.join("a")).unwrap();
    expect![[r#"
        a
    "#]]
    .assert_eq(&seen(&one, root));
}

#[test]
fn a_change_of_the_file_counts_at_once() {
    let directory = Directory::of_repository(&format!("{ENVIRONMENTS}//- foreshock.toml\n"));
    let root = directory.root();
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.to_owned()]);
    let main = FilePath::new(root.join("envs/prod/main.tf"));
    workspace.set_document(main.clone(), std::fs::read_to_string(main.as_path()).unwrap().into());
    let before = workspace.snapshot();
    let file = FilePath::new(root.join("foreshock.toml"));
    workspace.set_document(file.clone(), "[[stack]]\npath = \"envs/prod\"\nvar_files = [\"prod.tfvars\"]\n".into());
    let after = workspace.snapshot();
    assert_eq!(before.stacks[0].variant(), None);
    assert_eq!(after.stacks[0].variant(), Some("prod.tfvars"));
    assert_eq!(after.stacks[0].slo(), None);
    workspace.set_document(file.clone(), "[[stack]]\npath = \"envs/*\"\nslo = 99.99\n".into());
    let slo = workspace.snapshot().stacks[0].slo().unwrap().get();
    assert_eq!(slo, 1e-4);
    workspace.close_document(&file);
    let closed = workspace.snapshot();
    assert_eq!(seen(&closed, root), seen(&before, root));
}

#[test]
fn the_example_of_the_page_can_be_read() {
    let page = include_str!("../../../docs/configuration.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let configuration = Configuration::read(FilePath::new("/w/foreshock.toml"), example.into());
    assert_eq!(configuration.problems, []);
    assert_eq!(configuration.values, Some(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// Whatever is typed, it is read, and every problem has its place in the text.
    #[test]
    fn any_text_is_read(text in "(\\[{0,2}(stack|rules|editor|catalog|x)?(\\.a)?\\]{0,2}|path|var_files|values|slo| = |\"[a-z/*]{0,4}\"|[0-9.]{1,4}|true|\n|\\{|\\}|é|,){0,24}") {
        let configuration = Configuration::read(FilePath::new("/w/foreshock.toml"), text.as_str().into());
        for problem in &configuration.problems {
            prop_assert!(problem.span.end as usize <= text.len() && problem.span.start <= problem.span.end);
            prop_assert!(!problem.message.is_empty());
        }
    }
}

#[test]
fn an_objective_that_no_care_can_keep() {
    check(
        "[[stack]]\npath = \"envs/prod\"\nvar_files = [\"canary.tfvars\"]\nslo = 99.999\n[[stack]]\npath = \"envs/dev\"\nslo = 50\n",
        expect![[r#"
            envs/dev
              error single-point-of-failure module.db.aws_db_instance.orders
              info no-redundancy aws_instance.app
            envs/prod (canary.tfvars)
              error single-point-of-failure module.db.aws_db_instance.orders
              error slo-unreachable system
        "#]],
    );
}

#[test]
fn a_check_of_ones_own_names_a_rule() {
    check(
        r#"[[catalog.acme_ledger.check]]
rule = "no-backups"
when = "backups == false"
says = "keeps no backups"
then = "It is gone."
[[catalog.acme_vault.check]]
rule = "no-backup"
severity = "loud"
when = "true"
says = "a"
then = "b"
"#,
        expect![[r#"
            envs/dev
              error single-point-of-failure module.db.aws_db_instance.orders
              info no-redundancy aws_instance.app
            envs/prod
              error single-point-of-failure module.db.aws_db_instance.orders
            1:11 `acme_ledger` acme_ledger: there is no rule `no-backups`
            8:12 `"loud"` acme_vault: loud is no severity: hint, info, warning or error
        "#]],
    );
}

/// The library panics at it; a user reads what is wrong.
#[test]
fn a_glob_too_large_to_be_used_is_a_problem_and_no_panic() {
    for depth in [10, 150, 400] {
        let text = format!("[[stack]]\npath = \"{}b{}\"\n", "{a,".repeat(depth), "}".repeat(depth));
        let file = FilePath::new("/w/foreshock.toml");
        let problems = foreshock_analysis::Configuration::read(file, text.as_str().into()).problems;
        assert_eq!(problems.is_empty(), depth == 10, "{depth}: {problems:?}");
    }
}
