//! Real stacks: nothing crashes, every system is sound, and a careful reader's verdicts hold.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use camino::Utf8Path;
use foreshock_catalog::{Assembled, Catalog, Role, assemble};
use foreshock_fixture::{Disk, shared};
use foreshock_model::Known;
use foreshock_terraform::{ResolveOptions, Resolved, resolve};
use foreshock_text::FilePath;
use rendering::render;
use serde_json::Value as Json;

fn json(path: &Utf8Path) -> Json {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn stacks() -> Vec<(String, Resolved, Assembled)> {
    let Some(corpus) = shared("corpus/terraform") else { return Vec::new() };
    let mut names: Vec<String> = fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("meta.json").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let meta = json(&corpus.join(&name).join("meta.json"));
            let root = corpus.join(&name).join("src").join(meta["root"].as_str().unwrap_or("."));
            let root = root.canonicalize_utf8().unwrap();
            let resolved = resolve(&root, &Disk::default(), &options(&root, &meta));
            let assembled = assemble(&resolved.resources, Catalog::bundled());
            (name, resolved, assembled)
        })
        .collect()
}

/// The `-var` and `-var-file` arguments that the stack was planned with.
fn options(root: &Utf8Path, meta: &Json) -> ResolveOptions {
    let mut options = ResolveOptions::default();
    for file in meta["varfiles"].as_array().into_iter().flatten() {
        let path = root.join(file.as_str().unwrap()).canonicalize_utf8().unwrap();
        options.var_files.push(FilePath::new(path));
    }
    for (name, value) in meta["vars"].as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), |text| format!("{text:?}"));
        options.variables.insert(name.clone(), text);
    }
    options
}

#[test]
fn every_stack_makes_a_sound_system() {
    let verbose = std::env::var_os("CORPUS").is_some();
    let mut unmapped: BTreeMap<String, usize> = BTreeMap::new();
    for (name, resolved, assembled) in stacks() {
        let system = &assembled.system;
        println!(
            "{name}: {} instances, {} components, {} dependencies, {} groups, {} egress",
            resolved.resources.instances.len(),
            system.components.len(),
            system.dependencies.len(),
            system.alternatives.len(),
            assembled.egress.len(),
        );
        if verbose {
            println!("{}", render(&assembled));
        }
        assert_eq!(system.check(), Vec::new(), "{name}");
        assert_eq!(assembled.resources.len(), resolved.resources.instances.len(), "{name}");
        assert_eq!(assembled.members.len(), system.components.len(), "{name}");
        assert!(assembled.members.iter().all(|members| !members.is_empty()), "{name}");
        assert!(system.dependencies.is_sorted_by_key(|d| (d.from, d.to)), "{name}");
        assert!(system.dependencies.iter().all(|d| d.from != d.to && !d.evidence.is_empty()), "{name}");
        for resource in assembled.resources.iter().filter(|resource| resource.role == Role::Unmapped) {
            *unmapped.entry(resource.type_name.to_string()).or_default() += 1;
        }
        let started = Instant::now();
        assert_eq!(assembled, assemble(&resolved.resources, Catalog::bundled()), "{name}: twice the same");
        println!("    assembled in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    }
    println!("unmapped: {unmapped:?}");
    println!("{} rows in the catalog", Catalog::bundled().rows().count());
}

#[test]
fn verdicts_of_a_careful_reader_hold() {
    let Some(path) = shared("corpus/terraform/spofs.json") else { return };
    let verdicts = json(&path);
    let mut wrong = Vec::new();
    let (mut certain, mut clean) = (0, 0);
    for (name, _, assembled) in stacks() {
        let stack = &verdicts["stacks"][&name];
        for spof in stack["spofs"].as_array().into_iter().flatten() {
            let address = spof["address"].as_str().unwrap();
            let single = is_single(&assembled, address);
            println!("{name}: {address} ({}): single = {single:?}", spof["certainty"].as_str().unwrap());
            if spof["certainty"] == "certain" {
                certain += 1;
                if single != Some(true) {
                    wrong.push(format!("{name}: {address} is single, we say {single:?}"));
                }
            }
        }
        for address in stack["must_not_flag"].as_array().into_iter().flatten() {
            let address = address.as_str().unwrap();
            clean += 1;
            let single = is_single(&assembled, address);
            println!("{name}: {address} must not be flagged: single = {single:?}");
            let egress =
                assembled.egress.iter().any(|egress| *rendering::id(&assembled.system, egress.component) == *address);
            if single == Some(true) && !egress {
                wrong.push(format!("{name}: {address} must not be flagged"));
            }
        }
    }
    println!("{certain} certain single points, {clean} that are none; wrong: {wrong:#?}");
    assert_eq!(wrong, Vec::<String>::new());
}

/// Whether the component that a resource is part of has one instance; none when it is no component or not known.
fn is_single(assembled: &Assembled, address: &str) -> Option<bool> {
    let resource = assembled.resources.iter().find(|resource| &*resource.address == address)?;
    let component = assembled.system.component(resource.component?)?;
    match component.redundancy.instances {
        Known::Known(instances) => Some(instances <= component.redundancy.required),
        Known::Unknown(_) => None,
    }
}

#[test]
fn every_type_to_cover_has_a_row() {
    let Some(path) = shared("data/resource-types.csv") else { return };
    let text = fs::read_to_string(path).unwrap();
    let (mut missing, mut differs, mut covered) = (Vec::new(), Vec::new(), 0);
    let providers = ["aws_", "azurerm_", "google_", "kubernetes_", "helm_"];
    let wanted = |line: &&str| providers.iter().any(|provider| line.starts_with(provider));
    for line in text.lines().skip(1).filter(wanted) {
        let mut fields = line.split(',');
        let (type_name, wanted) = (fields.next().unwrap(), fields.next().unwrap());
        match Catalog::bundled().row(type_name) {
            None => missing.push(type_name.to_owned()),
            Some(row) if wanted.ends_with('?') || row.role().name() == wanted => covered += 1,
            Some(row) => differs.push(format!("{type_name}: {} instead of {wanted}", row.role().name())),
        }
    }
    println!("{covered} covered, missing {missing:?}, differs {differs:?}");
    assert!(missing.is_empty() && differs.is_empty());
}
