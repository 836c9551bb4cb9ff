//! What happens in a cascade: what hits a component, what arrives at one, and the steps in which it gets worse.

use std::cmp::Ordering;

use foreshock_model::DependencyIndex;

use crate::Health;
use crate::cascade::effect::Cause;
use crate::layout::arrays::Layout;
use crate::layout::own::Load;

/// What a fault takes from one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hit {
    All,
    Failover,
    Range(u32, u32),
    Zone,
    /// Everything that moves to survivors is used up.
    Full,
    /// It serves with less, whatever it has lost.
    Degraded,
    /// It serves a part of what is asked, whatever it has lost.
    Overloaded,
}

/// How much a mode found to be asked of a component.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ModeLoad {
    pub(crate) component: u32,
    pub(crate) load: Load,
    pub(crate) via: Via,
    /// The step that tells why.
    pub(crate) parent: Option<u32>,
    /// The fault that asked for the mode.
    pub(crate) fault: u32,
}

/// One raise; or, before the first raise, a component that is slower or asked for more on the way to one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) component: u32,
    pub(crate) health: Health,
    pub(crate) function_lost: bool,
    pub(crate) at: f64,
    pub(crate) because: Cause,
    pub(crate) parent: Option<u32>,
}

/// Something that arrives at a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) at: f64,
    pub(crate) health: Health,
    pub(crate) lost_function: bool,
    pub(crate) target_down: bool,
    /// The component it reaches.
    pub(crate) component: u32,
    pub(crate) via: Via,
    /// The step that caused it.
    pub(crate) parent: Option<u32>,
}

/// How it arrives. Edges are those of the layout, dependencies those of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Via {
    /// A fault.
    Fault(u32),
    /// Requests that take longer because of this dependency.
    Slow(u32),
    /// More requests over this dependency, whose target it is.
    Traffic(u32),
    /// Requests that fail because of this dependency.
    Errors(u32),
    /// An edge, by what a fault did to the edge or to its caller.
    FaultAtEdge(u32, u32),
    /// An edge over which calls time out.
    Timeout(u32),
    /// An edge.
    Edge(u32),
}

impl Via {
    /// The cause it stands for; none for an edge that belongs to a group.
    pub(crate) fn cause(self, layout: &Layout) -> Option<Cause> {
        let dependency = |edge: u32| layout.edges.get(edge as usize).map(|edge| DependencyIndex(edge.dependency));
        match self {
            Via::Fault(fault) | Via::FaultAtEdge(_, fault) => Some(Cause::Fault(fault as usize)),
            Via::Slow(through) => Some(Cause::Slow(DependencyIndex(through))),
            Via::Errors(through) => Some(Cause::Errors(DependencyIndex(through))),
            Via::Traffic(through) => Some(Cause::Traffic(DependencyIndex(through))),
            Via::Timeout(edge) => dependency(edge).map(Cause::Timeout),
            Via::Edge(edge) => dependency(edge).map(Cause::Dependency),
        }
    }
}

impl Eq for Event {}

impl Ord for Event {
    /// The greatest is taken first: the earliest, then the worst, then by component and way.
    fn cmp(&self, other: &Event) -> Ordering {
        other
            .at
            .total_cmp(&self.at)
            .then_with(|| self.health.cmp(&other.health))
            .then_with(|| self.lost_function.cmp(&other.lost_function))
            .then_with(|| self.target_down.cmp(&other.target_down))
            .then_with(|| other.component.cmp(&self.component))
            .then_with(|| other.via.cmp(&self.via))
            .then_with(|| other.parent.cmp(&self.parent))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Event) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
