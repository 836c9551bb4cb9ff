//! `foreshock availability`: layers, ceiling, range, causes, objectives.

use serde_json::Value;

use crate::{check_json, complaint, foreshock, foreshock_in, infra_directory, shop, stdout};

fn stack(arguments: &[&str]) -> Value {
    let text = stdout(&[&["availability", "--format", "json"], arguments].concat(), 0);
    let answer: Value = serde_json::from_str(&text).unwrap();
    answer["stacks"][0].clone()
}

#[test]
fn as_json() {
    let report = check_json("availability", &["availability", "--format", "json"], 0);
    let stack = &report["stacks"][0];
    let number = |value: &Value| value.as_f64().unwrap();
    let (expected, ceiling) = (number(&stack["expected"]), number(&stack["ceiling"]["availability"]));
    assert!(expected <= ceiling, "{expected} {ceiling}");
    assert!(number(&stack["range"][0]) <= expected && number(&stack["range"][1]) <= ceiling + 1e-5);
    let layers = stack["layers"].as_object().unwrap();
    assert_eq!(layers.keys().collect::<Vec<_>>(), ["software", "hardware", "theoretical", "operational", "external"]);
}

#[test]
fn what_each_part_costs_adds_up() {
    let stack = stack(&[]);
    let year = 8766.0 * 60.0;
    let whole = stack["expected_unavailability"].as_f64().unwrap() * year;
    for by in ["by_layer", "by_component", "by_event"] {
        let parts = stack["attribution"][by].as_array().unwrap();
        let sum: f64 = parts.iter().map(|part| part["minutes_per_year"].as_f64().unwrap()).sum();
        assert!((sum - whole).abs() <= 1e-9 * whole, "{by}: {sum} of {whole}");
    }
    assert!(!stack["attribution"]["by_fix"].as_array().unwrap().is_empty());
}

#[test]
fn for_people() {
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        let text = stdout(&["availability", "--slo", "90"], 0);
        insta::assert_snapshot!("availability-human", text);
        let text = stdout(&["availability", "--slo", "90", "--details"], 0);
        insta::assert_snapshot!("availability-human-details", text);
    });
}

#[test]
fn an_objective_that_is_missed_fails_the_gate() {
    for (percent, code) in [("50", 0), ("99.999", 1)] {
        let output = foreshock(&["availability", "--slo", percent]);
        assert_eq!(output.status.code(), Some(code), "{percent}");
    }
    let text = complaint(&shop(), &["availability", "--slo", "three nines"]);
    assert!(text.contains("expected a percentage between 0 and 100"), "{text}");
}

#[test]
fn layers_can_be_left_out() {
    let three = stack(&["--layers", "3"]);
    assert_eq!(three["layers"].as_object().unwrap().len(), 3);
}

#[test]
fn instances_are_killed_without_a_simulation() {
    let kill = stack(&["--kill", "2"])["kill"].clone();
    assert_eq!(kill["killed"], 2);
    assert_eq!(kill["service"]["sampler"], "exact");
    assert_eq!(kill["up"]["interval"][0], kill["up"]["value"]);
    assert!(kill["entries"].as_array().is_some_and(|entries| !entries.is_empty()));
}

#[test]
fn a_simulation_stands_beside_what_is_computed() {
    let (plain, mut sampled) = (stack(&[]), stack(&["--samples", "500"]));
    let entry = sampled["entries"][0].as_object_mut().unwrap();
    assert!(entry["simulated"]["interval"].is_array());
    entry.insert("simulated".into(), Value::Null);
    assert_eq!(plain["entries"][0], sampled["entries"][0]);
}

