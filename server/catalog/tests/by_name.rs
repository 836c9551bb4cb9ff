//! What is joined by an equal name is joined as a reference joins it: data sources that look up what the text declares,
//! and parts that say whose they are with a text or with the same variable.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use rendering::assemble_text;

/// The dependencies, without their evidence.
fn links(text: &str) -> Vec<String> {
    let shown = assemble_text(text);
    assert!(!shown.contains("PROBLEM"), "{shown}");
    shown.lines().filter(|line| line.contains("->")).map(str::to_owned).collect()
}

const SECRET: &str = r#"
resource "aws_secretsmanager_secret" "db" { name = NAME }
resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = jsonencode({ host = aws_db_instance.orders.address })
}
resource "aws_db_instance" "orders" { engine = "postgres" }
resource "aws_ecs_service" "web" { task_definition = aws_ecs_task_definition.web.arn }
resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{ name = "c", secrets = [{ name = "DB", valueFrom = SECRET }] }])
}
variable "name" {}
"#;

fn secret(name: &str, read: &str, more: &str) -> Vec<String> {
    links(&(SECRET.replace("NAME", name).replace("SECRET", read) + more))
}

#[test]
fn a_secret_that_is_looked_up_is_the_secret() {
    let direct = secret("\"orders-db\"", "aws_secretsmanager_secret.db.arn", "");
    assert!(
        direct.iter().any(|link| link == "aws_ecs_service.web -requires/likely-> aws_db_instance.orders"),
        "{direct:?}"
    );
    let by_name = r#"data "aws_secretsmanager_secret" "found" { name = "orders-db" }"#;
    assert_eq!(secret("\"orders-db\"", "data.aws_secretsmanager_secret.found.arn", by_name), direct);
    // The same variable, whatever it is.
    let by_variable = r#"data "aws_secretsmanager_secret" "found" { name = "${var.name}-db" }"#;
    assert_eq!(secret("\"${var.name}-db\"", "data.aws_secretsmanager_secret.found.arn", by_variable), direct);
    let by_format = r#"data "aws_secretsmanager_secret" "found" { name = format("%s-db", var.name) }"#;
    assert_eq!(secret("\"${var.name}-db\"", "data.aws_secretsmanager_secret.found.arn", by_format), direct);
    let version = r#"
    data "aws_secretsmanager_secret" "found" { name = "orders-db" }
    data "aws_secretsmanager_secret_version" "found" { secret_id = data.aws_secretsmanager_secret.found.id }
    "#;
    let read = "data.aws_secretsmanager_secret_version.found.secret_string";
    assert!(secret("\"orders-db\"", read, version).contains(&direct[0]));
    let version = r#"data "aws_secretsmanager_secret_version" "found" { secret_id = "orders-db" }"#;
    assert!(secret("\"orders-db\"", read, version).contains(&direct[0]));
    for other in ["\"users-db\"", "var.other"] {
        let other =
            format!("data \"aws_secretsmanager_secret\" \"found\" {{ name = {other} }}\nvariable \"other\" {{}}");
        let found = secret("\"orders-db\"", "data.aws_secretsmanager_secret.found.arn", &other);
        assert!(
            !found.iter().any(|link| link.starts_with("aws_ecs_service.web -requires/likely-> aws_db")),
            "{found:?}"
        );
    }
}

