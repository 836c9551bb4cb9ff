//! Files of FaultRay: what they say is known, and its export means what the text it was made from means.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod rendering;

use std::path::{Path, PathBuf};

use foreshock_infra::is_infra;
use foreshock_model::System;
use foreshock_syntax::yaml::parse;
use rendering::{messages, print, reading, system};

const TEXT: &str = include_str!("../../../../tests/faultray/bookshop.yaml");
const MODEL: &str = include_str!("../../../../tests/faultray/bookshop.model.json");

/// What is known of a system, without what is in parentheses: where it is written.
fn meaning(text: &str, system: &System) -> String {
    let mut depth = 0u32;
    let mut out = String::new();
    for c in print(text, system).chars() {
        depth += u32::from(c == '(');
        if depth == 0 {
            out.push(c);
        }
        depth = depth.saturating_sub(u32::from(c == ')'));
    }
    out
}

#[test]
fn the_export_means_what_the_text_means() {
    assert_eq!(meaning(MODEL, &system(MODEL)), meaning(TEXT, &system(TEXT)));
}

#[test]
fn components_by_id_mean_the_same() {
    let (tree, _) = parse("[{id: a, type: database, replicas: 2}, {id: b, type: app_server}]");
    assert!(!is_infra(&tree));
    let list = "components: [{id: a, type: database, replicas: 2}, {id: b, type: app_server}]\ndependencies: [{source: b, target: a}]\n";
    let map = "{\"components\": {\"b\": {\"id\": \"b\", \"type\": \"app_server\"}, \"a\": {\"type\": \"database\", \"replicas\": 2}}, \"dependencies\": [{\"source_id\": \"b\", \"target_id\": \"a\"}]}";
    assert!(is_infra(&parse(map).0));
    assert_eq!(meaning(map, &system(map)), meaning(list, &system(list)));
    let other = "components: {a: {id: b, type: cache}, c: 5}\ndependencies: []\n";
    let told = messages(other, &reading(other).1);
    assert_eq!(
        told,
        "\"b\": the name a and id exclude each other; the name a counts\n\"5\": a component is 5; expected a map\n"
    );
}

#[test]
fn who_looks_after_it_and_how_it_was_change_nothing() {
    let text = include_str!("../../../../tests/faultray/ownership.yaml");
    let known = ["owner", "created_by", "last_", "documentation_url", "source_url", "lifecycle_status", "health"];
    let bare: String = text
        .replace(", owner: web", "")
        .replace(", lifecycle_status: active, ownership: {team: sales}", "")
        .lines()
        .filter(|line| !known.iter().any(|key| line.trim_start().starts_with(key)))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(bare.lines().count() + 8, text.lines().count());
    assert_eq!(meaning(&bare, &system(&bare)), meaning(text, &system(text)));
    let (told, problems) = reading(&text.replace("degraded", "degrading").replace("optional", "requires, type: async"));
    assert_eq!(told.system.dependencies.len(), 3);
    let told: Vec<String> = problems.iter().map(|problem| problem.kind.to_string()).collect();
    assert_eq!(
        told,
        ["health is \"degrading\"; did you mean degraded?", "type and dependency_type exclude each other; type counts",]
    );
}

#[test]
fn the_topology_of_an_incident_is_a_system() {
    let system_of = "components: [{id: a, type: app_server}, {id: b, type: database, replicas: 2}]\ndependencies: [{source: a, target: b}]\n";
    let indented: String = system_of.lines().map(|line| format!("  {line}\n")).collect();
    let incident = format!("incident: {{id: x, severity: high}}\ntopology:\n{indented}expected: {{blast_radius: 2}}\n");
    assert!(is_infra(&parse(&incident).0));
    assert_eq!(meaning(&incident, &system(&incident)), meaning(system_of, &system(system_of)));
    let wrong = incident.replace("replicas", "replica");
    assert_eq!(
        messages(&wrong, &reading(&wrong).1),
        "\"replica\": a component has no key replica; did you mean replicas?\n"
    );
}

/// Only in a record of the export a default says nothing: by hand it was chosen.
#[test]
fn a_default_written_by_hand_counts() {
    let with = |fields: &str| {
        let text = format!("components: [{{id: a, type: database, replicas: 2, {fields}}}]\n");
        meaning(&text, &system(&text))
    };
    let record = "host: '', port: 0, metrics: {}, capacity: {}, health: healthy, parameters: {}, tags: []";
    for said in [
        "failover: {enabled: false}",
        "operational_profile: {deploy_downtime_seconds: 30.0}",
        "metrics: {cpu_percent: 0}",
        "capacity: {max_rps: 5000}",
        "team: {team_size: 3}",
    ] {
        let key = said.split(':').next().unwrap();
        let record = record.replace(&format!("{key}: {{}}, "), "");
        let filled = match key {
            "metrics" | "capacity" => format!("{record}, {said}"),
            _ => format!("{record}, {said}"),
        };
        assert_eq!(with(&filled), with("tags: []"), "{said}");
        assert_ne!(with(said), with("tags: []"), "{said}");
    }
}

/// Files of FaultRay itself, where somebody has put them: `FORESHOCK_FAULTRAY` names a directory, in which an export of
/// `x/y.yaml` is `models/x-y.json`.
#[test]
fn its_own_files_load_cleanly() {
    let Some(directory) = std::env::var_os("FORESHOCK_FAULTRAY").map(PathBuf::from) else {
        println!("skipped: FORESHOCK_FAULTRAY names no directory of FaultRay's files");
        return;
    };
    let (mut clean, mut same) = (0, 0);
    for file in files(&directory) {
        let text = std::fs::read_to_string(&file).unwrap();
        if !is_infra(&parse(&text).0) {
            println!("not an infrastructure file: {}", file.display());
            continue;
        }
        let (infra, problems) = reading(&text);
        assert_eq!(messages(&text, &problems), "", "{}", file.display());
        clean += 1;
        let name = file.strip_prefix(&directory).unwrap().with_extension("json");
        let model = directory.join("models").join(name.to_str().unwrap().replace('/', "-"));
        let Ok(exported) = std::fs::read_to_string(&model) else { continue };
        let (one, other) = (meaning(&text, &infra.system), meaning(&exported, &system(&exported)));
        match one == other {
            true => same += 1,
            false => {
                let differ = one.lines().zip(other.lines()).filter(|(one, other)| one != other);
                for (one, other) in differ {
                    println!("{}:\n  text   {}\n  export {}", file.display(), one.trim(), other.trim());
                }
            }
        }
    }
    println!("{clean} files load cleanly; {same} exports mean exactly what their text means");
    assert!(clean > 0, "no infrastructure file in {}", directory.display());
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => found.extend(files(&path)),
            Some("yaml" | "yml" | "json") => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}
