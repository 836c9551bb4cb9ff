//! What a change did, told while it is typed: in a real git repository, beside the commit that the editor began with.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Client, Shop, find, uri};
use crate::of_rule;

const SPOF: &str = "single-point-of-failure";
const FELL: &str = "score-regression";

const APP: &str = r#"
variable "ha" {
  default = true
}
resource "aws_instance" "app" {
  count         = 3
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = aws_db_instance.orders.address
}
"#;

const DB: &str = r#"
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = var.ha

  backup_retention_period = 7
  deletion_protection     = true
}
"#;

/// A repository with one commit; `None` where there is no git.
fn repository(name: &str) -> Option<Shop> {
    let shop = Shop::of(name, &[("app.tf", APP), ("db.tf", DB)]);
    std::fs::remove_dir(shop.file(".git")).unwrap();
    if git(&shop.directory, "init -q -b main .").is_none() {
        println!("skipped: there is no git here");
        return None;
    }
    git(&shop.directory, "add .").unwrap();
    git(&shop.directory, "commit -qm one").unwrap();
    Some(shop)
}

fn git(directory: &Path, arguments: &str) -> Option<String> {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let mut command = Command::new("git");
    command.args(identity).args(arguments.split(' ')).current_dir(directory);
    let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null").output().ok()?;
    assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Reads diagnostics of a file until they are as wanted.
fn until(client: &mut Client, file: &Path, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let diagnostics = client.next_diagnostics(file);
        if wanted(&diagnostics) {
            return diagnostics;
        }
    }
}

fn status_until(client: &mut Client, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let status = client.notification("foreshock/status");
        if wanted(&status) {
            return status;
        }
    }
}

fn is_loud(diagnostic: &Value) -> bool {
    diagnostic["severity"].as_i64() < Some(3)
}

fn actions(client: &mut Client, file: &Path, diagnostic: &Value) -> Vec<Value> {
    let parameters = json!({
        "textDocument": {"uri": uri(file)},
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic], "only": ["quickfix"]},
    });
    client.request("textDocument/codeAction", parameters).unwrap().as_array().unwrap().clone()
}

