//! What applying a change does to what runs: replaced, restarted, failed over, put off, or taken down together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may

use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_analysis::{Base, Stack, Workspace};
use foreshock_text::FilePath;

/// A shop: users come in by a balancer to a service that needs a database.
const SHOP: &str = r#"
resource "aws_lb" "front" {
  name    = "front"
  subnets = [aws_subnet.a.id, aws_subnet.b.id]
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_target_group" "web" {
  port = 443
}

resource "aws_ecs_service" "web" {
  name            = "web"
  desired_count   = 2
  task_definition = aws_ecs_task_definition.web.arn
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{ name = "c", environment = [{ name = "DB_HOST", value = aws_db_instance.orders.address }] }])
}

resource "aws_db_instance" "orders" {
  identifier              = "orders"
  engine                  = "postgres"
  engine_version          = "14.9"
  instance_class          = var.class
  multi_az                = true
  apply_immediately       = true
  backup_retention_period = 7
  skip_final_snapshot     = true
}

variable "class" {
  default = "db.t3.small"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "eu-west-1b"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
"#;

fn stack_of(text: &str) -> Stack {
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new("/shop/main.tf"), text.into());
    let snapshot = workspace.snapshot();
    let [stack] = snapshot.stacks.as_slice() else { panic!("{} stacks", snapshot.stacks.len()) };
    Stack::clone(stack)
}

/// The findings of the apply, with the text that they stand on.
fn told(before: &str, now: &str) -> String {
    let base = Base { id: "3f2a91c".into(), words: "HEAD".into() };
    let stack = stack_of(now).compared_with(base, Some(stack_of(before).into()));
    let mut told = String::new();
    for finding in stack.findings.iter().filter(|finding| finding.new && finding.is_of_the_apply()) {
        let texts = &stack.understood().texts;
        let (_, source) = texts.iter().find(|(file, _)| *file == finding.place.file).unwrap();
        let span = source.text().real_span(finding.place.span);
        let on = &now[span.start as usize..span.end as usize];
        writeln!(told, "{} {} <- {on}", finding.severity.name(), finding.rule).unwrap();
        for line in finding.message.lines() {
            writeln!(told, "  {line}").unwrap();
        }
    }
    told
}

/// The repairs that are offered, each with what is told of the text after it.
fn repaired(before: &str, now: &str) -> String {
    let mut workspace = Workspace::new();
    let file = FilePath::new("/shop/main.tf");
    workspace.set_document(file.clone(), now.into());
    let snapshot = workspace.snapshot();
    let base = Base { id: "3f2a91c".into(), words: "HEAD".into() };
    let stack = Stack::clone(&snapshot.stacks[0]).compared_with(base, Some(stack_of(before).into()));
    drop(workspace);
    let mut snapshot = std::sync::Arc::into_inner(snapshot).unwrap();
    snapshot.stacks = vec![stack.into()];
    let stack = snapshot.stacks[0].clone();
    let mut told_of = String::new();
    for finding in stack.findings.iter().filter(|finding| finding.new && finding.is_of_the_apply()) {
        for fix in snapshot.fixes(0, finding) {
            writeln!(told_of, "{}: {}", finding.rule, fix.title).unwrap();
            let mut text = now.to_owned();
            for edit in fix.edits.iter().rev() {
                let (_, source) = stack.understood().texts.iter().find(|(name, _)| *name == file).unwrap();
                let span = source.text().real_span(edit.place.span);
                text.replace_range(span.start as usize..span.end as usize, &edit.text);
            }
            for line in text.lines().filter(|line| !now.contains(line)) {
                writeln!(told_of, "  + {line}").unwrap();
            }
            for line in told(before, &text).lines().filter(|line| !line.starts_with(' ')) {
                writeln!(told_of, "  {line}").unwrap();
            }
        }
    }
    told_of
}

