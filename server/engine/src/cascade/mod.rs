//! The cascade: the least fixpoint of a set of faults, in time order (semantics, section 2). Start reading at
//! [`cascade`].
//!
//! Holds the run itself (faults are injected, losses spread to callers, circles are held up or fall), its working memory,
//! and the two modes that follow latency and traffic. Knows the layout. Must not know how likely a fault is, nor what a
//! loss is worth.

pub(crate) mod circular_fallbacks;
pub(crate) mod effect;
mod errors;
pub(crate) mod event;
mod failing;
mod flows;
pub(crate) mod frozen;
mod injection;
mod latency;
mod likely;
mod modes;
pub(crate) mod readings;
mod run;
pub(crate) mod scratch;
mod settle;
mod slow;
mod spread;
pub(crate) mod stamped;
pub(crate) mod state;
mod support;
pub(crate) mod times;
mod traffic;
mod uphold;

use foreshock_model::{ComponentIndex, Probability, Seconds, System};

use crate::Fault;
use crate::cascade::effect::{Cascade, Effect};
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;

/// The cascade of these faults. To run many, make one [`Frozen`] and one [`Scratch`].
pub fn cascade(system: &System, faults: &[Fault]) -> Cascade {
    Frozen::new(system).cascade(faults, &mut Scratch::default())
}

/// The same with this likelihood in place of the one that an unwritten weight passes a whole loss with: for fitting that
/// number, and for nothing else.
pub fn cascade_passing(system: &System, faults: &[Fault], passes: Probability) -> Cascade {
    let mut frozen = Frozen::new(system);
    let weights = system.dependencies.iter().map(|dependency| dependency.weight);
    let unwritten: Vec<bool> = weights.map(|weight| weight.is_none()).collect();
    for edge in &mut frozen.layout.edges {
        if unwritten.get(edge.dependency as usize) == Some(&true) {
            edge.row.passes = passes.get();
        }
    }
    frozen.cascade(faults, &mut Scratch::default())
}

impl Frozen {
    /// The cascade of these faults. Faults that point outside the system do nothing.
    pub fn cascade(&self, faults: &[Fault], scratch: &mut Scratch) -> Cascade {
        self.run(faults, scratch);
        let likely = self.likely(scratch);
        let mut effects = Vec::new();
        let mut by_component = Vec::new();
        let mut steps = Vec::with_capacity(scratch.steps.len());
        for (index, step) in scratch.steps.iter().enumerate() {
            let effect = Effect {
                component: ComponentIndex(step.component),
                health: step.health,
                at: Seconds::new(step.at).unwrap_or(Seconds::ZERO),
                function_lost: step.function_lost,
                because: step.because,
                latency: self.latency_of(step.component, scratch),
                errors: scratch.failing.share(step.component),
                likely: likely.of(step.component),
            };
            if scratch.last.get(step.component as usize) == Some(&(scratch.epoch, index as u32)) {
                effects.push(effect);
                by_component.push((effect.component, index as u32));
            }
            steps.push((effect, step.parent));
        }
        effects.sort_by(|a, b| a.at.get().total_cmp(&b.at.get()).then_with(|| a.component.cmp(&b.component)));
        by_component.sort_unstable();
        let mut unsettled = scratch.unsettled.clone();
        unsettled.sort_unstable();
        unsettled.dedup();
        Cascade { effects, unsettled, steps, by_component, unwell: self.base.unwell.clone() }
    }
}
