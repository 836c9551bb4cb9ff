//! The readings of one system that an assessment needs, each laid out once.

use foreshock_model::{Dependency, DependencyKind, System};

use crate::cascade::frozen::Frozen;
use crate::layout::arrays::Layout;
use crate::layout::contribution::PARTIAL_UP_TO;
use crate::layout::reading::{Purpose, Reading};

/// The readings; those that are the same for this system share one layout.
pub(crate) struct Readings {
    simulation: Frozen,
    service: Option<Frozen>,
    structure: Option<Frozen>,
}

impl Readings {
    pub(crate) fn of(system: &System) -> Readings {
        let special =
            |dependency: &Dependency| dependency.breaker || dependency.buffer.is_some() || is_unsettled(dependency);
        let is_whole = system.components.iter().any(|component| component.reliability.whole.is_some());
        let differs = is_whole || system.dependencies.iter().any(|dependency| special(dependency));
        let split = system.dependencies.iter().any(|dependency| is_unsettled(dependency));
        let read = |purpose| Frozen::read(system, Reading::of(purpose));
        Readings {
            simulation: Frozen::new(system),
            service: differs.then(|| read(Purpose::Service)),
            structure: split.then(|| read(Purpose::Structure)),
        }
    }

    pub(crate) fn simulation(&self) -> &Frozen {
        &self.simulation
    }

    /// Only diagrams are asked about the service.
    pub(crate) fn service(&self) -> &Layout {
        &self.service.as_ref().unwrap_or(&self.simulation).layout
    }

    pub(crate) fn structure(&self) -> &Frozen {
        self.structure.as_ref().or(self.service.as_ref()).unwrap_or(&self.simulation)
    }

    /// Whether what stands and falls is the same for the score and for single points.
    pub(crate) fn one_structure(&self) -> bool {
        self.structure.is_none()
    }

    /// Whether a simulation shows what stands and falls.
    pub(crate) fn one_cascade(&self) -> bool {
        self.service.is_none() && self.structure.is_none()
    }
}

/// A partial dependency without a declared fallback: the score counts a lost function, the structure the whole.
fn is_unsettled(dependency: &Dependency) -> bool {
    dependency.share() <= PARTIAL_UP_TO && !dependency.fallback && dependency.kind == DependencyKind::Requires
}
