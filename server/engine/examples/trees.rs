//! Prints how long published fault trees take, in processor time: `cargo run --release -p foreshock-engine --example trees
//! FILE.json...`, files as in the collection of reliability problems beside the repository.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)] // it is for reading

use std::sync::Arc;
use std::time::{Duration, Instant};

use foreshock_engine::{AvailabilityOptions, assess, availability};
use foreshock_model::{
    Alternatives, Capacity, Component, ComponentId, ComponentKind, Confidence, Dependency, DependencyIndex,
    DependencyKind, Exposure, Failover, FailoverMode, Figure, Known, Layer, Probability, Recovery, Redundancy,
    Reliability, Replication, Seconds, Source, Sourced, System,
};
use serde_json::Value;

/// Time this thread has spent on a processor, where the system tells (Linux): a busy machine does not count.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or_default())
}

fn written() -> Source {
    Source::ProviderDefault("tree".into())
}

fn component(id: &str, unavailability: f64) -> Component {
    let seconds = Sourced { value: Seconds::new(60.0).unwrap(), source: written() };
    let figure = Figure {
        unavailability: Probability::new(unavailability).unwrap(),
        layer: Layer::Hardware,
        mttr: None,
        planned: Vec::new(),
        source: written(),
    };
    Component {
        id: ComponentId::new(id),
        kind: ComponentKind::Custom,
        label: id.into(),
        type_name: "custom".into(),
        place: None,
        extent: None,
        redundancy: Redundancy {
            instances: Known::Known(1),
            instances_source: written(),
            required: 1,
            zones: Known::Known(Vec::new()),
            zones_place: None,
            replication: Replication::ActiveActive,
            failover: Failover {
                mode: Known::Known(FailoverMode::None),
                seconds,
                coverage: Sourced { value: Probability::ONE, source: written() },
            },
        },
        reliability: Reliability { whole: Some(figure), ..Reliability::default() },
        capacity: Capacity::default(),
        domains: Vec::new(),
        region: None,
        recovery: Recovery::default(),
        agent: None,
        entry: None,
        may_be_absent: None,
        reader: false,
        exposure: Exposure::NotSaid,
    }
}

/// An event is a component with an explicit figure, a gate one that can't fail by itself.
fn tree(tree: &Value) -> System {
    let mut system = System::default();
    let events = tree["events"].as_object().unwrap();
    system
        .components
        .extend(events.iter().map(|(id, probability)| Arc::new(component(id, probability.as_f64().unwrap()))));
    let gates = tree["gates"].as_object().unwrap();
    system.components.extend(gates.keys().map(|id| Arc::new(component(id, 0.0))));
    system.components.sort_by(|a, b| a.id.cmp(&b.id));
    let top = system.find(tree["top"].as_str().unwrap()).unwrap();
    Arc::make_mut(&mut system.components[top.index()]).entry = Some(1.0);
    for (id, gate) in gates {
        let from = system.find(id).unwrap();
        let arguments = gate["args"].as_array().unwrap();
        let first = system.dependencies.len() as u32;
        for argument in arguments {
            let to = system.find(argument.as_str().unwrap()).unwrap();
            let kind = DependencyKind::Requires;
            system.dependencies.push(Arc::new(Dependency::new(from, to, kind, Confidence::Certain, Vec::new())));
        }
        let required = match gate["op"].as_str().unwrap() {
            "or" => continue,
            "and" => 1,
            _ => arguments.len() as u32 - gate["k"].as_u64().unwrap() as u32 + 1,
        };
        let members = (first..system.dependencies.len() as u32).map(DependencyIndex).collect();
        system.alternatives.push(Alternatives { name: id.as_str().into(), members, required, shares_load: false });
    }
    system
}

fn main() {
    println!("{:28} {:8} {:>22} {:>12} {:>9} {:>9}", "tree", "method", "unavailability", "cut sets", "assess", "all");
    for file in std::env::args().skip(1) {
        let system = tree(&serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap());
        let clock = Instant::now();
        let start = on_processor();
        let brief = assess(&system);
        let assessed = on_processor() - start;
        let start = on_processor();
        let found = availability(&system, &AvailabilityOptions::default());
        let all = on_processor() - start;
        let entry = &found.entries[0];
        let interval = entry.interval.map_or_else(String::new, |(low, high)| format!(" {low:.3e}..{high:.3e}"));
        let sets: u64 =
            entry.cut_sets.as_ref().map_or(0, |sets| sets.by_order.iter().fold(0, |a, b| a.saturating_add(*b)));
        println!(
            "{:28} {:8} {:>22.15e} {sets:>12} {:>8.2}s {:>8.2}s{interval} ({:?} when brief; {:.1} s)",
            file.rsplit('/').next().unwrap(),
            format!("{:?}", entry.method),
            entry.unavailability,
            assessed.as_secs_f64(),
            all.as_secs_f64(),
            brief.method,
            clock.elapsed().as_secs_f64(),
        );
    }
}
