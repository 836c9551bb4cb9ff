//! Every stack of the workspace folders, open or not, and what the graph says of how bad a component is.

use serde_json::{Value, json};

use crate::base::git;
use crate::client::{Client, Shop, find, uri};

const SINGLE: &str = "resource \"aws_db_instance\" \"orders\" {\n  engine   = \"postgres\"\n  multi_az = false\n}\n\
                      resource \"aws_instance\" \"app\" {\n  count     = 2\n  ami       = \"ami-1\"\n  \
                      user_data = aws_db_instance.orders.endpoint\n}\n";

fn with_standby() -> String {
    SINGLE.replace("multi_az = false", "multi_az = true")
}

/// Two stacks, the second without the single point of failure.
fn two(name: &str) -> Shop {
    Shop::of(name, &[("bad/main.tf", SINGLE), ("good/main.tf", &with_standby())])
}

fn names(stacks: &Value) -> Vec<(String, bool)> {
    let all = stacks["stacks"].as_array().unwrap().iter();
    all.map(|stack| (stack["title"].as_str().unwrap().to_owned(), stack["open"].as_bool().unwrap())).collect()
}

/// `rule component`, of the single points of failure.
fn single_points(findings: &Value) -> Vec<&Value> {
    let all = findings["stacks"][0]["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["rule"] == "single-point-of-failure").collect()
}

#[test]
fn stacks_that_nobody_has_opened_are_listed_and_looked_into() {
    let shop = two("stacks-listed");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let good = shop.file("good/main.tf");
    client.open(&good, 1, &with_standby());
    client.diagnostics(&good, 1);
    let stacks = client.request("foreshock/stacks", json!({})).unwrap();
    assert_eq!(names(&stacks), [("bad".to_owned(), false), ("good".to_owned(), true)]);
    assert!(stacks["stacks"][0].get("score").is_none(), "nothing is understood for a list: {stacks}");
    assert!(stacks["stacks"][1]["score"].as_f64().unwrap() > 0.0);

    let bad = stacks["stacks"][0]["root"].as_str().unwrap().to_owned();
    let found = client.request("foreshock/findings", json!({"root": bad})).unwrap();
    let single = single_points(&found);
    assert_eq!(single[0]["component"], "aws_db_instance.orders");
    assert_eq!((&single[0]["grade"], &single[0]["fixes_tried"]), (&json!("error"), &json!(false)));
    assert!(single[0]["points"].as_f64().unwrap() > 0.0 && single[0]["minutes_per_year"].as_f64().unwrap() > 0.0);
    assert_eq!(single[0]["range"]["start"], json!({"line": 2, "character": 2}));

    let repaired = client.request("foreshock/findings", json!({"root": bad, "fixes": true})).unwrap();
    let fix = &single_points(&repaired)[0]["fixes"][0];
    assert_eq!((&fix["title"], &fix["edits"][0]["text"]), (&json!("Enable Multi-AZ"), &json!("true")));

    let page = client.request("foreshock/explain", json!({"rule": "single-point-of-failure"})).unwrap();
    assert!(page["markdown"].as_str().unwrap().contains("single-point-of-failure"), "{page}");
    assert_eq!(client.request("foreshock/explain", json!({"rule": "no-such-rule"})), Err(-32602));

    // Its diagnostics are nobody's: it was not opened.
    assert!(client.published().iter().all(|told| !told["uri"].as_str().unwrap().contains("/bad/")));
    assert_eq!(client.request("foreshock/findings", json!({"root": "/nowhere"})), Err(-32602));
    client.drain_closed_files(&shop);
    client.finish();
}

#[test]
fn who_asked_for_the_stacks_is_told_of_changes() {
    let shop = two("stacks-changed");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let good = shop.file("good/main.tf");
    client.open(&good, 1, &with_standby());
    client.diagnostics(&good, 1);
    let text = with_standby();
    client.edit(&good, 2, find(&text, "true"), "false");
    client.diagnostics(&good, 2);
    client.request("foreshock/stacks", json!({})).unwrap();
    client.replace(&good, 3, &text);
    client.diagnostics(&good, 3);
    client.replace(&good, 4, SINGLE);
    let root = shop.file("good").to_str().unwrap().to_owned();
    // The files were written just now: that the disk has changed may be told, too.
    while client.notification("foreshock/stacksChanged")["changed"] != json!([root]) {}
    let found = client.request("foreshock/findings", json!({"root": root})).unwrap();
    assert_eq!(single_points(&found).len(), 1, "what is typed counts");

    // On the disk: a stack that is not open, and a new one.
    std::fs::write(shop.file("bad/main.tf"), with_standby()).unwrap();
    let changed = json!({"changes": [{"uri": uri(&shop.file("bad/main.tf")), "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    while client.notification("foreshock/stacksChanged")["listed"] != true {}
    let bad = shop.file("bad").to_str().unwrap().to_owned();
    let found = client.request("foreshock/findings", json!({"root": bad})).unwrap();
    assert_eq!(single_points(&found).len(), 0, "the disk is looked at again");
    std::fs::create_dir(shop.file("third")).unwrap();
    std::fs::write(shop.file("third/main.tf"), SINGLE).unwrap();
    let stacks = client.request("foreshock/stacks", json!({})).unwrap();
    assert_eq!(names(&stacks).len(), 3);
    client.drain_closed_files(&shop);
}

#[test]
fn nobody_is_told_who_has_not_asked() {
    let shop = two("stacks-unasked");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let good = shop.file("good/main.tf");
    client.open(&good, 1, &with_standby());
    client.diagnostics(&good, 1);
    client.replace(&good, 2, SINGLE);
    client.diagnostics(&good, 2);
    // `finish` insists that nothing else was said.
    client.finish_with_closed_files(&shop);
}

#[test]
fn how_bad_a_component_is_does_not_hang_on_git() {
    let shop = Shop::of("graph-marks", &[("main.tf", SINGLE)]);
    let file = shop.file("main.tf");
    let marks = |base: &str, text: &str| {
        let mut client = Client::start();
        client.initialize_with(&[&shop.directory], json!({}), json!({"base": base}));
        client.notify("initialized", json!({}));
        client.open(&file, 1, text);
        client.diagnostics(&file, 1);
        let graph = client.request("foreshock/graph", json!({"uri": uri(&file), "base": true})).unwrap();
        client.drain_closed_files(&shop);
        let stack = &graph["stacks"][0];
        let components = stack["components"].as_array().unwrap().iter();
        let orders = components.clone().find(|component| component["id"] == "aws_db_instance.orders").unwrap().clone();
        let before = stack["base"]["components"].as_array().map(Vec::len);
        (orders["severity"].clone(), orders["single_point"].clone(), orders["new"].clone(), before)
    };
    let (error, yes, no) = (json!("error"), json!(true), json!(false));
    assert_eq!(
        marks("none", SINGLE),
        (error.clone(), yes.clone(), no.clone(), None),
        "nothing to compare with: nothing is new"
    );
    std::fs::remove_dir_all(shop.file(".git")).unwrap();
    std::fs::write(&file, with_standby()).unwrap();
    git(&shop, &["init", "-q", "-b", "main", "."]);
    git(&shop, &["add", "."]);
    git(&shop, &["commit", "-qm", "one"]);
    assert_eq!(marks("auto", SINGLE), (error.clone(), yes.clone(), yes.clone(), Some(2)));
    std::fs::write(&file, SINGLE).unwrap();
    git(&shop, &["commit", "-qam", "two"]);
    assert_eq!(marks("auto", SINGLE), (error, yes, no, Some(2)), "as bad, and no longer new");
}

#[test]
fn the_bulb_shines_where_the_hint_is() {
    let shop = Shop::of("bulb", &[("main.tf", SINGLE)]);
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let file = shop.file("main.tf");
    client.open(&file, 1, SINGLE);
    client.diagnostics(&file, 1);
    let mut titles = |line: u32, character: u32| -> Vec<String> {
        let at = json!({"line": line, "character": character});
        let context = json!({"diagnostics": [], "only": ["quickfix"]});
        let asked = json!({"textDocument": {"uri": uri(&file)}, "range": {"start": at, "end": at}, "context": context});
        let actions = client.request("textDocument/codeAction", asked).unwrap();
        actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
    };
    let repairs = |titles: Vec<String>| titles.iter().any(|title| title.starts_with("Enable Multi-AZ"));
    assert!(repairs(titles(2, 10)), "under the line");
    assert!(repairs(titles(2, 0)), "at the beginning of the line");
    assert!(repairs(titles(0, 5)), "at the header, which says SPOF");
    assert!(repairs(titles(0, 40)), "at the end of the header");
    assert!(!repairs(titles(4, 5)), "not at another block");
    client.drain_closed_files(&shop);
}

const CALL: &str = r#"module "store" {
  source   = "./store"
  multi_az = false
}

resource "aws_instance" "app" {
  count     = 2
  ami       = "ami-1"
  user_data = module.store.endpoint
}
"#;

const STORE: &str = r#"variable "multi_az" {}
resource "aws_db_instance" "this" {
  engine   = "postgres"
  multi_az = var.multi_az
}
output "endpoint" {
  value = aws_db_instance.this.endpoint
}
"#;

#[test]
fn a_call_of_a_module_is_a_block_like_others() {
    let shop = Shop::of("calls", &[("main.tf", CALL), ("store/main.tf", STORE)]);
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let file = shop.file("main.tf");
    client.open(&file, 1, CALL);
    client.diagnostics(&file, 1);
    let document = json!({"uri": uri(&file)});
    let all = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let mut ask =
        |method: &str, parameters: Value| client.request(method, parameters).unwrap().as_array().unwrap().clone();
    let hints = ask("textDocument/inlayHint", json!({"textDocument": document, "range": all}));
    let first: Vec<&Value> = hints.iter().filter(|hint| hint["position"]["line"] == 0).collect();
    let label = first[0]["label"].as_str().unwrap();
    assert!(label.starts_with("1 single point inside · -") && label.ends_with(" points"), "{label}");
    assert_eq!(first[0]["position"]["character"], 16, "at the end of its line");
    let lenses = ask("textDocument/codeLens", json!({"textDocument": document}));
    let titles: Vec<&str> = lenses
        .iter()
        .filter(|lens| lens["range"]["start"]["line"] == 0)
        .map(|lens| lens["command"]["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["blast radius 1", "graph"]);
    assert_eq!(lenses[0]["command"]["arguments"][0]["component"], "module.store.aws_db_instance.this");

    let at = json!({"line": 0, "character": 3});
    let context = json!({"diagnostics": [], "only": ["quickfix"]});
    let actions = ask(
        "textDocument/codeAction",
        json!({"textDocument": document, "range": {"start": at, "end": at}, "context": context}),
    );
    let repair =
        actions.iter().find(|action| action["title"].as_str().unwrap().starts_with("Enable Multi-AZ")).unwrap();
    let edit = repair["edit"].to_string();
    assert!(
        edit.contains("\"line\":2") && edit.contains("\"newText\":\"true\""),
        "at the argument of this call: {edit}"
    );
    client.drain_closed_files(&shop);
}

#[test]
fn two_faults_are_played_together() {
    let shop = Shop::of("together", &[("main.tf", SINGLE)]);
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let file = shop.file("main.tf");
    client.open(&file, 1, SINGLE);
    client.diagnostics(&file, 1);
    let mut down = |and: Value| {
        let asked = json!({"uri": uri(&file), "fault": "instance:aws_instance.app#0", "and": and});
        let answer = client.request("foreshock/simulate", asked).unwrap();
        let result = &answer["stacks"][0]["results"][0];
        let effects = result["effects"].as_array().unwrap().iter();
        let down = effects.filter(|effect| effect["health"] == "DOWN").count();
        (result["id"].as_str().unwrap().to_owned(), down)
    };
    assert_eq!(down(Value::Null), ("instance:aws_instance.app#0".to_owned(), 0), "the other instance serves");
    let both = down(json!("instance:aws_instance.app#1"));
    assert_eq!(both, ("pair:instance:aws_instance.app#0+instance:aws_instance.app#1".to_owned(), 1));
    client.drain_closed_files(&shop);
}

#[test]
fn the_best_repairs_are_told_once_each_and_hold_together() {
    let twice = format!("{SINGLE}{}", SINGLE.replace("orders", "bills").replace("\"app\"", "\"till\""));
    let shop = Shop::of("repairs-together", &[("main.tf", &twice)]);
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let main = shop.file("main.tf");
    client.open(&main, 1, &twice);
    client.diagnostics(&main, 1);
    let told = |most: usize, client: &mut Client| {
        let answer = client.request("foreshock/repairs", json!({"uri": uri(&main), "most": most})).unwrap();
        let points: Vec<f64> =
            answer["repairs"].as_array().unwrap().iter().map(|it| it["points"].as_f64().unwrap()).collect();
        assert!(points.len() <= most && points.is_sorted_by(|one, other| one >= other), "{answer:#}");
        answer
    };
    assert_eq!(told(1, &mut client)["repairs"].as_array().unwrap().len(), 1);
    let answer = told(2, &mut client);
    let of: Vec<&Value> = answer["repairs"].as_array().unwrap().iter().map(|it| &it["component"]).collect();
    assert_eq!(of.len(), 2, "{answer:#}");
    assert!(of.contains(&&json!("aws_db_instance.orders")) && of.contains(&&json!("aws_db_instance.bills")), "{of:?}");
    // The edits are what both write: made from the last to the first, nothing of either is left.
    let mut lines: Vec<String> = twice.lines().map(str::to_owned).collect();
    for edit in answer["edits"].as_array().unwrap().iter().rev() {
        let at = |end: &str, what: &str| edit["range"][end][what].as_u64().unwrap() as usize;
        assert_eq!(at("start", "line"), at("end", "line"), "{edit}");
        let line = &mut lines[at("start", "line")];
        line.replace_range(at("start", "character")..at("end", "character"), edit["text"].as_str().unwrap());
    }
    client.replace(&main, 2, &(lines.join("\n") + "\n"));
    client.diagnostics(&main, 2);
    let found = client.request("foreshock/findings", json!({"root": shop.directory.to_str().unwrap()})).unwrap();
    let left = single_points(&found);
    assert!(left.iter().all(|it| !it["component"].as_str().unwrap().contains("db_instance")), "{left:#?}");
    assert_eq!(
        client.request("foreshock/repairs", json!({"uri": "file:///nowhere/main.tf"})).unwrap()["repairs"],
        json!([])
    );
    client.finish();
}