/// A balancer that is looked up, in its spellings; each must lead from the balancer to the service.
#[test]
fn look_ups_of_many_kinds() {
    let declared = r#"
    variable "env" {}
    resource "aws_lb" "front" {
      name = "front-${var.env}"
      tags = { Name = "front", env = var.env }
    }
    resource "aws_lb_target_group" "t" { name = "t" }
    resource "aws_ecs_service" "api" {
      name = "api"
      load_balancer { target_group_arn = aws_lb_target_group.t.arn }
    }
    "#;
    let uses = |source: &str, reads: &str| {
        links(&format!(
            r#"{declared}
            {source}
            resource "aws_lb_listener" "l" {{
              load_balancer_arn = {reads}
              default_action {{
                type             = "forward"
                target_group_arn = aws_lb_target_group.t.arn
              }}
            }}"#
        ))
    };
    let direct = uses("", "aws_lb.front.arn");
    assert_eq!(direct, ["aws_lb.front -requires/certain-> aws_ecs_service.api"]);
    for (source, reads) in [
        (r#"data "aws_lb" "l" { name = "front-${var.env}" }"#, "data.aws_lb.l.arn"),
        (r#"data "aws_alb" "l" { name = "front-${var.env}" }"#, "data.aws_alb.l.arn"),
        (r#"data "aws_lb" "l" { tags = { Name = "front" } }"#, "data.aws_lb.l.arn"),
        (r#"data "aws_lb" "l" { arn = aws_lb.front.arn }"#, "data.aws_lb.l.arn"),
        (
            r#"data "aws_lb" "l" { count = 1
          name = aws_lb.front.name
        }"#,
            "data.aws_lb.l[0].arn",
        ),
        (r#"data "aws_lbs" "l" { tags = { env = var.env } }"#, "tolist(data.aws_lbs.l.arns)[0]"),
    ] {
        assert_eq!(uses(source, reads), direct, "{source}");
    }
    for source in [
        r#"data "aws_lb" "l" { name = "front" }"#,
        r#"data "aws_lb" "l" { tags = { Name = "back" } }"#,
        r#"data "aws_lb" "l" { tags = { owner = "me" } }"#,
        r#"data "aws_lb" "l" { region = "us-east-1"
          name = "front-${var.env}x"
        }"#,
    ] {
        let found = uses(source, "data.aws_lb.l.arn");
        assert!(!found.contains(&direct[0]), "{source}\n{found:?}");
    }
}

/// Subnets by tag, CIDR block and filter say the zone as those that are referred to do.
#[test]
fn zones_of_subnets_that_are_looked_up() {
    for source in [
        r#"data "aws_subnet" "s" { cidr_block = "10.0.1.0/24" }"#,
        r#"data "aws_subnet" "s" { tags = { Name = "a" } }"#,
        "data \"aws_subnet\" \"s\" {\n vpc_id = aws_vpc.v.id\n filter {\n name = \"tag:Name\"\n values = [\"a*\"]\n }\n }",
        "data \"aws_subnet\" \"s\" {\n filter {\n name = \"cidr-block\"\n values = [\"10.0.1.0/24\"]\n }\n }",
        "data \"aws_subnets\" \"s\" {\n filter {\n name = \"vpc-id\"\n values = [aws_vpc.v.id]\n }\n tags = { Name = \"a\" }\n }",
    ] {
        let text = format!(
            r#"
            resource "aws_vpc" "v" {{ cidr_block = "10.0.0.0/16" }}
            resource "aws_subnet" "a" {{
              vpc_id            = aws_vpc.v.id
              cidr_block        = "10.0.1.0/24"
              availability_zone = "eu-west-1a"
              tags              = {{ Name = "a" }}
            }}
            resource "aws_subnet" "b" {{
              vpc_id            = aws_vpc.v.id
              cidr_block        = "10.0.2.0/24"
              availability_zone = "eu-west-1b"
              tags              = {{ Name = "b" }}
            }}
            {source}
            resource "aws_instance" "i" {{ subnet_id = {} }}
            "#,
            if source.contains("subnets") { "data.aws_subnets.s.ids[0]" } else { "data.aws_subnet.s.id" }
        );
        let shown = assemble_text(&text);
        assert!(shown.contains("aws_instance.i app_server 1/1 [eu-west-1a]"), "{source}\n{shown}");
    }
}

#[test]
fn other_providers() {
    let azure = links(
        r#"
        variable "group" {}
        resource "azurerm_key_vault" "v" {
          name                = "shop-vault"
          resource_group_name = var.group
        }
        data "azurerm_key_vault" "v" {
          name                = "shop-vault"
          resource_group_name = var.group
        }
        resource "azurerm_linux_web_app" "web" {
          name         = "web"
          app_settings = { VAULT = data.azurerm_key_vault.v.vault_uri }
        }
        "#,
    );
    assert!(azure.iter().any(|link| link.ends_with("azurerm_key_vault.v")), "{azure:?}");
    let google = links(
        r#"
        resource "google_sql_database_instance" "db" { name = "orders" }
        data "google_sql_database_instance" "db" { name = "orders" }
        resource "google_cloud_run_v2_service" "web" {
          name = "web"
          template {
            containers {
              env {
                name  = "DB_HOST"
                value = data.google_sql_database_instance.db.private_ip_address
              }
            }
          }
        }
        "#,
    );
    assert!(google.iter().any(|link| link.ends_with("google_sql_database_instance.db")), "{google:?}");
}
