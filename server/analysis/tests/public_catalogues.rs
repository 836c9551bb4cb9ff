//! What public catalogues ask for, and the system or a row's own check finds: a bad stack and a good one for each rule and type.
//! The families have their own examples, in the catalog's tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::BTreeSet;

use foreshock_analysis::Workspace;
use foreshock_catalog::public_checks;
use foreshock_text::FilePath;
use serde::Deserialize;

#[derive(Deserialize)]
struct Examples {
    example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    rule: String,
    /// The resource `x` of this type is found.
    types: String,
    bad: String,
    good: String,
    #[serde(default)]
    beside: String,
}

/// The rules found on the resources of a type.
fn found(type_name: &str, body: &str, beside: &str) -> BTreeSet<String> {
    let text = format!("resource \"{type_name}\" \"x\" {{\n{body}\n}}\n{beside}\n");
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new("/public/main.tf"), text.into());
    let snapshot = workspace.snapshot();
    let findings = snapshot.stacks.iter().flat_map(|stack| &stack.findings);
    let own = findings.filter(|finding| finding.component_id.starts_with(&format!("{type_name}.x")));
    own.map(|finding| finding.rule.as_str().to_owned()).collect()
}

/// A single instance is loud where somebody depends on it, and quiet where nobody is seen to.
fn is_met(rule: &str, found: &BTreeSet<String>) -> bool {
    found.contains(rule) || rule == "single-point-of-failure" && found.contains("no-redundancy")
}

#[test]
fn the_rules_find_what_the_table_says() {
    let examples: Examples = toml::from_str(include_str!("public_catalogues.toml")).unwrap();
    let mut wrong = Vec::new();
    for example in &examples.example {
        for type_name in example.types.split_whitespace() {
            let bad = found(type_name, &example.bad, &example.beside);
            if !is_met(&example.rule, &bad) {
                wrong.push(format!("{} of {type_name}: found {bad:?} of\n{}", example.rule, example.bad));
            }
            let good = found(type_name, &example.good, &example.beside);
            if example.good != "-" && is_met(&example.rule, &good) {
                wrong.push(format!("{} of {type_name}: found {good:?} of\n{}", example.rule, example.good));
            }
        }
    }
    let shown: BTreeSet<(&str, &str)> = examples
        .example
        .iter()
        .flat_map(|example| example.types.split_whitespace().map(|name| (example.rule.as_str(), name)))
        .collect();
    for check in public_checks() {
        for rule in check.found_by.split_whitespace().filter_map(|name| name.strip_prefix("rule:")) {
            if !check.types.split_whitespace().any(|name| shown.contains(&(rule, name))) {
                wrong.push(format!("no example of {rule} on any of {} ({})", check.types, check.id));
            }
        }
    }
    println!("{} examples", shown.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
