//! Modules that are not at hand, from the text to the repair in the call.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use foreshock_analysis::{Snapshot, Workspace};
use foreshock_text::FilePath;

fn open(text: &str) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new("/calls/main.tf"), Arc::from(text));
    workspace.snapshot()
}

#[test]
fn a_repair_is_written_into_the_call() {
    let text = r#"
module "orders" {
  source  = "terraform-aws-modules/rds/aws"
  version = "~> 6.0"

  multi_az                = false
  deletion_protection     = true
  backup_retention_period = 7
}

resource "aws_lambda_function" "api" {
  environment {
    variables = { DB = module.orders.db_instance_address }
  }
}
"#;
    let snapshot = open(text);
    let stack = &snapshot.stacks[0];
    let finding = stack.findings.iter().find(|finding| &*finding.component_id == "module.orders").unwrap();
    assert_eq!(finding.rule.as_str(), "single-point-of-failure");
    assert_eq!(finding.place.span.text(text), "multi_az                = false");
    let fixes = snapshot.fixes(0, finding);
    assert_eq!(fixes[0].title, "Enable Multi-AZ");
    let edit = &fixes[0].edits[0];
    assert_eq!((edit.place.span.text(text), edit.text.as_str()), ("false", "true"));
}

#[test]
fn an_opaque_module_raises_no_alarm_and_passes_failures_on() {
    let snapshot = open(
        r#"
module "app" {
  source   = "git::https://example.com/app.git"
  database = aws_db_instance.orders.address
}
resource "aws_db_instance" "orders" {
  multi_az                = true
  deletion_protection     = true
  backup_retention_period = 7
}
resource "aws_cloudfront_distribution" "front" {
  origin {
    origin_id   = "app"
    domain_name = module.app.domain_name
  }
}
"#,
    );
    let stack = &snapshot.stacks[0];
    assert!(stack.findings.iter().all(|finding| !finding.component_id.starts_with("module.")), "{:?}", stack.findings);
    let orders = stack.blocks.iter().find(|block| &*block.component_id == "aws_db_instance.orders").unwrap();
    assert_eq!((orders.affected, orders.others), (2, 2), "the failure is followed through the module");
}
