//! Hover, hints, lenses, actions, pulled diagnostics, the graph.

use serde_json::{Value, json};

use crate::client::{Client, Shop, find, uri};
use crate::{findings, of_rule};

const SPOF: &str = "single-point-of-failure";

fn at([line, character]: [u32; 2]) -> Value {
    json!({"line": line, "character": character})
}

fn whole_file() -> Value {
    json!({"start": at([0, 0]), "end": at([9999, 0])})
}

#[test]
fn a_quick_fix_removes_its_diagnostic() {
    for versioned in [true, false] {
        let shop = Shop::new(if versioned { "fix-versioned" } else { "fix-plain" });
        let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
        let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": versioned}}});
        let mut client = Client::open_workspace(&[&shop.directory], capabilities);
        client.open(&file, 5, &text);
        let single = of_rule(&client.diagnostics(&file, 5), SPOF);
        let parameters = json!({
            "textDocument": {"uri": uri(&file)},
            "range": single[0]["range"],
            "context": {"diagnostics": single, "only": ["quickfix"]},
        });
        let actions = client.request("textDocument/codeAction", parameters).unwrap();
        let action = &actions[0];
        let title = action["title"].as_str().unwrap();
        assert!(title.contains("(+") && title.contains("a year less)"), "{title}");
        assert_eq!(action["kind"], "quickfix");
        assert_eq!(action["isPreferred"], true);
        assert_eq!(action["diagnostics"], json!(single));
        let edits = if versioned {
            assert_eq!(action["edit"]["documentChanges"][0]["textDocument"], json!({"uri": uri(&file), "version": 5}));
            action["edit"]["documentChanges"][0]["edits"].clone()
        } else {
            action["edit"]["changes"][uri(&file)].clone()
        };
        apply(&mut client, &file, 6, edits);
        assert_eq!(of_rule(&client.diagnostics(&file, 6), SPOF), [] as [Value; 0]);
        client.finish_with_closed_files(&shop);
    }
}

/// Applies the edits of an action as an editor does: from the end, so that positions stay true.
fn apply(client: &mut Client, file: &std::path::Path, version: i64, edits: Value) {
    let changes: Vec<Value> = edits
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|edit| json!({"range": edit["range"], "text": edit["newText"]}))
        .collect();
    assert!(!changes.is_empty());
    client.change(file, version, json!(changes));
}

#[test]
fn fix_all_repairs_what_has_a_repair() {
    let shop = Shop::new("fix-all");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    client.diagnostics(&file, 1);
    let ask = |only: &str| {
        let context = json!({"diagnostics": [], "only": [only]});
        json!({"textDocument": {"uri": uri(&file)}, "range": whole_file(), "context": context})
    };
    let actions = client.request("textDocument/codeAction", ask("source.fixAll")).unwrap();
    assert_eq!(actions.as_array().unwrap().len(), 1);
    assert_eq!(actions[0]["kind"], "source.fixAll.foreshock");
    apply(&mut client, &file, 2, actions[0]["edit"]["changes"][uri(&file)].clone());
    assert_eq!(of_rule(&client.diagnostics(&file, 2), SPOF), [] as [Value; 0]);
    let actions = client.request("textDocument/codeAction", ask("refactor")).unwrap();
    assert_eq!(actions, json!([]));
    client.finish_with_closed_files(&shop);
}