#[test]
fn a_new_finding_stands_on_the_line_that_causes_it() {
    let Some(shop) = repository("since-base") else { return };
    let (app, db) = (shop.file("app.tf"), shop.file("db.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&app, 1, APP);
    client.open(&db, 1, DB);
    let before = status_until(&mut client, |status| !status["base"].is_null());
    assert_eq!(before["base"]["points"], json!(0.0));
    assert_eq!(before["newFindings"], json!(0));

    // The default of a variable in another file than the database.
    client.edit(&app, 2, find(APP, "true"), "false");
    let caused = |diagnostics: &Value| {
        let spof = of_rule(diagnostics, SPOF);
        spof.iter().any(|one| one["relatedInformation"][0]["message"].as_str().unwrap_or("").contains("was true at"))
    };
    let diagnostics = until(&mut client, &app, caused);
    let spof = &of_rule(&diagnostics, SPOF)[0];
    assert_eq!(spof["severity"], 1);
    assert_eq!(spof["range"]["start"]["line"], find(APP, "default = true")[0][0]);
    let fell = &of_rule(&diagnostics, FELL)[0];
    let message = fell["message"].as_str().unwrap();
    assert!(
        message.starts_with("The score fell by ") && message.contains("default of var.ha was true at"),
        "{message}"
    );
    let status = status_until(&mut client, |status| status["newFindings"] == json!(1));
    let points = status["base"]["points"].as_f64().unwrap();
    assert!(points < -1.0, "{points}");
    assert_eq!(status["base"]["words"], "HEAD");

    // The block says what it costs.
    let whole = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let hints = client.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri(&db)}, "range": whole}));
    let labels: Vec<String> =
        hints.unwrap().as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap().to_owned()).collect();
    let of_block = labels.iter().find(|label| label.starts_with("SPOF")).unwrap_or_else(|| panic!("{labels:?}"));
    assert!(of_block.starts_with("SPOF · 1 of 1 affected") && of_block.ends_with(" points"), "{labels:?}");

    // What fails now that did not.
    let failing = client.request("foreshock/newlyFailing", json!({"uri": uri(&app)})).unwrap();
    let worst = &failing["stacks"][0]["failures"][0];
    assert_eq!(worst["fault"], "instance:aws_db_instance.orders#0");
    assert_eq!((&worst["loss_before"], &worst["loss"]), (&json!(0.0), &json!(1.0)));

    // The same in the report.
    let asked = json!({"command": "foreshock.report", "arguments": [{"uri": uri(&app)}]});
    let report = client.request("workspace/executeCommand", asked).unwrap();
    let html = report["html"].as_str().unwrap();
    assert!(html.starts_with("<!doctype html>") && html.contains("aws_db_instance.orders"), "{}", &html[..200]);
    assert!(html.contains("default of var.ha was true at"), "the change is named");

    // Here the best repair and the way back are the same edit: it is offered once.
    let offered = actions(&mut client, &app, fell);
    let edits: Vec<&Value> = offered.iter().map(|action| &action["edit"]["changes"][uri(&app)][0]["newText"]).collect();
    assert_eq!(edits.iter().filter(|text| ***text == json!("true")).count(), 1, "{offered:#?}");

    // Elsewhere they are not.
    client.replace(&app, 3, &APP.replace("= 3", "= 1"));
    let diagnostics = until(&mut client, &app, |diagnostics| {
        let fell = of_rule(diagnostics, FELL);
        fell.iter().any(|one| one["message"].as_str().unwrap().contains("count of aws_instance.app was 3"))
    });
    let fell = &of_rule(&diagnostics, FELL)[0];
    let offered = actions(&mut client, &app, fell);
    let titles: Vec<&str> = offered.iter().map(|action| action["title"].as_str().unwrap()).collect();
    let back = titles.iter().position(|title| *title == "Revert count to 3").unwrap_or_else(|| panic!("{titles:?}"));
    assert_eq!(offered[back]["edit"]["changes"][uri(&app)][0]["newText"], "3");
    assert_eq!(offered[back].get("isPreferred"), None);

    client.replace(&app, 4, APP);
    let after = until(&mut client, &app, |diagnostics| of_rule(diagnostics, SPOF).is_empty());
    assert!(!after.as_array().unwrap().iter().any(is_loud), "{after:#}");
    // How often the pictures in between are told is the server's business.
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
}

#[test]
fn what_is_committed_is_no_longer_new() {
    let Some(shop) = repository("since-commit") else { return };
    let app = shop.file("app.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&app, 1, APP);
    let text = APP.replace("true", "false");
    client.replace(&app, 2, &text);
    status_until(&mut client, |status| status["newFindings"] == json!(1));
    std::fs::write(&app, &text).unwrap();
    git(&shop.directory, "commit -qam two").unwrap();
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri(&app)}}));
    let status = status_until(&mut client, |status| status["newFindings"] == json!(0));
    assert_eq!(status["base"]["points"], json!(0.0));
    assert_eq!(
        status["base"]["rev"].as_str().unwrap().get(..7),
        git(&shop.directory, "rev-parse HEAD").unwrap().get(..7)
    );
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
}

/// Some clients ask for diagnostics only when something happens, and can't be asked to. The finding comes to this file
/// when its cause is known, which is after the figures.
#[test]
fn who_asks_at_news_hears_of_causes_too() {
    let Some(shop) = repository("since-pull") else { return };
    let app = shop.file("app.tf");
    let capabilities = json!({"textDocument": {"diagnostic": {}}});
    let mut client = Client::open_workspace(&[&shop.directory], capabilities);
    client.open(&app, 1, APP);
    status_until(&mut client, |status| !status["base"].is_null());
    client.edit(&app, 2, find(APP, "true"), "false");
    loop {
        let report = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri(&app)}})).unwrap();
        if !of_rule(&report["items"], SPOF).is_empty() {
            break;
        }
        client.notification("foreshock/status");
    }
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
}
