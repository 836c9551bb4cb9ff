//! The collection of reliability problems beside the repository, and gates and events as systems.
#![expect(clippy::print_stdout, reason = "says what was not there to compare with")]

use std::path::PathBuf;
use std::sync::Arc;

use foreshock_model::{
    Alternatives, Component, ComponentIndex, Confidence, Dependency, DependencyIndex, DependencyKind, Layer, System,
};
use serde_json::Value;

use super::fixture;

/// A file of the collection, if it is there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reliability").join(path);
    if !path.exists() {
        println!("skipped: {} is not beside the repository", path.display());
        return None;
    }
    Some(path)
}

pub(crate) fn json(path: &PathBuf) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What makes a gate fail.
pub(crate) enum Gate {
    /// Any of them: it requires each.
    Any(Vec<String>),
    /// All of them: one of them is enough.
    All(Vec<String>),
    /// At least k of the n: n - k + 1 are needed.
    AtLeast(u32, Vec<String>),
}

fn whole(id: &str, unavailability: f64) -> Component {
    let mut component = fixture::component(id);
    component.reliability.whole = Some(fixture::figure(unavailability, Layer::Hardware));
    component
}

/// An event is a component with an explicit figure, a gate one that can't fail by itself.
pub(crate) fn parts(events: Vec<(String, f64)>, gates: Vec<(String, Gate)>, top: &str) -> System {
    let mut system = System::default();
    system.components.extend(events.iter().map(|(id, probability)| Arc::new(whole(id, *probability))));
    system.components.extend(gates.iter().map(|(id, _)| Arc::new(whole(id, 0.0))));
    system.components.sort_by(|a, b| a.id.cmp(&b.id));
    let top = fixture::index(&system, top);
    Arc::make_mut(&mut system.components[top.index()]).entry = Some(1.0);
    for (id, gate) in &gates {
        let (members, required) = match gate {
            Gate::Any(members) => (members, None),
            Gate::All(members) => (members, Some(1)),
            Gate::AtLeast(count, members) => (members, Some(members.len() as u32 - count + 1)),
        };
        let from = fixture::index(&system, id);
        let first = system.dependencies.len() as u32;
        for member in members {
            let to: ComponentIndex = fixture::index(&system, member);
            let requires = Dependency::new(from, to, DependencyKind::Requires, Confidence::Certain, Vec::new());
            system.dependencies.push(Arc::new(requires));
        }
        if let Some(required) = required {
            let members = (first..system.dependencies.len() as u32).map(DependencyIndex).collect();
            system.alternatives.push(Alternatives { name: id.as_str().into(), members, required, shares_load: false });
        }
    }
    assert_eq!(system.check(), []);
    system
}
