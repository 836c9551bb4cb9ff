//! What is granted, told or copied moves nothing: the score not by more than a point, and nothing becomes loud.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_analysis::{Severity, Snapshot, Workspace};
use foreshock_text::FilePath;

fn open(text: &str) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new("/beliefs/main.tf"), Arc::from(text));
    workspace.snapshot()
}

/// The score, and what is loud.
fn judged(text: &str) -> (Option<f64>, BTreeSet<String>) {
    let snapshot = open(text);
    let stack = &snapshot.stacks[0];
    assert!(stack.system().check().is_empty());
    let loud = stack.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    let told = loud.map(|finding| format!("{} {}", finding.rule.as_str(), finding.component_id));
    // What it says of itself (backups, protection) is another matter.
    let own = |finding: &String| finding.starts_with("no-backup") || finding.starts_with("deletion-unprotected");
    (stack.assessment.score, told.filter(|finding| !own(finding)).collect())
}

#[track_caller]
fn moves_nothing(base: &str, addition: &str) {
    let (before, loud_before) = judged(base);
    let (after, loud_after) = judged(&format!("{base}\n{addition}"));
    let (Some(before), Some(after)) = (before, after) else { panic!("{before:?} became {after:?}") };
    assert!(after >= before - 1.0, "{before} became {after} by\n{addition}");
    assert_eq!(loud_before, loud_after, "{addition}");
}

const AWS: &str = r#"
resource "aws_lb" "front" {
  subnets         = ["subnet-a", "subnet-b"]
  security_groups = [aws_security_group.front.id]
}
resource "aws_lb_target_group" "t" { port = 80 }
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_iam_role" "r" {}
resource "aws_iam_instance_profile" "p" { role = aws_iam_role.r.name }
resource "aws_launch_template" "t" {
  vpc_security_group_ids = [aws_security_group.app.id]
  iam_instance_profile { name = aws_iam_instance_profile.p.name }
}
resource "aws_autoscaling_group" "app" {
  min_size          = 2
  max_size          = 4
  target_group_arns = [aws_lb_target_group.t.arn]
  launch_template { id = aws_launch_template.t.id }
}
resource "aws_security_group" "front" {}
resource "aws_security_group" "app" {
  ingress { security_groups = [aws_security_group.front.id] }
}
resource "aws_security_group" "db" {
  ingress { security_groups = [aws_security_group.app.id] }
}
resource "aws_db_instance" "main" {
  multi_az                = true
  backup_retention_period = 7
  deletion_protection     = true
  vpc_security_group_ids  = [aws_security_group.db.id]
}
"#;

#[test]
fn a_grant_moves_nothing() {
    for addition in [
        "resource \"aws_s3_bucket\" \"b\" {}\nresource \"aws_iam_role_policy\" \"x\" {\n role = aws_iam_role.r.id\n policy = jsonencode({ Statement = [{ Resource = aws_s3_bucket.b.arn }] })\n}",
        "resource \"aws_dynamodb_table\" \"t\" {}\ndata \"aws_iam_policy_document\" \"d\" {\n statement {\n resources = [aws_dynamodb_table.t.arn]\n }\n}\nresource \"aws_iam_policy\" \"x\" {\n policy = data.aws_iam_policy_document.d.json\n}\nresource \"aws_iam_role_policy_attachment\" \"a\" {\n role = aws_iam_role.r.name\n policy_arn = aws_iam_policy.x.arn\n}",
        "resource \"aws_secretsmanager_secret\" \"s\" {}\nresource \"aws_iam_role_policy\" \"x\" {\n role = aws_iam_role.r.id\n policy = jsonencode({ Statement = [{ Resource = aws_secretsmanager_secret.s.arn }] })\n}",
        "resource \"aws_sqs_queue\" \"q\" {}\nresource \"aws_iam_role_policy\" \"x\" {\n role = aws_iam_role.r.id\n policy = jsonencode({ Statement = [{ Resource = aws_sqs_queue.q.arn }] })\n}",
    ] {
        moves_nothing(AWS, addition);
    }
}

