//! Resources that existing scanners have labelled, against what is found on them. Skipped where the corpus is not beside
//! the repository. `LABELS_VERBOSE=1` lists every case on which we disagree with what is found there.
//!
//! A label to fail is met by any finding of the rules of its class, however quiet; one to pass by none of them. Where we
//! disagree on purpose, `labels.toml` says why, and docs/labels.md shows it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::Utf8Path;
use foreshock_analysis::Workspace;
use foreshock_fixture::shared;
use foreshock_text::FilePath;
use serde::Deserialize;

/// So many of a hundred labels are met at least, each of the others for a reason that is written down.
const LEAST_AGREEMENT: f64 = 95.0;

/// The same of manifests, whose scanners contradict each other more.
const LEAST_AGREEMENT_ON_MANIFESTS: f64 = 89.0;

#[derive(Deserialize)]
struct Manifest {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    tool: String,
    rule: String,
    class: String,
    canonical: String,
    address: String,
    expected: String,
    file: String,
    needs_context: bool,
}

#[derive(Deserialize)]
struct Explained {
    disagreement: Vec<Disagreement>,
}

#[derive(Deserialize)]
struct Disagreement {
    rule: String,
    /// Of each case: its file's name and address.
    cases: Vec<String>,
    #[allow(dead_code)] // for those who read the file
    reason: String,
}

fn rules_of(class: &str, rule: &str) -> &'static [&'static str] {
    match class {
        // How long copies are kept, which other labels of the class do not ask.
        "backup" if rule == "CKV_AWS_360" => &["no-backup", "short-backups"],
        "redundancy" => &[
            "single-point-of-failure",
            "no-redundancy",
            "single-zone",
            "shared-fate",
            "no-automatic-failover",
            "no-load-balancer-health",
            "uneven-zones",
            "no-region-copy",
            "disruption-budget",
            "replica-bounds",
            "spread",
        ],
        "backup" => &["no-backup", "no-versioning", "no-point-in-time-recovery", "no-region-copy"],
        "deletion" => &["deletion-unprotected"],
        "health" => &["no-health-check"],
        "dlq" => &["no-dead-letter-queue"],
        "availability" => &["dangling-reference", "restart-policy"],
        "isolation" => &["isolation"],
        "sla" => &["no-sla"],
        other => panic!("an unknown class: {other}"),
    }
}

/// What a label about a manifest asks, as the rules that answer it.
fn rules_asked(canonical: &str) -> &'static [&'static str] {
    match canonical {
        "k8s.liveness" => &["no-health-check"],
        "k8s.readiness" => &["no-readiness-check"],
        "k8s.probes" => &["no-health-check", "no-readiness-check"],
        "k8s.replicas>=2" | "k8s.naked_pod" => &["single-point-of-failure", "no-redundancy"],
        "k8s.anti_affinity" | "k8s.topology_spread" | "k8s.topology_spread_hostname" | "k8s.node_affinity" => {
            &["spread"]
        }
        "k8s.pdb"
        | "k8s.pdb_policy"
        | "k8s.pdb_allows_disruption"
        | "k8s.pdb_max_unavailable>0"
        | "k8s.pdb_min_available<replicas" => &["disruption-budget", "deploy-takes-down"],
        "k8s.hpa_max>min" | "k8s.hpa_vs_replicas" => &["replica-bounds"],
        "k8s.hpa_exists" => &["fixed-capacity"],
        "k8s.restart_policy" => &["restart-policy"],
        "k8s.hpa_target"
        | "k8s.statefulset_service"
        | "k8s.ingress_backend"
        | "k8s.service_has_pods"
        | "k8s.selector_matches" => &["dangling-reference"],
        other => panic!("an unknown question: {other}"),
    }
}

/// An address without its keys; of an object its kind and its name, however the scanner writes it.
fn plain(address: &str) -> String {
    let whole = address.split('[').next().unwrap();
    let is_object = whole.starts_with(|first: char| first.is_ascii_uppercase());
    let parts: Vec<&str> = match whole.contains('/') {
        true => whole.split('/').collect(),
        false => whole.splitn(3, '.').collect(),
    };
    match parts.as_slice() {
        [kind, .., name] if is_object => format!("{kind}/{name}"),
        _ => whole.to_owned(),
    }
}

