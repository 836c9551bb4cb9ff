//! Two-terminal networks as alternatives over their minimal paths.
#![expect(clippy::print_stdout, reason = "says what was compared, and what was not there to compare with")]

use std::collections::BTreeSet;

use serde_json::Value;

use super::reliability::{Gate, json, parts, shared};
use crate::{AvailabilityOptions, Method, availability};

/// Sets of edges, as masks, that are enough to connect all terminals and have no smaller one inside.
fn minimal_ties(nodes: usize, edges: &[(usize, usize)], terminals: &[usize]) -> Vec<u32> {
    let connects = |mask: u32| {
        let mut reached = BTreeSet::from([terminals[0]]);
        for _ in 0..nodes {
            for (index, &(one, other)) in edges.iter().enumerate().filter(|(index, _)| mask >> index & 1 == 1) {
                let _ = index;
                if reached.contains(&one) || reached.contains(&other) {
                    reached.extend([one, other]);
                }
            }
        }
        terminals.iter().all(|terminal| reached.contains(terminal))
    };
    let without = |mask: u32, bit: usize| mask & !(1 << bit);
    (0..1u32 << edges.len())
        .filter(|&mask| connects(mask))
        .filter(|&mask| (0..edges.len()).filter(|bit| mask >> bit & 1 == 1).all(|bit| !connects(without(mask, bit))))
        .collect()
}

fn numbers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap() as usize).collect()
}

#[test]
fn networks_are_exact() {
    let Some(path) = shared("networks.json") else { return };
    let networks = json(&path);
    let mut compared = 0;
    for (name, network) in networks.as_object().unwrap() {
        let edges: Vec<(usize, usize)> = network["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| {
                let ends = numbers(edge);
                (ends[0], ends[1])
            })
            .collect();
        let nodes = network["nodes"].as_u64().unwrap() as usize;
        let ties = minimal_ties(nodes, &edges, &numbers(&network["terminals"]));
        for (reliability, expected) in network["unreliability"].as_object().unwrap() {
            let unavailability = 1.0 - reliability.parse::<f64>().unwrap();
            let events = (0..edges.len()).map(|edge| (format!("e{edge}"), unavailability)).collect();
            let on = |tie: &u32| {
                (0..edges.len()).filter(|edge| tie >> edge & 1 == 1).map(|edge| format!("e{edge}")).collect()
            };
            let mut gates: Vec<(String, Gate)> =
                ties.iter().enumerate().map(|(index, tie)| (format!("path{index}"), Gate::Any(on(tie)))).collect();
            gates.push(("top".to_owned(), Gate::All((0..ties.len()).map(|index| format!("path{index}")).collect())));
            let system = parts(events, gates, "top");
            let found = availability(&system, &AvailabilityOptions::default());
            let [entry] = found.entries.as_slice() else { panic!("one entry") };
            let expected = expected.as_f64().unwrap();
            assert_eq!(entry.method, Method::Exact);
            let error = (entry.unavailability / expected - 1.0).abs();
            assert!(error < 1e-9, "{name} {reliability}: {} not {expected}", entry.unavailability);
            compared += 1;
        }
        println!("{name}: {} edges, {} minimal paths", edges.len(), ties.len());
    }
    println!("{compared} network reliabilities compared");
}
