//! Every number says where it comes from.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use std::fmt::Write as _;

use camino::Utf8Path;
use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, assemble};
use foreshock_fixture::Memory;
use foreshock_model::{Figure, Source};
use rendering::resolve_text;

fn check(text: &str, expect: Expect) {
    let files = Memory::of(Utf8Path::new("/"), text);
    let assembled = assemble(&resolve_text(text).resources, Catalog::bundled());
    let source = |source: &Source| match source {
        Source::Attribute(place) => {
            let text = files.text_of(&place.file);
            format!("written: {}", place.span.text(text))
        }
        Source::Sla { row, title, verified } => {
            format!("SLA: {row}; {title}{}", if *verified { "" } else { ", unchecked" })
        }
        Source::Default { name, .. } => format!("default: {name}"),
        Source::ProviderDefault(fact) => format!("provider: {fact}"),
        Source::Configuration(_) => "configuration".to_owned(),
    };
    let figure = |figure: &Figure| {
        let mttr = figure.mttr.map_or(String::new(), |mttr| format!(" mttr {}", mttr.get()));
        format!("{:.3e}{mttr} <- {}", figure.unavailability.get(), source(&figure.source))
    };
    let mut found = String::new();
    for component in &assembled.system.components {
        writeln!(found, "{} ({})", component.id, component.label).unwrap();
        writeln!(found, "    instances <- {}", source(&component.redundancy.instances_source)).unwrap();
        let failover = &component.redundancy.failover;
        writeln!(found, "    failover {} <- {}", failover.seconds.value.get(), source(&failover.seconds.source))
            .unwrap();
        for (name, unit) in [
            ("instance", &component.reliability.instance),
            ("service", &component.reliability.service),
            ("external", &component.reliability.external),
            ("whole", &component.reliability.whole),
        ] {
            if let Some(unit) = unit {
                writeln!(found, "    {name} {}", figure(unit)).unwrap();
            }
        }
    }
    for zone in &assembled.system.zones {
        writeln!(found, "zone {} {}", zone.name, figure(&zone.figure)).unwrap();
    }
    expect.assert_eq(&found);
}

#[test]
fn a_database_in_one_zone() {
    check(
        r#"
        resource "aws_db_instance" "orders" {
          multi_az          = false
          availability_zone = "us-east-1a"
        }
        "#,
        expect![[r#"
            aws_db_instance.orders (orders)
                instances <- written: multi_az          = false
                failover 120 <- SLA: RDS, Multi-AZ instance; Amazon RDS SLA 2024-01-22 (seen 2026-11-22)
                instance 4.403e-3 mttr 3600 <- SLA: RDS, instance in one zone; Amazon RDS SLA 2024-01-22 (seen 2026-11-22)
                service 5.000e-4 <- SLA: RDS, Multi-AZ instance; Amazon RDS SLA 2024-01-22 (seen 2026-11-22)
            zone us-east-1a 1.000e-4 mttr 14400 <- default: zone
        "#]],
    );
}

#[test]
fn nothing_written() {
    check(
        r#"
        resource "aws_db_instance" "this" {}
        resource "aws_instance" "web" { count = 2 }
        resource "aws_lambda_function" "f" {}
        "#,
        expect![[r#"
            aws_db_instance.this (this)
                instances <- provider: one instance in one zone when multi_az is not written
                failover 120 <- SLA: RDS, Multi-AZ instance; Amazon RDS SLA 2024-01-22 (seen 2026-11-22)
                instance 4.502e-3 mttr 3600 <- SLA: RDS, instance in one zone; Amazon RDS SLA 2024-01-22 (seen 2026-11-22)
                service 5.000e-4 <- SLA: RDS, Multi-AZ instance; Amazon RDS SLA 2024-01-22 (seen 2026-11-22)
            aws_instance.web (web)
                instances <- written: count = 2
                failover 600 <- SLA: EC2, instances in two or more zones; AWS Compute SLA (seen 2026-11-22)
                instance 4.900e-3 mttr 600 <- SLA: EC2, one instance; AWS Compute SLA (instance level) (seen 2026-11-22)
                service 1.000e-4 <- SLA: EC2, instances in two or more zones; AWS Compute SLA (seen 2026-11-22)
            aws_lambda_function.f (f)
                instances <- provider: each block is one
                failover 120 <- default: failover_seconds
                service 5.000e-4 <- SLA: Lambda; AWS Lambda SLA (seen 2026-11-22)
        "#]],
    );
}

#[test]
fn numbers_from_elsewhere() {
    check(
        r#"
        resource "aws_ecs_service" "api" {
          name          = "api"
          desired_count = 4
        }
        resource "aws_appautoscaling_target" "api" {
          resource_id  = "service/x/${aws_ecs_service.api.name}"
          min_capacity = 2
        }
        resource "aws_rds_cluster" "c" {}
        resource "aws_rds_cluster_instance" "c" {
          count              = 2
          cluster_identifier = aws_rds_cluster.c.id
        }
        resource "aws_opensearch_domain" "d" {
          cluster_config {
            instance_count = 3
          }
        }
        "#,
        expect![[r#"
            aws_ecs_service.api (api)
                instances <- written: min_capacity = 2
                failover 180 <- SLA: ECS, tasks in two or more zones; AWS Compute SLA (seen 2026-11-22)
                instance 2.315e-5 mttr 180 <- default: task
                service 1.000e-4 <- SLA: ECS, tasks in two or more zones; AWS Compute SLA (seen 2026-11-22)
            aws_opensearch_domain.d (d)
                instances <- written: instance_count = 3
                failover 600 <- SLA: OpenSearch, two or three zones; OpenSearch SLA (seen 2026-11-22), unchecked
                instance 5.000e-3 mttr 600 <- default: node
                service 1.000e-3 <- SLA: OpenSearch, two or three zones; OpenSearch SLA (seen 2026-11-22), unchecked
            aws_rds_cluster.c (c)
                instances <- written: count              = 2
                failover 60 <- SLA: Aurora, instances in two or more zones; Amazon Aurora SLA 2022-05-19 (seen 2026-11-22)
                instance 9.001e-4 mttr 600 <- SLA: Aurora, one instance or one zone; Amazon Aurora SLA 2022-05-19 (seen 2026-11-22)
                service 1.000e-4 <- SLA: Aurora, instances in two or more zones; Amazon Aurora SLA 2022-05-19 (seen 2026-11-22)
        "#]],
    );
}
