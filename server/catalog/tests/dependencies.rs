//! One case per form of run-time dependency: direction, kind, confidence and the evidence in reading order.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use expect_test::{Expect, expect};
use rendering::assemble_text;

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&assemble_text(text));
}

#[test]
fn listener_to_attached_instances() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_instance" "web" { count = 2 }
        resource "aws_lb_target_group_attachment" "web" {
          count            = 2
          target_group_arn = aws_lb_target_group.t.arn
          target_id        = aws_instance.web[count.index].id
        }
        "#,
        expect![[r#"
            aws_instance.web app_server 1/2 zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain-> aws_instance.web
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t has the target aws_lb_target_group_attachment.web[0]
                aws_lb_target_group_attachment.web[0] attaches aws_instance.web[0]
        "#]],
    );
}

#[test]
fn different_targets_are_alternatives() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_instance" "web" { for_each = toset(["a", "b"]) }
        resource "aws_lb_target_group_attachment" "web" {
          for_each         = aws_instance.web
          target_group_arn = aws_lb_target_group.t.arn
          target_id        = each.value.id
        }
        "#,
        expect![[r#"
            aws_instance.web["a"] app_server 1/1 zones?(no zone is written)
            aws_instance.web["b"] app_server 1/1 zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain-> aws_instance.web["a"]
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t has the target aws_lb_target_group_attachment.web["a"]
                aws_lb_target_group_attachment.web["a"] attaches aws_instance.web["a"]
            aws_lb.l -requires/certain-> aws_instance.web["b"]
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t has the target aws_lb_target_group_attachment.web["b"]
                aws_lb_target_group_attachment.web["b"] attaches aws_instance.web["b"]
            1 of ["aws_instance.web[\"a\"]", "aws_instance.web[\"b\"]"] shared by aws_lb_target_group.t
        "#]],
    );
}

#[test]
fn two_target_groups_with_the_same_targets() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_lb_target_group" "u" {}
        resource "aws_lb_listener" "https" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.u.arn
          }
        }
        resource "aws_autoscaling_group" "a" {
          min_size          = 1
          target_group_arns = [aws_lb_target_group.t.arn, aws_lb_target_group.u.arn]
        }
        resource "aws_autoscaling_group" "b" {
          min_size          = 1
          target_group_arns = [aws_lb_target_group.t.arn, aws_lb_target_group.u.arn]
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.a app_server 1/1 zones?(no zone is written)
            aws_autoscaling_group.b app_server 1/1 zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain-> aws_autoscaling_group.a
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_autoscaling_group.a
            aws_lb.l -requires/certain-> aws_autoscaling_group.b
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_autoscaling_group.b
            1 of ["aws_autoscaling_group.a", "aws_autoscaling_group.b"] shared by aws_lb_target_group.t
        "#]],
    );
}

#[test]
fn group_through_an_attachment() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_autoscaling_group" "web" { min_size = 2 }
        resource "aws_autoscaling_attachment" "web" {
          autoscaling_group_name = aws_autoscaling_group.web.id
          lb_target_group_arn    = aws_lb_target_group.t.arn
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.web app_server 1/2 zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain-> aws_autoscaling_group.web
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_autoscaling_attachment.web puts a group behind aws_lb_target_group.t
                aws_autoscaling_attachment.web attaches aws_autoscaling_group.web
        "#]],
    );
}

#[test]
fn service_behind_a_load_balancer() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_ecs_service" "api" {
          desired_count = 2
          load_balancer { target_group_arn = aws_lb_target_group.t.arn }
        }
        "#,
        expect![[r#"
            aws_ecs_service.api app_server 1/2 zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain-> aws_ecs_service.api
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_ecs_service.api
        "#]],
    );
}

#[test]
fn function_behind_a_load_balancer() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_lambda_function" "f" {}
        resource "aws_lb_target_group_attachment" "f" {
          target_group_arn = aws_lb_target_group.t.arn
          target_id        = aws_lambda_function.f.arn
        }
        "#,
        expect![[r#"
            aws_lambda_function.f serverless 1/1 region
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain-> aws_lambda_function.f
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t has the target aws_lb_target_group_attachment.f
                aws_lb_target_group_attachment.f attaches aws_lambda_function.f
        "#]],
    );
}

#[test]
fn rule_beside_a_forwarding_default() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_lb_target_group" "api" {}
        resource "aws_lb_listener_rule" "api" {
          listener_arn = aws_lb_listener.http.arn
          action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.api.arn
          }
        }
        resource "aws_ecs_service" "web" { 
          load_balancer { target_group_arn = aws_lb_target_group.t.arn }
        }
        resource "aws_ecs_service" "api" {
          load_balancer { target_group_arn = aws_lb_target_group.api.arn }
        }
        "#,
        expect![[r#"
            aws_ecs_service.api app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_ecs_service.web app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain/0.50-> aws_ecs_service.api
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http routes by aws_lb_listener_rule.api
                aws_lb_listener_rule.api forwards to aws_lb_target_group.api
                aws_lb_target_group.api sends to aws_ecs_service.api
            aws_lb.l -requires/certain-> aws_ecs_service.web
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_ecs_service.web
        "#]],
    );
}

