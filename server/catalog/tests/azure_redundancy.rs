//! One case per form of redundancy in Azure: how many, how many needed, in which zones of which region, who promotes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, assemble};
use foreshock_model::{Figure, Source};
use rendering::{assemble_text, resolve_text};

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&assemble_text(text));
}

/// What the checks of rows say.
fn check_violations(text: &str, expect: Expect) {
    let assembled = assemble(&resolve_text(text).resources, Catalog::bundled());
    let mut found = String::new();
    for violation in &assembled.violations {
        let place = violation.cause.as_ref().unwrap_or(&violation.block);
        let underlined = &text[place.span.start as usize..place.span.end as usize];
        writeln!(found, "{}: {} {} <- {underlined}", violation.rule, violation.subject, violation.says).unwrap();
    }
    expect.assert_eq(&found);
}

#[test]
fn plans() {
    check(
        r#"
        resource "azurerm_service_plan" "one" { sku_name = "S1" }
        resource "azurerm_service_plan" "three" {
          sku_name     = "P1v3"
          worker_count = 3
        }
        resource "azurerm_service_plan" "scaled" { sku_name = "P1v3" }
        resource "azurerm_monitor_autoscale_setting" "s" {
          target_resource_id = azurerm_service_plan.scaled.id
          profile {
            capacity {
              minimum = 2
              default = 3
              maximum = 9
            }
          }
        }
        resource "azurerm_service_plan" "consumption" { sku_name = "Y1" }
        resource "azurerm_service_plan" "elastic" { sku_name = "EP1" }
        resource "azurerm_service_plan" "free" { sku_name = "F1" }
        resource "azurerm_service_plan" "unknown" { sku_name = var.sku }
        variable "sku" {}
        resource "azurerm_app_service_plan" "old" {
          sku {
            tier     = "Standard"
            capacity = 2
          }
        }
        resource "azurerm_app_service_plan" "dynamic" {
          sku { tier = "Dynamic" }
        }
        "#,
        expect![[r#"
            azurerm_app_service_plan.dynamic custom ?(the plan adds workers by itself) zones?(no zone is written)
            azurerm_app_service_plan.old custom 1/2 zones?(no zone is written)
            azurerm_service_plan.consumption custom ?(a consumption plan has workers as it needs them) zones?(no zone is written)
            azurerm_service_plan.elastic custom ?(an elastic plan adds workers by itself) zones?(no zone is written)
            azurerm_service_plan.free custom ?(it shares the workers of others) zones?(no zone is written)
            azurerm_service_plan.one custom 1/1 zones?(no zone is written)
            azurerm_service_plan.scaled custom 1/2 zones?(no zone is written)
            azurerm_service_plan.three custom 1/3 zones?(no zone is written)
            azurerm_service_plan.unknown custom ?(variable sku has no value) zones?(no zone is written)
        "#]],
    );
}

#[test]
fn machines_and_sets() {
    check(
        r#"
        resource "azurerm_resource_group" "g" { location = "West Europe" }
        resource "azurerm_linux_virtual_machine" "pair" {
          count    = 2
          location = azurerm_resource_group.g.location
          zone     = tostring(count.index + 1)
        }
        resource "azurerm_windows_virtual_machine" "one" { zone = 2 }
        resource "azurerm_linux_virtual_machine_scale_set" "set" {
          location  = "northeurope"
          instances = 3
          zones     = ["1", "2"]
        }
        resource "azurerm_windows_virtual_machine_scale_set" "empty" { instances = 0 }
        resource "azurerm_linux_virtual_machine_scale_set" "scaled" { instances = 5 }
        resource "azurerm_monitor_autoscale_setting" "a" {
          target_resource_id = azurerm_linux_virtual_machine_scale_set.scaled.id
          profile { capacity { minimum = 1 } }
        }
        "#,
        expect![[r#"
            azurerm_linux_virtual_machine.pair app_server 1/2 [westeurope-1 westeurope-2]
            azurerm_linux_virtual_machine_scale_set.scaled app_server 1/1 zones?(no zone is written)
            azurerm_linux_virtual_machine_scale_set.set app_server 1/3 [northeurope-1 northeurope-2]
            azurerm_windows_virtual_machine.one app_server 1/1 [2]
            azurerm_windows_virtual_machine_scale_set.empty app_server 1/0 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn zones_of_different_regions_are_different_zones() {
    check(
        r#"
        variable "where" {}
        resource "azurerm_nat_gateway" "west" {
          location = "West Europe"
          zones    = ["1"]
        }
        resource "azurerm_nat_gateway" "north" {
          location = "northeurope"
          zones    = ["1"]
        }
        resource "azurerm_nat_gateway" "unknown" {
          location = var.where
          zones    = ["1"]
        }
        "#,
        expect![[r#"
            azurerm_nat_gateway.north network 1/1 [northeurope-1]
            azurerm_nat_gateway.unknown network 1/1 [1]
            azurerm_nat_gateway.west network 1/1 [westeurope-1]
            egress azurerm_nat_gateway.north
            egress azurerm_nat_gateway.unknown
            egress azurerm_nat_gateway.west
        "#]],
    );
}

#[test]
fn flexible_servers() {
    check(
        r#"
        resource "azurerm_postgresql_flexible_server" "single" {
          location = "eastus"
          zone     = "1"
        }
        resource "azurerm_postgresql_flexible_server" "zones" {
          location = "eastus"
          zone     = "1"
          high_availability {
            mode                      = "ZoneRedundant"
            standby_availability_zone = "2"
          }
        }
        resource "azurerm_mysql_flexible_server" "somewhere" {
          zone = "1"
          high_availability { mode = "ZoneRedundant" }
        }
        resource "azurerm_mysql_flexible_server" "same" {
          location = "eastus"
          zone     = "1"
          high_availability { mode = "SameZone" }
        }
        variable "ha" {}
        resource "azurerm_postgresql_flexible_server" "unknown" {
          dynamic "high_availability" {
            for_each = var.ha ? [1] : []
            content { mode = "ZoneRedundant" }
          }
        }
        "#,
        expect![[r#"
            azurerm_mysql_flexible_server.same database 1/2 [eastus-1] failover automatic
            azurerm_mysql_flexible_server.somewhere database 1/2 zones?(no zone is written) failover automatic
            azurerm_postgresql_flexible_server.single database 1/1 [eastus-1] failover none
            azurerm_postgresql_flexible_server.unknown database ?(variable ha has no value) zones?(variable ha has no value) failover ?(variable ha has no value)
            azurerm_postgresql_flexible_server.zones database 1/2 [eastus-1 eastus-2] failover automatic
        "#]],
    );
}

#[test]
fn caches() {
    check(
        r#"
        resource "azurerm_redis_cache" "basic" { sku_name = "Basic" }
        resource "azurerm_redis_cache" "standard" { sku_name = "Standard" }
        resource "azurerm_redis_cache" "premium" {
          sku_name             = "Premium"
          location             = "eastus"
          replicas_per_primary = 2
          zones                = ["1", "2", "3"]
        }
        resource "azurerm_managed_redis" "alone" { high_availability_enabled = false }
        resource "azurerm_managed_redis" "pair" {}
        "#,
        expect![[r#"
            azurerm_managed_redis.alone cache 1/1 zones?(no zone is written) failover none
            azurerm_managed_redis.pair cache 1/2 zones?(no zone is written) failover automatic
            azurerm_redis_cache.basic cache 1/1 zones?(no zone is written) failover none
            azurerm_redis_cache.premium cache 1/3 [eastus-1 eastus-2 eastus-3] failover automatic
            azurerm_redis_cache.standard cache 1/2 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn clusters() {
    check(
        r#"
        resource "azurerm_kubernetes_cluster" "fixed" {
          default_node_pool { node_count = 3 }
        }
        resource "azurerm_kubernetes_cluster" "scaled" {
          location = "eastus"
          default_node_pool {
            auto_scaling_enabled = true
            min_count            = 2
            max_count            = 9
            zones                = ["1", "2"]
          }
        }
        resource "azurerm_kubernetes_cluster" "system" {
          default_node_pool {
            node_count                   = 1
            only_critical_addons_enabled = true
          }
        }
        resource "azurerm_kubernetes_cluster_node_pool" "user" { node_count = 2 }
        resource "azurerm_kubernetes_cluster_node_pool" "none" { min_count = 0 }
        resource "azurerm_container_app" "unwritten" {}
        resource "azurerm_container_app" "two" {
          template { min_replicas = 2 }
        }
        resource "azurerm_container_group" "one" {}
        "#,
        expect![[r#"
            azurerm_container_app.two app_server 1/2 zones?(no zone is written)
            azurerm_container_app.unwritten app_server ?(it may scale to none) zones?(no zone is written)
            azurerm_container_group.one app_server 1/1 zones?(no zone is written)
            azurerm_kubernetes_cluster.fixed app_server 1/3 zones?(no zone is written)
            azurerm_kubernetes_cluster.scaled app_server 1/2 [eastus-1 eastus-2]
            azurerm_kubernetes_cluster.system control_plane 1/1 zones?(no zone is written)
            azurerm_kubernetes_cluster_node_pool.none app_server ?(the pool may scale to none) zones?(no zone is written)
            azurerm_kubernetes_cluster_node_pool.user app_server 1/2 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn gateways() {
    check(
        r#"
        resource "azurerm_application_gateway" "one" {
          location = "eastus"
          zones    = ["1"]
          sku { capacity = 1 }
        }
        resource "azurerm_application_gateway" "scaled" {
          autoscale_configuration { min_capacity = 2 }
        }
        resource "azurerm_application_gateway" "from_none" {
          autoscale_configuration { min_capacity = 0 }
        }
        resource "azurerm_virtual_network_gateway" "vpn" { sku = "VpnGw1AZ" }
        resource "azurerm_express_route_circuit" "line" {}
        resource "azurerm_firewall" "wall" {
          location = "eastus"
          zones    = ["1", "2"]
        }
        resource "azurerm_search_service" "search" { sku = "standard" }
        resource "azurerm_kusto_cluster" "logs" {
          sku {
            name     = "Standard_D13_v2"
            capacity = 2
          }
        }
        "#,
        expect![[r#"
            azurerm_application_gateway.from_none load_balancer ?(it scales by itself) zones?(no zone is written)
            azurerm_application_gateway.one load_balancer 1/1 [eastus-1]
            azurerm_application_gateway.scaled load_balancer 1/2 zones?(no zone is written)
            azurerm_express_route_circuit.line network 1/2 zones?(no zone is written)
            azurerm_firewall.wall network 1/2 [eastus-1 eastus-2]
            azurerm_kusto_cluster.logs database 1/2 zones?(no zone is written)
            azurerm_search_service.search database 1/1 zones?(no zone is written)
            azurerm_virtual_network_gateway.vpn network 1/2 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn one_zone_by_choice() {
    check_violations(
        r#"
        resource "azurerm_storage_account" "local" { account_replication_type = "LRS" }
        resource "azurerm_storage_account" "zones" { account_replication_type = "ZRS" }
        resource "azurerm_mssql_database" "one" { sku_name = "GP_Gen5_2" }
        resource "azurerm_mssql_database" "zones" { zone_redundant = true }
        resource "azurerm_mssql_database" "pooled" { elastic_pool_id = azurerm_mssql_elasticpool.p.id }
        resource "azurerm_mssql_elasticpool" "p" { zone_redundant = true }
        resource "azurerm_cosmosdb_account" "one" {
          geo_location { location = "eastus" }
        }
        resource "azurerm_cosmosdb_account" "zones" {
          geo_location {
            location       = "eastus"
            zone_redundant = true
          }
        }
        resource "azurerm_cosmosdb_account" "regions" {
          geo_location { location = "eastus" }
          geo_location { location = "westus" }
        }
        resource "azurerm_service_plan" "spread" {
          sku_name               = "P1v3"
          worker_count           = 2
          zone_balancing_enabled = true
        }
        resource "azurerm_service_plan" "anywhere" {
          sku_name     = "P1v3"
          worker_count = 2
        }
        resource "azurerm_eventhub_namespace" "south" { location = "South Africa West" }
        resource "azurerm_eventhub_namespace" "west" { location = "West Europe" }
        resource "azurerm_kubernetes_cluster" "set" {
          default_node_pool { type = "AvailabilitySet" }
        }
        resource "azurerm_lb" "pinned" {
          frontend_ip_configuration { zones = ["1"] }
        }
        "#,
        expect![[r#"
            no-point-in-time-recovery: azurerm_cosmosdb_account.one can only be taken back to its last periodic backup <- resource "azurerm_cosmosdb_account" "one"
            single-zone: azurerm_cosmosdb_account.one is in one region without zone redundancy <- geo_location
            no-point-in-time-recovery: azurerm_cosmosdb_account.regions can only be taken back to its last periodic backup <- resource "azurerm_cosmosdb_account" "regions"
            no-automatic-failover: azurerm_cosmosdb_account.regions waits for a person to fail over <- geo_location
            no-point-in-time-recovery: azurerm_cosmosdb_account.zones can only be taken back to its last periodic backup <- resource "azurerm_cosmosdb_account" "zones"
            no-region-copy: azurerm_cosmosdb_account.zones is in one region <- geo_location
            single-zone: azurerm_eventhub_namespace.south is in a region without availability zones (South Africa West) <- location = "South Africa West"
            no-sla: azurerm_kubernetes_cluster.set has its API server on the free tier <- resource "azurerm_kubernetes_cluster" "set"
            maintenance: azurerm_kubernetes_cluster.set is upgraded at any time <- resource "azurerm_kubernetes_cluster" "set"
            single-zone: azurerm_kubernetes_cluster.set keeps its nodes in an availability set <- type = "AvailabilitySet"
            single-zone: azurerm_lb.pinned has its frontend in one zone <- zones = ["1"]
            maintenance: azurerm_mssql_database.one is maintained at any time <- resource "azurerm_mssql_database" "one"
            single-zone: azurerm_mssql_database.one is not zone-redundant <- sku_name = "GP_Gen5_2"
            maintenance: azurerm_mssql_database.zones is maintained at any time <- resource "azurerm_mssql_database" "zones"
            maintenance: azurerm_mssql_elasticpool.p is maintained at any time <- resource "azurerm_mssql_elasticpool" "p"
            single-zone: azurerm_service_plan.anywhere does not spread its workers over zones <- worker_count = 2
            single-zone: azurerm_storage_account.local keeps all copies in one datacenter <- account_replication_type = "LRS"
        "#]],
    );
}

#[test]
fn what_is_not_known_is_no_finding() {
    check_violations(
        r#"
        variable "x" {}
        resource "azurerm_storage_account" "s" { account_replication_type = var.x }
        resource "azurerm_mssql_database" "d" { zone_redundant = var.x }
        resource "azurerm_key_vault" "v" { purge_protection_enabled = var.x }
        resource "azurerm_service_plan" "p" { sku_name = var.x }
        resource "azurerm_virtual_network" "n" { dns_servers = var.x }
        resource "azurerm_virtual_network" "f" { dns_servers = [azurerm_firewall.f.ip_configuration[0].private_ip_address] }
        resource "azurerm_firewall" "f" {}
        resource "azurerm_linux_web_app" "a" {
          dynamic "site_config" {
            for_each = var.x
            content { health_check_path = site_config.value }
          }
        }
        resource "azurerm_lb" "l" {}
        resource "azurerm_postgresql_flexible_server" "pg" { geo_redundant_backup_enabled = var.x }
        "#,
        expect![[r#"
            single-zone: azurerm_firewall.f names no zones <- resource "azurerm_firewall" "f"
            maintenance: azurerm_mssql_database.d is maintained at any time <- resource "azurerm_mssql_database" "d"
            fixed-capacity: azurerm_postgresql_flexible_server.pg has a disk that does not grow <- resource "azurerm_postgresql_flexible_server" "pg"
            maintenance: azurerm_postgresql_flexible_server.pg is maintained at any time <- resource "azurerm_postgresql_flexible_server" "pg"
        "#]],
    );
}

#[test]
fn nobody_answers_for_it() {
    check_violations(
        r#"
        resource "azurerm_service_plan" "free" { sku_name = "F1" }
        resource "azurerm_service_plan" "test" { sku_name = "B2" }
        resource "azurerm_redis_cache" "basic" { sku_name = "Basic" }
        resource "azurerm_api_management" "developer" { sku_name = "Developer_1" }
        resource "azurerm_static_web_app" "site" {}
        resource "azurerm_search_service" "free" { sku = "free" }
        resource "azurerm_lb" "basic" { sku = "Basic" }
        resource "azurerm_iothub" "free" {
          sku { name = "F1" }
        }
        "#,
        expect![[r#"
            no-sla: azurerm_api_management.developer is on the developer tier <- sku_name = "Developer_1"
            no-sla: azurerm_iothub.free is on the free tier <- name = "F1"
            no-sla: azurerm_lb.basic is a basic load balancer <- sku = "Basic"
            no-sla: azurerm_redis_cache.basic is on the basic tier <- sku_name = "Basic"
            maintenance: azurerm_redis_cache.basic is maintained at any time <- resource "azurerm_redis_cache" "basic"
            no-sla: azurerm_search_service.free is on the free tier <- sku = "free"
            no-sla: azurerm_service_plan.free is on a free or shared tier (F1) <- sku_name = "F1"
            no-sla: azurerm_service_plan.test is on a tier for development and tests (B2) <- sku_name = "B2"
            no-sla: azurerm_static_web_app.site is on the free tier <- resource "azurerm_static_web_app" "site"
        "#]],
    );
}

#[test]
fn backups_and_deletion() {
    check_violations(
        r#"
        resource "azurerm_linux_virtual_machine" "pet" {}
        resource "azurerm_linux_virtual_machine" "kept" {}
        resource "azurerm_backup_protected_vm" "kept" { source_vm_id = azurerm_linux_virtual_machine.kept.id }
        resource "azurerm_linux_virtual_machine" "cattle" { count = 2 }
        resource "azurerm_linux_virtual_machine" "nodes" { count = 2 }
        resource "azurerm_virtual_machine_data_disk_attachment" "nodes" {
          count              = 2
          virtual_machine_id = azurerm_linux_virtual_machine.nodes[count.index].id
        }
        resource "azurerm_linux_virtual_machine" "ephemeral" {
          os_disk {
            diff_disk_settings { option = "Local" }
          }
        }
        resource "azurerm_key_vault" "v" {}
        resource "azurerm_app_configuration" "c" { sku = "standard" }
        resource "azurerm_storage_account" "logs" { account_replication_type = "GRS" }
        resource "azurerm_storage_account" "files" { account_replication_type = "GRS" }
        resource "azurerm_storage_container" "files" { storage_account_name = azurerm_storage_account.files.name }
        resource "azurerm_eventgrid_event_subscription" "s" {}
        resource "azurerm_cdn_frontdoor_origin_group" "g" {}
        resource "azurerm_cdn_frontdoor_origin" "a" { cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.g.id }
        resource "azurerm_cdn_frontdoor_origin" "b" { cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.g.id }
        "#,
        expect![[r#"
            no-region-copy: azurerm_app_configuration.c is in one region <- sku = "standard"
            deletion-unprotected: azurerm_app_configuration.c can be purged <- resource "azurerm_app_configuration" "c"
            no-load-balancer-health: azurerm_cdn_frontdoor_origin_group.g probes none of its 2 origins <- resource "azurerm_cdn_frontdoor_origin_group" "g"
            no-dead-letter-queue: azurerm_eventgrid_event_subscription.s has no place for events that can't be delivered <- resource "azurerm_eventgrid_event_subscription" "s"
            deletion-unprotected: azurerm_key_vault.v can be purged <- resource "azurerm_key_vault" "v"
            single-zone: azurerm_linux_virtual_machine.cattle[0] names no zone <- resource "azurerm_linux_virtual_machine" "cattle"
            no-backup: azurerm_linux_virtual_machine.nodes[0] is in no backup <- resource "azurerm_linux_virtual_machine" "nodes"
            single-zone: azurerm_linux_virtual_machine.nodes[0] names no zone <- resource "azurerm_linux_virtual_machine" "nodes"
            no-backup: azurerm_linux_virtual_machine.pet is in no backup <- resource "azurerm_linux_virtual_machine" "pet"
            no-point-in-time-recovery: azurerm_storage_account.files can't take its blobs back to an earlier point in time <- resource "azurerm_storage_account" "files"
            no-versioning: azurerm_storage_account.files keeps no earlier versions <- resource "azurerm_storage_account" "files"
            deletion-unprotected: azurerm_storage_account.files keeps no deleted blobs <- resource "azurerm_storage_account" "files"
            deletion-unprotected: azurerm_storage_account.files keeps no deleted containers <- resource "azurerm_storage_account" "files"
        "#]],
    );
}

/// Which published figure, or which default, stands for one instance and for the service.
fn check_figures(text: &str, expect: Expect) {
    let assembled = assemble(&resolve_text(text).resources, Catalog::bundled());
    let name = |figure: &Option<Figure>| match figure.as_ref().map(|figure| &figure.source) {
        Some(Source::Sla { row, .. }) => row.to_string(),
        Some(Source::Default { name, .. }) => format!("default {name}"),
        _ => "none".to_owned(),
    };
    let mut found = String::new();
    for component in &assembled.system.components {
        let (one, service) = (name(&component.reliability.instance), name(&component.reliability.service));
        writeln!(found, "{}: one {one}; service {service}", component.id).unwrap();
    }
    expect.assert_eq(&found);
}

#[test]
fn figures_by_disk_tier_and_replication() {
    check_figures(
        r#"
        resource "azurerm_linux_virtual_machine" "hdd" {
          os_disk { storage_account_type = "Standard_LRS" }
        }
        resource "azurerm_linux_virtual_machine" "ssd" {
          os_disk { storage_account_type = "StandardSSD_LRS" }
        }
        resource "azurerm_linux_virtual_machine" "premium" {
          os_disk { storage_account_type = "Premium_LRS" }
        }
        resource "azurerm_virtual_machine" "set" { availability_set_id = azurerm_availability_set.s.id }
        resource "azurerm_availability_set" "s" {}
        resource "azurerm_storage_account" "local" { account_replication_type = "LRS" }
        resource "azurerm_storage_account" "readable" { account_replication_type = "RAGZRS" }
        resource "azurerm_mssql_database" "general" { sku_name = "GP_Gen5_2" }
        resource "azurerm_mssql_database" "critical" {
          sku_name       = "BC_Gen5_2"
          zone_redundant = true
        }
        resource "azurerm_cosmosdb_account" "regions" {
          geo_location { location = "eastus" }
          geo_location { location = "westus" }
        }
        resource "azurerm_service_plan" "plan" { sku_name = "P1v3" }
        resource "azurerm_linux_web_app" "on_plan" { service_plan_id = azurerm_service_plan.plan.id }
        resource "azurerm_linux_web_app" "elsewhere" { service_plan_id = var.plan }
        variable "plan" {}
        resource "azurerm_firewall" "one" { zones = ["1"] }
        resource "azurerm_firewall" "zones" { zones = ["1", "2", "3"] }
        "#,
        expect![[r#"
            azurerm_cosmosdb_account.regions: one none; service Cosmos DB, several regions
            azurerm_firewall.one: one default front_node; service Azure Firewall, one zone
            azurerm_firewall.zones: one Azure Firewall, one zone; service Azure Firewall, two or more zones
            azurerm_linux_virtual_machine.hdd: one Azure VM, one instance, standard HDD; service Azure VMs, instances in two or more zones
            azurerm_linux_virtual_machine.premium: one Azure VM, one instance, premium disks; service Azure VMs, instances in two or more zones
            azurerm_linux_virtual_machine.ssd: one Azure VM, one instance, standard SSD; service Azure VMs, instances in two or more zones
            azurerm_linux_web_app.elsewhere: one none; service App Service, paid plan
            azurerm_linux_web_app.on_plan: one none; service none
            azurerm_mssql_database.critical: one none; service Azure SQL Database, business critical or premium, zone-redundant
            azurerm_mssql_database.general: one none; service Azure SQL Database, other tiers
            azurerm_service_plan.plan: one App Service, paid plan; service App Service, zone-redundant
            azurerm_storage_account.local: one none; service Azure Storage, hot tier
            azurerm_storage_account.readable: one none; service Azure Storage, reads with read access to the second region
            azurerm_virtual_machine.set: one Azure VM, one instance, standard SSD; service Azure VMs, availability set
        "#]],
    );
}

/// Every type of the provider that stacks are mostly made of: the names before and since azurerm 3.
const TYPES: &str = "
    api_management app_configuration app_service app_service_environment_v3 app_service_plan application_gateway
    availability_set backup_protected_vm bastion_host cdn_frontdoor_endpoint cdn_frontdoor_origin
    cdn_frontdoor_origin_group cdn_frontdoor_profile cdn_frontdoor_route cognitive_account cognitive_deployment
    container_app container_app_environment container_group container_registry cosmosdb_account cosmosdb_sql_database
    databricks_workspace dns_a_record dns_cname_record dns_zone eventgrid_event_subscription eventgrid_topic eventhub
    eventhub_namespace express_route_circuit firewall frontdoor function_app key_vault key_vault_secret
    kubernetes_cluster kubernetes_cluster_node_pool kusto_cluster lb lb_backend_address_pool lb_probe lb_rule
    linux_function_app linux_virtual_machine linux_virtual_machine_scale_set linux_web_app log_analytics_workspace
    managed_disk managed_redis mariadb_server monitor_autoscale_setting mssql_database mssql_elasticpool
    mssql_failover_group mssql_managed_instance mssql_server mysql_flexible_server mysql_server nat_gateway
    network_interface network_interface_backend_address_pool_association network_security_group network_security_rule
    orchestrated_virtual_machine_scale_set postgresql_flexible_server postgresql_server private_dns_zone
    private_endpoint public_ip recovery_services_vault redis_cache resource_group role_assignment route_table
    search_service service_plan servicebus_namespace servicebus_queue servicebus_subscription servicebus_topic
    signalr_service sql_database sql_server static_web_app storage_account storage_container storage_queue
    storage_share subnet subnet_nat_gateway_association traffic_manager_azure_endpoint
    traffic_manager_external_endpoint traffic_manager_profile user_assigned_identity virtual_machine
    virtual_machine_scale_set virtual_network virtual_network_dns_servers virtual_network_gateway
    virtual_network_peering web_pubsub windows_function_app windows_virtual_machine windows_virtual_machine_scale_set
    windows_web_app";

#[test]
fn every_common_type_has_a_row() {
    let missing: Vec<&str> =
        TYPES.split_whitespace().filter(|name| Catalog::bundled().row(&format!("azurerm_{name}")).is_none()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
