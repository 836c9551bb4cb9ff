//! Black-box tests of the command line: the real binary on the shop of the fixtures.
//!
//! The JSON shapes are promised to other programs (docs: the external contract); the snapshots beside this file show
//! every change of them.

// A test that meets what it does not expect has failed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod at_once;
mod availability;
mod backtest;
mod base;
mod change;
mod contained;
mod faultray;
mod fix;
mod hostile;
mod plans;
mod recovery;
mod replay;
mod report;
mod simulate;
mod suppressions;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/shop")
}

fn foreshock(arguments: &[&str]) -> Output {
    foreshock_in(&shop(), arguments)
}

fn foreshock_in(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_foreshock")).args(arguments).current_dir(directory).output().unwrap()
}

/// The result of a command that has to end with this exit code, and say nothing else than which gates failed.
fn stdout(arguments: &[&str], code: i32) -> String {
    let output = foreshock(arguments);
    let complaints = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {complaints}");
    let gates = complaints.lines().filter(|line| code == 1 && line.starts_with("failed: "));
    assert_eq!(complaints.lines().count(), gates.count(), "{arguments:?}: {complaints}");
    String::from_utf8(output.stdout).unwrap()
}

/// The complaint of a command that can't do what it was asked: exit code 2, nothing on standard output.
fn complaint(directory: &Path, arguments: &[&str]) -> String {
    let output = foreshock_in(directory, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A snapshot of a JSON result, numbers rounded: the last digits of a double are nobody's contract.
fn check_json(name: &str, arguments: &[&str], code: i32) -> Value {
    let text = stdout(arguments, code);
    let mut value: Value = serde_json::from_str(&text).unwrap();
    round(&mut value);
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!(name, serde_json::to_string_pretty(&value).unwrap());
    });
    value
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded = format!("{:.5}", number.as_f64().unwrap()).parse::<f64>().unwrap();
            *value = rounded.into();
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(members) => members.values_mut().for_each(round),
        _ => {}
    }
}

#[test]
fn check_as_json() {
    let report = check_json("check", &["check", "--format", "json"], 1);
    let findings = report["stacks"][0]["findings"].as_array().unwrap();
    let database = findings
        .iter()
        .find(|finding| {
            finding["rule"] == "single-point-of-failure" && finding["component"] == "aws_db_instance.orders"
        })
        .expect("the single database is found");
    assert_eq!(database["file"], "rds.tf");
    assert_eq!(database["fixes"][0]["title"], "Enable Multi-AZ");
}

#[test]
fn check_for_people() {
    let text = stdout(&["check", "--fail-on", "never"], 0);
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("check-human", text);
    });
    assert!(!text.contains('\u{1b}'), "no colour where nobody sees it");
}

#[test]
fn graph_in_every_format() {
    let graph = check_json("graph", &["graph", "--format", "json"], 0);
    assert!(!graph["stacks"][0]["dependencies"].as_array().unwrap().is_empty());
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("graph-human", stdout(&["graph", "--format", "human"], 0));
        insta::assert_snapshot!("resolve-human", stdout(&["resolve", "--format", "human"], 0));
        insta::assert_snapshot!("graph-dot", stdout(&["graph", "--format", "dot"], 0));
        insta::assert_snapshot!("graph-mermaid", stdout(&["graph", "--format", "mermaid"], 0));
    });
}

#[test]
fn resolve_as_json() {
    check_json("resolve", &["resolve", "--format", "json"], 0);
}