#[test]
fn blocks_that_matter_carry_hints_and_lenses() {
    let shop = Shop::new("hints");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let parameters = json!({"textDocument": {"uri": uri(&file)}, "range": whole_file()});
    let hints = client.request("textDocument/inlayHint", parameters).unwrap();
    let of_values = |hint: &&Value| hint["data"].get("value").is_some();
    let (values, hints): (Vec<&Value>, Vec<&Value>) = hints.as_array().unwrap().iter().partition(of_values);
    let values: Vec<&Value> = values.iter().map(|hint| &hint["label"]).collect();
    assert_eq!(values, ["= \"shop-data\""; 2], "the name of the subnet group, and the reference to it");
    assert_eq!(hints.len(), 1, "the subnet group has none: {hints:#?}");
    let label = hints[0]["label"].as_str().unwrap();
    assert!(label.starts_with("SPOF · ") && label.contains(" affected · ") && label.ends_with(" %"), "{label}");
    let [header, _] = find(&text, "resource \"aws_db_instance\" \"orders\" {");
    assert_eq!(hints[0]["position"], at([header[0], 37]));
    assert_eq!(hints[0].get("tooltip"), None, "the reason is asked for when it is looked at");
    let resolved = client.request("inlayHint/resolve", hints[0].clone()).unwrap();
    assert!(resolved["tooltip"]["value"].as_str().unwrap().contains("aws_db_instance.orders"));

    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri(&file)}})).unwrap();
    let commands: Vec<&Value> = lenses.as_array().unwrap().iter().map(|lens| &lens["command"]).collect();
    let [cascade, graph] = commands.as_slice() else { panic!("{commands:#?}") };
    assert!(cascade["title"].as_str().unwrap().starts_with("blast radius "), "{cascade}");
    assert_eq!(cascade["command"], "foreshock.showCascade");
    assert_eq!(graph["title"], "graph");
    assert_eq!(graph["command"], "foreshock.showGraph");
    for command in commands {
        assert_eq!(command["arguments"][0]["component"], "aws_db_instance.orders");
        assert_eq!(command["arguments"][0]["uri"], uri(&file));
    }
    client.diagnostics(&file, 1);
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_hover_shows_the_cascade_with_links_to_its_proof() {
    let shop = Shop::new("hover");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let [header, end] = find(&text, "resource \"aws_db_instance\" \"orders\"");
    for inside in [header, end, find(&text, "multi_az")[0]] {
        let parameters = json!({"textDocument": {"uri": uri(&file)}, "position": at(inside)});
        let hover = client.request("textDocument/hover", parameters).unwrap();
        assert_eq!(hover["contents"]["kind"], "markdown");
        let markdown = hover["contents"]["value"].as_str().unwrap();
        assert!(markdown.contains("`aws_ecs_service.api` **DOWN**"), "{markdown}");
        let link = format!("({}#L", uri(&shop.file("web.tf")));
        assert!(markdown.contains(&link), "{markdown}");
        let service = markdown.lines().find(|line| line.contains("`aws_ecs_service.api`")).unwrap();
        let reference = shop.text("web.tf").lines().position(|line| line.contains("aws_db_instance.orders")).unwrap();
        assert!(
            service.ends_with(".orders.address\"))") && service.contains(&format!("[web.tf:{}]", reference + 1)),
            "{service}"
        );
        assert!(markdown.contains("Availability by itself: 99."), "{markdown}");
    }
    let parameters = json!({"textDocument": {"uri": uri(&file)}, "position": at([4, 0])});
    assert_eq!(client.request("textDocument/hover", parameters), Ok(Value::Null));
    client.diagnostics(&file, 1);
    client.finish_with_closed_files(&shop);
}

/// Neovim conceals the address of a link and shows its title as text.
#[test]
fn neovim_is_sent_links_without_titles() {
    let shop = Shop::new("hover-neovim");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::start();
    let folder = json!({"uri": uri(&shop.directory), "name": "shop"});
    let parameters = json!({"processId": null, "rootUri": null, "workspaceFolders": [folder], "capabilities": {},
        "clientInfo": {"name": "Neovim", "version": "0.11.4"}});
    client.request("initialize", parameters).unwrap();
    client.notify("initialized", json!({}));
    client.open(&file, 1, &text);
    let parameters = json!({"textDocument": {"uri": uri(&file)}, "position": at(find(&text, "multi_az")[0])});
    let hover = client.request("textDocument/hover", parameters).unwrap();
    let markdown = hover["contents"]["value"].as_str().unwrap();
    assert!(markdown.contains("](file:") && !markdown.contains(" \""), "{markdown}");
    client.diagnostics(&file, 1);
    client.finish_with_closed_files(&shop);
}

