//! Steps, stops, the call stack and the variables.

use std::path::Path;

use serde_json::{Value, json};

use crate::adapter::{Adapter, check, fixture};

fn at_entry(directory: &Path, configuration: Value) -> Adapter {
    let mut adapter = Adapter::launched(directory, configuration);
    adapter.event("initialized");
    adapter.ask("configurationDone", json!({})).unwrap();
    adapter.event("stopped");
    adapter
}

#[test]
fn a_whole_session() {
    check(
        "session",
        &fixture("shop"),
        r#"
        initialize {"adapterID": "foreshock"}
        launch {"program": "$", "fail": "aws_db_instance.orders"}
        setBreakpoints {"source": {"path": "$/web.tf"}, "breakpoints": [{"line": 3}]}
        setExceptionBreakpoints {"filters": []}
        configurationDone
        threads
        stackTrace {"threadId": 1}
        next {"threadId": 1}
        stackTrace {"threadId": 1}
        scopes {"frameId": 1}
        variables {"variablesReference": 1}
        variables {"variablesReference": 3}
        evaluate {"expression": "aws_db_instance.orders.address", "context": "hover"}
        continue {"threadId": 1}
        continue {"threadId": 1}
        disconnect {}
        "#,
    );
}

#[test]
fn a_moment_is_a_step_and_the_stack_says_why() {
    let mut adapter = at_entry(&fixture("."), json!({"program": "checkout.yaml", "zone": "eu-west-1a"}));
    assert_eq!(adapter.scope("State"), ["as before = 6 components"]);
    let stop = adapter.step("next");
    assert!(stop.starts_with("step: +0 s: "), "{stop}");
    assert_eq!(adapter.step("next"), "step: +5 s: lb is DOWN: it requires app");
    let frames = adapter.frames();
    assert_eq!(frames[0], "lb DOWN after 5 s (checkout.yaml:13)");
    assert!(frames[1].starts_with("requires app") && frames[1].contains("(checkout.yaml:"), "{frames:?}");
    assert_eq!(frames[2], "app DOWN after 5 s (checkout.yaml:19)");
    assert!(frames[3].starts_with("requires orders"), "{frames:?}");
    assert_eq!(frames[4], "orders DOWN (checkout.yaml:28)");
    assert_eq!(frames[5], "fault: zone eu-west-1a");
    assert_eq!(frames.len(), 6);
    let state = adapter.scope("State");
    assert!(state[0].starts_with("lb = DOWN since 5 s, back after "), "{state:?}");
    assert_eq!(state.last().unwrap(), "as before = 1 component");
    assert!(adapter.scope("Users").contains(&"lost now = 100 %".to_owned()));
}

#[test]
fn a_single_change_is_a_smaller_step_and_out_leads_to_the_worst() {
    let mut adapter = at_entry(&fixture("."), json!({"program": "checkout.yaml", "zone": "eu-west-1a"}));
    let stops: Vec<String> = (0..5).map(|_| adapter.step("stepIn")).collect();
    assert_eq!(stops.iter().filter(|stop| stop.starts_with("step: +0 s")).count(), 3, "{stops:?}");
    assert!(stops[3].starts_with("step: +5 s: app is DOWN"), "{stops:?}");
    assert!(stops[4].starts_with("step: +5 s: lb is DOWN"), "{stops:?}");
    for _ in 0..5 {
        adapter.step("stepBack");
    }
    assert_eq!(adapter.step("stepBack"), "entry: before it fails: zone eu-west-1a", "back ends at the beginning");
    assert!(adapter.step("stepOut").starts_with("step: +5 s: lb is DOWN"), "out is the worst");
    let end = adapter.step("stepOut");
    assert!(end.ends_with("; nothing more happens"), "out of the worst is the end: {end}");
    assert!(adapter.step("reverseContinue").starts_with("entry: "));
}

