//! When an answer is wrong: agents, what their answers rest on, and whose answers they pass on (semantics, section 8).
//!
//! "The answer of a is wrong" is a monotone function of independent events: each agent errs by itself (h0, once however
//! many paths lead to it), and each source misleads each agent that rests on it with its weight, if it is bad enough.
//! The weight of a source is split over its levels, so that one that is DOWN misleads with w, one that is OVERLOADED
//! or DEGRADED with a share of it, and one that answers wrongly with w. With independent sources that is
//! H = 1 - (1 - h0) prod (1 - w s); with shared ones and with agents behind agents it stays exact.

use foreshock_model::{ComponentIndex, SourceFailure, System};

use crate::Health;
use crate::diagram::bdd::{Bdd, Function, OverBudget};
use crate::diagram::equations::Algebra;
use crate::layout::defaults::{GROUND_LOST_DEGRADED, GROUND_LOST_OVERLOADED};
use crate::layout::strong::strong_of;

/// What an agent's answers rest on.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) source: ComponentIndex,
    pub(crate) weight: f64,
    pub(crate) failure: SourceFailure,
    /// Whether it misleads when it is not well; otherwise only by its own wrong answers.
    pub(crate) by_health: bool,
    /// Its place among the agents, if it is one.
    agent: Option<usize>,
    /// The first of three variables: it misleads at DEGRADED, at OVERLOADED, at DOWN.
    first: u32,
}

/// One agent.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) component: ComponentIndex,
    pub(crate) base_rate: f64,
    pub(crate) grounds: Vec<Ground>,
    /// The variable of its own error.
    errs: u32,
}

/// All agents of a system.
#[derive(Clone, Debug)]
pub(crate) struct Net {
    pub(crate) nodes: Vec<Node>,
    /// Of its variables, from the first.
    pub(crate) probabilities: Vec<f64>,
    /// Sets of agents that rest on each other, those first that others rest on.
    order: Vec<Vec<u32>>,
}

/// At least DEGRADED, at least OVERLOADED, DOWN.
pub(crate) type Levels = [Function; 3];

/// What becomes of an agent's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) wrong: Function,
    /// Not given, because a source that is missed reports an error.
    pub(crate) declined: Function,
}

impl Net {
    /// The agents, with variables from `first_variable` on.
    pub(crate) fn of(system: &System, first_variable: u32) -> Net {
        let mut nodes: Vec<Node> = Vec::new();
        for (component, it) in system.iter() {
            if let Some(agent) = &it.agent {
                let base_rate = agent.base_rate.value.get();
                nodes.push(Node { component, base_rate, grounds: Vec::new(), errs: 0 });
            }
        }
        let place =
            |of: &[Node], component: ComponentIndex| of.binary_search_by_key(&component, |node| node.component).ok();
        let mut grounds = vec![Vec::new(); nodes.len()];
        for (node, grounds) in nodes.iter().zip(&mut grounds) {
            let agent = system.component(node.component).and_then(|it| it.agent.as_ref());
            for grounding in agent.into_iter().flat_map(|agent| &agent.grounding) {
                let (source, weight, failure) = (grounding.source, grounding.weight.get(), grounding.failure);
                let agent = place(&nodes, source);
                grounds.push(Ground { source, weight, failure, by_health: true, agent, first: 0 });
            }
        }
        // Whoever calls another agent passes its answers on.
        for dependency in system.dependencies.iter().filter(|dependency| dependency.counts()) {
            let (Some(from), agent @ Some(_)) = (place(&nodes, dependency.from), place(&nodes, dependency.to)) else {
                continue;
            };
            let Some(grounds) = grounds.get_mut(from).filter(|_| dependency.from != dependency.to) else { continue };
            let (source, weight, failure) = (dependency.to, dependency.share().clamp(0.0, 1.0), SourceFailure::Stale);
            match grounds.iter_mut().find(|ground| ground.source == source) {
                Some(ground) if ground.by_health => {}
                Some(ground) => ground.weight = ground.weight.max(weight),
                None => grounds.push(Ground { source, weight, failure, by_health: false, agent, first: 0 }),
            }
        }
        let mut net = Net { nodes, probabilities: Vec::new(), order: Vec::new() };
        for (node, mut grounds) in net.nodes.iter_mut().zip(grounds) {
            let next = |probabilities: &[f64]| first_variable + probabilities.len() as u32;
            node.errs = next(&net.probabilities);
            net.probabilities.push(node.base_rate);
            grounds.retain(|ground| ground.weight > 0.0);
            for ground in &mut grounds {
                ground.first = next(&net.probabilities);
                net.probabilities.extend(split(ground.weight));
            }
            node.grounds = grounds;
        }
        let rests_on = |node: &Node| node.grounds.iter().filter_map(|ground| Some(ground.agent? as u32)).collect();
        net.order = strong_of(&net.nodes.iter().map(rests_on).collect::<Vec<_>>()).components;
        net
    }

