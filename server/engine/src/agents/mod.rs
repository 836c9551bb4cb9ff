//! Agents: components whose answers can be wrong although they are up (semantics, section 8). Start reading at
//! [`agents_after`] and [`expected_answers`].
//!
//! The weights of sources, and what a degraded one costs, are nobody's measurements: the figures here are an **index**
//! between an agent's own rate and 1, good for comparing, and no probability until somebody calibrates them.
//!
//! Holds the net of agents and their sources. Knows cascades and diagrams. Must not change what a component's health is:
//! a wrong answer takes nothing down.

pub(crate) mod agent_net;

use foreshock_model::{ComponentIndex, SourceFailure, System};

use crate::agents::agent_net::{Levels, Net};
use crate::diagram::bdd::{Bdd, Function};
use crate::diagram::degraded::degraded;
use crate::diagram::equations::{Plan, Wanted, solve};
use crate::diagram::order::Order;
use crate::diagram::variables::Variables;
use crate::layout::defaults::{EXPLICIT_INSTANCES, NODE_BUDGET, WORK_BUDGET};
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Purpose, Reading};
use crate::{Cascade, Health, Method};

/// A source that is not well, and what it does to an agent's answers.
#[derive(Clone, Debug, PartialEq)]
pub struct LostGround {
    /// Which source.
    pub source: ComponentIndex,
    /// How it fares.
    pub health: Health,
    /// What it gives when it fails, and to whom: the agent itself or one whose answers it passes on.
    pub failures: Vec<(ComponentIndex, SourceFailure)>,
    /// The index minus the index with this source healthy.
    pub adds: f64,
    /// The share of declined answers minus the share with this source healthy.
    pub declines: f64,
}

/// An agent in one state of the world.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentAnswers {
    /// Which.
    pub component: ComponentIndex,
    /// How it fares itself; one that is DOWN gives no answers, and the index is what it would be.
    pub health: Health,
    /// h0: its own rate with every source healthy and no other agent asked, 0..=1.
    pub base_rate: f64,
    /// How likely an answer is wrong, `base_rate`..=1: an index.
    pub index: f64,
    /// How likely it gives no answer because a source reports an error, 0..=1: safer than a wrong one, and counted apart.
    pub declined: f64,
    /// Whose fault it is beyond its own rate and those of the agents it asks; the greatest first, then by component.
    pub causes: Vec<LostGround>,
    /// `Bounds`: too large to be exact, upper bounds.
    pub method: Method,
}

/// How the agents of a system answer after a cascade. In the order of components; empty without agents.
pub fn agents_after(system: &System, cascade: &Cascade) -> Vec<AgentAnswers> {
    let net = Net::of(system, 0);
    let health = |component: ComponentIndex| cascade.health(component);
    let with = values(&net, &health);
    let mut agents: Vec<AgentAnswers> = net
        .nodes
        .iter()
        .zip(&with.of)
        .map(|(node, &(index, declined))| AgentAnswers {
            component: node.component,
            health: health(node.component),
            base_rate: node.base_rate,
            index: index.max(node.base_rate),
            declined,
            causes: Vec::new(),
            method: with.method,
        })
        .collect();
    let unwell = net.sources().into_iter().map(ComponentIndex).filter(|&source| health(source) > Health::Healthy);
    for source in unwell {
        let without = values(&net, &|component| if component == source { Health::Healthy } else { health(component) });
        let mut failures = Vec::new();
        for node in &net.nodes {
            let its = node.grounds.iter().filter(|ground| ground.source == source && ground.by_health);
            failures.extend(its.map(|ground| (node.component, ground.failure)));
        }
        for ((agent, &(index, declined)), &(then, then_declined)) in agents.iter_mut().zip(&with.of).zip(&without.of) {
            let (adds, declines) = ((index - then).max(0.0), (declined - then_declined).max(0.0));
            if adds > 0.0 || declines > 0.0 {
                let (failures, health) = (failures.clone(), health(source));
                agent.causes.push(LostGround { source, health, failures, adds, declines });
            }
        }
    }
    for agent in &mut agents {
        agent.causes.sort_by(|a, b| {
            b.adds.total_cmp(&a.adds).then(b.declines.total_cmp(&a.declines)).then(a.source.cmp(&b.source))
        });
    }
    agents
}