/// A target's window decides over how long it is measured: a month is longer than most outages, an hour is free of them.
#[test]
fn a_target_has_a_window() {
    let target = |days: &str| format!("{{target: 99.9, window_days: {days}}}");
    let text = format!(
        "components:\n  - id: api\n    type: custom\n    entry: true\n    unavailability: 0.002\n    operational_profile: \
         {{mttr_minutes: 30}}\n    slo_targets: [{}, {}, {{target: 99.9}}]\n",
        target("0.05"),
        target("3650")
    );
    let directory = infra_directory("windows", &text);
    let output = foreshock_in(&directory, &["availability", "infra.yaml", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let objectives = answer["stacks"][0]["objectives"].as_array().unwrap();
    let number = |index: usize, key: &str| objectives[index][key].as_f64().unwrap();
    assert_eq!([0, 1, 2].map(|index| number(index, "window_days")), [0.05, 3650.0, 30.0]);
    assert!(number(0, "holds") > 0.99 && number(1, "holds") < 0.01, "{objectives:?}");
    assert!((0.2..0.6).contains(&number(2, "holds")), "{objectives:?}");
    // What it is made of: 2e-3 of a year in outages of half an hour.
    let outages = &answer["stacks"][0]["entries"][0]["outages"];
    let (often, long) = (outages["per_year"].as_f64().unwrap(), outages["mean_seconds"].as_f64().unwrap());
    assert!((often - 0.002 * 8766.0 * 2.0).abs() < 1e-6 && (long - 1800.0).abs() < 1e-6, "{outages}");
    assert!(outages["worst_month_seconds"].as_f64().unwrap() > 1800.0);
}

#[test]
fn what_the_figures_leave_out_is_told() {
    let directory =
        infra_directory("left-out", "components:\n  - {id: a, replicas: 2, instance_unavailability: 1.5}\n");
    for command in [&["availability"][..], &["simulate", "--fail", "a"]] {
        let output = foreshock_in(&directory, command);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("1 place not understood; foreshock check names them"), "{command:?}: {told}");
    }
    let output = foreshock_in(&directory, &["availability", "--kill", "3"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("--kill 3: all of the 2 instances that can fail are killed, there are no more"), "{told}");
    std::fs::remove_dir_all(&directory).unwrap();
}

/// An objective that is kept for another tool stands beside what can't be exceeded, and on its own line in a check.
#[test]
fn objectives_that_are_kept_elsewhere() {
    let text = "components:\n  - {id: orders, type: database, instance_availability: 0.99}\n";
    let directory = infra_directory("kept-elsewhere", text);
    let promise = |objective: &str, service: &str| {
        let sli = "sli: {raw: {error_ratio_query: errors}}";
        format!(
            "version: prometheus/v1\nservice: {service}\nslos:\n  - name: success\n    objective: {objective}\n    {sli}\n"
        )
    };
    std::fs::write(directory.join("slo.yaml"), promise("99.9", "orders")).unwrap();
    let said = |arguments: &[&str]| {
        let output = foreshock_in(&directory, arguments);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, human) = said(&["availability", "."]);
    assert_eq!(code, Some(0));
    assert!(human.contains("out of reach: 99.900 % of orders (success, slo.yaml:5)"), "{human}");
    let (_, json) = said(&["availability", ".", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let objective = &json["stacks"][0]["objectives"][0];
    assert_eq!(objective["promise"]["name"], "success");
    assert_eq!(objective["promise"]["kept_in"], "Sloth");
    assert_eq!(objective["promise"]["file"], "slo.yaml");
    assert_eq!(objective["promise"]["range"]["start"]["line"], 4);
    assert_eq!(objective["unreachable"], true);
    let (code, human) = said(&["check", "."]);
    assert_eq!(code, Some(1), "{human}");
    assert!(human.contains("slo.yaml:5"), "{human}");
    // In whatever it can't be said, it is said quietly, and no check fails by it.
    std::fs::write(directory.join("infra.yaml"), text.replace("0.99", "0.999999")).unwrap();
    std::fs::write(
        directory.join("slo.yaml"),
        promise("99,9", "orders") + &promise("90", "b").replace("version", "---\nversion"),
    )
    .unwrap();
    let (code, human) = said(&["check", ".", "--fail-on", "error"]);
    assert_eq!(code, Some(0), "{human}");
    assert!(human.contains("warning[promise]: `99,9` is no target"), "{human}");
}