#[test]
fn one_more_in_a_group_moves_nothing() {
    moves_nothing(
        AWS,
        "resource \"aws_instance\" \"other\" {\n vpc_security_group_ids = [aws_security_group.app.id]\n}",
    );
    moves_nothing(
        AWS,
        "resource \"aws_security_group\" \"x\" {}\nresource \"aws_vpc_security_group_ingress_rule\" \"x\" {\n security_group_id = aws_security_group.x.id\n referenced_security_group_id = aws_security_group.front.id\n}\nresource \"aws_instance\" \"x\" {\n vpc_security_group_ids = [aws_security_group.x.id]\n}",
    );
}

#[test]
fn a_reader_moves_nothing() {
    for reader in [
        "replicate_source_db = aws_db_instance.main.identifier\n vpc_security_group_ids = [aws_security_group.db.id]",
        "replicate_source_db = aws_db_instance.main.arn",
        "replicate_source_db = \"arn:aws:rds:eu-west-1:1:db:elsewhere\"",
    ] {
        moves_nothing(
            AWS,
            &format!("resource \"aws_db_instance\" \"reader\" {{\n deletion_protection = true\n {reader}\n}}"),
        );
    }
    let alone = [
        (
            "resource \"aws_db_instance\" \"main\" {\n multi_az = true\n backup_retention_period = 7\n}",
            "resource \"aws_db_instance\" \"reader\" {\n replicate_source_db = aws_db_instance.main.identifier\n}",
        ),
        (
            "resource \"google_sql_database_instance\" \"main\" {\n settings {\n availability_type = \"REGIONAL\"\n }\n}",
            "resource \"google_sql_database_instance\" \"reader\" {\n master_instance_name = google_sql_database_instance.main.name\n}",
        ),
        (
            "resource \"azurerm_postgresql_flexible_server\" \"main\" {\n high_availability {\n mode = \"ZoneRedundant\"\n }\n}",
            "resource \"azurerm_postgresql_flexible_server\" \"reader\" {\n create_mode = \"Replica\"\n source_server_id = azurerm_postgresql_flexible_server.main.id\n}",
        ),
        (
            "resource \"azurerm_mysql_flexible_server\" \"main\" {\n high_availability {\n mode = \"ZoneRedundant\"\n }\n}",
            "resource \"azurerm_mysql_flexible_server\" \"reader\" {\n create_mode = \"Replica\"\n source_server_id = azurerm_mysql_flexible_server.main.id\n}",
        ),
        (
            "resource \"azurerm_mssql_server\" \"s\" {}\nresource \"azurerm_mssql_database\" \"main\" {\n server_id = azurerm_mssql_server.s.id\n}",
            "resource \"azurerm_mssql_server\" \"far\" {}\nresource \"azurerm_mssql_database\" \"reader\" {\n server_id = azurerm_mssql_server.far.id\n create_mode = \"Secondary\"\n creation_source_database_id = azurerm_mssql_database.main.id\n}",
        ),
        (
            "resource \"aws_rds_cluster\" \"main\" {\n backup_retention_period = 7\n}\nresource \"aws_rds_cluster_instance\" \"i\" {\n count = 2\n cluster_identifier = aws_rds_cluster.main.id\n}",
            "resource \"aws_rds_cluster\" \"far\" {\n replication_source_identifier = aws_rds_cluster.main.arn\n}\nresource \"aws_rds_cluster_instance\" \"f\" {\n cluster_identifier = aws_rds_cluster.far.id\n}",
        ),
        (
            "module \"main\" {\n source = \"terraform-aws-modules/rds/aws\"\n multi_az = true\n backup_retention_period = 7\n}",
            "module \"reader\" {\n source = \"terraform-aws-modules/rds/aws\"\n replicate_source_db = module.main.db_instance_identifier\n}",
        ),
    ];
    for (main, reader) in alone {
        moves_nothing(main, reader);
    }
}

