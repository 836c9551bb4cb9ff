//! Launch configurations: what fits, and what is said where something does not.

use std::path::Path;

use serde_json::{Value, json};

use crate::adapter::{Adapter, fixture};

fn refusal(directory: &Path, configuration: Value) -> String {
    let mut adapter = Adapter::start(directory);
    adapter.ask("initialize", json!({})).unwrap();
    let refused = adapter.ask("launch", configuration).unwrap_err();
    // It can be said again, as it should have been.
    adapter.ask("launch", json!({"program": fixture("shop"), "fail": "aws_db_instance.orders"})).unwrap();
    refused
}

fn check(configuration: Value, expected: &str) {
    let said = refusal(&fixture("shop"), configuration.clone());
    assert!(said.contains(expected), "{configuration}: {said}");
}

#[test]
fn what_is_wrong_is_said_with_what_was_expected() {
    check(json!({}), "fail: expected what fails, as zone:NAME or the id of a component; there are zone:eu-west-1a");
    check(json!({"fail": "zone:eu-west-1z"}), "expected one of the zones eu-west-1a, eu-west-1b, eu-west-1c");
    check(json!({"fail": "aws_db_instance.order"}), "did you mean aws_db_instance.orders?");
    check(json!({"fail": ["aws_db_instance.orders", 7]}), "fail: 7: expected");
    check(json!({"fail": true}), "fail: true: expected a text, or a list of texts");
    check(json!({"zone": {"a": {}}}), "zone: {}: expected a text");
    check(json!({"latency": {"aws_lb.web": "fast"}}), "expected latency:ID:x10");
    check(json!({"fail": "aws_lb.web", "stopOnEntry": "yes"}), "stopOnEntry: \"yes\": expected true or false");
    check(
        json!({"fail": "aws_lb.web", "cause": "deployment"}),
        "cause: deployment: expected one of configuration, deploy",
    );
    check(json!({"fail": "aws_lb.web", "program": "nowhere"}), "nowhere: ");
    check(json!({"fail": "aws_lb.web", "program": 7}), "program: 7: expected a text");
    check(json!({"fail": "aws_lb.web", "stack": "prod"}), "stack: prod: expected one of shop");
    check(json!({"fail": "aws_lb.web", "varFiles": ["nowhere.tfvars"]}), "nowhere.tfvars");
    check(json!({"fail": "aws_lb.web", "variables": ["nonsense"]}), "expected {\"NAME\": \"VALUE\"}");
}

#[test]
fn a_stack_among_several_has_to_be_named() {
    let here = fixture(".");
    let said = refusal(&here, json!({"zone": "eu-west-1a"}));
    assert!(said.contains("stacks have what is to fail; say which"), "{said}");
    assert!(said.contains("checkout.yaml") && said.contains("shop"), "{said}");
    for name in ["shop", "./shop", &here.join("shop").display().to_string()] {
        let mut adapter = Adapter::launched(&here, json!({"zone": "eu-west-1a", "stack": name}));
        let (code, transcript) = {
            adapter.event("initialized");
            adapter.end()
        };
        assert_eq!(code, Some(0));
        assert!(transcript.contains("zone eu-west-1a: 3 of 8 components get worse"), "{transcript}");
    }
}

#[test]
fn the_stack_that_is_rooted_at_the_program_is_meant() {
    let directory = tempfile::tempdir().unwrap();
    let text = "resource \"aws_instance\" \"web\" {}\n";
    std::fs::write(directory.path().join("main.tf"), text).unwrap();
    std::fs::create_dir(directory.path().join("other")).unwrap();
    std::fs::write(directory.path().join("other/main.tf"), text).unwrap();
    let mut adapter =
        Adapter::launched(directory.path(), json!({"program": directory.path(), "fail": "aws_instance.web"}));
    adapter.event("initialized");
}

#[test]
fn everything_that_simulate_takes_is_taken() {
    let configuration = json!({"type": "foreshock", "request": "launch", "name": "bad day", "__sessionId": "x",
        "cwd": fixture("."), "program": "checkout.yaml", "fail": ["sessions"], "lose": {"app": 1}, "zone": ["eu-west-1b"],
        "errors": {"payments": "20%"}, "latency": ["orders=10x"], "traffic": 3, "cause": "deploy",
        "stopOnEntry": true, "fial": "x"});
    let mut adapter = Adapter::launched(&fixture("shop"), configuration);
    adapter.event("initialized");
    let (_, transcript) = adapter.end();
    let all = "sessions + 1 instances of app + zone eu-west-1b + 20% of the requests to payments fail + orders 10 times as slow + 3 times the traffic";
    assert!(transcript.contains(all), "{transcript}");
    assert!(transcript.contains("fial is no key of a launch configuration; did you mean fail?"), "{transcript}");
    assert!(!transcript.contains("__sessionId is no key"), "{transcript}");
    assert!(transcript.contains("nobody says when this ends"), "{transcript}");
}

#[test]
fn values_of_variables_count() {
    let directory = tempfile::tempdir().unwrap();
    let text = "variable \"copies\" { default = 3 }\nresource \"aws_instance\" \"web\" {\n  count = var.copies\n}\n";
    std::fs::write(directory.path().join("main.tf"), text).unwrap();
    for (configuration, instances) in [
        (json!({"fail": "traffic:x2"}), "instances = 3, 1 needed"),
        (json!({"fail": "traffic:x2", "variables": {"copies": "5"}}), "instances = 5, 1 needed"),
    ] {
        let mut adapter = Adapter::launched(directory.path(), configuration);
        adapter.event("initialized");
        let found = adapter.ask("evaluate", json!({"expression": "aws_instance.web"})).unwrap();
        let details = adapter.ask("variables", json!({"variablesReference": found["variablesReference"]})).unwrap();
        assert!(details.to_string().contains(&instances.replace("instances = ", "")), "{details}");
    }
}

#[test]
fn a_restart_reads_the_text_again() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("foreshock.yaml");
    let text = |replicas: u32| {
        format!(
            "components:\n  - {{id: web, type: web_server}}\n  - {{id: db, type: database, replicas: {replicas}}}\ndependencies:\n  - {{source: web, target: db}}\n"
        )
    };
    std::fs::write(&file, text(1)).unwrap();
    let mut adapter =
        Adapter::launched(directory.path(), json!({"program": "foreshock.yaml", "fail": "instance:db#0"}));
    adapter.event("initialized");
    adapter.ask("configurationDone", json!({})).unwrap();
    adapter.event("stopped");
    assert!(adapter.step("next").contains("web is DOWN"));
    std::fs::write(&file, text(3)).unwrap();
    adapter.ask("restart", json!({})).unwrap();
    adapter.event("stopped");
    let stop = adapter.step("next");
    assert!(!stop.contains("web is DOWN"), "{stop}");
    std::fs::write(&file, "components: []\n").unwrap();
    let refused = adapter.ask("restart", json!({})).unwrap_err();
    assert!(!refused.is_empty());
    assert!(!adapter.frames().is_empty(), "what was played is still there");
}
