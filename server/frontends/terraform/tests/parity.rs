//! What is understood from the text, against what Terraform planned for sixteen real stacks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

#[path = "../../../../tests/parity/compare.rs"]
mod compare;
mod disk;

use camino::{Utf8Path, Utf8PathBuf};
use compare::Report;
use foreshock_terraform::{ResolveOptions, resolve, to_json};
use foreshock_text::FilePath;
use serde_json::Value as Json;

fn corpus() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/terraform")
}

fn read(path: &Utf8Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn run(stack: &Utf8Path) -> Report {
    let meta = read(&stack.join("meta.json"));
    let root = stack.join("src").join(meta["root"].as_str().unwrap_or_default());
    let root = root.canonicalize_utf8().unwrap();
    let mut options = ResolveOptions::default();
    for file in meta["varfiles"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        options.var_files.push(FilePath::new(root.join(file).canonicalize_utf8().unwrap()));
    }
    for (name, value) in meta["vars"].as_object().into_iter().flatten() {
        options.variables.insert(name.clone(), value.as_str().map_or(value.to_string(), str::to_owned));
    }
    let files = disk::Disk::default();
    let ours = to_json(&resolve(&root, &files, &options), &files);
    compare::compare(&ours, &read(&stack.join("expected.json")), &read(&stack.join("plan.json")))
}

// Floors for every stack, in percent. They only ever go up.
const INSTANCES: f64 = 100.0;
const VALUES: f64 = 100.0;
const REFERENCES: f64 = 100.0;
/// At most so many instances may hide behind an unknown count.
const APART: f64 = 5.0;

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 }
}

#[test]
fn stacks_are_understood_as_terraform_does() {
    let corpus = corpus();
    let Ok(entries) = corpus.read_dir_utf8() else {
        println!("skipped: there is no corpus in {corpus}");
        return;
    };
    let mut stacks: Vec<Utf8PathBuf> =
        entries.flatten().map(|entry| entry.into_path()).filter(|path| path.join("meta.json").is_file()).collect();
    stacks.sort();
    assert!(!stacks.is_empty(), "no stack in {corpus}");
    let verbose = std::env::var_os("PARITY_VERBOSE").is_some();
    println!(
        "{:<42} {:>15} {:>6} {:>4} {:>17} {:>6} {:>6} {:>15} {:>4}",
        "stack", "instances", "apart", "inv", "values", "apart", "wrong", "references", "inv"
    );
    let mut failures = Vec::new();
    for stack in &stacks {
        let name = stack.file_name().unwrap_or_default();
        let report = run(stack);
        let instances = percent(report.instances_found, report.instances);
        let values = percent(report.values_equal, report.values);
        let references = percent(report.references_found, report.references);
        println!(
            "{name:<42} {:>4}/{:<4} {instances:>5.1} {:>6} {:>4} {:>5}/{:<5} {values:>5.1} {:>6} {:>6} {:>4}/{:<4} {references:>5.1} {:>4}",
            report.instances_found,
            report.instances,
            report.instances_apart,
            report.instances_invented.len(),
            report.values_equal,
            report.values,
            report.values_apart,
            report.values_wrong.len(),
            report.references_found,
            report.references,
            report.references_invented.len(),
        );
        for wrong in &report.values_wrong {
            println!("  wrong value: {wrong}");
        }
        if verbose {
            for (what, lines) in [
                ("apart", &report.values_set_apart),
                ("stored in another form", &report.values_rewritten),
                ("missed instance", &report.instances_missed),
                ("invented instance", &report.instances_invented),
                ("missed attribute", &report.attributes_missed),
                ("missed value", &report.values_missed),
                ("missed reference", &report.references_missed),
                ("invented reference", &report.references_invented),
            ] {
                for line in lines {
                    println!("  {what}: {line}");
                }
            }
        }
        let mut demand = |holds: bool, what: String| {
            if !holds {
                failures.push(format!("{name}: {what}"));
            }
        };
        demand(report.values_wrong.is_empty(), format!("{} wrong values", report.values_wrong.len()));
        demand(
            report.instances > 0 && report.references > 0 && report.attributes > 0,
            "nothing was compared".to_owned(),
        );
        demand(instances >= INSTANCES, format!("{instances:.1} % of instances, {INSTANCES} % wanted"));
        demand(values >= VALUES, format!("{values:.1} % of values, {VALUES} % wanted"));
        demand(references >= REFERENCES, format!("{references:.1} % of references, {REFERENCES} % wanted"));
        let invented = report.instances_invented.len() + report.references_invented.len();
        demand(invented == 0, format!("{invented} instances or references invented"));
        let missed = report.attributes_missed.len();
        demand(missed == 0, format!("{missed} written attributes not listed"));
        let apart = percent(report.instances_apart, report.instances + report.instances_apart);
        demand(apart <= APART, format!("{apart:.1} % of instances counted apart"));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
