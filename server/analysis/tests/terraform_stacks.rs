//! Stacks of Terraform: components put together, one stack for each deployment.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use foreshock_analysis::{Severity, Workspace};
use foreshock_fixture::Directory;

const SHOP: &str = r#"
//- components.tfcomponent.hcl
component "data" {
  source = "./data"
  inputs = {
    multi_az = var.multi_az
  }
  providers = { aws = provider.aws.this }
}
component "web" {
  source = "./web"
  inputs = {
    n  = var.n
    db = component.data.address
  }
  providers = { aws = provider.aws.this }
}
//- providers.tfcomponent.hcl
required_providers {
  aws = { source = "hashicorp/aws", version = "~> 6.0" }
}
provider "aws" "this" {
  config {
    region = var.region
  }
}
//- variables.tfcomponent.hcl
variable "n" { type = number }
variable "multi_az" {
  type    = bool
  default = true
}
variable "region" { type = string }
//- deployments.tfdeploy.hcl
locals { home = "eu-west-1" }
identity_token "aws" { audience = ["aws"] }
deployment "dev" {
  inputs = {
    n        = 1
    multi_az = false
    region   = local.home
  }
}
deployment "prod" {
  inputs = {
    n      = 3
    region = "us-east-1"
    token  = identity_token.aws.jwt
  }
}
//- data/main.tf
variable "multi_az" {}
resource "aws_db_instance" "main" {
  engine                  = "postgres"
  multi_az                = var.multi_az
  backup_retention_period = 7
  deletion_protection     = true
}
output "address" { value = aws_db_instance.main.address }
//- web/main.tf
variable "n" {}
variable "db" {}
resource "aws_lb" "front" { subnets = ["subnet-1", "subnet-2"] }
resource "aws_lb_target_group" "t" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.front.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_ecs_service" "api" {
  name            = "api"
  desired_count   = var.n
  task_definition = aws_ecs_task_definition.api.arn
  load_balancer {
    target_group_arn = aws_lb_target_group.t.arn
    container_name   = "c"
    container_port   = 80
  }
}
resource "aws_ecs_task_definition" "api" {
  family                = "api"
  container_definitions = jsonencode([{ name = "c", image = "x", environment = [{ name = "DB_HOST", value = var.db }] }])
}
"#;

#[test]
fn each_deployment_is_a_stack_with_its_own_values() {
    let directory = Directory::of(SHOP);
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let titles: Vec<String> = snapshot.stacks.iter().map(|stack| stack.title("shop")).collect();
    assert_eq!(titles, ["shop (dev)", "shop (prod)"]);
    let loud = |number: usize| -> Vec<String> {
        let told = snapshot.stacks[number].findings.iter().filter(|finding| finding.severity > Severity::Info);
        told.map(|finding| format!("{} {}", finding.rule.as_str(), finding.component_id)).collect()
    };
    assert!(loud(0).contains(&"single-point-of-failure module.data.aws_db_instance.main".to_owned()), "{:?}", loud(0));
    assert!(loud(0).contains(&"single-point-of-failure module.web.aws_ecs_service.api".to_owned()), "{:?}", loud(0));
    assert!(!loud(1).iter().any(|told| told.starts_with("single-point-of-failure")), "{:?}", loud(1));
    let system = snapshot.stacks[1].system();
    let name = |index: foreshock_model::ComponentIndex| system.components[index.0 as usize].id.to_string();
    let edges: Vec<String> =
        system.dependencies.iter().map(|one| format!("{} -> {}", name(one.from), name(one.to))).collect();
    let wanted = "module.web.aws_ecs_service.api -> module.data.aws_db_instance.main".to_owned();
    assert!(edges.contains(&wanted), "{edges:?}");
    let regions: Vec<&str> = system.regions.iter().map(|region| &*region.name).collect();
    assert_eq!(regions, ["us-east-1"]);
    assert!(snapshot.stacks.iter().all(|stack| stack.problems.is_empty()), "{:?}", snapshot.stacks[0].problems);
}

#[test]
fn a_repair_stands_in_the_deployment() {
    let directory = Directory::of(SHOP);
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let finding = snapshot.stacks[0].findings.iter().find(|finding| {
        finding.rule.as_str() == "single-point-of-failure" && finding.component_id.contains("aws_db_instance")
    });
    let fixes = snapshot.fixes(0, finding.unwrap());
    let file = &fixes.first().expect("a repair").edits[0].place.file;
    assert_eq!(file.as_path(), directory.root().join("deployments.tfdeploy.hcl"));
}
