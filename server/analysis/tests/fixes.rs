//! Where a fix goes: to the place where the value lives, looking like what stands around it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use expect_test::{Expect, expect};
use foreshock_analysis::{Finding, Fix, Repair, Snapshot, Workspace};
use foreshock_fixture::files;
use foreshock_text::FilePath;

/// Files from one text, `//- path` before each; `main.tf` the first.
fn snapshot(fixture: &str) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    for (path, text) in files("main.tf", fixture.trim_start_matches('\n')) {
        workspace.set_document(FilePath::new(format!("/fixes/stack/{path}")), text.into());
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
        let mut after = before.whole().to_string();
        for edit in edits.iter().rev() {
            let span = before.real_span(edit.place.span);
            after.replace_range(span.start as usize..span.end as usize, &edit.text);
        }
        seen += &format!("{}\n", path.as_path().strip_prefix("/fixes/stack").unwrap());
        let (old, new): (Vec<&str>, Vec<&str>) = (before.whole().split('\n').collect(), after.split('\n').collect());
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

/// Three databases; the third has a standby as long as one of the others has none.
const NOT_ALL_THREE: &str = r#"
locals {
  orders  = false
  billing = false
}
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  backup_retention_period = 7
  deletion_protection     = true
  multi_az                = local.orders
}
resource "aws_db_instance" "billing" {
  engine                  = "postgres"
  backup_retention_period = 7
  deletion_protection     = true
  multi_az                = local.billing
}
resource "aws_db_instance" "archive" {
  engine                  = "postgres"
  backup_retention_period = 7
  deletion_protection     = true
  multi_az                = !(local.orders && local.billing)
}
resource "aws_instance" "app" {
  count     = 2
  ami       = "ami-1"
  user_data = "${aws_db_instance.orders.address} ${aws_db_instance.billing.address} ${aws_db_instance.archive.address}"
}
"#;

/// The single points of failure with a repair, and the best of each.
fn repairs(snapshot: &Snapshot) -> Vec<(Arc<Finding>, Fix)> {
    let findings = snapshot.stacks[0].findings.iter().filter(|finding| finding.is_single_point());
    findings.filter_map(|finding| Some((finding.clone(), snapshot.fixes(0, finding).first()?.clone()))).collect()
}

fn as_repairs(proven: &[(Arc<Finding>, Fix)]) -> Vec<Repair<'_>> {
    proven.iter().map(|(finding, fix)| Repair { stack: 0, finding, fix }).collect()
}

#[test]
fn repairs_that_go_together_are_made_together() {
    let text = NOT_ALL_THREE.replace("!(local.orders && local.billing)", "true");
    let snapshot = snapshot(&text);
    let proven = repairs(&snapshot);
    let of: Vec<&str> = proven.iter().map(|(finding, _)| &*finding.component_id).collect();
    assert_eq!(of, ["aws_db_instance.orders", "aws_db_instance.billing"], "{proven:#?}");
    let together = snapshot.fixes_together(&as_repairs(&proven), &|| false).unwrap();
    assert_eq!(together.made, [0, 1]);
    let written: Vec<&str> = together.edits.iter().map(|edit| edit.text.as_str()).collect();
    assert_eq!(written, ["true", "true"]);
}

#[test]
fn a_repair_that_undoes_another_is_left_out() {
    let snapshot = snapshot(NOT_ALL_THREE);
    let proven = repairs(&snapshot);
    assert_eq!(proven.len(), 2, "{proven:#?}");
    let together = snapshot.fixes_together(&as_repairs(&proven), &|| false).unwrap();
    assert_eq!(together.made, [0], "with both the third database has no standby");
    assert_eq!(together.edits, proven[0].1.edits);

    // Whatever follows and goes with the rest is made.
    let mut three = vec![proven[0].clone(), proven[1].clone(), proven[0].clone()];
    assert_eq!(snapshot.fixes_together(&as_repairs(&three), &|| false).unwrap().made, [0, 2]);
    three.swap(0, 1);
    assert_eq!(snapshot.fixes_together(&as_repairs(&three), &|| false).unwrap().made, [0]);
}

#[test]
fn repairs_that_write_the_same_place_are_not_put_together() {
    let snapshot = snapshot(NOT_ALL_THREE);
    let proven = repairs(&snapshot);
    let mut other = proven[0].clone();
    other.1.edits[0].text = "(true)".to_owned();
    let two = [proven[0].clone(), other];
    assert_eq!(snapshot.fixes_together(&as_repairs(&two), &|| false).unwrap().made, [0]);
}

#[test]
fn a_proof_is_given_up_before_its_next_analysis() {
    let snapshot = snapshot(NOT_ALL_THREE);
    let proven = repairs(&snapshot);
    let asked = AtomicUsize::new(0);
    let stop = || asked.fetch_add(1, Ordering::Relaxed) == 1;
    assert_eq!(snapshot.fixes_together(&as_repairs(&proven), &stop), None, "both together, then one alone");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    let finding = &proven[0].0;
    assert_eq!(snapshot.fixes_unless(0, finding, &|| true), None);
    assert_eq!(snapshot.fixes_unless(0, finding, &|| false), Some(snapshot.fixes(0, finding)));
}

/// What a rule finds twice on one resource is repaired one by one.
#[test]
fn one_of_two_facts_of_a_rule() {
    let snapshot = snapshot(
        r#"
resource "azurerm_storage_account" "files" {
  name                     = "files"
  account_replication_type = "ZRS"

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 0
    }
  }

  share_properties {
  }
}

resource "azurerm_storage_container" "orders" {
  name               = "orders"
  storage_account_id = azurerm_storage_account.files.id
}
"#,
    );
    let findings = snapshot.stacks[0].findings.iter().filter(|finding| finding.rule.as_str() == "deletion-unprotected");
    let mut repaired: Vec<String> = findings
        .flat_map(|finding| snapshot.fixes(0, finding).into_iter().map(|fix| fix.title).collect::<Vec<_>>())
        .collect();
    repaired.sort();
    assert_eq!(
        repaired,
        ["Keep deleted blobs for a week", "Keep deleted containers for a week", "Keep deleted shares for a week"]
    );
}
