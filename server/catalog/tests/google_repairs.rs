//! Google, kubernetes: one case per check and repair: what is said, and the edits of its recipes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, Change, assemble, changes};
use foreshock_resources::Kind;
use rendering::resolve_text;

fn check(text: &str, expect: Expect) {
    let resolved = resolve_text(text);
    let catalog = Catalog::bundled();
    let assembled = assemble(&resolved.resources, catalog);
    let mut found = String::new();
    for violation in &assembled.violations {
        let place = violation.cause.as_ref().unwrap_or(&violation.block);
        let underlined = &text[place.span.start as usize..place.span.end as usize];
        writeln!(found, "{}: {} {} <- {underlined}", violation.rule, violation.subject, violation.says).unwrap();
    }
    for (index, component) in assembled.system.iter() {
        for recipe in catalog.recipes(&component.type_name) {
            let Some(changes) = changes(&resolved.resources, catalog, &assembled.members[index.index()], recipe) else {
                continue;
            };
            writeln!(found, "{}: {} ({})", component.id, recipe.title, recipe.rules.join(", ")).unwrap();
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
                    Change::Declare { .. } => writeln!(found, "    a new block").unwrap(),
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
        Kind::String(text) => format!("{text:?}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_database_in_one_zone() {
    check(
        r#"
        resource "google_sql_database_instance" "orders" {
          database_version    = "POSTGRES_15"
          deletion_protection = false
          settings { tier = "db-custom-2-7680" }
        }
        "#,
        expect![[r#"
            no-backup: google_sql_database_instance.orders keeps no backups <- settings
            maintenance: google_sql_database_instance.orders is maintained at any time <- resource "google_sql_database_instance" "orders"
            deletion-unprotected: google_sql_database_instance.orders may be deleted by any apply <- deletion_protection = false
            google_sql_database_instance.orders: Add a standby in a second zone (single-point-of-failure, no-redundancy, single-zone, no-automatic-failover)
                google_sql_database_instance.orders: settings.availability_type = "REGIONAL"
                google_sql_database_instance.orders: settings.backup_configuration.enabled = true
                google_sql_database_instance.orders: settings.backup_configuration.point_in_time_recovery_enabled = true
            google_sql_database_instance.orders: Switch its backups on (no-backup)
                google_sql_database_instance.orders: settings.backup_configuration.enabled = true
            google_sql_database_instance.orders: Protect it from deletion (deletion-unprotected)
                google_sql_database_instance.orders: deletion_protection = true
        "#]],
    );
    check(
        r#"
        resource "google_sql_database_instance" "orders" {
          database_version = "MYSQL_8_0"
          settings {
            availability_type = "ZONAL"
            backup_configuration {
              enabled            = true
              binary_log_enabled = false
            }
          }
        }
        "#,
        expect![[r#"
            no-point-in-time-recovery: google_sql_database_instance.orders can only be taken back to its last daily backup <- binary_log_enabled = false
            maintenance: google_sql_database_instance.orders is maintained at any time <- resource "google_sql_database_instance" "orders"
            google_sql_database_instance.orders: Add a standby in a second zone (single-point-of-failure, no-redundancy, single-zone, no-automatic-failover)
                google_sql_database_instance.orders: settings.availability_type = "REGIONAL"
                google_sql_database_instance.orders: settings.backup_configuration.binary_log_enabled = true
            google_sql_database_instance.orders: Keep the log between backups (no-point-in-time-recovery)
                google_sql_database_instance.orders: settings.backup_configuration.binary_log_enabled = true
        "#]],
    );
}

#[test]
fn a_database_as_it_should_be() {
    check(
        r#"
        resource "google_sql_database_instance" "orders" {
          database_version = "POSTGRES_15"
          settings {
            availability_type = "REGIONAL"
            backup_configuration { enabled = true }
          }
        }
        resource "google_sql_database_instance" "reader" { master_instance_name = google_sql_database_instance.orders.name }
        variable "backups" {}
        resource "google_sql_database_instance" "open" {
          settings {
            availability_type = var.backups ? "REGIONAL" : "ZONAL"
            backup_configuration { enabled = var.backups }
          }
        }
        "#,
        expect![[r#"
            maintenance: google_sql_database_instance.open is maintained at any time <- resource "google_sql_database_instance" "open"
            maintenance: google_sql_database_instance.orders is maintained at any time <- resource "google_sql_database_instance" "orders"
        "#]],
    );
}

#[test]
fn caches_and_groups() {
    check(
        r#"
        resource "google_redis_instance" "sessions" { memory_size_gb = 1 }
        resource "google_redis_cluster" "c" { shard_count = 3 }
        resource "google_compute_instance_group_manager" "web" {
          target_size = 1
          auto_healing_policies { initial_delay_sec = 60 }
        }
        resource "google_compute_region_instance_group_manager" "api" { name = "api" }
        resource "google_compute_region_autoscaler" "api" {
          target = google_compute_region_instance_group_manager.api.id
          autoscaling_policy {
            min_replicas = 1
            max_replicas = 1
          }
        }
        resource "google_container_node_pool" "p" {
          location   = "europe-west1-b"
          node_count = 1
        }
        resource "google_compute_target_pool" "old" { name = "old" }
        "#,
        expect![[r#"
            no-load-balancer-health: google_compute_region_instance_group_manager.api replaces machines that are gone, not those that no longer answer (no auto_healing_policies) <- resource "google_compute_region_instance_group_manager" "api"
            no-health-check: google_compute_target_pool.old sends to its instances without asking whether they answer <- resource "google_compute_target_pool" "old"
            fixed-capacity: google_container_node_pool.p has a fixed number of nodes <- node_count = 1
            no-backup: google_redis_cluster.c keeps no snapshots <- resource "google_redis_cluster" "c"
            no-backup: google_redis_instance.sessions keeps no snapshots <- resource "google_redis_instance" "sessions"
            maintenance: google_redis_instance.sessions is maintained at any time <- resource "google_redis_instance" "sessions"
            google_compute_instance_group_manager.web: Run two instances (single-point-of-failure, no-redundancy)
                google_compute_instance_group_manager.web: target_size = 2
            google_compute_region_instance_group_manager.api: Keep at least two instances (single-point-of-failure, no-redundancy)
                google_compute_region_autoscaler.api: autoscaling_policy.min_replicas = 2
                google_compute_region_autoscaler.api: autoscaling_policy.max_replicas = 2
            google_container_node_pool.p: Keep at least two nodes (single-point-of-failure, no-redundancy)
                google_container_node_pool.p: node_count = 2
            google_redis_cluster.c: Add a replica to each shard (single-point-of-failure, no-redundancy, no-automatic-failover)
                google_redis_cluster.c: replica_count = 1
            google_redis_instance.sessions: Use the tier with a standby (single-point-of-failure, no-redundancy, single-zone, no-automatic-failover)
                google_redis_instance.sessions: tier = "STANDARD_HA"
            google_redis_instance.sessions: Keep a snapshot a day (no-backup)
                google_redis_instance.sessions: persistence_config.persistence_mode = "RDB"
                google_redis_instance.sessions: persistence_config.rdb_snapshot_period = "TWENTY_FOUR_HOURS"
        "#]],
    );
}

#[test]
fn stores_that_may_be_deleted() {
    check(
        r#"
        resource "google_storage_bucket" "b" {
          location      = "EU"
          force_destroy = true
          versioning { enabled = false }
        }
        resource "google_storage_bucket" "kept" {
          location = "EU"
          versioning { enabled = true }
        }
        resource "google_kms_crypto_key" "k" { name = "k" }
        resource "google_kms_crypto_key" "kept" {
          lifecycle { prevent_destroy = true }
        }
        resource "google_firestore_database" "f" { deletion_policy = "DELETE" }
        resource "google_firestore_database" "backed_up" { location_id = "eur3" }
        resource "google_firestore_backup_schedule" "s" { database = google_firestore_database.backed_up.name }
        resource "google_bigquery_dataset" "d" { delete_contents_on_destroy = true }
        resource "google_filestore_instance" "n" { tier = "BASIC_HDD" }
        resource "google_container_cluster" "c" {
          location            = "europe-west1"
          deletion_protection = false
        }
        resource "google_alloydb_cluster" "a" {
          automated_backup_policy { enabled = false }
          continuous_backup_config { enabled = false }
        }
        resource "google_alloydb_instance" "a" {
          cluster           = google_alloydb_cluster.a.name
          instance_type     = "PRIMARY"
          availability_type = "ZONAL"
        }
        "#,
        expect![[r#"
            no-backup: google_alloydb_cluster.a keeps no backups <- enabled = false
            maintenance: google_alloydb_cluster.a is maintained at any time <- resource "google_alloydb_cluster" "a"
            deletion-unprotected: google_bigquery_dataset.d is deleted with all of its tables <- delete_contents_on_destroy = true
            maintenance: google_container_cluster.c is maintained at any time <- resource "google_container_cluster" "c"
            deletion-unprotected: google_container_cluster.c may be deleted by any apply <- deletion_protection = false
            nobody-is-told: google_container_cluster.c tells nobody before it is upgraded <- resource "google_container_cluster" "c"
            no-point-in-time-recovery: google_filestore_instance.n is on a tier that takes no snapshots (BASIC_HDD) <- tier = "BASIC_HDD"
            deletion-unprotected: google_filestore_instance.n may be deleted by any apply <- resource "google_filestore_instance" "n"
            no-point-in-time-recovery: google_firestore_database.backed_up can only be taken back to its last backup <- resource "google_firestore_database" "backed_up"
            no-backup: google_firestore_database.f keeps no backups <- resource "google_firestore_database" "f"
            deletion-unprotected: google_firestore_database.f may be deleted by any apply <- deletion_policy = "DELETE"
            deletion-unprotected: google_kms_crypto_key.k may be destroyed by any apply (no prevent_destroy) <- resource "google_kms_crypto_key" "k"
            no-versioning: google_storage_bucket.b keeps no earlier versions <- enabled = false
            deletion-unprotected: google_storage_bucket.b is deleted with everything in it <- force_destroy = true
            google_alloydb_cluster.a: Add a standby in a second zone (single-point-of-failure, no-redundancy, single-zone, no-automatic-failover)
                google_alloydb_instance.a: availability_type = "REGIONAL"
            google_alloydb_cluster.a: Protect it from deletion (deletion-unprotected)
                google_alloydb_cluster.a: deletion_protection = true
            google_alloydb_cluster.a: Switch its backups on (no-backup)
                google_alloydb_cluster.a: automated_backup_policy.enabled = true
            google_bigquery_dataset.d: Refuse to delete a dataset that holds something (deletion-unprotected)
                google_bigquery_dataset.d: delete_contents_on_destroy = false
            google_container_cluster.c: Protect it from deletion (deletion-unprotected)
                google_container_cluster.c: deletion_protection = true
            google_filestore_instance.n: Protect it from deletion (deletion-unprotected)
                google_filestore_instance.n: deletion_protection_enabled = true
            google_firestore_database.backed_up: Keep every minute of a week (no-backup)
                google_firestore_database.backed_up: point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
            google_firestore_database.backed_up: Switch on point-in-time recovery (no-point-in-time-recovery)
                google_firestore_database.backed_up: point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
            google_firestore_database.f: Keep every minute of a week (no-backup)
                google_firestore_database.f: point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
            google_firestore_database.f: Protect it from deletion (deletion-unprotected)
                google_firestore_database.f: delete_protection_state = "DELETE_PROTECTION_ENABLED"
            google_storage_bucket.b: Keep earlier versions (no-versioning)
                google_storage_bucket.b: versioning.enabled = true
            google_storage_bucket.b: Refuse to delete a bucket that holds something (deletion-unprotected)
                google_storage_bucket.b: force_destroy = false
        "#]],
    );
}

#[test]
fn subscriptions() {
    check(
        r#"
        resource "google_pubsub_topic" "orders" { name = "orders" }
        resource "google_pubsub_subscription" "slow" {
          topic                = google_pubsub_topic.orders.id
          ack_deadline_seconds = 30
          push_config { push_endpoint = google_cloud_run_v2_service.worker.uri }
        }
        resource "google_cloud_run_v2_service" "worker" {
          template { timeout = "120s" }
        }
        resource "google_pubsub_subscription" "good" {
          topic = google_pubsub_topic.orders.id
          push_config { push_endpoint = google_cloud_run_v2_service.quick.uri }
          dead_letter_policy { dead_letter_topic = google_pubsub_topic.dead.id }
        }
        resource "google_cloud_run_v2_service" "quick" { location = "europe-west1" }
        resource "google_pubsub_topic" "dead" { name = "dead" }
        "#,
        expect![[r#"
            fixed-capacity: google_cloud_run_v2_service.quick keeps no instance running <- resource "google_cloud_run_v2_service" "quick"
            fixed-capacity: google_cloud_run_v2_service.worker keeps no instance running <- resource "google_cloud_run_v2_service" "worker"
            timeout-inversion: google_pubsub_subscription.slow delivers a message again after 30 s, while its service may take 120s <- ack_deadline_seconds = 30
            no-dead-letter-queue: google_pubsub_subscription.slow has no dead-letter topic <- resource "google_pubsub_subscription" "slow"
            google_pubsub_subscription.slow: Wait as long as the service may take (timeout-inversion)
                google_pubsub_subscription.slow: ack_deadline_seconds = 120
        "#]],
    );
}

#[test]
fn pods() {
    check(
        r#"
        resource "kubernetes_deployment" "web" {
          metadata { name = "web" }
          spec { replicas = 1 }
        }
        resource "kubernetes_deployment" "scaled" {
          metadata { name = "scaled" }
        }
        resource "kubernetes_horizontal_pod_autoscaler" "scaled" {
          metadata { name = "scaled" }
          spec {
            max_replicas = 1
            scale_target_ref {
              kind = "Deployment"
              name = "scaled"
            }
          }
        }
        resource "kubernetes_stateful_set" "db" {
          metadata { name = "db" }
        }
        "#,
        expect![[r#"
            replica-bounds: kubernetes_horizontal_pod_autoscaler.scaled can't add a pod: it may have 1, and has as many <- max_replicas = 1
            kubernetes_deployment.scaled: Keep at least two pods (single-point-of-failure, no-redundancy)
                kubernetes_horizontal_pod_autoscaler.scaled: spec.min_replicas = 2
                kubernetes_horizontal_pod_autoscaler.scaled: spec.max_replicas = 2
            kubernetes_deployment.web: Run two pods (single-point-of-failure, no-redundancy)
                kubernetes_deployment.web: spec.replicas = 2
        "#]],
    );
}
