//! What the text switches off: no part of the score, and a loss where it ran before.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use foreshock_analysis::{Base, Severity, Stack, Workspace};
use foreshock_text::FilePath;

const ECS: &str = r#"
resource "aws_lb" "front" { subnets = ["subnet-a", "subnet-b"] }
resource "aws_lb_target_group" "t" {}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_ecs_service" "s" {
  desired_count = NUMBER
  launch_type   = "FARGATE"
  load_balancer { target_group_arn = aws_lb_target_group.t.arn }
}
"#;

const GROUP: &str = r#"
resource "aws_lb" "front" { subnets = ["subnet-a", "subnet-b"] }
resource "aws_lb_target_group" "t" {}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_autoscaling_group" "s" {
  min_size          = NUMBER
  desired_capacity  = NUMBER
  max_size          = 4
  target_group_arns = [aws_lb_target_group.t.arn]
}
"#;

const KUBERNETES: &str = r#"
resource "kubernetes_deployment" "s" {
  metadata { name = "s" }
  spec {
    replicas = NUMBER
    selector { match_labels = { app = "s" } }
    template {
      metadata { labels = { app = "s" } }
      spec { container { image = "s:1" } }
    }
  }
}
resource "kubernetes_service" "front" {
  metadata { name = "front" }
  spec {
    type     = "LoadBalancer"
    selector = { app = "s" }
    port { port = 80 }
  }
}
"#;

const GOOGLE: &str = r#"
resource "google_compute_instance_group_manager" "s" {
  name        = "s"
  zone        = "europe-west1-b"
  target_size = NUMBER
}
resource "google_compute_backend_service" "b" {
  name = "b"
  backend { group = google_compute_instance_group_manager.s.instance_group }
}
resource "google_compute_url_map" "m" {
  name            = "m"
  default_service = google_compute_backend_service.b.id
}
resource "google_compute_target_http_proxy" "p" {
  name    = "p"
  url_map = google_compute_url_map.m.id
}
resource "google_compute_global_forwarding_rule" "front" {
  name   = "front"
  target = google_compute_target_http_proxy.p.id
}
"#;

fn stack(text: &str) -> Arc<Stack> {
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new("/off/main.tf"), text.into());
    workspace.snapshot().stacks[0].clone()
}

fn numbered(text: &str, number: u32) -> Arc<Stack> {
    stack(&text.replace("NUMBER", &number.to_string()))
}

const ALL: [(&str, &str); 4] = [
    (ECS, "aws_ecs_service.s (desired_count = 0)"),
    (GROUP, "aws_autoscaling_group.s (min_size = 0)"),
    (KUBERNETES, "kubernetes_deployment.s (replicas = 0)"),
    (GOOGLE, "google_compute_instance_group_manager.s (target_size = 0)"),
];

#[test]
fn what_is_switched_off_has_no_score_and_says_so() {
    for (text, named) in ALL {
        let (on, off) = (numbered(text, 1), numbered(text, 0));
        assert!(on.assessment.score.is_some(), "{named}");
        assert_eq!(on.switched_off(), [""; 0], "{named}");
        assert_eq!(off.assessment.score, None, "{named}");
        assert_eq!(off.switched_off(), [named]);
        let (why, entry) = (off.unscored().unwrap(), off.id_of(off.assessment.basis.off[0]));
        let attribute = named.split_once(' ').unwrap().1;
        assert_eq!(why, format!("no score: what stands behind {entry} is switched off {attribute}"));
        let loud: Vec<&str> = off
            .findings
            .iter()
            .filter(|finding| finding.severity >= Severity::Warning && named.starts_with(&*finding.component_id))
            .map(|finding| &*finding.message)
            .collect();
        assert_eq!(loud, [""; 0], "{named}");
    }
}

#[test]
fn switching_off_is_a_loss_and_never_a_gain() {
    for (text, named) in ALL {
        let compared = Stack::clone(&numbered(text, 0))
            .compared_with(Base { id: "base".into(), words: "the base".into() }, Some(numbered(text, 1)));
        let comparison = compared.comparison().unwrap();
        assert_eq!(comparison.score_after, Some(0.0), "{named}");
        assert!(comparison.points.unwrap() < -20.0, "{named}");
    }
}

#[test]
fn another_entry_keeps_its_score() {
    let other = ECS.replace("front", "other").replace("\"t\"", "\"u\"").replace("group.t", "group.u");
    let other = other.replace("\"l\"", "\"m\"").replace("\"s\"", "\"v\"").replace("NUMBER", "2");
    let both = stack(&format!("{}{other}", ECS.replace("NUMBER", "0")));
    assert_eq!(both.assessment.score, stack(&other).assessment.score);
    assert!(both.unscored().is_none());
    assert!(!both.beside().contains(&"aws_lb.front".to_owned()));
}

/// It starts with none, and something else raises it.
#[test]
fn what_is_left_to_others_is_not_known() {
    for ignored in ["[desired_count]", "all", "[task_definition, \"desired_count\"]"] {
        let lifecycle = format!("desired_count = 0\n  lifecycle {{ ignore_changes = {ignored} }}");
        let stack = stack(&ECS.replace("desired_count = NUMBER", &lifecycle));
        assert!(stack.assessment.score.is_some(), "{ignored}");
        assert_eq!(stack.switched_off(), [""; 0], "{ignored}");
    }
    let other = "desired_count = 0\n  lifecycle { ignore_changes = [task_definition] }";
    assert_eq!(stack(&ECS.replace("desired_count = NUMBER", other)).assessment.score, None);
}
