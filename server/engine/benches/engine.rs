//! `cargo bench -p foreshock-engine`: what the engine costs on generated systems. docs/performance.md says how to read
//! it.

#![allow(missing_docs)] // divan writes the functions

#[path = "generated/mod.rs"]
#[allow(dead_code)] // the examples use more of it
mod generated;

use divan::Bencher;
use foreshock_engine::{
    Basis, Budget, Factor, Fault, Frozen, Scratch, Sweep, SweepOptions as Options, assess, enumerate, sweep,
};
use foreshock_model::{ComponentIndex, System};
use generated::system;

fn main() {
    divan::main();
}

const ALL: Options = Options { budget: Budget::UNLIMITED };

/// The last component is down: a leaf, as deep as any.
fn last(count: usize) -> Fault {
    Fault::Component(ComponentIndex(count as u32 - 1))
}

fn swept(system: &System) -> Sweep {
    sweep(system, &Basis::of(system), &ALL, &|_| {})
}

#[divan::bench(args = [100, 1_000, 5_000, 10_000, 100_000])]
fn one_fault(bencher: Bencher<'_, '_>, count: usize) {
    let frozen = Frozen::new(&system(count, 20));
    let mut scratch = Scratch::default();
    bencher.bench_local(|| frozen.run(&[last(count)], &mut scratch));
}

#[divan::bench(args = [1_000, 10_000, 100_000], max_time = 3)]
fn all_single_faults(bencher: Bencher<'_, '_>, count: usize) {
    let frozen = Frozen::new(&system(count, 20));
    let mut scratch = Scratch::default();
    bencher.bench_local(|| {
        for index in 0..count as u32 {
            frozen.run(&[Fault::Component(ComponentIndex(index))], &mut scratch);
        }
    });
}

#[divan::bench(args = [100, 1_000, 10_000, 100_000], max_time = 3)]
fn layout(bencher: Bencher<'_, '_>, count: usize) {
    let system = system(count, 20);
    bencher.bench_local(|| Frozen::new(&system));
}

#[divan::bench(args = [1_000, 10_000])]
fn one_slow_component(bencher: Bencher<'_, '_>, count: usize) {
    let frozen = Frozen::new(&system(count, 20));
    let mut scratch = Scratch::default();
    let slow = Fault::Latency { component: ComponentIndex(count as u32 - 1), factor: Factor::thousandths(10_000) };
    bencher.bench_local(|| frozen.run(&[slow], &mut scratch));
}

#[divan::bench(args = [1_000, 10_000], max_time = 3)]
fn three_times_the_traffic(bencher: Bencher<'_, '_>, count: usize) {
    let frozen = Frozen::new(&system(count, 20));
    let mut scratch = Scratch::default();
    let traffic = Fault::Traffic { entry: None, factor: Factor::thousandths(3_000) };
    bencher.bench_local(|| frozen.run(&[traffic], &mut scratch));
}

#[divan::bench]
fn enumerate_a_thousand(bencher: Bencher<'_, '_>) {
    let system = system(1_000, 20);
    bencher.bench_local(|| enumerate(&system).len());
}

/// Every scenario of 1,000 components, uncapped; `extra` of 100 components have a second caller.
#[divan::bench(args = [0, 20, 100], sample_count = 5, sample_size = 1)]
fn full_sweep_of_a_thousand(bencher: Bencher<'_, '_>, extra: usize) {
    let system = system(1_000, extra);
    bencher.bench_local(|| swept(&system));
}

/// The sweep after the number of required instances of so many components has changed.
#[divan::bench(args = [0, 1, 10, 100], sample_count = 5, sample_size = 1)]
fn sweep_of_a_thousand_after_changes(bencher: Bencher<'_, '_>, changes: usize) {
    after_changes(bencher, 1_000, changes);
}

/// The sweep after one change in systems of several sizes.
#[divan::bench(args = [125, 250, 500, 1_000], sample_count = 5, sample_size = 1)]
fn sweep_after_one_change(bencher: Bencher<'_, '_>, count: usize) {
    after_changes(bencher, count, 1);
}

fn after_changes(bencher: Bencher<'_, '_>, count: usize, changes: usize) {
    let old = system(count, 20);
    let new = generated::changed(&old, changes);
    let basis = Basis::of(&new);
    let before = swept(&old);
    bencher
        .with_inputs(|| before.clone())
        .bench_local_values(|before| before.updated(&old, &new, &basis, &ALL, &|_| {}));
}

/// Mostly building decision diagrams and weighing them.
#[divan::bench(args = [100, 1_000], max_time = 3)]
fn assessment(bencher: Bencher<'_, '_>, count: usize) {
    let system = system(count, 20);
    bencher.bench_local(|| assess(&system));
}
