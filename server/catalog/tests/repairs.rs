//! One case per repair: the edits of a recipe for a component as it is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, Change, assemble, changes};
use foreshock_resources::Kind;
use rendering::resolve_text;

fn check(text: &str, expect: Expect) {
    let resolved = resolve_text(text);
    let assembled = assemble(&resolved.resources, Catalog::bundled());
    let catalog = Catalog::bundled();
    let mut found = String::new();
    for (index, component) in assembled.system.iter() {
        for recipe in catalog.recipes(&component.type_name) {
            let Some(changes) = changes(&resolved.resources, catalog, &assembled.members[index.index()], recipe) else {
                continue;
            };
            writeln!(found, "{}: {}", component.id, recipe.title).unwrap();
            for change in changes {
                match change {
                    Change::Set { instance, path, value } => {
                        let address = &resolved.resources.instances[instance].address;
                        writeln!(found, "    {address}: {path} = {}", literal(&value.kind)).unwrap();
                    }
                    Change::Repeat { instance, count } => {
                        writeln!(found, "    {}: count = {count}", resolved.resources.instances[instance].address)
                            .unwrap();
                    }
                    Change::Add { path, .. } => writeln!(found, "    {path}").unwrap(),
                    Change::Declare { instance, text } => {
                        writeln!(found, "    behind {}: {text}", resolved.resources.instances[instance].address)
                            .unwrap();
                    }
                }
            }
        }
    }
    expect.assert_eq(&found);
}

