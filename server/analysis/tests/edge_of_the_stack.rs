//! What stands behind the edge of a stack is as loud as behind a front of its own, and the finding says how users come in.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;

use foreshock_analysis::{Finding, Severity, Workspace};
use foreshock_fixture::Directory;

fn findings(text: &str) -> Vec<Arc<Finding>> {
    let directory = Directory::of(&format!("\n//- main.tf\n{text}"));
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    assert_eq!(snapshot.stacks.len(), 1);
    snapshot.stacks[0].findings.clone()
}

fn loud(text: &str) -> Vec<(String, String)> {
    let all = findings(text).into_iter().filter(|finding| finding.severity >= Severity::Warning);
    all.map(|finding| (finding.rule.as_str().to_owned(), finding.component_id.to_string())).collect()
}

const SERVICE: &str = r#"
resource "aws_lb_target_group" "t" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}
resource "aws_ecs_service" "api" {
  name          = "api"
  desired_count = 1
  load_balancer { target_group_arn = aws_lb_target_group.t.arn }
}
resource "aws_lb_listener_rule" "r" {
  listener_arn = LISTENER
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
  condition {
    host_header { values = ["api.example.test"] }
  }
}
"#;

#[test]
fn as_loud_as_behind_a_listener_of_its_own() {
    let own = SERVICE.replace("LISTENER", "aws_lb_listener.l.arn")
        + "resource \"aws_lb\" \"l\" {}\nresource \"aws_lb_listener\" \"l\" {\n  load_balancer_arn = aws_lb.l.arn\n  port = 443\n}\n";
    let single = ("single-point-of-failure".to_owned(), "aws_ecs_service.api".to_owned());
    assert!(loud(&own).contains(&single), "{:?}", loud(&own));
    let shared = SERVICE.replace("LISTENER", "data.aws_lb_listener.l.arn")
        + "data \"aws_lb_listener\" \"l\" {\n  load_balancer_arn = \"arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shared/1\"\n  port = 443\n}\n";
    assert_eq!(loud(&shared), [single]);
    let found = findings(&shared).into_iter().find(|finding| finding.severity == Severity::Error).unwrap();
    assert!(found.message.contains("api.example.test"), "{}", found.message);
    let lines: Vec<&str> = found.evidence.iter().map(|evidence| &*evidence.why).collect();
    assert!(lines.contains(&"api.example.test answers through aws_lb_listener_rule.r"), "{lines:?}");
}

/// Two regions that one name chooses between stand in for each other.
#[test]
fn regions_behind_one_name() {
    let region = |id: &str| {
        format!(
            r#"
            resource "aws_lb" "{id}" {{ subnets = ["a", "b"] }}
            resource "aws_lb_listener" "{id}" {{
              load_balancer_arn = aws_lb.{id}.arn
              default_action {{
                type             = "forward"
                target_group_arn = aws_lb_target_group.{id}.arn
              }}
            }}
            resource "aws_lb_target_group" "{id}" {{}}
            resource "aws_ecs_service" "{id}" {{
              name          = "{id}"
              desired_count = 1
              load_balancer {{ target_group_arn = aws_lb_target_group.{id}.arn }}
            }}
            resource "aws_route53_record" "{id}" {{
              zone_id        = var.zone
              name           = "api.example.test"
              type           = "A"
              set_identifier = "{id}"
              weighted_routing_policy {{ weight = 50 }}
              alias {{
                name                   = aws_lb.{id}.dns_name
                zone_id                = aws_lb.{id}.zone_id
                evaluate_target_health = true
              }}
            }}
            "#
        )
    };
    let one = format!("variable \"zone\" {{}}\n{}", region("a"));
    assert!(
        loud(&one).contains(&("single-point-of-failure".to_owned(), "aws_ecs_service.a".to_owned())),
        "{:?}",
        loud(&one)
    );
    assert_eq!(loud(&format!("{one}{}", region("b"))), Vec::<(String, String)>::new());
}
