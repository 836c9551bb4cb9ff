//! Layered networks, which are as hard as their width: what is exact within which budget, and how good bounds are.
#![expect(clippy::print_stdout, reason = "prints a table")]

use std::time::Instant;

use foreshock_model::System;

use super::fixture;
use crate::cascade::frozen::Frozen;
use crate::diagram::budget::Budget;
use crate::diagram::equations::Wanted;
use crate::diagram::service::Service;
use crate::layout::reading::{Purpose, Reading};
use crate::{Method, assess};

/// `layers` layers of `width` components; each needs `required` of three of the next layer, and `lb` one of the first.
fn mesh(width: usize, layers: usize, required: usize) -> System {
    let mut text = "lb entry=1\n".to_owned();
    let name = |layer: usize, place: usize| format!("c{layer:03}x{place:02}");
    let heads: Vec<String> = (0..width).map(|place| format!("lb -> {}", name(0, place))).collect();
    for layer in 0..layers {
        for place in 0..width {
            text += &format!("{} q=0.001\n", name(layer, place));
            if layer + 1 < layers {
                let members: Vec<String> = (0..3)
                    .map(|step| format!("{} -> {}", name(layer, place), name(layer + 1, (place + step) % width)))
                    .collect();
                text += &format!("group g{layer}x{place} k={required}: {}\n", members.join(", "));
            }
        }
    }
    text += &format!("group heads k=1: {}\n", heads.join(", "));
    fixture::system(&text)
}

/// `cargo test --release -p foreshock-engine --lib meshes -- --ignored --nocapture`
#[test]
#[ignore = "prints a table, for people to read"]
fn table() {
    for (width, layers, required) in
        [(5, 20, 1), (5, 200, 1), (5, 200, 2), (8, 12, 1), (8, 50, 1), (8, 125, 1), (10, 100, 1), (8, 125, 2)]
    {
        let system = mesh(width, layers, required);
        let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
        for (name, budget) in [("brief", Budget::BRIEF), ("full", Budget::FULL)] {
            let start = Instant::now();
            let top = fixture::index(&system, "lb").0;
            let service = Service::within(&system, &frozen.layout, &[top], Wanted::DOWN, budget);
            let took = start.elapsed();
            let (low, high) = service.loss(&[(top, 1.0)], &service.variables.probabilities(|_| true));
            let nodes = service.live_down(top).map_or(0, |(live, _)| live.nodes().count());
            println!(
                "{width}x{layers}, {required} of 3, {name}: {:?} {low:.4e}..{high:.4e}, {nodes} nodes, {took:.1?}",
                service.method()
            );
        }
    }
}

#[test]
fn a_wide_one_ends_in_bounds() {
    let system = mesh(12, 40, 2);
    let assessment = assess(&system);
    assert_eq!(assessment.method, Method::Bounds);
    let (low, high) = assessment.score_range.unwrap();
    assert!(low <= high);
}
