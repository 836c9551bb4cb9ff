//! One case per form of dependency in Azure. Each stack is small enough to be judged by reading.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use expect_test::{Expect, expect};
use rendering::assemble_text;

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&assemble_text(text));
}

#[test]
fn an_app_runs_on_its_plan() {
    check(
        r#"
        resource "azurerm_service_plan" "p" {
          sku_name     = "P1v3"
          worker_count = 3
        }
        resource "azurerm_linux_web_app" "shop" { service_plan_id = azurerm_service_plan.p.id }
        resource "azurerm_windows_web_app" "admin" { service_plan_id = azurerm_service_plan.p.id }
        "#,
        expect![[r#"
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_service_plan.p custom 1/3 zones?(no zone is written)
            azurerm_windows_web_app.admin app_server 1/1 region
            azurerm_linux_web_app.shop -requires/certain-> azurerm_service_plan.p
                azurerm_linux_web_app.shop runs on azurerm_service_plan.p
            azurerm_windows_web_app.admin -requires/certain-> azurerm_service_plan.p
                azurerm_windows_web_app.admin runs on azurerm_service_plan.p
        "#]],
    );
}

#[test]
fn an_app_of_the_old_name_in_an_environment() {
    check(
        r#"
        resource "azurerm_app_service_environment_v3" "e" { subnet_id = azurerm_subnet.s.id }
        resource "azurerm_subnet" "s" {}
        resource "azurerm_app_service_plan" "p" {
          app_service_environment_id = azurerm_app_service_environment_v3.e.id
          sku {
            tier     = "Isolated"
            capacity = 2
          }
        }
        resource "azurerm_app_service" "shop" { app_service_plan_id = azurerm_app_service_plan.p.id }
        "#,
        expect![[r#"
            azurerm_app_service.shop app_server 1/1 region
            azurerm_app_service_environment_v3.e custom 1/1 region
            azurerm_app_service_plan.p custom 1/2 zones?(no zone is written)
            azurerm_app_service.shop -requires/certain-> azurerm_app_service_plan.p
                azurerm_app_service.shop runs on azurerm_app_service_plan.p
            azurerm_app_service_plan.p -requires/certain-> azurerm_app_service_environment_v3.e
                azurerm_app_service_plan.p runs in azurerm_app_service_environment_v3.e
        "#]],
    );
}

#[test]
fn settings_carry_addresses() {
    check(
        r#"
        resource "azurerm_linux_web_app" "shop" {
          app_settings = {
            DB       = azurerm_postgresql_flexible_server.db.fqdn
            CACHE    = azurerm_redis_cache.c.primary_connection_string
            BUS      = azurerm_servicebus_namespace.b.default_primary_connection_string
            IMAGES   = azurerm_container_registry.r.login_server
            INSIGHTS = azurerm_application_insights.i.connection_string
            SELF     = azurerm_user_assigned_identity.me.client_id
          }
          connection_string {
            name  = "files"
            type  = "Custom"
            value = azurerm_storage_account.s.primary_connection_string
          }
        }
        resource "azurerm_postgresql_flexible_server" "db" {}
        resource "azurerm_redis_cache" "c" { sku_name = "Standard" }
        resource "azurerm_servicebus_namespace" "b" {}
        resource "azurerm_container_registry" "r" {}
        resource "azurerm_application_insights" "i" {}
        resource "azurerm_storage_account" "s" { account_replication_type = "ZRS" }
        resource "azurerm_user_assigned_identity" "me" {}
        "#,
        expect![[r#"
            azurerm_container_registry.r storage 1/1 region
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_postgresql_flexible_server.db database 1/1 zones?(no zone is written) failover none
            azurerm_redis_cache.c cache 1/2 zones?(no zone is written) failover automatic
            azurerm_servicebus_namespace.b queue 1/1 region
            azurerm_storage_account.s storage 1/1 region
            azurerm_linux_web_app.shop -requires/likely/start-> azurerm_container_registry.r
                app_settings.IMAGES of azurerm_linux_web_app.shop refers to azurerm_container_registry.r.login_server
            azurerm_linux_web_app.shop -requires/likely-> azurerm_postgresql_flexible_server.db
                app_settings.DB of azurerm_linux_web_app.shop refers to azurerm_postgresql_flexible_server.db.fqdn
            azurerm_linux_web_app.shop -optional/likely-> azurerm_redis_cache.c
                app_settings.CACHE of azurerm_linux_web_app.shop refers to azurerm_redis_cache.c.primary_connection_string
            azurerm_linux_web_app.shop -async/likely-> azurerm_servicebus_namespace.b
                app_settings.BUS of azurerm_linux_web_app.shop refers to azurerm_servicebus_namespace.b.default_primary_connection_string
            azurerm_linux_web_app.shop -requires/likely-> azurerm_storage_account.s
                connection_string.value of azurerm_linux_web_app.shop refers to azurerm_storage_account.s.primary_connection_string
        "#]],
    );
}

#[test]
fn secrets_are_kept_in_a_vault_and_lead_on() {
    check(
        r#"
        resource "azurerm_key_vault" "v" {}
        resource "azurerm_key_vault_secret" "db" {
          key_vault_id = azurerm_key_vault.v.id
          value        = "Server=${azurerm_mssql_server.s.fully_qualified_domain_name};Database=orders"
        }
        resource "azurerm_mssql_server" "s" {}
        resource "azurerm_mssql_database" "orders" { server_id = azurerm_mssql_server.s.id }
        resource "azurerm_linux_web_app" "shop" {
          app_settings = { DB = "@Microsoft.KeyVault(SecretUri=${azurerm_key_vault_secret.db.versionless_id})" }
        }
        "#,
        expect![[r#"
            azurerm_key_vault.v secret_store 1/1 region
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_mssql_database.orders database 1/1 region
            azurerm_mssql_server.s database 1/1 region
            azurerm_linux_web_app.shop -requires/likely/start-> azurerm_key_vault.v
                app_settings.DB of azurerm_linux_web_app.shop refers to azurerm_key_vault_secret.db.versionless_id
                azurerm_key_vault_secret.db is kept in azurerm_key_vault.v
            azurerm_linux_web_app.shop -requires/likely-> azurerm_mssql_server.s
                app_settings.DB of azurerm_linux_web_app.shop refers to azurerm_key_vault_secret.db.versionless_id
                value of azurerm_key_vault_secret.db refers to azurerm_mssql_server.s.fully_qualified_domain_name
            azurerm_mssql_server.s -requires/certain-> azurerm_mssql_database.orders
                azurerm_mssql_server.s is the address of azurerm_mssql_database.orders
        "#]],
    );
}

#[test]
fn databases_of_one_server_are_shares_of_its_address() {
    check(
        r#"
        resource "azurerm_mssql_server" "s" {}
        resource "azurerm_mssql_elasticpool" "p" {}
        resource "azurerm_mssql_database" "orders" {
          server_id       = azurerm_mssql_server.s.id
          elastic_pool_id = azurerm_mssql_elasticpool.p.id
        }
        resource "azurerm_mssql_database" "stock" { server_id = azurerm_mssql_server.s.id }
        resource "azurerm_linux_web_app" "shop" {
          app_settings = {
            DB = "Server=${azurerm_mssql_server.s.fully_qualified_domain_name};Database=${azurerm_mssql_database.stock.name}"
          }
        }
        "#,
        expect![[r#"
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_mssql_database.orders database 1/1 region
            azurerm_mssql_database.stock database 1/1 region
            azurerm_mssql_elasticpool.p database 1/1 region
            azurerm_mssql_server.s database 1/1 region
            azurerm_linux_web_app.shop -requires/likely-> azurerm_mssql_database.stock
                app_settings.DB of azurerm_linux_web_app.shop refers to azurerm_mssql_database.stock.name
            azurerm_linux_web_app.shop -requires/likely-> azurerm_mssql_server.s
                app_settings.DB of azurerm_linux_web_app.shop refers to azurerm_mssql_server.s.fully_qualified_domain_name
            azurerm_mssql_database.orders -requires/certain-> azurerm_mssql_elasticpool.p
                azurerm_mssql_database.orders runs in azurerm_mssql_elasticpool.p
            azurerm_mssql_server.s -requires/likely/0.50-> azurerm_mssql_database.orders
                azurerm_mssql_server.s is the address of azurerm_mssql_database.orders
            azurerm_mssql_server.s -requires/likely/0.50-> azurerm_mssql_database.stock
                azurerm_mssql_server.s is the address of azurerm_mssql_database.stock
        "#]],
    );
}

#[test]
fn a_failover_group_leads_to_one_of_two_servers() {
    check(
        r#"
        resource "azurerm_mssql_server" "west" { location = "West Europe" }
        resource "azurerm_mssql_server" "north" { location = "North Europe" }
        resource "azurerm_mssql_database" "orders" { server_id = azurerm_mssql_server.west.id }
        resource "azurerm_mssql_failover_group" "g" {
          server_id = azurerm_mssql_server.west.id
          databases = [azurerm_mssql_database.orders.id]
          partner_server { id = azurerm_mssql_server.north.id }
        }
        resource "azurerm_linux_web_app" "shop" {
          app_settings = { DB = "${azurerm_mssql_failover_group.g.name}.database.windows.net" }
        }
        "#,
        expect![[r#"
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_mssql_database.orders database 1/1 region
            azurerm_mssql_failover_group.g database 1/1 region
            azurerm_mssql_server.north database 1/1 region
            azurerm_mssql_server.west database 1/1 region
            azurerm_linux_web_app.shop -requires/likely-> azurerm_mssql_failover_group.g
                app_settings.DB of azurerm_linux_web_app.shop refers to azurerm_mssql_failover_group.g.name
            azurerm_mssql_failover_group.g -requires/certain-> azurerm_mssql_server.north
                azurerm_mssql_failover_group.g fails over to azurerm_mssql_server.north
            azurerm_mssql_failover_group.g -requires/certain-> azurerm_mssql_server.west
                azurerm_mssql_failover_group.g leads to azurerm_mssql_server.west
            azurerm_mssql_server.west -requires/certain-> azurerm_mssql_database.orders
                azurerm_mssql_server.west is the address of azurerm_mssql_database.orders
            1 of ["azurerm_mssql_server.north", "azurerm_mssql_server.west"] by servers
        "#]],
    );
}

#[test]
fn databases_on_flexible_servers() {
    check(
        r#"
        resource "azurerm_mysql_flexible_server" "my" {}
        resource "azurerm_mysql_flexible_database" "orders" { server_name = azurerm_mysql_flexible_server.my.name }
        resource "azurerm_postgresql_flexible_server" "pg" {}
        resource "azurerm_postgresql_flexible_server" "reader" {
          create_mode      = "Replica"
          source_server_id = azurerm_postgresql_flexible_server.pg.id
        }
        resource "azurerm_postgresql_flexible_server_database" "stock" { server_id = azurerm_postgresql_flexible_server.pg.id }
        resource "azurerm_linux_web_app" "shop" {
          app_settings = {
            ORDERS = azurerm_mysql_flexible_database.orders.name
            STOCK  = azurerm_postgresql_flexible_server_database.stock.name
          }
        }
        "#,
        expect![[r#"
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_mysql_flexible_server.my database 1/1 zones?(no zone is written) failover none
            azurerm_postgresql_flexible_server.pg database 1/1 zones?(no zone is written) failover none
            azurerm_postgresql_flexible_server.reader database 1/1 zones?(no zone is written) failover none
            azurerm_linux_web_app.shop -requires/likely-> azurerm_mysql_flexible_server.my
                app_settings.ORDERS of azurerm_linux_web_app.shop refers to azurerm_mysql_flexible_database.orders.name
                azurerm_mysql_flexible_database.orders is kept in azurerm_mysql_flexible_server.my
            azurerm_linux_web_app.shop -requires/likely-> azurerm_postgresql_flexible_server.pg
                app_settings.STOCK of azurerm_linux_web_app.shop refers to azurerm_postgresql_flexible_server_database.stock.name
                azurerm_postgresql_flexible_server_database.stock is kept in azurerm_postgresql_flexible_server.pg
            azurerm_postgresql_flexible_server.reader -async/certain-> azurerm_postgresql_flexible_server.pg
                azurerm_postgresql_flexible_server.reader is a replica of azurerm_postgresql_flexible_server.pg
        "#]],
    );
}

#[test]
fn a_function_keeps_its_triggers_in_an_account() {
    check(
        r#"
        resource "azurerm_service_plan" "p" { sku_name = "Y1" }
        resource "azurerm_storage_account" "s" { account_replication_type = "LRS" }
        resource "azurerm_linux_function_app" "mailer" {
          service_plan_id            = azurerm_service_plan.p.id
          storage_account_name       = azurerm_storage_account.s.name
          storage_account_access_key = azurerm_storage_account.s.primary_access_key
          app_settings               = { EVENTS = azurerm_eventhub_namespace.e.default_primary_connection_string }
        }
        resource "azurerm_eventhub_namespace" "e" {}
        "#,
        expect![[r#"
            azurerm_eventhub_namespace.e queue 1/1 region
            azurerm_linux_function_app.mailer serverless 1/1 region
            azurerm_service_plan.p custom ?(a consumption plan has workers as it needs them) zones?(no zone is written)
            azurerm_storage_account.s storage 1/1 region
            azurerm_linux_function_app.mailer -async/likely-> azurerm_eventhub_namespace.e
                app_settings.EVENTS of azurerm_linux_function_app.mailer refers to azurerm_eventhub_namespace.e.default_primary_connection_string
            azurerm_linux_function_app.mailer -requires/certain-> azurerm_service_plan.p
                azurerm_linux_function_app.mailer runs on azurerm_service_plan.p
            azurerm_linux_function_app.mailer -requires/certain-> azurerm_storage_account.s
                azurerm_linux_function_app.mailer keeps its keys and triggers in azurerm_storage_account.s
        "#]],
    );
}

#[test]
fn a_load_balancer_sends_to_machines_through_their_interfaces() {
    check(
        r#"
        resource "azurerm_public_ip" "ip" {}
        resource "azurerm_lb" "l" {
          frontend_ip_configuration {
            name                 = "public"
            public_ip_address_id = azurerm_public_ip.ip.id
          }
        }
        resource "azurerm_lb_backend_address_pool" "p" { loadbalancer_id = azurerm_lb.l.id }
        resource "azurerm_network_interface_backend_address_pool_association" "a" {
          count                   = 2
          network_interface_id    = azurerm_network_interface.n[count.index].id
          backend_address_pool_id = azurerm_lb_backend_address_pool.p.id
        }
        resource "azurerm_network_interface" "n" {
          count = 2
          ip_configuration { subnet_id = azurerm_subnet.s.id }
        }
        resource "azurerm_linux_virtual_machine" "web" {
          count                 = 2
          network_interface_ids = [azurerm_network_interface.n[count.index].id]
        }
        resource "azurerm_subnet" "s" {}
        resource "azurerm_subnet_nat_gateway_association" "n" {
          subnet_id      = azurerm_subnet.s.id
          nat_gateway_id = azurerm_nat_gateway.n.id
        }
        resource "azurerm_nat_gateway" "n" {}
        resource "azurerm_dns_zone" "z" {}
        resource "azurerm_dns_a_record" "www" {
          zone_name = azurerm_dns_zone.z.name
          name      = "www"
          records   = [azurerm_public_ip.ip.ip_address]
        }
        "#,
        expect![[r#"
            azurerm_dns_zone.z dns 1/1 region
            azurerm_lb.l load_balancer 1/1 region
            azurerm_linux_virtual_machine.web app_server 1/2 zones?(no zone is written)
            azurerm_nat_gateway.n network 1/1 zones?(no zone is written)
            azurerm_dns_zone.z -requires/certain-> azurerm_lb.l
                azurerm_dns_zone.z names azurerm_dns_a_record.www
                azurerm_dns_a_record.www leads to azurerm_public_ip.ip
                azurerm_public_ip.ip is an address of azurerm_lb.l
            azurerm_lb.l -requires/certain-> azurerm_linux_virtual_machine.web
                azurerm_lb.l sends to azurerm_lb_backend_address_pool.p
                azurerm_lb_backend_address_pool.p has the member azurerm_network_interface_backend_address_pool_association.a[0]
                azurerm_network_interface_backend_address_pool_association.a[0] attaches azurerm_network_interface.n[0]
                azurerm_linux_virtual_machine.web[0] answers at azurerm_network_interface.n[0]
            azurerm_linux_virtual_machine.web -optional/certain-> azurerm_nat_gateway.n
                azurerm_linux_virtual_machine.web[0] calls out of azurerm_network_interface.n[0]
                azurerm_network_interface.n[0] is in azurerm_subnet.s
                azurerm_subnet.s leaves by azurerm_subnet_nat_gateway_association.n
                azurerm_subnet_nat_gateway_association.n leaves through azurerm_nat_gateway.n
            egress azurerm_nat_gateway.n
                azurerm_subnet.s leaves through azurerm_nat_gateway.n
        "#]],
    );
}

#[test]
fn machines_of_one_pool_are_alternatives() {
    check(
        r#"
        resource "azurerm_lb" "l" {}
        resource "azurerm_lb_backend_address_pool" "p" { loadbalancer_id = azurerm_lb.l.id }
        resource "azurerm_network_interface" "blue" {}
        resource "azurerm_network_interface" "green" {}
        resource "azurerm_network_interface_backend_address_pool_association" "blue" {
          network_interface_id    = azurerm_network_interface.blue.id
          backend_address_pool_id = azurerm_lb_backend_address_pool.p.id
        }
        resource "azurerm_network_interface_backend_address_pool_association" "green" {
          network_interface_id    = azurerm_network_interface.green.id
          backend_address_pool_id = azurerm_lb_backend_address_pool.p.id
        }
        resource "azurerm_virtual_machine" "blue" { network_interface_ids = [azurerm_network_interface.blue.id] }
        resource "azurerm_virtual_machine" "green" { network_interface_ids = [azurerm_network_interface.green.id] }
        "#,
        expect![[r#"
            azurerm_lb.l load_balancer 1/1 region
            azurerm_virtual_machine.blue app_server 1/1 zones?(no zone is written)
            azurerm_virtual_machine.green app_server 1/1 zones?(no zone is written)
            azurerm_lb.l -requires/certain-> azurerm_virtual_machine.blue
                azurerm_lb.l sends to azurerm_lb_backend_address_pool.p
                azurerm_lb_backend_address_pool.p has the member azurerm_network_interface_backend_address_pool_association.blue
                azurerm_network_interface_backend_address_pool_association.blue attaches azurerm_network_interface.blue
                azurerm_virtual_machine.blue answers at azurerm_network_interface.blue
            azurerm_lb.l -requires/certain-> azurerm_virtual_machine.green
                azurerm_lb.l sends to azurerm_lb_backend_address_pool.p
                azurerm_lb_backend_address_pool.p has the member azurerm_network_interface_backend_address_pool_association.green
                azurerm_network_interface_backend_address_pool_association.green attaches azurerm_network_interface.green
                azurerm_virtual_machine.green answers at azurerm_network_interface.green
            1 of ["azurerm_virtual_machine.blue", "azurerm_virtual_machine.green"] shared by azurerm_lb_backend_address_pool.p
        "#]],
    );
}

#[test]
fn a_scale_set_behind_a_load_balancer_and_a_gateway() {
    check(
        r#"
        resource "azurerm_lb" "l" {}
        resource "azurerm_lb_backend_address_pool" "p" { loadbalancer_id = azurerm_lb.l.id }
        resource "azurerm_application_gateway" "g" {
          sku { capacity = 2 }
          backend_address_pool { name = "machines" }
        }
        resource "azurerm_linux_virtual_machine_scale_set" "web" {
          instances = 2
          network_interface {
            ip_configuration {
              subnet_id                                    = azurerm_subnet.s.id
              load_balancer_backend_address_pool_ids       = [azurerm_lb_backend_address_pool.p.id]
              application_gateway_backend_address_pool_ids = tolist(azurerm_application_gateway.g.backend_address_pool)[*].id
            }
          }
        }
        resource "azurerm_subnet" "s" {}
        "#,
        expect![[r#"
            azurerm_application_gateway.g load_balancer 1/2 zones?(no zone is written)
            azurerm_lb.l load_balancer 1/1 region
            azurerm_linux_virtual_machine_scale_set.web app_server 1/2 zones?(no zone is written)
            azurerm_application_gateway.g -requires/certain-> azurerm_linux_virtual_machine_scale_set.web
                azurerm_application_gateway.g sends to azurerm_linux_virtual_machine_scale_set.web
            azurerm_lb.l -requires/certain-> azurerm_linux_virtual_machine_scale_set.web
                azurerm_lb.l sends to azurerm_lb_backend_address_pool.p
                azurerm_lb_backend_address_pool.p sends to azurerm_linux_virtual_machine_scale_set.web
        "#]],
    );
}

#[test]
fn pools_of_a_gateway_are_shares_and_their_members_alternatives() {
    check(
        r#"
        resource "azurerm_application_gateway" "g" {
          sku { capacity = 2 }
          backend_address_pool {
            name  = "shop"
            fqdns = [azurerm_linux_web_app.blue.default_hostname, azurerm_linux_web_app.green.default_hostname]
          }
          backend_address_pool {
            name  = "admin"
            fqdns = [azurerm_linux_web_app.admin.default_hostname]
          }
        }
        resource "azurerm_linux_web_app" "blue" {}
        resource "azurerm_linux_web_app" "green" {}
        resource "azurerm_linux_web_app" "admin" {}
        "#,
        expect![[r#"
            azurerm_application_gateway.g load_balancer 1/2 zones?(no zone is written)
            azurerm_linux_web_app.admin app_server 1/1 region
            azurerm_linux_web_app.blue app_server 1/1 region
            azurerm_linux_web_app.green app_server 1/1 region
            azurerm_application_gateway.g -requires/certain/0.50-> azurerm_linux_web_app.admin
                azurerm_application_gateway.g sends to azurerm_linux_web_app.admin
            azurerm_application_gateway.g -requires/certain/0.50-> azurerm_linux_web_app.blue
                azurerm_application_gateway.g sends to azurerm_linux_web_app.blue
            azurerm_application_gateway.g -requires/certain/0.50-> azurerm_linux_web_app.green
                azurerm_application_gateway.g sends to azurerm_linux_web_app.green
            1 of ["azurerm_linux_web_app.blue", "azurerm_linux_web_app.green"] shared by shop
        "#]],
    );
}

#[test]
fn a_disk_is_attached() {
    check(
        r#"
        resource "azurerm_linux_virtual_machine" "db" { zone = "1" }
        resource "azurerm_managed_disk" "data" {}
        resource "azurerm_virtual_machine_data_disk_attachment" "a" {
          virtual_machine_id = azurerm_linux_virtual_machine.db.id
          managed_disk_id    = azurerm_managed_disk.data.id
        }
        "#,
        expect![[r#"
            azurerm_linux_virtual_machine.db app_server 1/1 [1]
            azurerm_managed_disk.data storage 1/1 region
            azurerm_linux_virtual_machine.db -requires/certain-> azurerm_managed_disk.data
                azurerm_virtual_machine_data_disk_attachment.a attaches a disk to azurerm_linux_virtual_machine.db
                azurerm_virtual_machine_data_disk_attachment.a attaches azurerm_managed_disk.data
        "#]],
    );
}

#[test]
fn front_door_fetches_from_the_origins_of_its_routes() {
    check(
        r#"
        resource "azurerm_cdn_frontdoor_profile" "f" {}
        resource "azurerm_cdn_frontdoor_endpoint" "e" { cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.f.id }
        resource "azurerm_cdn_frontdoor_route" "r" {
          cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.e.id
          cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.g.id
        }
        resource "azurerm_cdn_frontdoor_origin_group" "g" {
          cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.f.id
        }
        resource "azurerm_cdn_frontdoor_origin" "west" {
          cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.g.id
          host_name                     = azurerm_linux_web_app.west.default_hostname
        }
        resource "azurerm_cdn_frontdoor_origin" "north" {
          cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.g.id
          host_name                     = azurerm_linux_web_app.north.default_hostname
        }
        resource "azurerm_linux_web_app" "west" { location = "West Europe" }
        resource "azurerm_linux_web_app" "north" { location = "North Europe" }
        resource "azurerm_dns_zone" "z" {}
        resource "azurerm_dns_cname_record" "www" {
          name      = "www"
          zone_name = azurerm_dns_zone.z.name
          record    = azurerm_cdn_frontdoor_endpoint.e.host_name
        }
        "#,
        expect![[r#"
            azurerm_cdn_frontdoor_profile.f cdn 1/1 region
            azurerm_dns_zone.z dns 1/1 region
            azurerm_linux_web_app.north app_server 1/1 region
            azurerm_linux_web_app.west app_server 1/1 region
            azurerm_cdn_frontdoor_profile.f -requires/certain-> azurerm_linux_web_app.north
                azurerm_cdn_frontdoor_profile.f answers through azurerm_cdn_frontdoor_endpoint.e
                azurerm_cdn_frontdoor_endpoint.e routes by azurerm_cdn_frontdoor_route.r
                azurerm_cdn_frontdoor_route.r leads to azurerm_cdn_frontdoor_origin_group.g
                azurerm_cdn_frontdoor_origin_group.g has the origin azurerm_cdn_frontdoor_origin.north
                azurerm_cdn_frontdoor_origin.north is azurerm_linux_web_app.north
            azurerm_cdn_frontdoor_profile.f -requires/certain-> azurerm_linux_web_app.west
                azurerm_cdn_frontdoor_profile.f answers through azurerm_cdn_frontdoor_endpoint.e
                azurerm_cdn_frontdoor_endpoint.e routes by azurerm_cdn_frontdoor_route.r
                azurerm_cdn_frontdoor_route.r leads to azurerm_cdn_frontdoor_origin_group.g
                azurerm_cdn_frontdoor_origin_group.g has the origin azurerm_cdn_frontdoor_origin.west
                azurerm_cdn_frontdoor_origin.west is azurerm_linux_web_app.west
            azurerm_dns_zone.z -requires/certain-> azurerm_cdn_frontdoor_profile.f
                azurerm_dns_zone.z names azurerm_dns_cname_record.www
                azurerm_dns_cname_record.www leads to azurerm_cdn_frontdoor_endpoint.e
                azurerm_cdn_frontdoor_endpoint.e belongs to azurerm_cdn_frontdoor_profile.f
            1 of ["azurerm_linux_web_app.north", "azurerm_linux_web_app.west"] shared by azurerm_cdn_frontdoor_origin_group.g
        "#]],
    );
}

#[test]
fn a_classic_front_door() {
    check(
        r#"
        resource "azurerm_frontdoor" "f" {
          backend_pool {
            name = "shop"
            backend {
              address  = azurerm_app_service.west.default_site_hostname
              priority = 1
            }
            backend {
              address  = azurerm_app_service.north.default_site_hostname
              priority = 2
            }
          }
          backend_pool {
            name = "files"
            backend { address = azurerm_storage_account.s.primary_web_host }
          }
        }
        resource "azurerm_app_service" "west" {}
        resource "azurerm_app_service" "north" {}
        resource "azurerm_storage_account" "s" { account_replication_type = "ZRS" }
        "#,
        expect![[r#"
            azurerm_app_service.north app_server 1/1 region
            azurerm_app_service.west app_server 1/1 region
            azurerm_frontdoor.f cdn 1/1 region
            azurerm_storage_account.s storage 1/1 region
            azurerm_frontdoor.f -requires/certain/0.50-> azurerm_app_service.north
                azurerm_frontdoor.f fetches from azurerm_app_service.north
            azurerm_frontdoor.f -requires/certain/0.50-> azurerm_app_service.west
                azurerm_frontdoor.f fetches from azurerm_app_service.west
            azurerm_frontdoor.f -requires/certain/0.50-> azurerm_storage_account.s
                azurerm_frontdoor.f fetches from azurerm_storage_account.s
            1 of ["azurerm_app_service.north", "azurerm_app_service.west"] by shop
        "#]],
    );
}

#[test]
fn traffic_manager_answers_with_one_of_its_endpoints() {
    check(
        r#"
        resource "azurerm_traffic_manager_profile" "t" { traffic_routing_method = "Priority" }
        resource "azurerm_traffic_manager_azure_endpoint" "west" {
          profile_id         = azurerm_traffic_manager_profile.t.id
          target_resource_id = azurerm_linux_web_app.west.id
        }
        resource "azurerm_traffic_manager_external_endpoint" "gateway" {
          profile_id = azurerm_traffic_manager_profile.t.id
          target     = azurerm_api_management.m.gateway_url
        }
        resource "azurerm_linux_web_app" "west" {}
        resource "azurerm_api_management" "m" { sku_name = "Standard_1" }
        "#,
        expect![[r#"
            azurerm_api_management.m api_gateway 1/1 region
            azurerm_linux_web_app.west app_server 1/1 region
            azurerm_traffic_manager_profile.t dns 1/1 region
            azurerm_traffic_manager_profile.t -requires/certain-> azurerm_api_management.m
                azurerm_traffic_manager_profile.t answers with azurerm_traffic_manager_external_endpoint.gateway
                azurerm_traffic_manager_external_endpoint.gateway is azurerm_api_management.m
            azurerm_traffic_manager_profile.t -requires/certain-> azurerm_linux_web_app.west
                azurerm_traffic_manager_profile.t answers with azurerm_traffic_manager_azure_endpoint.west
                azurerm_traffic_manager_azure_endpoint.west is azurerm_linux_web_app.west
            1 of ["azurerm_api_management.m", "azurerm_linux_web_app.west"] by endpoints
        "#]],
    );
}

#[test]
fn apis_of_a_gateway() {
    check(
        r#"
        resource "azurerm_api_management" "m" { sku_name = "Standard_1" }
        resource "azurerm_api_management_api" "orders" {
          api_management_name = azurerm_api_management.m.name
          service_url         = "https://${azurerm_container_app.orders.ingress[0].fqdn}"
        }
        resource "azurerm_api_management_api" "stock" {
          api_management_name = azurerm_api_management.m.name
          service_url         = "https://${azurerm_linux_function_app.stock.default_hostname}/api"
        }
        resource "azurerm_container_app" "orders" {
          container_app_environment_id = azurerm_container_app_environment.e.id
          template {
            min_replicas = 2
            container {
              env {
                name  = "COSMOS"
                value = azurerm_cosmosdb_account.c.endpoint
              }
            }
          }
        }
        resource "azurerm_container_app_environment" "e" { infrastructure_subnet_id = azurerm_subnet.s.id }
        resource "azurerm_subnet" "s" {}
        resource "azurerm_cosmosdb_account" "c" {}
        resource "azurerm_linux_function_app" "stock" {}
        "#,
        expect![[r#"
            azurerm_api_management.m api_gateway 1/1 region
            azurerm_container_app.orders app_server 1/2 zones?(no zone is written)
            azurerm_cosmosdb_account.c database 1/1 region
            azurerm_linux_function_app.stock serverless 1/1 region
            azurerm_api_management.m -requires/certain/0.50-> azurerm_container_app.orders
                azurerm_api_management.m answers through azurerm_api_management_api.orders
                azurerm_api_management_api.orders calls azurerm_container_app.orders
            azurerm_api_management.m -requires/certain/0.50-> azurerm_linux_function_app.stock
                azurerm_api_management.m answers through azurerm_api_management_api.stock
                azurerm_api_management_api.stock calls azurerm_linux_function_app.stock
            azurerm_container_app.orders -requires/likely-> azurerm_cosmosdb_account.c
                template.container.env.value of azurerm_container_app.orders refers to azurerm_cosmosdb_account.c.endpoint
        "#]],
    );
}

#[test]
fn a_private_endpoint_leads_to_what_is_behind_it() {
    check(
        r#"
        resource "azurerm_private_endpoint" "p" {
          private_service_connection { private_connection_resource_id = azurerm_storage_account.s.id }
        }
        resource "azurerm_storage_account" "s" { account_replication_type = "ZRS" }
        resource "azurerm_private_dns_zone" "z" {}
        resource "azurerm_private_dns_a_record" "s" {
          zone_name = azurerm_private_dns_zone.z.name
          name      = "files"
          records   = [azurerm_private_endpoint.p.private_service_connection[0].private_ip_address]
        }
        resource "azurerm_linux_virtual_machine" "v" {
          custom_data = base64encode("mount ${azurerm_private_endpoint.p.private_service_connection[0].private_ip_address}")
        }
        "#,
        expect![[r#"
            azurerm_linux_virtual_machine.v app_server 1/1 zones?(no zone is written)
            azurerm_private_dns_zone.z network 1/1 region
            azurerm_storage_account.s storage 1/1 region
            azurerm_linux_virtual_machine.v -requires/likely-> azurerm_storage_account.s
                custom_data of azurerm_linux_virtual_machine.v refers to azurerm_private_endpoint.p.private_service_connection.private_ip_address
                azurerm_private_endpoint.p leads to azurerm_storage_account.s
            azurerm_private_dns_zone.z -requires/certain-> azurerm_storage_account.s
                azurerm_private_dns_zone.z names azurerm_private_dns_a_record.s
                azurerm_private_dns_a_record.s leads to azurerm_private_endpoint.p
                azurerm_private_endpoint.p leads to azurerm_storage_account.s
        "#]],
    );
}

#[test]
fn who_may_use_what_is_a_guess() {
    check(
        r#"
        resource "azurerm_user_assigned_identity" "me" {}
        resource "azurerm_linux_web_app" "shop" {
          identity { identity_ids = [azurerm_user_assigned_identity.me.id] }
        }
        resource "azurerm_role_assignment" "files" {
          principal_id = azurerm_user_assigned_identity.me.principal_id
          scope        = azurerm_storage_account.s.id
        }
        resource "azurerm_key_vault_access_policy" "vault" {
          object_id    = azurerm_linux_web_app.shop.identity[0].principal_id
          key_vault_id = azurerm_key_vault.v.id
        }
        resource "azurerm_storage_account" "s" { account_replication_type = "ZRS" }
        resource "azurerm_key_vault" "v" {}
        resource "azurerm_kubernetes_cluster" "k" {}
        resource "azurerm_container_registry" "r" {}
        resource "azurerm_role_assignment" "pull" {
          principal_id = azurerm_kubernetes_cluster.k.kubelet_identity[0].object_id
          scope        = azurerm_container_registry.r.id
        }
        "#,
        expect![[r#"
            azurerm_container_registry.r storage 1/1 region
            azurerm_key_vault.v secret_store 1/1 region
            azurerm_kubernetes_cluster.k app_server ?(it says nothing of its nodes) zones?(no zone is written)
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_storage_account.s storage 1/1 region
            azurerm_kubernetes_cluster.k -requires/guess/start-> azurerm_container_registry.r
                azurerm_kubernetes_cluster.k has azurerm_role_assignment.pull
                azurerm_role_assignment.pull names azurerm_container_registry.r
            azurerm_linux_web_app.shop -requires/guess-> azurerm_key_vault.v
                azurerm_linux_web_app.shop has azurerm_key_vault_access_policy.vault
                azurerm_key_vault_access_policy.vault opens azurerm_key_vault.v
            azurerm_linux_web_app.shop -requires/guess-> azurerm_storage_account.s
                azurerm_linux_web_app.shop acts as azurerm_user_assigned_identity.me
                azurerm_user_assigned_identity.me has azurerm_role_assignment.files
                azurerm_role_assignment.files names azurerm_storage_account.s
        "#]],
    );
}

#[test]
fn pools_of_a_cluster() {
    check(
        r#"
        resource "azurerm_kubernetes_cluster" "k" {
          location = "eastus"
          default_node_pool {
            node_count     = 3
            zones          = [1, 2, 3]
            vnet_subnet_id = azurerm_subnet.s.id
          }
          ingress_application_gateway { gateway_id = azurerm_application_gateway.g.id }
        }
        resource "azurerm_subnet" "s" {}
        resource "azurerm_application_gateway" "g" { sku { capacity = 2 } }
        resource "azurerm_kubernetes_cluster_node_pool" "batch" {
          kubernetes_cluster_id = azurerm_kubernetes_cluster.k.id
          node_count            = 1
        }
        "#,
        expect![[r#"
            azurerm_application_gateway.g load_balancer 1/2 zones?(no zone is written)
            azurerm_kubernetes_cluster.k app_server 1/3 [eastus-1 eastus-2 eastus-3]
            azurerm_kubernetes_cluster_node_pool.batch app_server 1/1 zones?(no zone is written)
            azurerm_application_gateway.g -requires/certain-> azurerm_kubernetes_cluster.k
                azurerm_application_gateway.g sends to azurerm_kubernetes_cluster.k
            azurerm_kubernetes_cluster_node_pool.batch -requires/certain/management-> azurerm_kubernetes_cluster.k
                azurerm_kubernetes_cluster_node_pool.batch takes its pods from azurerm_kubernetes_cluster.k
        "#]],
    );
}

#[test]
fn events_are_handed_over() {
    check(
        r#"
        resource "azurerm_eventgrid_topic" "t" {}
        resource "azurerm_eventgrid_event_subscription" "s" {
          scope                         = azurerm_eventgrid_topic.t.id
          service_bus_queue_endpoint_id = azurerm_servicebus_queue.q.id
          storage_blob_dead_letter_destination { storage_account_id = azurerm_storage_account.dead.id }
        }
        resource "azurerm_servicebus_namespace" "n" {}
        resource "azurerm_servicebus_queue" "q" { namespace_id = azurerm_servicebus_namespace.n.id }
        resource "azurerm_storage_account" "dead" { account_replication_type = "ZRS" }
        resource "azurerm_linux_function_app" "f" {
          app_settings = {
            TOPIC = azurerm_eventgrid_topic.t.endpoint
            QUEUE = azurerm_servicebus_queue.q.name
          }
        }
        "#,
        expect![[r#"
            azurerm_eventgrid_topic.t queue 1/1 region
            azurerm_linux_function_app.f serverless 1/1 region
            azurerm_servicebus_namespace.n queue 1/1 region
            azurerm_servicebus_queue.q queue 1/1 region
            azurerm_storage_account.dead storage 1/1 region
            azurerm_eventgrid_topic.t -async/certain-> azurerm_servicebus_queue.q
                azurerm_eventgrid_topic.t delivers by azurerm_eventgrid_event_subscription.s
                azurerm_eventgrid_event_subscription.s delivers to azurerm_servicebus_queue.q
            azurerm_eventgrid_topic.t -async/certain-> azurerm_storage_account.dead
                azurerm_eventgrid_topic.t delivers by azurerm_eventgrid_event_subscription.s
                azurerm_eventgrid_event_subscription.s leaves undelivered events in azurerm_storage_account.dead
            azurerm_linux_function_app.f -async/likely-> azurerm_eventgrid_topic.t
                app_settings.TOPIC of azurerm_linux_function_app.f refers to azurerm_eventgrid_topic.t.endpoint
            azurerm_linux_function_app.f -async/likely-> azurerm_servicebus_queue.q
                app_settings.QUEUE of azurerm_linux_function_app.f refers to azurerm_servicebus_queue.q.name
            azurerm_servicebus_queue.q -requires/certain-> azurerm_servicebus_namespace.n
                azurerm_servicebus_queue.q is kept in azurerm_servicebus_namespace.n
        "#]],
    );
}

#[test]
fn traffic_leaves_through_a_firewall() {
    check(
        r#"
        resource "azurerm_firewall" "f" {
          location = "eastus"
          zones    = ["1", "2", "3"]
        }
        resource "azurerm_route_table" "t" {
          route {
            address_prefix         = "0.0.0.0/0"
            next_hop_type          = "VirtualAppliance"
            next_hop_in_ip_address = azurerm_firewall.f.ip_configuration[0].private_ip_address
          }
        }
        resource "azurerm_subnet" "s" {}
        resource "azurerm_subnet_route_table_association" "a" {
          subnet_id      = azurerm_subnet.s.id
          route_table_id = azurerm_route_table.t.id
        }
        resource "azurerm_linux_web_app" "shop" { virtual_network_subnet_id = azurerm_subnet.s.id }
        resource "azurerm_linux_web_app" "old" {}
        resource "azurerm_app_service_virtual_network_swift_connection" "old" {
          app_service_id = azurerm_linux_web_app.old.id
          subnet_id      = azurerm_subnet.s.id
        }
        "#,
        expect![[r#"
            azurerm_firewall.f network 1/2 [eastus-1 eastus-2 eastus-3]
            azurerm_linux_web_app.old app_server 1/1 region
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_linux_web_app.old -optional/certain-> azurerm_firewall.f
                azurerm_linux_web_app.old calls out through azurerm_app_service_virtual_network_swift_connection.old
                azurerm_app_service_virtual_network_swift_connection.old puts it into azurerm_subnet.s
                azurerm_subnet.s is routed by azurerm_subnet_route_table_association.a
                azurerm_subnet_route_table_association.a uses azurerm_route_table.t
                azurerm_route_table.t leaves through azurerm_firewall.f
            azurerm_linux_web_app.shop -optional/certain-> azurerm_firewall.f
                azurerm_linux_web_app.shop calls out of azurerm_subnet.s
                azurerm_subnet.s is routed by azurerm_subnet_route_table_association.a
                azurerm_subnet_route_table_association.a uses azurerm_route_table.t
                azurerm_route_table.t leaves through azurerm_firewall.f
        "#]],
    );
}

#[test]
fn a_resource_group_joins_nothing() {
    check(
        r#"
        resource "azurerm_resource_group" "all" { location = "West Europe" }
        resource "azurerm_linux_web_app" "shop" {
          resource_group_name = azurerm_resource_group.all.name
          location            = azurerm_resource_group.all.location
        }
        resource "azurerm_storage_account" "s" {
          resource_group_name      = azurerm_resource_group.all.name
          location                 = azurerm_resource_group.all.location
          account_replication_type = "ZRS"
        }
        "#,
        expect![[r#"
            azurerm_linux_web_app.shop app_server 1/1 region
            azurerm_storage_account.s storage 1/1 region
        "#]],
    );
}

#[test]
fn a_script_sets_a_machine_up() {
    check(
        r#"
        resource "azurerm_linux_virtual_machine" "web" {}
        resource "azurerm_mysql_flexible_server" "db" {}
        resource "azurerm_virtual_machine_extension" "setup" {
          virtual_machine_id = azurerm_linux_virtual_machine.web.id
          type               = "CustomScript"
          settings           = jsonencode({ commandToExecute = "./setup ${azurerm_mysql_flexible_server.db.fqdn}" })
        }
        resource "azurerm_virtual_machine_extension" "watch" {
          virtual_machine_id = azurerm_linux_virtual_machine.web.id
          type               = "IaaSDiagnostics"
          settings           = jsonencode({ storageAccount = azurerm_storage_account.logs.name })
        }
        resource "azurerm_storage_account" "logs" { account_replication_type = "LRS" }
        "#,
        expect![[r#"
            azurerm_linux_virtual_machine.web app_server 1/1 zones?(no zone is written)
            azurerm_mysql_flexible_server.db database 1/1 zones?(no zone is written) failover none
            azurerm_storage_account.logs storage 1/1 region
            azurerm_linux_virtual_machine.web -requires/likely-> azurerm_mysql_flexible_server.db
                azurerm_linux_virtual_machine.web is set up by azurerm_virtual_machine_extension.setup
                settings of azurerm_virtual_machine_extension.setup refers to azurerm_mysql_flexible_server.db.fqdn
        "#]],
    );
}
