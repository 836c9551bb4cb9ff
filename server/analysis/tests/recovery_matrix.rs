//! How soon stacks are back, and how much data is lost, as their text decides it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_analysis::{RecoveryFigure, Snapshot, Stack, Workspace};
use foreshock_engine::Decided;
use foreshock_fixture::Directory;
use foreshock_model::{Bound, FaultClass, TimeRange};

fn range(range: TimeRange) -> String {
    let end = |bound: Bound| match bound {
        Bound::Seconds(seconds) => format!("{seconds}"),
        Bound::Unknown => "?".to_owned(),
        Bound::Unrecoverable => "never".to_owned(),
    };
    format!("{}..{}", end(range.low), end(range.high))
}

/// A figure with the line that decides it, as it is written there.
fn figure(snapshot: &Snapshot, figure: &RecoveryFigure<'_>) -> String {
    let ground = figure.way.map(|way| &way.ground).or(figure.ejects);
    let line = ground.and_then(|ground| ground.place.as_ref()).map(|place| {
        let text = snapshot.file(&place.file).unwrap().text;
        text.line(text.line_of(place.span.start)).trim().to_owned()
    });
    let decided = match figure.decided {
        Decided::Survivors => "survivors",
        Decided::NoWay => "no copy",
        Decided::NotKnown => "not known",
        Decided::Way(_) => "",
    };
    let decided = [decided, line.as_deref().unwrap_or("")].join(" ");
    format!("{} [{}]", range(figure.range), decided.trim())
}

fn write_stack(snapshot: &Snapshot, stack: &Stack, out: &mut String) {
    let recovery = stack.recovery();
    for class in [FaultClass::Zone, FaultClass::Region] {
        if let Some(prepared) = stack.prepared_for(class) {
            writeln!(out, "{class}: {}", prepared.approach.words()).unwrap();
        }
    }
    for entry in &recovery.matrix.entries {
        writeln!(out, "entry {}", stack.id_of(entry.component)).unwrap();
        for (class, name) in FaultClass::ALL {
            let cell = entry.cell(class).unwrap();
            let last = stack.id_of(*cell.path.last().unwrap());
            let lost = cell.rpo.map(|lost| format!(", lost {} by {}", range(lost.range), stack.id_of(lost.high)));
            writeln!(out, "  {name}: {} by {last}{}", range(cell.rto), lost.unwrap_or_default()).unwrap();
        }
    }
    for (index, component) in stack.system().iter() {
        writeln!(out, "{}", component.id).unwrap();
        for (class, name) in FaultClass::ALL {
            let rto = figure(snapshot, &recovery.rto(index, class).unwrap());
            let rpo = recovery.rpo(index, class).map(|rpo| format!(", lost {}", figure(snapshot, &rpo)));
            writeln!(out, "  {name}: {rto}{}", rpo.unwrap_or_default()).unwrap();
            for open in recovery.open(stack.system(), index, class) {
                writeln!(out, "    open: {}", open.says).unwrap();
            }
        }
    }
}

fn check(fixture: &str, expected: Expect) {
    let fixture = if fixture.contains("//- ") { fixture.to_owned() } else { format!("//- main.tf\n{fixture}") };
    let directory = Directory::of_repository(&fixture);
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let mut out = String::new();
    for stack in &snapshot.stacks {
        assert_eq!(stack.problems, []);
        write_stack(&snapshot, stack, &mut out);
    }
    expected.assert_eq(&out);
}

