//! The same setting in another form says the same: inside the block or apart, by reference, by name or by one variable.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use foreshock_catalog::{Catalog, assemble};
use rendering::resolve_text;

/// What a stack means: components with their figures, who needs whom, what is wrong; not which lines say so.
fn meaning(text: &str) -> Vec<String> {
    let resolved = resolve_text(text);
    assert!(resolved.problems.is_empty(), "{:?}\n{text}", resolved.problems);
    let assembled = assemble(&resolved.resources, Catalog::bundled());
    let system = &assembled.system;
    let mut all: Vec<String> = system
        .components
        .iter()
        .map(|one| {
            format!(
                "{} {:?} {:?}",
                one.id,
                one.redundancy.instances,
                one.reliability.service.as_ref().map(|figure| &figure.source)
            )
        })
        .collect();
    let id = |index: foreshock_model::ComponentIndex| {
        system.component(index).map(|one| one.id.to_string()).unwrap_or_default()
    };
    all.extend(
        system
            .dependencies
            .iter()
            .map(|one| format!("{} {:?} {:?} {}", id(one.from), one.kind, one.confidence, id(one.to))),
    );
    all.extend(
        assembled
            .violations
            .iter()
            .filter(|one| &*one.rule != "deletion-unprotected")
            .map(|one| format!("{} {} {}", one.subject, one.rule, one.says)),
    );
    all
}

/// Each of these texts means the same.
fn same(forms: &[&str]) {
    let first = meaning(forms[0]);
    assert!(!first.is_empty());
    for form in &forms[1..] {
        assert_eq!(meaning(form), first, "{form}");
    }
}

#[test]
fn versions_of_a_bucket() {
    let apart = |name: &str, bucket: &str| {
        format!(
            r#"
            variable "name" {{}}
            resource "aws_s3_bucket" "logs" {{ bucket = {name} }}
            resource "aws_s3_bucket_versioning" "keep" {{
              bucket = {bucket}
              versioning_configuration {{ status = "Enabled" }}
            }}"#
        )
    };
    let inside = "resource \"aws_s3_bucket\" \"logs\" {\n bucket = \"logs-1\"\n versioning { enabled = true }\n}";
    same(&[
        inside,
        &apart("\"logs-1\"", "aws_s3_bucket.logs.id"),
        &apart("\"logs-1\"", "\"logs-1\""),
        &apart("var.name", "var.name"),
        &apart("\"${var.name}-logs\"", "\"${var.name}-logs\""),
        &apart("\"${var.name}-logs\"", "format(\"%s-logs\", var.name)"),
    ]);
    assert_ne!(meaning(&apart("\"logs-1\"", "\"logs-2\"")), meaning(inside));
    assert_ne!(meaning(&apart("\"${var.name}-logs\"", "var.name")), meaning(inside));
}

#[test]
fn copies_of_a_table() {
    let table = "resource \"aws_dynamodb_table\" \"t\" {\n name = \"t\"\n REPLICA\n}\n";
    let apart = |of: &str| {
        let replica = format!("resource \"aws_dynamodb_table_replica\" \"r\" {{ global_table_arn = {of} }}");
        table.replace("REPLICA", "") + &replica
    };
    same(&[
        &table.replace("REPLICA", "replica { region_name = \"eu-west-2\" }"),
        &apart("aws_dynamodb_table.t.arn"),
        &apart("\"arn:aws:dynamodb:eu-west-1:1:table/t\""),
    ]);
    assert_ne!(meaning(&table.replace("REPLICA", "")), meaning(&apart("aws_dynamodb_table.t.arn")));
}

#[test]
fn letters_that_can_not_be_delivered() {
    let queue = |inside: &str, apart: &str| {
        format!(
            r#"
            resource "aws_sqs_queue" "jobs" {{
              name = "jobs"
              {inside}
            }}
            resource "aws_sqs_queue" "dead" {{ name = "dead" }}
            {apart}"#
        )
    };
    let policy = |of: &str, target: &str| {
        format!(
            "resource \"aws_sqs_queue_redrive_policy\" \"p\" {{\n queue_url = {of}\n redrive_policy = jsonencode({{ deadLetterTargetArn = {target}, maxReceiveCount = 4 }})\n}}"
        )
    };
    same(&[
        &queue(
            "redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 4 })",
            "",
        ),
        &queue("", &policy("aws_sqs_queue.jobs.id", "aws_sqs_queue.dead.arn")),
        &queue("", &policy("\"https://sqs.eu-west-1.amazonaws.com/1/jobs\"", "aws_sqs_queue.dead.arn")),
    ]);
}

#[test]
fn members_of_a_target_group() {
    let front = r#"
    resource "aws_lb" "l" { internal = true }
    resource "aws_lb_listener" "l" {
      load_balancer_arn = aws_lb.l.arn
      default_action {
        type             = "forward"
        target_group_arn = aws_lb_target_group.t.arn
      }
    }
    resource "aws_lb_target_group" "t" { name = "t" }
    "#;
    same(&[
        &format!(
            "{front} resource \"aws_autoscaling_group\" \"g\" {{\n name = \"g\"\n target_group_arns = [aws_lb_target_group.t.arn]\n}}"
        ),
        &format!(
            "{front} resource \"aws_autoscaling_group\" \"g\" {{ name = \"g\" }}\nresource \"aws_autoscaling_attachment\" \"a\" {{\n autoscaling_group_name = \"g\"\n lb_target_group_arn = aws_lb_target_group.t.arn\n}}"
        ),
        &format!(
            "{front} resource \"aws_autoscaling_group\" \"g\" {{ name = \"g\" }}\nresource \"aws_autoscaling_attachment\" \"a\" {{\n autoscaling_group_name = aws_autoscaling_group.g.id\n lb_target_group_arn = aws_lb_target_group.t.arn\n}}"
        ),
    ]);
}

