//! What no client should send: it is refused or told, and a good request behind it is answered.

use serde_json::{Value, json};

use crate::adapter::{Adapter, fixture};

fn refused(command: &str, arguments: Value, expected: &str) {
    let mut adapter = Adapter::launched(&fixture("shop"), json!({"fail": "aws_db_instance.orders"}));
    adapter.event("initialized");
    let said = adapter.ask(command, arguments.clone()).expect_err(command);
    assert!(said.contains(expected), "{command} {arguments}: {said}");
    adapter.ask("threads", json!({})).unwrap();
}

#[test]
fn requests_before_their_time_are_refused() {
    let mut adapter = Adapter::start(&fixture("shop"));
    for command in ["launch", "next", "threads", "nonsense"] {
        assert_eq!(adapter.ask(command, json!({})).unwrap_err(), format!("{command}: expected initialize first"));
    }
    adapter.ask("initialize", json!({})).unwrap();
    for command in ["next", "continue", "pause", "stackTrace", "scopes", "variables", "evaluate"] {
        assert_eq!(
            adapter.ask(command, json!({})).unwrap_err(),
            "nothing is played; expected launch first",
            "{command}"
        );
    }
    assert_eq!(adapter.ask("configurationDone", json!({})).unwrap_err(), "configurationDone: expected launch first");
    adapter.ask("launch", json!({"fail": "aws_db_instance.orders"})).unwrap();
    adapter.event("initialized");
    assert_eq!(adapter.ask("initialize", json!({})).unwrap_err(), "initialize: it was said already");
    assert_eq!(adapter.ask("next", json!({})).unwrap_err(), "expected configurationDone first");
    assert!(adapter.ask("launch", json!({})).unwrap_err().contains("expected restart"));
}

#[test]
fn what_makes_no_sense_is_refused_with_what_was_expected() {
    refused("nonsense", json!({}), "nonsense is not supported");
    refused("setVariable", json!({}), "setVariable is not supported");
    refused("attach", json!({}), "expected the request \"launch\"");
    refused("setBreakpoints", json!({}), "missing field `source`");
    refused("setBreakpoints", json!({"source": {"path": 7}}), "invalid type");
    refused("setBreakpoints", json!({"source": {"path": "x"}, "breakpoints": [{"line": -1}]}), "invalid value");
    refused("setBreakpoints", json!([]), "setBreakpoints: arguments: ");
    refused("stackTrace", json!({"startFrame": -3}), "invalid value");
    refused("scopes", json!({"frameId": 99}), "there is no frame 99");
    refused("scopes", json!({"frameId": i64::MIN}), "there is no frame");
    refused("scopes", json!({"frameId": "one"}), "invalid type");
    refused("variables", json!({"variablesReference": 0}), "nothing of the reference 0");
    refused("variables", json!({"variablesReference": i64::MIN}), "nothing of the reference");
    refused("variables", json!({"variablesReference": 1_000_000_000_000_i64}), "nothing of the reference");
    refused("evaluate", json!({"expression": ""}), "expected the name of a component");
    refused("evaluate", json!({"expression": "$".repeat(100_000)}), "expected the name of a component");
    refused("next", json!({}), "expected configurationDone first");
}

#[test]
fn bounds_of_pages_and_lines_are_held() {
    let shop = fixture("shop");
    let mut adapter = Adapter::launched(&shop, json!({"fail": "aws_db_instance.orders", "stopOnEntry": false}));
    adapter.event("initialized");
    adapter.ask("configurationDone", json!({})).unwrap();
    adapter.event("stopped");
    let page = adapter.ask("stackTrace", json!({"startFrame": 1, "levels": 1})).unwrap();
    assert_eq!(page["stackFrames"].as_array().unwrap().len(), 1);
    assert!(page["totalFrames"].as_u64().unwrap() > 2);
    let beyond = adapter.ask("stackTrace", json!({"startFrame": u32::MAX, "levels": u32::MAX})).unwrap();
    assert_eq!(beyond["stackFrames"], json!([]));
    let few = adapter.ask("variables", json!({"variablesReference": 1, "start": 1, "count": 1})).unwrap();
    assert_eq!(few["variables"].as_array().unwrap().len(), 1);
    let set = json!({"source": {"path": shop.join("rds.tf")}, "breakpoints": [{"line": u32::MAX}, {"line": 0}]});
    let said = adapter.ask("setBreakpoints", set).unwrap();
    assert_eq!(said["breakpoints"][0]["verified"], false);
    let set = json!({"source": {"path": "/etc/passwd"}, "breakpoints": [{"line": 1}]});
    let said = adapter.ask("setBreakpoints", set).unwrap();
    assert_eq!(said["breakpoints"][0]["message"], "this file is not one of the stack that is played");
}

#[test]
fn bytes_that_are_no_request_are_skipped() {
    let good = json!({"seq": 7, "type": "request", "command": "threads"}).to_string();
    let good = format!("Content-Length: {}\r\n\r\n{good}", good.len());
    for (bad, told) in [
        ("garbage", None),
        ("Content-Length: 5\r\n\r\n{bad}", Some("its body is not JSON")),
        ("Content-Length: 2\r\n\r\n[]", Some("expected a request")),
        ("Content-Length: 99999999999\r\n\r\n", Some("too large")),
        ("Content-Length: 40\r\n\r\n{\"seq\": 1, \"type\": \"req", None),
        ("Content-Length: -1\r\n\r\n", None),
    ] {
        let mut adapter = Adapter::start(&fixture("shop"));
        adapter.ask("initialize", json!({})).unwrap();
        adapter.send_bytes(bad.as_bytes());
        adapter.send_bytes(good.as_bytes());
        let mut seen = Vec::new();
        loop {
            let message = adapter.receive().unwrap_or_else(|| panic!("{bad}: not answered: {seen:?}"));
            if message["type"] == "response" && message["request_seq"] == 7 {
                assert_eq!(message["success"], true);
                break;
            }
            seen.push(message.to_string());
        }
        if let Some(told) = told {
            assert!(seen.iter().any(|message| message.contains(told)), "{bad}: {seen:?}");
        }
    }
}

#[test]
fn a_message_with_a_number_is_refused_by_it() {
    let mut adapter = Adapter::start(&fixture("shop"));
    adapter.send(&json!({"seq": 3, "type": "request", "command": 7}));
    let answer = adapter.receive().unwrap();
    assert_eq!((&answer["request_seq"], &answer["success"]), (&json!(3), &json!(false)));
    let (code, _) = adapter.end();
    assert_eq!(code, Some(0), "the end of its input is the end");
}

/// A name from a text that somebody else has written does nothing to a terminal.
#[test]
fn names_do_nothing_to_a_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let text = "components:\n  - {id: \"a\\e[31m\", type: web_server, name: \"b\\e[2J\"}\n";
    std::fs::write(directory.path().join("foreshock.yaml"), text).unwrap();
    let mut adapter =
        Adapter::launched(directory.path(), json!({"program": "foreshock.yaml", "fail": "a\u{241b}[31m"}));
    adapter.event("initialized");
    adapter.ask("configurationDone", json!({})).unwrap();
    adapter.event("stopped");
    adapter.step("next");
    let words = [adapter.frames(), adapter.scope("State"), adapter.scope("Users"), adapter.scope("Outage")].concat();
    assert!(words.iter().all(|line| !line.contains('\u{1b}')), "{words:?}");
    let (_, transcript) = adapter.end();
    assert!(!transcript.contains('\u{1b}'), "{transcript}");
}
