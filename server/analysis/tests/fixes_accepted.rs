//! Repairs that a person accepts: written where the value is decided, for whom it is decided, and never over a condition;
//! what Terraform or a provider would refuse is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_fixture::files;
use foreshock_text::FilePath;

fn snapshot(fixture: &str) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    for (path, text) in files("main.tf", fixture.trim_start_matches('\n')) {
        workspace.set_document(FilePath::new(format!("/fixes/{path}")), text.into());
    }
    workspace.snapshot()
}

/// Every finding of the rule, with its repairs: their titles, and each edit as the line it stands in and what is written.
fn repairs(fixture: &str, rule: &str) -> String {
    let snapshot = snapshot(fixture);
    let mut seen = String::new();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        for finding in stack.findings.iter().filter(|finding| finding.rule.as_str() == rule) {
            seen += &format!("{}\n", finding.component_id);
            for fix in snapshot.fixes(index, finding) {
                seen += &format!("  {}\n", fix.title);
                for edit in &fix.edits {
                    let text = snapshot.file(&edit.place.file).unwrap().text;
                    let start = text[..edit.place.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
                    let line = text[start..].lines().next().unwrap();
                    let path = edit.place.file.as_path().strip_prefix("/fixes").unwrap();
                    seen += &format!("    {path}: {} <- {}\n", line.trim(), edit.text.trim());
                }
            }
        }
    }
    seen
}

fn check(fixture: &str, rule: &str, expect: Expect) {
    expect.assert_eq(&repairs(fixture, rule));
}

const FRONT: &str = r#"
resource "aws_lb" "front" {
  subnets = ["subnet-a", "subnet-b"]
}
resource "aws_lb_target_group" "web" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.front.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"#;

fn with_front(text: &str) -> String {
    format!("{FRONT}{text}")
}

/// A module of one machine behind the balancer.
fn machine(call: &str, module: &str) -> String {
    with_front(&format!(
        r#"
module "web" {{
  source = "./machine"
  group  = aws_lb_target_group.web.arn
{call}
}}
//- machine/main.tf
variable "group" {{}}
resource "aws_lb_target_group_attachment" "this" {{
  count            = length(aws_instance.this)
  target_group_arn = var.group
  target_id        = aws_instance.this[count.index].id
}}
{module}"#
    ))
}

#[test]
fn a_creation_flag_is_no_number_of_replicas() {
    for count in [
        "var.create ? 1 : 0",
        "length(var.names) > 0 ? 1 : 0",
        "local.create",
        "length(var.names)",
        "var.create_count",
        "tonumber(var.enabled_count)",
    ] {
        let text = machine(
            "",
            &format!(
                r#"
variable "create" {{ default = true }}
variable "create_count" {{ default = 1 }}
variable "enabled_count" {{ default = 1 }}
variable "names" {{ default = ["a"] }}
locals {{
  create = var.create ? 1 : 0
}}
resource "aws_instance" "this" {{
  count = {count}
  ami   = "ami-1"
}}
"#
            ),
        );
        assert_eq!(repairs(&text, "single-point-of-failure"), "module.web.aws_instance.this\n", "{count}");
    }
}