    /// Every component that some answer rests on.
    pub(crate) fn sources(&self) -> Vec<u32> {
        let grounds = self.nodes.iter().flat_map(|node| &node.grounds).filter(|ground| ground.by_health);
        let mut sources: Vec<u32> = grounds.map(|ground| ground.source.0).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }

    /// What becomes of each agent's answer, if the sources fare like this.
    pub(crate) fn answers(
        &self,
        bdd: &mut Bdd,
        levels: impl Fn(ComponentIndex) -> Levels,
    ) -> Result<Vec<Answer>, OverBudget> {
        let mut answers = vec![Answer::default(); self.nodes.len()];
        for set in &self.order {
            let mut changed = true;
            while changed {
                changed = false;
                for &place in set {
                    let Some(node) = self.nodes.get(place as usize) else { continue };
                    let answer = node.answer(bdd, &answers, &levels)?;
                    if let Some(slot) = answers.get_mut(place as usize)
                        && *slot != answer
                    {
                        *slot = answer;
                        changed = set.len() > 1;
                    }
                }
            }
        }
        Ok(answers)
    }

    /// Upper bounds of wrong and declined for each agent, in one state of the world: what is shared is taken as
    /// independent, which for events that come together can only be too much.
    pub(crate) fn bounds(&self, health: &dyn Fn(ComponentIndex) -> Health) -> Vec<(f64, f64)> {
        let mut bounds = vec![(0.0, 0.0); self.nodes.len()];
        for set in &self.order {
            // All that rests on each other gets what is worst.
            let mut right = (1.0, 1.0);
            for node in set.iter().filter_map(|&place| self.nodes.get(place as usize)) {
                right.0 *= 1.0 - node.base_rate;
                for ground in &node.grounds {
                    let lost = if ground.by_health { ground.weight * share(health(ground.source)) } else { 0.0 };
                    let slot = if ground.failure == SourceFailure::Error { &mut right.1 } else { &mut right.0 };
                    *slot *= 1.0 - lost;
                    let theirs = ground.agent.and_then(|agent| bounds.get(agent)).copied().unwrap_or_default();
                    right.0 *= 1.0 - ground.weight * theirs.0;
                    right.1 *= 1.0 - ground.weight * theirs.1;
                }
            }
            for &place in set {
                if let Some(slot) = bounds.get_mut(place as usize) {
                    *slot = (1.0 - right.0, 1.0 - right.1);
                }
            }
        }
        bounds
    }
}

/// The share of a source's weight that counts.
fn share(health: Health) -> f64 {
    match health {
        Health::Healthy => 0.0,
        Health::Degraded => GROUND_LOST_DEGRADED,
        Health::Overloaded => GROUND_LOST_OVERLOADED,
        Health::Down => 1.0,
    }
}

impl Node {
    fn answer(
        &self,
        bdd: &mut Bdd,
        answers: &[Answer],
        levels: &impl Fn(ComponentIndex) -> Levels,
    ) -> Result<Answer, OverBudget> {
        let mut answer = Answer { wrong: bdd.variable(self.errs)?, declined: Function::NEVER };
        for ground in &self.grounds {
            let misleads = ground.misleads(bdd)?;
            if ground.by_health {
                let mut missed = Function::NEVER;
                for (misleads, level) in misleads.into_iter().zip(levels(ground.source)) {
                    let both = bdd.both(misleads, level)?;
                    missed = bdd.or(missed, both)?;
                }
                let slot =
                    if ground.failure == SourceFailure::Error { &mut answer.declined } else { &mut answer.wrong };
                *slot = bdd.or(*slot, missed)?;
            }
            if let Some(other) = ground.agent.and_then(|agent| answers.get(agent)) {
                let any = bdd.any(&misleads)?;
                for (slot, theirs) in [(&mut answer.wrong, other.wrong), (&mut answer.declined, other.declined)] {
                    let passed = bdd.both(any, theirs)?;
                    *slot = bdd.or(*slot, passed)?;
                }
            }
        }
        Ok(answer)
    }
}

impl Ground {
    /// The events that it misleads if it is at least DEGRADED, OVERLOADED, DOWN.
    fn misleads(&self, bdd: &mut Bdd) -> Result<[Function; 3], OverBudget> {
        Ok([bdd.variable(self.first)?, bdd.variable(self.first + 1)?, bdd.variable(self.first + 2)?])
    }
}

/// Probabilities of three independent events, such that the first happens with the share of the weight that counts at
/// DEGRADED, either of the first two with the one at OVERLOADED, and any of them with the weight.
fn split(weight: f64) -> [f64; 3] {
    let shares = [Health::Degraded, Health::Overloaded, Health::Down].map(|health| weight * share(health));
    let mut so_far = 0.0;
    shares.map(|share| {
        let rest = if so_far < 1.0 { ((share - so_far) / (1.0 - so_far)).clamp(0.0, 1.0) } else { 0.0 };
        so_far = share;
        rest
    })
}
