//! Repairs of Google's resources and of pods, proven: the finding is gone, nothing new is found, the score is higher.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use expect_test::{Expect, expect};
use foreshock_analysis::{Edit, Workspace};
use foreshock_text::{AnchoredText, FilePath};

fn applied(before: &AnchoredText, edits: &[Edit]) -> String {
    let mut text = before.whole().to_string();
    for edit in edits.iter().rev() {
        let span = before.real_span(edit.place.span);
        text.replace_range(span.start as usize..span.end as usize, &edit.text);
    }
    text
}

/// What the best repair of the first finding of a rule makes of the text; asserts that the finding is gone then.
fn check(rule: &str, text: &str, expect: Expect) {
    let snapshot_of = |text: &str| {
        let mut workspace = Workspace::new();
        workspace.set_document(FilePath::new("/stack/main.tf"), text.into());
        workspace.snapshot()
    };
    let snapshot = snapshot_of(text);
    let findings = &snapshot.stacks[0].findings;
    let finding = findings.iter().find(|finding| finding.rule.as_str() == rule).expect("a finding of that rule");
    let fixes = snapshot.fixes(0, finding);
    let fix = fixes.first().expect("a repair");
    let after = applied(snapshot.file(&finding.place.file).unwrap().text, &fix.edits);
    expect.assert_eq(&after);
    let same = |other: &std::sync::Arc<foreshock_analysis::Finding>| {
        other.rule == finding.rule && other.component_id == finding.component_id
    };
    let snapshot = snapshot_of(&after);
    assert!(!snapshot.stacks[0].findings.iter().any(same), "the finding is still there");
}

const SHOP: &str = r#"resource "kubernetes_deployment" "web" {
  metadata {
    name = "web"
  }
  spec {
    replicas = 1
    template {
      metadata {
        labels = { app = "web" }
      }
      spec {
        container {
          name = "web"
          env {
            name  = "DB"
            value = google_sql_database_instance.db.private_ip_address
          }
        }
      }
    }
  }
}

resource "kubernetes_service" "web" {
  metadata {
    name = "web"
  }
  spec {
    selector = { app = "web" }
  }
}

resource "kubernetes_ingress_v1" "front" {
  metadata {
    name = "front"
  }
  spec {
    default_backend {
      service {
        name = "web"
      }
    }
  }
}
"#;

fn shop(database: &str) -> String {
    format!("{database}\n{SHOP}")
}

#[test]
fn a_standby_in_a_second_zone() {
    let database = r#"resource "google_sql_database_instance" "db" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
  }
}
"#;
    check(
        "single-point-of-failure",
        &shop(database).replace("replicas = 1", "replicas = 2"),
        expect![[r#"
        resource "google_sql_database_instance" "db" {
          database_version = "POSTGRES_16"
          settings {
            tier              = "db-custom-2-7680"
            availability_type = "REGIONAL"

            backup_configuration {
              enabled                        = true
              point_in_time_recovery_enabled = true
            }
          }
        }

        resource "kubernetes_deployment" "web" {
          metadata {
            name = "web"
          }
          spec {
            replicas = 2
            template {
              metadata {
                labels = { app = "web" }
              }
              spec {
                container {
                  name = "web"
                  env {
                    name  = "DB"
                    value = google_sql_database_instance.db.private_ip_address
                  }
                }
              }
            }
          }
        }

        resource "kubernetes_service" "web" {
          metadata {
            name = "web"
          }
          spec {
            selector = { app = "web" }
          }
        }

        resource "kubernetes_ingress_v1" "front" {
          metadata {
            name = "front"
          }
          spec {
            default_backend {
              service {
                name = "web"
              }
            }
          }
        }
    "#]],
    );
    check(
        "no-backup",
        database,
        expect![[r#"
        resource "google_sql_database_instance" "db" {
          database_version = "POSTGRES_16"
          settings {
            tier = "db-custom-2-7680"

            backup_configuration {
              enabled = true
            }
          }
        }
    "#]],
    );
}

#[test]
fn a_second_pod() {
    let database = r#"resource "google_sql_database_instance" "db" {
  database_version = "POSTGRES_16"
  settings {
    availability_type = "REGIONAL"
  }
}
"#;
    check(
        "single-point-of-failure",
        &shop(database),
        expect![[r#"
        resource "google_sql_database_instance" "db" {
          database_version = "POSTGRES_16"
          settings {
            availability_type = "REGIONAL"
          }
        }

        resource "kubernetes_deployment" "web" {
          metadata {
            name = "web"
          }
          spec {
            replicas = 2
            template {
              metadata {
                labels = { app = "web" }
              }
              spec {
                container {
                  name = "web"
                  env {
                    name  = "DB"
                    value = google_sql_database_instance.db.private_ip_address
                  }
                }
              }
            }
          }
        }

        resource "kubernetes_service" "web" {
          metadata {
            name = "web"
          }
          spec {
            selector = { app = "web" }
          }
        }

        resource "kubernetes_ingress_v1" "front" {
          metadata {
            name = "front"
          }
          spec {
            default_backend {
              service {
                name = "web"
              }
            }
          }
        }
    "#]],
    );
}

#[test]
fn a_cache_with_a_standby() {
    check(
        "no-redundancy",
        "resource \"google_redis_instance\" \"sessions\" {\n  memory_size_gb = 1\n}\n",
        expect![[r#"
            resource "google_redis_instance" "sessions" {
              memory_size_gb = 1
              tier           = "STANDARD_HA"
            }
        "#]],
    );
}

#[test]
fn a_group_that_may_not_shrink_to_one() {
    check(
        "no-redundancy",
        r#"resource "google_compute_region_instance_group_manager" "api" {
  region = "europe-west1"
}

resource "google_compute_region_autoscaler" "api" {
  target = google_compute_region_instance_group_manager.api.id
  autoscaling_policy {
    min_replicas = 1
    max_replicas = 4
  }
}
"#,
        expect![[r#"
            resource "google_compute_region_instance_group_manager" "api" {
              region = "europe-west1"
            }

            resource "google_compute_region_autoscaler" "api" {
              target = google_compute_region_instance_group_manager.api.id
              autoscaling_policy {
                min_replicas = 2
                max_replicas = 4
              }
            }
        "#]],
    );
}
