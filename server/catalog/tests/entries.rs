//! Where users come in from beyond the edge of the stack: what stands behind is reached by them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, assemble};
use foreshock_model::{Component, Exposure};
use rendering::assemble_text;
use std::sync::Arc;

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&assemble_text(text));
}

/// The ways in of a stack with what stands behind each: dependencies of what no block declares.
fn ways_in(text: &str) -> Vec<String> {
    let shown = assemble_text(text);
    assert!(!shown.contains("PROBLEM"), "{shown}");
    let entry: Vec<&str> = shown
        .lines()
        .filter(|line| line.contains(" dns 1/1 region"))
        .filter_map(|line| line.split(" dns ").next())
        .collect();
    shown
        .lines()
        .filter(|line| entry.iter().any(|id| line.starts_with(&format!("{id} -"))))
        .map(str::to_owned)
        .collect()
}

const BEHIND: &str = r#"
resource "aws_lb_target_group" "t" {}
resource "aws_ecs_service" "api" {
  name = "api"
  load_balancer { target_group_arn = aws_lb_target_group.t.arn }
}
"#;

#[test]
fn a_rule_of_a_foreign_listener() {
    check(
        &format!(
            r#"{BEHIND}
            data "aws_lb_listener" "https" {{
              load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shared/1"
              port              = 443
            }}
            resource "aws_lb_listener_rule" "r" {{
              listener_arn = data.aws_lb_listener.https.arn
              action {{
                type             = "forward"
                target_group_arn = aws_lb_target_group.t.arn
              }}
              condition {{
                host_header {{ values = ["api.example.test"] }}
              }}
            }}
            "#
        ),
        expect![[r#"
            api.example.test dns 1/1 region
            aws_ecs_service.api app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
            api.example.test -requires/certain-> aws_ecs_service.api
                api.example.test answers through aws_lb_listener_rule.r
                aws_lb_listener_rule.r forwards to aws_lb_target_group.t
                aws_lb_target_group.t sends to aws_ecs_service.api
        "#]],
    );
}

/// Each spelling of the other end, and of what leads in.
#[test]
fn ends_that_are_declared_elsewhere() {
    let rule = |listener: &str| {
        format!(
            r#"{BEHIND}
            variable "listener" {{}}
            data "terraform_remote_state" "net" {{ backend = "s3" }}
            data "aws_lb_listener" "l" {{ arn = "x" }}
            resource "aws_lb_listener_rule" "r" {{
              listener_arn = {listener}
              action {{
                type             = "forward"
                target_group_arn = aws_lb_target_group.t.arn
              }}
              condition {{
                path_pattern {{ values = ["/v1/*"] }}
              }}
            }}"#
        )
    };
    for listener in [
        "var.listener",
        "data.terraform_remote_state.net.outputs.listener",
        "data.aws_lb_listener.l.arn",
        "\"arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/shared/1/2\"",
    ] {
        assert_eq!(
            ways_in(&rule(listener)),
            ["aws_lb_listener_rule.r -requires/certain-> aws_ecs_service.api"],
            "{listener}"
        );
    }
    // A front of its own is the entry.
    let own = rule("aws_lb_listener.own.arn")
        + "resource \"aws_lb_listener\" \"own\" { load_balancer_arn = aws_lb.own.arn }\nresource \"aws_lb\" \"own\" {}";
    assert_eq!(ways_in(&own), Vec::<String>::new());
}

#[test]
fn what_leads_in() {
    let cases = [
        (
            r#"resource "aws_lb_listener" "l" { load_balancer_arn = var.x
              default_action {
                type             = "forward"
                target_group_arn = aws_lb_target_group.t.arn
              }
            }"#,
            "aws_lb_listener.l -requires/certain-> aws_ecs_service.api",
        ),
        (
            r#"resource "aws_ecs_service" "two" { load_balancer { target_group_arn = var.x } }"#,
            "aws_ecs_service.two.load_balancer -requires/certain-> aws_ecs_service.two",
        ),
        (
            r#"resource "aws_autoscaling_group" "g" { target_group_arns = [var.x] }"#,
            "aws_autoscaling_group.g.target_group_arns -requires/certain-> aws_autoscaling_group.g",
        ),
        (
            r#"resource "aws_autoscaling_group" "g" {}
            resource "aws_autoscaling_attachment" "a" {
              autoscaling_group_name = aws_autoscaling_group.g.name
              lb_target_group_arn    = var.x
            }"#,
            "aws_autoscaling_attachment.a -requires/certain-> aws_autoscaling_group.g",
        ),
        (
            r#"resource "aws_instance" "i" {}
            resource "aws_lb_target_group_attachment" "a" {
              target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1"
              target_id        = aws_instance.i.id
            }"#,
            "aws_lb_target_group_attachment.a -requires/certain-> aws_instance.i",
        ),
        (
            r#"resource "aws_instance" "i" {}
            resource "aws_eip" "e" { instance = aws_instance.i.id }
            resource "aws_route53_record" "r" {
              zone_id = var.x
              name    = "www.example.test"
              type    = "A"
              records = [aws_eip.e.public_ip]
            }"#,
            "www.example.test -requires/certain-> aws_instance.i",
        ),
        (
            r#"resource "aws_lambda_function" "f" {}
            resource "aws_apigatewayv2_integration" "i" {
              api_id          = var.x
              integration_uri = aws_lambda_function.f.invoke_arn
            }"#,
            "aws_apigatewayv2_integration.i -requires/certain-> aws_lambda_function.f",
        ),
        (
            r#"resource "aws_lambda_function" "f" {}
            resource "aws_api_gateway_integration" "i" {
              rest_api_id = var.x
              uri         = aws_lambda_function.f.invoke_arn
            }"#,
            "aws_api_gateway_integration.i -requires/certain-> aws_lambda_function.f",
        ),
        (
            r#"resource "aws_lambda_function" "f" {}
            resource "aws_lambda_permission" "p" {
              function_name = aws_lambda_function.f.function_name
              principal     = "elasticloadbalancing.amazonaws.com"
              source_arn    = var.x
            }"#,
            "aws_lambda_permission.p -requires/certain-> aws_lambda_function.f",
        ),
        (
            r#"resource "azurerm_linux_virtual_machine" "v" { network_interface_ids = [azurerm_network_interface.n.id] }
            resource "azurerm_network_interface" "n" {}
            resource "azurerm_network_interface_backend_address_pool_association" "a" {
              network_interface_id    = azurerm_network_interface.n.id
              backend_address_pool_id = var.x
            }"#,
            "azurerm_network_interface_backend_address_pool_association.a -requires/certain-> azurerm_linux_virtual_machine.v",
        ),
        (
            r#"resource "azurerm_linux_virtual_machine" "v" {}
            data "azurerm_dns_zone" "z" { name = "example.test" }
            resource "azurerm_dns_a_record" "r" {
              name      = "www"
              zone_name = data.azurerm_dns_zone.z.name
              records   = [azurerm_linux_virtual_machine.v.public_ip_address]
            }"#,
            "www.example.test -requires/certain-> azurerm_linux_virtual_machine.v",
        ),
        (
            r#"resource "azurerm_linux_web_app" "w" {}
            resource "azurerm_cdn_frontdoor_origin" "o" {
              cdn_frontdoor_origin_group_id = var.x
              host_name                     = azurerm_linux_web_app.w.default_hostname
            }"#,
            "azurerm_cdn_frontdoor_origin.o -requires/certain-> azurerm_linux_web_app.w",
        ),
        (
            r#"resource "google_compute_instance" "i" {}
            data "google_dns_managed_zone" "z" { name = "z" }
            resource "google_dns_record_set" "r" {
              name         = "www.example.test."
              managed_zone = data.google_dns_managed_zone.z.name
              type         = "A"
              rrdatas      = [google_compute_instance.i.network_interface[0].access_config[0].nat_ip]
            }"#,
            "www.example.test -requires/certain-> google_compute_instance.i",
        ),
        (
            r#"resource "google_compute_instance_group_manager" "g" { target_pools = [var.x] }"#,
            "google_compute_instance_group_manager.g.target_pools -requires/certain-> google_compute_instance_group_manager.g",
        ),
    ];
    for (text, expected) in cases {
        let shown = ways_in(&format!("variable \"x\" {{}}\n{BEHIND}\n{text}"));
        assert_eq!(shown, [expected], "{text}");
    }
}

/// Two regions behind one weighted name stand in for each other.
#[test]
fn one_name_for_two_fronts() {
    check(
        r#"
        variable "zone" {}
        resource "aws_lb" "a" {}
        resource "aws_lb" "b" {}
        resource "aws_route53_record" "r" {
          for_each       = { a = aws_lb.a, b = aws_lb.b }
          zone_id        = var.zone
          name           = "api.example.test"
          type           = "A"
          set_identifier = each.key
          weighted_routing_policy { weight = 50 }
          alias {
            name                   = each.value.dns_name
            zone_id                = each.value.zone_id
            evaluate_target_health = true
          }
        }
        "#,
        expect![[r#"
            api.example.test dns 1/1 region
            aws_lb.a load_balancer ?(no subnet is written) zones?(no zone is written)
            aws_lb.b load_balancer ?(no subnet is written) zones?(no zone is written)
            api.example.test -requires/certain-> aws_lb.a
                api.example.test answers through aws_route53_record.r["a"]
                aws_route53_record.r["a"] leads to aws_lb.a
            api.example.test -requires/certain-> aws_lb.b
                api.example.test answers through aws_route53_record.r["b"]
                aws_route53_record.r["b"] leads to aws_lb.b
            1 of ["aws_lb.a", "aws_lb.b"] shared by api.example.test
        "#]],
    );
}

#[test]
fn no_way_in_of_its_own() {
    for text in [
        // A front of the stack itself.
        "resource \"aws_lb\" \"l\" {}\nresource \"aws_route53_record\" \"r\" {\n zone_id = \"Z1\"\n name = \"a.example.test\"\n type = \"A\"\n alias {\n name = aws_lb.l.dns_name\n zone_id = aws_lb.l.zone_id\n }\n}",
        // A proof of ownership.
        "resource \"aws_instance\" \"i\" {}\nresource \"aws_route53_record\" \"r\" {\n zone_id = \"Z1\"\n name = \"a.example.test\"\n type = \"TXT\"\n records = [aws_instance.i.public_ip]\n}",
        // It leads nowhere.
        "resource \"aws_route53_record\" \"r\" {\n zone_id = \"Z1\"\n name = \"a.example.test\"\n type = \"A\"\n records = [\"1.2.3.4\"]\n}",
        // The zone is here.
        "resource \"aws_route53_zone\" \"z\" { name = \"example.test\" }\nresource \"aws_instance\" \"i\" {}\nresource \"aws_route53_record\" \"r\" {\n zone_id = aws_route53_zone.z.zone_id\n name = \"a\"\n type = \"A\"\n records = [aws_instance.i.public_ip]\n}",
        "resource \"aws_ecs_service\" \"s\" {}",
    ] {
        let shown = ways_in(text);
        assert!(!shown.iter().any(|line| !line.starts_with("aws_route53_zone")), "{text}\n{shown:?}");
    }
}

#[test]
fn other_clouds() {
    for (text, expected) in [
        (
            "resource \"digitalocean_droplet\" \"w\" {}\nresource \"cloudflare_record\" \"r\" {\n zone_id = var.x\n name = \"www.example.test\"\n type = \"A\"\n content = digitalocean_droplet.w.ipv4_address\n}",
            "www.example.test -requires/certain-> digitalocean_droplet.w",
        ),
        (
            "resource \"hcloud_server\" \"w\" {}\nresource \"hcloud_load_balancer_target\" \"t\" {\n load_balancer_id = var.x\n type = \"server\"\n server_id = hcloud_server.w.id\n}",
            "hcloud_load_balancer_target.t -requires/certain-> hcloud_server.w",
        ),
        (
            "resource \"linode_instance\" \"w\" {}\nresource \"linode_nodebalancer_node\" \"n\" {\n config_id = var.x\n address = \"${linode_instance.w.private_ip_address}:80\"\n}",
            "linode_nodebalancer_node.n -requires/certain-> linode_instance.w",
        ),
    ] {
        assert_eq!(ways_in(&format!("variable \"x\" {{}}\n{text}")), [expected], "{text}");
    }
}

/// The components of a stack.
fn components(text: &str) -> Vec<Arc<Component>> {
    assemble(&rendering::resolve_text(text).resources, Catalog::bundled()).system.components
}

/// The engine takes what is internal and called for no entry; the row says what is.
#[test]
fn who_can_reach_a_balancer() {
    let exposure = |text: &str| components(text)[0].exposure;
    let with = |attribute: &str| format!("resource \"aws_lb\" \"web\" {{ {attribute} }}\nvariable \"i\" {{}}");
    assert_eq!(exposure(&with("internal = true")), Exposure::Internal);
    assert_eq!(exposure(&with("internal = false")), Exposure::Public);
    assert_eq!(exposure(&with("")), Exposure::Public);
    assert_eq!(exposure(&with("internal = var.i")), Exposure::NotSaid);
    let google = r#"resource "google_compute_forwarding_rule" "f" { load_balancing_scheme = "INTERNAL_MANAGED" }"#;
    assert_eq!(exposure(google), Exposure::Internal);
    // Nothing but its kind is known of it.
    assert_eq!(exposure(r#"resource "aws_cloudfront_distribution" "c" {}"#), Exposure::Public);
}

/// Nobody promises anything of it, and that makes it no better: the default of its kind, for all of it.
#[test]
fn a_front_without_a_published_figure_can_fail() {
    let found = components("resource \"digitalocean_loadbalancer\" \"web\" {}");
    let service = found[0].reliability.service.as_ref().unwrap();
    assert!(service.unavailability.get() > 1e-5 && service.source.is_default());
    assert!(found[0].reliability.software.is_some() && found[0].reliability.common_cause.is_none());
}
