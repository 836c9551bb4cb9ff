//! The Aralia fault trees: probabilities to 1e-9, cut sets by order, within 30 seconds each.

use std::time::Duration;

use serde_json::Value;

use crate::{availability, by_order, close, entry, number, shared, yaml};

const LIMIT: Duration = Duration::from_secs(30);

fn check(name: &str) {
    let Some(answers) = shared("answers.json") else { return };
    let Some(tree) = shared(&format!("fault-trees/{name}.json")) else { return };
    let answer = &answers["trees"][name];
    let (stack, elapsed) = availability(name, &yaml::fault_tree(&tree));
    let entry = entry(&stack);
    assert_eq!(entry["method"], "exact", "{name} after {elapsed:?}: {}", entry["interval"]);
    let (got, expected) = (number(&entry["unavailability"]), number(&answer["p_top"]));
    close(name, got, expected, 1e-9);
    let orders: Vec<u64> =
        answer["mcs_by_order_0_up"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect();
    assert_eq!(by_order(entry), orders, "{name}: minimal cut sets by order");
    check_importance(name, answer, entry);
    check_first_order(name, &tree, answer, entry);
    println!(
        "{name:9} {:>3} events {:>3} gates  P {got:.12e} (off by {:.1e})  {:>12} cut sets  {:>6.2} s",
        answer["basic_events"],
        answer["gates"],
        (got - expected).abs() / expected,
        orders.iter().sum::<u64>(),
        elapsed.as_secs_f64()
    );
    // Debug builds are an order of magnitude slower, and busy machines are not the program's fault.
    if !cfg!(debug_assertions) {
        assert!(elapsed < LIMIT, "{name}: {elapsed:?}");
    }
}

/// The importance of the events for which an answer is published.
fn check_importance(name: &str, answer: &Value, entry: &Value) {
    let Some(published) = answer["top_birnbaum"].as_object() else {
        println!("{name:9} no importance is published");
        return;
    };
    for (event, expected) in published {
        let found = birnbaum(name, entry, event);
        close(&format!("{name}: Birnbaum importance of {event}"), found, number(expected), 1e-8);
    }
}

/// What takes the top down alone is among the cut sets of order 1. Its importance needs no other engine:
/// U = p + (1 - p) U(perfect) with U(failed) = 1, so that it is (1 - U)/(1 - p).
fn check_first_order(name: &str, tree: &Value, answer: &Value, entry: &Value) {
    let listed = entry["cut_sets"]["order_1"].as_array().unwrap();
    // Some of them are published.
    for event in answer["order1_cut_sets"].as_array().into_iter().flatten() {
        let event = event.as_str().unwrap();
        assert!(listed.iter().any(|it| it[0] == format!("whole:{event}").as_str()), "{name}: {event} is enough alone");
        let (top, own) = (number(&answer["p_top"]), number(&tree["events"][event]));
        let found = birnbaum(name, entry, event);
        close(&format!("{name}: importance of {event}, enough alone"), found, (1.0 - top) / (1.0 - own), 1e-8);
    }
}

fn birnbaum(name: &str, entry: &Value, event: &str) -> f64 {
    let unit = format!("whole:{event}");
    let mut listed = entry["importance"].as_array().unwrap().iter();
    number(&listed.find(|it| it["unit"] == unit.as_str()).unwrap_or_else(|| panic!("{name}: no {unit}"))["birnbaum"])
}

macro_rules! trees {
    ($($(#[$attribute:meta])* $name:ident)*) => {
        $(#[test] $(#[$attribute])* fn $name() { check(stringify!($name)); })*
    };
}

trees! {
    chinese
    das9205
    isp9605
    ftr10
    #[ignore = "large: with --release"]
    baobab1
    #[ignore = "large: with --release"]
    das9201
    #[ignore = "large: with --release"]
    das9209
    #[ignore = "large: with --release"]
    edf9205
    #[ignore = "large: with --release"]
    edfpa15p
    #[ignore = "large: with --release"]
    elf9601
    #[ignore = "large: with --release"]
    isp9601
    #[ignore = "large: with --release"]
    jbd9601
}
