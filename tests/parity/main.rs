//! What the real binary understands from the text of real stacks, against what Terraform planned for them. Skipped where
//! the corpus is not beside the repository. `PARITY_VERBOSE=1` lists everything that is missed or counted apart.

// A test that meets what it does not expect has failed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod compare;

use std::path::{Path, PathBuf};
use std::process::Command;

use compare::Report;
use serde_json::Value;

// Floors for every stack, in percent. They only ever go up.
const INSTANCES: f64 = 100.0;
const VALUES: f64 = 100.0;
const REFERENCES: f64 = 100.0;
/// At most so many instances may hide behind an unknown count.
const APART: f64 = 5.0;

#[test]
fn stacks_are_understood_as_terraform_does() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/terraform");
    let Ok(entries) = corpus.read_dir() else {
        println!("skipped: there is no corpus in {}", corpus.display());
        return;
    };
    let mut stacks: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.join("meta.json").is_file()).collect();
    stacks.sort();
    assert!(!stacks.is_empty(), "no stack in {}", corpus.display());
    let verbose = std::env::var_os("PARITY_VERBOSE").is_some();
    println!(
        "{:<42} {:>15} {:>6} {:>4} {:>17} {:>6} {:>6} {:>6} {:>15} {:>4}",
        "stack", "instances", "apart", "inv", "values", "apart", "other", "wrong", "references", "inv"
    );
    let mut failures = Vec::new();
    for stack in &stacks {
        let name = stack.file_name().unwrap().to_string_lossy();
        let report =
            compare::compare(&resolved(stack), &json(&stack.join("expected.json")), &json(&stack.join("plan.json")));
        show(&name, &report, verbose);
        failures.extend(below_the_floors(&report).into_iter().map(|what| format!("{name}: {what}")));
    }
    println!("{} stacks; other: stored by the provider in another form than written", stacks.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What `foreshock resolve` says of the root module, told the variables that the plan was made with.
fn resolved(stack: &Path) -> Value {
    let meta = json(&stack.join("meta.json"));
    let root = stack.join("src").join(meta["root"].as_str().unwrap_or_default());
    let mut command = Command::new(env!("CARGO_BIN_EXE_foreshock"));
    command.arg("resolve").arg(&root).args(["--format", "json"]);
    for file in meta["varfiles"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        command.arg("--var-file").arg(root.join(file));
    }
    for (name, value) in meta["vars"].as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        command.arg("--var").arg(format!("{name}={value}"));
    }
    let output = command.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {complaints}", stack.display());
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stacks = result["stacks"].as_array().unwrap();
    let asked = stacks.iter().find(|stack| stack["root"] == ".");
    asked.unwrap_or_else(|| panic!("{} was not taken for a stack", root.display())).clone()
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 }
}

fn show(name: &str, report: &Report, verbose: bool) {
    println!(
        "{name:<42} {:>4}/{:<4} {:>5.1} {:>6} {:>4} {:>5}/{:<5} {:>5.1} {:>6} {:>6} {:>6} {:>4}/{:<4} {:>5.1} {:>4}",
        report.instances_found,
        report.instances,
        percent(report.instances_found, report.instances),
        report.instances_apart,
        report.instances_invented.len(),
        report.values_equal,
        report.values,
        percent(report.values_equal, report.values),
        report.values_apart,
        report.values_rewritten.len(),
        report.values_wrong.len(),
        report.references_found,
        report.references,
        percent(report.references_found, report.references),
        report.references_invented.len(),
    );
    let list = |what: &str, lines: &[String]| lines.iter().for_each(|line| println!("  {what}: {line}"));
    list("wrong value", &report.values_wrong);
    if verbose {
        list("apart", &report.values_set_apart);
        list("stored in another form", &report.values_rewritten);
        list("missed instance", &report.instances_missed);
        list("invented instance", &report.instances_invented);
        list("missed attribute", &report.attributes_missed);
        list("missed value", &report.values_missed);
        list("missed reference", &report.references_missed);
        list("invented reference", &report.references_invented);
    }
}

/// What of a stack's comparison is not as it has to be.
fn below_the_floors(report: &Report) -> Vec<String> {
    let mut failures = Vec::new();
    let mut demand = |holds: bool, what: String| {
        if !holds {
            failures.push(what);
        }
    };
    let compared = report.instances > 0 && report.references > 0 && report.attributes > 0;
    demand(compared, "nothing was compared".to_owned());
    let wrong = report.values_wrong.len();
    demand(wrong == 0, format!("{wrong} wrong values"));
    for (what, part, whole, floor) in [
        ("instances", report.instances_found, report.instances, INSTANCES),
        ("values", report.values_equal, report.values, VALUES),
        ("references", report.references_found, report.references, REFERENCES),
    ] {
        let share = percent(part, whole);
        demand(share >= floor, format!("{share:.1} % of {what}, {floor} % wanted"));
    }
    let invented = report.instances_invented.len() + report.references_invented.len();
    demand(invented == 0, format!("{invented} instances or references invented"));
    let missed = report.attributes_missed.len();
    demand(missed == 0, format!("{missed} written attributes not listed"));
    let apart = percent(report.instances_apart, report.instances + report.instances_apart);
    demand(apart <= APART, format!("{apart:.1} % of instances counted apart, at most {APART} % wanted"));
    failures
}