/// One text with passages that become others.
#[track_caller]
fn check(text: &str, edits: &[(&str, &str)], expect: Expect) {
    let mut now = text.to_owned();
    for (old, new) in edits {
        assert_eq!(now.matches(old).count(), 1, "{old}");
        now = now.replace(old, new);
    }
    expect.assert_eq(&told(text, &now));
    // Taken back, nothing is said.
    assert_eq!(told(text, text), "");
}

#[test]
fn an_engine_that_is_another_replaces_the_database() {
    check(
        SHOP,
        &[("\"postgres\"", "\"mysql\"")],
        expect![[r#"
        warning replaces-stateful <- engine                  = "mysql"
          aws_db_instance.orders is replaced (engine can't be changed where it is); aws_ecs_service.web, aws_lb.front go down while it is gone, 5 to 20 min.
          The new one is empty. Backups are kept (backup_retention_period = 7), no final snapshot is taken (skip_final_snapshot).
    "#]],
    );
}

#[test]
fn a_class_fails_over_with_a_standby_and_restarts_without() {
    check(
        SHOP,
        &[("db.t3.small", "db.t3.large")],
        expect![[r#"
        info restarts <- "db.t3.large"
          aws_db_instance.orders fails over when this is applied (instance_class was db.t3.small at 3f2a91c), 60 to 120 s; aws_ecs_service.web, aws_lb.front go down meanwhile.
    "#]],
    );
    let alone = SHOP.replace("  multi_az                = true\n", "");
    check(
        &alone,
        &[("db.t3.small", "db.t3.large")],
        expect![[r#"
            warning restarts <- "db.t3.large"
              aws_db_instance.orders is restarted when this is applied (instance_class was db.t3.small at 3f2a91c), 5 to 20 min; aws_ecs_service.web, aws_lb.front go down meanwhile.
        "#]],
    );
}

#[test]
fn what_waits_says_so() {
    let later = SHOP.replace("  apply_immediately       = true\n", "");
    check(
        &later,
        &[("db.t3.small", "db.t3.large")],
        expect![[r#"
            hint postponed <- "db.t3.large"
              Applying this changes nothing yet: instance_class of aws_db_instance.orders waits for the next maintenance window.
              apply_immediately is not true.
        "#]],
    );
}

#[test]
fn an_identifier_and_a_name() {
    check(
        SHOP,
        &[("\"orders\"\n  engine", "\"orders-2\"\n  engine")],
        expect![[r#"
            warning restarts <- identifier              = "orders-2"
              aws_db_instance.orders is restarted when this is applied (identifier was orders at 3f2a91c), 60 s to 10 min; aws_ecs_service.web, aws_lb.front go down meanwhile.
              Its endpoint gets another name; clients that hold the old one fail until they are changed.
        "#]],
    );
    check(
        SHOP,
        &[("  name    = \"front\"", "  name    = \"shop\"")],
        expect![[r#"
        info replaces-serving <- name    = "shop"
          aws_lb.front is replaced (name can't be changed where it is); users reach the system through it while it is gone, 90 s to 5 min.
          It is destroyed before the new one is made (no create_before_destroy).
    "#]],
    );
    check(
        SHOP,
        &[("  name    = \"front\"\n", "  name    = \"shop\"\n  lifecycle {\n    create_before_destroy = true\n  }\n")],
        expect![[r#"
            hint replaces-serving <- name    = "shop"
              aws_lb.front is replaced (name can't be changed where it is); users reach the system through it when the new one is not ready.
              The new one is made first (create_before_destroy).
        "#]],
    );
}

#[test]
fn a_rename_without_moved_destroys() {
    let renamed = [
        ("\"aws_db_instance\" \"orders\"", "\"aws_db_instance\" \"sales\""),
        ("aws_db_instance.orders.address", "aws_db_instance.sales.address"),
    ];
    check(
        SHOP,
        &renamed,
        expect![[r#"
        warning replaces-stateful <- resource "aws_db_instance" "sales"
          aws_db_instance.orders is destroyed and aws_db_instance.sales made anew: no moved block says that they are the same; aws_ecs_service.web, aws_lb.front go down while it is gone, 5 to 20 min.
          The new one is empty. Backups are kept (backup_retention_period = 7), no final snapshot is taken (skip_final_snapshot).
    "#]],
    );
    let moved = [
        renamed[0],
        renamed[1],
        (
            "variable \"class\"",
            "moved {\n  from = aws_db_instance.orders\n  to   = aws_db_instance.sales\n}\n\nvariable \"class\"",
        ),
    ];
    check(SHOP, &moved, expect![""]);
}

#[test]
fn count_to_for_each_destroys_every_instance() {
    let counted = SHOP
        .replace(
            "resource \"aws_db_instance\" \"orders\" {\n",
            "resource \"aws_db_instance\" \"orders\" {\n  count                   = 2\n",
        )
        .replace("orders.address", "orders[0].address");
    check(
        &counted,
        &[
            ("count                   = 2", "for_each                = toset([\"a\", \"b\"])"),
            ("orders[0].address", "orders[\"a\"].address"),
        ],
        expect![[r#"
            warning replaces-stateful <- for_each                = toset(["a", "b"])
              aws_db_instance.orders[0] is destroyed and aws_db_instance.orders["a"] made anew: no moved block says that they are the same; aws_ecs_service.web, aws_lb.front go down while it is gone, 5 to 20 min.
              The new one is empty. Backups are kept (backup_retention_period = 7), no final snapshot is taken (skip_final_snapshot).
            info replaces-stateful <- for_each                = toset(["a", "b"])
              aws_db_instance.orders[1] is destroyed and aws_db_instance.orders["b"] made anew: no moved block says that they are the same; nothing in this stack is known to need it.
              The new one is empty. Backups are kept (backup_retention_period = 7), no final snapshot is taken (skip_final_snapshot).
        "#]],
    );
    // A count that comes is followed by Terraform itself.
    check(
        SHOP,
        &[
            ("resource \"aws_db_instance\" \"orders\" {\n", "resource \"aws_db_instance\" \"orders\" {\n  count = 1\n"),
            ("orders.address", "orders[0].address"),
        ],
        expect![""],
    );
}

#[test]
fn a_network_that_moves_takes_all_that_is_in_it_along() {
    check(SHOP, &[("10.0.0.0/16", "10.1.0.0/16")], expect![""]);
}

#[test]
fn a_service_rolls_and_nothing_is_said() {
    check(SHOP, &[("family                = \"web\"", "family                = \"web2\"")], expect![""]);
    check(SHOP, &[("desired_count   = 2", "desired_count   = 3")], expect![""]);
}

#[test]
fn a_guard_stops_the_apply() {
    let guarded = SHOP.replace(
        "  skip_final_snapshot     = true\n",
        "  skip_final_snapshot     = true\n  lifecycle {\n    prevent_destroy = true\n  }\n",
    );
    check(
        &guarded,
        &[("\"postgres\"", "\"mysql\"")],
        expect![[r#"
        info replaces-stateful <- engine                  = "mysql"
          aws_db_instance.orders is replaced (engine can't be changed where it is); aws_ecs_service.web, aws_lb.front go down while it is gone, 5 to 20 min.
          prevent_destroy makes Terraform refuse to apply this. The new one is empty. Backups are kept (backup_retention_period = 7), no final snapshot is taken (skip_final_snapshot).
    "#]],
    );
}

/// Instances behind a balancer, and what changes them.
const WEB: &str = r#"
resource "aws_lb" "front" {
  subnets = ["subnet-1", "subnet-2"]
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_target_group" "web" {
  port = 443
}

resource "aws_lb_target_group_attachment" "web" {
  count            = 3
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.web[count.index].id
}

resource "aws_instance" "web" {
  count         = 3
  ami           = "ami-1"
  instance_type = "m6g.large"
}
"#;

#[test]
fn every_instance_at_once() {
    check(
        WEB,
        &[("\"ami-1\"", "\"ami-2\"")],
        expect![[r#"
        warning replaced-together <- ami           = "ami-2"
          All 3 instances of aws_instance.web are replaced at once (ami can't be changed where it is); aws_lb.front goes down while they are gone, 60 s to 5 min.
          They are destroyed before the new ones are made (no create_before_destroy).
    "#]],
    );
    check(
        WEB,
        &[("m6g.large", "m6g.xlarge")],
        expect![[r#"
        warning restarts <- instance_type = "m6g.xlarge"
          3 instances of aws_instance.web: each is stopped and started when this is applied (instance_type was m6g.large at 3f2a91c), 60 s to 10 min; aws_lb.front goes down meanwhile.
          Instance-store data and a public address without an elastic IP are lost.
    "#]],
    );
}

#[test]
fn some_of_the_instances() {
    check(WEB, &[("\"ami-1\"", "count.index == 0 ? \"ami-2\" : \"ami-1\"")], expect![""]);
}

#[test]
fn repairs_are_offered_where_they_help() {
    let edited = |text: &str, old: &str, new: &str| {
        assert!(text.contains(old), "{old}");
        repaired(text, &text.replace(old, new))
    };
    let renamed = SHOP
        .replace("\"aws_db_instance\" \"orders\"", "\"aws_db_instance\" \"sales\"")
        .replace("aws_db_instance.orders", "aws_db_instance.sales");
    expect![[r#"
        replaces-stateful: Say that aws_db_instance.orders is aws_db_instance.sales now (moved)
          + moved {
          +   from = aws_db_instance.orders
          +   to   = aws_db_instance.sales
    "#]]
    .assert_eq(&repaired(SHOP, &renamed));
    expect![[r#"
        replaces-stateful: Leave engine as it is (ignore_changes)
          +   lifecycle {
          +     ignore_changes = [engine]
        replaces-stateful: Let the apply fail before it destroys anything of it (prevent_destroy)
          +   lifecycle {
          +     prevent_destroy = true
          info replaces-stateful <- engine                  = "mysql"
    "#]]
    .assert_eq(&edited(SHOP, "\"postgres\"", "\"mysql\""));
    expect![[r#"
        replaces-serving: Create the new one first (create_before_destroy)
          +   lifecycle {
          +     create_before_destroy = true
          hint replaces-serving <- name    = "shop"
        replaces-serving: Leave name as it is (ignore_changes)
          +   lifecycle {
          +     ignore_changes = [name]
    "#]]
    .assert_eq(&edited(SHOP, "  name    = \"front\"", "  name    = \"shop\""));
    expect![[r#"
        replaced-together: Create the new one first (create_before_destroy)
          +   lifecycle {
          +     create_before_destroy = true
          hint replaces-serving <- ami           = "ami-2"
        replaced-together: Leave ami as it is (ignore_changes)
          +   lifecycle {
          +     ignore_changes = [ami]
    "#]]
    .assert_eq(&edited(WEB, "\"ami-1\"", "\"ami-2\""));
    let later = SHOP.replace("  apply_immediately       = true\n", "");
    expect![[r#"
        postponed: Apply it at once (apply_immediately)
          +   apply_immediately       = true
          info restarts <- "db.t3.large"
    "#]]
    .assert_eq(&edited(&later, "db.t3.small", "db.t3.large"));
}

/// A worker that takes messages off a queue.
const WORKER: &str = r#"
resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 30
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  timeout       = 20
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.worker.arn
}
"#;

#[test]
fn just_a_timeout() {
    let chain = |now: &str| {
        let base = Base { id: "3f2a91c".into(), words: "HEAD".into() };
        let stack = stack_of(now).compared_with(base, Some(stack_of(WORKER).into()));
        let chains = stack.findings.iter().filter(|finding| finding.is_score_regression());
        chains.map(|finding| format!("{} {}", finding.severity.name(), finding.message)).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(chain(WORKER), "");
    assert_eq!(chain(&WORKER.replace("= 20", "= 25")), "");
    expect![[r#"
        info The score is that of 3f2a91c, and yet the change breaks a chain of time limits.
        aws_lambda_event_source_mapping.orders reads from a queue that hands a message out again after 30 s, while the function may take 60 s."#]].assert_eq(&chain(&WORKER.replace("= 20", "= 60")));
    expect![[r#"
        info The score is that of 3f2a91c, and yet the change breaks a chain of time limits.
        aws_lambda_event_source_mapping.orders reads from a queue that hands a message out again after 10 s, while the function may take 20 s."#]].assert_eq(&chain(&WORKER.replace("= 30", "= 10")));
}

#[test]
fn what_is_half_typed_is_not_taken_away() {
    for (old, new) in [
        (
            "  vpc_id            = aws_vpc.main.id\n  cidr_block        = \"10.0.1.0/24\"",
            "  vpc_id            = \n  cidr_block        = \"10.0.1.0/24\"",
        ),
        ("resource \"aws_db_instance\" \"orders\" {", "resource \"aws_db_instance\" \"orders\" "),
        ("resource \"aws_db_instance\" \"orders\" {", "resource \"aws_db_instance\" \"orders"),
        ("  identifier              = \"orders\"", "  identifier              = \"ord"),
    ] {
        assert_eq!(SHOP.matches(old).count(), 1, "{old}");
        let told = told(SHOP, &SHOP.replace(old, new));
        assert_eq!(told, "", "{new}");
    }
}

#[test]
fn what_a_module_is_called_with_is_followed() {
    let base = Base { id: "3f2a91c".into(), words: "HEAD".into() };
    let root = "module \"db\" {\n  source = \"./db\"\n  engine = \"postgres\"\n}\n";
    let inner = "variable \"engine\" {}\nresource \"aws_db_instance\" \"this\" {\n  engine = var.engine\n}\n";
    let stack = |root: &str| {
        let mut workspace = Workspace::new();
        workspace.set_document(FilePath::new("/shop/main.tf"), root.into());
        workspace.set_document(FilePath::new("/shop/db/main.tf"), inner.into());
        let snapshot = workspace.snapshot();
        let own = snapshot.stacks.iter().find(|stack| stack.root == "/shop").unwrap();
        Stack::clone(own)
    };
    let compared = stack(&root.replace("\"db\"", "\"data\"")).compared_with(base.clone(), Some(stack(root).into()));
    let found: Vec<_> = compared.findings.iter().filter(|finding| finding.is_of_the_apply()).collect();
    let [found] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(found.component_id.as_ref(), "module.data.aws_db_instance.this");
    // On the call that is another.
    assert_eq!((found.place.file.as_path().as_str(), found.place.span.start), ("/shop/main.tf", 0));
    let now = root.replace("postgres", "mysql");
    let compared = stack(&now).compared_with(base, Some(stack(root).into()));
    let found: Vec<_> = compared.findings.iter().filter(|finding| finding.is_of_the_apply()).collect();
    let [found] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(found.rule.as_str(), "replaces-stateful");
    assert_eq!(found.place.file.as_path(), "/shop/main.tf");
    assert!(
        found.message.starts_with("module.db.aws_db_instance.this is replaced (engine can't be changed where it is)")
    );
}

#[test]
fn a_tag_that_waits_for_new_machines_is_no_news() {
    let fleet = r#"
resource "aws_launch_template" "web" {
  image_id      = "ami-1"
  instance_type = "m5.large"
  tag_specifications {
    resource_type = "instance"
    tags          = { team = "a" }
  }
}
resource "aws_autoscaling_group" "web" {
  min_size           = 2
  max_size           = 4
  availability_zones = ["eu-west-1a", "eu-west-1b"]
  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }
}
"#;
    check(fleet, &[("team = \"a\"", "team = \"b\"")], expect![""]);
    check(
        fleet,
        &[("ami-1", "ami-2")],
        expect![[r#"
        hint postponed <- image_id      = "ami-2"
          Applying this changes nothing that runs: aws_autoscaling_group.web waits until instances are made anew (launch_template.version follows aws_launch_template.web).
          Only instances that are started later get it (no instance_refresh).
    "#]],
    );
}