#[test]
fn what_falls_comes_back_and_then_it_is_over() {
    let mut adapter = at_entry(&fixture("shop"), json!({"fail": "aws_db_instance.orders"}));
    assert!(adapter.step("next").contains("aws_lb.web is DOWN"));
    assert_eq!(adapter.scope("Users")[0], "lost now = 100 %");
    let back = [adapter.step("next"), adapter.step("next"), adapter.step("next")];
    assert!(back[0].contains("aws_db_instance.orders is back"), "{back:?}");
    assert!(back[1].contains("aws_ecs_service.api is back: it waited for aws_db_instance.orders"), "{back:?}");
    assert!(back[2].contains("aws_lb.web is back: it waited for aws_ecs_service.api"), "{back:?}");
    assert_eq!(adapter.scope("Users")[0], "lost now = 0 %");
    let frames = adapter.frames();
    assert!(frames[1].starts_with("waits for aws_ecs_service.api, back after "), "{frames:?}");
    assert!(frames[2].starts_with("waits for aws_db_instance.orders, back after "), "{frames:?}");
    assert!(frames[3].starts_with("its own repair and start"), "{frames:?}");
    adapter.ask("next", json!({"threadId": 1})).unwrap();
    adapter.event("exited");
    adapter.event("terminated");
    let refused = adapter.ask("next", json!({"threadId": 1})).unwrap_err();
    assert_eq!(refused, "the outage is over; expected restart");
    adapter.ask("restart", json!({})).unwrap();
    assert_eq!(adapter.event("stopped")["reason"], "entry");
}

#[test]
fn it_stops_at_breakpoints() {
    let shop = fixture("shop");
    let mut adapter = Adapter::launched(&shop, json!({"fail": "aws_db_instance.orders", "stopOnEntry": false}));
    adapter.event("initialized");
    let path = shop.join("web.tf");
    let text = std::fs::read_to_string(&path).unwrap();
    let header = 1 + text.lines().position(|line| line.starts_with("resource \"aws_ecs_service\" \"api\"")).unwrap();
    let blank = 1 + text.lines().position(str::is_empty).unwrap();
    let lines = [header + 2, blank];
    let set = json!({"source": {"path": path}, "breakpoints": lines.map(|line| json!({"line": line}))});
    let said = adapter.ask("setBreakpoints", set).unwrap();
    let [inside, elsewhere] = [&said["breakpoints"][0], &said["breakpoints"][1]];
    assert_eq!((&inside["verified"], &inside["line"]), (&json!(true), &json!(header)), "moved to the block's line");
    assert_eq!(inside["message"], "stops when aws_ecs_service.api changes");
    assert_eq!(elsewhere["verified"], false);
    assert!(elsewhere["message"].as_str().unwrap().starts_with("no component is declared here"), "{elsewhere}");
    adapter.ask("configurationDone", json!({})).unwrap();
    let stopped = adapter.event("stopped");
    assert_eq!(stopped["reason"], "breakpoint");
    assert_eq!(stopped["hitBreakpointIds"], json!([inside["id"]]));
    assert!(stopped["description"].as_str().unwrap().contains("aws_ecs_service.api is DOWN"), "{stopped}");
    assert!(adapter.step("continue").contains("aws_ecs_service.api is back"), "it changes twice");
    assert!(adapter.step("continue").starts_with("end: "));
    assert!(adapter.step("reverseContinue").contains("aws_ecs_service.api is back"));
    assert!(adapter.step("reverseContinue").contains("aws_ecs_service.api is DOWN"));
    assert!(adapter.step("reverseContinue").starts_with("entry: "));
}

#[test]
fn it_stops_at_names_and_at_what_users_lose() {
    let mut adapter = at_entry(&fixture("shop"), json!({"fail": "aws_db_instance.orders"}));
    let names = json!({"breakpoints": [{"name": "aws_ecs_service.api"}, {"name": "nobody"}]});
    let said = adapter.ask("setFunctionBreakpoints", names).unwrap();
    assert_eq!(said["breakpoints"][0]["verified"], true);
    assert_eq!(said["breakpoints"][1]["message"], "nobody: expected the id of a component");
    assert!(adapter.step("continue").contains("aws_ecs_service.api is DOWN"));
    adapter.ask("setFunctionBreakpoints", json!({"breakpoints": []})).unwrap();
    adapter.ask("setExceptionBreakpoints", json!({"filters": ["users", "nonsense"]})).unwrap();
    assert!(adapter.step("continue").starts_with("breakpoint: +0 s: aws_lb.web is DOWN"));
}