fn literal(kind: &Kind) -> String {
    match kind {
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn databases() {
    check(
        r#"
        resource "aws_db_instance" "one" {}
        resource "aws_db_instance" "off" { multi_az = "false" }
        resource "aws_db_instance" "on" { multi_az = true }
        "#,
        expect![[r#"
            aws_db_instance.off: Enable Multi-AZ
                aws_db_instance.off: multi_az = true
            aws_db_instance.off: Keep backups for seven days
                aws_db_instance.off: backup_retention_period = 7
            aws_db_instance.off: Protect it from deletion
                aws_db_instance.off: deletion_protection = true
            aws_db_instance.on: Keep backups for seven days
                aws_db_instance.on: backup_retention_period = 7
            aws_db_instance.on: Protect it from deletion
                aws_db_instance.on: deletion_protection = true
            aws_db_instance.one: Enable Multi-AZ
                aws_db_instance.one: multi_az = true
            aws_db_instance.one: Keep backups for seven days
                aws_db_instance.one: backup_retention_period = 7
            aws_db_instance.one: Protect it from deletion
                aws_db_instance.one: deletion_protection = true
        "#]],
    );
}

#[test]
fn an_unknown_value_is_no_reason_to_offer() {
    check(
        r#"
        variable "ha" {}
        resource "aws_db_instance" "one" { multi_az = var.ha }
        "#,
        expect![[r#"
            aws_db_instance.one: Keep backups for seven days
                aws_db_instance.one: backup_retention_period = 7
            aws_db_instance.one: Protect it from deletion
                aws_db_instance.one: deletion_protection = true
        "#]],
    );
}

#[test]
fn aurora_gets_an_instance_and_never_multi_az() {
    check(
        r#"
        resource "aws_rds_cluster" "c" {}
        resource "aws_rds_cluster_instance" "writer" { cluster_identifier = aws_rds_cluster.c.id }
        "#,
        expect![[r#"
            aws_rds_cluster.c: Add a second cluster instance
                aws_rds_cluster_instance.writer: count = 2
            aws_rds_cluster.c: Keep backups for seven days
                aws_rds_cluster.c: backup_retention_period = 7
            aws_rds_cluster.c: Protect it from deletion
                aws_rds_cluster.c: deletion_protection = true
        "#]],
    );
}

#[test]
fn aurora_with_count() {
    check(
        r#"
        resource "aws_rds_cluster" "c" {}
        resource "aws_rds_cluster_instance" "i" {
          count              = 1
          cluster_identifier = aws_rds_cluster.c.id
        }
        "#,
        expect![[r#"
            aws_rds_cluster.c: Add a second cluster instance
                aws_rds_cluster_instance.i[0]: count = 2
            aws_rds_cluster.c: Keep backups for seven days
                aws_rds_cluster.c: backup_retention_period = 7
            aws_rds_cluster.c: Protect it from deletion
                aws_rds_cluster.c: deletion_protection = true
        "#]],
    );
}

#[test]
fn aurora_by_for_each_has_no_count() {
    check(
        r#"
        resource "aws_rds_cluster" "c" {}
        resource "aws_rds_cluster_instance" "i" {
          for_each           = toset(["a"])
          cluster_identifier = aws_rds_cluster.c.id
        }
        "#,
        expect![[r#"
            aws_rds_cluster.c: Keep backups for seven days
                aws_rds_cluster.c: backup_retention_period = 7
            aws_rds_cluster.c: Protect it from deletion
                aws_rds_cluster.c: deletion_protection = true
        "#]],
    );
}

#[test]
fn caches() {
    check(
        r#"
        resource "aws_elasticache_replication_group" "alone" {}
        resource "aws_elasticache_replication_group" "half" {
          num_cache_clusters = 3
          multi_az_enabled   = true
        }
        resource "aws_elasticache_replication_group" "shards" { num_node_groups = 2 }
        "#,
        expect![[r#"
            aws_elasticache_replication_group.alone: Add a replica with automatic failover
                aws_elasticache_replication_group.alone: num_cache_clusters = 2
                aws_elasticache_replication_group.alone: automatic_failover_enabled = true
                aws_elasticache_replication_group.alone: multi_az_enabled = true
            aws_elasticache_replication_group.alone: Keep snapshots for a week
                aws_elasticache_replication_group.alone: snapshot_retention_limit = 7
            aws_elasticache_replication_group.half: Add a replica with automatic failover
                aws_elasticache_replication_group.half: automatic_failover_enabled = true
            aws_elasticache_replication_group.half: Keep snapshots for a week
                aws_elasticache_replication_group.half: snapshot_retention_limit = 7
            aws_elasticache_replication_group.shards: Add a replica to each shard
                aws_elasticache_replication_group.shards: replicas_per_node_group = 1
                aws_elasticache_replication_group.shards: automatic_failover_enabled = true
                aws_elasticache_replication_group.shards: multi_az_enabled = true
            aws_elasticache_replication_group.shards: Keep snapshots for a week
                aws_elasticache_replication_group.shards: snapshot_retention_limit = 7
        "#]],
    );
}

#[test]
fn groups_and_tasks() {
    check(
        r#"
        resource "aws_autoscaling_group" "web" {
          min_size         = 1
          max_size         = 1
          desired_capacity = 1
        }
        resource "aws_ecs_service" "unwritten" {}
        resource "aws_ecs_service" "daemon" { scheduling_strategy = "DAEMON" }
        resource "aws_ecs_service" "scaled" {
          name          = "scaled"
          desired_count = 1
        }
        resource "aws_appautoscaling_target" "scaled" {
          resource_id  = "service/c/${aws_ecs_service.scaled.name}"
          min_capacity = 1
          max_capacity = 4
        }
        resource "aws_eks_node_group" "n" {
          scaling_config {
            min_size     = 1
            desired_size = 1
            max_size     = 3
          }
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.web: Keep at least two instances
                aws_autoscaling_group.web: min_size = 2
                aws_autoscaling_group.web: max_size = 2
                aws_autoscaling_group.web: desired_capacity = 2
            aws_autoscaling_group.web: Ask the load balancer
                aws_autoscaling_group.web: health_check_type = String("ELB")
            aws_ecs_service.scaled: Keep at least two tasks
                aws_appautoscaling_target.scaled: min_capacity = 2
                aws_ecs_service.scaled: desired_count = 2
            aws_ecs_service.unwritten: Run two tasks
                aws_ecs_service.unwritten: desired_count = 2
            aws_eks_node_group.n: Keep at least two nodes
                aws_eks_node_group.n: scaling_config.min_size = 2
                aws_eks_node_group.n: scaling_config.desired_size = 2
        "#]],
    );
}

#[test]
fn instances_that_others_refer_to_keep_their_address() {
    check(
        r#"
        resource "aws_instance" "free" {}
        resource "aws_instance" "counted" { count = 1 }
        resource "aws_instance" "named" {}
        resource "aws_eip" "e" { instance = aws_instance.named.id }
        "#,
        expect![[r#"
            aws_instance.counted: Run two instances
                aws_instance.counted[0]: count = 2
            aws_instance.free: Run two instances
                aws_instance.free: count = 2
        "#]],
    );
}

#[test]
fn search_and_brokers() {
    check(
        r#"
        resource "aws_opensearch_domain" "d" {
          cluster_config {
            instance_count = 1
          }
        }
        resource "aws_msk_cluster" "m" { number_of_broker_nodes = 2 }
        "#,
        expect![[r#"
            aws_msk_cluster.m: Run enough brokers that one may be missing
                aws_msk_cluster.m: number_of_broker_nodes = 3
            aws_opensearch_domain.d: Run three data nodes
                aws_opensearch_domain.d: cluster_config.instance_count = 3
        "#]],
    );
}
