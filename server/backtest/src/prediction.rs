//! Who predicts: the engine, in two ways, and five that know nothing.

use foreshock_engine::{Basis, Cascade, Health, cascade, entry_loss, likely_entry_loss};
use foreshock_model::{Dependency, DependencyKind, Plane};

use crate::Incident;
use crate::incident::Class;

/// A way to tell what an incident affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Predictor {
    /// The engine's cascade, the worst that the rules allow.
    Cascade,
    /// What the engine calls likely.
    Likely,
    /// Whatever can reach the failed component over the data plane; over an optional or async edge it is degraded. The
    /// predictor to beat.
    DataPlane,
    /// Whatever can reach it over edges that require.
    Requires,
    /// Whatever can reach it over edges of any kind and plane.
    Reachable,
    /// All of the graph.
    Everything,
    /// The failed component alone.
    OnlyTheRoot,
}

/// What one predictor says of one incident.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prediction {
    /// Per component.
    pub(crate) classes: Vec<Class>,
    /// 0..=10: ten times the share of the entry service that is lost; none without an entry.
    pub(crate) severity: Option<f64>,
}

impl Predictor {
    /// The engine first, then the trivial ones.
    pub const ALL: [Predictor; 7] = [
        Predictor::Cascade,
        Predictor::Likely,
        Predictor::DataPlane,
        Predictor::Requires,
        Predictor::Reachable,
        Predictor::Everything,
        Predictor::OnlyTheRoot,
    ];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Predictor::Cascade => "foreshock",
            Predictor::Likely => "foreshock_likely",
            Predictor::DataPlane => "reachable_over_data_plane",
            Predictor::Requires => "reachable_over_requires",
            Predictor::Reachable => "everything_reachable",
            Predictor::Everything => "everything",
            Predictor::OnlyTheRoot => "only_the_root",
        }
    }

    /// What it says of an incident.
    pub(crate) fn predict(self, incident: &Incident) -> Prediction {
        let basis = Basis::of(&incident.system);
        match self {
            Predictor::Cascade | Predictor::Likely => {
                of_engine(self == Predictor::Likely, incident, &basis, &cascade(&incident.system, &incident.faults))
            }
            _ => {
                let classes = self.knowing_nothing(incident);
                let severity = severity(&basis, &classes);
                Prediction { classes, severity }
            }
        }
    }

    fn knowing_nothing(self, incident: &Incident) -> Vec<Class> {
        let worst = incident.root_class();
        let carries: &dyn Fn(&Dependency) -> bool = match self {
            Predictor::DataPlane => &|dependency| dependency.plane == Plane::Data,
            Predictor::Requires => &|dependency| dependency.kind == DependencyKind::Requires,
            Predictor::Reachable => &|_| true,
            Predictor::Everything => return vec![worst; incident.system.components.len()],
            _ => &|_| false,
        };
        let softens =
            |dependency: &Dependency| self == Predictor::DataPlane && dependency.kind != DependencyKind::Requires;
        let mut classes = vec![Class::Unaffected; incident.system.components.len()];
        let mut open: Vec<_> = incident.roots().into_iter().chain([incident.fault]).map(|root| (root, worst)).collect();
        while let Some((next, class)) = open.pop() {
            match classes.get_mut(next.index()) {
                Some(known) if *known < class => *known = class,
                _ => continue,
            }
            let callers = incident.system.dependencies.iter().filter(|it| it.to == next && carries(it));
            open.extend(callers.map(|it| (it.from, if softens(it) { Class::Degraded.min(class) } else { class })));
        }
        classes
    }
}

/// What the engine says, at worst or likely.
pub(crate) fn of_engine(likely: bool, incident: &Incident, basis: &Basis, cascade: &Cascade) -> Prediction {
    let mut classes = vec![Class::Unaffected; incident.system.components.len()];
    for effect in &cascade.effects {
        if let Some(slot) = classes.get_mut(effect.component.index()) {
            *slot = match if likely { effect.likely.health } else { effect.health } {
                Health::Healthy => Class::Unaffected,
                Health::Degraded | Health::Overloaded => Class::Degraded,
                Health::Down => Class::Down,
            };
        }
    }
    let loss = if likely { likely_entry_loss(basis, cascade) } else { entry_loss(basis, cascade) };
    Prediction { classes, severity: loss.map(|loss| 10.0 * loss) }
}

/// What of the service is lost when components fare like this, a degraded one as the score counts a lost function.
fn severity(basis: &Basis, classes: &[Class]) -> Option<f64> {
    const DEGRADED: f64 = 0.25;
    let all: f64 = basis.entries.iter().map(|entry| entry.weight).sum();
    let lost = basis.entries.iter().map(|entry| {
        entry.weight
            * match classes.get(entry.component.index()) {
                Some(Class::Down) => 1.0,
                Some(Class::Degraded) => DEGRADED,
                _ => 0.0,
            }
    });
    (all > 0.0).then(|| 10.0 * lost.fold(0.0, |sum, lost| sum + lost) / all)
}
