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

/// One name on both sides, in every form of carrier.
#[test]
fn names_in_carriers() {
    let table = r#"
    variable "table" { default = "orders" }
    variable "env" {}
    resource "aws_dynamodb_table" "orders" { name = NAME }
    "#;
    let lambda = |name: &str, variables: &str| {
        let found = links(&format!(
            "{}\nresource \"aws_lambda_function\" \"f\" {{\n function_name = \"f\"\n environment {{ variables = {variables} }}\n}}",
            table.replace("NAME", name)
        ));
        found.first().cloned().unwrap_or_default()
    };
    let likely = "aws_lambda_function.f -requires/likely-> aws_dynamodb_table.orders";
    for (name, variables) in [
        ("var.table", "{ TABLE = var.table }"),
        ("\"orders\"", "{ ORDERS_TABLE_NAME = \"orders\" }"),
        ("\"orders\"", "{ ordersTable = \"orders\" }"),
        ("\"shop-orders\"", "{ TARGET = \"shop-orders\" }"),
        ("\"${var.env}-orders\"", "{ TARGET = \"${var.env}-orders\" }"),
        ("\"${var.env}-orders\"", "{ TABLE = join(\"-\", [var.env, \"orders\"]) }"),
        ("\"orders\"", "{ X = \"arn:aws:dynamodb:eu-west-1:1:table/orders\" }"),
        ("\"orders\"", "{ CONFIG = jsonencode({ table = \"orders\", image = var.env }) }"),
    ] {
        assert_eq!(lambda(name, variables), likely, "{name} {variables}");
    }
    assert_eq!(lambda("\"orders\"", "{ X = \"orders\" }"), likely.replace("likely", "guess"));
    for (name, variables) in [
        ("\"production\"", "{ ENV = \"production\" }"),
        ("var.env", "{ ENV = var.env }"),
        ("\"shop-orders\"", "{ SERVICE_NAME = \"shop-orders\" }"),
        ("\"orders\"", "{ TABLE = \"users\" }"),
        ("\"orders\"", "{ X = \"arn:aws:sqs:eu-west-1:1:orders\" }"),
        ("\"${var.env}-orders\"", "{ TABLE = \"${var.table}-orders\" }"),
    ] {
        assert_eq!(lambda(name, variables), "", "{name} {variables}");
    }
}

#[test]
fn names_in_containers_and_scripts() {
    let bucket = "resource \"aws_s3_bucket\" \"b\" { bucket = \"shop-assets\" }\n";
    for carrier in [
        r#"resource "aws_ecs_service" "x" { task_definition = aws_ecs_task_definition.t.arn }
        resource "aws_ecs_task_definition" "t" {
          family                = "t"
          container_definitions = jsonencode([{ name = "c", environment = [{ name = "BUCKET", value = "shop-assets" }] }])
        }"#,
        "resource \"aws_instance\" \"x\" {\n user_data = <<-EOF\n    #!/bin/sh\n    aws s3 cp s3://shop-assets/app.tar .\n  EOF\n}",
        "resource \"aws_instance\" \"x\" {\n user_data = <<-EOF\n    export BUCKET=shop-assets\n  EOF\n}",
    ] {
        let found = links(&format!("{bucket}{carrier}"));
        assert_eq!(found.len(), 1, "{carrier}\n{found:?}");
        assert!(found[0].ends_with(".x -requires/likely-> aws_s3_bucket.b"), "{carrier}\n{found:?}");
    }
    for (store, carrier, expected) in [
        (
            "resource \"azurerm_storage_account\" \"s\" { name = \"shopassets01\" }",
            "resource \"azurerm_linux_web_app\" \"w\" {\n name = \"w\"\n app_settings = { STORAGE_ACCOUNT = \"shopassets01\" }\n}",
            "azurerm_storage_account.s",
        ),
        (
            "resource \"google_pubsub_topic\" \"t\" { name = \"shop-orders\" }",
            "resource \"google_cloud_run_v2_service\" \"w\" {\n name = \"w\"\n template {\n containers {\n env {\n name = \"TOPIC\"\n value = \"projects/p/topics/shop-orders\"\n }\n }\n }\n}",
            "google_pubsub_topic.t",
        ),
        (
            "resource \"google_storage_bucket\" \"b\" { name = \"shop-assets\" }",
            "resource \"google_compute_instance\" \"w\" {\n metadata_startup_script = \"gsutil cp gs://shop-assets/x .\"\n}",
            "google_storage_bucket.b",
        ),
        (
            "resource \"azurerm_postgresql_flexible_server\" \"p\" { name = \"shop\" }",
            "resource \"azurerm_linux_web_app\" \"w\" {\n name = \"w\"\n app_settings = { DB = \"shop.postgres.database.azure.com\" }\n}",
            "azurerm_postgresql_flexible_server.p",
        ),
        (
            "resource \"aws_s3_bucket\" \"b\" { bucket = \"assets\" }",
            "resource \"aws_cloudfront_distribution\" \"c\" {\n origin {\n domain_name = \"assets.s3.eu-west-1.amazonaws.com\"\n origin_id = \"a\"\n }\n}",
            "aws_s3_bucket.b",
        ),
    ] {
        let found = links(&format!("{store}\n{carrier}"));
        assert!(found.iter().any(|link| link.ends_with(expected)), "{carrier}\n{found:?}");
    }
}