/// A standby in another zone, and a restore of 100 GB at most after bad data: 60 + 300 to 900 + 3600 s until somebody is at
/// it, 600 to 1800 s for a new instance, up to 3600 s for the data.
#[test]
fn a_database_with_a_standby() {
    check(
        r#"
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  multi_az                = true
  allocated_storage       = 100
  backup_retention_period = 7
}
"#,
        expect![[r#"
            zone: warm standby
            region: none
            entry aws_db_instance.orders
              software: 960..9900 by aws_db_instance.orders, lost 300..300 by aws_db_instance.orders
              instance: 60..120 by aws_db_instance.orders, lost 0..0 by aws_db_instance.orders
              zone: 60..120 by aws_db_instance.orders, lost 0..0 by aws_db_instance.orders
              region: never..never by aws_db_instance.orders, lost never..never by aws_db_instance.orders
            aws_db_instance.orders
              software: 960..9900 [backup_retention_period = 7], lost 300..300 [backup_retention_period = 7]
              instance: 60..120 [multi_az                = true], lost 0..0 [multi_az                = true]
              zone: 60..120 [multi_az                = true], lost 0..0 [multi_az                = true]
              region: never..never [no copy], lost never..never [no copy]
        "#]],
    );
}

#[test]
fn without_backups_nothing_comes_back() {
    check(
        r#"
resource "aws_db_instance" "orders" {
  engine            = "postgres"
  allocated_storage = 100
}
"#,
        expect![[r#"
            zone: none
            region: none
            entry aws_db_instance.orders
              software: never..never by aws_db_instance.orders, lost never..never by aws_db_instance.orders
              instance: 300..1800 by aws_db_instance.orders, lost 0..0 by aws_db_instance.orders
              zone: never..never by aws_db_instance.orders, lost never..never by aws_db_instance.orders
              region: never..never by aws_db_instance.orders, lost never..never by aws_db_instance.orders
            aws_db_instance.orders
              software: never..never [no copy], lost never..never [no copy]
              instance: 300..1800 [resource "aws_db_instance" "orders" {], lost 0..0 [resource "aws_db_instance" "orders" {]
              zone: never..never [no copy], lost never..never [no copy]
              region: never..never [no copy], lost never..never [no copy]
        "#]],
    );
}

#[test]
fn what_a_variable_decides_is_a_range() {
    check(
        r#"
variable "ha" {
  type = bool
}
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  multi_az                = var.ha
  backup_retention_period = 7
}
"#,
        expect![[r#"
            zone: backup and restore
            region: none
            entry aws_db_instance.orders
              software: 960..? by aws_db_instance.orders, lost 300..300 by aws_db_instance.orders
              instance: 60..1800 by aws_db_instance.orders, lost 0..0 by aws_db_instance.orders
              zone: 60..? by aws_db_instance.orders, lost 0..300 by aws_db_instance.orders
              region: never..never by aws_db_instance.orders, lost never..never by aws_db_instance.orders
            aws_db_instance.orders
              software: 960..? [backup_retention_period = 7], lost 300..300 [backup_retention_period = 7]
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 60 min for each 100 GB
              instance: 60..1800 [multi_az                = var.ha], lost 0..0 [multi_az                = var.ha]
                open: fails over to its standby in another zone (multi_az): whether that is so is not known: variable ha has no value
              zone: 60..? [backup_retention_period = 7], lost 0..300 [backup_retention_period = 7]
                open: fails over to its standby in another zone (multi_az): whether that is so is not known: variable ha has no value
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 60 min for each 100 GB
              region: never..never [no copy], lost never..never [no copy]
        "#]],
    );
}

#[test]
fn how_much_data_there_is_is_said_in_the_configuration() {
    check(
        r#"
//- foreshock.toml
[[stack]]
path = "."
data_gb = { "aws_db_instance.orders" = 200 }
//- main.tf
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  allocated_storage       = 1000
  multi_az                = true
  backup_retention_period = 7
}
"#,
        expect![[r#"
            zone: warm standby
            region: none
            entry aws_db_instance.orders
              software: 1560..13500 by aws_db_instance.orders, lost 300..300 by aws_db_instance.orders
              instance: 60..120 by aws_db_instance.orders, lost 0..0 by aws_db_instance.orders
              zone: 60..120 by aws_db_instance.orders, lost 0..0 by aws_db_instance.orders
              region: never..never by aws_db_instance.orders, lost never..never by aws_db_instance.orders
            aws_db_instance.orders
              software: 1560..13500 [backup_retention_period = 7], lost 300..300 [backup_retention_period = 7]
              instance: 60..120 [multi_az                = true], lost 0..0 [multi_az                = true]
              zone: 60..120 [multi_az                = true], lost 0..0 [multi_az                = true]
              region: never..never [no copy], lost never..never [no copy]
        "#]],
    );
}

#[test]
fn a_replica_in_another_region_is_promoted() {
    check(
        r#"
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "far"
  region = "eu-central-1"
}
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  multi_az                = true
  allocated_storage       = 100
  backup_retention_period = 7
}
resource "aws_db_instance" "copy" {
  provider            = aws.far
  replicate_source_db = aws_db_instance.orders.arn
}
"#,
        expect![[r#"
            zone: warm standby
            region: pilot light
            entry aws_db_instance.orders
              software: 960..9900 by aws_db_instance.orders, lost 300..300 by aws_db_instance.orders
              instance: 60..120 by aws_db_instance.orders, lost 0..0 by aws_db_instance.orders
              zone: 60..120 by aws_db_instance.orders, lost 0..0 by aws_db_instance.orders
              region: 480..6300 by aws_db_instance.orders, lost 0..300 by aws_db_instance.orders
            aws_db_instance.copy
              software: never..never [no copy], lost never..never [no copy]
              instance: 300..1800 [resource "aws_db_instance" "copy" {], lost 0..0 [resource "aws_db_instance" "copy" {]
              zone: never..never [no copy], lost never..never [no copy]
              region: never..never [no copy], lost never..never [no copy]
            aws_db_instance.orders
              software: 960..9900 [backup_retention_period = 7], lost 300..300 [backup_retention_period = 7]
              instance: 60..120 [multi_az                = true], lost 0..0 [multi_az                = true]
              zone: 60..120 [multi_az                = true], lost 0..0 [multi_az                = true]
              region: 480..6300 [resource "aws_db_instance" "copy" {], lost 0..300 [resource "aws_db_instance" "copy" {]
        "#]],
    );
}

/// The plan is daily and kept in one vault; its copies in another one are weekly.
#[test]
fn a_backup_plan_that_selects_it() {
    check(
        r#"
resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = "main"
    schedule          = "cron(0 5 * * ? *)"
  }
  rule {
    rule_name         = "weekly"
    target_vault_name = "main"
    schedule          = "cron(0 5 ? * SUN *)"
    copy_action {
      destination_vault_arn = "arn:aws:backup:eu-central-1:123456789012:backup-vault:far"
    }
  }
}
resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "yes"
  }
}
resource "aws_ebs_volume" "data" {
  availability_zone = "eu-west-1a"
  size              = 100
  tags              = { backup = "yes" }
}
resource "aws_ebs_volume" "scratch" {
  availability_zone = "eu-west-1a"
  size              = 100
  tags              = { backup = "no" }
}
"#,
        expect![[r#"
            aws_ebs_volume.data
              software: 960..? [schedule          = "cron(0 5 * * ? *)"], lost 86400..86400 [schedule          = "cron(0 5 * * ? *)"]
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 120 min for each 100 GB
              instance: 420..6300 [resource "aws_ebs_volume" "data" {], lost 0..0 [resource "aws_ebs_volume" "data" {]
              zone: 960..? [schedule          = "cron(0 5 * * ? *)"], lost 86400..86400 [schedule          = "cron(0 5 * * ? *)"]
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 120 min for each 100 GB
              region: 960..? [resource "aws_backup_plan" "daily" {], lost 604800..604800 [resource "aws_backup_plan" "daily" {]
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 120 min for each 100 GB
            aws_ebs_volume.scratch
              software: never..never [no copy], lost never..never [no copy]
              instance: 420..6300 [resource "aws_ebs_volume" "scratch" {], lost 0..0 [resource "aws_ebs_volume" "scratch" {]
              zone: never..never [no copy], lost never..never [no copy]
              region: never..never [no copy], lost never..never [no copy]
        "#]],
    );
}

/// An entry waits for what it requires; what is only handed over is not waited for, and messages have no age.
#[test]
fn a_service_with_stores_behind_it() {
    check(
        r#"
resource "aws_lb" "web" {
  subnets = ["subnet-1", "subnet-2"]
}
resource "aws_lb_target_group" "api" {
  health_check {
    interval            = 10
    unhealthy_threshold = 2
  }
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}
resource "aws_ecs_task_definition" "api" {
  family                = "api"
  container_definitions = jsonencode([{ name = "api", environment = [
    { name = "TABLE", value = aws_dynamodb_table.orders.name },
    { name = "QUEUE", value = aws_sqs_queue.mails.url },
  ] }])
}
resource "aws_ecs_service" "api" {
  name            = "api"
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = 3
  launch_type     = "FARGATE"
  network_configuration {
    subnets = ["subnet-1", "subnet-2"]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.api.arn
    container_name   = "api"
    container_port   = 80
  }
}
resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"
  point_in_time_recovery {
    enabled = true
  }
}
resource "aws_sqs_queue" "mails" {
  name = "mails"
}
"#,
        expect![[r#"
            zone: not known
            region: none
            entry aws_lb.web
              software: 965..? by aws_dynamodb_table.orders, lost 300..300 by aws_dynamodb_table.orders
              instance: 0..20 by aws_ecs_service.api, lost 0..0 by aws_dynamodb_table.orders
              zone: 0..11700 by aws_lb.web, lost 0..0 by aws_dynamodb_table.orders
              region: never..never by aws_dynamodb_table.orders, lost never..never by aws_dynamodb_table.orders
            aws_dynamodb_table.orders
              software: 960..? [enabled = true], lost 300..300 [enabled = true]
                open: how much data there is is not written (data_gb in foreshock.toml): 1 to 60 min for each 100 GB
              instance: 0..0 [resource "aws_dynamodb_table" "orders" {], lost 0..0 [resource "aws_dynamodb_table" "orders" {]
              zone: 0..0 [resource "aws_dynamodb_table" "orders" {], lost 0..0 [resource "aws_dynamodb_table" "orders" {]
              region: never..never [no copy], lost never..never [no copy]
            aws_ecs_service.api
              software: 485..6420 [resource "aws_ecs_service" "api" {]
              instance: 0..20 [survivors interval            = 10]
              zone: 0..1020 [subnets = ["subnet-1", "subnet-2"]]
                open: in which zones it is is not known: the zone of subnet-1 is not in the text
              region: 3965..91020 [resource "aws_ecs_service" "api" {]
            aws_lb.web
              software: 420..6300 [resource "aws_lb" "web" {]
              instance: 0..0 [survivors]
              zone: 0..11700 [resource "aws_lb" "web" {]
                open: in which zones it is is not known: the zone of subnet-1 is not in the text
              region: 2160..90900 [resource "aws_lb" "web" {]
            aws_sqs_queue.mails
              software: 420..6300 [resource "aws_sqs_queue" "mails" {], lost never..never [no copy]
              instance: 0..0 [resource "aws_sqs_queue" "mails" {], lost 0..0 [resource "aws_sqs_queue" "mails" {]
              zone: 0..0 [resource "aws_sqs_queue" "mails" {], lost 0..0 [resource "aws_sqs_queue" "mails" {]
              region: 2160..90900 [resource "aws_sqs_queue" "mails" {], lost never..never [no copy]
        "#]],
    );
}

#[test]
fn google() {
    check(
        r#"
resource "google_sql_database_instance" "orders" {
  database_version = "POSTGRES_15"
  region           = "europe-west1"
  settings {
    tier                  = "db-custom-2-8192"
    availability_type     = "REGIONAL"
    disk_autoresize_limit = 200
    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
    }
  }
}
resource "google_storage_bucket" "files" {
  name     = "files"
  location = "EU"
  versioning {
    enabled = true
  }
}
"#,
        expect![[r#"
            zone: warm standby
            region: backup and restore
            entry google_sql_database_instance.orders
              software: 660..13500 by google_sql_database_instance.orders, lost 300..300 by google_sql_database_instance.orders
              instance: 0..180 by google_sql_database_instance.orders, lost 0..0 by google_sql_database_instance.orders
              zone: 0..180 by google_sql_database_instance.orders, lost 0..0 by google_sql_database_instance.orders
              region: 960..15300 by google_sql_database_instance.orders, lost 86400..86400 by google_sql_database_instance.orders
            google_sql_database_instance.orders
              software: 660..13500 [point_in_time_recovery_enabled = true], lost 300..300 [point_in_time_recovery_enabled = true]
              instance: 0..180 [availability_type     = "REGIONAL"], lost 0..0 [availability_type     = "REGIONAL"]
              zone: 0..180 [availability_type     = "REGIONAL"], lost 0..0 [availability_type     = "REGIONAL"]
              region: 960..15300 [enabled                        = true], lost 86400..86400 [enabled                        = true]
            google_storage_bucket.files
              software: 420..18900 [enabled = true], lost 0..0 [enabled = true]
              instance: 0..0 [resource "google_storage_bucket" "files" {], lost 0..0 [resource "google_storage_bucket" "files" {]
              zone: 0..0 [resource "google_storage_bucket" "files" {], lost 0..0 [resource "google_storage_bucket" "files" {]
              region: 0..60 [location = "EU"], lost 0..43200 [location = "EU"]
        "#]],
    );
}

#[test]
fn azure() {
    check(
        r#"
resource "azurerm_postgresql_flexible_server" "orders" {
  location                     = "westeurope"
  storage_mb                   = 131072
  backup_retention_days        = 14
  geo_redundant_backup_enabled = true
  high_availability {
    mode = "ZoneRedundant"
  }
}
resource "azurerm_storage_account" "files" {
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "GRS"
}
"#,
        expect![[r#"
            zone: warm standby
            region: backup and restore
            entry azurerm_postgresql_flexible_server.orders
              software: 960..10908 by azurerm_postgresql_flexible_server.orders, lost 300..900 by azurerm_postgresql_flexible_server.orders
              instance: 60..120 by azurerm_postgresql_flexible_server.orders, lost 0..0 by azurerm_postgresql_flexible_server.orders
              zone: 60..120 by azurerm_postgresql_flexible_server.orders, lost 0..0 by azurerm_postgresql_flexible_server.orders
              region: 960..20916 by azurerm_postgresql_flexible_server.orders, lost 0..3600 by azurerm_postgresql_flexible_server.orders
            azurerm_postgresql_flexible_server.orders
              software: 960..10908 [backup_retention_days        = 14], lost 300..900 [backup_retention_days        = 14]
              instance: 60..120 [mode = "ZoneRedundant"], lost 0..0 [mode = "ZoneRedundant"]
              zone: 60..120 [mode = "ZoneRedundant"], lost 0..0 [mode = "ZoneRedundant"]
              region: 960..20916 [geo_redundant_backup_enabled = true], lost 0..3600 [geo_redundant_backup_enabled = true]
            azurerm_storage_account.files
              software: never..never [no copy], lost never..never [no copy]
              instance: 0..0 [account_replication_type = "GRS"], lost 0..0 [account_replication_type = "GRS"]
              zone: 960..8100 [account_replication_type = "GRS"], lost 0..900 [account_replication_type = "GRS"]
              region: 960..8100 [account_replication_type = "GRS"], lost 0..900 [account_replication_type = "GRS"]
        "#]],
    );
}

#[test]
fn kubernetes() {
    check(
        r#"
resource "kubernetes_deployment" "web" {
  metadata {
    name = "web"
  }
  spec {
    replicas = 3
    template {
      spec {
        container {
          image = "web:1"
          readiness_probe {
            period_seconds    = 5
            failure_threshold = 2
          }
        }
      }
    }
  }
}
resource "kubernetes_stateful_set" "store" {
  metadata {
    name = "store"
  }
  spec {
    service_name = "store"
    replicas     = 1
    template {
      spec {
        container {
          image = "store:1"
        }
      }
    }
    volume_claim_template {
      metadata {
        name = "data"
      }
    }
  }
}
"#,
        expect![[r#"
            zone: none
            region: none
            entry kubernetes_deployment.web
              software: 481..6420 by kubernetes_deployment.web
              instance: 0..10 by kubernetes_deployment.web
              zone: 0..820 by kubernetes_deployment.web
              region: 3961..91020 by kubernetes_deployment.web
            entry kubernetes_stateful_set.store
              software: never..never by kubernetes_stateful_set.store, lost never..never by kubernetes_stateful_set.store
              instance: 6..1300 by kubernetes_stateful_set.store, lost 0..0 by kubernetes_stateful_set.store
              zone: never..never by kubernetes_stateful_set.store, lost never..never by kubernetes_stateful_set.store
              region: never..never by kubernetes_stateful_set.store, lost never..never by kubernetes_stateful_set.store
            kubernetes_deployment.web
              software: 481..6420 [resource "kubernetes_deployment" "web" {]
              instance: 0..10 [survivors period_seconds    = 5]
              zone: 0..820 [resource "kubernetes_deployment" "web" {]
                open: in which zones it is is not known: no zone is written
              region: 3961..91020 [resource "kubernetes_deployment" "web" {]
            kubernetes_stateful_set.store
              software: never..never [no copy], lost never..never [no copy]
              instance: 6..1300 [volume_claim_template {], lost 0..0 [volume_claim_template {]
              zone: never..never [no copy], lost never..never [no copy]
              region: never..never [no copy], lost never..never [no copy]
        "#]],
    );
}

#[test]
fn infrastructure_yaml() {
    check(
        r#"
//- infra.yaml
components:
  - id: web
    type: web_server
    replicas: 2
    zones: [a, b]
    entry: true
    recovery: {restart_seconds: 30}
    team: {mean_acknowledge_time_minutes: 10, mean_diagnosis_time_minutes: 0, runbook_coverage_percent: 0}
  - id: orders
    type: database
    replicas: 2
    zones: [a, b]
    failover: {enabled: true, promotion_time_seconds: 20, health_check_interval_seconds: 5, failover_threshold: 2}
    security: {backup_enabled: true, backup_frequency_hours: 6}
  - id: sessions
    type: cache
dependencies:
  - {source: web, target: orders}
  - {source: web, target: sessions, type: optional}
"#,
        expect![[r#"
            zone: warm standby
            region: not known
            entry web
              software: 750..? by orders, lost 21600..21600 by orders
              instance: 60..60 by orders, lost 0..21600 by orders
              zone: 60..60 by orders, lost 0..21600 by orders
              region: 4230..never by orders, lost 21600..never by orders
            orders
              software: 360..? [security: {backup_enabled: true, backup_frequency_hours: 6}], lost 21600..21600 [security: {backup_enabled: true, backup_frequency_hours: 6}]
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 60 min for each 100 GB
              instance: 30..30 [failover: {enabled: true, promotion_time_seconds: 20, health_check_interval_seconds: 5, failover_threshold: 2}], lost 0..21600 [security: {backup_enabled: true, backup_frequency_hours: 6}]
                open: how far its standby is behind is not written
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 60 min for each 100 GB
                open: where its backups are kept is not written
              zone: 30..30 [failover: {enabled: true, promotion_time_seconds: 20, health_check_interval_seconds: 5, failover_threshold: 2}], lost 0..21600 [security: {backup_enabled: true, backup_frequency_hours: 6}]
                open: how far its standby is behind is not written
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 60 min for each 100 GB
                open: where its backups are kept is not written
              region: 360..never [security: {backup_enabled: true, backup_frequency_hours: 6}], lost 21600..never [security: {backup_enabled: true, backup_frequency_hours: 6}]
                open: how much data there is is not written (data_gb in foreshock.toml): 5 to 60 min for each 100 GB
                open: where its backups are kept is not written
            sessions
              software: 375..5160 [- id: sessions], lost never..never [no copy]
              instance: 65..1860 [- id: sessions], lost never..never [no copy]
              zone: 965..11760 [- id: sessions], lost never..never [no copy]
              region: 2165..90960 [- id: sessions], lost never..never [no copy]
            web
              software: 750..2430 [- id: web]
              instance: 0..0 [survivors]
              zone: 0..0 [survivors]
              region: 4230..87030 [- id: web]
        "#]],
    );
}

/// A type that no row speaks of is not known, never fine.
#[test]
fn what_nobody_knows_is_unknown() {
    check(
        r#"
resource "hcloud_volume" "data" {
  size     = 10
  location = "fsn1"
}
"#,
        expect![[r#"
            hcloud_volume.data
              software: 0..? [not known], lost 0..? [not known]
              instance: 0..? [not known], lost 0..? [not known]
              zone: 0..? [not known], lost 0..? [not known]
              region: 0..? [not known], lost 0..? [not known]
        "#]],
    );
}

/// What is promised and out of reach: each finding with the promise that it breaks, and its best repair.
fn check_promises(fixture: &str, expected: Expect) {
    let directory = Directory::of_repository(fixture);
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    assert!(snapshot.configurations.iter().all(|it| it.configuration.problems.is_empty()));
    let mut out = String::new();
    let findings = &snapshot.stacks[0].findings;
    for finding in findings.iter().filter(|finding| finding.rule.as_str() == "recovery-unreachable") {
        writeln!(out, "{}", finding.message).unwrap();
        for evidence in &finding.evidence {
            writeln!(out, "  {} ({})", evidence.why, evidence.place.file.as_path().file_name().unwrap()).unwrap();
        }
        let fix = snapshot.fixes(0, finding).first().map(|fix| fix.title.clone());
        writeln!(out, "  repair: {}", fix.as_deref().unwrap_or("none")).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn a_promise_for_the_whole_stack_leaves_the_region_out() {
    check_promises(
        r#"
//- foreshock.toml
[[stack]]
path = "."
rto = "10m"
//- main.tf
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  allocated_storage       = 20
  backup_retention_period = 7
}
"#,
        expect![[r#"
            aws_db_instance.orders has to be back in 10 min after a bad deploy or bad data: 16 min is the best that the text allows.
            aws_db_instance.orders: is restored to a point in time (backup_retention_period = 7).
              rto of 10 min promised here (foreshock.toml)
              repair: none
            aws_db_instance.orders has to be back in 10 min after the loss of a zone: 16 min is the best that the text allows.
            aws_db_instance.orders: is restored to a point in time (backup_retention_period = 7).
              rto of 10 min promised here (foreshock.toml)
              repair: Enable Multi-AZ
        "#]],
    );
}

/// By tag and by address, each for the faults that it names; a repair has to be proven.
#[test]
fn promises_are_for_some_components_and_faults() {
    check_promises(
        r#"
//- foreshock.toml
[[stack]]
path = "."
[[stack.target]]
tag = "tier=gold"
faults = ["software"]
rpo = "1h"
[[stack.target]]
address = "aws_dynamodb_table.*"
faults = ["region"]
rto = 3600
//- main.tf
resource "aws_db_instance" "orders" {
  engine            = "postgres"
  allocated_storage = 20
  tags              = { tier = "gold" }
}
resource "aws_db_instance" "drafts" {
  engine            = "postgres"
  allocated_storage = 20
  tags              = { tier = "bronze" }
}
resource "aws_dynamodb_table" "carts" {
  name     = "carts"
  hash_key = "id"
}
"#,
        expect![[r#"
            aws_db_instance.orders may lose no more than 60 min of data after a bad deploy or bad data: all data is lost.
            aws_db_instance.orders: no copy that survives this is in the text.
              rpo of 60 min promised here (foreshock.toml)
              repair: Keep backups for seven days
            aws_dynamodb_table.carts has to be back in 60 min after the loss of its region: it does not come back.
            aws_dynamodb_table.carts: no copy that survives this is in the text.
              rto of 60 min promised here (foreshock.toml)
              repair: none
        "#]],
    );
}

/// What may be kept to is not found: the zone of a database whose standby a variable decides.
#[test]
fn what_may_be_kept_is_silent() {
    check_promises(
        r#"
//- foreshock.toml
[[stack]]
path = "."
[[stack.target]]
faults = ["zone"]
rto = "5m"
//- main.tf
variable "ha" {
  type = bool
}
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  multi_az                = var.ha
  backup_retention_period = 7
}
"#,
        expect![[r#""#]],
    );
}

/// Two answers for one name: who has asked before keeps the old one for as long as its record says.
#[test]
fn a_name_with_two_answers_is_old_for_its_ttl() {
    check(
        r#"
resource "aws_route53_zone" "shop" {
  name = "shop.example"
}
resource "aws_route53_record" "a" {
  zone_id        = aws_route53_zone.shop.zone_id
  name           = "www"
  type           = "A"
  ttl            = 300
  records        = [aws_eip.a.public_ip]
  set_identifier = "a"
  failover_routing_policy {
    type = "PRIMARY"
  }
}
resource "aws_route53_record" "b" {
  zone_id        = aws_route53_zone.shop.zone_id
  name           = "www"
  type           = "A"
  ttl            = 300
  records        = [aws_eip.b.public_ip]
  set_identifier = "b"
  failover_routing_policy {
    type = "SECONDARY"
  }
}
resource "aws_eip" "a" {
  instance = aws_instance.a.id
}
resource "aws_eip" "b" {
  instance = aws_instance.b.id
}
resource "aws_instance" "a" {
  ami               = "ami-1"
  instance_type     = "m5.large"
  availability_zone = "eu-west-1a"
}
resource "aws_instance" "b" {
  ami               = "ami-1"
  instance_type     = "m5.large"
  availability_zone = "eu-west-1b"
}
"#,
        expect![[r#"
            zone: backup and restore
            region: backup and restore
            entry aws_route53_zone.shop
              software: 485..6420 by aws_instance.a
              instance: 125..1920 by aws_instance.a
              zone: 965..11820 by aws_instance.a
              region: 3965..91020 by aws_instance.a
            aws_instance.a
              software: 485..6420 [resource "aws_instance" "a" {]
              instance: 125..1920 [resource "aws_instance" "a" {]
              zone: 965..11820 [resource "aws_instance" "a" {]
              region: 3965..91020 [resource "aws_instance" "a" {]
            aws_instance.b
              software: 485..6420 [resource "aws_instance" "b" {]
              instance: 125..1920 [resource "aws_instance" "b" {]
              zone: 965..11820 [resource "aws_instance" "b" {]
              region: 3965..91020 [resource "aws_instance" "b" {]
            aws_route53_zone.shop
              software: 420..6300 [resource "aws_route53_zone" "shop" {]
              instance: 0..300 [survivors ttl            = 300]
              zone: 0..300 [survivors ttl            = 300]
              region: 2160..90900 [resource "aws_route53_zone" "shop" {]
        "#]],
    );
}