#[test]
fn breakpoints_that_were_set_before_are_looked_up_when_the_stack_is_read() {
    let shop = fixture("shop");
    let mut adapter = Adapter::start(&shop);
    adapter.ask("initialize", json!({})).unwrap();
    let set = json!({"source": {"path": shop.join("rds.tf")}, "breakpoints": [{"line": 8}]});
    let said = adapter.ask("setBreakpoints", set).unwrap();
    assert_eq!(said["breakpoints"][0]["verified"], false);
    adapter.ask("launch", json!({"fail": "aws_db_instance.orders"})).unwrap();
    let (_, transcript) = adapter.end();
    assert!(transcript.contains("stops when aws_db_instance.orders changes"), "{transcript}");
}

#[test]
fn a_component_is_found_by_what_is_pointed_at() {
    let mut adapter = at_entry(&fixture("shop"), json!({"fail": "aws_db_instance.orders"}));
    adapter.step("next");
    for pointed in
        ["aws_db_instance.orders", "aws_db_instance.orders.address", "${aws_db_instance.orders.id}", "orders"]
    {
        let said = adapter.ask("evaluate", json!({"expression": pointed, "context": "hover"})).unwrap();
        let result = said["result"].as_str().unwrap();
        assert!(result.starts_with("DOWN since the beginning, back after "), "{pointed}: {result}");
    }
    let refused = adapter.ask("evaluate", json!({"expression": "aws_db_instance"})).unwrap_err();
    assert!(refused.starts_with("aws_db_instance: expected the name of a component"), "{refused}");
    let said = adapter.ask("evaluate", json!({"expression": "why", "context": "repl"})).unwrap();
    assert!(said["result"].as_str().unwrap().contains("fault: aws_db_instance.orders"), "{said}");
    let offered = adapter.ask("completions", json!({"text": "aws_db", "column": 7})).unwrap();
    assert_eq!(offered["targets"][0]["label"], "aws_db_instance.orders");
}

/// What is repaired before a buffer is full does not fall; it is said, and never left out in silence.
#[test]
fn what_is_repaired_in_time_is_told_and_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let text = "components:\n  - {id: web, type: web_server}\n  - {id: jobs, type: queue, operational_profile: {mtbf_hours: 1000, mttr_minutes: 5}}\n\
                dependencies:\n  - {source: web, target: jobs, type: async, buffer_seconds: 360000}\n";
    std::fs::write(directory.path().join("foreshock.yaml"), text).unwrap();
    let mut adapter = at_entry(directory.path(), json!({"program": "foreshock.yaml", "fail": "jobs"}));
    assert!(adapter.step("next").contains("jobs is DOWN"));
    assert!(adapter.step("next").contains("jobs is back"));
    let (_, transcript) = adapter.end();
    assert!(transcript.contains("web would fall after 4 d 4 h, and is not shown"), "{transcript}");
    assert!(!transcript.contains("web is DOWN"), "{transcript}");
}

/// The adapter tells the same as the command: who falls, when, and by whom.
#[test]
fn it_is_the_cascade_of_the_command() {
    for (program, fault) in
        [("shop", "zone:eu-west-1a"), ("shop", "aws_db_instance.orders"), ("checkout.yaml", "zone:eu-west-1a")]
    {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_foreshock"))
            .args(["simulate", program, "--fail", fault, "--format", "json"])
            .current_dir(fixture("."))
            .output()
            .unwrap();
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        let result = &said["stacks"][0]["results"][0];
        let mut adapter = at_entry(&fixture("."), json!({"program": program, "fail": fault}));
        adapter.step("stepOut");
        let state = adapter.scope("State");
        let effects = result["effects"].as_array().unwrap();
        for effect in effects {
            let words =
                format!("{} = {} since ", effect["component"].as_str().unwrap(), effect["health"].as_str().unwrap());
            assert!(state.iter().any(|line| line.starts_with(&words)), "{words}: {state:?}");
        }
        assert_eq!(state.iter().filter(|line| !line.starts_with("as before")).count(), effects.len(), "{state:?}");
        let lost = format!("lost now = {:.0} %", 100.0 * result["entry_loss"].as_f64().unwrap());
        assert_eq!(adapter.scope("Users")[0], lost);
    }
}