/// An origin that is the name of a record of the stack leads to what the record leads to.
#[test]
fn origins_that_are_names_of_records() {
    let cdn = links(
        r#"
        resource "aws_instance" "app" {}
        resource "aws_eip" "app" { instance = aws_instance.app.id }
        resource "aws_route53_record" "origin" {
          zone_id = "Z1"
          name    = "origin.example.test"
          type    = "A"
          records = [aws_eip.app.public_ip]
        }
        resource "aws_cloudfront_distribution" "cdn" {
          origin {
            origin_id   = "main"
            domain_name = "origin.example.test"
          }
        }
        "#,
    );
    assert_eq!(cdn, ["aws_cloudfront_distribution.cdn -requires/certain-> aws_instance.app"]);
    let front_door = links(
        r#"
        resource "azurerm_linux_virtual_machine" "app" {}
        resource "azurerm_dns_a_record" "origin" {
          name      = "origin"
          zone_name = "example.test"
          records   = [azurerm_linux_virtual_machine.app.public_ip_address]
        }
        resource "azurerm_cdn_frontdoor_profile" "p" {}
        resource "azurerm_cdn_frontdoor_endpoint" "e" { cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.p.id }
        resource "azurerm_cdn_frontdoor_route" "r" {
          cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.e.id
          cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.g.id
        }
        resource "azurerm_cdn_frontdoor_origin_group" "g" { cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.p.id }
        resource "azurerm_cdn_frontdoor_origin" "o" {
          cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.g.id
          host_name                     = "origin.example.test"
        }
        "#,
    );
    assert!(
        front_door.contains(
            &"azurerm_cdn_frontdoor_profile.p -requires/certain-> azurerm_linux_virtual_machine.app".to_owned()
        ),
        "{front_door:?}"
    );
    let google = links(
        r#"
        resource "google_compute_instance" "app" {}
        resource "google_dns_record_set" "origin" {
          name         = "origin.example.test."
          managed_zone = "z"
          type         = "A"
          rrdatas      = [google_compute_instance.app.network_interface[0].access_config[0].nat_ip]
        }
        resource "azurerm_traffic_manager_profile" "p" {}
        resource "azurerm_traffic_manager_external_endpoint" "e" {
          profile_id = azurerm_traffic_manager_profile.p.id
          target     = "origin.example.test"
        }
        "#,
    );
    assert!(
        google
            .contains(&"azurerm_traffic_manager_profile.p -requires/certain-> google_compute_instance.app".to_owned()),
        "{google:?}"
    );
}

#[test]
fn resources_of_policies() {
    for policy in [
        r#"policy = jsonencode({ Statement = [{ Action = "dynamodb:*", Resource = "arn:aws:dynamodb:*:*:table/shop-orders" }] })"#,
        r#"policy = jsonencode({ Statement = [{ Action = "dynamodb:*", Resource = "arn:aws:dynamodb:${var.region}:1:table/shop-orders" }] })"#,
        "policy = data.aws_iam_policy_document.d.json",
    ] {
        let found = links(&format!(
            r#"
            variable "region" {{}}
            resource "aws_dynamodb_table" "t" {{ name = "shop-orders" }}
            resource "aws_iam_role" "r" {{ name = "r" }}
            data "aws_iam_policy_document" "d" {{
              statement {{ resources = ["arn:aws:dynamodb:eu-west-1:1:table/shop-orders"] }}
            }}
            resource "aws_iam_role_policy" "p" {{
              role = "r"
              {policy}
            }}
            resource "aws_lambda_function" "f" {{
              function_name = "f"
              role          = "arn:aws:iam::1:role/r"
            }}
            "#
        ));
        assert_eq!(found, ["aws_lambda_function.f -requires/guess-> aws_dynamodb_table.t"], "{policy}");
    }
}

/// What belongs to something is where that is.
#[test]
fn regions_of_what_belongs_to_something() {
    let shown = assemble_text(
        r#"
        resource "azurerm_kubernetes_cluster" "c" {
          name     = "c"
          location = "East US 2"
          default_node_pool {
            name       = "sys"
            node_count = 3
            zones      = ["1", "2", "3"]
          }
        }
        resource "azurerm_kubernetes_cluster_node_pool" "apps" {
          name                  = "apps"
          kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id
          node_count            = 3
          zones                 = ["2"]
        }
        module "gke" {
          source   = "terraform-google-modules/kubernetes-engine/google"
          name     = "g"
          regional = false
          region   = "europe-west1"
          zones    = ["europe-west1-b"]
        }
        resource "google_container_node_pool" "g" {
          cluster    = module.gke.name
          location   = module.gke.location
          node_count = 2
        }
        "#,
    );
    for line in [
        "azurerm_kubernetes_cluster.c app_server 1/3 [eastus2-1 eastus2-2 eastus2-3]",
        "azurerm_kubernetes_cluster_node_pool.apps app_server 1/3 [eastus2-2]",
        "google_container_node_pool.g app_server 1/2 [europe-west1-b]",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
}
