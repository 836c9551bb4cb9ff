//! Real stacks: no crash, every file read, and the findings beside a careful reader's verdict. Skipped where the corpus
//! is not beside the repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_fixture::shared;
use foreshock_terraform::ResolveOptions;
use foreshock_text::FilePath;
use serde_json::Value;

/// The rules that a reader of `spofs.json` would take for "this is a single point of failure".
const REDUNDANCY: [&str; 5] =
    ["single-point-of-failure", "no-redundancy", "single-zone", "shared-fate", "no-automatic-failover"];

fn corpus() -> Option<Utf8PathBuf> {
    shared("corpus/terraform")
}

fn json(path: &Utf8Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn analysed(stack: &Utf8Path) -> (Utf8PathBuf, Arc<Snapshot>) {
    let meta = json(&stack.join("meta.json"));
    let root = stack.join("src").join(meta["root"].as_str().unwrap());
    let mut options = ResolveOptions::default();
    for file in meta["varfiles"].as_array().into_iter().flatten() {
        let path = root.join(file.as_str().unwrap()).canonicalize_utf8().unwrap();
        options.var_files.push(FilePath::new(path));
    }
    for (name, value) in meta["vars"].as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), |text| format!("{text:?}"));
        options.variables.insert(name.clone(), text);
    }
    let mut workspace = Workspace::new();
    workspace.set_options(options);
    // The corpus is no repository.
    workspace.set_allowed(vec![stack.join("src").canonicalize_utf8().unwrap()]);
    let snapshot = workspace.snapshot_of(&root).unwrap();
    (root, snapshot)
}

fn stacks(corpus: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut stacks: Vec<Utf8PathBuf> = corpus
        .read_dir_utf8()
        .unwrap()
        .map(|entry| entry.unwrap().path().to_owned())
        .filter(|path| path.join("meta.json").is_file())
        .collect();
    stacks.sort();
    stacks
}

#[test]
fn every_file_of_every_stack_is_read() {
    let Some(corpus) = corpus() else { return };
    for stack in stacks(&corpus) {
        let (root, snapshot) = analysed(&stack);
        let found = snapshot.stacks.iter().find(|found| found.root == root);
        let found = found.unwrap_or_else(|| panic!("{root} was not taken for a stack"));
        let problems: Vec<String> =
            found.problems.iter().map(|p| format!("{}: {}", p.file, p.problem.message)).collect();
        println!(
            "{}: {} files, {} instances, {} components, {} dependencies, score {:?}",
            stack.file_name().unwrap(),
            found.files.len(),
            found.terraform().unwrap().resolved.resources.instances.len(),
            found.system().components.len(),
            found.system().dependencies.len(),
            found.assessment.score,
        );
        assert!(problems.is_empty(), "{problems:#?}");
        assert!(found.system().check().is_empty());
    }
}

#[test]
fn findings_agree_with_a_careful_reader() {
    let Some(corpus) = corpus() else { return };
    let verdicts = json(&corpus.join("spofs.json"));
    let mut wrong = Vec::new();
    let (mut certain, mut compared) = (0, 0);
    for (name, verdict) in verdicts["stacks"].as_object().unwrap() {
        let (root, snapshot) = analysed(&corpus.join(name));
        let stack = snapshot.stacks.iter().find(|stack| stack.root == root).unwrap();
        let mut flagged = BTreeSet::new();
        println!("{name}");
        for finding in stack.findings.iter().filter(|finding| REDUNDANCY.contains(&finding.rule.as_str())) {
            flagged.insert(finding.component_id.to_string());
            let (message, more) = finding.message.split_once('\n').unwrap_or((&finding.message, ""));
            println!("  {:8} {:24} {message} {more}", finding.severity.name(), finding.rule.as_str());
        }
        let has = |address: &str| flagged.contains(address);
        for spof in verdict["spofs"].as_array().unwrap() {
            let address = spof["address"].as_str().unwrap();
            compared += 1;
            match (spof["certainty"].as_str().unwrap(), has(address)) {
                ("certain", true) => certain += 1,
                ("certain", false) => wrong.push(format!("{name}: {address} is one ({}), not found", spof["why"])),
                (_, found) => println!("  debatable {address}: {}", if found { "found" } else { "not found" }),
            }
        }
        for address in verdict["must_not_flag"].as_array().unwrap() {
            compared += 1;
            let address = address.as_str().unwrap();
            let component = address.trim_end_matches(|c: char| c != '[').trim_end_matches('[');
            if has(address) || (address.ends_with(']') && has(component)) {
                wrong.push(format!("{name}: {address} must not be flagged"));
            }
        }
    }
    println!("{compared} verdicts compared, {certain} certain ones found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn values_beside_real_code_are_short_and_in_their_place() {
    let Some(corpus) = corpus() else { return };
    let (mut shown, mut silent) = (0usize, 0usize);
    for stack in stacks(&corpus) {
        let (_, snapshot) = analysed(&stack);
        let files: BTreeSet<FilePath> = snapshot.stacks.iter().flat_map(|stack| stack.files.clone()).collect();
        for file in files {
            let Some(text) = snapshot.file(&file).map(|file| file.text.clone()) else { continue };
            for expression in snapshot.expressions(&file, None, &|_, _| true) {
                let source = text.slice(expression.span);
                assert!(!source.trim().is_empty(), "{file}: {expression:?}");
                assert!(!expression.readings.is_empty());
                match expression.label() {
                    Some(label) => {
                        shown += 1;
                        assert!(label.chars().count() <= 40 && !label.contains(['\n', '\r']), "{file}: {label}");
                        assert_ne!(source, label.as_str(), "{file}: a literal needs no hint");
                    }
                    None => silent += 1,
                }
                for reading in &expression.readings {
                    if reading.value.all_provenance().is_sensitive() {
                        let text = expression.label().unwrap_or_default();
                        let is_silent = text.is_empty() || text == "(sensitive)" || text.ends_with(" values");
                        assert!(is_silent || expression.is_for_each(), "{file}: {text}");
                    }
                }
            }
        }
    }
    println!("{shown} expressions with a value, {silent} without");
}
