//! What is only told, granted, read at start or copied: how sure each dependency is, and when it is needed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use rendering::assemble_text;

/// The dependencies of a text, `from -kind/confidence-> to`, without evidence.
fn dependencies(text: &str) -> Vec<String> {
    assemble_text(text)
        .lines()
        .filter(|line| line.contains("-> ") && !line.starts_with(' '))
        .map(str::to_owned)
        .collect()
}

/// How sure `from` depends on `to`; empty where nothing says so.
fn between(text: &str, from: &str, to: &str) -> String {
    let all = dependencies(text);
    let found: Vec<String> = all
        .iter()
        .filter_map(|line| {
            line.strip_prefix(from)?.strip_prefix(" -")?.strip_suffix(&format!("-> {to}")).map(str::to_owned)
        })
        .collect();
    assert!(found.len() <= 1, "{all:?}");
    found.into_iter().next().unwrap_or_default()
}

fn container(service: &str, variable: &str, value: &str) -> String {
    format!(
        r#"
        resource "aws_ecs_service" "{service}" {{
          desired_count   = 2
          task_definition = aws_ecs_task_definition.{service}.arn
        }}
        resource "aws_ecs_task_definition" "{service}" {{
          container_definitions = jsonencode([{{
            name        = "c"
            environment = [{{ name = "{variable}", value = "{value}" }}]
          }}])
        }}
        "#
    )
}

#[test]
fn a_public_address_is_told() {
    let lambda = |value: &str| {
        format!(
            "resource \"aws_lambda_function\" \"f\" {{\n environment {{\n variables = {{ TARGET = {value} }}\n }}\n}}\n"
        )
    };
    for (target, value, address) in [
        ("resource \"aws_lb\" \"x\" {}", "aws_lb.x.dns_name", "aws_lb.x"),
        ("resource \"aws_elb\" \"x\" {}", "aws_elb.x.dns_name", "aws_elb.x"),
        (
            "resource \"aws_cloudfront_distribution\" \"x\" {}",
            "aws_cloudfront_distribution.x.domain_name",
            "aws_cloudfront_distribution.x",
        ),
        ("resource \"aws_apigatewayv2_api\" \"x\" {}", "aws_apigatewayv2_api.x.api_endpoint", "aws_apigatewayv2_api.x"),
        (
            "resource \"aws_api_gateway_rest_api\" \"x\" {}\nresource \"aws_api_gateway_stage\" \"s\" {\n rest_api_id = aws_api_gateway_rest_api.x.id\n}",
            "aws_api_gateway_stage.s.invoke_url",
            "aws_api_gateway_rest_api.x",
        ),
        (
            "resource \"google_compute_global_forwarding_rule\" \"x\" {}",
            "google_compute_global_forwarding_rule.x.ip_address",
            "google_compute_global_forwarding_rule.x",
        ),
        (
            "resource \"azurerm_cdn_frontdoor_profile\" \"x\" {}\nresource \"azurerm_cdn_frontdoor_endpoint\" \"e\" {\n cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.x.id\n}",
            "azurerm_cdn_frontdoor_endpoint.e.host_name",
            "azurerm_cdn_frontdoor_profile.x",
        ),
        (
            "resource \"google_cloud_run_v2_service\" \"x\" {}\nresource \"google_cloud_run_v2_service_iam_member\" \"all\" {\n name = google_cloud_run_v2_service.x.name\n role = \"roles/run.invoker\"\n member = \"allUsers\"\n}",
            "google_cloud_run_v2_service.x.uri",
            "google_cloud_run_v2_service.x",
        ),
    ] {
        let text = format!("{target}\n{}", lambda(value));
        assert_eq!(between(&text, "aws_lambda_function.f", address), "requires/guess", "{value}");
    }
}

#[test]
fn an_internal_address_is_called() {
    for target in [
        "resource \"aws_lb\" \"x\" {\n internal = true\n}\nlocals {\n to = aws_lb.x.dns_name\n}",
        "resource \"aws_elb\" \"x\" {\n internal = true\n}\nlocals {\n to = aws_elb.x.dns_name\n}",
        "resource \"google_compute_forwarding_rule\" \"x\" {\n load_balancing_scheme = \"INTERNAL\"\n}\nlocals {\n to = google_compute_forwarding_rule.x.ip_address\n}",
        "resource \"google_cloud_run_v2_service\" \"x\" {}\nlocals {\n to = google_cloud_run_v2_service.x.uri\n}",
    ] {
        let address = target.split('"').nth(1).unwrap().to_owned() + ".x";
        let text = format!("{target}\n{}", container("shop", "PAYMENTS", "http://${local.to}"));
        assert_eq!(between(&text, "aws_ecs_service.shop", &address), "requires/likely", "{target}");
        let text = format!("{target}\n{}", container("shop", "REDIRECT_URL", "http://${local.to}/back"));
        assert_eq!(between(&text, "aws_ecs_service.shop", &address), "requires/guess", "{target}");
    }
}

