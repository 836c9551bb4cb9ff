//! Any order of requests: each is answered, nothing panics, and where it stands is what the steps say.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::adapter::{Adapter, fixture};

const COMMANDS: [&str; 18] = [
    "next",
    "stepIn",
    "stepOut",
    "continue",
    "stepBack",
    "reverseContinue",
    "pause",
    "restart",
    "threads",
    "stackTrace",
    "scopes",
    "variables",
    "evaluate",
    "completions",
    "setBreakpoints",
    "setFunctionBreakpoints",
    "setExceptionBreakpoints",
    "configurationDone",
];

fn arguments() -> impl Strategy<Value = Value> {
    let name = prop_oneof![Just("orders"), Just("app"), Just("lb"), Just("nobody"), Just("users"), Just("why")];
    prop_oneof![
        Just(json!({})),
        Just(json!(null)),
        Just(json!([1])),
        (-2_i64..2000)
            .prop_map(|n| json!({"threadId": n, "frameId": n, "variablesReference": n, "startFrame": n, "levels": 3})),
        name.prop_map(
            |name| json!({"expression": name, "text": name, "column": 1, "frameId": 1, "variablesReference": 1,
            "breakpoints": [{"name": name, "line": 30}], "source": {"path": fixture("checkout.yaml")},
            "filters": ["users", name], "threadId": 1})
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn every_request_is_answered(script in proptest::collection::vec((0..COMMANDS.len(), arguments()), 1..60)) {
        let configuration = json!({"program": "checkout.yaml", "zone": "eu-west-1a"});
        let mut adapter = Adapter::launched(&fixture("."), configuration);
        for (command, arguments) in script {
            if let Err(message) = adapter.ask(COMMANDS[command], arguments) {
                prop_assert!(!message.contains("inside of Foreshock"), "{}", message);
            }
        }
        adapter.ask("disconnect", json!({})).unwrap();
        let (code, transcript) = adapter.end();
        prop_assert_eq!(code, Some(0), "{}", transcript);
    }
}
