//! How a system comes back: what [`recover`](crate::recover) tells.

use foreshock_model::{Cause, ComponentIndex, Scale, Seconds};

use crate::Health;

/// A time that is not known for sure. `None`: never by itself, see [`Recovery::deadlocks`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Span {
    /// One in ten is shorter.
    pub p10: Option<Seconds>,
    /// Half are shorter.
    pub p50: Option<Seconds>,
    /// Nine in ten are shorter.
    pub p90: Option<Seconds>,
}

/// How one component comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    /// Which.
    pub component: ComponentIndex,
    /// How bad it was.
    pub health: Health,
    /// From the faults until it serves again, that is, is not DOWN; zero if it never stopped.
    pub serves: Span,
    /// From the faults until it is as before: with all instances and functions.
    pub whole: Span,
    /// What it waits for last before it serves (or, if it never stopped, is whole); none when that is its own repair.
    /// Following this leads along the critical path.
    pub waits_for: Option<ComponentIndex>,
    /// Whether its own times are defaults, in part at least.
    pub assumed: bool,
    /// The row of the table of outages that its own repair was drawn from: the cause (none: any), and whose outages. None where
    /// somebody said how long, or nothing of its own is broken.
    pub drawn: Option<(Option<Cause>, Scale)>,
}

/// One step of a deadlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// What waits for the next one; the last one waits for the first.
    pub component: ComponentIndex,
    /// It needs the next one to be repaired. Otherwise: to serve.
    pub to_be_repaired: bool,
}

/// Components that can't come back without each other, at least one of them because it is needed to repair another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecoveryDeadlock {
    /// The circle, from its first component by index.
    pub circle: Vec<Waiting>,
}

/// How a system comes back after a set of faults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recovery {
    /// Everything that was worse than without the faults, in the order of restoration: by the median of `serves`, then
    /// of `whole`, then by component; last what never comes back by itself.
    pub components: Vec<Restored>,
    /// Until every entry point serves again; none if they all did all the time.
    pub service: Option<Span>,
    /// Until everything serves again; none if nothing was DOWN.
    pub everything: Option<Span>,
    /// What stands in the way.
    pub deadlocks: Vec<RecoveryDeadlock>,
}
