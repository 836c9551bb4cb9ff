//! foreshock.toml, the settings of the editor's user, values beside expressions, and files that several callers share.

use serde_json::{Value, json};

use crate::client::{Client, Shop, find, uri};
use crate::of_rule;

const SPOF: &str = "single-point-of-failure";

const PROD: &str = r#"
variable "ha" { default = false }
module "db" {
  source   = "../../modules/db"
  multi_az = var.ha
}
resource "aws_instance" "app" {
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = module.db.address
}
"#;

const DEV: &str = r#"
module "db" { source = "../../modules/db" }
resource "aws_instance" "app" {
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = module.db.address
}
"#;

const DB: &str = r#"
variable "multi_az" { default = false }
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = var.multi_az

  backup_retention_period = 7
  deletion_protection     = true
}
output "address" { value = aws_db_instance.orders.address }
"#;

fn environments(name: &str, configuration: Option<&str>) -> Shop {
    let mut files = vec![
        ("envs/prod/main.tf", PROD),
        ("envs/prod/prod.tfvars", "# production\nha = true\n"),
        ("envs/prod/extra/eu.tfvars", "ha = false\n"),
        ("envs/prod/a.auto.tfvars", "\n"),
        ("envs/dev/main.tf", DEV),
        ("modules/db/main.tf", DB),
    ];
    files.extend(configuration.map(|text| ("foreshock.toml", text)));
    Shop::of(name, &files)
}

fn document(file: &std::path::Path) -> Value {
    json!({"textDocument": {"uri": uri(file)}})
}

fn hints(client: &mut Client, file: &std::path::Path) -> Vec<Value> {
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}});
    let parameters = json!({"textDocument": {"uri": uri(file)}, "range": range});
    client.request("textDocument/inlayHint", parameters).unwrap().as_array().unwrap().clone()
}

fn labels(client: &mut Client, file: &std::path::Path) -> Vec<String> {
    hints(client, file).iter().map(|hint| hint["label"].as_str().unwrap().to_owned()).collect()
}

fn lenses(client: &mut Client, file: &std::path::Path) -> Vec<Value> {
    let lenses = client.request("textDocument/codeLens", document(file)).unwrap();
    lenses.as_array().unwrap().iter().map(|lens| lens["command"].clone()).collect()
}

fn titles(client: &mut Client, file: &std::path::Path) -> Vec<String> {
    lenses(client, file).iter().map(|command| command["title"].as_str().unwrap().to_owned()).collect()
}

fn single_points(client: &mut Client, file: &std::path::Path) -> usize {
    of_rule(&client.request("textDocument/diagnostic", document(file)).unwrap()["items"], SPOF).len()
}

/// A client that asks for diagnostics itself: their state can be read at any time.
fn pulling() -> Value {
    json!({"textDocument": {"diagnostic": {}}})
}

