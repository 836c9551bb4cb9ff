//! Where a fix goes: to the place where the value lives, looking like what stands around it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_text::FilePath;

/// Files from one text, `//- path` before each; `main.tf` the first.
fn snapshot(fixture: &str) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    let whole = format!("//- main.tf\n{}", fixture.trim_start_matches('\n'));
    let mut first = None;
    for file in whole.split("//- ").skip(1) {
        let (path, text) = file.split_once('\n').unwrap();
        let path = FilePath::new(format!("/fixes/stack/{}", path.trim()));
        first.get_or_insert(path.clone());
        workspace.set_document(path, text.into());
    }
    workspace.snapshot()
}

/// The lines that the best fix of the first finding changes, file by file, with its title.
fn check(fixture: &str, expect: Expect) {
    let snapshot = snapshot(fixture);
    let (stack, finding) = snapshot
        .stacks
        .iter()
        .enumerate()
        .find_map(|(index, stack)| Some((index, stack.findings.iter().find(|finding| finding.scored)?)))
        .expect("a finding");
    let fixes = snapshot.fixes(stack, finding);
    let Some(fix) = fixes.first() else {
        expect.assert_eq("no fix\n");
        return;
    };
    let mut seen = format!("{}\n", fix.title);
    let mut files: BTreeMap<&FilePath, Vec<_>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(&edit.place.file).or_default().push(edit);
    }
    for (path, edits) in files {
        let before = snapshot.file(path).unwrap().text;
        let mut after = before.to_string();
        for edit in edits.iter().rev() {
            after.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
        }
        seen += &format!("{}\n", path.as_path().strip_prefix("/fixes/stack").unwrap());
        let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
        seen.extend(
            old.iter().filter(|line| !new.contains(line)).map(|line| format!("-{}\n", line.replace('\r', "␍"))),
        );
        seen.extend(
            new.iter().filter(|line| !old.contains(line)).map(|line| format!("+{}\n", line.replace('\r', "␍"))),
        );
    }
    expect.assert_eq(&seen);
}

#[test]
fn a_written_value_is_changed_in_place() {
    check(
        r#"
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = false # cheaper
}
"#,
        expect![[r#"
            Enable Multi-AZ
            main.tf
            -  multi_az = false # cheaper
            +  multi_az = true # cheaper
        "#]],
    );
}

#[test]
fn a_new_line_looks_like_its_neighbours() {
    check(
        r#"
resource "aws_db_instance" "orders" {
  engine         = "postgres"
  instance_class = "db.m6g.large" # big enough

  tags = {
    team = "shop"
  }
}
"#,
        expect![[r#"
            Enable Multi-AZ
            main.tf
            +  multi_az = true
        "#]],
    );
}

#[test]
fn windows_line_ends_stay() {
    check(
        "resource \"aws_db_instance\" \"orders\" {\r\n  engine = \"postgres\"\r\n}\r\n",
        expect![[r#"
            Enable Multi-AZ
            main.tf
            -  engine = "postgres"␍
            +  engine   = "postgres"␍
            +  multi_az = true␍
        "#]],
    );
}

#[test]
fn an_empty_block_gets_its_first_line() {
    check(
        r#"
resource "aws_db_instance" "orders" {}
"#,
        expect![[r#"
            Enable Multi-AZ
            main.tf
            -resource "aws_db_instance" "orders" {}
            +resource "aws_db_instance" "orders" {
            +  multi_az = true
            +}
        "#]],
    );
}

#[test]
fn the_default_of_a_root_variable_is_where_the_value_lives() {
    check(
        r#"
variable "standby" {
  type    = bool
  default = false
}
locals { ha = var.standby }
resource "aws_db_instance" "orders" {
  multi_az = local.ha
}
"#,
        expect![[r#"
            Enable Multi-AZ
            main.tf
            -  default = false
            +  default = true
        "#]],
    );
}

#[test]
fn a_tfvars_line_is_where_the_value_lives() {
    check(
        r#"
variable "standby" { default = true }
resource "aws_db_instance" "orders" {
  multi_az = var.standby
}
//- terraform.tfvars
standby = false
"#,
        expect![[r#"
            Enable Multi-AZ
            terraform.tfvars
            -standby = false
            +standby = true
        "#]],
    );
}

#[test]
fn an_argument_of_a_module_call_is_changed() {
    check(
        r#"
module "db" {
  source  = "./db"
  standby = false
}
//- db/main.tf
variable "standby" {}
resource "aws_db_instance" "orders" {
  multi_az = var.standby
}
"#,
        expect![[r#"
            Enable Multi-AZ
            main.tf
            -  standby = false
            +  standby = true
        "#]],
    );
}

#[test]
fn a_default_that_other_callers_share_is_left_alone() {
    check(
        r#"
module "db" {
  source = "./db"
}
//- db/main.tf
variable "standby" { default = false }
resource "aws_db_instance" "orders" {
  multi_az = var.standby
}
"#,
        expect![[r#"
            Enable Multi-AZ
            main.tf
            -  source = "./db"
            +  source  = "./db"
            +  standby = true
        "#]],
    );
}

#[test]
fn a_number_of_members_gets_a_count() {
    check(
        r#"
resource "aws_rds_cluster" "orders" {
  engine = "aurora-postgresql"
}
resource "aws_rds_cluster_instance" "orders" {
  cluster_identifier = aws_rds_cluster.orders.id
  instance_class     = "db.r6g.large"
}
"#,
        expect![[r#"
            Add a second cluster instance
            main.tf
            +  count              = 2
        "#]],
    );
}

#[test]
fn a_count_that_would_break_a_reference_is_not_offered() {
    check(
        r#"
resource "aws_instance" "web" {
  ami = "ami-1"
}
resource "aws_elb" "front" {
  subnets   = ["subnet-a", "subnet-b"]
  instances = [aws_instance.web.id]
}
"#,
        expect![[r#"
            no fix
        "#]],
    );
}