/// Whoever is given its address needs it.
#[test]
fn a_reader_is_needed_by_who_is_given_its_address() {
    let text = format!(
        "{AWS}\nresource \"aws_db_instance\" \"reader\" {{\n replicate_source_db = aws_db_instance.main.identifier\n}}\n\
         resource \"aws_lambda_function\" \"reports\" {{\n environment {{\n variables = {{ READ_FROM = aws_db_instance.reader.address }}\n }}\n}}\n\
         resource \"aws_apigatewayv2_api\" \"api\" {{}}\nresource \"aws_apigatewayv2_integration\" \"i\" {{\n api_id = aws_apigatewayv2_api.api.id\n integration_uri = aws_lambda_function.reports.invoke_arn\n}}"
    );
    let (_, loud) = judged(&text);
    assert!(loud.contains("single-point-of-failure aws_db_instance.reader"), "{loud:?}");
}

/// A page to come back to, on both sides: nobody needs the other.
#[test]
fn addresses_to_come_back_to_make_no_circle() {
    let text = r#"
resource "aws_lb" "shop" { subnets = ["a", "b"] }
resource "aws_lb" "login" { subnets = ["a", "b"] }
resource "aws_ecs_service" "shop" {
  desired_count   = 2
  task_definition = aws_ecs_task_definition.shop.arn
  load_balancer { target_group_arn = aws_lb_target_group.shop.arn }
}
resource "aws_ecs_service" "login" {
  desired_count   = 2
  task_definition = aws_ecs_task_definition.login.arn
  load_balancer { target_group_arn = aws_lb_target_group.login.arn }
}
resource "aws_lb_target_group" "shop" { port = 80 }
resource "aws_lb_target_group" "login" { port = 80 }
resource "aws_lb_listener" "shop" {
  load_balancer_arn = aws_lb.shop.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.shop.arn
  }
}
resource "aws_lb_listener" "login" {
  load_balancer_arn = aws_lb.login.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.login.arn
  }
}
resource "aws_ecs_task_definition" "shop" {
  container_definitions = jsonencode([{ environment = [{ name = "LOGIN", value = aws_lb.login.dns_name }] }])
}
resource "aws_ecs_task_definition" "login" {
  container_definitions = jsonencode([{ environment = [{ name = "REDIRECT_URL", value = aws_lb.shop.dns_name }] }])
}
"#;
    let (_, loud) = judged(text);
    assert!(!loud.iter().any(|finding| finding.starts_with("circular")), "{loud:?}");
    let snapshot = open(text);
    let stack = &snapshot.stacks[0];
    let index = stack.system().find("aws_lb.shop").unwrap();
    let tree = snapshot.cascade(0, index).unwrap();
    assert_eq!(tree.affected, 0);
    let guessed: Vec<&str> = tree.guessed.iter().map(|guess| &*guess.id).collect();
    assert_eq!(guessed, ["aws_ecs_service.login"]);
}

/// Two tasks behind a balancer: the scheduler starts the next one, and nobody is waited for.
#[test]
fn what_heals_itself_waits_for_nobody() {
    let hours = open(AWS).stacks[0].assessment.expected_unavailability * 8766.0;
    assert!(hours < 9.0, "{hours}");
    let snapshot = open("resource \"aws_ecs_service\" \"s\" {\n desired_count = 1\n}");
    let component = &snapshot.stacks[0].system().components[0];
    assert_eq!(component.recovery.automatic.as_ref().unwrap().value.get(), 180.0);
    let figure = component.reliability.instance.as_ref().unwrap();
    let per_year = figure.unavailability.get() / figure.mttr.unwrap().get() * 8766.0 * 3600.0;
    assert!((1.0..12.0).contains(&per_year), "one task dies {per_year} times a year");
}
