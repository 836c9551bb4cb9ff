//! Published fault trees: exact, with all cut sets by order.
#![expect(clippy::print_stdout, reason = "says what was compared, and what was not there to compare with")]

use std::time::Instant;

use foreshock_model::System;
use serde_json::Value;

use super::reliability::{Gate, json, parts, shared};
use crate::{AvailabilityOptions, Method, availability, minutes_per_year};

fn tree(tree: &Value) -> System {
    let probability = |(id, probability): (&String, &Value)| (id.clone(), probability.as_f64().unwrap());
    let events = tree["events"].as_object().unwrap().iter().map(probability).collect();
    let gate = |(id, gate): (&String, &Value)| {
        let members = gate["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap().to_owned()).collect();
        let gate = match gate["op"].as_str().unwrap() {
            "or" => Gate::Any(members),
            "and" => Gate::All(members),
            _ => Gate::AtLeast(gate["k"].as_u64().unwrap() as u32, members),
        };
        (id.clone(), gate)
    };
    let gates = tree["gates"].as_object().unwrap().iter().map(gate).collect();
    parts(events, gates, tree["top"].as_str().unwrap())
}

/// The engine's answers for a tree against those of two independent exact engines.
fn check(name: &str) {
    let Some(answers) = shared("answers.json") else { return };
    let answer = &json(&answers)["trees"][name];
    let system = tree(&json(&shared(&format!("fault-trees/{name}.json")).unwrap()));
    let start = Instant::now();
    let found = availability(&system, &AvailabilityOptions::default());
    let took = start.elapsed();
    let [entry] = found.entries.as_slice() else { panic!("{name}: one entry") };
    let expected = answer["p_top"].as_f64().unwrap();
    let error = (entry.unavailability / expected - 1.0).abs();
    println!("{name:10} {:?} {:e} off by {error:.1e}, {took:.1?}", entry.method, entry.unavailability);
    assert_eq!(entry.method, Method::Exact, "{name}");
    assert!(error <= 1e-9, "{name}: {} not {expected}", entry.unavailability);
    let sets = entry.cut_sets.as_ref().unwrap();
    let by_order: Vec<u64> =
        answer["mcs_by_order_0_up"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect();
    assert_eq!(sets.by_order, by_order, "{name}");
    assert_eq!(sets.by_order.iter().sum::<u64>(), answer["mcs"].as_u64().unwrap());
    let mut order_1: Vec<String> = sets.order_1.iter().map(|event| event.name(&system)).collect();
    order_1.sort();
    let known = answer["order1_cut_sets"].as_array().into_iter().flatten();
    let known: Vec<String> = known.map(|event| format!("whole:{}", event.as_str().unwrap())).collect();
    // Where there are many, some of the answers list only the first.
    assert!(known.iter().all(|event| order_1.contains(event)), "{name}: {order_1:?}");
    assert_eq!(order_1.len() as u64, by_order.get(1).copied().unwrap_or(0));
    assert_eq!(sets.order_2.len() as u64, by_order.get(2).copied().unwrap_or(0));
    for (event, birnbaum) in answer["top_birnbaum"].as_object().into_iter().flatten() {
        let name = format!("whole:{event}");
        let importance = entry.importance.iter().find(|importance| importance.unit.name(&system) == name).unwrap();
        let birnbaum = birnbaum.as_f64().unwrap();
        assert!((importance.birnbaum / birnbaum - 1.0).abs() < 1e-9, "{name}: {} not {birnbaum}", importance.birnbaum);
    }
    let all: f64 = found.attribution.by_event.iter().map(|minutes| minutes.minutes_per_year.get()).sum();
    assert!((all / minutes_per_year(found.expected).get() - 1.0).abs() < 1e-9, "{name}: {all}");
    assert!(found.range.0 <= found.expected && found.expected <= found.range.1);
}

macro_rules! trees {
    ($($name:ident)*) => { $(#[test] fn $name() { check(stringify!($name)); })* };
}

trees!(baobab1 chinese das9201 das9205 das9209 edf9205 edfpa15p elf9601 ftr10 isp9601 isp9605 jbd9601);
