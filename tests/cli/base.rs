//! `foreshock check --base REV`, in a git repository made by the real git.

use std::process::Command;

use crate::complaint;

const SHOP: &str = r#"resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = true
}
"#;

#[test]
fn a_base_that_is_not_there_is_bad_usage() {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-base-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("main.tf"), SHOP).unwrap();
    let said = complaint(&directory, &["check", "--base", "main"]);
    assert!(said.starts_with("error: --base: no git repository is at or above "), "{said}");

    let script = "git init -q -b main . && git add . && git commit -qm one";
    let mut git = Command::new("sh");
    git.args(["-c", script]).current_dir(&directory).env("GIT_CONFIG_GLOBAL", "/dev/null");
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.com");
    }
    if !git.output().is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no git here");
        return;
    }
    let said = complaint(&directory, &["check", "--base", "mian"]);
    assert_eq!(said, "error: --base: git knows no revision `mian` here; did you mean `main`?\n");
    let _ = std::fs::remove_dir_all(&directory);
}
