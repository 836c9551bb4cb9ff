//! Plans of real stacks beside what their source says. Skipped where the corpus is not beside the repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::{Catalog, assemble};
use foreshock_fixture::{Disk, shared};
use foreshock_model::{Confidence, System};
use foreshock_plan::{Plan, read};
use foreshock_resources::{Key, Mode, Resources};
use foreshock_terraform::{ResolveOptions, resolve};
use foreshock_text::FilePath;
use serde_json::Value as Json;

fn corpus() -> Option<Utf8PathBuf> {
    shared("corpus")
}

fn json(path: &Utf8Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn plan_of(path: &Utf8Path, source: Option<&Resources>) -> Plan {
    let text = std::fs::read_to_string(path).unwrap();
    let (plan, problems) = read(&FilePath::new(path), &text, source);
    assert_eq!(problems, Vec::new(), "{path}");
    plan.unwrap()
}

fn source_of(stack: &Utf8Path) -> std::sync::Arc<Resources> {
    let meta = json(&stack.join("meta.json"));
    let root = stack.join("src").join(meta["root"].as_str().unwrap()).canonicalize_utf8().unwrap();
    let mut options = ResolveOptions::default();
    for file in meta["varfiles"].as_array().into_iter().flatten() {
        options.var_files.push(FilePath::new(root.join(file.as_str().unwrap()).canonicalize_utf8().unwrap()));
    }
    for (name, value) in meta["vars"].as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), |text| format!("{text:?}"));
        options.variables.insert(name.clone(), text);
    }
    resolve(&root, &Disk::default(), &options).resources
}

fn stacks(corpus: &Utf8Path) -> Vec<Utf8PathBuf> {
    let directories = corpus.join("terraform").read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().to_owned());
    let mut stacks: Vec<Utf8PathBuf> = directories.filter(|path| path.join("plan.json").is_file()).collect();
    stacks.sort();
    stacks
}

type Edges = BTreeMap<(String, String), Confidence>;

fn edges(system: &System) -> Edges {
    let id = |index| system.component(index).unwrap().id.to_string();
    system.dependencies.iter().map(|d| ((id(d.from), id(d.to)), d.confidence)).collect()
}

#[test]
fn every_instance_of_a_plan_is_there() {
    let Some(corpus) = corpus() else { return };
    let mut compared = 0;
    for stack in stacks(&corpus) {
        let plan = plan_of(&stack.join("plan.json"), None);
        let expected: BTreeSet<String> = json(&stack.join("expected.json"))["instances"]
            .as_array()
            .unwrap()
            .iter()
            .map(|instance| instance["address"].as_str().unwrap().to_owned())
            .collect();
        let managed = plan.after.instances.iter().filter(|instance| instance.mode == Mode::Managed);
        let found: BTreeSet<String> = managed.map(|instance| instance.address.to_string()).collect();
        compared += found.len();
        assert_eq!(
            found,
            expected.into_iter().filter(|one| !one.starts_with("data.") && !one.contains(".data.")).collect(),
            "{stack}"
        );
        assert!(plan.before.instances.iter().all(|instance| instance.mode == Mode::Data), "{stack}");
        assert!(plan.after.instances.iter().all(|instance| !matches!(instance.key, Key::Unknown(_))));
    }
    println!("{compared} instances compared");
}

#[test]
fn dependencies_of_a_plan_beside_those_of_its_source() {
    let Some(corpus) = corpus() else { return };
    let verbose = std::env::var_os("CORPUS").is_some();
    let mut sums = [[0usize; 3]; 2];
    for stack in stacks(&corpus) {
        let source = source_of(&stack);
        let text = edges(&assemble(&source, Catalog::bundled()).system);
        for (kind, plan) in [plan_of(&stack.join("plan.json"), None), plan_of(&stack.join("plan.json"), Some(&source))]
            .into_iter()
            .enumerate()
        {
            let assembled = assemble(&plan.after, Catalog::bundled());
            assert_eq!(assembled.system.check(), Vec::new(), "{stack}");
            let found = edges(&assembled.system);
            let both = found.keys().filter(|edge| text.contains_key(*edge)).count();
            let counts = [both, found.len() - both, text.len() - both];
            let name = stack.file_name().unwrap();
            let how = ["alone", "with its source"][kind];
            println!(
                "{name} {how}: {} same, {} only in the plan, {} only in the text",
                counts[0], counts[1], counts[2]
            );
            for (sum, count) in sums[kind].iter_mut().zip(counts) {
                *sum += count;
            }
            if verbose {
                for ((from, to), confidence) in found.iter().filter(|(edge, _)| !text.contains_key(*edge)) {
                    println!("  + {from} -> {to} {confidence:?}");
                }
                for ((from, to), confidence) in text.iter().filter(|(edge, _)| !found.contains_key(*edge)) {
                    println!("  - {from} -> {to} {confidence:?}");
                }
            }
        }
    }
    for (how, [same, plan, text]) in ["alone", "with its source"].iter().zip(sums) {
        println!("plans {how}: {same} same, {plan} only in the plan, {text} only in the text");
        assert_eq!(plan, 0, "{how}: a plan has no dependency that its text has not");
        assert!(same > 2 * text, "{how}: most of them are found");
    }
    assert_eq!(sums[1][2], 0, "with its source a plan has every dependency of the text");
}