#[test]
fn a_name_says_that_an_address_is_told_wherever_it_stands() {
    let run = "resource \"google_cloud_run_v2_service\" \"x\" {}\n";
    let cases = [
        (
            "resource \"aws_lambda_function\" \"f\" {\n environment {\n variables = { NAME = VALUE }\n }\n}",
            "aws_lambda_function.f",
        ),
        (
            "resource \"azurerm_linux_web_app\" \"f\" {\n app_settings = { \"NAME\" = VALUE }\n}",
            "azurerm_linux_web_app.f",
        ),
        (
            "resource \"google_cloud_run_v2_service\" \"f\" {\n template {\n containers {\n env {\n name = \"NAME\"\n value = VALUE\n }\n }\n }\n}",
            "google_cloud_run_v2_service.f",
        ),
        (
            "resource \"kubernetes_deployment\" \"f\" {\n spec {\n template {\n spec {\n container {\n env {\n name = \"NAME\"\n value = VALUE\n }\n }\n }\n }\n }\n}",
            "kubernetes_deployment.f",
        ),
        ("resource \"helm_release\" \"f\" {\n values = [yamlencode({ app = { NAME = VALUE } })]\n}", "helm_release.f"),
        ("resource \"helm_release\" \"f\" {\n set {\n name = \"app.NAME\"\n value = VALUE\n }\n}", "helm_release.f"),
    ];
    for (text, from) in cases {
        for (name, sure) in [
            ("REDIRECT_URL", "requires/guess"),
            ("corsOrigins", "requires/guess"),
            ("APP_URL", "requires/guess"),
            ("STOCK_URL", "requires/likely"),
            ("API_BASE_URL", "requires/likely"),
        ] {
            let text =
                run.to_owned() + &text.replace("NAME", name).replace("VALUE", "google_cloud_run_v2_service.x.uri");
            assert_eq!(between(&text, from, "google_cloud_run_v2_service.x"), sure, "{text}");
        }
    }
}

/// A name tells nothing of what has no pages: a table of reports is needed.
#[test]
fn data_is_needed_by_any_name() {
    let text = r#"
        resource "aws_dynamodb_table" "t" {}
        resource "aws_s3_bucket" "b" {}
        resource "aws_lambda_function" "f" {
          environment { variables = { REPORT_TABLE = aws_dynamodb_table.t.name, PUBLIC_BUCKET = aws_s3_bucket.b.bucket } }
        }
    "#;
    assert_eq!(between(text, "aws_lambda_function.f", "aws_dynamodb_table.t"), "requires/likely");
    assert_eq!(between(text, "aws_lambda_function.f", "aws_s3_bucket.b"), "requires/likely");
}

#[test]
fn a_name_of_service_discovery_that_is_told() {
    let discovery = r#"
        resource "aws_service_discovery_private_dns_namespace" "ns" { name = "in.test" }
        resource "aws_service_discovery_service" "login" {
          name = "login"
          dns_config { namespace_id = aws_service_discovery_private_dns_namespace.ns.id }
        }
        resource "aws_ecs_service" "login" {
          desired_count = 2
          service_registries { registry_arn = aws_service_discovery_service.login.arn }
        }
    "#;
    let to_login = |variable: &str| {
        let text = format!("{discovery}\n{}", container("shop", variable, "http://login.in.test:8080/back"));
        between(&text, "aws_ecs_service.shop", "aws_ecs_service.login")
    };
    assert_eq!(to_login("LOGIN_URL"), "requires/likely");
    assert_eq!(to_login("CALLBACK_URI"), "requires/guess");
}

#[test]
fn evidence_names_the_variable() {
    let text = "resource \"aws_lb\" \"x\" {}\n".to_owned()
        + &container("shop", "REDIRECT_URL", "https://${aws_lb.x.dns_name}/back");
    assert!(
        assemble_text(&text)
            .contains("container_definitions.REDIRECT_URL of aws_ecs_task_definition.shop refers to aws_lb.x.dns_name")
    );
}

#[test]
fn who_watches_calls_what_users_call() {
    let text = r#"
        resource "aws_lb" "x" {}
        resource "aws_synthetics_canary" "c" { run_config { environment_variables = { URL = aws_lb.x.dns_name } } }
    "#;
    assert!(!dependencies(text).iter().any(|line| line.contains("guess")), "{:?}", dependencies(text));
}