#[test]
fn the_only_rule_is_the_main_path() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type = "fixed-response"
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_lb_listener_rule" "all" {
          listener_arn = aws_lb_listener.http.arn
          action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_autoscaling_group" "web" {
          min_size          = 2
          target_group_arns = [aws_lb_target_group.t.arn]
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.web app_server 1/2 zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain-> aws_autoscaling_group.web
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http routes by aws_lb_listener_rule.all
                aws_lb_listener_rule.all forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_autoscaling_group.web
        "#]],
    );
}

#[test]
fn two_rules_share_the_function() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type = "redirect"
          }
        }
        resource "aws_lb_target_group" "t" { count = 2 }
        resource "aws_lb_listener_rule" "r" {
          count        = 2
          listener_arn = aws_lb_listener.http.arn
          action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t[count.index].arn
          }
        }
        resource "aws_ecs_service" "s" {
          count = 2
          load_balancer { target_group_arn = aws_lb_target_group.t[count.index].arn }
        }
        "#,
        expect![[r#"
            aws_ecs_service.s[0] app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_ecs_service.s[1] app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain/0.50-> aws_ecs_service.s[0]
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http routes by aws_lb_listener_rule.r[0]
                aws_lb_listener_rule.r[0] forwards to aws_lb_target_group.t[0]
                aws_lb_target_group.t[0] sends to aws_ecs_service.s[0]
            aws_lb.l -requires/certain/0.50-> aws_ecs_service.s[1]
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http routes by aws_lb_listener_rule.r[1]
                aws_lb_listener_rule.r[1] forwards to aws_lb_target_group.t[1]
                aws_lb_target_group.t[1] sends to aws_ecs_service.s[1]
        "#]],
    );
}