#[test]
fn numbers_of_a_scaled_service() {
    let scaled = |service: &str, id: &str| {
        format!(
            r#"
            resource "aws_ecs_cluster" "c" {{ name = "main" }}
            resource "aws_ecs_service" "api" {{
              name    = {service}
              cluster = aws_ecs_cluster.c.id
            }}
            resource "aws_appautoscaling_target" "t" {{
              service_namespace  = "ecs"
              scalable_dimension = "ecs:service:DesiredCount"
              resource_id        = {id}
              min_capacity       = 3
              max_capacity       = 9
            }}
            variable "service" {{}}"#
        )
    };
    same(&[
        &scaled("\"api\"", "\"service/${aws_ecs_cluster.c.name}/${aws_ecs_service.api.name}\""),
        &scaled("\"api\"", "\"service/main/api\""),
        &scaled("var.service", "\"service/main/${var.service}\""),
    ]);
}

#[test]
fn ways_out_of_a_subnet() {
    let network = r#"
    resource "aws_subnet" "a" { availability_zone = "eu-west-1a" }
    resource "aws_nat_gateway" "n" { subnet_id = aws_subnet.a.id }
    resource "aws_instance" "i" { subnet_id = aws_subnet.a.id }
    resource "aws_route_table_association" "a" {
      subnet_id      = aws_subnet.a.id
      route_table_id = aws_route_table.r.id
    }
    "#;
    same(&[
        &format!(
            "{network} resource \"aws_route_table\" \"r\" {{\n route {{\n cidr_block = \"0.0.0.0/0\"\n nat_gateway_id = aws_nat_gateway.n.id\n }}\n}}"
        ),
        &format!(
            "{network} resource \"aws_route_table\" \"r\" {{}}\nresource \"aws_route\" \"r\" {{\n route_table_id = aws_route_table.r.id\n destination_cidr_block = \"0.0.0.0/0\"\n nat_gateway_id = aws_nat_gateway.n.id\n}}"
        ),
    ]);
}

/// What is backed up by a plan that is declared apart keeps backups.
#[test]
fn backups_that_are_declared_apart() {
    let warned = |text: &str| meaning(text).iter().any(|line| line.contains("no-backup"));
    let stores = [
        (
            "resource \"aws_db_instance\" \"x\" {\n identifier = \"orders\"\n backup_retention_period = 0\n TAGS\n}",
            "aws_db_instance.x.arn",
            "arn:aws:rds:*:*:db:*",
        ),
        (
            "resource \"aws_rds_cluster\" \"x\" {\n cluster_identifier = \"orders\"\n backup_retention_period = 0\n TAGS\n}",
            "aws_rds_cluster.x.arn",
            "arn:aws:rds:*:*:cluster:ord*",
        ),
        (
            "resource \"aws_fsx_windows_file_system\" \"x\" {\n automatic_backup_retention_days = 0\n TAGS\n}",
            "aws_fsx_windows_file_system.x.arn",
            "arn:aws:fsx:*",
        ),
        (
            "resource \"aws_efs_file_system\" \"x\" {\n TAGS\n}\nresource \"aws_efs_backup_policy\" \"x\" {\n file_system_id = aws_efs_file_system.x.id\n backup_policy { status = \"DISABLED\" }\n}",
            "aws_efs_file_system.x.arn",
            "arn:aws:elasticfilesystem:*:*:file-system/*",
        ),
    ];
    let selection = |inside: &str| format!("resource \"aws_backup_selection\" \"s\" {{\n name = \"s\"\n {inside}\n}}");
    let tag =
        |value: &str| format!("selection_tag {{\n type = \"STRINGEQUALS\"\n key = \"backup\"\n value = {value}\n }}");
    for (store, reference, arn) in stores {
        let store = store.replace("TAGS", "tags = { backup = \"daily\" }");
        assert!(warned(&store), "{store}");
        let with = |inside: &str| warned(&format!("variable \"x\" {{}}\n{store}\n{}", selection(inside)));
        for inside in [
            &format!("resources = [{reference}]"),
            &format!("resources = [\"{arn}\"]"),
            "resources = [\"*\"]",
            "not_resources = [\"arn:aws:s3:::*\"]",
            &tag("\"daily\""),
            &tag("var.x"),
            "resources = var.x",
            "resources = [\"*\"]\n condition {\n string_equals {\n key = \"aws:ResourceTag/backup\"\n value = \"daily\"\n }\n }",
            "condition {\n string_like {\n key = \"aws:ResourceTag/backup\"\n value = \"d*\"\n }\n }",
        ] {
            assert!(!with(inside), "{store}\n{inside}");
        }
        for inside in [
            "resources = [\"arn:aws:s3:::b\"]",
            &format!("not_resources = [{reference}]"),
            &tag("\"weekly\""),
            "resources = [\"*\"]\n condition {\n string_not_equals {\n key = \"aws:ResourceTag/backup\"\n value = \"daily\"\n }\n }",
            &format!("resources = [\"*\"]\n not_resources = [\"{arn}\"]"),
        ] {
            assert!(with(inside), "{store}\n{inside}");
        }
    }
}
