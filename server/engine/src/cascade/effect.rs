//! What a cascade comes to: effects on components, why, and how one led to the next.

use foreshock_model::{ComponentIndex, DependencyIndex, Seconds};

use crate::Health;

/// Why a component is worse than without the faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// A fault hit it: the index into the faults. A cut dependency hits its caller.
    Fault(usize),
    /// A dependency passed it on.
    Dependency(DependencyIndex),
    /// A group of alternatives passed it on: the index into `system.alternatives`.
    Alternatives(usize),
    /// A member of this group of alternatives is lost, and those that are left are up only because of the component
    /// itself: the index into `system.alternatives`.
    CircularFallback(usize),
    /// What it calls over this dependency takes longer than it waits (latency mode).
    Timeout(DependencyIndex),
    /// What it calls over this dependency takes longer, so that it has more requests in work (latency mode).
    Slow(DependencyIndex),
    /// It is asked for more, the most of it over this dependency, whose target it is (traffic mode).
    Traffic(DependencyIndex),
    /// What it calls over this dependency fails a share of its requests.
    Errors(DependencyIndex),
}

/// What a mode could not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Unsettled {
    /// Latency mode: it is in a cycle of calls whose times still grew after as many rounds as the cycle has members. Each
    /// member is counted with what it takes by itself and what it directly calls, so that no limit is said to be
    /// exceeded because requests go round.
    UnboundedLatency(ComponentIndex),
    /// Traffic mode: the same for requests; what they come to is compared after as many rounds with and without faults.
    /// Or its failures and the attempts they cause still fed each other after a thousand rounds; then it is offered more
    /// than was found.
    UnboundedTraffic(ComponentIndex),
    /// Latency mode: a fault multiplies its latency, which nobody states.
    UnknownLatency(ComponentIndex),
    /// Traffic mode: more is asked of it, and nobody states how much it can take.
    UnknownCapacity(ComponentIndex),
}

/// What became of one component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Which.
    pub component: ComponentIndex,
    /// How it fares.
    pub health: Health,
    /// When it got that bad, in seconds after the faults.
    pub at: Seconds,
    /// A function is lost, not only a reserve: always when DOWN; when DEGRADED or OVERLOADED, if an optional, async or
    /// partial dependency or one behind a breaker is DOWN, here or at a component it requires.
    pub function_lost: bool,
    /// Why.
    pub because: Cause,
    /// How long one of its requests takes, what it waits for included: in latency mode, where it can be known.
    pub latency: Option<Seconds>,
    /// The share of its requests that it fails, 0..=1, where a fault makes requests fail.
    pub errors: Option<f64>,
    /// What is likely, beside the worst.
    pub likely: Likely,
}

/// What is likely of a component, beside the worst that the rules allow (semantics, "Worst and likely"): never worse than
/// that, shown and never counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Likely {
    /// How it fares, more likely than not.
    pub health: Health,
    /// How likely it is DOWN, 0..=1.
    pub down: f64,
    /// Share of its service that is lost on average, 0..=1.
    pub loss: f64,
}

/// What a set of faults does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cascade {
    /// The components that are worse than without the faults, each once with its final health, in time order, then by
    /// component.
    pub effects: Vec<Effect>,
    /// What a mode could not tell, by kind and component.
    pub unsettled: Vec<Unsettled>,
    /// Every step on the way there, with the step that caused it.
    pub(crate) steps: Vec<(Effect, Option<u32>)>,
    pub(crate) by_component: Vec<(ComponentIndex, u32)>,
    pub(crate) unwell: Vec<(ComponentIndex, Health)>,
}

impl Cascade {
    /// The health of a component, faults or not. O(log n).
    pub fn health(&self, component: ComponentIndex) -> Health {
        let faultless = || {
            let found = self.unwell.binary_search_by_key(&component, |&(component, _)| component).ok()?;
            self.unwell.get(found).map(|&(_, health)| health)
        };
        self.effect(component).map(|effect| effect.health).or_else(faultless).unwrap_or_default()
    }

    /// The effect on a component, if the faults made it worse. O(log n).
    pub fn effect(&self, component: ComponentIndex) -> Option<&Effect> {
        self.steps.get(self.last_step(component)? as usize).map(|(effect, _)| effect)
    }

    /// Where the last step of a component stands among all steps: what led to a step stands before it. None where the
    /// component is no worse than without the faults. O(log n).
    pub fn order(&self, component: ComponentIndex) -> Option<u32> {
        self.last_step(component)
    }

    /// From the effect on this component back to the fault, cause by cause; the last one's cause is a fault. Empty when
    /// the component is no worse than without faults. In latency and traffic mode the way leads over components that
    /// are only slower or asked for more; their health is that without faults.
    pub fn chain(&self, component: ComponentIndex) -> Vec<Effect> {
        let mut chain = Vec::new();
        let mut next = self.last_step(component);
        while let Some((effect, parent)) = next.and_then(|step| self.steps.get(step as usize)) {
            chain.push(*effect);
            next = *parent;
        }
        chain
    }

    fn last_step(&self, component: ComponentIndex) -> Option<u32> {
        let found = self.by_component.binary_search_by_key(&component, |&(component, _)| component).ok()?;
        self.by_component.get(found).map(|&(_, step)| step)
    }
}
