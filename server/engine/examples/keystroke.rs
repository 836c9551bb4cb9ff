//! Prints what an assessment costs from scratch and after one component has changed, on generated systems:
//! `cargo run --release -p foreshock-engine --example keystroke -- 10000`.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)] // it is for reading

#[path = "../benches/generated/mod.rs"]
#[allow(dead_code)] // the benchmarks use more of it
mod generated;

use std::sync::Arc;
use std::time::{Duration, Instant};

use foreshock_engine::{Frozen, Kept, assess};
use foreshock_model::{Known, System};
use generated::{groups, mesh, simple, system};

/// Time this thread has spent on a processor, where the system tells (Linux): a busy machine does not count.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

/// The mean of so many runs, in processor time where it is known.
fn mean<T>(runs: u32, mut run: impl FnMut() -> T) -> Duration {
    let (clock, before) = (Instant::now(), on_processor());
    for _ in 0..runs {
        std::hint::black_box(run());
    }
    let used = before.zip(on_processor()).map(|(before, after)| after - before);
    used.unwrap_or_else(|| clock.elapsed()) / runs
}

/// One instance more of the component in the middle.
fn edited(system: &System) -> System {
    let mut edited = system.clone();
    let middle = edited.components.len() / 2;
    if let Known::Known(instances) = &mut Arc::make_mut(&mut edited.components[middle]).redundancy.instances {
        *instances += 1;
    }
    edited
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let count: usize = asked.first().map_or(1_000, |count| count.parse().unwrap());
    let systems: [(&str, &dyn Fn() -> System); 6] = [
        ("groups", &|| groups(count, false)),
        ("groups that share one", &|| groups(count, true)),
        ("star", &|| simple(count, true)),
        ("tree", &|| system(count, 0)),
        ("mesh", &|| mesh(8, count / 8)),
        ("chain", &|| simple(count, false)),
    ];
    for (name, made) in systems.iter().filter(|(name, _)| asked.get(1).is_none_or(|asked| name == asked)) {
        let system = made();
        let frozen = mean(1, || Frozen::new(&system));
        let scratch = mean(1, || assess(&system));
        let kept = Kept::of(&system);
        let other = edited(&system);
        let now = Kept::of(&other);
        let mut is_other = false;
        let next = mean(10, || {
            is_other = !is_other;
            if is_other { kept.next(&other) } else { now.next(&system) }
        });
        let same = mean(10, || kept.next(&system));
        println!(
            "{count} components, {name}: layout {frozen:.2?}, from scratch {scratch:.2?}, after an edit {next:.2?}, after none {same:.2?}"
        );
    }
}
