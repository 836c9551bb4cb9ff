//! One case per repair in Azure: the edits of a recipe for a component as it is.

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
fn plans_and_sets() {
    check(
        r#"
        resource "azurerm_service_plan" "one" { sku_name = "S1" }
        resource "azurerm_service_plan" "scaled" { sku_name = "S1" }
        resource "azurerm_monitor_autoscale_setting" "s" {
          target_resource_id = azurerm_service_plan.scaled.id
          profile {
            capacity {
              minimum = 1
              default = 1
              maximum = 1
            }
          }
        }
        resource "azurerm_service_plan" "consumption" { sku_name = "Y1" }
        resource "azurerm_service_plan" "unknown" { sku_name = var.sku }
        variable "sku" {}
        resource "azurerm_service_plan" "free" { sku_name = "F1" }
        resource "azurerm_app_service_plan" "old" {
          sku {
            tier     = "Standard"
            capacity = 1
          }
        }
        resource "azurerm_linux_virtual_machine_scale_set" "set" { instances = 1 }
        "#,
        expect![[r#"
            azurerm_app_service_plan.old: Run two workers
                azurerm_app_service_plan.old: sku.capacity = 2
            azurerm_linux_virtual_machine_scale_set.set: Run two instances
                azurerm_linux_virtual_machine_scale_set.set: instances = 2
            azurerm_service_plan.free: Move to a tier for production
                azurerm_service_plan.free: sku_name = String("S1")
            azurerm_service_plan.one: Run two workers
                azurerm_service_plan.one: worker_count = 2
            azurerm_service_plan.scaled: Keep at least two workers
                azurerm_monitor_autoscale_setting.s: profile.capacity.minimum = 2
                azurerm_monitor_autoscale_setting.s: profile.capacity.default = 2
                azurerm_monitor_autoscale_setting.s: profile.capacity.maximum = 2
        "#]],
    );
}

#[test]
fn databases() {
    check(
        r#"
        resource "azurerm_postgresql_flexible_server" "single" { sku_name = "GP_Standard_D2s_v3" }
        resource "azurerm_postgresql_flexible_server" "burstable" { sku_name = "B_Standard_B1ms" }
        resource "azurerm_postgresql_flexible_server" "same" {
          sku_name = "GP_Standard_D2s_v3"
          high_availability { mode = "SameZone" }
        }
        resource "azurerm_mysql_flexible_server" "single" { sku_name = "GP_Standard_D2ds_v4" }
        resource "azurerm_mssql_database" "one" { sku_name = "GP_Gen5_2" }
        resource "azurerm_mssql_database" "small" { sku_name = "S0" }
        resource "azurerm_redis_cache" "basic" { sku_name = "Basic" }
        resource "azurerm_cosmosdb_account" "manual" {
          geo_location { location = "eastus" }
          geo_location { location = "westus" }
        }
        resource "azurerm_storage_account" "local" {
          account_tier             = "Standard"
          account_replication_type = "LRS"
        }
        resource "azurerm_storage_account" "premium" {
          account_tier             = "Premium"
          account_replication_type = "LRS"
        }
        resource "azurerm_key_vault" "v" {}
        resource "azurerm_search_service" "s" { sku = "standard" }
        "#,
        expect![[r#"
            azurerm_cosmosdb_account.manual: Fail over automatically
                azurerm_cosmosdb_account.manual: automatic_failover_enabled = true
            azurerm_key_vault.v: Protect it from being purged
                azurerm_key_vault.v: purge_protection_enabled = true
            azurerm_mssql_database.one: Make it zone-redundant
                azurerm_mssql_database.one: zone_redundant = true
            azurerm_mysql_flexible_server.single: Add a standby in another zone
                azurerm_mysql_flexible_server.single: high_availability.mode = String("ZoneRedundant")
            azurerm_postgresql_flexible_server.burstable: Let its disk grow
                azurerm_postgresql_flexible_server.burstable: auto_grow_enabled = true
            azurerm_postgresql_flexible_server.same: Move the standby to another zone
                azurerm_postgresql_flexible_server.same: high_availability.mode = String("ZoneRedundant")
            azurerm_postgresql_flexible_server.same: Let its disk grow
                azurerm_postgresql_flexible_server.same: auto_grow_enabled = true
            azurerm_postgresql_flexible_server.single: Add a standby in another zone
                azurerm_postgresql_flexible_server.single: high_availability.mode = String("ZoneRedundant")
            azurerm_postgresql_flexible_server.single: Let its disk grow
                azurerm_postgresql_flexible_server.single: auto_grow_enabled = true
            azurerm_redis_cache.basic: Add a replica
                azurerm_redis_cache.basic: sku_name = String("Standard")
            azurerm_search_service.s: Run three replicas
                azurerm_search_service.s: replica_count = 3
            azurerm_storage_account.local: Replicate it to a second region
                azurerm_storage_account.local: account_replication_type = String("GRS")
        "#]],
    );
}

#[test]
fn clusters_and_gateways() {
    check(
        r#"
        resource "azurerm_kubernetes_cluster" "one" {
          default_node_pool { node_count = 1 }
        }
        resource "azurerm_kubernetes_cluster" "scaled" {
          sku_tier = "Standard"
          default_node_pool {
            min_count = 1
            max_count = 5
          }
        }
        resource "azurerm_kubernetes_cluster_node_pool" "one" {}
        resource "azurerm_application_gateway" "one" {
          sku { capacity = 1 }
        }
        resource "azurerm_application_gateway" "scaled" {
          autoscale_configuration { min_capacity = 1 }
        }
        resource "azurerm_container_app" "one" {
          template { min_replicas = 1 }
        }
        resource "azurerm_signalr_service" "free" {
          sku {
            name     = "Free_F1"
            capacity = 1
          }
        }
        "#,
        expect![[r#"
            azurerm_application_gateway.one: Run two instances
                azurerm_application_gateway.one: sku.capacity = 2
            azurerm_application_gateway.scaled: Keep at least two instances
                azurerm_application_gateway.scaled: autoscale_configuration.min_capacity = 2
            azurerm_container_app.one: Keep two replicas
                azurerm_container_app.one: template.min_replicas = 2
            azurerm_kubernetes_cluster.one: Run two nodes
                azurerm_kubernetes_cluster.one: default_node_pool.node_count = 2
            azurerm_kubernetes_cluster.one: Pay for the API server
                azurerm_kubernetes_cluster.one: sku_tier = String("Standard")
            azurerm_kubernetes_cluster.scaled: Keep at least two nodes
                azurerm_kubernetes_cluster.scaled: default_node_pool.min_count = 2
            azurerm_kubernetes_cluster_node_pool.one: Run two nodes
                azurerm_kubernetes_cluster_node_pool.one: node_count = 2
            azurerm_signalr_service.free: Move to the standard tier
                azurerm_signalr_service.free: sku.name = String("Standard_S1")
        "#]],
    );
}

#[test]
fn what_would_not_apply_is_not_offered() {
    check(
        r#"
        resource "azurerm_linux_virtual_machine" "web" { count = 1 }
        resource "azurerm_container_group" "job" {}
        resource "azurerm_postgresql_flexible_server" "reader" {
          sku_name    = "GP_Standard_D2s_v3"
          create_mode = "Replica"
        }
        resource "azurerm_linux_virtual_machine_scale_set" "scaled" { instances = 1 }
        resource "azurerm_monitor_autoscale_setting" "by_variable" {
          target_resource_id = azurerm_linux_virtual_machine_scale_set.scaled.id
          profile { capacity { minimum = var.minimum } }
        }
        variable "minimum" {}
        resource "azurerm_kubernetes_cluster" "paid" {
          sku_tier = "Premium"
          default_node_pool { node_count = 3 }
        }
        "#,
        expect![[""]],
    );
}
