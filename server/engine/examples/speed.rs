//! Prints how long the engine takes on generated systems: `cargo run --release -p foreshock-engine --example speed`.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // it is for reading

#[path = "../benches/generated/mod.rs"]
#[allow(dead_code)] // the benchmarks use more of it
mod generated;

use std::time::{Duration, Instant};

use foreshock_engine::{Assessment, Fault, Frozen, Scratch, assess};
use foreshock_model::{ComponentIndex, System};
use generated::{mesh, system};

/// Time this thread has spent on a processor, where the system tells (Linux): a busy machine does not count.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

/// The mean of runs that take a third of a second together, in processor time where it is known.
fn mean<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let (clock, before) = (Instant::now(), on_processor());
    let mut runs = 0;
    loop {
        let result = run();
        runs += 1;
        let used = before.zip(on_processor()).map(|(before, after)| after - before);
        let used = used.unwrap_or_else(|| clock.elapsed());
        if used > Duration::from_millis(333) {
            return (used / runs, result);
        }
    }
}

fn main() {
    let five = system(5_000, 20);
    let (built, frozen) = mean(|| Frozen::new(&five));
    let mut scratch = Scratch::default();
    let last = ComponentIndex(4_999);
    let (deep, _) = mean(|| frozen.run(&[Fault::Component(last)], &mut scratch));
    let worst: Vec<Fault> = (0..5_000).map(|index| Fault::Component(ComponentIndex(index))).collect();
    let (all, _) = mean(|| frozen.run(&worst, &mut scratch));
    println!("5,000 components, {} dependencies: layout {built:?}", five.dependencies.len());
    println!("  one cascade from a leaf {deep:?}, with every component failing {all:?}");

    let ten = system(10_000, 20);
    let (singles, touched) = mean(|| {
        let frozen = Frozen::new(&ten);
        let mut touched = 0;
        for index in 0..10_000 {
            frozen.run(&[Fault::Component(ComponentIndex(index))], &mut scratch);
            touched += scratch.touched().count();
        }
        touched
    });
    println!("10,000 components: all single faults {singles:?}, {touched} effects");

    for (count, extra) in [(100, 20), (1_000, 0), (1_000, 20), (1_000, 100)] {
        let system = system(count, extra);
        let (time, assessment) = mean(|| assess(&system));
        report(count, &system, time, &assessment);
    }
    for (width, layers) in [(4, 25), (8, 125)] {
        let system = mesh(width, layers);
        let (time, assessment) = mean(|| assess(&system));
        println!("mesh {width} x {layers}, 2 of 3, range {:?}:", assessment.score_range);
        report(width * layers, &system, time, &assessment);
    }
}

fn report(count: usize, system: &System, time: Duration, assessment: &Assessment) {
    println!(
        "{count} components, {} dependencies: assess {time:?}, score {:.2}, {:?}, {} single points, {} pairs",
        system.dependencies.len(),
        assessment.score.unwrap(),
        assessment.method,
        assessment.single_points.len(),
        assessment.pairs.len() + assessment.pairs_left_out
    );
}