struct Values {
    /// Wrong, declined.
    of: Vec<(f64, f64)>,
    method: Method,
}

fn values(net: &Net, health: &dyn Fn(ComponentIndex) -> Health) -> Values {
    let levels = |component: ComponentIndex| -> Levels {
        let reached = |level| if health(component) >= level { Function::ALWAYS } else { Function::NEVER };
        [Health::Degraded, Health::Overloaded, Health::Down].map(reached)
    };
    let mut bdd = Bdd::new(NODE_BUDGET, WORK_BUDGET);
    let Ok(answers) = net.answers(&mut bdd, levels) else {
        return Values { of: net.bounds(health), method: Method::Bounds };
    };
    let live = bdd.live(answers.iter().flat_map(|answer| [answer.wrong, answer.declined]));
    let probabilities = live.probabilities(&net.probabilities);
    let value = |function| live.probability(function, &probabilities);
    let of = answers.iter().map(|answer| (value(answer.wrong), value(answer.declined))).collect();
    Values { of, method: Method::Exact }
}

/// What is to be expected of an agent over all states of the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedAnswers {
    /// Which.
    pub component: ComponentIndex,
    /// The mean of the index over all states, each as likely as its units: an index.
    pub index: f64,
    /// The same for answers that are really given: the agent is up and wrong.
    pub wrong: f64,
    /// The mean of the share of declined answers.
    pub declined: f64,
    /// The share of time it is DOWN and gives no answers.
    pub down: f64,
    /// Whether every loss counts: where a component has more instances than can be followed one by one, the degradation
    /// by the loss of single ones is left out.
    pub complete: bool,
}

/// What is to be expected of each agent: from the units that take its sources DOWN, OVERLOADED and DEGRADED, exact where
/// sources share them. In the order of components; `None` if that is too large to be computed.
pub fn expected_answers(system: &System) -> Option<Vec<ExpectedAnswers>> {
    let (layout, _) = lay_out(system, Reading::of(Purpose::Service));
    let mut roots = Net::of(system, 0).sources();
    roots.extend(system.iter().filter(|(_, it)| it.agent.is_some()).map(|(component, _)| component.0));
    roots.sort_unstable();
    roots.dedup();
    let needed = Order::LargeFirst.of(&layout, &roots);
    let wanted = Wanted { overloaded: true, lost: false };
    let plan = Plan::for_roots(&layout, &needed, wanted, needed.clone());
    let mut bdd = Bdd::new(NODE_BUDGET, WORK_BUDGET);
    let variables = Variables::of(system, &layout, plan.components(), plan.holds(), EXPLICIT_INSTANCES, &mut bdd);
    let solution = solve(&layout, &plan, &variables.own, &mut bdd).ok()?;
    let degraded = degraded(system, &layout, &needed, &variables, &solution, &mut bdd).ok()?;
    let levels = |component: ComponentIndex| -> Levels {
        let [down, overloaded, _] = solution.at(component.0);
        [degraded.of.get(&component.0).copied().unwrap_or(overloaded), overloaded, down]
    };
    let net = Net::of(system, variables.list.len() as u32);
    let answers = net.answers(&mut bdd, levels).ok()?;
    let mut functions = Vec::with_capacity(net.nodes.len());
    for (node, answer) in net.nodes.iter().zip(&answers) {
        let down = solution.at(node.component.0)[0];
        functions.push([answer.wrong, answer.declined, down, bdd.or(answer.wrong, down).ok()?]);
    }
    let live = bdd.live(functions.iter().flatten().copied());
    let mut probabilities = variables.probabilities(|_| true);
    probabilities.extend(&net.probabilities);
    let values = live.probabilities(&probabilities);
    let expected = |(node, functions): (&crate::agents::agent_net::Node, &[Function; 4])| {
        let [index, declined, down, wrong_or_down] = functions.map(|function| live.probability(function, &values));
        ExpectedAnswers {
            component: node.component,
            index: index.clamp(node.base_rate, 1.0),
            wrong: (wrong_or_down - down).max(0.0),
            declined,
            down,
            complete: degraded.complete && variables.complete,
        }
    };
    Some(net.nodes.iter().zip(&functions).map(expected).collect())
}