#[test]
fn mistakes_in_the_configuration_are_shown_in_it() {
    let shop = environments("toml", Some("[rules]\nno-redundanc = \"off\"\n"));
    let (main, toml) = (shop.file("envs/prod/main.tf"), shop.file("foreshock.toml"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&main, 1, PROD);
    client.diagnostics(&main, 1);
    let told = client.next_diagnostics(&toml);
    assert_eq!(told[0]["code"], "configuration");
    assert_eq!(told[0]["message"], "there is no rule `no-redundanc`; did you mean `no-redundancy`?");
    assert_eq!(told[0]["range"]["start"], json!({"line": 1, "character": 0}));
    // Typing in it counts at once, for itself and for the stacks.
    client.open(&toml, 1, "[rules]\nsingle-point-of-failure = \"off\"\n");
    assert_eq!(client.diagnostics(&toml, 1), json!([]));
    assert_eq!(client.next_diagnostics(&main), json!([]));
    client.drain_closed_files(&shop);
    client.replace(&toml, 2, "[[stack]]\npath = \"envs/prod\"\nvar_files = [\"prd.tfvars\"]\n");
    let told = client.diagnostics(&toml, 2);
    assert_eq!(told[0]["message"], "`envs/prod` has no file `prd.tfvars`; did you mean `prod.tfvars`?");
    assert_eq!(told[0]["range"]["start"], json!({"line": 2, "character": 13}));
    assert_eq!(of_rule(&client.next_diagnostics(&main), SPOF).len(), 1);
    client.finish_with_closed_files(&shop);
}

#[test]
fn several_stacks_of_one_root() {
    let configuration = "[[stack]]\npath = \"envs/prod\"\nvar_files = [\"prod.tfvars\"]\n[[stack]]\npath = \"envs/prod\"\nname = \"plain\"\n";
    let shop = environments("variants", Some(configuration));
    let (main, db) = (shop.file("envs/prod/main.tf"), shop.file("modules/db/main.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], pulling());
    client.open(&main, 1, PROD);
    client.open(&db, 1, DB);
    let mut names = Vec::new();
    while names.len() < 3 {
        let status = client.notification("foreshock/status");
        names.push((status["name"].clone(), status["varFiles"].clone()));
    }
    names.sort_by_key(|name| format!("{name:?}"));
    names.dedup();
    assert!(names.contains(&(json!("prod.tfvars"), json!(["prod.tfvars"]))), "{names:?}");
    assert!(names.contains(&(json!("plain"), json!([]))), "{names:?}");
    assert_eq!(titles(&mut client, &main)[0], "2 callers: 1 fine, 1 with other findings");
    assert_eq!(titles(&mut client, &db)[0], "3 callers: 1 fine, 2 single points of failure");
    assert!(labels(&mut client, &main).contains(&"2 values".to_owned()));
    let files = client.request("foreshock/variableFiles", json!({"uri": uri(&main)})).unwrap();
    assert_eq!(files["roots"][0]["configured"], true);
    assert_eq!(files["roots"][0]["stacks"], json!(["plain", "prod.tfvars"]));
    client.drain_closed_files(&shop);
    client.finish();
}

#[test]
fn the_user_chooses_a_file_with_values() {
    let shop = environments("choice", None);
    let main = shop.file("envs/prod/main.tf");
    let db = shop.file("modules/db/main.tf");
    let mut client = Client::start();
    let options = json!({"varFiles": {"envs/prod": ["prod.tfvars"]}});
    client.initialize_with(&[&shop.directory], pulling(), options);
    client.open(&main, 1, PROD);
    let status = client.notification("foreshock/status");
    assert_eq!((&status["name"], &status["varFiles"]), (&json!("prod.tfvars"), &json!(["prod.tfvars"])));
    assert!(labels(&mut client, &main).contains(&"= true".to_owned()));
    assert_eq!(single_points(&mut client, &db), 0);
    let files = client.request("foreshock/variableFiles", json!({"uri": uri(&main)})).unwrap();
    assert_eq!(
        files["roots"],
        json!([{
            "root": shop.file("envs/prod").to_str().unwrap(), "label": "envs/prod", "setting": "envs/prod",
            "configured": false, "stacks": ["prod.tfvars"], "chosen": ["prod.tfvars"], "workspace": null, "workspaces": [],
            "always": ["a.auto.tfvars"], "others": ["prod.tfvars", "extra/eu.tfvars"],
        }])
    );
    // Another choice, while the files are open.
    let settings = json!({"foreshock": {"varFiles": {"envs/prod": ["extra/eu.tfvars"]}}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": settings}));
    assert_eq!(single_points(&mut client, &main), 1, "where the caller decides it");
    assert_eq!(single_points(&mut client, &db), 0);
    let gone = client.notification("foreshock/status");
    assert_eq!((&gone["name"], &gone["removed"]), (&json!("prod.tfvars"), &json!(true)));
    assert_eq!(client.notification("foreshock/status")["varFiles"], json!(["extra/eu.tfvars"]));
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_client_that_answers_is_asked_for_its_settings() {
    let shop = environments("asked", None);
    let main = shop.file("envs/prod/main.tf");
    let db = shop.file("modules/db/main.tf");
    let mut client = Client::start();
    client.settings = json!({"workspaces": {"envs/prod": "blue"}, "rules": {SPOF: "off"}});
    let mut capabilities = pulling();
    capabilities["workspace"] = json!({"configuration": true});
    client.initialize(&[&shop.directory], capabilities);
    client.wait_until_asked("workspace/configuration");
    client.open(&main, 1, PROD);
    while client.notification("foreshock/status")["name"] != "workspace blue" {}
    assert_eq!(single_points(&mut client, &db), 0);
    // A client of that kind sends nothing, and means: ask again.
    client.settings = json!({"rules": {SPOF: "hint"}});
    client.asked.clear();
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    client.wait_until_asked("workspace/configuration");
    while client.notification("foreshock/status")["name"] != Value::Null {}
    let found = client.request("textDocument/diagnostic", document(&main)).unwrap();
    let severities: Vec<Value> = of_rule(&found["items"], SPOF).iter().map(|one| one["severity"].clone()).collect();
    assert_eq!(severities, [json!(4)]);
    client.finish_with_closed_files(&shop);
}

#[test]
fn what_the_file_says_wins() {
    let configuration = "[rules]\nsingle-point-of-failure = \"info\"\n[editor]\nvalues = false\n[[stack]]\npath = \"envs/prod\"\nvar_files = [\"prod.tfvars\"]\n";
    let shop = environments("wins", Some(configuration));
    let (main, dev, db) =
        (shop.file("envs/prod/main.tf"), shop.file("envs/dev/main.tf"), shop.file("modules/db/main.tf"));
    let mut client = Client::start();
    let options = json!({
        "varFiles": {"envs/prod": ["extra/eu.tfvars"]}, "rules": {SPOF: "off"}, "inlayHints": {"values": true},
    });
    client.initialize_with(&[&shop.directory], pulling(), options);
    client.open(&main, 1, PROD);
    client.open(&dev, 1, DEV);
    let found = client.request("textDocument/diagnostic", document(&db)).unwrap();
    let severities: Vec<Value> = of_rule(&found["items"], SPOF).iter().map(|one| one["severity"].clone()).collect();
    assert_eq!(severities, [json!(3)], "of dev: prod has its file");
    // The call of a module says what a block says, and no expression says anything.
    assert_eq!(labels(&mut client, &main), ["inside: up to 1 of 1 affected"]);
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_value_says_where_it_comes_from() {
    let shop = environments("values", None);
    let main = shop.file("envs/prod/main.tf");
    let db = shop.file("modules/db/main.tf");
    let mut client = Client::start();
    client.initialize_with(&[&shop.directory], pulling(), json!({"varFiles": {"envs/prod": ["prod.tfvars"]}}));
    client.open(&main, 1, PROD);
    let shown = hints(&mut client, &main);
    let hint = shown.iter().find(|hint| hint["label"] == "= true").unwrap();
    let [_, end] = find(PROD, "var.ha");
    assert_eq!(hint["position"], json!({"line": end[0], "character": end[1]}));
    assert_eq!(hint.get("tooltip"), None, "where it comes from is asked for when it is looked at");
    let resolved = client.request("inlayHint/resolve", hint.clone()).unwrap();
    let link = format!("[prod.tfvars:2]({}#L2)", uri(&shop.file("envs/prod/prod.tfvars")));
    let tooltip = resolved["tooltip"]["value"].as_str().unwrap();
    assert_eq!(tooltip, format!("`multi_az` = `true`: `var.ha`, set in {link}"));
    // Looking at the expression says the same.
    let position = json!({"textDocument": {"uri": uri(&main)}, "position": {"line": end[0], "character": end[1] - 1}});
    let hover = client.request("textDocument/hover", position.clone()).unwrap();
    assert_eq!(hover["contents"]["value"].as_str().unwrap(), tooltip);
    assert_eq!(hover["range"]["end"], hint["position"]);
    // In a block that makes up a component, what falls with it follows.
    client.open(&db, 1, DB);
    let [_, end] = find(DB, "= var.multi_az");
    let position_in_db = json!({"textDocument": {"uri": uri(&db)}, "position": {"line": end[0], "character": end[1]}});
    let hover = client.request("textDocument/hover", position_in_db).unwrap();
    let hover = hover["contents"]["value"].as_str().unwrap();
    assert!(hover.contains("`multi_az` has 2 values") && hover.contains("Availability by itself"), "{hover}");
    assert!(hover.contains("`false`, its default at [main.tf:2]") && hover.contains("in envs/dev · "), "{hover}");
    // Without values beside the code, looking closer still tells.
    let settings = json!({"varFiles": {"envs/prod": ["prod.tfvars"]}, "inlayHints": {"values": false}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"foreshock": settings}}));
    // The call of a module says what a block says, and no expression says anything.
    assert_eq!(labels(&mut client, &main), ["inside: up to 1 of 1 affected"]);
    assert_ne!(client.request("textDocument/hover", position), Ok(Value::Null));
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_shared_file_shows_the_results_of_the_caller_that_was_chosen() {
    let shop = environments("callers", Some("[[stack]]\npath = \"envs/prod\"\nvar_files = [\"prod.tfvars\"]\n"));
    let db = shop.file("modules/db/main.tf");
    let mut client = Client::open_workspace(&[&shop.directory], pulling());
    client.open(&db, 1, DB);
    let all = lenses(&mut client, &db);
    assert_eq!(all[0]["title"], "2 callers: 1 fine, 1 single point of failure");
    assert_eq!(all[0]["command"], "foreshock.chooseCaller");
    assert_eq!(all[0]["arguments"], json!([{"uri": uri(&db)}]));
    assert!(labels(&mut client, &db).iter().any(|label| label == "2 values"));
    assert_eq!(single_points(&mut client, &db), 1);

    let callers = client.request("foreshock/callers", json!({"uri": uri(&db)})).unwrap();
    let callers = callers["callers"].as_array().unwrap();
    let short: Vec<(&str, &str)> =
        callers.iter().map(|one| (one["label"].as_str().unwrap(), one["summary"].as_str().unwrap())).collect();
    assert_eq!(short, [("envs/dev", "single point of failure"), ("envs/prod (prod.tfvars)", "fine")]);

    let choose = |caller: &Value| json!({"uri": uri(&db), "caller": caller});
    let chosen = client.request("foreshock/chooseCaller", choose(&callers[1]["id"])).unwrap();
    assert_eq!(chosen["callers"][1]["chosen"], true);
    assert_eq!(titles(&mut client, &db)[..2], ["as called by envs/prod (prod.tfvars)", "all callers"]);
    assert_eq!(lenses(&mut client, &db)[1]["arguments"], json!([{"uri": uri(&db), "caller": null}]));
    let shown = labels(&mut client, &db);
    assert!(shown.contains(&"= true".to_owned()) && !shown.iter().any(|label| label.contains("SPOF")), "{shown:?}");
    assert_eq!(single_points(&mut client, &db), 0);

    client.request("foreshock/chooseCaller", choose(&callers[0]["id"])).unwrap();
    let shown = labels(&mut client, &db);
    assert!(
        shown.contains(&"= false".to_owned()) && shown.iter().any(|label| label.starts_with("SPOF ·")),
        "{shown:?}"
    );
    assert_eq!(single_points(&mut client, &db), 1);

    // One that is not there hides nothing.
    client.request("foreshock/chooseCaller", choose(&json!("nobody"))).unwrap();
    assert_eq!(lenses(&mut client, &db)[0], all[0]);
    client.request("foreshock/chooseCaller", choose(&Value::Null)).unwrap();
    assert_eq!(lenses(&mut client, &db), all);
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_choice_is_told_to_a_client_that_is_pushed_to() {
    let shop = environments("pushed", Some("[[stack]]\npath = \"envs/prod\"\nvar_files = [\"prod.tfvars\"]\n"));
    let db = shop.file("modules/db/main.tf");
    let refreshes = json!({"workspace": {"inlayHint": {"refreshSupport": true}, "codeLens": {"refreshSupport": true}}});
    let mut client = Client::open_workspace(&[&shop.directory], refreshes);
    client.open(&db, 1, DB);
    assert_eq!(of_rule(&client.diagnostics(&db, 1), SPOF).len(), 1);
    let callers = client.request("foreshock/callers", json!({"uri": uri(&db)})).unwrap();
    let fine = &callers["callers"][1]["id"];
    client.request("foreshock/chooseCaller", json!({"uri": uri(&db), "caller": fine})).unwrap();
    assert_eq!(of_rule(&client.diagnostics(&db, 1), SPOF).len(), 0);
    client.wait_until_asked("workspace/inlayHint/refresh");
    client.wait_until_asked("workspace/codeLens/refresh");
    client.finish_with_closed_files(&shop);
}
