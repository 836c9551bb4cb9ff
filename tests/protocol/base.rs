//! What the stacks are compared with, in a git repository made by the real git.

use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Client, Shop, uri};
use crate::of_rule;

const SPOF: &str = "single-point-of-failure";

const WITH_STANDBY: &str = r#"resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = true
}
resource "aws_instance" "app" {
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = aws_db_instance.orders.endpoint
}
"#;

/// One commit on main; `None` where there is no git.
fn committed(name: &str) -> Option<Shop> {
    if Command::new("git").arg("--version").output().is_err() {
        println!("skipped: there is no git here");
        return None;
    }
    let shop = Shop::of(name, &[("main.tf", WITH_STANDBY)]);
    std::fs::remove_dir_all(shop.file(".git")).unwrap();
    git(&shop, &["init", "-q", "-b", "main", "."]);
    git(&shop, &["add", "."]);
    git(&shop, &["commit", "-qm", "one"]);
    Some(shop)
}

pub(crate) fn git(shop: &Shop, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments).current_dir(&shop.directory);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = git.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// 1 is an error, 3 information.
fn severities(diagnostics: &Value) -> Vec<i64> {
    of_rule(diagnostics, SPOF).iter().map(|diagnostic| diagnostic["severity"].as_i64().unwrap()).collect()
}

#[test]
fn a_finding_is_loud_until_it_is_committed() {
    let Some(shop) = committed("base-follows") else { return };
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let file = shop.file("main.tf");
    client.open(&file, 1, WITH_STANDBY);
    assert_eq!(severities(&client.diagnostics(&file, 1)), [] as [i64; 0]);
    let single = WITH_STANDBY.replace("multi_az = true", "multi_az = false");
    client.replace(&file, 2, &single);
    assert_eq!(severities(&client.diagnostics(&file, 2)), [1]);

    std::fs::write(&file, &single).unwrap();
    git(&shop, &["commit", "-qam", "two"]);
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri(&file)}}));
    while severities(&client.next_diagnostics(&file)) != [3] {}
    client.finish_with_closed_files(&shop);
}

#[test]
fn the_user_chooses_the_base() {
    let Some(shop) = committed("base-chosen") else { return };
    let single = WITH_STANDBY.replace("multi_az = true", "multi_az = false");
    std::fs::write(shop.file("main.tf"), &single).unwrap();
    git(&shop, &["commit", "-qam", "two"]);
    let mut client = Client::start();
    client.initialize_with(&[&shop.directory], json!({}), json!({"base": "HEAD~1"}));
    client.notify("initialized", json!({}));
    let file = shop.file("main.tf");
    client.open(&file, 1, &single);
    assert_eq!(severities(&client.diagnostics(&file, 1)), [1]);
    let mut set = |base: &str, expected: i64| {
        client.notify("workspace/didChangeConfiguration", json!({"settings": {"foreshock": {"base": base}}}));
        while severities(&client.next_diagnostics(&file)) != [expected] {}
    };
    set("auto", 3);
    set("none", 1);
    set("HEAD", 3);
    set("mian", 1);
    let said = client.notification("window/logMessage")["message"].as_str().unwrap().to_owned();
    assert!(said.ends_with("git knows no revision `mian` here; did you mean `main`?"), "{said}");
    client.finish_with_closed_files(&shop);
}
