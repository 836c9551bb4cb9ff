//! The state of a cascade: of each component, of each group and of each edge; and what it is without any fault.

use foreshock_model::ComponentIndex;

use crate::Health;

/// What a group has seen of its members.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct GroupCount {
    /// Members contributing at least DEGRADED, OVERLOADED, DOWN.
    pub(crate) at_least: [u32; 3],
    pub(crate) lost_functions: u32,
    pub(crate) any_down: bool,
}

/// What a member has contributed to its group, or a partial dependency to its caller's sum.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carried {
    pub(crate) health: Health,
    pub(crate) lost_function: bool,
    pub(crate) target_down: bool,
}

/// A component's state without any fault, or in the middle of a cascade.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) health: Health,
    pub(crate) lost_function: bool,
    pub(crate) hot: bool,
    /// Weights of the lost partial dependencies.
    pub(crate) partials: u64,
}

/// The fixpoint without any fault.
#[derive(Clone, Debug, Default)]
pub(crate) struct Base {
    pub(crate) states: Vec<State>,
    pub(crate) groups: Vec<GroupCount>,
    pub(crate) carried: Vec<Carried>,
    /// The components that are not HEALTHY even so.
    pub(crate) unwell: Vec<(ComponentIndex, Health)>,
}
