//! Infrastructure YAML in the editor: what Terraform has, and silence on other YAML.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::client::{Client, Shop, find, uri};
use crate::{findings, of_rule};

const SPOF: &str = "single-point-of-failure";

/// The checkout of the fixtures beside a shop.
fn checkout(name: &str) -> (Shop, PathBuf, String) {
    let shop = Shop::new(name);
    let file = shop.file("checkout.yaml");
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/checkout.yaml");
    std::fs::copy(fixture, &file).unwrap();
    let text = shop.text("checkout.yaml");
    (shop, file, text)
}

fn at([line, character]: [u32; 2]) -> Value {
    json!({"line": line, "character": character})
}

fn of_file(file: &std::path::Path) -> Value {
    json!({"textDocument": {"uri": uri(file)}})
}

fn quick_fixes(client: &mut Client, file: &std::path::Path, diagnostic: &Value) -> Value {
    let parameters = json!({
        "textDocument": {"uri": uri(file)},
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic], "only": ["quickfix"]},
    });
    client.request("textDocument/codeAction", parameters).unwrap()
}

#[test]
fn open_repair_and_break_again() {
    let (shop, file, text) = checkout("yaml-fix");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let diagnostics = client.diagnostics(&file, 1);
    let single = of_rule(&diagnostics, SPOF);
    assert_eq!(diagnostics.as_array().unwrap().len(), 1, "{diagnostics:#?}");
    let [start, end] = find(&text, "replicas: 1");
    assert_eq!(single[0]["range"], json!({"start": at(start), "end": at(end)}));
    assert_eq!(single[0]["severity"], 1);
    let related = &single[0]["relatedInformation"];
    assert!(related[0]["message"].as_str().unwrap().contains("app goes down: it requires orders"), "{related:#?}");

    let actions = quick_fixes(&mut client, &file, &single[0]);
    let titles: Vec<&str> =
        actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert!(titles[0].starts_with("Add a replica in eu-west-1b (+"), "{titles:?}");
    assert!(titles[1].starts_with("Add a replica (+"), "{titles:?}");
    let edits = actions[1]["edit"]["changes"][uri(&file)].as_array().unwrap();
    let [first, last] = find(&text, "replicas: 1");
    let number = json!({"start": at([first[0], last[1] - 1]), "end": at(last)});
    assert_eq!(edits, &[json!({"range": number, "newText": "2"})]);
    client.change(&file, 2, json!([{"range": number, "text": "2"}]));
    let after = client.diagnostics(&file, 2);
    assert_eq!(of_rule(&after, SPOF), [] as [Value; 0]);
    assert_eq!(of_rule(&after, "single-zone").len(), 1, "both in one zone: {after:#?}");

    client.change(&file, 3, json!([{"range": number, "text": "0"}]));
    let broken = client.diagnostics(&file, 3);
    let told = of_rule(&broken, "schema");
    assert_eq!(told[0]["message"], "replicas is 0; expected a whole number from 1 to 1000000");
    assert_eq!(told[0]["range"], number);
    assert_eq!(of_rule(&broken, SPOF).len(), 1, "the default is one replica");
    client.close(&file);
    assert_eq!(client.next_diagnostics(&file), json!([]));
    client.finish();
}

#[test]
fn half_typed_text_keeps_the_other_findings() {
    let (shop, file, text) = checkout("yaml-half");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let before = findings(&client.diagnostics(&file, 1));
    assert_eq!(before.len(), 1);
    let [line, _] = find(&text, "  - id: sessions");
    // On the empty line above it.
    let [mut row, mut column] = [line[0] - 1, 0];
    let mut version = 1;
    for character in "  - id: re\n    type: [dat".chars() {
        version += 1;
        client.edit(&file, version, [[row, column], [row, column]], &character.to_string());
        match character {
            '\n' => [row, column] = [row + 1, 0],
            _ => column += 1,
        }
        let now = client.diagnostics(&file, version);
        let kept = of_rule(&now, SPOF);
        assert!(
            kept.iter().any(|finding| before.contains(&finding["message"].as_str().unwrap().replace("of 6", "of 5"))),
            "at {character:?}: {now:#?}"
        );
    }
    client.finish();
}

