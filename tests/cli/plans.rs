//! Plans and states as files: which text is told where, with which exit code.

use std::path::Path;

use super::{complaint, foreshock_in};

pub(crate) const PLAN: &str = r#"{"format_version":"1.2","resource_changes":[
{"address":"aws_db_instance.orders","change":{"actions":["update"],"before":{"identifier":"orders","engine":"postgres","multi_az":true},
 "after":{"identifier":"orders","engine":"postgres","multi_az":false}}},
{"address":"aws_lambda_function.api","change":{"actions":["no-op"],"before":{"function_name":"api"},"after":{"function_name":"api"}}}],
"configuration":{"root_module":{"resources":[{"address":"aws_lambda_function.api","expressions":{"environment":{"references":["aws_db_instance.orders.address","aws_db_instance.orders"]}}}]}}}"#;

const ROLE: &str = r#"{"format_version":"1.2","resource_changes":[
{"address":"aws_iam_role.r","change":{"actions":["create"],"before":null,"after":{"name":"r"}}}]}"#;

pub(crate) const STATE: &str = r#"{"version":4,"terraform_version":"1.9.5","serial":1,"lineage":"x","resources":[
{"mode":"managed","type":"aws_sqs_queue","name":"jobs","instances":[{"index_key":"a b","attributes":{"name":"jobs"}}]}]}"#;

pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Exit code and standard output of a command.
fn run(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = foreshock_in(directory, arguments);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_plan_is_checked_against_what_there_is() {
    let folder = folder(&[("plan.json", PLAN)]);
    for arguments in
        [&["check", "plan.json", "--format", "json"][..], &["check", "--plan", "plan.json", "--format", "json"]]
    {
        let (code, text) = run(folder.path(), arguments);
        assert_eq!(code, Some(1), "{text}");
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let stack = &report["stacks"][0];
        assert_eq!((&stack["kind"], &stack["root"]), (&"plan".into(), &"plan.json".into()));
        assert_eq!(stack["base"]["rev"], "prior state");
        assert!(stack["base"]["points"].as_f64().unwrap() < 0.0, "{text}");
        let new = stack["findings"].as_array().unwrap().iter().filter(|finding| finding["new"] == true);
        let rules: Vec<&str> = new.map(|finding| finding["rule"].as_str().unwrap()).collect();
        assert!(rules.contains(&"single-point-of-failure"), "{rules:?}");
    }
    assert_eq!(run(folder.path(), &["check", "plan.json", "--fail-on-regression", "--fail-on", "never"]).0, Some(1));
}

#[test]
fn nothing_to_score_is_said_and_no_failure() {
    let folder = folder(&[("role.json", ROLE)]);
    let (code, text) =
        run(folder.path(), &["check", "--plan", "role.json", "--min-score", "99", "--fail-on-regression"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("nothing to score: its one resource is no component"), "{text}");
}

#[test]
fn what_is_no_plan_is_a_usage_error_with_its_place() {
    let folder = folder(&[("cut.json", "{\"resource_changes\": [\n"), ("other.json", "{}")]);
    let told = complaint(folder.path(), &["check", "--plan", "cut.json"]);
    assert!(told.contains("cut.json:1:23: the text ends here"), "{told}");
    let told = complaint(folder.path(), &["check", "--plan", "other.json"]);
    assert!(told.contains("other.json:1:1: this is no plan and no state"), "{told}");
    assert!(complaint(folder.path(), &["import", "other.json"]).contains("terraform show -json"));
    assert!(complaint(folder.path(), &["check", "--plan", "none.json"]).contains("none.json"));
}

#[test]
fn every_command_takes_a_state() {
    let folder = folder(&[("terraform.tfstate", STATE)]);
    for (command, expected) in [
        ("check", r#""kind": "state""#),
        ("simulate", "aws_sqs_queue.jobs"),
        ("availability", "aws_sqs_queue.jobs"),
        ("graph", "aws_sqs_queue.jobs"),
        ("resolve", "aws_sqs_queue.jobs"),
    ] {
        let (code, text) = run(folder.path(), &[command, "terraform.tfstate", "--format", "json"]);
        assert!(matches!(code, Some(0 | 1)) && text.contains(expected), "{command}: {code:?} {text}");
    }
}

#[test]
fn an_imported_state_is_infrastructure_yaml() {
    let folder = folder(&[("terraform.tfstate", STATE)]);
    let (code, text) = run(folder.path(), &["import", "terraform.tfstate"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("- id: \"aws_sqs_queue.jobs[\\\"a b\\\"]\""), "{text}");
    assert_eq!(run(folder.path(), &["import", "terraform.tfstate", "-o", "infra.yaml"]), (Some(0), String::new()));
    let (_, again) = run(folder.path(), &["graph", "infra.yaml"]);
    assert!(again.contains("aws_sqs_queue.jobs[\\\"a b\\\"]"), "{again}");
}
