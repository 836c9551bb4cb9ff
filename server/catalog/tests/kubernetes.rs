//! One case per form of link between the resources of the kubernetes and helm providers.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, assemble};
use rendering::{assemble_text, resolve_text};

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&assemble_text(text));
}

/// A deployment whose pods are labelled `app = NAME`, with `pod` in the pod's spec.
fn deployment(name: &str, replicas: &str, pod: &str) -> String {
    format!(
        r#"
        resource "kubernetes_deployment" "{name}" {{
          metadata {{ name = "{name}" }}
          spec {{
            {replicas}
            selector {{ match_labels = {{ app = "{name}" }} }}
            template {{
              metadata {{ labels = {{ app = "{name}", tier = "web" }} }}
              spec {{
                container {{
                  name  = "app"
                  image = "example/{name}:1"
                  {pod}
                }}
              }}
            }}
          }}
        }}
        "#
    )
}

/// A service that selects `app = NAME`.
fn service(name: &str) -> String {
    format!(
        r#"
        resource "kubernetes_service_v1" "{name}" {{
          metadata {{ name = "{name}" }}
          spec {{
            selector = {{ app = "{name}" }}
            port {{ port = 80 }}
          }}
        }}
        "#
    )
}

fn ingress(service: &str) -> String {
    format!(
        r#"
        resource "kubernetes_ingress_v1" "front" {{
          metadata {{ name = "front" }}
          spec {{
            rule {{
              http {{
                path {{
                  path = "/"
                  backend {{
                    service {{
                      name = {service}
                      port {{ number = 80 }}
                    }}
                  }}
                }}
              }}
            }}
          }}
        }}
        "#
    )
}