#[test]
fn the_demo_shows_the_shop() {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-demo-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_foreshock"))
        .arg("demo")
        .env("TMPDIR", &directory)
        .current_dir("/")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    let findings = stdout(&["check", "--fail-on", "never"], 0);
    assert!(text.starts_with(&findings), "the demo is the check of the shop: {text}");
    let written: Vec<PathBuf> = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [shop_of_demo] = written.as_slice() else { panic!("one directory of its own: {written:?}") };
    let shop_of_demo = shop_of_demo.join("shop");
    assert!(text.contains(shop_of_demo.to_str().unwrap()), "{text}");
    let original = std::fs::read_to_string(shop().join("rds.tf")).unwrap();
    assert_eq!(std::fs::read_to_string(shop_of_demo.join("rds.tf")).unwrap(), original);
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn the_exit_code_is_the_gate() {
    for (gate, code) in [("never", 0), ("error", 1), ("warning", 1)] {
        stdout(&["check", "--format", "json", "--fail-on", gate], code);
    }
}

#[test]
fn paths_are_relative_to_what_was_asked() {
    let from_above = foreshock_in(&shop().join(".."), &["check", "shop", "--format", "json", "--fail-on", "never"]);
    assert_eq!(String::from_utf8(from_above.stdout).unwrap(), stdout(&["check", "--format", "json"], 1));
    let single = foreshock_in(Path::new("/"), &["check", shop().join("rds.tf").to_str().unwrap(), "--format", "json"]);
    assert_eq!(String::from_utf8(single.stdout).unwrap(), stdout(&["check", "--format", "json"], 1));
}

#[test]
fn what_can_not_be_read_is_named() {
    let missing = complaint(&shop(), &["check", "no/such/directory"]);
    assert!(missing.starts_with("error: no/such/directory: "), "{missing}");
    assert_eq!(missing.lines().count(), 1, "{missing}");
    for command in ["check", "graph", "resolve"] {
        complaint(&shop(), &[command, "no/such/directory"]);
    }
    let usage = complaint(&shop(), &["check", "--format", "xml"]);
    assert!(usage.contains("xml") && usage.contains("json"), "{usage}");
    complaint(&shop(), &["frobnicate"]);
    complaint(&shop(), &[]);
}

#[test]
fn a_file_that_does_not_parse_hides_nothing() {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-broken-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    for entry in shop().read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, directory.join(path.file_name().unwrap())).unwrap();
        }
    }
    std::fs::write(directory.join("broken.tf"), "resource \"aws_s3_bucket\" {\n  = =\n").unwrap();
    std::fs::write(directory.join("binary.tf"), [0xff, 0x00, 0xfe]).unwrap();
    let output = foreshock_in(&directory, &["check", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2), "what binary.tf says is not known");
    let broken: Value = serde_json::from_slice(&output.stdout).unwrap();
    let whole: Value = serde_json::from_str(&stdout(&["check", "--format", "json"], 1)).unwrap();
    assert_eq!(broken["stacks"][0]["findings"], whole["stacks"][0]["findings"]);
    let problems = broken["stacks"][0]["problems"].as_array().unwrap();
    assert!(problems.iter().any(|problem| problem["file"] == "broken.tf"), "{problems:#?}");
    std::fs::remove_dir_all(&directory).unwrap();
}

/// A stack all of whose values are variables, with files of values beside it.
fn stack_with_variables(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-{name}-{}", std::process::id()));
    std::fs::create_dir_all(directory.join("stack")).unwrap();
    std::fs::create_dir_all(directory.join("values")).unwrap();
    for (file, text) in [
        (
            "stack/main.tf",
            r#"
variable "name" { type = string }
variable "engine" {}
variable "size" { type = number }
variable "multi_az" { type = bool }
variable "logs" { type = list(string) }
resource "aws_db_instance" "orders" {
  identifier                      = var.name
  engine                          = var.engine
  allocated_storage               = var.size
  multi_az                        = var.multi_az
  enabled_cloudwatch_logs_exports = var.logs
}
"#,
        ),
        ("values/one.tfvars", "name = \"one\"\nsize = 1\n"),
        ("values/two.tfvars", "size = 2\nmulti_az = false\n"),
    ] {
        std::fs::write(directory.join(file), text).unwrap();
    }
    directory
}

