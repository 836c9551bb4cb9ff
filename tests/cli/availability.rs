//! `foreshock availability`: layers, ceiling, range, causes, objectives.

use serde_json::Value;

use crate::{check_json, complaint, foreshock, shop, stdout};

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
