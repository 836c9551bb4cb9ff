//! `foreshock fix`: repairs by what somebody wants most, as a patch that git takes.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{foreshock_in, shop};

const STORES: &str = r#"resource "aws_lb" "web" {
  subnets = ["subnet-a", "subnet-b"]
}

resource "aws_lb_target_group" "web" {
  port = 80
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_target_group_attachment" "web" {
  count            = 2
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.web[count.index].id
}

resource "aws_instance" "web" {
  count             = 2
  ami               = "ami-1"
  instance_type     = "m5.large"
  availability_zone = element(["eu-west-1a", "eu-west-1b"], count.index)
  user_data         = aws_db_instance.orders.address
}

resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  allocated_storage       = 20
  backup_retention_period = 0
}
"#;

fn fix(directory: &Path, arguments: &[&str]) -> String {
    let output = foreshock_in(directory, &[&["fix"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn titles(directory: &Path, objective: &str) -> Vec<String> {
    let said: Value = serde_json::from_str(&fix(directory, &["--objective", objective, "--format", "json"])).unwrap();
    said["repairs"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

fn stores() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.tf"), STORES).unwrap();
    directory
}

#[test]
fn each_objective_has_its_own_repairs() {
    let directory = stores();
    let zone = titles(directory.path(), "zone-recovery");
    assert_eq!(zone, ["Enable Multi-AZ"]);
    let all = titles(directory.path(), "least-change");
    assert!(all.len() > zone.len() && all.contains(&zone[0]), "{all:?}");
    let points = titles(directory.path(), "points");
    assert!(points.contains(&zone[0]), "{points:?}");
    let region: Value =
        serde_json::from_str(&fix(directory.path(), &["--objective", "region-recovery", "--format", "json"])).unwrap();
    for repair in region["repairs"].as_array().unwrap() {
        assert_ne!(repair["recovery"]["before"], repair["recovery"]["after"]);
    }
}

#[test]
fn git_takes_the_patch_and_the_repairs_hold() {
    for (objective, name) in [("least-change", "shop"), ("points", "shop"), ("zone-recovery", "stores")] {
        let directory = stores();
        let directory = directory.path();
        if name == "shop" {
            std::fs::remove_file(directory.join("main.tf")).unwrap();
            for file in std::fs::read_dir(shop()).unwrap().map(Result::unwrap) {
                if file.path().is_file() {
                    std::fs::copy(file.path(), directory.join(file.file_name())).unwrap();
                }
            }
        }
        let before = score(directory);
        let patch = fix(directory, &["--objective", objective]);
        assert!(patch.starts_with("1. "), "{patch}");
        std::fs::write(directory.join("a.patch"), &patch).unwrap();
        let git = Command::new("git").args(["apply", "a.patch"]).current_dir(directory).output();
        let Ok(git) = git else { return println!("skipped: there is no git here") };
        assert!(git.status.success(), "{}\n{patch}", String::from_utf8_lossy(&git.stderr));
        assert!(score(directory) >= before, "{objective}");
        let repaired: Vec<&str> = patch.lines().take_while(|line| !line.is_empty()).collect();
        let again = fix(directory, &["--objective", objective]);
        assert!(repaired.iter().all(|line| !again.contains(line)), "{again}");
    }
}

fn score(directory: &Path) -> f64 {
    let output = foreshock_in(directory, &["check", "--format", "json", "--fail-on", "never"]);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    said["stacks"][0]["score"].as_f64().unwrap()
}