/// Who may start a machine hands work over; whom the machine may call stands in its definition.
#[test]
fn a_state_machine_is_started_and_goes_on() {
    let text = r#"
        resource "aws_lambda_function" "starts" {
          environment { variables = { MACHINE = aws_sfn_state_machine.m.arn } }
        }
        resource "aws_lambda_function" "worker" {}
        resource "aws_iam_role" "r" {}
        resource "aws_iam_role_policy" "p" {
          role   = aws_iam_role.r.id
          policy = jsonencode({ Statement = [{ Action = "lambda:InvokeFunction", Resource = aws_lambda_function.starts.arn }] })
        }
        resource "aws_sfn_state_machine" "m" {
          role_arn   = aws_iam_role.r.arn
          definition = jsonencode({ StartAt = "A", States = { A = { Resource = aws_lambda_function.worker.arn } } })
        }
        module "machine" {
          source               = "terraform-aws-modules/step-functions/aws"
          service_integrations = { lambda = { lambda = [aws_lambda_function.worker.arn] } }
        }
    "#;
    assert_eq!(between(text, "aws_lambda_function.starts", "aws_sfn_state_machine.m"), "async/likely");
    assert_eq!(between(text, "aws_sfn_state_machine.m", "aws_lambda_function.starts"), "requires/guess");
    assert_eq!(between(text, "aws_sfn_state_machine.m", "aws_lambda_function.worker"), "requires/likely");
    assert_eq!(between(text, "module.machine", "aws_lambda_function.worker"), "");
}

#[test]
fn secrets_and_images_are_needed_to_start() {
    let text = r#"
        resource "aws_secretsmanager_secret" "s" {}
        resource "aws_ecr_repository" "i" {}
        resource "aws_lambda_function" "f" {
          image_uri = "${aws_ecr_repository.i.repository_url}:1"
          environment { variables = { SECRET = aws_secretsmanager_secret.s.arn } }
        }
        resource "azurerm_key_vault" "v" {}
        resource "azurerm_app_configuration" "c" {}
        resource "azurerm_linux_web_app" "w" {
          app_settings = { VAULT = azurerm_key_vault.v.vault_uri, CONFIG = azurerm_app_configuration.c.endpoint }
        }
    "#;
    let expected = [
        ("aws_lambda_function.f", "aws_secretsmanager_secret.s", "requires/likely/start"),
        ("aws_lambda_function.f", "aws_ecr_repository.i", "requires/certain/start"),
        ("azurerm_linux_web_app.w", "azurerm_key_vault.v", "requires/likely/start"),
        ("azurerm_linux_web_app.w", "azurerm_app_configuration.c", "requires/likely/start"),
    ];
    for (from, to, sure) in expected {
        assert_eq!(between(text, from, to), sure, "{from} {to}");
    }
}

#[test]
fn a_balancer_with_target_groups_says_whom_it_forwards_to() {
    let groups = r#"
        resource "aws_security_group" "front" {}
        resource "aws_security_group" "app" {
          ingress { security_groups = [aws_security_group.front.id] }
        }
        resource "aws_lb" "l" { security_groups = [aws_security_group.front.id] }
        resource "aws_instance" "other" { vpc_security_group_ids = [aws_security_group.app.id] }
    "#;
    assert_eq!(between(groups, "aws_lb.l", "aws_instance.other"), "requires/guess");
    let listener = r#"
        resource "aws_lb_target_group" "t" { target_type = "ip" }
        resource "aws_lb_listener" "h" {
          load_balancer_arn = aws_lb.l.arn
          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t.arn
          }
        }
    "#;
    assert_eq!(between(&format!("{groups}{listener}"), "aws_lb.l", "aws_instance.other"), "");
}

/// A name of the public zone, written out: whose front it is does not matter.
#[test]
fn a_public_name_that_is_written_out_is_told() {
    for name in ["shop.test", "www.shop.test"] {
        let text = format!(
            "resource \"aws_lb\" \"x\" {{}}\nresource \"aws_route53_record\" \"r\" {{\n name = \"{name}\"\n type = \"CNAME\"\n records = [aws_lb.x.dns_name]\n}}\n{}",
            container("mail", "LINKS", &format!("https://{name}/unsubscribe"))
        );
        let to_front = dependencies(&text).into_iter().filter(|line| line.starts_with("aws_ecs_service.mail"));
        let sure: Vec<String> = to_front.filter(|line| !line.contains("/guess")).collect();
        assert_eq!(sure, Vec::<String>::new(), "{text}");
    }
}
