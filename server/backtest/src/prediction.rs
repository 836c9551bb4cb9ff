//! Who predicts: the engine, and three that know nothing.

use foreshock_engine::{Fault, Frozen, Health, Scratch};

use crate::Incident;

/// A way to tell what an incident affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Predictor {
    /// The engine's cascade: whatever is worse than without the fault.
    Cascade,
    /// Whatever can reach the failed component over dependencies of any kind.
    Reachable,
    /// All of the graph.
    Everything,
    /// The failed component alone.
    OnlyTheRoot,
}

impl Predictor {
    /// The engine first, then the trivial ones.
    pub const ALL: [Predictor; 4] =
        [Predictor::Cascade, Predictor::Reachable, Predictor::Everything, Predictor::OnlyTheRoot];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Predictor::Cascade => "foreshock",
            Predictor::Reachable => "everything_reachable",
            Predictor::Everything => "everything",
            Predictor::OnlyTheRoot => "only_the_root",
        }
    }

    /// Per component: whether it is affected.
    pub(crate) fn affected(self, incident: &Incident) -> Vec<bool> {
        let count = incident.system.components.len();
        let only = |index: usize| index == incident.fault.index();
        match self {
            Predictor::Cascade => cascade(incident),
            Predictor::Reachable => reachable(incident),
            Predictor::Everything => vec![true; count],
            Predictor::OnlyTheRoot => (0..count).map(only).collect(),
        }
    }
}

fn cascade(incident: &Incident) -> Vec<bool> {
    let frozen = Frozen::new(&incident.system);
    let mut scratch = Scratch::default();
    frozen.run(&[Fault::Component(incident.fault)], &mut scratch);
    let mut affected = vec![false; incident.system.components.len()];
    for (component, health) in scratch.touched() {
        if let Some(slot) = affected.get_mut(component.index()) {
            *slot = health > Health::Healthy;
        }
    }
    affected
}

fn reachable(incident: &Incident) -> Vec<bool> {
    let mut affected = vec![false; incident.system.components.len()];
    let mut open = vec![incident.fault];
    while let Some(next) = open.pop() {
        match affected.get_mut(next.index()) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        let callers = incident.system.dependencies.iter().filter(|dependency| dependency.to == next);
        open.extend(callers.map(|dependency| dependency.from));
    }
    affected
}