#[test]
fn classic_load_balancer() {
    check(
        r#"
        resource "aws_instance" "a" {}
        resource "aws_instance" "b" {}
        resource "aws_elb" "l" { 
          internal  = true
          instances = [aws_instance.a.id]
        }
        resource "aws_elb_attachment" "b" {
          elb      = aws_elb.l.id
          instance = aws_instance.b.id
        }
        resource "aws_autoscaling_group" "g" {
          min_size       = 2
          load_balancers = [aws_elb.l.name]
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.g app_server 1/2 zones?(no zone is written)
            aws_elb.l load_balancer ?(no subnet or zone is written) zones?(no zone is written)
            aws_instance.a app_server 1/1 zones?(no zone is written)
            aws_instance.b app_server 1/1 zones?(no zone is written)
            aws_elb.l -requires/certain-> aws_autoscaling_group.g
                aws_elb.l sends to aws_autoscaling_group.g
            aws_elb.l -requires/certain-> aws_instance.a
                aws_elb.l sends to aws_instance.a
            aws_elb.l -requires/certain-> aws_instance.b
                aws_elb.l has the target aws_elb_attachment.b
                aws_elb_attachment.b attaches aws_instance.b
            1 of ["aws_autoscaling_group.g", "aws_instance.a", "aws_instance.b"] shared by instances
        "#]],
    );
}

#[test]
fn address_in_a_functions_environment() {
    check(
        r#"
        resource "aws_db_instance" "orders" {}
        resource "aws_elasticache_cluster" "cache" {}
        resource "aws_sqs_queue" "jobs" {}
        resource "aws_dynamodb_table" "t" {}
        resource "aws_lambda_function" "f" {
          environment {
            variables = {
              DB_HOST = aws_db_instance.orders.address
              CACHE   = aws_elasticache_cluster.cache.cache_nodes[0].address
              JOBS    = aws_sqs_queue.jobs.url
              TABLE   = aws_dynamodb_table.t.name
            }
          }
        }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_dynamodb_table.t database 1/1 region
            aws_elasticache_cluster.cache cache 1/1 zones?(no zone is written)
            aws_lambda_function.f serverless 1/1 region
            aws_sqs_queue.jobs queue 1/1 region
            aws_lambda_function.f -requires/likely-> aws_db_instance.orders
                environment.variables.DB_HOST of aws_lambda_function.f refers to aws_db_instance.orders.address
            aws_lambda_function.f -requires/likely-> aws_dynamodb_table.t
                environment.variables.TABLE of aws_lambda_function.f refers to aws_dynamodb_table.t.name
            aws_lambda_function.f -optional/likely-> aws_elasticache_cluster.cache
                environment.variables.CACHE of aws_lambda_function.f refers to aws_elasticache_cluster.cache.cache_nodes.address
            aws_lambda_function.f -async/likely-> aws_sqs_queue.jobs
                environment.variables.JOBS of aws_lambda_function.f refers to aws_sqs_queue.jobs.url
        "#]],
    );
}

#[test]
fn attributes_that_are_no_address() {
    check(
        r#"
        resource "aws_db_instance" "orders" {}
        resource "aws_lambda_function" "f" {
          environment {
            variables = {
              ZONE = aws_db_instance.orders.availability_zone
            }
          }
        }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_lambda_function.f serverless 1/1 region
        "#]],
    );
}

#[test]
fn address_through_locals_and_modules() {
    check(
        r#"
        //- /main.tf
        module "db" { source = "./db" }
        module "app" {
          source = "./app"
          host   = module.db.address
        }
        //- /db/main.tf
        resource "aws_db_instance" "this" {}
        output "address" { value = aws_db_instance.this.address }
        //- /app/main.tf
        variable "host" {}
        locals {
          environment = [{ name = "DB_HOST", value = var.host }]
        }
        resource "aws_ecs_task_definition" "app" {
          container_definitions = jsonencode([{ name = "app", environment = local.environment }])
        }
        resource "aws_ecs_service" "app" { task_definition = aws_ecs_task_definition.app.arn }
        "#,
        expect![[r#"
            module.app.aws_ecs_service.app app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            module.db.aws_db_instance.this database 1/1 zones?(no zone is written) failover none
            module.app.aws_ecs_service.app -requires/likely-> module.db.aws_db_instance.this
                module.app.aws_ecs_service.app is made from module.app.aws_ecs_task_definition.app
                container_definitions.DB_HOST of module.app.aws_ecs_task_definition.app refers to module.db.aws_db_instance.this.address
        "#]],
    );
}

#[test]
fn address_in_user_data_of_a_template() {
    check(
        r#"
        resource "aws_db_instance" "orders" {}
        resource "aws_launch_template" "t" { user_data = base64encode("host=${aws_db_instance.orders.endpoint}") }
        resource "aws_autoscaling_group" "web" {
          min_size = 2
          launch_template {
            id      = aws_launch_template.t.id
            version = "$Latest"
          }
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.web app_server 1/2 zones?(no zone is written)
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_autoscaling_group.web -requires/likely-> aws_db_instance.orders
                aws_autoscaling_group.web is made from aws_launch_template.t
                user_data of aws_launch_template.t refers to aws_db_instance.orders.endpoint
        "#]],
    );
}

#[test]
fn address_through_a_secret() {
    check(
        r#"
        resource "aws_db_instance" "orders" {}
        resource "aws_secretsmanager_secret" "db" {}
        resource "aws_secretsmanager_secret_version" "db" {
          secret_id     = aws_secretsmanager_secret.db.id
          secret_string = jsonencode({ host = aws_db_instance.orders.address })
        }
        resource "aws_ecs_task_definition" "app" {
          container_definitions = jsonencode([{ secrets = [{ name = "DB", valueFrom = aws_secretsmanager_secret.db.arn }] }])
        }
        resource "aws_ecs_service" "app" { task_definition = aws_ecs_task_definition.app.arn }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_ecs_service.app app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_secretsmanager_secret.db secret_store 1/1 region
            aws_ecs_service.app -requires/likely-> aws_db_instance.orders
                aws_ecs_service.app is made from aws_ecs_task_definition.app
                container_definitions.DB of aws_ecs_task_definition.app refers to aws_secretsmanager_secret.db.arn
                aws_secretsmanager_secret.db holds aws_secretsmanager_secret_version.db
                secret_string.host of aws_secretsmanager_secret_version.db refers to aws_db_instance.orders.address
            aws_ecs_service.app -requires/likely/start-> aws_secretsmanager_secret.db
                aws_ecs_service.app is made from aws_ecs_task_definition.app
                container_definitions.DB of aws_ecs_task_definition.app refers to aws_secretsmanager_secret.db.arn
        "#]],
    );
}

#[test]
fn address_through_a_parameter() {
    check(
        r#"
        resource "aws_db_instance" "orders" {}
        resource "aws_ssm_parameter" "db" { value = aws_db_instance.orders.address }
        resource "aws_lambda_function" "f" {
          environment { variables = { DB = aws_ssm_parameter.db.name } }
        }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_lambda_function.f serverless 1/1 region
            aws_lambda_function.f -requires/likely-> aws_db_instance.orders
                environment.variables.DB of aws_lambda_function.f refers to aws_ssm_parameter.db.name
                value of aws_ssm_parameter.db refers to aws_db_instance.orders.address
        "#]],
    );
}

#[test]
fn address_through_a_dns_record() {
    check(
        r#"
        resource "aws_route53_zone" "private" {}
        resource "aws_db_instance" "orders" {}
        resource "aws_route53_record" "db" {
          zone_id = aws_route53_zone.private.zone_id
          name    = "db.internal"
          type    = "CNAME"
          records = [aws_db_instance.orders.address]
        }
        resource "aws_instance" "app" { user_data = aws_route53_record.db.fqdn }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_instance.app app_server 1/1 zones?(no zone is written)
            aws_route53_zone.private dns 1/1 region
            aws_instance.app -requires/likely-> aws_db_instance.orders
                user_data of aws_instance.app refers to aws_route53_record.db.fqdn
                aws_route53_record.db leads to aws_db_instance.orders
            aws_route53_zone.private -requires/certain-> aws_db_instance.orders
                aws_route53_zone.private names aws_route53_record.db
                aws_route53_record.db leads to aws_db_instance.orders
        "#]],
    );
}

#[test]
fn proxy_in_front_of_a_database() {
    check(
        r#"
        resource "aws_db_instance" "orders" { multi_az = true }
        resource "aws_db_proxy" "p" {}
        resource "aws_db_proxy_target" "t" {
          db_proxy_name          = aws_db_proxy.p.name
          db_instance_identifier = aws_db_instance.orders.identifier
        }
        resource "aws_lambda_function" "f" {
          environment { variables = { DB = aws_db_proxy.p.endpoint } }
        }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/2 zones?(no zone is written) failover automatic
            aws_db_proxy.p network 1/1 region
            aws_lambda_function.f serverless 1/1 region
            aws_db_proxy.p -requires/certain-> aws_db_instance.orders
                aws_db_proxy.p passes on to aws_db_proxy_target.t
                aws_db_proxy_target.t leads to aws_db_instance.orders
            aws_lambda_function.f -requires/likely-> aws_db_proxy.p
                environment.variables.DB of aws_lambda_function.f refers to aws_db_proxy.p.endpoint
        "#]],
    );
}

#[test]
fn ones_own_public_address_is_no_dependency() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_ecs_task_definition" "app" {
          container_definitions = jsonencode([{ environment = [{ name = "PUBLIC_URL", value = aws_lb.l.dns_name }] }])
        }
        resource "aws_ecs_service" "app" {
          task_definition = aws_ecs_task_definition.app.arn
          load_balancer { target_group_arn = aws_lb_target_group.t.arn }
        }
        "#,
        expect![[r#"
            aws_ecs_service.app app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/certain-> aws_ecs_service.app
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_ecs_service.app
        "#]],
    );
}

#[test]
fn address_of_another_front_is_one() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_ecs_service" "app" {
          load_balancer { target_group_arn = aws_lb_target_group.t.arn }
        }
        resource "aws_instance" "client" { user_data = aws_lb.l.dns_name }
        "#,
        expect![[r#"
            aws_ecs_service.app app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_instance.client app_server 1/1 zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_instance.client -requires/likely-> aws_lb.l
                user_data of aws_instance.client refers to aws_lb.l.dns_name
            aws_lb.l -requires/certain-> aws_ecs_service.app
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_ecs_service.app
        "#]],
    );
}

#[test]
fn queue_consumer() {
    check(
        r#"
        resource "aws_sqs_queue" "jobs" { redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn }) }
        resource "aws_sqs_queue" "dead" {}
        resource "aws_lambda_function" "worker" {}
        resource "aws_lambda_event_source_mapping" "m" {
          event_source_arn = aws_sqs_queue.jobs.arn
          function_name    = aws_lambda_function.worker.arn
        }
        "#,
        expect![[r#"
            aws_lambda_function.worker serverless 1/1 region
            aws_sqs_queue.dead queue 1/1 region
            aws_sqs_queue.jobs queue 1/1 region
            aws_lambda_function.worker -requires/certain-> aws_sqs_queue.jobs
                aws_lambda_event_source_mapping.m feeds aws_lambda_function.worker
                aws_lambda_event_source_mapping.m reads from aws_sqs_queue.jobs
            aws_sqs_queue.jobs -async/certain-> aws_sqs_queue.dead
                aws_sqs_queue.jobs leaves failed messages in aws_sqs_queue.dead
        "#]],
    );
}

#[test]
fn topic_subscribers() {
    check(
        r#"
        resource "aws_sns_topic" "t" {}
        resource "aws_sqs_queue" "q" {}
        resource "aws_lambda_function" "f" {}
        resource "aws_sns_topic_subscription" "q" {
          topic_arn = aws_sns_topic.t.arn
          endpoint  = aws_sqs_queue.q.arn
        }
        resource "aws_sns_topic_subscription" "f" {
          topic_arn = aws_sns_topic.t.arn
          endpoint  = aws_lambda_function.f.arn
        }
        "#,
        expect![[r#"
            aws_lambda_function.f serverless 1/1 region
            aws_sns_topic.t queue 1/1 region
            aws_sqs_queue.q queue 1/1 region
            aws_sns_topic.t -async/certain-> aws_lambda_function.f
                aws_sns_topic.t delivers by aws_sns_topic_subscription.f
                aws_sns_topic_subscription.f delivers to aws_lambda_function.f
            aws_sns_topic.t -async/certain-> aws_sqs_queue.q
                aws_sns_topic.t delivers by aws_sns_topic_subscription.q
                aws_sns_topic_subscription.q delivers to aws_sqs_queue.q
        "#]],
    );
}

#[test]
fn events() {
    check(
        r#"
        resource "aws_cloudwatch_event_bus" "b" {}
        resource "aws_cloudwatch_event_rule" "r" { event_bus_name = aws_cloudwatch_event_bus.b.name }
        resource "aws_cloudwatch_event_target" "t" {
          rule = aws_cloudwatch_event_rule.r.name
          arn  = aws_lambda_function.f.arn
        }
        resource "aws_lambda_function" "f" {}
        "#,
        expect![[r#"
            aws_cloudwatch_event_bus.b queue 1/1 region
            aws_lambda_function.f serverless 1/1 region
            aws_cloudwatch_event_bus.b -async/certain-> aws_lambda_function.f
                aws_cloudwatch_event_bus.b matches aws_cloudwatch_event_rule.r
                aws_cloudwatch_event_rule.r starts aws_cloudwatch_event_target.t
                aws_cloudwatch_event_target.t starts aws_lambda_function.f
        "#]],
    );
}

#[test]
fn rest_api() {
    check(
        r#"
        resource "aws_api_gateway_rest_api" "api" {}
        resource "aws_api_gateway_integration" "a" {
          rest_api_id = aws_api_gateway_rest_api.api.id
          uri         = aws_lambda_function.a.invoke_arn
        }
        resource "aws_api_gateway_integration" "b" {
          rest_api_id = aws_api_gateway_rest_api.api.id
          uri         = aws_lambda_function.b.invoke_arn
        }
        resource "aws_lambda_function" "a" {}
        resource "aws_lambda_function" "b" {}
        resource "aws_lambda_permission" "a" {
          function_name = aws_lambda_function.a.function_name
          source_arn    = "${aws_api_gateway_rest_api.api.execution_arn}/*"
        }
        "#,
        expect![[r#"
            aws_api_gateway_rest_api.api api_gateway 1/1 region
            aws_lambda_function.a serverless 1/1 region
            aws_lambda_function.b serverless 1/1 region
            aws_api_gateway_rest_api.api -requires/certain/0.50-> aws_lambda_function.a
                aws_api_gateway_rest_api.api answers through aws_api_gateway_integration.a
                aws_api_gateway_integration.a calls aws_lambda_function.a
            aws_api_gateway_rest_api.api -requires/certain/0.50-> aws_lambda_function.b
                aws_api_gateway_rest_api.api answers through aws_api_gateway_integration.b
                aws_api_gateway_integration.b calls aws_lambda_function.b
        "#]],
    );
}

#[test]
fn http_api_to_a_listener() {
    check(
        r#"
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "http" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
        resource "aws_lb_target_group" "t" {}
        resource "aws_apigatewayv2_api" "api" {}
        resource "aws_apigatewayv2_integration" "i" {
          api_id          = aws_apigatewayv2_api.api.id
          integration_uri = aws_lb_listener.http.arn
        }
        resource "aws_ecs_service" "app" {
          load_balancer { target_group_arn = aws_lb_target_group.t.arn }
        }
        "#,
        expect![[r#"
            aws_apigatewayv2_api.api api_gateway 1/1 region
            aws_ecs_service.app app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_apigatewayv2_api.api -requires/certain-> aws_lb.l
                aws_apigatewayv2_api.api answers through aws_apigatewayv2_integration.i
                aws_apigatewayv2_integration.i calls aws_lb_listener.http
                aws_lb_listener.http belongs to aws_lb.l
            aws_lb.l -requires/certain-> aws_ecs_service.app
                aws_lb.l listens through aws_lb_listener.http
                aws_lb_listener.http forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_ecs_service.app
        "#]],
    );
}

#[test]
fn cdn_origins() {
    check(
        r#"
        resource "aws_s3_bucket" "site" {}
        resource "aws_lb" "api" { internal = true }
        resource "aws_cloudfront_distribution" "cdn" {
          origin {
            origin_id   = "site"
            domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          }
          origin {
            origin_id   = "api"
            domain_name = aws_lb.api.dns_name
          }
          default_cache_behavior { target_origin_id = "site" }
        }
        "#,
        expect![[r#"
            aws_cloudfront_distribution.cdn cdn 1/1 region
            aws_lb.api load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_s3_bucket.site storage 1/1 region
            aws_cloudfront_distribution.cdn -requires/certain/0.50-> aws_lb.api
                aws_cloudfront_distribution.cdn fetches from aws_lb.api
            aws_cloudfront_distribution.cdn -requires/certain-> aws_s3_bucket.site
                aws_cloudfront_distribution.cdn fetches from aws_s3_bucket.site
        "#]],
    );
}

#[test]
fn cdn_origin_group() {
    check(
        r#"
        resource "aws_s3_bucket" "first" {}
        resource "aws_s3_bucket" "second" {}
        resource "aws_cloudfront_distribution" "cdn" {
          origin {
            origin_id   = "a"
            domain_name = aws_s3_bucket.first.bucket_regional_domain_name
          }
          origin {
            origin_id   = "b"
            domain_name = aws_s3_bucket.second.bucket_regional_domain_name
          }
          origin_group {
            origin_id = "both"
            member { origin_id = "a" }
            member { origin_id = "b" }
          }
          default_cache_behavior { target_origin_id = "both" }
        }
        "#,
        expect![[r#"
            aws_cloudfront_distribution.cdn cdn 1/1 region
            aws_s3_bucket.first storage 1/1 region
            aws_s3_bucket.second storage 1/1 region
            aws_cloudfront_distribution.cdn -requires/certain-> aws_s3_bucket.first
                aws_cloudfront_distribution.cdn fetches from aws_s3_bucket.first
            aws_cloudfront_distribution.cdn -requires/certain-> aws_s3_bucket.second
                aws_cloudfront_distribution.cdn fetches from aws_s3_bucket.second
            1 of ["aws_s3_bucket.first", "aws_s3_bucket.second"] by both
        "#]],
    );
}

#[test]
fn names_of_a_zone() {
    check(
        r#"
        resource "aws_route53_zone" "z" {}
        resource "aws_lb" "web" { internal = true }
        resource "aws_lb" "api" { internal = true }
        resource "aws_route53_record" "web" {
          for_each = toset(["A", "AAAA"])
          zone_id  = aws_route53_zone.z.zone_id
          name     = "www"
          type     = each.key
          alias { 
            name    = aws_lb.web.dns_name
            zone_id = aws_lb.web.zone_id
          }
        }
        resource "aws_route53_record" "api" {
          zone_id = aws_route53_zone.z.zone_id
          name    = "api"
          type    = "A"
          alias { name = aws_lb.api.dns_name }
        }
        resource "aws_route53_record" "text" {
          zone_id = aws_route53_zone.z.zone_id
          name    = "text"
          type    = "TXT"
          records = [aws_lb.api.arn]
        }
        "#,
        expect![[r#"
            aws_lb.api load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.web load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_route53_zone.z dns 1/1 region
            aws_route53_zone.z -requires/certain/0.50-> aws_lb.api
                aws_route53_zone.z names aws_route53_record.api
                aws_route53_record.api leads to aws_lb.api
            aws_route53_zone.z -requires/certain/0.50-> aws_lb.web
                aws_route53_zone.z names aws_route53_record.web["A"]
                aws_route53_record.web["A"] leads to aws_lb.web
        "#]],
    );
}

#[test]
fn failover_records() {
    check(
        r#"
        resource "aws_route53_zone" "z" {}
        resource "aws_lb" "one" { internal = true }
        resource "aws_lb" "two" { internal = true }
        resource "aws_route53_record" "one" {
          zone_id        = aws_route53_zone.z.zone_id
          name           = "www"
          type           = "A"
          set_identifier = "one"
          failover_routing_policy { type = "PRIMARY" }
          alias { name = aws_lb.one.dns_name }
        }
        resource "aws_route53_record" "two" {
          zone_id        = aws_route53_zone.z.zone_id
          name           = "www"
          type           = "A"
          set_identifier = "two"
          failover_routing_policy { type = "SECONDARY" }
          alias { name = aws_lb.two.dns_name }
        }
        "#,
        expect![[r#"
            aws_lb.one load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.two load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_route53_zone.z dns 1/1 region
            aws_route53_zone.z -requires/certain-> aws_lb.one
                aws_route53_zone.z names aws_route53_record.one
                aws_route53_record.one leads to aws_lb.one
            aws_route53_zone.z -requires/certain-> aws_lb.two
                aws_route53_zone.z names aws_route53_record.two
                aws_route53_record.two leads to aws_lb.two
            1 of ["aws_lb.one", "aws_lb.two"] by www
        "#]],
    );
}

#[test]
fn security_group_to_database() {
    check(
        r#"
        resource "aws_security_group" "app" {}
        resource "aws_security_group" "db" {
          ingress { security_groups = [aws_security_group.app.id] }
        }
        resource "aws_instance" "app" { vpc_security_group_ids = [aws_security_group.app.id] }
        resource "aws_instance" "other" { vpc_security_group_ids = [aws_security_group.db.id] }
        resource "aws_db_instance" "orders" { vpc_security_group_ids = [aws_security_group.db.id] }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_instance.app app_server 1/1 zones?(no zone is written)
            aws_instance.other app_server 1/1 zones?(no zone is written)
            aws_instance.app -requires/guess-> aws_db_instance.orders
                aws_instance.app is in aws_security_group.app
                aws_security_group.db lets aws_security_group.app in
                aws_db_instance.orders is in aws_security_group.db
        "#]],
    );
}

#[test]
fn security_group_rules() {
    check(
        r#"
        resource "aws_security_group" "app" {}
        resource "aws_security_group" "db" {}
        resource "aws_security_group" "cache" {}
        resource "aws_security_group_rule" "db" {
          type                     = "ingress"
          security_group_id        = aws_security_group.db.id
          source_security_group_id = aws_security_group.app.id
        }
        resource "aws_vpc_security_group_ingress_rule" "cache" {
          security_group_id            = aws_security_group.cache.id
          referenced_security_group_id = aws_security_group.app.id
        }
        resource "aws_launch_template" "t" { vpc_security_group_ids = [aws_security_group.app.id] }
        resource "aws_autoscaling_group" "app" {
          min_size = 2
          launch_template { id = aws_launch_template.t.id }
        }
        resource "aws_db_instance" "orders" { vpc_security_group_ids = [aws_security_group.db.id] }
        resource "aws_elasticache_replication_group" "c" { security_group_ids = [aws_security_group.cache.id] }
        "#,
        expect![[r#"
            aws_autoscaling_group.app app_server 1/2 zones?(no zone is written)
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_elasticache_replication_group.c cache 1/1 zones?(no zone is written) failover none
            aws_autoscaling_group.app -requires/guess-> aws_db_instance.orders
                aws_autoscaling_group.app is made from aws_launch_template.t
                aws_launch_template.t is in aws_security_group.app
                aws_security_group_rule.db lets aws_security_group.app in
                aws_security_group_rule.db opens aws_security_group.db
                aws_db_instance.orders is in aws_security_group.db
            aws_autoscaling_group.app -optional/guess-> aws_elasticache_replication_group.c
                aws_autoscaling_group.app is made from aws_launch_template.t
                aws_launch_template.t is in aws_security_group.app
                aws_vpc_security_group_ingress_rule.cache lets aws_security_group.app in
                aws_vpc_security_group_ingress_rule.cache opens aws_security_group.cache
                aws_elasticache_replication_group.c is in aws_security_group.cache
        "#]],
    );
}

#[test]
fn a_better_link_hides_the_hint() {
    check(
        r#"
        resource "aws_security_group" "app" {}
        resource "aws_security_group" "db" {
          ingress { security_groups = [aws_security_group.app.id] }
        }
        resource "aws_instance" "app" {
          vpc_security_group_ids = [aws_security_group.app.id]
          user_data              = aws_db_instance.orders.endpoint
        }
        resource "aws_db_instance" "orders" { vpc_security_group_ids = [aws_security_group.db.id] }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_instance.app app_server 1/1 zones?(no zone is written)
            aws_instance.app -requires/likely-> aws_db_instance.orders
                user_data of aws_instance.app refers to aws_db_instance.orders.endpoint
        "#]],
    );
}

#[test]
fn load_balancer_linked_by_security_group_only() {
    check(
        r#"
        resource "aws_security_group" "front" {}
        resource "aws_security_group" "app" {
          ingress { security_groups = [aws_security_group.front.id] }
        }
        resource "aws_lb" "l" {
          internal        = true
          security_groups = [aws_security_group.front.id]
        }
        resource "aws_instance" "app" { vpc_security_group_ids = [aws_security_group.app.id] }
        "#,
        expect![[r#"
            aws_instance.app app_server 1/1 zones?(no zone is written)
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.l -requires/guess-> aws_instance.app
                aws_lb.l is in aws_security_group.front
                aws_security_group.app lets aws_security_group.front in
                aws_instance.app is in aws_security_group.app
        "#]],
    );
}

#[test]
fn one_group_links_nobody() {
    check(
        r#"
        resource "aws_security_group" "all" {
          ingress { self = true }
        }
        resource "aws_instance" "app" { vpc_security_group_ids = [aws_security_group.all.id] }
        resource "aws_db_instance" "orders" { vpc_security_group_ids = [aws_security_group.all.id] }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_instance.app app_server 1/1 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn policy_that_names_a_table() {
    check(
        r#"
        resource "aws_dynamodb_table" "t" {}
        resource "aws_sqs_queue" "q" {}
        resource "aws_iam_role" "r" {}
        data "aws_iam_policy_document" "d" {
          statement { resources = [aws_dynamodb_table.t.arn, "${aws_dynamodb_table.t.arn}/index/*"] }
        }
        resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.d.json }
        resource "aws_iam_role_policy_attachment" "a" {
          role       = aws_iam_role.r.name
          policy_arn = aws_iam_policy.p.arn
        }
        resource "aws_iam_role_policy" "q" {
          role   = aws_iam_role.r.id
          policy = jsonencode({ Statement = [{ Resource = aws_sqs_queue.q.arn }] })
        }
        resource "aws_lambda_function" "f" { role = aws_iam_role.r.arn }
        "#,
        expect![[r#"
            aws_dynamodb_table.t database 1/1 region
            aws_lambda_function.f serverless 1/1 region
            aws_sqs_queue.q queue 1/1 region
            aws_lambda_function.f -requires/guess-> aws_dynamodb_table.t
                aws_lambda_function.f acts as aws_iam_role.r
                aws_iam_role.r has aws_iam_role_policy_attachment.a
                aws_iam_role_policy_attachment.a attaches aws_iam_policy.p
                aws_iam_policy.p names data.aws_iam_policy_document.d
                data.aws_iam_policy_document.d names aws_dynamodb_table.t
            aws_lambda_function.f -async/guess-> aws_sqs_queue.q
                aws_lambda_function.f acts as aws_iam_role.r
                aws_iam_role.r has aws_iam_role_policy.q
                aws_iam_role_policy.q names aws_sqs_queue.q
        "#]],
    );
}

#[test]
fn egress_through_a_gateway() {
    check(
        r#"
        resource "aws_subnet" "public" { availability_zone = "us-east-1a" }
        resource "aws_subnet" "private" {
          count             = 2
          availability_zone = ["us-east-1a", "us-east-1b"][count.index]
        }
        resource "aws_internet_gateway" "i" {}
        resource "aws_nat_gateway" "n" { subnet_id = aws_subnet.public.id }
        resource "aws_route_table" "public" {
          route { gateway_id = aws_internet_gateway.i.id }
        }
        resource "aws_route_table" "private" {}
        resource "aws_route" "out" {
          route_table_id = aws_route_table.private.id
          nat_gateway_id = aws_nat_gateway.n.id
        }
        resource "aws_route_table_association" "public" {
          subnet_id      = aws_subnet.public.id
          route_table_id = aws_route_table.public.id
        }
        resource "aws_route_table_association" "private" {
          count          = 2
          subnet_id      = aws_subnet.private[count.index].id
          route_table_id = aws_route_table.private.id
        }
        resource "aws_ecs_service" "api" {
          desired_count = 2
          network_configuration { subnets = aws_subnet.private[*].id }
        }
        resource "aws_lb" "l" { subnets = [aws_subnet.public.id] }
        "#,
        expect![[r#"
            aws_ecs_service.api app_server 1/2 [us-east-1a us-east-1b]
            aws_internet_gateway.i network 1/1 region
            aws_lb.l load_balancer 1/1 [us-east-1a]
            aws_nat_gateway.n network 1/1 [us-east-1a]
            aws_ecs_service.api -optional/certain-> aws_nat_gateway.n
                aws_ecs_service.api is in aws_subnet.private[0]
                aws_subnet.private[0] is routed by aws_route_table_association.private[0]
                aws_route_table_association.private[0] uses aws_route_table.private
                aws_route_table.private has aws_route.out
                aws_route.out leaves through aws_nat_gateway.n
            aws_lb.l -requires/certain-> aws_internet_gateway.i
                aws_lb.l faces the internet from aws_subnet.public
                aws_subnet.public is routed by aws_route_table_association.public
                aws_route_table_association.public uses aws_route_table.public
                aws_route_table.public leaves through aws_internet_gateway.i
            aws_nat_gateway.n -requires/certain-> aws_internet_gateway.i
                aws_nat_gateway.n is in aws_subnet.public
                aws_subnet.public is routed by aws_route_table_association.public
                aws_route_table_association.public uses aws_route_table.public
                aws_route_table.public leaves through aws_internet_gateway.i
            egress aws_nat_gateway.n
                aws_subnet.private[0] leaves through aws_nat_gateway.n
                aws_subnet.private[1] leaves through aws_nat_gateway.n
        "#]],
    );
}

#[test]
fn volumes_and_file_systems() {
    check(
        r#"
        resource "aws_instance" "a" {}
        resource "aws_ebs_volume" "v" { availability_zone = "us-east-1a" }
        resource "aws_volume_attachment" "v" {
          instance_id = aws_instance.a.id
          volume_id   = aws_ebs_volume.v.id
        }
        resource "aws_efs_file_system" "f" {}
        resource "aws_efs_access_point" "p" { file_system_id = aws_efs_file_system.f.id }
        resource "aws_lambda_function" "l" {
          file_system_config { arn = aws_efs_access_point.p.arn }
        }
        resource "aws_ecs_task_definition" "t" {
          volume {
            efs_volume_configuration { file_system_id = aws_efs_file_system.f.id }
          }
        }
        resource "aws_ecs_service" "s" { task_definition = aws_ecs_task_definition.t.arn }
        "#,
        expect![[r#"
            aws_ebs_volume.v storage 1/1 region
            aws_ecs_service.s app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_efs_file_system.f storage 1/1 region
            aws_instance.a app_server 1/1 zones?(no zone is written)
            aws_lambda_function.l serverless 1/1 region
            aws_ecs_service.s -requires/certain-> aws_efs_file_system.f
                aws_ecs_service.s is made from aws_ecs_task_definition.t
                aws_ecs_task_definition.t mounts aws_efs_file_system.f
            aws_instance.a -requires/certain-> aws_ebs_volume.v
                aws_volume_attachment.v attaches a volume to aws_instance.a
                aws_volume_attachment.v attaches aws_ebs_volume.v
            aws_lambda_function.l -requires/certain-> aws_efs_file_system.f
                aws_lambda_function.l mounts aws_efs_access_point.p
                aws_efs_access_point.p opens aws_efs_file_system.f
        "#]],
    );
}

#[test]
fn tasks_on_a_group_of_instances() {
    check(
        r#"
        resource "aws_autoscaling_group" "nodes" { min_size = 2 }
        resource "aws_ecs_capacity_provider" "p" {
          auto_scaling_group_provider { auto_scaling_group_arn = aws_autoscaling_group.nodes.arn }
        }
        resource "aws_ecs_service" "s" {
          capacity_provider_strategy { capacity_provider = aws_ecs_capacity_provider.p.name }
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.nodes app_server 1/2 zones?(no zone is written)
            aws_ecs_service.s app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            aws_ecs_service.s -requires/certain-> aws_autoscaling_group.nodes
                aws_ecs_service.s runs on aws_ecs_capacity_provider.p
                aws_ecs_capacity_provider.p places tasks on aws_autoscaling_group.nodes
        "#]],
    );
}

#[test]
fn nodes_and_their_control_plane() {
    check(
        r#"
        resource "aws_eks_cluster" "c" {}
        resource "aws_eks_node_group" "n" {
          cluster_name = aws_eks_cluster.c.name
          scaling_config { min_size = 2 }
        }
        "#,
        expect![[r#"
            aws_eks_cluster.c control_plane 1/1 region
            aws_eks_node_group.n app_server 1/2 zones?(no zone is written)
            aws_eks_node_group.n -requires/certain/management-> aws_eks_cluster.c
                aws_eks_node_group.n takes its pods from aws_eks_cluster.c
        "#]],
    );
}

#[test]
fn global_database() {
    check(
        r#"
        resource "aws_rds_global_cluster" "g" {}
        resource "aws_rds_cluster" "a" { global_cluster_identifier = aws_rds_global_cluster.g.id }
        resource "aws_rds_cluster" "b" { global_cluster_identifier = aws_rds_global_cluster.g.id }
        "#,
        expect![[r#"
            aws_rds_cluster.a database ?(no instance of the cluster is in the text) zones?(no zone is written) failover none
            aws_rds_cluster.b database ?(no instance of the cluster is in the text) zones?(no zone is written) failover none
            aws_rds_global_cluster.g database 1/1 region
            aws_rds_global_cluster.g -requires/certain-> aws_rds_cluster.a
                aws_rds_cluster.a is a region of aws_rds_global_cluster.g
            aws_rds_global_cluster.g -requires/certain-> aws_rds_cluster.b
                aws_rds_cluster.b is a region of aws_rds_global_cluster.g
            1 of ["aws_rds_cluster.a", "aws_rds_cluster.b"] by regions
        "#]],
    );
}

#[test]
fn opaque_modules_do_no_harm() {
    check(
        r#"
        module "vpc" { source = "terraform-aws-modules/vpc/aws" }
        resource "aws_lb" "l" { subnets = module.vpc.public_subnets }
        resource "aws_instance" "a" { subnet_id = module.vpc.private_subnets[0] }
        "#,
        expect![[r#"
            aws_instance.a app_server 1/1 zones?(module.vpc is not at hand)
            aws_lb.l load_balancer ?(the source of module.vpc is not at hand) zones?(module.vpc is not at hand)
        "#]],
    );
}

#[test]
fn half_typed_text() {
    check(
        r#"
        resource "aws_db_instance" "orders" {
          multi_az =
        resource "aws_lambda_function" "f" {
          environment { variables = { DB = aws_db_instance.orders.address } }
        }
        "#,
        expect![[r#"
            aws_db_instance.orders database ?(this can't be read) zones?(no zone is written) failover ?(this can't be read)
            aws_lambda_function.f serverless 1/1 region
            aws_lambda_function.f -requires/likely-> aws_db_instance.orders
                environment.variables.DB of aws_lambda_function.f refers to aws_db_instance.orders.address
            PROBLEM /main.tf: this resource block is not closed; expected `}`
            PROBLEM /main.tf: expected a value for `multi_az`
        "#]],
    );
}