/// The rules that find something on an address, with or without its keys.
fn found_on(corpus: &Utf8Path, case: &Case) -> BTreeSet<String> {
    let mut workspace = Workspace::new();
    let file = corpus.join(&case.file);
    let folder = file.parent().unwrap();
    let files = match case.needs_context && folder.file_name() == Some("src") {
        true => folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().to_owned()).collect(),
        false => vec![file],
    };
    // Manifests of one folder are one stack where somebody has opened the folder.
    workspace.set_folders(vec!["/labelled".into()]);
    for file in files.iter().filter(|file| matches!(file.extension(), Some("tf" | "yaml" | "yml"))) {
        let text = fs::read_to_string(file).unwrap();
        workspace.set_document(FilePath::new(Utf8Path::new("/labelled").join(file.file_name().unwrap())), text.into());
    }
    let snapshot = workspace.snapshot();
    let findings = snapshot.stacks.iter().flat_map(|stack| &stack.findings);
    findings
        .filter(|finding| plain(&finding.component_id) == plain(&case.address))
        .map(|finding| finding.rule.as_str().to_owned())
        .collect()
}

#[derive(Default)]
struct Tally {
    cases: usize,
    agreed: usize,
    explained: usize,
}

#[test]
fn labelled_resources_are_seen_as_labelled() {
    let is_terraform = |case: &Case| case.file.ends_with(".tf");
    compare(&is_terraform, &|case| rules_of(&case.class, &case.rule).to_vec(), LEAST_AGREEMENT);
}

#[test]
fn labelled_manifests_are_seen_as_labelled() {
    let is_manifest = |case: &Case| !case.file.ends_with(".tf");
    // Manifests of fixtures are stripped to the one thing that they are about, and lack everything else. So a label to fail is met as
    // for Terraform, and one to pass by nothing that answers what it asks.
    let rules = |case: &Case| match case.expected.as_str() {
        "fail" if case.class != "health" => [rules_of(&case.class, &case.rule), rules_asked(&case.canonical)].concat(),
        _ => rules_asked(&case.canonical).to_vec(),
    };
    compare(&is_manifest, &rules, LEAST_AGREEMENT_ON_MANIFESTS);
}

fn compare(is_asked: &dyn Fn(&Case) -> bool, rules: &dyn Fn(&Case) -> Vec<&'static str>, least: f64) {
    let Some(corpus) = shared("corpus/ha-rules") else { return };
    let manifest = fs::read_to_string(corpus.join("manifest.json")).unwrap();
    let manifest: Manifest = serde_json::from_str(&manifest).unwrap();
    let explained: Explained = toml::from_str(include_str!("labels.toml")).unwrap();
    let reasons: BTreeSet<String> = explained
        .disagreement
        .iter()
        .flat_map(|entry| entry.cases.iter().map(|case| format!("{}: {case}", entry.rule)))
        .collect();
    let verbose = std::env::var_os("LABELS_VERBOSE").is_some();
    let mut tallies: BTreeMap<(&str, &str, &str), Tally> = BTreeMap::new();
    let (mut unexplained, mut used) = (Vec::new(), BTreeSet::new());
    let asked: Vec<&Case> = manifest.cases.iter().filter(|case| is_asked(case)).collect();
    let scanners: BTreeSet<&str> = asked.iter().map(|case| &*case.rule).collect();
    for case in asked {
        let found = found_on(&corpus, case);
        let is_found = rules(case).iter().any(|rule| found.contains(*rule));
        let tally = tallies.entry((&case.tool, &case.rule, &case.class)).or_default();
        tally.cases += 1;
        if is_found == (case.expected == "fail") {
            tally.agreed += 1;
            continue;
        }
        let name = format!("{}: {} {}", case.rule, Utf8Path::new(&case.file).file_name().unwrap(), case.address);
        let line = format!("{name} ({}) is to {}, found {found:?}", case.class, case.expected);
        if verbose {
            println!("{line}");
        }
        if reasons.contains(&name) {
            tally.explained += 1;
            used.insert(name);
        } else {
            unexplained.push(line);
        }
    }
    println!("{:<10} {:<58} {:<13} {:>6} {:>7} {:>10}", "scanner", "rule", "class", "cases", "agreed", "on purpose");
    for ((tool, rule, class), tally) in &tallies {
        println!("{tool:<10} {rule:<58} {class:<13} {:>6} {:>7} {:>10}", tally.cases, tally.agreed, tally.explained);
    }
    let (cases, agreed) = tallies.values().fold((0, 0), |(cases, agreed), t| (cases + t.cases, agreed + t.agreed));
    let share = 100.0 * agreed as f64 / cases as f64;
    println!("{agreed} of {cases} labels agree ({share:.1} %)");
    assert!(unexplained.is_empty(), "without a reason in labels.toml:\n{}", unexplained.join("\n"));
    let is_of_these = |reason: &&String| scanners.iter().any(|rule| reason.starts_with(&format!("{rule}: ")));
    let stale: Vec<_> = reasons.difference(&used).filter(is_of_these).collect();
    assert!(stale.is_empty(), "labels.toml explains what is no disagreement: {stale:?}");
    assert!(share >= least, "{share:.1} % of the labels agree");
}