#[test]
fn a_number_behind_a_creation_flag_is_set_by_the_caller() {
    check(
        &machine(
            "",
            r#"
variable "create" { default = true }
variable "machines" { default = 1 }
resource "aws_instance" "this" {
  count = var.create ? var.machines : 0
  ami   = "ami-1"
}
"#,
        ),
        "single-point-of-failure",
        expect![[r#"
            module.web.aws_instance.this
              Run two instances
                main.tf: source = "./machine" <- 
                main.tf: group  = aws_lb_target_group.web.arn <- 
                main.tf: group  = aws_lb_target_group.web.arn <- machines = 2
        "#]],
    );
}

#[test]
fn what_breaks_an_output_is_no_repair() {
    let module = |output: &str| {
        machine(
            "  machines = 1",
            &format!(
                r#"
variable "machines" {{}}
resource "aws_instance" "this" {{
  count = var.machines
  ami   = "ami-1"
}}
output "id" {{ value = {output} }}
"#
            ),
        )
    };
    assert_eq!(
        repairs(&module("one(aws_instance.this[*].id)"), "single-point-of-failure"),
        "module.web.aws_instance.this\n"
    );
    for output in ["aws_instance.this[0].id", "aws_instance.this[*].id", "try(one(aws_instance.this[*].id), null)"] {
        assert_eq!(
            repairs(&module(output), "single-point-of-failure"),
            "module.web.aws_instance.this\n  Run two instances\n    main.tf: machines = 1 <- 2\n",
            "{output}"
        );
    }
}

/// A machine that calls a database of that setting.
fn database(setting: &str) -> String {
    format!(
        r#"
variable "env" {{ default = "dev" }}
variable "replicated" {{ default = false }}
variable "plain" {{ default = true }}
locals {{
  sizes    = {{ dev = {{ standby = false }}, prod = {{ standby = true }} }}
  by_arm   = var.env == "prod" ? true : false
  compared = var.env == "prod"
}}
resource "aws_db_instance" "this" {{
  engine                  = "postgres"
  backup_retention_period = 7
  multi_az                = {setting}
}}
resource "aws_instance" "app" {{
  count     = 2
  ami       = "ami-1"
  user_data = aws_db_instance.this.address
}}
"#
    )
}

#[test]
fn neither_arm_of_a_condition_is_written_over() {
    for setting in ["var.env == \"prod\" ? true : false", "local.by_arm", "var.env == \"prod\"", "local.compared"] {
        let seen = repairs(&database(setting), "single-point-of-failure");
        assert_eq!(seen, "aws_db_instance.this\n", "{setting}");
    }
}

#[test]
fn a_value_is_set_where_it_is_decided() {
    for (setting, written) in [
        ("var.replicated", "variable \"replicated\" { default = false } <- true"),
        ("var.replicated ? true : false", "variable \"replicated\" { default = false } <- true"),
        ("!var.plain", "variable \"plain\" { default = true } <- false"),
        ("var.plain ? var.replicated : true", "variable \"replicated\" { default = false } <- true"),
        ("var.plain && var.replicated", "variable \"replicated\" { default = false } <- true"),
        ("try(var.replicated, false)", "variable \"replicated\" { default = false } <- true"),
        ("local.sizes[var.env].standby", "sizes    = { dev = { standby = false }, prod = { standby = true } } <- true"),
    ] {
        let seen = repairs(&database(setting), "single-point-of-failure");
        let wanted = format!("aws_db_instance.this\n  Enable Multi-AZ\n    main.tf: {written}\n");
        assert_eq!(seen, wanted, "{setting}");
    }
}

#[test]
fn an_expression_over_arguments_is_left_and_the_arguments_set() {
    let scaled = r#"
//- service/main.tf
variable "group" {}
variable "least" { default = 1 }
variable "desired" { default = 1 }
variable "most" { default = 4 }
resource "aws_ecs_service" "this" {
  name          = "web"
  cluster       = "main"
  desired_count = var.desired
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
  min_capacity       = min(var.least, var.desired)
  max_capacity       = var.most
}
"#;
    let call = r#"
module "web" {
  source  = "./service"
  group   = aws_lb_target_group.web.arn
  desired = 1
}
"#;
    check(
        &with_front(&format!("{call}{scaled}")),
        "single-point-of-failure",
        expect![[r#"
            module.web.aws_ecs_service.this
              Keep at least two tasks
                main.tf: desired = 1 <- 2
                main.tf: desired = 1 <- least   = 2
        "#]],
    );
}

#[test]
fn whoever_shares_a_module_is_named() {
    let text = with_front(
        r#"
module "web" {
  source = "./db"
}
module "batch" {
  source = "./db"
}
resource "aws_instance" "app" {
  count     = 2
  ami       = "ami-1"
  user_data = "${module.web.address} ${module.batch.address}"
}
//- db/main.tf
resource "aws_db_instance" "this" {
  engine                  = "postgres"
  backup_retention_period = 7
  multi_az                = false
}
output "address" { value = aws_db_instance.this.address }
"#,
    );
    let seen = repairs(&text, "single-point-of-failure");
    assert_eq!(seen.matches("Enable Multi-AZ (module.batch and module.web use it)").count(), 2, "{seen}");
}

#[test]
fn a_repair_that_another_stack_can_not_bear_is_none() {
    let stack = |use_of: &str| {
        format!(
            r#"
module "web" {{ source = "../machine" }}
resource "aws_route53_record" "web" {{
  zone_id = "Z1"
  name    = "web"
  type    = "A"
  ttl     = 60
  records = [{use_of}]
}}
"#
        )
    };
    let text = |use_of: &str| {
        format!(
            r#"//- a/main.tf
{}
//- b/main.tf
{}
//- machine/main.tf
resource "aws_instance" "this" {{
  count = 1
  ami   = "ami-1"
}}
output "ips" {{ value = aws_instance.this[*].private_ip }}
"#,
            stack("module.web.ips[0]"),
            stack(use_of)
        )
    };
    let shared = repairs(&text("module.web.ips[0]"), "single-point-of-failure")
        + &repairs(&text("module.web.ips[0]"), "no-redundancy");
    assert!(shared.contains("Run two instances (b uses it, too)"), "{shared}");
    let broken = text("one(module.web.ips)");
    let broken = repairs(&broken, "single-point-of-failure") + &repairs(&broken, "no-redundancy");
    assert!(!broken.contains("Run two"), "{broken}");
}
