//! Prints how far the engine is from what the memory allows, and how much memory it takes. Times are processor time of
//! one thread, the shortest of seven runs:
//! `cargo run --release -p foreshock-engine --example floor`.

#![allow(clippy::print_stdout)] // it is for reading

#[path = "../benches/generated/mod.rs"]
#[allow(dead_code)] // the benchmarks use more of it
mod generated;

use std::hint::black_box;
use std::time::{Duration, Instant};

use foreshock_engine::{Basis, Budget, Fault, Frozen, Outcome, Scratch, SweepOptions as Options, enumerate, sweep};
use foreshock_model::ComponentIndex;
use generated::system;

/// Time this thread has spent on a processor, where the system tells (Linux): a busy machine does not count.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

/// The shortest of some runs, in processor time of this thread where it is known.
fn shortest(mut run: impl FnMut()) -> Duration {
    (0..7).map(|_| once(&mut run)).min().unwrap_or_default()
}

fn once(run: impl FnOnce()) -> Duration {
    let (clock, before) = (Instant::now(), on_processor());
    run();
    before.zip(on_processor()).map_or_else(|| clock.elapsed(), |(before, after)| after - before)
}

/// The same on the clock, whatever else the machine does.
fn shortest_on_the_clock(mut run: impl FnMut()) -> Duration {
    let time = |_: usize| {
        let clock = Instant::now();
        run();
        clock.elapsed()
    };
    (0..7).map(time).min().unwrap_or_default()
}

/// Bytes a second that this machine reads from memory, one after the other, with one processor.
fn bandwidth() -> f64 {
    let block: Vec<u64> = (0..32 << 20).collect();
    let time = shortest(|| {
        black_box(block.iter().fold(0u64, |sum, number| sum.wrapping_add(*number)));
    });
    size_of_val(block.as_slice()) as f64 / time.as_secs_f64()
}

/// The most memory this process has had so far, where the system tells (Linux).
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0)
}

fn report(what: &str, bytes: f64, bandwidth: f64, time: Duration) {
    let floor = bytes / bandwidth;
    let times = time.as_secs_f64() / floor;
    println!("{what}: {time:?}; {:.0} KB touched, floor {:.1} us, {times:.0} times that", bytes / 1e3, floor * 1e6);
}

fn main() {
    memory();
    let bandwidth = bandwidth();
    println!("streaming read: {:.1} GB/s", bandwidth / 1e9);

    let five = Frozen::new(&system(5_000, 20));
    let mut scratch = Scratch::default();
    let leaf = [Fault::Component(ComponentIndex(4_999))];
    let one = shortest(|| (0..100_000).for_each(|_| five.run(&leaf, &mut scratch))) / 100_000;
    report("one fault on 5,000", five.bytes_looked_at(&scratch) as f64, bandwidth, one);

    let ten = Frozen::new(&system(10_000, 20));
    let faults: Vec<[Fault; 1]> = (0..10_000).map(|index| [Fault::Component(ComponentIndex(index))]).collect();
    let bytes: usize = faults
        .iter()
        .map(|fault| {
            ten.run(fault, &mut scratch);
            ten.bytes_looked_at(&scratch)
        })
        .sum();
    let all = shortest(|| faults.iter().for_each(|fault| ten.run(fault, &mut scratch)));
    report("all single faults on 10,000", bytes as f64, bandwidth, all);

    for extra in [0, 20, 100] {
        let thousand = system(1_000, extra);
        let basis = Basis::of(&thousand);
        let options = Options { budget: Budget::UNLIMITED };
        let run = || drop(black_box(sweep(&thousand, &basis, &options, &|_| {})));
        let Ok(one) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else { continue };
        let time = one.install(|| shortest(run));
        let all = shortest_on_the_clock(run);
        let results = enumerate(&thousand).len();
        // Less than that is not possible: every outcome is written.
        let bytes = results as f64 * size_of::<Outcome>() as f64;
        report(&format!("{results} scenarios of 1,000 ({extra} % with a second caller)"), bytes, bandwidth, time);
        println!("  with {} threads {all:?} on the clock", rayon::current_num_threads());
    }

    for changes in [0, 1, 10, 100] {
        after_changes(1_000, changes);
    }
    for count in [125, 250, 500] {
        after_changes(count, 1);
    }
}

/// The sweep of the next version: by the size of the change, and by the size of the system.
fn after_changes(count: usize, changes: usize) {
    let old = system(count, 20);
    let new = generated::changed(&old, changes);
    let basis = Basis::of(&new);
    let options = Options { budget: Budget::UNLIMITED };
    let before = sweep(&old, &Basis::of(&old), &options, &|_| {});
    let Ok(one) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else { return };
    let mut rerun = 0;
    let mut next = || {
        let before = before.clone();
        once(|| rerun = black_box(before.updated(&old, &new, &basis, &options, &|_| {})).rerun)
    };
    let updated = one.install(|| (0..7).map(|_| next()).min().unwrap_or_default());
    let from_scratch = one.install(|| shortest(|| drop(black_box(sweep(&new, &basis, &options, &|_| {})))));
    println!(
        "{changes} of {count} components changed: {rerun} of {} scenarios run again, {updated:?}; from scratch \
         {from_scratch:?}",
        before.run
    );
}

/// Before anything else, so that the peak is of this.
fn memory() {
    let Some(before) = peak() else { return };
    let ten = system(10_000, 20);
    let with_system = peak().unwrap_or(before);
    let frozen = Frozen::new(&ten);
    let mut scratch = Scratch::default();
    for index in 0..10_000 {
        frozen.run(&[Fault::Component(ComponentIndex(index))], &mut scratch);
    }
    let with_layout = peak().unwrap_or(before);
    let budget = Budget(500_000);
    let swept = sweep(&ten, &Basis::of(&ten), &Options { budget }, &|_| {});
    let with_sweep = peak().unwrap_or(before);
    let mb = |bytes: f64| bytes / 1e6;
    println!(
        "memory at 10,000 components: the system {:.0} MB, with its layout and all single faults {:.0} MB, with {} \
         scenarios swept and kept for the next version {:.0} MB, all told",
        mb(with_system - before),
        mb(with_layout - before),
        swept.run,
        mb(with_sweep - before)
    );
}
