//! A panic costs the request or the stack that it happens in, and is told; what takes long is told, too. The faults are those of a
//! debug build (`FORESHOCK_FAULT`): a release build has none, and these tests are not part of it.
#![cfg(debug_assertions)]

use serde_json::{Value, json};

use crate::client::{Client, Shop, uri};

const SYSTEM: &str = "\
components:
  - {id: app, type: app_server, replicas: 2}
  - {id: db, type: database}
dependencies:
  - {source: app, target: db, type: requires}
";

/// A server in which `fault` happens, with a good document and a bad one open; what both are told.
fn opened(name: &str, fault: &str) -> (Shop, Client, [Value; 2]) {
    let shop = Shop::of(name, &[("good.yaml", SYSTEM), ("bad.yaml", SYSTEM)]);
    let mut client = Client::start_in(&["lsp"], &[("FORESHOCK_FAULT", fault)]);
    client.initialize(&[&shop.directory], json!({}));
    let told = ["good.yaml", "bad.yaml"].map(|name| {
        client.open(&shop.file(name), 1, SYSTEM);
        client.diagnostics(&shop.file(name), 1)
    });
    (shop, client, told)
}

fn codes(diagnostics: &Value) -> Vec<&str> {
    diagnostics.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

/// The good document is judged as ever, the bad one says what happened, and an edit of each is answered.
#[track_caller]
fn check_contained(name: &str, fault: &str) {
    let (shop, mut client, [good, bad]) = opened(name, fault);
    assert!(codes(&good).contains(&"single-point-of-failure"), "{fault}: {good}");
    assert_eq!(codes(&bad), ["failure"], "{fault}");
    let message = bad[0]["message"].as_str().unwrap();
    assert!(message.contains("Foreshock failed on this stack: as asked"), "{message}");
    let (good, bad) = (shop.file("good.yaml"), shop.file("bad.yaml"));
    client.replace(&bad, 2, &format!("# edited\n{SYSTEM}"));
    assert_eq!(codes(&client.diagnostics(&bad, 2)), ["failure"], "{fault}");
    client.replace(&good, 2, &SYSTEM.replace("type: database", "type: database, replicas: 2"));
    let mended = client.diagnostics(&good, 2);
    assert!(!codes(&mended).contains(&"single-point-of-failure"), "{fault}: {mended}");
    let graph = client.request("foreshock/graph", json!({"uri": uri(&good)})).unwrap();
    assert_eq!(graph["stacks"][0]["components"].as_array().unwrap().len(), 2);
    client.close(&bad);
    client.replace(&good, 3, SYSTEM);
    assert!(codes(&client.diagnostics(&good, 3)).contains(&"single-point-of-failure"), "{fault}");
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_panic_in_a_stack_costs_that_stack() {
    check_contained("panic-stack", "panic stack bad.yaml");
}

#[test]
fn a_panic_where_stacks_are_looked_for_costs_that_document() {
    check_contained("panic-roots", "panic roots bad.yaml");
}

#[test]
fn a_panic_in_a_dialect_leaves_the_others() {
    let (shop, mut client, [good, _]) = opened("panic-index", "panic index kubernetes");
    assert!(codes(&good).contains(&"single-point-of-failure"), "{good}");
    client.replace(&shop.file("good.yaml"), 2, &format!("# edited\n{SYSTEM}"));
    assert!(codes(&client.diagnostics(&shop.file("good.yaml"), 2)).contains(&"single-point-of-failure"));
}

/// Where nothing is left of a picture, what was shown is taken back, whoever waits is told, and the next change begins anew.
#[test]
fn a_panic_outside_of_stacks_costs_one_version() {
    let shop = Shop::of("panic-picture", &[("good.yaml", SYSTEM), ("bad.yaml", SYSTEM)]);
    let (good, bad) = (shop.file("good.yaml"), shop.file("bad.yaml"));
    let mut client = Client::start_in(&["lsp"], &[("FORESHOCK_FAULT", "panic picture bad.yaml")]);
    client.initialize(&[&shop.directory], json!({}));
    client.open(&good, 1, SYSTEM);
    assert!(codes(&client.diagnostics(&good, 1)).contains(&"single-point-of-failure"));
    client.open(&bad, 1, SYSTEM);
    assert_eq!(client.request("foreshock/graph", json!({"uri": uri(&good)})), Err(-32603));
    assert_eq!(codes(&client.next_diagnostics(&good)), [] as [&str; 0]);
    let said = client.notification("window/logMessage");
    assert!(said["message"].as_str().unwrap().contains("could not analyse this version of the text"), "{said}");
    client.close(&bad);
    assert!(codes(&client.next_diagnostics(&good)).contains(&"single-point-of-failure"));
    client.request("foreshock/graph", json!({"uri": uri(&good)})).unwrap();
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_panic_in_a_request_fails_that_request() {
    // One of each lane: of the main loop, of a cursor, and of what takes long.
    let (shop, mut client, _) =
        opened("panic-request", "panic request InlayHints; panic request Hover; panic request Report");
    let file = shop.file("good.yaml");
    let document = json!({"uri": uri(&file)});
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let at = json!({"line": 1, "character": 10});
    for _ in 0..5 {
        let internal = Err(-32603);
        assert_eq!(
            client.request("textDocument/inlayHint", json!({"textDocument": document, "range": range})),
            internal
        );
        assert_eq!(client.request("textDocument/hover", json!({"textDocument": document, "position": at})), internal);
        assert_eq!(client.request("foreshock/report", document.clone()), internal);
        client.request("foreshock/graph", document.clone()).unwrap();
    }
    client.replace(&file, 2, &format!("# edited\n{SYSTEM}"));
    assert!(codes(&client.diagnostics(&file, 2)).contains(&"single-point-of-failure"));
    client.finish_with_closed_files(&shop);
}

#[test]
fn what_takes_longer_than_a_second_is_told() {
    let (shop, mut client, _) = opened("watchdog", "wait stack bad.yaml; wait request Hover");
    let asked =
        json!({"textDocument": {"uri": uri(&shop.file("good.yaml"))}, "position": {"line": 1, "character": 10}});
    client.request("textDocument/hover", asked).unwrap();
    let logged = client.logged();
    let of_log = |message: &&Value| message["type"] == 4;
    let said: Vec<&str> = logged.iter().filter(of_log).map(|message| message["message"].as_str().unwrap()).collect();
    for expected in [
        "the analysis of bad.yaml takes longer than a second",
        "the analysis of bad.yaml took ",
        "Hover takes longer than a second",
    ] {
        assert!(said.iter().any(|said| said.starts_with(&format!("Foreshock: {expected}"))), "{expected}: {said:?}");
    }
    client.finish_with_closed_files(&shop);
}