#[test]
fn components_carry_hints_lenses_hovers_and_a_hierarchy() {
    let (shop, file, text) = checkout("yaml-features");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let [header, end] = find(&text, "id: orders");
    let range = json!({"start": at([0, 0]), "end": at([9999, 0])});
    let hints = client.request("textDocument/inlayHint", json!({"textDocument": {"uri": uri(&file)}, "range": range}));
    let hints = hints.unwrap();
    let hint = hints.as_array().unwrap().iter().find(|hint| hint["position"] == at(end)).expect("a hint behind the id");
    let label = hint["label"].as_str().unwrap();
    assert!(label.starts_with("SPOF · 2 of 5 affected · 99."), "{label}");

    let lenses = client.request("textDocument/codeLens", of_file(&file)).unwrap();
    let of_orders = |lens: &&Value| lens["range"]["start"] == at(header);
    let titles: Vec<&Value> =
        lenses.as_array().unwrap().iter().filter(of_orders).map(|lens| &lens["command"]["title"]).collect();
    assert_eq!(titles, ["blast radius 2", "graph"]);

    let here = json!({"textDocument": {"uri": uri(&file)}, "position": at([header[0] + 2, 6])});
    let hover = client.request("textDocument/hover", here.clone()).unwrap();
    let markdown = hover["contents"]["value"].as_str().unwrap();
    for part in ["`orders`", "**single point of failure**", "`app` **DOWN**", "checkout.yaml:", "written in the text"] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }

    // What users meet: how often, how long. Only an entry says it.
    assert!(!markdown.contains("outages a year"), "{markdown}");
    let [entry, _] = find(&text, "id: lb");
    let there = json!({"textDocument": {"uri": uri(&file)}, "position": at([entry[0] + 1, 6])});
    let hover = client.request("textDocument/hover", there).unwrap();
    let markdown = hover["contents"]["value"].as_str().unwrap();
    let users = markdown.lines().find(|line| line.starts_with("To users")).unwrap();
    assert!(users.contains("a year") && users.contains("the worst month of ten years loses"), "{users}");

    let items = client.request("textDocument/prepareCallHierarchy", here).unwrap();
    assert_eq!((&items[0]["name"], &items[0]["detail"]), (&json!("orders"), &json!("database")));
    let incoming = client.request("callHierarchy/incomingCalls", json!({"item": items[0]})).unwrap();
    assert_eq!(incoming[0]["from"]["name"], "app");
    let [proof, _] = find(&text, "source: app\n    target: orders");
    assert_eq!(incoming[0]["fromRanges"][0]["start"], at(proof));

    let graph = client.request("foreshock/graph", json!({"uri": uri(&file)})).unwrap();
    let stack = &graph["stacks"][0];
    assert_eq!(stack["root"], file.to_str().unwrap());
    assert_eq!(stack["components"].as_array().unwrap().len(), 6);
    assert_eq!(stack["resources"], json!([]));
    let simulated = client.request("foreshock/simulate", json!({"uri": uri(&file), "fault": "orders"})).unwrap();
    let effects = simulated["stacks"][0]["results"][0]["effects"].as_array().unwrap();
    assert!(effects.iter().any(|effect| effect["component"] == "lb" && effect["health"] == "DOWN"), "{effects:#?}");
    let status = client.notification("foreshock/status");
    assert_eq!(status["root"], file.to_str().unwrap());
    assert!(status["score"].as_f64().is_some());
    client.diagnostics(&file, 1);
    client.finish();
}

#[test]
fn other_yaml_is_left_alone() {
    let (shop, file, text) = checkout("yaml-silent");
    let other = shop.file("values.yaml");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&other, 1, "web: {image: nginx\n");
    client.open(&file, 1, &text);
    client.diagnostics(&file, 1);
    let ask = json!({"textDocument": {"uri": uri(&other)}, "position": at([0, 0])});
    assert_eq!(client.request("textDocument/hover", ask), Ok(Value::Null));
    assert_eq!(client.request("textDocument/codeLens", of_file(&other)), Ok(json!([])));
    let graph = client.request("foreshock/graph", json!({"uri": uri(&other)})).unwrap();
    assert_eq!(graph["stacks"], json!([]));
    assert_eq!(client.diagnostics(&other, 1), json!([]));
    client.close(&other);
    client.finish();
}

