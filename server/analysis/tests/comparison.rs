//! A stack beside the same stack at the base: what is new, what is mended, how many points.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Base, Snapshot, Stack, Workspace};
use foreshock_text::FilePath;

/// A service behind a load balancer, on a database. `DATABASE` is what the cases vary.
const SHOP: &str = r#"
resource "aws_lb" "front" {
  subnet_mapping {
    subnet_id = aws_subnet.a.id
  }
  subnet_mapping {
    subnet_id = aws_subnet.b.id
  }
}
resource "aws_subnet" "a" {
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "b" {
  availability_zone = "eu-west-1b"
}
resource "aws_lb_target_group" "api" {
  health_check {
    path = "/health"
  }
}
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}
resource "aws_ecs_service" "api" {
  desired_count   = 3
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.api.arn
  network_configuration {
    subnets = [aws_subnet.a.id, aws_subnet.b.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.api.arn
  }
}
"#;

const TASK: &str = r#"
resource "aws_ecs_task_definition" "api" {
  container_definitions = jsonencode([{ environment = [{ name = "DB", value = DATABASE.address }] }])
}
"#;

fn shop(database: &str, name: &str) -> String {
    format!("{SHOP}{}{database}", TASK.replace("DATABASE", name))
}

fn db(name: &str, multi_az: bool) -> String {
    format!(
        "resource \"aws_db_instance\" \"{name}\" {{\n  engine = \"postgres\"\n  multi_az = {multi_az}\n  \
         backup_retention_period = 7\n}}\n"
    )
}

fn only(snapshot: &Snapshot) -> Arc<Stack> {
    let [stack] = snapshot.stacks.as_slice() else { panic!("{} stacks", snapshot.stacks.len()) };
    stack.clone()
}

/// The stack of some files, by name.
fn stack(files: &[(&str, &str)]) -> Arc<Stack> {
    let mut workspace = Workspace::new();
    for (name, text) in files {
        workspace.set_document(FilePath::new(format!("/comparison/{name}")), Arc::from(*text));
    }
    only(&workspace.snapshot())
}

fn base() -> Base {
    Base { id: "3f2a91c".into(), words: "merge base with main".into() }
}

/// Points, then the findings: `+` new, `=` old, `-` mended.
fn check(before: &[(&str, &str)], after: &[(&str, &str)], expected: &Expect) {
    let (before, after) = (stack(before), stack(after));
    let compared = (*after).clone().compared_with(base(), Some(before));
    let comparison = compared.comparison().unwrap();
    let number = |number: Option<f64>| number.map_or("none".to_owned(), |number| format!("{number:.1}"));
    let mut text = format!(
        "{} -> {}: {} points\n",
        number(comparison.score),
        number(comparison.score_after),
        comparison.points.map_or("none".to_owned(), |points| format!("{points:+.1}"))
    );
    let mut lines: Vec<String> = compared
        .findings
        .iter()
        .map(|finding| format!("{} {} {}", if finding.new { '+' } else { '=' }, finding.rule, finding.component_id))
        .collect();
    lines.extend(comparison.mended.iter().map(|finding| format!("- {} {}", finding.rule, finding.component_id)));
    lines.retain(|line| line.contains("single-point-of-failure") || line.contains("no-redundancy"));
    text += &lines.join("\n");
    expected.assert_eq(&text);
}

#[test]
fn nothing_changed() {
    let text = shop(&db("orders", false), "aws_db_instance.orders");
    check(
        &[("main.tf", &text)],
        &[("main.tf", &text)],
        &expect![[r#"
            45.5 -> 45.5: +0.0 points
            = single-point-of-failure aws_db_instance.orders"#]],
    );
}

#[test]
fn a_tag_is_no_change() {
    let before = shop(&db("orders", false), "aws_db_instance.orders");
    let after = before.replace("engine = \"postgres\"", "engine = \"postgres\"\n  tags = { team = \"shop\" }");
    check(
        &[("main.tf", &before)],
        &[("main.tf", &after)],
        &expect![[r#"
            45.5 -> 45.5: +0.0 points
            = single-point-of-failure aws_db_instance.orders"#]],
    );
}

#[test]
fn a_standby_taken_away() {
    let before = shop(&db("orders", true), "aws_db_instance.orders");
    let after = shop(&db("orders", false), "aws_db_instance.orders");
    check(
        &[("main.tf", &before)],
        &[("main.tf", &after)],
        &expect![[r#"
            59.6 -> 45.5: -14.1 points
            + single-point-of-failure aws_db_instance.orders"#]],
    );
    check(
        &[("main.tf", &after)],
        &[("main.tf", &before)],
        &expect![[r#"
            45.5 -> 59.6: +14.1 points
            - single-point-of-failure aws_db_instance.orders"#]],
    );
}

#[test]
fn a_rename_with_moved_is_the_same_component() {
    let before = shop(&db("orders", false), "aws_db_instance.orders");
    let renamed = shop(&db("main", false), "aws_db_instance.main");
    let moved = "moved {\n  from = aws_db_instance.orders\n  to = aws_db_instance.main\n}\n";
    check(
        &[("main.tf", &before)],
        &[("main.tf", &format!("{renamed}{moved}"))],
        &expect![[r#"
            45.5 -> 45.5: +0.0 points
            = single-point-of-failure aws_db_instance.main"#]],
    );
    // Without it Terraform makes another database, and so do we.
    check(
        &[("main.tf", &before)],
        &[("main.tf", &renamed)],
        &expect![[r#"
            45.5 -> 45.5: +0.0 points
            + single-point-of-failure aws_db_instance.main"#]],
    );
}

#[test]
fn an_entry_point_renamed_with_moved_is_measured_as_before() {
    let before = shop(&db("orders", true), "aws_db_instance.orders");
    let after = shop(&db("orders", false), "aws_db_instance.orders")
        .replace("\"front\"", "\"entrance\"")
        .replace("aws_lb.front", "aws_lb.entrance");
    let moved = "moved {\n  from = aws_lb.front\n  to = aws_lb.entrance\n}\n";
    check(
        &[("main.tf", &before)],
        &[("main.tf", &format!("{after}{moved}"))],
        &expect![[r#"
            59.6 -> 45.5: -14.1 points
            + single-point-of-failure aws_db_instance.orders"#]],
    );
    // Without it every entrance is another one, and each side is measured at its own.
    check(
        &[("main.tf", &before)],
        &[("main.tf", &after)],
        &expect![[r#"
            59.6 -> 45.5: -14.1 points
            + single-point-of-failure aws_db_instance.orders"#]],
    );
}

#[test]
fn a_resource_in_another_file_is_the_same_component() {
    let shop_only = shop("", "aws_db_instance.orders");
    let before = shop(&db("orders", false), "aws_db_instance.orders");
    check(
        &[("main.tf", &before)],
        &[("main.tf", &shop_only), ("rds.tf", &db("orders", false))],
        &expect![[r#"
            45.5 -> 45.5: +0.0 points
            = single-point-of-failure aws_db_instance.orders"#]],
    );
}

#[test]
fn what_is_added_is_measured_by_those_who_were_there() {
    let before = shop(&db("orders", true), "aws_db_instance.orders");
    let after = before.clone() + "resource \"aws_lb\" \"second\" {}\n" + &db("alone", false);
    check(
        &[("main.tf", &before)],
        &[("main.tf", &after)],
        &expect![[r#"
            59.6 -> 59.6: +0.0 points
            + no-redundancy aws_db_instance.alone"#]],
    );
}

#[test]
fn a_new_stack_has_no_before() {
    let now = stack(&[("main.tf", &shop(&db("orders", false), "aws_db_instance.orders"))]);
    let compared = (*now).clone().compared_with(base(), None);
    let comparison = compared.comparison().unwrap();
    assert_eq!((comparison.score, comparison.points), (None, None));
    assert_eq!(comparison.score_after, now.assessment.score);
    assert!(!compared.findings.is_empty() && compared.findings.iter().all(|finding| finding.new));
}

#[test]
fn infrastructure_yaml_is_compared_by_its_ids() {
    let before = "components:\n- {id: web, type: load_balancer, replicas: 2}\n- {id: db, type: database, replicas: 2, \
                  failover: {enabled: true}}\ndependencies:\n- {source: web, target: db, type: requires}\n";
    let after = before.replace("type: database, replicas: 2", "type: database, replicas: 1");
    check(
        &[("infra.yaml", before)],
        &[("infra.yaml", &after)],
        &expect![[r#"
            73.3 -> 69.9: -3.4 points
            + single-point-of-failure db"#]],
    );
}

/// Each fault that takes more away than at the base.
fn fails(before: &str, after: &str, expected: &Expect) {
    let (before, after) = (stack(&[("main.tf", before)]), stack(&[("main.tf", after)]));
    let compared = (*after).clone().compared_with(base(), Some(before));
    let number = |number: Option<f64>| number.map_or("-".to_owned(), |number| format!("{number:.2}"));
    let failures = compared.newly_failing();
    let lines: Vec<String> = failures
        .iter()
        .map(|failure| {
            let (before, now) = (number(failure.loss_before), number(failure.loss));
            format!("{} {before} -> {now} {:?}", failure.fault, failure.down)
        })
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn what_fails_now_that_did_not() {
    let before = shop(&db("orders", true), "aws_db_instance.orders");
    let after = shop(&db("orders", false), "aws_db_instance.orders");
    fails(
        &before,
        &after,
        &expect![[r#"instance:aws_db_instance.orders#0 0.00 -> 1.00 ["aws_ecs_service.api", "aws_lb.front"]"#]],
    );
    fails(&after, &before, &expect![[r#""#]]);
    fails(&after, &after, &expect![[r#""#]]);
    // In one zone less.
    let one_zone = before.replace("subnets = [aws_subnet.a.id, aws_subnet.b.id]", "subnets = [aws_subnet.a.id]");
    fails(&before, &one_zone, &expect![[r#"zone:eu-west-1a 0.00 -> 1.00 ["aws_ecs_service.api", "aws_lb.front"]"#]]);
    // A new database that the service needs.
    let second = before.replace(
        "value = aws_db_instance.orders.address",
        "value = \"${aws_db_instance.orders.address}${aws_db_instance.second.address}\"",
    ) + &db("second", true);
    fails(
        &before,
        &second,
        &expect![[r#"component:aws_db_instance.second - -> 1.00 ["aws_ecs_service.api", "aws_lb.front"]"#]],
    );
}
