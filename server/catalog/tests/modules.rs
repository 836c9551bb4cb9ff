//! Modules that are not at hand: what their arguments mean, and that what leads through them is kept.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, assemble};
use rendering::{assemble_text, resolve_text};

/// The system, then what the checks say.
fn check(text: &str, expect: Expect) {
    let resolved = resolve_text(text);
    let assembled = assemble(&resolved.resources, Catalog::bundled());
    let mut found = assemble_text(text);
    for violation in &assembled.violations {
        writeln!(found, "{}: {} {}", violation.rule, violation.subject, violation.says).unwrap();
    }
    expect.assert_eq(&found);
}

#[test]
fn a_known_module_is_what_its_arguments_say() {
    check(
        r#"
        module "vpc" {
          source             = "terraform-aws-modules/vpc/aws"
          azs                = ["eu-west-1a", "eu-west-1b"]
          enable_nat_gateway = true
          single_nat_gateway = true
        }
        module "orders" {
          source                  = "terraform-aws-modules/rds/aws"
          version                 = "~> 6.0"
          multi_az                = var.spread
          subnet_ids              = module.vpc.database_subnets
          backup_retention_period = 7
          deletion_protection     = true
        }
        variable "spread" { default = true }
        module "single" {
          source              = "git::https://github.com/terraform-aws-modules/terraform-aws-rds.git?ref=v6.1.0"
          availability_zone   = "eu-west-1a"
          deletion_protection = true
        }
        module "aurora" {
          source    = "registry.terraform.io/terraform-aws-modules/rds-aurora/aws"
          instances = { one = {}, two = {} }
        }
        module "cache" {
          source             = "terraform-aws-modules/elasticache/aws"
          num_cache_clusters = 2
          multi_az_enabled   = true
        }
        module "api" {
          source                   = "terraform-aws-modules/ecs/aws//modules/service"
          autoscaling_min_capacity = 3
          subnet_ids               = module.vpc.private_subnets
          container_definitions = {
            api = { environment = [{ name = "DB", value = module.orders.db_instance_address }] }
          }
          load_balancer = { main = { target_group_arn = module.alb.target_groups["api"].arn } }
        }
        module "alb" {
          source  = "terraform-aws-modules/alb/aws"
          version = "~> 9.0"
          subnets = module.vpc.public_subnets
        }
        resource "aws_lambda_function" "worker" {
          environment { variables = { CACHE = module.cache.replication_group_primary_endpoint_address } }
        }
        "#,
        expect![[r#"
            aws_lambda_function.worker serverless 1/1 region
            module.alb load_balancer ?(the source of module.vpc is not at hand) [eu-west-1a eu-west-1b]
            module.api app_server 1/3 [eu-west-1a eu-west-1b]
            module.aurora database 1/2 zones?(no zone is written) failover automatic
            module.cache cache 1/2 zones?(no zone is written) failover automatic
            module.orders database 1/2 [eu-west-1a eu-west-1b] failover automatic
            module.single database 1/1 [eu-west-1a] failover none
            aws_lambda_function.worker -optional/likely-> module.cache
                environment.variables.CACHE of aws_lambda_function.worker refers to module.cache.replication_group_primary_endpoint_address
            module.alb -requires/certain-> module.api
                module.alb sends to module.api
            module.api -requires/likely-> module.orders
                container_definitions.api.environment.value of module.api refers to module.orders.db_instance_address
            deletion-unprotected: module.aurora may be deleted by any apply
            no-backup: module.cache keeps no snapshots
            no-backup: module.single keeps no backups
            shared-fate: module.vpc lets all zones out through one NAT gateway
        "#]],
    );
}

#[test]
fn any_other_module_is_one_thing_that_others_need_and_that_needs_others() {
    check(
        r#"
        module "app" {
          source      = "git::ssh://git@example.com/infra/app.git"
          database    = aws_db_instance.orders.address
          cert        = module.tags.id
          queue_names = [module.events.queue_url]
        }
        module "events" { source = "acme/events/aws" }
        module "alone" { source = "acme/nothing/aws" }
        module "tags" { source = "cloudposse/label/null" }
        resource "aws_db_instance" "orders" {
          backup_retention_period = 7
          deletion_protection     = true
        }
        resource "aws_route53_zone" "z" {}
        resource "aws_route53_record" "r" {
          zone_id = aws_route53_zone.z.zone_id
          name    = "a"
          type    = "A"
          alias {
            name    = module.app.lb_dns_name
            zone_id = module.app.lb_zone_id
          }
        }
        resource "aws_instance" "web" { tags = module.tags.tags }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_instance.web app_server 1/1 zones?(no zone is written)
            aws_route53_zone.z dns 1/1 region
            module.app custom ?(the module is not at hand) zones?(no zone is written)
            module.events custom ?(the module is not at hand) zones?(no zone is written)
            aws_route53_zone.z -requires/likely-> module.app
                aws_route53_zone.z names aws_route53_record.r
                aws_route53_record.r leads to module.app
            module.app -requires/likely-> aws_db_instance.orders
                database of module.app refers to aws_db_instance.orders.address
            module.app -requires/likely-> module.events
                queue_names of module.app refers to module.events.queue_url
        "#]],
    );
}

#[test]
fn the_labelled_cases_of_modules_agree() {
    check(
        r#"
        module "not_enabled" {
          source     = "terraform-aws-modules/s3-bucket/aws"
          versioning = { enabled = false }
        }
        module "only_mfa" {
          source     = "terraform-aws-modules/s3-bucket/aws"
          versioning = { mfa_delete = true }
        }
        module "nothing" { source = "terraform-aws-modules/s3-bucket/aws" }
        module "kept" {
          source     = "terraform-aws-modules/s3-bucket/aws"
          versioning = { enabled = true }
        }
        module "status" {
          source     = "terraform-aws-modules/s3-bucket/aws"
          versioning = { status = "Enabled" }
        }
        variable "unknown" {}
        module "unknown" {
          source     = "terraform-aws-modules/s3-bucket/aws"
          versioning = { enabled = var.unknown }
        }
        module "alb_off" {
          source                     = "terraform-aws-modules/alb/aws"
          version                    = "~> 6.0"
          enable_deletion_protection = false
        }
        module "alb_old" {
          source  = "terraform-aws-modules/alb/aws"
          version = "~> 6.0"
        }
        module "alb_new" {
          source  = "terraform-aws-modules/alb/aws"
          version = "~> 9.1"
        }
        module "alb_on" {
          source                     = "terraform-aws-modules/alb/aws"
          version                    = "~> 6.0"
          enable_deletion_protection = true
        }
        module "table" {
          source                         = "terraform-aws-modules/dynamodb-table/aws"
          point_in_time_recovery_enabled = true
          deletion_protection_enabled    = true
        }
        "#,
        expect![[r#"
            module.alb_new load_balancer ?(no subnet is written) zones?(no zone is written)
            module.alb_off load_balancer ?(no subnet is written) zones?(no zone is written)
            module.alb_old load_balancer ?(no subnet is written) zones?(no zone is written)
            module.alb_on load_balancer ?(no subnet is written) zones?(no zone is written)
            module.kept storage 1/1 region
            module.not_enabled storage 1/1 region
            module.nothing storage 1/1 region
            module.only_mfa storage 1/1 region
            module.status storage 1/1 region
            module.table database 1/1 region
            module.unknown storage 1/1 region
            deletion-unprotected: module.alb_off may be deleted by any apply
            deletion-unprotected: module.alb_old may be deleted by any apply
            no-versioning: module.not_enabled keeps no earlier versions
            no-versioning: module.nothing keeps no earlier versions
            no-versioning: module.only_mfa keeps no earlier versions
        "#]],
    );
}

#[test]
fn count_and_for_each_of_a_call_are_components_of_their_own() {
    check(
        r#"
        module "db" {
          source              = "terraform-aws-modules/rds/aws"
          for_each            = toset(["a", "b"])
          multi_az            = each.key == "a"
          deletion_protection = true
          backup_retention_period = 1
        }
        module "web" {
          source = "terraform-aws-modules/ec2-instance/aws"
          count  = 2
          user_data = "db=${module.db["b"].db_instance_endpoint}"
        }
        variable "n" {}
        module "some" {
          source = "terraform-aws-modules/ec2-instance/aws"
          count  = var.n
        }
        "#,
        expect![[r#"
            module.db["a"] database 1/2 zones?(no zone is written) failover automatic
            module.db["b"] database 1/1 zones?(no zone is written) failover none
            module.some app_server ?(variable n has no value) zones?(no zone is written)
            module.web app_server 1/2 zones?(no zone is written)
            module.web -requires/likely-> module.db["b"]
                user_data of module.web[0] refers to module.db["b"].db_instance_endpoint
        "#]],
    );
}