#[test]
fn yaml_and_terraform_live_side_by_side() {
    let (shop, file, text) = checkout("yaml-both");
    let (database, hcl) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    client.open(&database, 1, &hcl);
    let of_yaml = of_rule(&client.diagnostics(&file, 1), SPOF);
    let of_hcl = of_rule(&client.diagnostics(&database, 1), SPOF);
    assert_eq!((of_yaml.len(), of_hcl.len()), (1, 1));
    client.edit(&file, 2, find(&text, "replicas: 1"), "replicas: 2");
    assert_eq!(of_rule(&client.diagnostics(&file, 2), SPOF), [] as [Value; 0]);
    client.finish_with_closed_files(&shop);
}

/// A text of one byte a character after some edits, the last one first.
fn edited(text: &str, edits: &[Value]) -> String {
    let offset = |position: &Value| {
        let before: usize =
            text.split_inclusive('\n').take(position["line"].as_u64().unwrap() as usize).map(str::len).sum();
        before + position["character"].as_u64().unwrap() as usize
    };
    let mut spans: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|edit| (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]), edit["newText"].as_str().unwrap()))
        .collect();
    spans.sort();
    spans.iter().rev().fold(text.to_owned(), |text, (start, end, new)| text[..*start].to_owned() + new + &text[*end..])
}

#[test]
fn a_model_in_json_is_read_and_other_json_left_alone() {
    let shop = Shop::new("json-model");
    let model = shop.file("model.json");
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/faultray/bookshop.model.json");
    let text = std::fs::read_to_string(fixture).unwrap();
    std::fs::write(&model, &text).unwrap();
    let other = shop.file("package.json");
    let foreign = "{\"name\": \"a\", \"dependencies\": {\"components\": \"1\"}, \"components\": {\"a\": {\"type\": \"object\"}}}\n";
    std::fs::write(&other, foreign).unwrap();
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&model, 1, &text);
    let diagnostics = client.diagnostics(&model, 1);
    assert_eq!(of_rule(&diagnostics, "schema"), [] as [Value; 0]);
    let single = of_rule(&diagnostics, SPOF);
    assert!(!single.is_empty(), "{diagnostics:#?}");

    let actions = quick_fixes(&mut client, &model, &single[0]);
    let edits = &actions[0]["edit"]["changes"][uri(&model)];
    assert!(edits[0]["newText"] == "2", "the number of replicas that stands there: {edits:#?}");

    // A list that is not there yet among them.
    let mut titles = Vec::new();
    for diagnostic in diagnostics.as_array().unwrap() {
        let actions = quick_fixes(&mut client, &model, diagnostic);
        for action in actions.as_array().unwrap() {
            let Some(edits) = action["edit"]["changes"][uri(&model)].as_array() else { continue };
            let title = action["title"].as_str().unwrap();
            let edited = edited(&text, edits);
            assert!(serde_json::from_str::<Value>(&edited).is_ok(), "{title}: {edits:#?}");
            titles.push(title.to_owned());
        }
    }
    assert!(titles.iter().any(|title| title.starts_with("Spread over eu-west-1a and eu-west-1b")), "{titles:?}");

    client.open(&other, 1, foreign);
    assert_eq!(client.diagnostics(&other, 1), json!([]));
    let range = json!({"start": at([0, 0]), "end": at([9, 0])});
    let asked = json!({"textDocument": {"uri": uri(&other)}, "range": range});
    let hints = client.request("textDocument/inlayHint", asked).unwrap();
    assert!(hints.as_array().is_none_or(Vec::is_empty), "{hints}");
    client.finish();
}

fn position(file: &std::path::Path, at_: [u32; 2]) -> Value {
    json!({"textDocument": {"uri": uri(file)}, "position": at(at_)})
}

