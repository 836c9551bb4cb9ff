//! Black-box tests of the language server: the real binary, over its standard streams, on the shop of the fixtures.

// A test that meets what it does not expect has failed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod base;
mod chaos;
mod charts;
mod client;
mod configuration;
mod contained;
mod documents;
mod edits;
mod features;
mod freshness;
mod infra;
mod lanes;
mod lifecycle;
mod order;
mod random;
mod since_base;
mod stacks;
mod suppressions;
mod traced;

use serde_json::Value;

/// The diagnostics of a rule.
fn of_rule(diagnostics: &Value, rule: &str) -> Vec<Value> {
    diagnostics.as_array().unwrap().iter().filter(|diagnostic| diagnostic["code"] == rule).cloned().collect()
}

/// The messages of the findings, syntax problems left out.
fn findings(diagnostics: &Value) -> Vec<String> {
    let findings = diagnostics.as_array().unwrap().iter().filter(|diagnostic| diagnostic["code"] != "syntax");
    findings.map(|diagnostic| diagnostic["message"].as_str().unwrap().to_owned()).collect()
}