#[test]
fn ingress_service_and_pods() {
    let text = [ingress("\"web\""), service("web"), deployment("web", "replicas = 3", "")].concat();
    check(
        &text,
        expect![[r#"
            kubernetes_deployment.web app_server 1/3 zones?(no zone is written)
            kubernetes_ingress_v1.front load_balancer 1/1 region
            kubernetes_ingress_v1.front -requires/certain-> kubernetes_deployment.web
                kubernetes_ingress_v1.front sends to kubernetes_service_v1.web
                kubernetes_service_v1.web selects the pods of kubernetes_deployment.web
        "#]],
    );
}

#[test]
fn a_service_named_by_reference() {
    let text =
        [ingress("kubernetes_service_v1.web.metadata[0].name"), service("web"), deployment("web", "", "")].concat();
    check(
        &text,
        expect![[r#"
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        kubernetes_ingress_v1.front load_balancer 1/1 region
        kubernetes_ingress_v1.front -requires/certain-> kubernetes_deployment.web
            kubernetes_ingress_v1.front sends to kubernetes_service_v1.web
            kubernetes_service_v1.web selects the pods of kubernetes_deployment.web
    "#]],
    );
}

#[test]
fn a_selector_that_asks_for_more_finds_nothing() {
    let text = service("web").replace("{ app = \"web\" }", "{ app = \"web\", color = \"blue\" }")
        + &ingress("\"web\"")
        + &deployment("web", "", "");
    check(
        &text,
        expect![[r#"
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        kubernetes_ingress_v1.front load_balancer 1/1 region
    "#]],
    );
}

#[test]
fn an_unknown_label_selects_nothing() {
    let text = format!("variable \"app\" {{}}\n{}", service("web").replace("app = \"web\"", "app = var.app"))
        + &ingress("\"web\"")
        + &deployment("web", "", "");
    check(
        &text,
        expect![[r#"
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        kubernetes_ingress_v1.front load_balancer 1/1 region
    "#]],
    );
}

#[test]
fn another_namespace_is_another_service() {
    let elsewhere =
        deployment("web", "", "").replace("{ name = \"web\" }", "{\n name = \"web\"\n namespace = \"shop\"\n }");
    check(
        &[ingress("\"web\""), service("web"), elsewhere].concat(),
        expect![[r#"
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        kubernetes_ingress_v1.front load_balancer 1/1 region
    "#]],
    );
}

#[test]
fn a_namespace_by_reference() {
    let namespace = "resource \"kubernetes_namespace\" \"shop\" { metadata { generate_name = \"shop-\" } }\n";
    let inside = |text: String| {
        text.replace(
            "metadata { name = \"web\" }",
            "metadata {\n name = \"web\"\n namespace = kubernetes_namespace.shop.metadata[0].name\n }",
        )
        .replace(
            "metadata { name = \"front\" }",
            "metadata {\n name = \"front\"\n namespace = kubernetes_namespace.shop.metadata[0].name\n }",
        )
    };
    let text = [ingress("\"web\""), service("web"), deployment("web", "replicas = 2", "")].map(inside).concat();
    check(
        &(namespace.to_owned() + &text),
        expect![[r#"
        kubernetes_deployment.web app_server 1/2 zones?(no zone is written)
        kubernetes_ingress_v1.front load_balancer 1/1 region
        kubernetes_ingress_v1.front -requires/certain-> kubernetes_deployment.web
            kubernetes_ingress_v1.front sends to kubernetes_service_v1.web
            kubernetes_service_v1.web selects the pods of kubernetes_deployment.web
    "#]],
    );
}

#[test]
fn two_deployments_behind_one_service_are_alternatives() {
    let canary = deployment("canary", "", "").replace("{ app = \"canary\", tier", "{ app = \"web\", tier");
    check(
        &[ingress("\"web\""), service("web"), deployment("web", "replicas = 2", ""), canary].concat(),
        expect![[r#"
            kubernetes_deployment.canary app_server 1/1 zones?(no zone is written)
            kubernetes_deployment.web app_server 1/2 zones?(no zone is written)
            kubernetes_ingress_v1.front load_balancer 1/1 region
            kubernetes_ingress_v1.front -requires/certain-> kubernetes_deployment.canary
                kubernetes_ingress_v1.front sends to kubernetes_service_v1.web
                kubernetes_service_v1.web selects the pods of kubernetes_deployment.canary
            kubernetes_ingress_v1.front -requires/certain-> kubernetes_deployment.web
                kubernetes_ingress_v1.front sends to kubernetes_service_v1.web
                kubernetes_service_v1.web selects the pods of kubernetes_deployment.web
            1 of ["kubernetes_deployment.canary", "kubernetes_deployment.web"] shared by kubernetes_service_v1.web
        "#]],
    );
}

#[test]
fn an_autoscaler_bounds_the_replicas() {
    let scaler = r#"
        resource "kubernetes_horizontal_pod_autoscaler_v2" "web" {
          metadata { name = "web" }
          spec {
            min_replicas = 4
            max_replicas = 9
            scale_target_ref {
              api_version = "apps/v1"
              kind        = "Deployment"
              name        = "web"
            }
          }
        }
        "#;
    check(
        &(deployment("web", "replicas = 1", "") + scaler),
        expect![[r#"
        kubernetes_deployment.web app_server 1/4 zones?(no zone is written)
    "#]],
    );
    let other = scaler.replace("\"Deployment\"", "\"StatefulSet\"");
    check(
        &(deployment("web", "replicas = 1", "") + &other),
        expect![[r#"
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
    "#]],
    );
    let named = scaler.replace("\"web\"\n            }", "kubernetes_deployment.web.metadata.0.name\n            }");
    check(
        &(deployment("web", "replicas = 1", "") + &named),
        expect![[r#"
        kubernetes_deployment.web app_server 1/4 zones?(no zone is written)
    "#]],
    );
}

#[test]
fn services_called_by_name() {
    let calls = r#"
                  env {
                    name  = "ORDERS"
                    value = "http://orders.default.svc.cluster.local/v1"
                  }
                  env {
                    name  = "PAYMENTS"
                    value = "payments:8080"
                  }
                  env {
                    name  = "STOCK_HOST"
                    value = "stock"
                  }
                  env {
                    name  = "TEAM"
                    value = "people"
                  }
                  env {
                    name  = "IMAGE"
                    value = "people:1.25"
                  }
        "#;
    let names = ["orders", "payments", "stock", "people"];
    let called: String = names.iter().map(|name| service(name) + &deployment(name, "replicas = 2", "")).collect();
    check(
        &(deployment("web", "replicas = 2", calls) + &called),
        expect![[r#"
        kubernetes_deployment.orders app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.payments app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.people app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.stock app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.web app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.web -requires/likely-> kubernetes_deployment.orders
            ORDERS of kubernetes_deployment.web names kubernetes_service_v1.orders
            kubernetes_service_v1.orders selects the pods of kubernetes_deployment.orders
        kubernetes_deployment.web -requires/likely-> kubernetes_deployment.payments
            PAYMENTS of kubernetes_deployment.web names kubernetes_service_v1.payments
            kubernetes_service_v1.payments selects the pods of kubernetes_deployment.payments
        kubernetes_deployment.web -requires/likely-> kubernetes_deployment.stock
            STOCK_HOST of kubernetes_deployment.web names kubernetes_service_v1.stock
            kubernetes_service_v1.stock selects the pods of kubernetes_deployment.stock
    "#]],
    );
}

#[test]
fn a_name_in_another_namespace_needs_its_namespace() {
    let calls = "env {\n name = \"URL\"\n value = \"http://orders:8080 http://stock.shop\"\n }\n";
    let away = |name: &str| {
        (service(name) + &deployment(name, "replicas = 2", "")).replace(
            &format!("{{ name = \"{name}\" }}"),
            &format!("{{\n name = \"{name}\"\n namespace = \"shop\"\n }}"),
        )
    };
    check(
        &(deployment("web", "replicas = 2", calls) + &away("orders") + &away("stock")),
        expect![[r#"
        kubernetes_deployment.orders app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.stock app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.web app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.web -requires/likely-> kubernetes_deployment.stock
            URL of kubernetes_deployment.web names kubernetes_service_v1.stock
            kubernetes_service_v1.stock selects the pods of kubernetes_deployment.stock
    "#]],
    );
}

#[test]
fn settings_from_a_config_map_and_a_secret() {
    let text = deployment(
        "web",
        "replicas = 2",
        r#"
                  env_from {
                    config_map_ref { name = "web" }
                  }
                  env {
                    name = "DB"
                    value_from {
                      secret_key_ref {
                        name = kubernetes_secret.db.metadata[0].name
                        key  = "url"
                      }
                    }
                  }
        "#,
    ) + &service("orders")
        + &deployment("orders", "replicas = 2", "")
        + r#"
        resource "kubernetes_config_map" "web" {
          metadata { name = "web" }
          data = { ORDERS_URL = "http://orders:8080" }
        }
        resource "kubernetes_secret" "db" {
          metadata { name = "db" }
          data = { url = "postgres://${google_sql_database_instance.db.private_ip_address}/shop" }
        }
        resource "google_sql_database_instance" "db" {
          database_version = "POSTGRES_15"
          settings { tier = "db-custom-2-7680" }
        }
        "#;
    check(
        &text,
        expect![[r#"
        google_sql_database_instance.db database 1/1 zones?(no zone is written) failover none
        kubernetes_deployment.orders app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.web app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.web -requires/likely-> google_sql_database_instance.db
            kubernetes_deployment.web reads kubernetes_secret.db
            data.url of kubernetes_secret.db refers to google_sql_database_instance.db.private_ip_address
        kubernetes_deployment.web -requires/likely-> kubernetes_deployment.orders
            kubernetes_deployment.web is configured by kubernetes_config_map.web
            data.ORDERS_URL of kubernetes_config_map.web names kubernetes_service_v1.orders
            kubernetes_service_v1.orders selects the pods of kubernetes_deployment.orders
    "#]],
    );
}

#[test]
fn volumes_and_identities() {
    check(
        r#"
        resource "kubernetes_stateful_set" "db" {
          metadata { name = "db" }
          spec {
            service_name = "db"
            replicas     = 3
            selector { match_labels = { app = "db" } }
            template {
              metadata { labels = { app = "db" } }
              spec {
                service_account_name = kubernetes_service_account.db.metadata[0].name
                node_selector = { "topology.kubernetes.io/zone" = "europe-west1-b" }
                container {
                  name  = "db"
                  image = "docker.io/library/postgres:15"
                }
                volume {
                  name = "data"
                  persistent_volume_claim { claim_name = "data" }
                }
              }
            }
          }
        }
        resource "kubernetes_persistent_volume_claim" "data" {
          metadata { name = "data" }
        }
        resource "kubernetes_service_account" "db" {
          metadata {
            name        = "db"
            annotations = { "iam.gke.io/gcp-service-account" = google_service_account.db.email }
          }
        }
        resource "google_service_account" "db" { account_id = "db" }
        resource "google_storage_bucket_iam_member" "db" {
          bucket = google_storage_bucket.backups.name
          role   = "roles/storage.objectAdmin"
          member = "serviceAccount:${google_service_account.db.email}"
        }
        resource "google_storage_bucket" "backups" { location = "EU" }
        "#,
        expect![[r#"
            google_storage_bucket.backups storage 1/1 region
            kubernetes_persistent_volume_claim.data storage 1/1 region
            kubernetes_stateful_set.db database 1/3 [europe-west1-b]
            kubernetes_stateful_set.db -requires/guess-> google_storage_bucket.backups
                kubernetes_stateful_set.db acts as kubernetes_service_account.db
                kubernetes_service_account.db acts as google_service_account.db
                google_service_account.db has google_storage_bucket_iam_member.db
                google_storage_bucket_iam_member.db grants the use of google_storage_bucket.backups
            kubernetes_stateful_set.db -requires/certain-> kubernetes_persistent_volume_claim.data
                kubernetes_stateful_set.db mounts kubernetes_persistent_volume_claim.data
        "#]],
    );
}

#[test]
fn what_has_no_number() {
    check(
        r#"
        resource "kubernetes_daemonset" "logs" { metadata { name = "logs" } }
        resource "kubernetes_cron_job_v1" "report" { metadata { name = "report" } }
        resource "kubernetes_job" "migrate" { metadata { name = "migrate" } }
        resource "kubernetes_pod" "lone" { metadata { name = "lone" } }
        resource "kubernetes_manifest" "issuer" { manifest = { kind = "ClusterIssuer" } }
        resource "kubectl_manifest" "policy" { yaml_body = "kind: NetworkPolicy" }
        resource "kubectl_manifest" "app" { yaml_body = "kind: Deployment\nspec: {replicas: 2}" }
        variable "manifest" {}
        resource "kubernetes_manifest" "open" { manifest = var.manifest }
        resource "kubernetes_deployment" "exporter" {
          spec { template { spec { container { image = "quay.io/prometheuscommunity/postgres-exporter:v0.15" } } } }
        }
        resource "kubernetes_manifest" "web" { manifest = { kind = "Deployment", spec = { replicas = 2 } } }
        resource "helm_release" "ingress" { chart = "ingress-nginx" }
        resource "helm_release" "app" {
          chart = "./app"
          set {
            name  = "replicaCount"
            value = 2
          }
        }
        resource "helm_release" "api" {
          chart  = "./api"
          values = [yamlencode({ replicaCount = 3 })]
        }
        "#,
        expect![[r#"
            helm_release.api app_server 1/3 zones?(no zone is written)
            helm_release.app app_server 1/2 zones?(no zone is written)
            helm_release.ingress app_server ?(its chart decides how many pods it runs) zones?(no zone is written)
            kubectl_manifest.app app_server 1/2 zones?(no zone is written)
            kubernetes_cron_job_v1.report scheduled_job 1/1 region
            kubernetes_daemonset.logs app_server ?(a daemon runs one pod on each node) zones?(no zone is written)
            kubernetes_deployment.exporter app_server 1/1 zones?(no zone is written)
            kubernetes_job.migrate scheduled_job 1/1 region
            kubernetes_manifest.open custom ?(variable manifest has no value) zones?(no zone is written)
            kubernetes_manifest.web app_server 1/2 zones?(no zone is written)
            kubernetes_pod.lone app_server 1/1 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn pods_of_one_count_are_replicas() {
    check(
        r#"
        resource "kubernetes_pod" "web" {
          count = 3
          metadata {
            name   = "web-${count.index}"
            labels = { app = "web" }
          }
          spec {
            container {
              name  = "web"
              image = "nginx"
            }
          }
        }
        resource "kubernetes_service" "web" {
          metadata { name = "web" }
          spec { selector = { app = kubernetes_pod.web[0].metadata[0].labels.app } }
        }
        resource "aws_route53_zone" "z" { name = "example.com" }
        resource "aws_route53_record" "www" {
          zone_id = aws_route53_zone.z.zone_id
          name    = "www"
          type    = "CNAME"
          records = [kubernetes_service.web.status[0].load_balancer[0].ingress[0].hostname]
        }
        "#,
        expect![[r#"
            aws_route53_zone.z dns 1/1 region
            kubernetes_pod.web app_server 1/3 zones?(no zone is written)
            aws_route53_zone.z -requires/certain-> kubernetes_pod.web
                aws_route53_zone.z names aws_route53_record.www
                aws_route53_record.www leads to kubernetes_service.web
                kubernetes_service.web selects kubernetes_pod.web[0]
        "#]],
    );
}

/// What the checks say of a fixture.
fn check_says(text: &str, expect: Expect) {
    let assembled = assemble(&resolve_text(text).resources, Catalog::bundled());
    let said = |violation: &foreshock_catalog::Violation| {
        format!("{}: {} {}\n", violation.rule, violation.subject, violation.says)
    };
    expect.assert_eq(&assembled.violations.iter().map(|violation| said(violation)).collect::<String>());
}

/// A deployment of three pods with a liveness probe and `pod` in the pod's spec.
fn probed(pod: &str) -> String {
    deployment(
        "web",
        "replicas = 3",
        "liveness_probe {\n tcp_socket { port = 80 }\n }\nreadiness_probe {\n period_seconds = 3\n }\nresources {\n requests = { cpu = \"1\" }\n }",
    )
    .replace("spec {\n                container", &format!("spec {{\n{pod}\n                container"))
}

fn anti_affinity(selector: &str) -> String {
    format!(
        r#"
        affinity {{
          pod_anti_affinity {{
            required_during_scheduling_ignored_during_execution {{
              topology_key = "kubernetes.io/hostname"
              label_selector {{
                {selector}
              }}
            }}
          }}
        }}
        "#
    )
}

#[test]
fn pods_that_may_land_on_one_node() {
    let one_node = expect![[r#"
        spread: kubernetes_deployment.web has 3 pods that may all land on one node
    "#]];
    check_says(&probed(""), one_node);
    // Another program's pods are kept away, its own are not.
    check_says(
        &probed(&anti_affinity("match_labels = { app = \"other\" }")),
        expect![[r#"
        spread: kubernetes_deployment.web has 3 pods that may all land on one node
    "#]],
    );
    let away = "match_expressions {\n key = \"app\"\n operator = \"In\"\n values = [\"other\"]\n }";
    check_says(
        &probed(&anti_affinity(away)),
        expect![[r#"
        spread: kubernetes_deployment.web has 3 pods that may all land on one node
    "#]],
    );
    let unlabelled = away.replace("\"app\"", "\"security\"");
    check_says(
        &probed(&anti_affinity(&unlabelled)),
        expect![[r#"
        spread: kubernetes_deployment.web has 3 pods that may all land on one node
    "#]],
    );
    // A single pod, or none that is known, has nothing to spread.
    check_says(&probed("").replace("replicas = 3", "replicas = 1"), expect![[r#""#]]);
    check_says(
        &format!("variable \"n\" {{}}\n{}", probed("").replace("replicas = 3", "replicas = var.n")),
        expect![[r#""#]],
    );
}

#[test]
fn pods_that_are_kept_apart() {
    let nothing = || expect![[""]];
    check_says(&probed(&anti_affinity("match_labels = { app = \"web\" }")), nothing());
    let own = "match_expressions {\n key = \"app\"\n operator = \"In\"\n values = [\"web\"]\n }";
    check_says(&probed(&anti_affinity(own)), nothing());
    let spread = "topology_spread_constraint {\n max_skew = 1\n topology_key = \"kubernetes.io/hostname\"\n }";
    check_says(&probed(spread), nothing());
    let dynamic = "dynamic \"topology_spread_constraint\" {\n for_each = var.spread\n content { max_skew = 1 }\n }";
    check_says(&format!("variable \"spread\" {{}}\n{}", probed(dynamic)), nothing());
}

/// What the checks say of a deployment with the labels `app = "web"` and `tier`, of its budget and of another deployment that has
/// none, by the selector of the budget.
fn budgeted(tier: &str, selector: &str) -> String {
    let web = probed(&anti_affinity("match_labels = { app = \"web\" }"));
    let web = web.replace("tier = \"web\"", &format!("tier = {tier}"));
    let budget = format!(
        r#"
        variable "unknown" {{}}
        resource "kubernetes_pod_disruption_budget" "kept" {{
          spec {{
            min_available = 3
            selector {{
              {selector}
            }}
          }}
        }}
        "#
    );
    let assembled = assemble(&resolve_text(&(web + &budget)).resources, Catalog::bundled());
    let said =
        assembled.violations.iter().filter(|one| ["disruption-budget", "deploy-takes-down"].contains(&&*one.rule));
    said.map(|one| format!("{}: {} {}\n", one.rule, one.subject, one.says)).collect()
}

/// An expression of a selector.
fn asks(key: &str, operator: &str, values: &str) -> String {
    format!("match_expressions {{\n key = \"{key}\"\n operator = \"{operator}\"\n values = [{values}]\n }}\n")
}

#[test]
fn budgets_find_their_pods_by_expressions() {
    let kept = "disruption-budget: kubernetes_pod_disruption_budget.kept keeps as many pods as there are\n";
    let lone = "deploy-takes-down: kubernetes_deployment.web has no disruption budget, as others in this stack have\n";
    let app = "match_labels = { app = \"web\" }\n";
    let with = |more: String| format!("{app}{more}");
    for (selector, expected) in [
        (app.to_owned(), kept),
        (asks("app", "In", "\"web\", \"b\""), kept),
        (asks("app", "In", "\"b\""), lone),
        (asks("app", "NotIn", "\"b\""), kept),
        (asks("app", "NotIn", "\"web\""), lone),
        (asks("other", "NotIn", "\"web\""), kept),
        (asks("tier", "Exists", ""), kept),
        (asks("other", "Exists", ""), lone),
        (asks("other", "DoesNotExist", ""), kept),
        (asks("tier", "DoesNotExist", ""), lone),
        (with(asks("tier", "In", "\"front\"")), kept),
        (with(asks("tier", "In", "\"back\"")), lone),
        (asks("app", "In", "\"web\"") + &asks("tier", "NotIn", "\"front\""), lone),
        (format!("match_labels = {{}}\n{}", asks("app", "In", "\"web\"")), kept),
        // Not known: nothing is said of it.
        (asks("app", "In", "var.unknown"), ""),
        (asks("app", "Near", "\"web\""), ""),
        (with(asks("app", "In", "var.unknown, \"web\"")), kept),
        (with(asks("tier", "NotIn", "\"front\", var.unknown")), lone),
        ("match_labels = var.unknown".to_owned(), ""),
        ("match_labels = { app = var.unknown }".to_owned(), ""),
        ("match_labels = { app = var.unknown, tier = \"back\" }".to_owned(), lone),
    ] {
        assert_eq!(budgeted("\"front\"", &selector), expected, "{selector}");
    }
    for (selector, expected) in [
        (asks("tier", "In", "\"front\""), ""),
        (with(asks("tier", "NotIn", "\"front\"")), ""),
        (asks("tier", "Exists", ""), ""),
        (asks("tier", "In", "\"front\"") + &asks("app", "NotIn", "\"web\""), lone),
        ("match_labels = { tier = \"front\" }".to_owned(), ""),
        (app.to_owned(), kept),
    ] {
        assert_eq!(budgeted("var.unknown", &selector), expected, "not known: {selector}");
    }
}

#[test]
fn programs_nobody_asks() {
    check_says(
        r#"
        resource "kubernetes_pod" "bare" {
          spec {
            container {
              name = "a"
              resources { requests = { cpu = "1" } }
            }
          }
        }
        resource "kubernetes_daemonset" "two" {
          spec {
            template {
              spec {
                container {
                  name = "a"
                  resources { requests = { cpu = "1" } }
                  liveness_probe { period_seconds = 3 }
                }
                container {
                  name = "sidecar"
                  resources { requests = { cpu = "1" } }
                }
              }
            }
          }
        }
        resource "kubernetes_cron_job" "work" {
          spec {
            job_template { spec { template { spec { container { name = "a" } } } } }
          }
        }
        "#,
        expect![[r#"
            no-health-check: kubernetes_daemonset.two has a container without a liveness probe
            no-health-check: kubernetes_pod.bare has a container without a liveness probe
        "#]],
    );
}

/// A deployment of one container with nothing in it.
fn bare(name: &str) -> String {
    format!("resource \"kubernetes_deployment\" \"{name}\" {{\n metadata {{ name = \"{name}\" }}\n}}\n")
}

#[test]
fn pods_run_on_the_nodes_of_the_cluster_their_provider_reaches() {
    let text = r#"
        provider "kubernetes" { host = "https://${google_container_cluster.c.endpoint}" }
        provider "helm" {
          kubernetes { host = google_container_cluster.c.endpoint }
        }
        resource "google_container_cluster" "c" { location = "europe-west1" }
        resource "google_container_node_pool" "one" {
          cluster    = google_container_cluster.c.name
          location   = "europe-west1"
          node_count = 1
        }
        resource "google_container_node_pool" "two" {
          cluster    = google_container_cluster.c.name
          location   = "europe-west1"
          node_count = 1
        }
        resource "helm_release" "app" { chart = "app" }
        "#;
    check(
        &(text.to_owned() + &bare("web")),
        expect![[r#"
        google_container_cluster.c control_plane 1/3 zones?(no zone is written)
        google_container_node_pool.one app_server 1/3 zones?(no zone is written)
        google_container_node_pool.two app_server 1/3 zones?(no zone is written)
        helm_release.app app_server ?(its chart decides how many pods it runs) zones?(no zone is written)
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        google_container_node_pool.one -requires/certain/management-> google_container_cluster.c
            google_container_node_pool.one takes its pods from google_container_cluster.c
        google_container_node_pool.two -requires/certain/management-> google_container_cluster.c
            google_container_node_pool.two takes its pods from google_container_cluster.c
        helm_release.app -requires/certain/management-> google_container_cluster.c
            helm_release.app is scheduled by google_container_cluster.c
        helm_release.app -requires/likely-> google_container_node_pool.one
            helm_release.app runs on google_container_cluster.c
            google_container_cluster.c has the nodes google_container_node_pool.one
        helm_release.app -requires/likely-> google_container_node_pool.two
            helm_release.app runs on google_container_cluster.c
            google_container_cluster.c has the nodes google_container_node_pool.two
        kubernetes_deployment.web -requires/certain/management-> google_container_cluster.c
            kubernetes_deployment.web is scheduled by google_container_cluster.c
        kubernetes_deployment.web -requires/likely-> google_container_node_pool.one
            kubernetes_deployment.web runs on google_container_cluster.c
            google_container_cluster.c has the nodes google_container_node_pool.one
        kubernetes_deployment.web -requires/likely-> google_container_node_pool.two
            kubernetes_deployment.web runs on google_container_cluster.c
            google_container_cluster.c has the nodes google_container_node_pool.two
        1 of ["google_container_node_pool.one", "google_container_node_pool.two"] shared by nodes
        1 of ["google_container_node_pool.one", "google_container_node_pool.two"] shared by nodes
    "#]],
    );
}

#[test]
fn a_cluster_read_again_is_the_cluster() {
    let text = r#"
        data "aws_eks_cluster" "c" { name = aws_eks_cluster.c.name }
        provider "kubernetes" {
          host = data.aws_eks_cluster.c.endpoint
          exec { args = ["get-token", "--cluster-name", data.aws_eks_cluster.c.name] }
        }
        resource "aws_eks_cluster" "c" { name = "c" }
        resource "aws_eks_node_group" "n" {
          cluster_name = aws_eks_cluster.c.name
          scaling_config {
            min_size     = 1
            desired_size = 1
            max_size     = 1
          }
        }
        "#;
    check(
        &(text.to_owned() + &bare("web")),
        expect![[r#"
        aws_eks_cluster.c control_plane 1/1 region
        aws_eks_node_group.n app_server 1/1 zones?(no zone is written)
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        aws_eks_node_group.n -requires/certain/management-> aws_eks_cluster.c
            aws_eks_node_group.n takes its pods from aws_eks_cluster.c
        kubernetes_deployment.web -requires/certain/management-> aws_eks_cluster.c
            kubernetes_deployment.web is scheduled by aws_eks_cluster.c
        kubernetes_deployment.web -requires/likely-> aws_eks_node_group.n
            kubernetes_deployment.web runs on aws_eks_cluster.c
            aws_eks_cluster.c has the nodes aws_eks_node_group.n
    "#]],
    );
    let elsewhere = "provider \"kubernetes\" { config_path = \"~/.kube/config\" }\n";
    check(
        &(elsewhere.to_owned() + &bare("web")),
        expect![[r#"
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
    "#]],
    );
}

#[test]
fn pods_on_the_default_pool_of_aks() {
    let text = r#"
        provider "kubernetes" { host = azurerm_kubernetes_cluster.c.kube_config[0].host }
        resource "azurerm_kubernetes_cluster" "c" {
          location = "westeurope"
          default_node_pool { node_count = 3 }
        }
        "#;
    check(
        &(text.to_owned() + &bare("web")),
        expect![[r#"
        azurerm_kubernetes_cluster.c app_server 1/3 zones?(no zone is written)
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        kubernetes_deployment.web -requires/likely-> azurerm_kubernetes_cluster.c
            kubernetes_deployment.web runs on azurerm_kubernetes_cluster.c
    "#]],
    );
    let pool = "resource \"azurerm_kubernetes_cluster_node_pool\" \"p\" {\n kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id\n node_count = 2\n }\n";
    let critical = text.replace("node_count = 3", "\n only_critical_addons_enabled = true\n node_count = 3\n");
    check(
        &(critical + pool + &bare("web")),
        expect![[r#"
        azurerm_kubernetes_cluster.c control_plane 1/3 zones?(no zone is written)
        azurerm_kubernetes_cluster_node_pool.p app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        azurerm_kubernetes_cluster_node_pool.p -requires/certain/management-> azurerm_kubernetes_cluster.c
            azurerm_kubernetes_cluster_node_pool.p takes its pods from azurerm_kubernetes_cluster.c
        kubernetes_deployment.web -requires/likely-> azurerm_kubernetes_cluster_node_pool.p
            kubernetes_deployment.web runs on azurerm_kubernetes_cluster.c
            azurerm_kubernetes_cluster.c has the nodes azurerm_kubernetes_cluster_node_pool.p
    "#]],
    );
    check(
        &(text.to_owned() + pool + &bare("web")),
        expect![[r#"
        azurerm_kubernetes_cluster.c app_server 1/3 zones?(no zone is written)
        azurerm_kubernetes_cluster_node_pool.p app_server 1/2 zones?(no zone is written)
        kubernetes_deployment.web app_server 1/1 zones?(no zone is written)
        azurerm_kubernetes_cluster_node_pool.p -requires/certain/management-> azurerm_kubernetes_cluster.c
            azurerm_kubernetes_cluster_node_pool.p takes its pods from azurerm_kubernetes_cluster.c
        kubernetes_deployment.web -requires/likely-> azurerm_kubernetes_cluster.c
            kubernetes_deployment.web runs on azurerm_kubernetes_cluster.c
        kubernetes_deployment.web -requires/likely-> azurerm_kubernetes_cluster_node_pool.p
            kubernetes_deployment.web runs on azurerm_kubernetes_cluster.c
            azurerm_kubernetes_cluster.c has the nodes azurerm_kubernetes_cluster_node_pool.p
        1 of ["azurerm_kubernetes_cluster.c", "azurerm_kubernetes_cluster_node_pool.p"] shared by nodes
    "#]],
    );
}
