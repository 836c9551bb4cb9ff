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
    assert_eq!(
        snapshot.file(&finding.place.file).unwrap().text.slice(finding.place.span),
        "multi_az                = false"
    );
    let fixes = snapshot.fixes(0, finding);
    assert_eq!(fixes[0].title, "Enable Multi-AZ");
    let edit = &fixes[0].edits[0];
    assert_eq!(
        (snapshot.file(&edit.place.file).unwrap().text.slice(edit.place.span), edit.text.as_str()),
        ("false", "true")
    );
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

fn open_all(files: &[(&str, &str)]) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    for (path, text) in files {
        workspace.set_document(FilePath::new(format!("/calls/{path}")), Arc::from(*text));
    }
    workspace.snapshot()
}

#[test]
fn what_one_line_says_of_many_calls_is_said_once() {
    let calls: String =
        (0..6).map(|n| format!("module \"m{n}\" {{\n  source = \"./impl\"\n  name   = \"b{n}\"\n}}\n")).collect();
    let bucket = "variable \"name\" {}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = var.name\n}\n";
    let snapshot = open_all(&[("main.tf", &calls), ("impl/main.tf", bucket)]);
    let stack = snapshot.stacks.iter().find(|stack| stack.root == "/calls").unwrap();
    let found: Vec<_> = stack.findings.iter().filter(|finding| finding.rule.as_str() == "no-versioning").collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].components().count(), 6);
    let first = found[0].message.lines().next().unwrap();
    assert_eq!(
        first,
        "module.m0.aws_s3_bucket.b keeps no earlier versions (and module.m1, module.m2 and 3 others likewise)."
    );
    // The repair mends all of them and says whom it concerns.
    let fix = &snapshot.fixes(0, found[0])[0];
    assert!(fix.title.ends_with("(module.m0, module.m1 and 4 others use it)"), "{}", fix.title);
}

#[test]
fn arguments_that_differ_are_findings_of_their_own() {
    let calls =
        "module \"a\" {\n  source = \"./db\"\n  days   = 1\n}\nmodule \"b\" {\n  source = \"./db\"\n  days   = 0\n}\n";
    let database = "variable \"days\" {}\nresource \"aws_db_instance\" \"this\" {\n  engine                  = \"postgres\"\n  backup_retention_period = var.days\n}\n";
    let snapshot = open_all(&[("main.tf", calls), ("db/main.tf", database)]);
    let stack = snapshot.stacks.iter().find(|stack| stack.root == "/calls").unwrap();
    let found: Vec<_> = stack.findings.iter().filter(|finding| finding.rule.as_str() == "no-backup").collect();
    let none = found.iter().find(|finding| &*finding.component_id == "module.b.aws_db_instance.this").unwrap();
    assert_eq!(
        snapshot.file(&none.place.file).unwrap().text.slice(none.place.span),
        "days   = 0",
        "where the caller decides it"
    );
    assert!(none.also.is_empty(), "{none:#?}");
    let fix = &snapshot.fixes(0, none)[0];
    assert_eq!(snapshot.file(&fix.edits[0].place.file).unwrap().text.slice(fix.edits[0].place.span), "0");
    assert_eq!(fix.title, "Keep backups for seven days", "nobody else is concerned");
}

#[test]
fn a_cluster_that_no_zone_may_take_is_one_finding() {
    let text = r#"
resource "aws_subnet" "a" { availability_zone = "eu-west-1a" }
resource "aws_subnet" "b" { availability_zone = "eu-west-1b" }
resource "aws_msk_cluster" "events" {
  number_of_broker_nodes = 4
  broker_node_group_info {
    client_subnets = [aws_subnet.a.id, aws_subnet.b.id]
  }
}
resource "aws_lambda_function" "reader" {
  environment {
    variables = { BROKERS = aws_msk_cluster.events.bootstrap_brokers }
  }
}
"#;
    let snapshot = open(text);
    let found: Vec<_> =
        snapshot.stacks[0].findings.iter().filter(|finding| finding.rule.as_str() == "single-zone").collect();
    assert!(found.len() <= 1, "{found:#?}");
    if let [one] = found.as_slice() {
        assert!(one.message.contains("eu-west-1a") && one.message.contains("eu-west-1b"), "{}", one.message);
    }
}

#[test]
fn what_scales_a_service_is_decided_at_the_call() {
    let call = "module \"web\" {\n  source = \"./service\"\n  group  = aws_lb_target_group.web.arn\n  least  = 1\n}\n";
    let front = r#"
resource "aws_lb" "front" { subnets = ["subnet-a", "subnet-b"] }
resource "aws_lb_target_group" "web" { port = 80 }
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"#;
    let service = r#"
variable "group" {}
variable "least" {}
resource "aws_ecs_service" "this" {
  name    = "web"
  cluster = "main"
  load_balancer {
    target_group_arn = var.group
    container_name   = "c"
    container_port   = 80
  }
}
resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/main/${aws_ecs_service.this.name}"
  min_capacity       = var.least
  max_capacity       = 4
}
"#;
    let main = format!("{call}{front}");
    let snapshot = open_all(&[("main.tf", &main), ("service/main.tf", service)]);
    let stack = snapshot.stacks.iter().find(|stack| stack.root == "/calls").unwrap();
    let finding = stack.findings.iter().find(|finding| finding.is_single_point()).unwrap();
    assert_eq!(snapshot.file(&finding.place.file).unwrap().text.slice(finding.place.span), "least  = 1");
    assert_eq!(&*finding.evidence[0].why, "module.web.aws_ecs_service.this is declared here");
}
