//! One case per form of check: what it says of a resource, and what it underlines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, assemble};
use rendering::resolve_text;

fn check(text: &str, expect: Expect) {
    let resolved = resolve_text(text);
    let assembled = assemble(&resolved.resources, Catalog::bundled());
    let mut found = String::new();
    for violation in &assembled.violations {
        let place = violation.cause.as_ref().unwrap_or(&violation.block);
        let underlined = &text[place.span.start as usize..place.span.end as usize];
        let several = if violation.instances > 1 { format!(" (x{})", violation.instances) } else { String::new() };
        writeln!(found, "{}: {}{several} {}", violation.rule, violation.subject, violation.says).unwrap();
        writeln!(found, "    {} <- {underlined}", violation.then).unwrap();
    }
    expect.assert_eq(&found);
}

#[test]
fn what_the_provider_does_counts() {
    check(
        r#"
        resource "aws_dynamodb_table" "t" { deletion_protection_enabled = true }
        resource "aws_rds_cluster" "c" { deletion_protection = true }
        "#,
        expect![[r#"
            no-point-in-time-recovery: aws_dynamodb_table.t can't be taken back to an earlier minute
                A bad write or delete is final. <- resource "aws_dynamodb_table" "t"
            fixed-capacity: aws_dynamodb_table.t has a fixed capacity
                A load above it is refused, whatever the reason for it. <- resource "aws_dynamodb_table" "t"
            short-backups: aws_rds_cluster.c keeps its backups for 1 day
                What is noticed after that can't be undone. <- resource "aws_rds_cluster" "c"
        "#]],
    );
}

#[test]
fn what_can_not_be_known_is_no_finding() {
    check(
        r#"
        variable "days" {}
        variable "number" {}
        resource "aws_rds_cluster" "c" {
          backup_retention_period = var.days
          deletion_protection     = var.days > 7
        }
        resource "aws_dynamodb_table" "t" { count = var.number }
        "#,
        expect![[""]],
    );
}

#[test]
fn the_instances_of_a_block_are_one_finding() {
    check(
        r#"
        resource "aws_dynamodb_table" "t" {
          for_each                    = toset(["a", "b", "c"])
          deletion_protection_enabled = each.key != "a"

          point_in_time_recovery {
            enabled = each.key == "a"
          }
        }
        "#,
        expect![[r#"
            fixed-capacity: aws_dynamodb_table.t["a"] (x3) has a fixed capacity
                A load above it is refused, whatever the reason for it. <- resource "aws_dynamodb_table" "t"
            deletion-unprotected: aws_dynamodb_table.t["a"] may be deleted by any apply
                One mistaken destroy, or a change that replaces it, removes the data. <- deletion_protection_enabled = each.key != "a"
            no-point-in-time-recovery: aws_dynamodb_table.t["b"] (x2) can't be taken back to an earlier minute
                A bad write or delete is final. <- enabled = each.key == "a"
        "#]],
    );
}

#[test]
fn another_resource_can_be_what_counts() {
    check(
        r#"
        resource "aws_s3_bucket" "kept" {}
        resource "aws_s3_bucket_versioning" "kept" {
          bucket = aws_s3_bucket.kept.id
          versioning_configuration { status = "Enabled" }
        }
        resource "aws_s3_bucket" "never" {}
        resource "aws_s3_bucket_versioning" "never" {
          bucket = aws_s3_bucket.never.id
          versioning_configuration { status = "Disabled" }
        }
        resource "aws_s3_bucket" "no_more" {}
        resource "aws_s3_bucket_versioning" "no_more" {
          bucket = aws_s3_bucket.no_more.id
          versioning_configuration { status = "Suspended" }
        }
        "#,
        expect![[r#"
            no-versioning: aws_s3_bucket.never keeps no earlier versions
                What is overwritten or deleted is gone. <- status = "Disabled"
            no-versioning: aws_s3_bucket_versioning.no_more suspends versioning
                What is overwritten or deleted from now on is gone. <- status = "Suspended"
        "#]],
    );
}

#[test]
fn two_sides_of_a_mapping() {
    check(
        r#"
        resource "aws_sqs_queue" "slow" { visibility_timeout_seconds = 90 }
        resource "aws_sqs_queue" "fast" { name = "fast" }
        resource "aws_lambda_function" "f" { timeout = 60 }
        resource "aws_lambda_event_source_mapping" "slow" {
          event_source_arn = aws_sqs_queue.slow.arn
          function_name    = aws_lambda_function.f.arn
        }
        resource "aws_lambda_event_source_mapping" "fast" {
          event_source_arn = aws_sqs_queue.fast.arn
          function_name    = aws_lambda_function.f.arn
        }
        resource "aws_lambda_event_source_mapping" "elsewhere" {
          event_source_arn = "arn:aws:sqs:eu-west-1:123456789012:orders"
          function_name    = aws_lambda_function.f.arn
        }
        "#,
        expect![[r#"
            timeout-inversion: aws_lambda_event_source_mapping.fast reads from a queue that hands a message out again after 30 s, while the function may take 60 s
                Slow messages are worked on twice, at the same time. <- timeout = 60
            no-retry: aws_lambda_event_source_mapping.fast gives back a whole batch for one message that fails
                The others are worked on again, and count as failed as often as that one. <- resource "aws_lambda_event_source_mapping" "fast"
            no-retry: aws_lambda_event_source_mapping.slow gives back a whole batch for one message that fails
                The others are worked on again, and count as failed as often as that one. <- resource "aws_lambda_event_source_mapping" "slow"
            no-dead-letter-queue: aws_sqs_queue.fast has no dead-letter queue
                A message that can't be handled comes back until it expires, and is lost then. <- resource "aws_sqs_queue" "fast"
            no-dead-letter-queue: aws_sqs_queue.slow has no dead-letter queue
                A message that can't be handled comes back until it expires, and is lost then. <- resource "aws_sqs_queue" "slow"
        "#]],
    );
}

#[test]
fn a_module_that_is_not_at_hand_may_declare_what_is_missing() {
    let volume = r#"
        resource "aws_ebs_volume" "v" { availability_zone = "eu-west-1a" }
        resource "aws_backup_selection" "s" { resources = [] }
        "#;
    check(
        volume,
        expect![[r#"
        no-backup: aws_ebs_volume.v is in none of the backup selections of this stack
            What is deleted or damaged on it is gone. <- resource "aws_ebs_volume" "v"
    "#]],
    );
    check(&format!("{volume}\nmodule \"backups\" {{ source = \"example/backups/aws\" }}"), expect![[""]]);
}

#[test]
fn what_is_sensitive_is_not_said() {
    let cluster = |sensitive: &str| {
        format!(
            r#"
        variable "days" {{
          default = 40
          {sensitive}
        }}
        resource "aws_rds_cluster" "c" {{
          backup_retention_period = var.days
          deletion_protection     = true
        }}
        "#
        )
    };
    check(
        &cluster(""),
        expect![[r#"
        no-backup: aws_rds_cluster.c asks for 40 days of backups, and 35 is the most
            The provider refuses it, and the backups with it. <- backup_retention_period = var.days
    "#]],
    );
    check(&cluster("sensitive = true"), expect![[""]]);
}
