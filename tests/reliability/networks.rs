//! Two-terminal networks as alternatives over their minimal paths: exact for every probability of the tables.

use std::time::Duration;

use serde_json::Value;

use crate::yaml::Yaml;
use crate::{availability, close, entry, number, shared};

type Edges = Vec<(usize, usize)>;

/// Every path between the terminals without a node twice, as numbers of edges.
fn minimal_paths(edges: &Edges, from: usize, to: usize) -> Vec<Vec<usize>> {
    fn walk(
        edges: &Edges,
        at: usize,
        to: usize,
        seen: &mut Vec<usize>,
        path: &mut Vec<usize>,
        found: &mut Vec<Vec<usize>>,
    ) {
        if at == to {
            found.push(path.clone());
            return;
        }
        for (number, &(one, other)) in edges.iter().enumerate() {
            let next = if one == at { other } else { one };
            if (one != at && other != at) || seen.contains(&next) {
                continue;
            }
            seen.push(next);
            path.push(number);
            walk(edges, next, to, seen, path, found);
            path.pop();
            seen.pop();
        }
    }
    let mut found = Vec::new();
    walk(edges, from, to, &mut vec![from], &mut Vec::new(), &mut found);
    found
}

fn network(edges: &Edges, paths: &[Vec<usize>], failing: f64) -> String {
    let mut yaml = Yaml::default();
    yaml.entry("connected");
    for number in 0..edges.len() {
        yaml.event(&format!("edge-{number}"), failing);
    }
    let names: Vec<String> = (0..paths.len()).map(|number| format!("path-{number}")).collect();
    for (name, path) in names.iter().zip(paths) {
        yaml.perfect(name);
        path.iter().for_each(|edge| yaml.requires(name, &format!("edge-{edge}")));
    }
    yaml.alternatives("connected", &names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    yaml.text()
}

#[test]
fn two_terminal_networks_are_exact() {
    let Some(networks) = shared("networks.json") else { return };
    for (name, network_of) in networks.as_object().unwrap() {
        let ends: Vec<usize> =
            network_of["terminals"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap() as usize).collect();
        let [from, to] = ends.as_slice() else {
            println!("{name:21} not modelled: {} terminals, and alternatives are between two", ends.len());
            continue;
        };
        let pair = |edge: &Value| (edge[0].as_u64().unwrap() as usize, edge[1].as_u64().unwrap() as usize);
        let edges: Edges = network_of["edges"].as_array().unwrap().iter().map(pair).collect();
        let paths = minimal_paths(&edges, *from, *to);
        let mut slowest = Duration::ZERO;
        let answers = network_of["unreliability"].as_object().unwrap();
        for (working, expected) in answers {
            let failing = 1.0 - working.parse::<f64>().unwrap();
            // 1 - 0.999 is not 0.001: the table's own digits.
            let failing = (failing * 1e6).round() / 1e6;
            let (stack, elapsed) = availability(name, &network(&edges, &paths, failing));
            let entry = entry(&stack);
            assert_eq!(entry["method"], "exact", "{name}");
            close(&format!("{name} at {working}"), number(&entry["unavailability"]), number(expected), 1e-9);
            slowest = slowest.max(elapsed);
        }
        println!(
            "{name:21} {:>2} edges {:>3} minimal paths: {} of {} probabilities to 1e-9, slowest {:.2} s",
            edges.len(),
            paths.len(),
            answers.len(),
            answers.len(),
            slowest.as_secs_f64()
        );
    }
}
