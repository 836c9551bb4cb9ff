//! Prints how long the engine takes on generated systems: `cargo run --release -p foreshock-engine --example speed`.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // it is for reading

use std::time::{Duration, Instant};

use foreshock_engine::{Assessment, Fault, Frozen, Scratch, assess};
use foreshock_model::{
    Alternatives, Capacity, Component, ComponentId, ComponentIndex, ComponentKind, Confidence, Dependency,
    DependencyIndex, DependencyKind, Domain, Failover, FailoverMode, Figure, Known, Layer, Probability, Recovery,
    Redundancy, Reliability, Replication, Seconds, Source, Sourced, System, ZoneIndex,
};

/// A small generator of numbers (xorshift), so that every run measures the same systems.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

fn source() -> Source {
    Source::ProviderDefault("generated".into())
}

fn figure(unavailability: f64) -> Figure {
    let unavailability = Probability::clamped(unavailability);
    Figure { unavailability, layer: Layer::Hardware, mttr: Seconds::new(3600.0), source: source() }
}

fn component(index: usize, numbers: &mut Numbers) -> Component {
    let single = numbers.below(3) == 0;
    let instances = if single { 1 } else { 2 + numbers.below(2) as u32 };
    let standby = numbers.below(5) == 0;
    let first = numbers.below(3) as u32;
    let zones = (0..instances.min(3)).map(|turn| ZoneIndex((first + turn) % 3)).collect();
    Component {
        id: ComponentId::new(format!("c{index:06}")),
        kind: if index == 0 { ComponentKind::LoadBalancer } else { ComponentKind::AppServer },
        label: "generated".into(),
        type_name: "generated".into(),
        place: None,
        extent: None,
        redundancy: Redundancy {
            instances: Known::Known(instances),
            instances_source: source(),
            required: 1,
            zones: Known::Known(zones),
            zones_place: None,
            replication: if standby { Replication::PrimaryStandby } else { Replication::ActiveActive },
            failover: Failover {
                mode: Known::Known(FailoverMode::Automatic),
                seconds: Sourced { value: Seconds::ZERO, source: source() },
                coverage: Sourced { value: Probability::clamped(0.95), source: source() },
            },
        },
        reliability: Reliability {
            instance: Some(figure(1e-3)),
            service: Some(figure(1e-5)),
            ..Reliability::default()
        },
        capacity: Capacity::default(),
        domains: Vec::new(),
        region: None,
        recovery: Recovery::default(),
        agent: None,
        entry: None,
    }
}

/// Component `i` is called by one earlier component, near it when `deep`; `extra` of 100 have a second caller, and
/// every tenth caller sees two of its dependencies as alternatives.
fn system(count: usize, extra: usize) -> System {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut system = System::default();
    for name in ["a", "b", "c"] {
        system.zones.push(Domain { name: name.into(), figure: figure(1e-4) });
    }
    system.components = (0..count).map(|index| component(index, &mut numbers)).collect();
    let mut links = Vec::new();
    for to in 1..count {
        links.push((to.saturating_sub(1) / 4, to));
        if numbers.below(100) < extra {
            links.push((numbers.below(to), to));
        }
    }
    links.sort_unstable();
    links.dedup();
    let index = |index: usize| ComponentIndex(index as u32);
    for &(from, to) in &links {
        let kind = if numbers.below(8) == 0 { DependencyKind::Optional } else { DependencyKind::Requires };
        let mut dependency = Dependency::new(index(from), index(to), kind, Confidence::Certain, Vec::new());
        dependency.timeout = Seconds::new(numbers.below(30) as f64);
        system.dependencies.push(dependency);
    }
    for caller in (0..count).step_by(10) {
        let calls = |&(_, dependency): &(usize, &Dependency)| dependency.from == index(caller);
        let members: Vec<DependencyIndex> = system
            .dependencies
            .iter()
            .enumerate()
            .filter(calls)
            .take(2)
            .map(|(index, _)| DependencyIndex(index as u32))
            .collect();
        if members.len() == 2 {
            let name = format!("g{caller}").into();
            system.alternatives.push(Alternatives { name, members, required: 1, shares_load: true });
        }
    }
    system
}

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
    let (sweep, touched) = mean(|| {
        let frozen = Frozen::new(&ten);
        let mut touched = 0;
        for index in 0..10_000 {
            frozen.run(&[Fault::Component(ComponentIndex(index))], &mut scratch);
            touched += scratch.touched().count();
        }
        touched
    });
    println!("10,000 components: all single faults {sweep:?}, {touched} effects");

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

/// Layers of `width`, each component needing two of three in the next layer: what decision diagrams are worst at.
fn mesh(width: usize, layers: usize) -> System {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut system = System { components: Vec::new(), ..system(1, 0) };
    system.components = (0..width * layers).map(|index| component(index, &mut numbers)).collect();
    for caller in 0..width * (layers - 1) {
        let next = (caller / width + 1) * width;
        let mut targets: Vec<usize> = (0..3).map(|turn| next + (caller + turn) % width).collect();
        targets.sort_unstable();
        let first = system.dependencies.len() as u32;
        for to in targets {
            let (from, to) = (ComponentIndex(caller as u32), ComponentIndex(to as u32));
            let evidence = Vec::new();
            system.dependencies.push(Dependency::new(
                from,
                to,
                DependencyKind::Requires,
                Confidence::Certain,
                evidence,
            ));
        }
        let members = (first..first + 3).map(DependencyIndex).collect();
        let name = format!("g{caller}").into();
        system.alternatives.push(Alternatives { name, members, required: 2, shares_load: false });
    }
    system
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
