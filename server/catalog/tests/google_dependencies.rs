//! Google: one case per form of run-time dependency.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use expect_test::{Expect, expect};
use rendering::assemble_text;

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&assemble_text(text));
}

#[test]
fn global_load_balancer_to_a_group() {
    check(
        r#"
        resource "google_compute_global_address" "web" { name = "web" }
        resource "google_compute_global_forwarding_rule" "web" {
          ip_address = google_compute_global_address.web.id
          target     = google_compute_target_https_proxy.web.id
        }
        resource "google_compute_target_https_proxy" "web" { url_map = google_compute_url_map.web.id }
        resource "google_compute_url_map" "web" { default_service = google_compute_backend_service.web.id }
        resource "google_compute_backend_service" "web" {
          health_checks = [google_compute_health_check.web.id]
          backend { group = google_compute_region_instance_group_manager.web.instance_group }
        }
        resource "google_compute_health_check" "web" { name = "web" }
        resource "google_compute_region_instance_group_manager" "web" {
          region      = "europe-west1"
          target_size = 2
        }
        resource "google_dns_managed_zone" "z" { dns_name = "example.com." }
        resource "google_dns_record_set" "www" {
          managed_zone = google_dns_managed_zone.z.name
          name         = "www"
          type         = "A"
          rrdatas      = [google_compute_global_address.web.address]
        }
        "#,
        expect![[r#"
            google_compute_global_forwarding_rule.web load_balancer 1/1 region
            google_compute_region_instance_group_manager.web app_server 1/2 zones?(no zone is written)
            google_dns_managed_zone.z dns 1/1 region
            google_compute_global_forwarding_rule.web -requires/certain-> google_compute_region_instance_group_manager.web
                google_compute_global_forwarding_rule.web leads to google_compute_target_https_proxy.web
                google_compute_target_https_proxy.web routes by google_compute_url_map.web
                google_compute_url_map.web forwards to google_compute_backend_service.web
                google_compute_backend_service.web sends to google_compute_region_instance_group_manager.web
            google_dns_managed_zone.z -requires/certain-> google_compute_global_forwarding_rule.web
                google_dns_managed_zone.z names google_dns_record_set.www
                google_dns_record_set.www leads to google_compute_global_address.web
                google_compute_global_address.web is the address of google_compute_global_forwarding_rule.web
        "#]],
    );
}

#[test]
fn several_backends_are_alternatives() {
    check(
        r#"
        resource "google_compute_forwarding_rule" "web" {
          region          = "europe-west1"
          backend_service = google_compute_region_backend_service.web.id
        }
        resource "google_compute_region_backend_service" "web" {
          backend { group = google_compute_instance_group_manager.b.instance_group }
          backend { group = google_compute_instance_group.c.id }
        }
        resource "google_compute_instance_group_manager" "b" {
          zone        = "europe-west1-b"
          target_size = 1
        }
        resource "google_compute_instance_group" "c" {
          zone      = "europe-west1-c"
          instances = [google_compute_instance.c.id]
        }
        resource "google_compute_instance" "c" { zone = "europe-west1-c" }
        "#,
        expect![[r#"
            google_compute_forwarding_rule.web load_balancer 1/1 region
            google_compute_instance.c app_server 1/1 [europe-west1-c]
            google_compute_instance_group_manager.b app_server 1/1 [europe-west1-b]
            google_compute_forwarding_rule.web -requires/certain-> google_compute_instance.c
                google_compute_forwarding_rule.web leads to google_compute_region_backend_service.web
                google_compute_region_backend_service.web sends to google_compute_instance_group.c
                google_compute_instance_group.c holds google_compute_instance.c
            google_compute_forwarding_rule.web -requires/certain-> google_compute_instance_group_manager.b
                google_compute_forwarding_rule.web leads to google_compute_region_backend_service.web
                google_compute_region_backend_service.web sends to google_compute_instance_group_manager.b
            1 of ["google_compute_instance.c", "google_compute_instance_group_manager.b"] shared by google_compute_region_backend_service.web
        "#]],
    );
}

#[test]
fn paths_are_shares() {
    check(
        r#"
        resource "google_compute_global_forwarding_rule" "web" { target = google_compute_target_http_proxy.web.id }
        resource "google_compute_target_http_proxy" "web" { url_map = google_compute_url_map.web.id }
        resource "google_compute_url_map" "web" {
          default_service = google_compute_backend_bucket.static.id
          path_matcher {
            name            = "all"
            default_service = google_compute_backend_bucket.static.id
            path_rule {
              paths   = ["/api/*"]
              service = google_compute_backend_service.api.id
            }
          }
        }
        resource "google_compute_backend_bucket" "static" { bucket_name = google_storage_bucket.static.name }
        resource "google_storage_bucket" "static" { location = "EU" }
        resource "google_compute_backend_service" "api" {
          backend { group = google_compute_region_network_endpoint_group.api.id }
        }
        resource "google_compute_region_network_endpoint_group" "api" {
          cloud_run { service = google_cloud_run_v2_service.api.name }
        }
        resource "google_cloud_run_v2_service" "api" { location = "europe-west1" }
        "#,
        expect![[r#"
            google_cloud_run_v2_service.api serverless 1/1 region
            google_compute_global_forwarding_rule.web load_balancer 1/1 region
            google_storage_bucket.static storage 1/1 region
            google_compute_global_forwarding_rule.web -requires/certain/0.25-> google_cloud_run_v2_service.api
                google_compute_global_forwarding_rule.web leads to google_compute_target_http_proxy.web
                google_compute_target_http_proxy.web routes by google_compute_url_map.web
                google_compute_url_map.web forwards to google_compute_backend_service.api
                google_compute_backend_service.api sends to google_compute_region_network_endpoint_group.api
                google_compute_region_network_endpoint_group.api is google_cloud_run_v2_service.api
            google_compute_global_forwarding_rule.web -requires/certain-> google_storage_bucket.static
                google_compute_global_forwarding_rule.web leads to google_compute_target_http_proxy.web
                google_compute_target_http_proxy.web routes by google_compute_url_map.web
                google_compute_url_map.web forwards to google_compute_backend_bucket.static
                google_compute_backend_bucket.static fetches from google_storage_bucket.static
        "#]],
    );
}

#[test]
fn a_redirect_as_default_leaves_all_to_the_rules() {
    check(
        r#"
        resource "google_compute_global_forwarding_rule" "web" { target = google_compute_target_http_proxy.web.id }
        resource "google_compute_target_http_proxy" "web" { url_map = google_compute_url_map.web.id }
        resource "google_compute_url_map" "web" {
          default_url_redirect { strip_query = true }
          path_matcher {
            name            = "all"
            default_service = google_compute_backend_service.api.id
          }
        }
        resource "google_compute_backend_service" "api" {
          backend { group = google_compute_instance_group_manager.api.instance_group }
        }
        resource "google_compute_instance_group_manager" "api" { target_size = 2 }
        "#,
        expect![[r#"
            google_compute_global_forwarding_rule.web load_balancer 1/1 region
            google_compute_instance_group_manager.api app_server 1/2 zones?(no zone is written)
            google_compute_global_forwarding_rule.web -requires/certain-> google_compute_instance_group_manager.api
                google_compute_global_forwarding_rule.web leads to google_compute_target_http_proxy.web
                google_compute_target_http_proxy.web routes by google_compute_url_map.web
                google_compute_url_map.web forwards to google_compute_backend_service.api
                google_compute_backend_service.api sends to google_compute_instance_group_manager.api
        "#]],
    );
}

#[test]
fn older_load_balancers() {
    check(
        r#"
        resource "google_compute_forwarding_rule" "web" { target = google_compute_target_pool.web.self_link }
        resource "google_compute_target_pool" "web" { instances = google_compute_instance.web[*].self_link }
        resource "google_compute_instance" "web" {
          count = 2
          zone  = "us-central1-${["a", "b"][count.index]}"
        }
        resource "google_compute_forwarding_rule" "api" { target = google_compute_target_pool.api.id }
        resource "google_compute_target_pool" "api" { name = "api" }
        resource "google_compute_instance_group_manager" "api" {
          target_size  = 2
          target_pools = [google_compute_target_pool.api.id]
        }
        resource "google_compute_forwarding_rule" "esp" {
          ip_protocol = "ESP"
          target      = google_compute_vpn_gateway.g.id
        }
        resource "google_compute_vpn_gateway" "g" { name = "g" }
        "#,
        expect![[r#"
            google_compute_forwarding_rule.api load_balancer 1/1 region
            google_compute_forwarding_rule.esp network 1/1 region
            google_compute_forwarding_rule.web load_balancer 1/1 region
            google_compute_instance.web app_server 1/2 [us-central1-a us-central1-b]
            google_compute_instance_group_manager.api app_server 1/2 zones?(no zone is written)
            google_compute_vpn_gateway.g network 1/1 zones?(no zone is written)
            google_compute_forwarding_rule.api -requires/certain-> google_compute_instance_group_manager.api
                google_compute_forwarding_rule.api leads to google_compute_target_pool.api
                google_compute_target_pool.api sends to google_compute_instance_group_manager.api
            google_compute_forwarding_rule.esp -requires/certain-> google_compute_vpn_gateway.g
                google_compute_forwarding_rule.esp leads to google_compute_vpn_gateway.g
            google_compute_forwarding_rule.web -requires/certain-> google_compute_instance.web
                google_compute_forwarding_rule.web leads to google_compute_target_pool.web
                google_compute_target_pool.web sends to google_compute_instance.web[0]
        "#]],
    );
}

#[test]
fn serverless_and_what_it_uses() {
    check(
        r#"
        resource "google_cloud_run_v2_service" "web" {
          location = "europe-west1"
          template {
            service_account = google_service_account.web.email
            containers {
              env {
                name  = "REDIS"
                value = google_redis_instance.cache.host
              }
              env {
                name  = "TOPIC"
                value = google_pubsub_topic.orders.id
              }
              env {
                name = "PASSWORD"
                value_source {
                  secret_key_ref { secret = google_secret_manager_secret.db.secret_id }
                }
              }
            }
            volumes {
              name = "cloudsql"
              cloud_sql_instance { instances = [google_sql_database_instance.db.connection_name] }
            }
          }
        }
        resource "google_redis_instance" "cache" { tier = "BASIC" }
        resource "google_sql_database_instance" "db" { database_version = "POSTGRES_15" }
        resource "google_sql_user" "web" {
          instance = google_sql_database_instance.db.name
          password = "x"
        }
        resource "google_secret_manager_secret" "db" { secret_id = "db" }
        resource "google_secret_manager_secret_version" "db" {
          secret      = google_secret_manager_secret.db.id
          secret_data = google_sql_user.web.password
        }
        resource "google_pubsub_topic" "orders" { name = "orders" }
        resource "google_service_account" "web" { account_id = "web" }
        resource "google_storage_bucket" "files" { location = "EU" }
        resource "google_storage_bucket_iam_member" "web" {
          bucket = google_storage_bucket.files.name
          member = "serviceAccount:${google_service_account.web.email}"
        }
        "#,
        expect![[r#"
            google_cloud_run_v2_service.web serverless 1/1 region
            google_pubsub_topic.orders queue 1/1 region
            google_redis_instance.cache cache 1/1 zones?(no zone is written) failover none
            google_secret_manager_secret.db secret_store 1/1 region
            google_sql_database_instance.db database 1/1 zones?(no zone is written) failover none
            google_storage_bucket.files storage 1/1 region
            google_cloud_run_v2_service.web -async/likely-> google_pubsub_topic.orders
                template.containers.env.value of google_cloud_run_v2_service.web refers to google_pubsub_topic.orders.id
            google_cloud_run_v2_service.web -optional/likely-> google_redis_instance.cache
                template.containers.env.value of google_cloud_run_v2_service.web refers to google_redis_instance.cache.host
            google_cloud_run_v2_service.web -requires/likely/start-> google_secret_manager_secret.db
                template.containers.env.value_source.secret_key_ref.secret of google_cloud_run_v2_service.web refers to google_secret_manager_secret.db.secret_id
            google_cloud_run_v2_service.web -requires/likely-> google_sql_database_instance.db
                template.volumes.cloud_sql_instance.instances of google_cloud_run_v2_service.web refers to google_sql_database_instance.db.connection_name
            google_cloud_run_v2_service.web -requires/guess-> google_storage_bucket.files
                google_cloud_run_v2_service.web acts as google_service_account.web
                google_service_account.web has google_storage_bucket_iam_member.web
                google_storage_bucket_iam_member.web grants the use of google_storage_bucket.files
        "#]],
    );
}

#[test]
fn messages() {
    check(
        r#"
        resource "google_pubsub_topic" "orders" { name = "orders" }
        resource "google_pubsub_topic" "dead" { name = "dead" }
        resource "google_pubsub_subscription" "push" {
          topic = google_pubsub_topic.orders.id
          push_config { push_endpoint = google_cloud_run_v2_service.worker.uri }
          dead_letter_policy { dead_letter_topic = google_pubsub_topic.dead.id }
        }
        resource "google_cloud_run_v2_service" "worker" { location = "europe-west1" }
        resource "google_cloudfunctions2_function" "f" {
          location = "europe-west1"
          event_trigger { pubsub_topic = google_pubsub_topic.orders.id }
          service_config { environment_variables = { SUB = google_pubsub_subscription.pull.name } }
        }
        resource "google_pubsub_subscription" "pull" { topic = google_pubsub_topic.orders.name }
        resource "google_eventarc_trigger" "t" {
          transport { pubsub { topic = google_pubsub_topic.dead.id } }
          destination { cloud_run_service { service = google_cloud_run_v2_service.worker.name } }
        }
        resource "google_cloud_scheduler_job" "nightly" {
          pubsub_target { topic_name = google_pubsub_topic.orders.id }
        }
        resource "google_storage_bucket" "b" { location = "EU" }
        resource "google_storage_notification" "n" {
          bucket = google_storage_bucket.b.name
          topic  = google_pubsub_topic.orders.id
        }
        "#,
        expect![[r#"
            google_cloud_run_v2_service.worker serverless 1/1 region
            google_cloud_scheduler_job.nightly scheduled_job 1/1 region
            google_cloudfunctions2_function.f serverless 1/1 region
            google_pubsub_subscription.pull queue 1/1 region
            google_pubsub_subscription.push queue 1/1 region
            google_pubsub_topic.dead queue 1/1 region
            google_pubsub_topic.orders queue 1/1 region
            google_storage_bucket.b storage 1/1 region
            google_cloud_scheduler_job.nightly -async/certain-> google_pubsub_topic.orders
                google_cloud_scheduler_job.nightly starts google_pubsub_topic.orders
            google_cloudfunctions2_function.f -requires/likely-> google_pubsub_subscription.pull
                service_config.environment_variables.SUB of google_cloudfunctions2_function.f refers to google_pubsub_subscription.pull.name
            google_pubsub_subscription.push -async/certain-> google_cloud_run_v2_service.worker
                google_pubsub_subscription.push delivers to google_cloud_run_v2_service.worker
            google_pubsub_subscription.push -async/certain-> google_pubsub_topic.dead
                google_pubsub_subscription.push leaves failed messages in google_pubsub_topic.dead
            google_pubsub_topic.dead -async/certain-> google_cloud_run_v2_service.worker
                google_pubsub_topic.dead triggers google_eventarc_trigger.t
                google_eventarc_trigger.t starts google_cloud_run_v2_service.worker
            google_pubsub_topic.orders -async/certain-> google_cloudfunctions2_function.f
                google_pubsub_topic.orders triggers google_cloudfunctions2_function.f
            google_pubsub_topic.orders -async/certain-> google_pubsub_subscription.pull
                google_pubsub_topic.orders delivers to google_pubsub_subscription.pull
            google_pubsub_topic.orders -async/certain-> google_pubsub_subscription.push
                google_pubsub_topic.orders delivers to google_pubsub_subscription.push
            google_storage_bucket.b -async/certain-> google_pubsub_topic.orders
                google_storage_bucket.b reports through google_storage_notification.n
                google_storage_notification.n notifies google_pubsub_topic.orders
        "#]],
    );
}

#[test]
fn the_way_out() {
    check(
        r#"
        resource "google_compute_network" "vpc" { name = "vpc" }
        resource "google_compute_subnetwork" "eu" {
          network = google_compute_network.vpc.id
          region  = "europe-west1"
        }
        resource "google_compute_subnetwork" "us" {
          network = google_compute_network.vpc.id
          region  = "us-central1"
        }
        resource "google_compute_router" "eu" {
          network = google_compute_network.vpc.name
          region  = "europe-west1"
        }
        resource "google_compute_router_nat" "eu" {
          router                             = google_compute_router.eu.name
          region                             = "europe-west1"
          source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
        }
        resource "google_compute_instance" "eu" {
          zone = "europe-west1-b"
          network_interface { subnetwork = google_compute_subnetwork.eu.id }
        }
        resource "google_compute_instance" "us" {
          zone = "us-central1-a"
          network_interface { subnetwork = google_compute_subnetwork.us.id }
        }
        resource "google_compute_instance" "public" {
          zone = "europe-west1-b"
          network_interface {
            subnetwork = google_compute_subnetwork.eu.id
            access_config {}
          }
        }
        "#,
        expect![[r#"
            google_compute_instance.eu app_server 1/1 [europe-west1-b]
            google_compute_instance.public app_server 1/1 [europe-west1-b]
            google_compute_instance.us app_server 1/1 [us-central1-a]
            google_compute_router_nat.eu network 1/1 region
            google_compute_instance.eu -optional/certain-> google_compute_router_nat.eu
                google_compute_instance.eu is in google_compute_subnetwork.eu
                google_compute_subnetwork.eu is routed by google_compute_router.eu
                google_compute_router.eu leaves through google_compute_router_nat.eu
        "#]],
    );
}

#[test]
fn disks() {
    check(
        r#"
        resource "google_compute_disk" "boot" { zone = "europe-west1-b" }
        resource "google_compute_disk" "data" { zone = "europe-west1-b" }
        resource "google_compute_instance" "db" {
          zone = "europe-west1-b"
          boot_disk { source = google_compute_disk.boot.id }
        }
        resource "google_compute_attached_disk" "data" {
          disk     = google_compute_disk.data.id
          instance = google_compute_instance.db.id
        }
        "#,
        expect![[r#"
            google_compute_disk.boot storage 1/1 region
            google_compute_disk.data storage 1/1 region
            google_compute_instance.db app_server 1/1 [europe-west1-b]
            google_compute_instance.db -requires/certain-> google_compute_disk.boot
                google_compute_instance.db has the disk google_compute_disk.boot
            google_compute_instance.db -requires/certain-> google_compute_disk.data
                google_compute_attached_disk.data attaches a disk to google_compute_instance.db
                google_compute_attached_disk.data attaches google_compute_disk.data
        "#]],
    );
}

#[test]
fn templates_carry_what_their_instances_use() {
    check(
        r#"
        resource "google_compute_instance_template" "web" {
          metadata = { DB = google_sql_database_instance.db.private_ip_address }
        }
        resource "google_sql_database_instance" "db" { database_version = "MYSQL_8_0" }
        resource "google_compute_instance_group_manager" "web" {
          target_size = 2
          zone        = "europe-west1-b"
          version { instance_template = google_compute_instance_template.web.self_link_unique }
        }
        "#,
        expect![[r#"
            google_compute_instance_group_manager.web app_server 1/2 [europe-west1-b]
            google_sql_database_instance.db database 1/1 zones?(no zone is written) failover none
            google_compute_instance_group_manager.web -requires/likely-> google_sql_database_instance.db
                google_compute_instance_group_manager.web is made from google_compute_instance_template.web
                metadata.DB of google_compute_instance_template.web refers to google_sql_database_instance.db.private_ip_address
        "#]],
    );
}