#[test]
fn keys_and_names_are_offered_and_explained() {
    let (shop, file, text) = checkout("yaml-assist");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    client.diagnostics(&file, 1);
    let [_, end] = find(&text, "  - id: orders");
    let mut offered = |version: i64, line: &str| {
        client.edit(&file, version, [end, end], &format!("\n{line}"));
        let here = [end[0] + 1, line.chars().count() as u32];
        let items = client.request("textDocument/completion", position(&file, here)).unwrap();
        client.diagnostics(&file, version);
        client.edit(&file, version + 1, [end, here], "");
        client.diagnostics(&file, version + 1);
        items.as_array().unwrap().clone()
    };
    // A key without a colon, in the middle of a component.
    let keys = offered(2, "    fail");
    let failover = keys.iter().find(|item| item["label"] == "failover").expect("failover is offered");
    assert_eq!(failover["textEdit"]["newText"], "failover:");
    assert!(failover["documentation"]["value"].as_str().unwrap().contains("how a standby takes over"), "{failover:#?}");
    assert!(!keys.iter().any(|item| item["label"] == "replicas"), "it is written: {keys:#?}");
    let zones = offered(4, "    region: {availability_zone: eu");
    assert_eq!(zones.iter().map(|item| &item["label"]).collect::<Vec<_>>(), ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);

    // On a field what it means, on an id what it is; each above what was shown before.
    let [field, _] = find(&text, "replicas: 1");
    let hover = client.request("textDocument/hover", position(&file, field)).unwrap();
    let markdown = hover["contents"]["value"].as_str().unwrap();
    assert!(markdown.starts_with("`replicas`: how many there are of it"), "{markdown}");
    assert!(markdown.contains("**single point of failure**"), "{markdown}");
    let [id, _] = find(&text, "orders\n    latency_ms");
    let hover = client.request("textDocument/hover", position(&file, id)).unwrap();
    let markdown = hover["contents"]["value"].as_str().unwrap();
    assert!(markdown.starts_with("`orders`: database, Orders database, 1 of 1 needed, in eu-west-1a"), "{markdown}");
    assert!(markdown.contains("**single point of failure**"), "{markdown}");
    client.finish();
}

#[test]
fn an_id_leads_to_its_component_and_gets_another_name() {
    let (shop, file, text) = checkout("yaml-names");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    client.diagnostics(&file, 1);
    let [declared, end] = find(&text, "id: orders");
    let declared = [declared[0], declared[1] + 4];
    let [used, _] = find(&text, "target: orders");
    let used = [used[0], used[1] + 8];
    let range = |from: [u32; 2]| json!({"start": at(from), "end": at([from[0], from[1] + 6])});
    let definition = client.request("textDocument/definition", position(&file, used)).unwrap();
    assert_eq!(definition, json!([{"uri": uri(&file), "range": range(declared)}]));
    assert_eq!(definition[0]["range"]["end"], at(end));
    let mut asked = position(&file, declared);
    asked["context"] = json!({"includeDeclaration": true});
    let references = client.request("textDocument/references", asked).unwrap();
    let ranges: Vec<&Value> = references.as_array().unwrap().iter().map(|place| &place["range"]).collect();
    assert_eq!(ranges, [&range(declared), &range(used)]);

    let prepared = client.request("textDocument/prepareRename", position(&file, used)).unwrap();
    assert_eq!(prepared, json!({"range": range(used), "placeholder": "orders"}));
    let mut asked = position(&file, used);
    asked["newName"] = json!("ledger");
    let renamed = client.request("textDocument/rename", asked.clone()).unwrap();
    let edits = renamed["changes"][uri(&file)].as_array().unwrap();
    assert_eq!(edits, &[declared, used].map(|from| json!({"range": range(from), "newText": "ledger"})));
    asked["newName"] = json!("app");
    assert_eq!(client.request("textDocument/rename", asked), Err(-32602), "the name is taken");

    let symbols = client.request("textDocument/documentSymbol", of_file(&file)).unwrap();
    let names: Vec<&Value> = symbols.as_array().unwrap().iter().map(|symbol| &symbol["name"]).collect();
    assert_eq!(names, ["lb", "app", "orders", "sessions", "mail-queue", "payments"]);
    assert_eq!(symbols[2]["selectionRange"], range(declared));
    let found = client.request("workspace/symbol", json!({"query": "mail"})).unwrap();
    assert_eq!((&found[0]["name"], &found[0]["containerName"]), (&json!("mail-queue"), &json!("Mail queue, queue")));
    client.finish();
}
