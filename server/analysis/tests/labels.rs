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

/// So many of a hundred labels are met at least.
const LEAST_AGREEMENT: f64 = 95.0;

#[derive(Deserialize)]
struct Manifest {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    tool: String,
    rule: String,
    class: String,
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

/// The rules that find something on an address, with or without its keys.
fn found_on(corpus: &Utf8Path, case: &Case) -> BTreeSet<String> {
    let mut workspace = Workspace::new();
    let file = corpus.join(&case.file);
    let folder = file.parent().unwrap();
    let files = match case.needs_context && folder.file_name() == Some("src") {
        true => folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().to_owned()).collect(),
        false => vec![file],
    };
    for file in files.iter().filter(|file| file.extension() == Some("tf")) {
        let text = fs::read_to_string(file).unwrap();
        workspace.set_document(FilePath::new(Utf8Path::new("/labelled").join(file.file_name().unwrap())), text.into());
    }
    let snapshot = workspace.snapshot();
    let findings = snapshot.stacks.iter().flat_map(|stack| &stack.findings);
    let plain = |address: &str| address.split('[').next().unwrap().to_owned();
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
    // Kubernetes manifests are another frontend's.
    for case in manifest.cases.iter().filter(|case| case.file.ends_with(".tf")) {
        let found = found_on(&corpus, case);
        let is_found = rules_of(&case.class, &case.rule).iter().any(|rule| found.contains(*rule));
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
    let stale: Vec<_> = reasons.difference(&used).collect();
    assert!(stale.is_empty(), "labels.toml explains what is no disagreement: {stale:?}");
    assert!(share >= LEAST_AGREEMENT, "{share:.1} % of the labels agree");
}
