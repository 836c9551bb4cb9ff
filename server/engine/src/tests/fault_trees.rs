//! Fault trees in neutral JSON as systems: an event is a component with an explicit figure, a gate one that can't fail
//! by itself.
#![expect(clippy::print_stdout, reason = "says what was compared, and what was not there to compare with")]

use std::path::PathBuf;
use std::time::Instant;

use foreshock_model::{
    Alternatives, Component, ComponentIndex, Confidence, Dependency, DependencyIndex, DependencyKind, Layer, System,
};
use serde_json::Value;

use super::fixture;
use crate::{AvailabilityOptions as Options, Method, availability, minutes_per_year};

/// The files beside the repository, if they are there.
fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reliability").join(path);
    path.exists().then_some(path)
}

fn json(path: &PathBuf) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn whole(id: &str, unavailability: f64) -> Component {
    let mut component = fixture::component(id);
    component.reliability.whole = Some(fixture::figure(unavailability, Layer::Hardware));
    component
}

/// OR: requires each. AND: one of them is enough. At least k of n failing: n - k + 1 are needed.
fn tree(tree: &Value) -> System {
    let mut system = System::default();
    for (id, probability) in tree["events"].as_object().unwrap() {
        system.components.push(whole(id, probability.as_f64().unwrap()));
    }
    for id in tree["gates"].as_object().unwrap().keys() {
        system.components.push(whole(id, 0.0));
    }
    system.components.sort_by(|a, b| a.id.cmp(&b.id));
    let top = fixture::index(&system, tree["top"].as_str().unwrap());
    system.components[top.index()].entry = Some(1.0);
    for (id, gate) in tree["gates"].as_object().unwrap() {
        let args: Vec<ComponentIndex> =
            gate["args"].as_array().unwrap().iter().map(|arg| fixture::index(&system, arg.as_str().unwrap())).collect();
        let required = match gate["op"].as_str().unwrap() {
            "or" => None,
            "and" => Some(1),
            _ => Some(args.len() as u32 - gate["k"].as_u64().unwrap() as u32 + 1),
        };
        let from = fixture::index(&system, id);
        let first = system.dependencies.len() as u32;
        for &to in &args {
            system.dependencies.push(Dependency::new(
                from,
                to,
                DependencyKind::Requires,
                Confidence::Certain,
                Vec::new(),
            ));
        }
        if let Some(required) = required {
            let members = (first..system.dependencies.len() as u32).map(DependencyIndex).collect();
            system.alternatives.push(Alternatives { name: id.as_str().into(), members, required, shares_load: false });
        }
    }
    assert_eq!(system.check(), []);
    system
}

/// The engine's answers for a tree against those of two independent exact engines.
fn check(name: &str) {
    let Some(answers) = shared("answers.json") else {
        println!("skipped: ../shared/data/reliability is not beside the repository");
        return;
    };
    let answer = &json(&answers)["trees"][name];
    let system = tree(&json(&shared(&format!("fault-trees/{name}.json")).unwrap()));
    let start = Instant::now();
    let found = availability(&system, &Options::default());
    let took = start.elapsed();
    let [entry] = found.entries.as_slice() else { panic!("{name}: one entry") };
    let expected = answer["p_top"].as_f64().unwrap();
    let error = (entry.unavailability / expected - 1.0).abs();
    println!("{name:10} {:?} {:e} off by {error:.1e}, {took:.1?}", entry.method, entry.unavailability);
    assert_eq!(entry.method, Method::Exact, "{name}");
    assert!(error <= 1e-9, "{name}: {} not {expected}", entry.unavailability);
    let sets = entry.cut_sets.as_ref().unwrap();
    let by_order: Vec<u64> =
        answer["mcs_by_order_0_up"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect();
    assert_eq!(sets.by_order, by_order, "{name}");
    assert_eq!(sets.by_order.iter().sum::<u64>(), answer["mcs"].as_u64().unwrap());
    let mut order_1: Vec<String> = sets.order_1.iter().map(|event| event.name(&system)).collect();
    order_1.sort();
    let known = answer["order1_cut_sets"].as_array().into_iter().flatten();
    let known: Vec<String> = known.map(|event| format!("whole:{}", event.as_str().unwrap())).collect();
    // Where there are many, some of the answers list only the first.
    assert!(known.iter().all(|event| order_1.contains(event)), "{name}: {order_1:?}");
    assert_eq!(order_1.len() as u64, by_order.get(1).copied().unwrap_or(0));
    assert_eq!(sets.order_2.len() as u64, by_order.get(2).copied().unwrap_or(0));
    for (event, birnbaum) in answer["top_birnbaum"].as_object().into_iter().flatten() {
        let name = format!("whole:{event}");
        let importance = entry.importance.iter().find(|importance| importance.unit.name(&system) == name).unwrap();
        let birnbaum = birnbaum.as_f64().unwrap();
        assert!((importance.birnbaum / birnbaum - 1.0).abs() < 1e-9, "{name}: {} not {birnbaum}", importance.birnbaum);
    }
    let all: f64 = found.attribution.by_event.iter().map(|minutes| minutes.minutes_per_year).sum();
    assert!((all / minutes_per_year(found.expected) - 1.0).abs() < 1e-9, "{name}: {all}");
    assert!(found.range.0 <= found.expected && found.expected <= found.range.1);
}

macro_rules! trees {
    ($($name:ident)*) => { $(#[test] fn $name() { check(stringify!($name)); })* };
}

trees!(baobab1 chinese das9201 das9205 das9209 edf9205 edfpa15p elf9601 ftr10 isp9601 isp9605 jbd9601);
