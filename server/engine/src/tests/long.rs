//! Long chains and large cycles: no recursion, and work that grows with the size of the system and not with its square.

use foreshock_model::{
    Alternatives, ComponentIndex, Confidence, Dependency, DependencyIndex, DependencyKind, Seconds, System,
};
use std::sync::Arc;

use super::fixture;
use crate::cascade::scratch::Scratch;
use crate::diagram::order::Order;
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Purpose, Reading};
use crate::{Basis, Fault, Frozen, Health, circular_dependencies, circular_fallbacks, recover, required_paths};

const LENGTH: u32 = 100_000;

fn system(count: u32, edges: impl Iterator<Item = (u32, u32)>) -> System {
    let component = |index| Arc::new(fixture::component(&format!("c{index:06}")));
    let dependency = |(from, to)| {
        let kind = DependencyKind::Requires;
        Arc::new(Dependency::new(ComponentIndex(from), ComponentIndex(to), kind, Confidence::Certain, Vec::new()))
    };
    let components = (0..count).map(component).collect();
    System { components, dependencies: edges.map(dependency).collect(), ..System::default() }
}

/// Health of `component` after `fault`, with the number of steps checked against the size.
fn run(system: &System, faults: &[ComponentIndex]) -> (Frozen, Scratch) {
    let frozen = Frozen::new(system);
    let mut scratch = Scratch::default();
    let faults: Vec<Fault> = faults.iter().copied().map(Fault::Component).collect();
    frozen.run(&faults, &mut scratch);
    assert!(scratch.events_taken() <= (system.components.len() + 6 * system.dependencies.len()) as u64);
    assert!(scratch.steps().len() <= system.components.len());
    (frozen, scratch)
}

#[test]
fn a_chain() {
    let system = system(LENGTH, (1..LENGTH).map(|to| (to - 1, to)));
    let (frozen, scratch) = run(&system, &[ComponentIndex(LENGTH - 1)]);
    assert_eq!(scratch.health(&frozen, ComponentIndex(0)), Health::Down);
    assert_eq!(scratch.touched().count(), LENGTH as usize);
    let cascade = crate::cascade(&system, &[Fault::Component(ComponentIndex(LENGTH - 1))]);
    assert_eq!(cascade.chain(ComponentIndex(0)).len(), LENGTH as usize);
}

#[test]
fn a_ring() {
    let system = system(LENGTH, (0..LENGTH).map(|from| (from, (from + 1) % LENGTH)));
    let (frozen, scratch) = run(&system, &[ComponentIndex(7)]);
    assert_eq!(scratch.health(&frozen, ComponentIndex(8)), Health::Down);
    assert_eq!(scratch.touched().count(), LENGTH as usize);
}

/// Each component of the first half has a source in the second half, and the next one as its fallback. Sources fail at
/// once, or each at a moment of its own.
fn ring_of_fallbacks(half: u32, moments: u32) -> System {
    let edges = (0..half).flat_map(|from| [(from, half + from), (from, (from + 1) % half)]);
    let mut system = system(2 * half, edges);
    for from in 0..half {
        let members = [2 * from, 2 * from + 1].map(DependencyIndex).to_vec();
        let wait = &mut Arc::make_mut(&mut system.dependencies[2 * from as usize]).timeout;
        *wait = Seconds::new(f64::from(from % moments));
        system.alternatives.push(Alternatives { name: "g".into(), members, required: 1, shares_load: false });
    }
    system
}

#[test]
fn a_ring_of_fallbacks() {
    const HALF: u32 = 5_000;
    for moments in [1, 10, HALF] {
        let system = ring_of_fallbacks(HALF, moments);
        let all_but_one: Vec<ComponentIndex> = (HALF + 1..2 * HALF).map(ComponentIndex).collect();
        let (_, scratch) = run(&system, &all_but_one);
        assert_eq!(scratch.touched().count(), all_but_one.len());
        let all: Vec<ComponentIndex> = (HALF..2 * HALF).map(ComponentIndex).collect();
        let (_, scratch) = run(&system, &all);
        assert_eq!(scratch.touched().count(), 2 * HALF as usize);
    }
}

#[test]
fn finding_fallbacks_in_a_large_ring() {
    assert_eq!(circular_fallbacks(&system(LENGTH, (1..LENGTH).map(|to| (to - 1, to)))), []);
}

#[test]
fn coming_back() {
    const COUNT: u32 = 20_000;
    let ring = system(COUNT, (0..COUNT).map(|from| (from, (from + 1) % COUNT)));
    let chain = system(COUNT, (1..COUNT).map(|to| (to - 1, to)));
    for system in [ring, chain] {
        let recovery = recover(&system, &[Fault::Component(ComponentIndex(COUNT - 1))]);
        assert_eq!(recovery.components.len(), COUNT as usize);
        assert_eq!(recovery.deadlocks, []);
    }
}

/// Nothing that walks the graph recurses.
#[test]
fn a_chain_of_three_hundred_thousand() {
    const COUNT: u32 = 300_000;
    let chain = system(COUNT, (1..COUNT).map(|to| (to - 1, to)));
    assert_eq!(Basis::of(&chain).entries.len(), 1);
    let (layout, _) = lay_out(&chain, Reading::of(Purpose::Structure));
    assert!(Order::Topological.of(&layout, &[0]).into_iter().eq(0..COUNT));
    assert_eq!(circular_dependencies(&chain), []);
    let paths = required_paths(&chain, ComponentIndex(0), ComponentIndex(COUNT - 1), 3, |_| true);
    assert_eq!(paths.iter().map(Vec::len).collect::<Vec<_>>(), [COUNT as usize - 1]);
}

#[test]
fn what_breaks_a_long_ring() {
    // With debug assertions petgraph looks through its lists at every step; without them this takes 0.5 s for 300,000.
    const COUNT: u32 = 3_000;
    let ring = system(COUNT, (0..COUNT).map(|from| (from, (from + 1) % COUNT)));
    let circles = circular_dependencies(&ring);
    assert_eq!((circles.len(), circles[0].circle.len(), circles[0].broken_without.len()), (1, COUNT as usize, 1));
}