#[test]
fn what_is_not_judged_is_said_on_its_block_and_in_the_status() {
    let text = "variable \"tasks\" {}\n\nresource \"aws_lb\" \"front\" {\n  subnets = [\"a\", \"b\"]\n}\n\n\
        resource \"aws_lb_target_group\" \"web\" {\n  port = 80\n}\n\n\
        resource \"aws_lb_listener\" \"web\" {\n  load_balancer_arn = aws_lb.front.arn\n  default_action {\n    \
        type = \"forward\"\n    target_group_arn = aws_lb_target_group.web.arn\n  }\n}\n\n\
        resource \"aws_ecs_service\" \"web\" {\n  name = \"web\"\n  desired_count = var.tasks\n  load_balancer {\n    \
        target_group_arn = aws_lb_target_group.web.arn\n  }\n}\n\n\
        resource \"acme_queue\" \"jobs\" {\n  size = 2\n}\n";
    let shop = Shop::of("not-judged", &[("main.tf", text)]);
    let file = shop.file("main.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, text);
    let status = client.notification("foreshock/status");
    assert_eq!(status["understood"], "judged 4 of 5 resources; not known: acme_queue", "{status}");
    assert_eq!(status["open"], json!(["var.tasks"]), "{status}");
    let [low, high] = [&status["range"][0], &status["range"][1]].map(|end| end.as_f64().unwrap());
    assert!(status["score"].as_f64() == Some(low) && high - low > 1.0, "{status}");

    let hover = |client: &mut Client, needle: &str| {
        let parameters = json!({"textDocument": {"uri": uri(&file)}, "position": at(find(text, needle)[0])});
        client.request("textDocument/hover", parameters).unwrap()
    };
    let [header, end] = find(text, "resource \"acme_queue\" \"jobs\"");
    let unknown = hover(&mut client, "resource \"acme_queue\"");
    assert_eq!(
        unknown["contents"]["value"],
        "not judged: type `acme_queue` is not known; `[catalog.acme_queue]` in foreshock.toml can say what it is"
    );
    assert_eq!(unknown["range"], json!({"start": at(header), "end": at(end)}));
    let known = hover(&mut client, "resource \"aws_ecs_service\"");
    assert!(!known["contents"]["value"].as_str().unwrap().contains("not judged"), "{known}");
    client.diagnostics(&file, 1);
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_client_that_asks_for_diagnostics_is_not_told_twice() {
    let shop = Shop::new("pull");
    let capabilities = json!({
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": true}},
    });
    let mut client = Client::start();
    let answer = client.initialize(&[&shop.directory], capabilities);
    assert_eq!(answer["capabilities"]["diagnosticProvider"]["interFileDependencies"], true);
    let (rds, web) = (shop.file("rds.tf"), shop.file("web.tf"));
    client.open(&rds, 1, &shop.text("rds.tf"));
    client.open(&web, 1, &shop.text("web.tf"));
    let ask = |file: &std::path::Path, previous: Value| json!({"textDocument": {"uri": uri(file)}, "previousResultId": previous});
    let full = client.request("textDocument/diagnostic", ask(&rds, Value::Null)).unwrap();
    assert_eq!(full["kind"], "full");
    assert_eq!(of_rule(&full["items"], SPOF).len(), 1);
    let again = client.request("textDocument/diagnostic", ask(&rds, full["resultId"].clone())).unwrap();
    assert_eq!(again, json!({"kind": "unchanged", "resultId": full["resultId"]}));

    // Nobody asks the database any more: its finding changes although its file did not.
    client.replace(&web, 2, "");
    let changed = client.request("textDocument/diagnostic", ask(&rds, full["resultId"].clone())).unwrap();
    assert_eq!(changed["kind"], "full");
    assert_ne!(findings(&changed["items"]), findings(&full["items"]));
    client.replace(&web, 3, &shop.text("web.tf"));
    let back = client.request("textDocument/diagnostic", ask(&rds, changed["resultId"].clone())).unwrap();
    assert_eq!(back["resultId"], full["resultId"]);
    client.replace(&web, 4, "");
    client.request("textDocument/diagnostic", ask(&web, Value::Null)).unwrap();
    client.wait_until_asked("workspace/diagnostic/refresh");
    // What is pushed is about files that are not open.
    client.drain_closed_files(&shop);
    client.finish();
}

#[test]
fn the_graph_and_a_failure_can_be_asked_for() {
    let shop = Shop::new("graph");
    let file = shop.file("rds.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &shop.text("rds.tf"));
    let graph = client.request("foreshock/graph", json!({"uri": uri(&file)})).unwrap();
    assert_eq!(graph["version"], 1);
    let components = graph["stacks"][0]["components"].as_array().unwrap();
    let database = components.iter().find(|component| component["id"] == "aws_db_instance.orders").unwrap();
    assert_eq!(database["kind"], "database");
    assert_eq!(database["file"], file.to_str().unwrap());
    let command = json!({"command": "foreshock.graph", "arguments": [{"uri": uri(&file)}]});
    assert_eq!(client.request("workspace/executeCommand", command), Ok(graph));

    for fault in ["aws_db_instance.orders", "component:aws_db_instance.orders"] {
        let cascade = client.request("foreshock/simulate", json!({"uri": uri(&file), "fault": fault})).unwrap();
        let result = &cascade["stacks"][0]["results"][0];
        assert_eq!(result["id"], "component:aws_db_instance.orders");
        let effects = result["effects"].as_array().unwrap();
        let service = effects.iter().find(|effect| effect["component"] == "aws_ecs_service.api").unwrap();
        assert_eq!(service["health"], "DOWN");
        assert_eq!(service["because"], json!({"component": "aws_db_instance.orders"}));
        assert!(result["entry_loss"].as_f64().unwrap() > 0.9, "{result:#}");
    }
    let asked = json!({"uri": uri(&file), "faults": ["aws_db_instance.orders"]});
    let outage = client.request("foreshock/outage", asked).unwrap();
    let moments = outage["stacks"][0]["moments"].as_array().unwrap();
    let [first, last] = [&moments[0], &moments[moments.len() - 1]];
    assert_eq!((&first["words"], &first["lost"]), (&json!("3 worse"), &json!(1.0)), "{first:#}");
    let database = &first["changes"][0];
    assert_eq!((&database["was"], &database["is"]), (&json!("HEALTHY"), &json!("DOWN")));
    assert_eq!(database["why"][0]["file"], file.to_str().unwrap());
    assert_eq!((&last["words"], &last["lost"]), (&json!("1 back"), &json!(0.0)), "{last:#}");
    let nothing = client.request("foreshock/outage", json!({"uri": uri(&file), "faults": ["aws_db_instance.no"]}));
    assert_eq!(nothing, Err(-32602));
    let unknown = client.request("foreshock/simulate", json!({"uri": uri(&file), "fault": "aws_db_instance.no"}));
    assert_eq!(unknown, Err(-32602));
    client.diagnostics(&file, 1);
    client.finish_with_closed_files(&shop);
}

#[test]
fn the_status_follows_the_text() {
    let shop = Shop::new("status");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let before = client.notification("foreshock/status");
    assert_eq!(before["root"], shop.directory.to_str().unwrap());
    assert_eq!(before["base"], Value::Null);
    assert!(before["newFindings"].as_u64().unwrap() > 0);
    client.edit(&file, 2, find(&text, "false # cheaper"), "true");
    let after = client.notification("foreshock/status");
    assert!(after["score"].as_f64() > before["score"].as_f64(), "{before} {after}");
    assert!(after["structuralNines"].as_f64() > before["structuralNines"].as_f64());
    client.diagnostics(&file, 2);
    client.finish_with_closed_files(&shop);
}

#[test]
fn the_call_hierarchy_is_what_depends_on_what() {
    let shop = Shop::new("hierarchy");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let [header, _] = find(&text, "resource \"aws_db_instance\"");
    let parameters = json!({"textDocument": {"uri": uri(&file)}, "position": at(header)});
    let items = client.request("textDocument/prepareCallHierarchy", parameters).unwrap();
    assert_eq!(items[0]["name"], "aws_db_instance.orders");
    let incoming = client.request("callHierarchy/incomingCalls", json!({"item": items[0]})).unwrap();
    assert_eq!(incoming[0]["from"]["name"], "aws_ecs_service.api");
    assert_eq!(incoming[0]["from"]["uri"], uri(&shop.file("web.tf")));
    let [reference, _] = find(&shop.text("web.tf"), "aws_db_instance.orders.address");
    let proof = incoming[0]["fromRanges"].as_array().unwrap();
    assert!(proof.iter().any(|range| range["start"] == at(reference)), "{proof:#?}");
    let outgoing = client.request("callHierarchy/outgoingCalls", json!({"item": items[0]})).unwrap();
    assert_eq!(outgoing, json!([]));
    let service = client.request("callHierarchy/outgoingCalls", json!({"item": incoming[0]["from"]})).unwrap();
    let names: Vec<&str> =
        service.as_array().unwrap().iter().map(|call| call["to"]["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"aws_db_instance.orders"), "{names:?}");
    let none = json!({"textDocument": {"uri": uri(&file)}, "position": at([4, 0])});
    assert_eq!(client.request("textDocument/prepareCallHierarchy", none), Ok(Value::Null));
    client.diagnostics(&file, 1);
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_promise_that_cant_be_kept_is_told_where_it_is_written_too() {
    let text = r#"
resource "aws_resiliencehub_resiliency_policy" "shop" {
  name = "shop"
  tier = "Critical"
  policy {
    az {
      rto = "15m"
      rpo = "1h"
    }
  }
}
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  allocated_storage       = 20
  backup_retention_period = 7
}
"#;
    let shop = Shop::of("promised-recovery", &[("main.tf", text)]);
    let file = shop.file("main.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, text);
    let told = of_rule(&client.diagnostics(&file, 1), "recovery-unreachable");
    let lines: Vec<u64> = told.iter().map(|one| one["range"]["start"]["line"].as_u64().unwrap()).collect();
    let line = |words: &str| text.lines().position(|line| line.contains(words)).unwrap() as u64;
    assert_eq!(lines, [line("rto ="), line("backup_retention_period")]);
    let related = |at: usize| told[at]["relatedInformation"][0]["location"]["range"]["start"]["line"].as_u64().unwrap();
    assert_eq!((related(0), related(1)), (lines[1], lines[0]), "each leads to the other");
    client.replace(&file, 2, &text.replace("15m", "4h"));
    assert_eq!(of_rule(&client.diagnostics(&file, 2), "recovery-unreachable"), [] as [Value; 0]);
    client.finish_with_closed_files(&shop);
}