#[test]
fn variables_are_given_as_to_terraform() {
    let directory = stack_with_variables("variables");
    let value = |arguments: &[&str], name: &str| {
        let output = foreshock_in(&directory, &[&["resolve", "stack"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        result["stacks"][0]["instances"][0]["values"][name]["known"].clone()
    };
    let (one, two) = (["--var-file", "values/one.tfvars"], ["--var-file", "values/two.tfvars"]);
    for (arguments, name, expected) in [
        (vec![], "identifier", json!(null)),
        (vec!["--var", "name=shop"], "identifier", json!("shop")),
        (vec!["--var", "name=a=b, c"], "identifier", json!("a=b, c")),
        (vec!["--var", "engine=postgres"], "engine", json!("postgres")),
        (vec!["--var=size=3"], "allocated_storage", json!(3)),
        (vec!["--var", "multi_az=true"], "multi_az", json!(true)),
        (vec!["--var", "logs=[\"audit\", \"error\"]"], "enabled_cloudwatch_logs_exports", json!(["audit", "error"])),
        (one.to_vec(), "identifier", json!("one")),
        ([one, two].concat(), "identifier", json!("one")),
        ([one, two].concat(), "allocated_storage", json!(2)),
        ([two, one].concat(), "allocated_storage", json!(1)),
        ([["--var", "size=3"], one].concat(), "allocated_storage", json!(3)),
        (vec!["--var", "size=3", "--var", "size=4"], "allocated_storage", json!(4)),
    ] {
        assert_eq!(value(&arguments, name), expected, "{arguments:?}");
    }
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_workspace_is_chosen_as_in_terraform() {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-workspace-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let text = "locals {\n  tasks = { dev = 1, prod = 3 }\n}\n\n\
        resource \"aws_ecs_service\" \"web\" {\n  desired_count = local.tasks[terraform.workspace]\n}\n";
    std::fs::write(directory.join("main.tf"), text).unwrap();
    let said = |arguments: &[&str]| {
        let output = foreshock_in(&directory, &[&["check", "--fail-on", "never"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let open = "terraform.workspace is not chosen, and the score hangs on it: --workspace dev (or prod)";
    assert!(said(&[]).contains(open), "{}", said(&[]));
    for chosen in ["dev", "prod"] {
        let told = said(&["--workspace", chosen]);
        assert!(!told.contains("not chosen"), "{told}");
    }
    assert_ne!(said(&["--workspace", "dev"]), said(&["--workspace", "prod"]));
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn every_command_takes_variables() {
    let directory = stack_with_variables("commands");
    let result = |command: &str, arguments: &[&str]| {
        let output = foreshock_in(&directory, &[&[command, "stack", "--format", "json"], arguments].concat());
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    for command in ["check", "graph"] {
        let of_value = |value| result(command, &["--var", value]);
        assert_ne!(of_value("multi_az=true"), of_value("multi_az=false"), "{command}");
    }
    let by_file = ["--var-file", "values/two.tfvars"];
    assert_eq!(result("graph", &by_file), result("graph", &["--var", "multi_az=false"]));
    let report = result("check", &by_file);
    let findings = report["stacks"][0]["findings"].as_array().unwrap();
    let single = findings.iter().find(|finding| finding["rule"] == "no-redundancy").unwrap();
    let edit = &single["fixes"][0]["edits"][0];
    assert!(
        edit["file"].as_str().unwrap().ends_with("values/two.tfvars"),
        "the value is repaired where it stands: {edit}"
    );
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn variables_that_can_not_be_read_are_named() {
    let directory = stack_with_variables("unreadable");
    std::fs::write(directory.join("binary.tfvars"), [0xff, 0x00, 0xfe]).unwrap();
    for command in ["check", "graph", "resolve"] {
        for file in ["values/three.tfvars", "values", "binary.tfvars"] {
            let text =
                complaint(&directory, &[command, "stack", "--var-file", "values/one.tfvars", "--var-file", file]);
            assert!(text.starts_with(&format!("error: {file}: ")), "{text}");
            assert_eq!(text.lines().count(), 1, "{text}");
        }
        for assignment in ["name", "=shop", ""] {
            let text = complaint(&directory, &[command, "stack", "--var", assignment]);
            assert!(text.contains("NAME=VALUE"), "{text}");
        }
    }
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_variable_that_nobody_declares_is_reported() {
    let directory = stack_with_variables("undeclared");
    let output = foreshock_in(&directory, &["resolve", "stack", "--var", "sise=3", "--var", "size=3"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, "warning: --var sise: no stack here declares a variable of that name\n");
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn an_empty_directory_has_no_stacks() {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-empty-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let output = foreshock_in(&directory, &["check", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value, json!({"version": 1, "stacks": []}));
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn rules_explain_themselves() {
    let page = std::fs::read_to_string(shop().join("../../docs/rules/single-point-of-failure.md")).unwrap();
    assert_eq!(stdout(&["explain", "single-point-of-failure", "--examples"], 0), page);
    let prose = stdout(&["explain", "single-point-of-failure"], 0);
    assert!(
        prose.starts_with("single-point-of-failure\n") && !prose.contains("```") && prose.lines().count() < 60,
        "{prose}"
    );
    let word = stdout(&["explain", "structural-nines"], 0);
    assert!(word.starts_with("structural nines: "), "{word}");
    assert!(stdout(&["explain"], 0).lines().count() >= 46);
    let unknown = complaint(&shop(), &["explain", "no-such-rule"]);
    assert!(unknown.contains("lists the rules"), "{unknown}");
}

#[test]
fn the_version_is_told() {
    assert_eq!(stdout(&["--version"], 0), format!("foreshock {}\n", env!("CARGO_PKG_VERSION")));
    assert!(stdout(&["--help"], 0).contains("check"));
}

/// A directory with one infrastructure file.
fn infra_directory(name: &str, text: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("infra.yaml"), text).unwrap();
    directory
}

#[test]
fn infrastructure_yaml_is_checked_like_terraform() {
    let fixtures = shop().join("..");
    let output = foreshock_in(&fixtures, &["check", "checkout.yaml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    round(&mut report);
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("check-infra", serde_json::to_string_pretty(&report).unwrap());
    });
    let output = foreshock_in(&fixtures, &["graph", "checkout.yaml", "--format", "json"]);
    let mut graph: Value = serde_json::from_slice(&output.stdout).unwrap();
    round(&mut graph);
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("graph-infra", serde_json::to_string_pretty(&graph).unwrap());
    });
    let both = foreshock_in(&fixtures, &["check", ".", "--format", "json", "--fail-on", "never"]);
    let both: Value = serde_json::from_slice(&both.stdout).unwrap();
    let kinds: Vec<&Value> = both["stacks"].as_array().unwrap().iter().map(|stack| &stack["kind"]).collect();
    let expected = ["terraform", "infra", "terraform", "terraform", "helm", "kubernetes", "terraform"];
    assert_eq!(
        kinds, expected,
        "the shop of the apply, the checkout, two environments, a chart, the shop on a cluster, the shop"
    );
}

#[test]
fn what_the_schema_does_not_know_is_bad_input() {
    let text = "components:\n  - {id: a, type: web_server, replicas: 2}\n  - {id: b, replica: 2}\n";
    let directory = infra_directory("schema", text);
    let output = foreshock_in(&directory, &["check", "infra.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("error[schema]: a component has no key replica; did you mean replicas?"), "{told}");
    assert!(told.contains("infra.yaml:3:13"), "file, line and column: {told}");
    assert!(told.contains("infra.yaml: score"), "the rest is analysed: {told}");
    let output = foreshock_in(&directory, &["check", "--format", "json", "--fail-on", "never"]);
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["stacks"][0]["problems"][0]["code"], "schema");
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn resolve_is_for_terraform() {
    let text = complaint(&shop().join(".."), &["resolve", "checkout.yaml"]);
    assert!(text.contains("infrastructure YAML") && text.contains("foreshock graph"), "{text}");
    let both = foreshock_in(&shop().join(".."), &["resolve", "."]);
    let both: Value = serde_json::from_slice(&both.stdout).unwrap();
    assert_eq!(both["stacks"].as_array().unwrap().len(), 4, "two environments and two shops");
}

#[test]
fn one_root_is_as_many_stacks_as_the_configuration_says() {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-{}-configured", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(directory.join(".git")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.join(name), text).unwrap();
    let database = "resource \"aws_db_instance\" \"a\" {\n  engine = \"postgres\"\n  multi_az = var.ha\n}\n";
    write("main.tf", &format!("variable \"ha\" {{ default = false }}\n{database}"));
    write("prod.tfvars", "ha = true\n");
    let stacks = "[[stack]]\npath = \".\"\nvar_files = [\"prod.tfvars\"]\n[[stack]]\npath = \".\"\nname = \"plain\"\n";
    write("foreshock.toml", stacks);
    let output = foreshock_in(&directory, &["check", "--fail-on", "never"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("configured (plain): ") && told.contains("configured (prod.tfvars): "), "{told}");
    let output = foreshock_in(&directory, &["graph", "--format", "json"]);
    let graph: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(graph["stacks"][1]["root"], ".");
    assert_eq!(graph["stacks"][1]["name"], "prod.tfvars");
    assert_eq!(graph["stacks"][1]["var_files"], serde_json::json!(["prod.tfvars"]));

    // A mistake is told with its place; the rest counts.
    write("foreshock.toml", &format!("{stacks}[rules]\nno-redundanc = \"off\"\n"));
    let output = foreshock_in(&directory, &["check", "--fail-on", "never"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("error[configuration]: there is no rule `no-redundanc`; did you mean"), "{told}");
    assert!(told.contains("foreshock.toml:8:1") && told.contains("configured (plain): "), "{told}");
    let output = foreshock_in(&directory, &["check", "--fail-on", "never", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["problems"][0]["file"], "foreshock.toml");
    assert_eq!(report["problems"][0]["range"]["start"], serde_json::json!({"line": 7, "character": 0}));
    let output = foreshock_in(&directory, &["graph"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with("warning: foreshock.toml:8:1: there is no rule"), "{told}");
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn tiny_unavailabilities_survive() {
    let text = "components: [{id: a, instance_unavailability: 1e-9, zones: [], entry: true}]\n";
    let directory = infra_directory("tiny", text);
    let output = foreshock_in(&directory, &["check", "--format", "json", "--fail-on", "never"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["stacks"][0]["structural_nines"], 9.0);
    std::fs::remove_dir_all(&directory).unwrap();
}
