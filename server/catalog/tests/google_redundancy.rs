//! Google: one case per form of redundancy: how many, how many needed, in which zones, who promotes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, assemble};
use rendering::{assemble_text, resolve_text};

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&assemble_text(text));
}

#[test]
fn databases() {
    check(
        r#"
        resource "google_sql_database_instance" "bare" { database_version = "POSTGRES_15" }
        resource "google_sql_database_instance" "zonal" {
          settings {
            availability_type = "ZONAL"
            location_preference { zone = "europe-west1-b" }
          }
        }
        resource "google_sql_database_instance" "regional" {
          settings {
            availability_type = "REGIONAL"
            location_preference {
              zone           = "europe-west1-b"
              secondary_zone = "europe-west1-c"
            }
          }
        }
        resource "google_sql_database_instance" "reader" {
          master_instance_name = google_sql_database_instance.regional.name
        }
        variable "type" {}
        resource "google_sql_database_instance" "open" { settings { availability_type = var.type } }
        "#,
        expect![[r#"
            google_sql_database_instance.bare database 1/1 zones?(no zone is written) failover none
            google_sql_database_instance.open database ?(variable type has no value) zones?(no zone is written) failover ?(variable type has no value)
            google_sql_database_instance.reader database 1/1 zones?(no zone is written) failover none
            google_sql_database_instance.regional database 1/2 [europe-west1-b europe-west1-c] failover automatic
            google_sql_database_instance.zonal database 1/1 [europe-west1-b] failover none
            google_sql_database_instance.reader -async/certain-> google_sql_database_instance.regional
                google_sql_database_instance.reader is a read replica of google_sql_database_instance.regional
        "#]],
    );
}

#[test]
fn alloydb() {
    check(
        r#"
        resource "google_alloydb_cluster" "a" { cluster_id = "a" }
        resource "google_alloydb_instance" "primary" {
          cluster       = google_alloydb_cluster.a.name
          instance_type = "PRIMARY"
        }
        resource "google_alloydb_instance" "pool" {
          cluster       = google_alloydb_cluster.a.name
          instance_type = "READ_POOL"
        }
        resource "google_alloydb_cluster" "b" { cluster_id = "b" }
        resource "google_alloydb_instance" "b" {
          cluster           = google_alloydb_cluster.b.name
          instance_type     = "PRIMARY"
          availability_type = "ZONAL"
        }
        resource "google_alloydb_cluster" "empty" { cluster_id = "empty" }
        "#,
        expect![[r#"
            google_alloydb_cluster.a database 1/2 zones?(no zone is written) failover automatic
            google_alloydb_cluster.b database 1/1 zones?(no zone is written) failover none
            google_alloydb_cluster.empty database ?(its primary instance is not in the text) zones?(no zone is written) failover none
        "#]],
    );
}

#[test]
fn caches() {
    check(
        r#"
        resource "google_redis_instance" "basic" {
          memory_size_gb = 1
          location_id    = "europe-west1-b"
        }
        resource "google_redis_instance" "ha" {
          tier                    = "STANDARD_HA"
          location_id             = "europe-west1-b"
          alternative_location_id = "europe-west1-c"
        }
        resource "google_redis_instance" "replicas" {
          tier          = "STANDARD_HA"
          replica_count = 3
        }
        resource "google_redis_cluster" "one" { shard_count = 3 }
        resource "google_redis_cluster" "two" {
          shard_count   = 3
          replica_count = 1
        }
        resource "google_memcache_instance" "m" {
          node_count = 2
          zones      = ["europe-west1-b", "europe-west1-c"]
        }
        "#,
        expect![[r#"
            google_memcache_instance.m cache 1/2 [europe-west1-b europe-west1-c]
            google_redis_cluster.one cache 1/1 zones?(no zone is written) failover none
            google_redis_cluster.two cache 1/2 zones?(no zone is written) failover automatic
            google_redis_instance.basic cache 1/1 [europe-west1-b] failover none
            google_redis_instance.ha cache 1/2 [europe-west1-b europe-west1-c] failover automatic
            google_redis_instance.replicas cache 1/4 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn groups_of_instances() {
    check(
        r#"
        resource "google_compute_instance_template" "t" { machine_type = "e2-small" }
        resource "google_compute_instance_group_manager" "zonal" {
          zone        = "europe-west1-b"
          target_size = 2
          version { instance_template = google_compute_instance_template.t.id }
        }
        resource "google_compute_region_instance_group_manager" "regional" {
          region      = "europe-west1"
          target_size = 3
          version { instance_template = google_compute_instance_template.t.id }
        }
        resource "google_compute_region_instance_group_manager" "spread" {
          region                    = "europe-west1"
          distribution_policy_zones = ["europe-west1-b", "europe-west1-c"]
          target_size               = 2
        }
        resource "google_compute_instance_group_manager" "scaled" { zone = "europe-west1-b" }
        resource "google_compute_autoscaler" "a" {
          target = google_compute_instance_group_manager.scaled.id
          zone   = "europe-west1-b"
          autoscaling_policy {
            min_replicas = 1
            max_replicas = 5
          }
        }
        resource "google_compute_region_instance_group_manager" "to_none" { target_size = 5 }
        resource "google_compute_region_autoscaler" "a" {
          target = google_compute_region_instance_group_manager.to_none.self_link
          autoscaling_policy {
            min_replicas = 0
            max_replicas = 5
          }
        }
        resource "google_compute_instance_group_manager" "unsized" { zone = "europe-west1-b" }
        resource "google_compute_instance" "lone" { zone = "europe-west1-b" }
        "#,
        expect![[r#"
            google_compute_instance.lone app_server 1/1 [europe-west1-b]
            google_compute_instance_group_manager.scaled app_server 1/1 [europe-west1-b]
            google_compute_instance_group_manager.unsized app_server ?(target_size asks for no instance) [europe-west1-b]
            google_compute_instance_group_manager.zonal app_server 1/2 [europe-west1-b]
            google_compute_region_instance_group_manager.regional app_server 1/3 zones?(no zone is written)
            google_compute_region_instance_group_manager.spread app_server 1/2 [europe-west1-b europe-west1-c]
            google_compute_region_instance_group_manager.to_none app_server ?(the group may scale to none) zones?(no zone is written)
        "#]],
    );
}

#[test]
fn clusters_and_their_nodes() {
    check(
        r#"
        resource "google_container_cluster" "zonal" { location = "europe-west1-b" }
        resource "google_container_node_pool" "zonal" {
          cluster    = google_container_cluster.zonal.name
          location   = "europe-west1-b"
          node_count = 1
        }
        resource "google_container_cluster" "regional" { location = "europe-west1" }
        resource "google_container_node_pool" "regional" {
          cluster    = google_container_cluster.regional.id
          location   = google_container_cluster.regional.location
          node_count = 1
        }
        resource "google_container_node_pool" "two_zones" {
          cluster        = google_container_cluster.regional.id
          location       = "europe-west1"
          node_locations = ["europe-west1-b", "europe-west1-c"]
          autoscaling {
            min_node_count = 2
            max_node_count = 5
          }
        }
        resource "google_container_node_pool" "total" {
          cluster  = google_container_cluster.regional.id
          location = "europe-west1"
          autoscaling {
            total_min_node_count = 4
            total_max_node_count = 9
          }
        }
        resource "google_container_node_pool" "to_none" {
          cluster  = google_container_cluster.regional.id
          location = "europe-west1"
          autoscaling { max_node_count = 9 }
        }
        resource "google_container_cluster" "autopilot" {
          location         = "europe-west1"
          enable_autopilot = true
        }
        variable "where" {}
        resource "google_container_cluster" "open" { location = var.where }
        resource "google_container_node_pool" "open" {
          cluster  = google_container_cluster.open.name
          location = var.where
        }
        "#,
        expect![[r#"
            google_container_cluster.autopilot control_plane 1/3 zones?(no zone is written)
            google_container_cluster.open control_plane ?(variable where has no value) zones?(variable where has no value)
            google_container_cluster.regional control_plane 1/3 zones?(no zone is written)
            google_container_cluster.zonal control_plane 1/1 [europe-west1-b]
            google_container_node_pool.open app_server ?(variable where has no value) zones?(variable where has no value)
            google_container_node_pool.regional app_server 1/3 zones?(no zone is written)
            google_container_node_pool.to_none app_server ?(the pool may scale to none) zones?(no zone is written)
            google_container_node_pool.total app_server 1/4 zones?(no zone is written)
            google_container_node_pool.two_zones app_server 1/4 [europe-west1-b europe-west1-c]
            google_container_node_pool.zonal app_server 1/1 [europe-west1-b]
            google_container_node_pool.open -requires/certain/management-> google_container_cluster.open
                google_container_node_pool.open takes its pods from google_container_cluster.open
            google_container_node_pool.regional -requires/certain/management-> google_container_cluster.regional
                google_container_node_pool.regional takes its pods from google_container_cluster.regional
            google_container_node_pool.to_none -requires/certain/management-> google_container_cluster.regional
                google_container_node_pool.to_none takes its pods from google_container_cluster.regional
            google_container_node_pool.total -requires/certain/management-> google_container_cluster.regional
                google_container_node_pool.total takes its pods from google_container_cluster.regional
            google_container_node_pool.two_zones -requires/certain/management-> google_container_cluster.regional
                google_container_node_pool.two_zones takes its pods from google_container_cluster.regional
            google_container_node_pool.zonal -requires/certain/management-> google_container_cluster.zonal
                google_container_node_pool.zonal takes its pods from google_container_cluster.zonal
        "#]],
    );
}

#[test]
fn stores() {
    check(
        r#"
        resource "google_filestore_instance" "basic" {
          tier     = "BASIC_HDD"
          location = "europe-west1-b"
        }
        resource "google_filestore_instance" "regional" {
          tier     = "REGIONAL"
          location = "europe-west1"
        }
        resource "google_bigtable_instance" "one" {
          cluster {
            cluster_id = "a"
            zone       = "europe-west1-b"
            num_nodes  = 3
          }
        }
        resource "google_bigtable_instance" "two" {
          cluster { zone = "europe-west1-b" }
          cluster { zone = "europe-west2-a" }
        }
        resource "google_spanner_instance" "s" { config = "regional-europe-west1" }
        resource "google_storage_bucket" "b" { location = "EU" }
        resource "google_compute_disk" "d" { zone = "europe-west1-b" }
        resource "google_bigquery_dataset" "d" { dataset_id = "d" }
        resource "google_bigquery_table" "t" {
          dataset_id = google_bigquery_dataset.d.dataset_id
          table_id   = "t"
        }
        resource "google_dataproc_cluster" "p" {
          cluster_config {
            master_config { num_instances = 3 }
            gce_cluster_config { zone = "europe-west1-b" }
          }
        }
        "#,
        expect![[r#"
            google_bigquery_dataset.d database 1/1 region
            google_bigtable_instance.one database 1/1 [europe-west1-b]
            google_bigtable_instance.two database 1/2 [europe-west1-b europe-west2-a]
            google_compute_disk.d storage 1/1 region
            google_dataproc_cluster.p scheduled_job 2/3 [europe-west1-b]
            google_filestore_instance.basic storage 1/1 [europe-west1-b]
            google_filestore_instance.regional storage 1/3 zones?(no zone is written)
            google_spanner_instance.s database 1/1 region
            google_storage_bucket.b storage 1/1 region
        "#]],
    );
}

#[test]
fn gateways_and_lines() {
    check(
        r#"
        resource "google_compute_ha_vpn_gateway" "ha" { region = "europe-west1" }
        resource "google_compute_vpn_tunnel" "ha" {
          count                 = 2
          vpn_gateway           = google_compute_ha_vpn_gateway.ha.id
          vpn_gateway_interface = count.index
        }
        resource "google_compute_ha_vpn_gateway" "half" { region = "europe-west1" }
        resource "google_compute_vpn_tunnel" "half" { vpn_gateway = google_compute_ha_vpn_gateway.half.id }
        resource "google_compute_vpn_gateway" "classic" { name = "classic" }
        resource "google_compute_vpn_tunnel" "classic" { target_vpn_gateway = google_compute_vpn_gateway.classic.id }
        resource "google_compute_router" "r" { network = "default" }
        resource "google_compute_router" "lone" { network = "default" }
        resource "google_compute_interconnect_attachment" "a" { router = google_compute_router.r.id }
        resource "google_compute_interconnect_attachment" "b" { router = google_compute_router.r.id }
        resource "google_compute_interconnect_attachment" "c" { router = google_compute_router.lone.id }
        "#,
        expect![[r#"
            google_compute_ha_vpn_gateway.ha network 1/2 zones?(no zone is written)
            google_compute_ha_vpn_gateway.half network 1/1 zones?(no zone is written)
            google_compute_interconnect_attachment.a network ?(other attachments of its router stand in for it) zones?(no zone is written)
            google_compute_interconnect_attachment.b network ?(other attachments of its router stand in for it) zones?(no zone is written)
            google_compute_interconnect_attachment.c network 1/1 zones?(no zone is written)
            google_compute_vpn_gateway.classic network 1/1 zones?(no zone is written)
            google_compute_vpn_tunnel.classic network 1/1 zones?(no zone is written)
            google_compute_vpn_tunnel.classic -requires/certain-> google_compute_vpn_gateway.classic
                google_compute_vpn_tunnel.classic ends at google_compute_vpn_gateway.classic
        "#]],
    );
}

#[test]
fn where_they_are() {
    let text = r#"
        provider "google" { region = "us-central1" }
        resource "google_redis_instance" "own" { region = "europe-west1" }
        resource "google_compute_instance" "zone" { zone = "europe-west2-a" }
        resource "google_container_cluster" "zone" { location = "asia-east1-c" }
        resource "google_cloud_run_v2_service" "location" { location = "europe-west3" }
        resource "google_redis_instance" "of_the_provider" {}
        resource "google_storage_bucket" "multi" { location = "EU" }
        resource "google_storage_bucket" "one" { location = "EUROPE-WEST4" }
        "#;
    let system = assemble(&resolve_text(text).resources, Catalog::bundled()).system;
    let mut found = String::new();
    for (_, component) in system.iter() {
        let region = component.region.map(|region| &*system.regions[region.0 as usize].name);
        found.extend([component.id.as_str(), " ", region.unwrap_or("?"), "\n"]);
    }
    expect![[r#"
        google_cloud_run_v2_service.location europe-west3
        google_compute_instance.zone europe-west2
        google_container_cluster.zone asia-east1
        google_redis_instance.of_the_provider us-central1
        google_redis_instance.own europe-west1
        google_storage_bucket.multi ?
        google_storage_bucket.one europe-west4
    "#]]
    .assert_eq(&found);
}

#[test]
fn pools_in_the_zones_of_their_cluster() {
    check(
        r#"
        resource "google_container_cluster" "c" {
          location       = "europe-west1-b"
          node_locations = ["europe-west1-c"]
        }
        resource "google_container_node_pool" "beside" {
          cluster    = google_container_cluster.c.name
          node_count = 2
        }
        resource "google_container_cluster" "two" {
          location       = "europe-west1"
          node_locations = ["europe-west1-b", "europe-west1-c"]
        }
        resource "google_container_node_pool" "two" {
          cluster = google_container_cluster.two.name
          autoscaling {
            min_node_count = 1
            max_node_count = 3
          }
        }
        resource "google_container_node_pool" "lost" { node_count = 3 }
        "#,
        expect![[r#"
            google_container_cluster.c control_plane 1/1 [europe-west1-b]
            google_container_cluster.two control_plane 1/3 zones?(no zone is written)
            google_container_node_pool.beside app_server 1/4 [europe-west1-b europe-west1-c]
            google_container_node_pool.lost app_server ?(its location is not written) zones?(no zone is written)
            google_container_node_pool.two app_server 1/2 [europe-west1-b europe-west1-c]
            google_container_node_pool.beside -requires/certain/management-> google_container_cluster.c
                google_container_node_pool.beside takes its pods from google_container_cluster.c
            google_container_node_pool.two -requires/certain/management-> google_container_cluster.two
                google_container_node_pool.two takes its pods from google_container_cluster.two
        "#]],
    );
}
