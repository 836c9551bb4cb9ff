//! How much service is lost at a set of components: exactly by decision diagram, or within bounds.

use foreshock_model::System;
use rustc_hash::FxHashMap;

use crate::Unit;
use crate::bdd::{Bdd, Function, Live};
use crate::bounds::{Lower, Upper};
use crate::defaults::{LOSS_OF_FUNCTION, LOSS_OVERLOADED, NODE_BUDGET, WORK_BUDGET};
use crate::equations::{Algebra, OwnEvents, Plan, Solution, Wanted, solve};
use crate::frozen::Frozen;
use crate::variables::{Variable, Variables};

/// How a figure was computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// By decision diagram.
    #[default]
    Exact,
    /// The decision diagram grew too large: bounds from association; figures are the unfavourable bound.
    Bounds,
    /// By simulation: an estimate with an interval.
    MonteCarlo,
}

/// How much a decision diagram may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Nodes.
    pub(crate) nodes: usize,
    /// Steps of operations.
    pub(crate) work: u64,
}

/// The events "DOWN", "at least OVERLOADED" and "a function is lost" at some components, ready to be weighed.
pub(crate) struct Service<'a> {
    frozen: &'a Frozen,
    pub(crate) variables: Variables,
    by_unit: FxHashMap<Unit, u32>,
    form: Form,
    bdd: Bdd,
}

enum Form {
    Exact { live: Live, solution: Solution<Function> },
    Bounds { live: Live, plan: Plan },
}

/// A component and its share.
pub(crate) type Weighted = (u32, f64);

impl<'a> Service<'a> {
    /// The events at these components, within the budget of an assessment.
    pub(crate) fn at(system: &System, frozen: &'a Frozen, roots: &[u32], wanted: Wanted) -> Service<'a> {
        Service::within(system, frozen, roots, wanted, Budget { nodes: NODE_BUDGET, work: WORK_BUDGET })
    }

    pub(crate) fn within(
        system: &System,
        frozen: &'a Frozen,
        roots: &[u32],
        wanted: Wanted,
        budget: Budget,
    ) -> Service<'a> {
        let plan = Plan::for_roots(frozen, roots, wanted);
        // The own parts are small for themselves and needed for the bounds too.
        let mut bdd = Bdd::new(NODE_BUDGET.max(budget.nodes), WORK_BUDGET.max(budget.work));
        let variables = Variables::of(system, frozen, plan.callers_first(), &mut bdd);
        bdd.set_node_budget(budget.nodes);
        let own = own_events(&variables);
        let form = match solve(frozen, &plan, &own, &mut bdd) {
            Ok(solution) => {
                let at_roots = roots.iter().flat_map(|&root| solution.at(root));
                Form::Exact { live: bdd.live(at_roots), solution }
            }
            Err(_) => {
                let functions = own.iter().flat_map(|own| [own.down, own.overloaded, own.hot]);
                Form::Bounds { live: bdd.live(functions), plan }
            }
        };
        let units = variables.list.iter().enumerate();
        let by_unit = units.filter_map(|(index, variable)| Some((variable.unit?, index as u32))).collect();
        Service { frozen, variables, by_unit, form, bdd }
    }

    /// Whether there is a decision diagram of everything.
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self.form, Form::Exact { .. })
    }

    /// How the figures are computed.
    pub(crate) fn method(&self) -> Method {
        match self.form {
            Form::Exact { .. } => Method::Exact,
            Form::Bounds { .. } => Method::Bounds,
        }
    }

    /// The decision diagram of "is DOWN", if it was small enough.
    pub(crate) fn down(&self, component: u32) -> Option<(&Bdd, Function)> {
        match &self.form {
            Form::Exact { solution, .. } => Some((&self.bdd, solution.at(component)[0])),
            Form::Bounds { .. } => None,
        }
    }

    /// The part of the decision diagram that "is DOWN" is made of, if it was small enough.
    pub(crate) fn live_down(&self, component: u32) -> Option<(Live, Function)> {
        let (bdd, function) = self.down(component)?;
        Some((bdd.live([function]), function))
    }

    /// The levels of failure of a component that cost service, each with its diagram and with the share that it costs
    /// more than the one before; equal ones are one.
    pub(crate) fn live_levels(&self, component: u32) -> Option<Vec<(Live, Function, f64)>> {
        let Form::Exact { solution, .. } = &self.form else { return None };
        let mut levels: Vec<(Function, f64)> = Vec::new();
        for (function, share) in solution.at(component).into_iter().zip(shares()) {
            match levels.last_mut() {
                Some((known, sum)) if *known == function => *sum += share,
                _ => levels.push((function, share)),
            }
        }
        Some(levels.into_iter().map(|(function, share)| (self.bdd.live([function]), function, share)).collect())
    }

    /// The probability of "is DOWN": (lower, upper) bound, equal when exact.
    pub(crate) fn down_probability(&self, component: u32, probabilities: &[f64]) -> (f64, f64) {
        self.levels(&[(component, 1.0)], probabilities, [1.0, 0.0, 0.0])
    }

    /// DOWN, at least OVERLOADED, and that or a function lost, when exactly these variables are true.
    #[cfg(test)]
    pub(crate) fn truth(&self, component: u32, holds: impl Fn(u32) -> bool) -> [bool; 3] {
        let Form::Exact { solution, .. } = &self.form else { panic!("only bounds") };
        solution.at(component).map(|event| self.bdd.truth(event, &holds))
    }

    /// The weighted loss of service with these probabilities: (lower, upper) bound, equal when exact.
    pub(crate) fn loss(&self, at: &[Weighted], probabilities: &[f64]) -> (f64, f64) {
        self.levels(at, probabilities, shares())
    }

    /// The weighted sum of the levels' probabilities, each with its share.
    fn levels(&self, at: &[Weighted], probabilities: &[f64], shares: [f64; 3]) -> (f64, f64) {
        match &self.form {
            Form::Exact { live, solution } => {
                let values = live.probabilities(probabilities);
                let roots = roots(solution, at, shares).into_iter();
                let loss = roots.map(|(root, weight)| weight * live.probability(root, &values)).sum();
                (loss, loss)
            }
            Form::Bounds { live, plan } => {
                let values = live.probabilities(probabilities);
                let event = |function: Function| live.probability(function, &values);
                let own: Vec<OwnEvents<f64>> = own_events(&self.variables)
                    .iter()
                    .map(|own| OwnEvents {
                        down: event(own.down),
                        overloaded: event(own.overloaded),
                        hot: event(own.hot),
                    })
                    .collect();
                let lower = bound(self.frozen, plan, &own, &mut Lower, at, shares);
                let upper = bound(self.frozen, plan, &own, &mut Upper, at, shares);
                (if self.variables.complete { lower } else { 0.0 }, upper)
            }
        }
    }

    /// The loss with each variable perfect, one at a time, for those that `asked` names.
    pub(crate) fn loss_without_each(&self, at: &[Weighted], probabilities: &[f64], asked: &[u32]) -> Vec<f64> {
        match &self.form {
            Form::Exact { live, solution } => {
                let values = live.probabilities(probabilities);
                let roots = roots(solution, at, shares());
                let loss: f64 = roots.iter().map(|&(root, weight)| weight * live.probability(root, &values)).sum();
                let derivatives = live.derivatives(&roots, probabilities, &values);
                let get = |list: &[f64], variable: u32| list.get(variable as usize).copied().unwrap_or(0.0);
                let without =
                    |&variable: &u32| (loss - get(probabilities, variable) * get(&derivatives, variable)).max(0.0);
                asked.iter().map(without).collect()
            }
            Form::Bounds { .. } => {
                asked.iter().map(|&variable| self.loss_without(at, probabilities, &[variable])).collect()
            }
        }
    }

    /// The loss with all of these variables perfect.
    pub(crate) fn loss_without(&self, at: &[Weighted], probabilities: &[f64], perfect: &[u32]) -> f64 {
        let mut probabilities = probabilities.to_vec();
        for &variable in perfect {
            if let Some(probability) = probabilities.get_mut(variable as usize) {
                *probability = 0.0;
            }
        }
        self.loss(at, &probabilities).1
    }

    /// The variable of a unit.
    pub(crate) fn variable(&self, unit: Unit) -> Option<u32> {
        self.by_unit.get(&unit).copied()
    }

    /// All variables that are made of the instances of a component.
    pub(crate) fn instances_of(&self, component: u32) -> Vec<u32> {
        let is_its = |variable: &Variable| match variable.unit {
            Some(Unit::Instance { component: whose, .. }) => whose.0 == component,
            _ => variable.instances_of.is_some_and(|collapsed| collapsed.component == component),
        };
        let variables = self.variables.list.iter().enumerate();
        variables.filter(|(_, variable)| is_its(variable)).map(|(index, _)| index as u32).collect()
    }
}

fn own_events(variables: &Variables) -> Vec<OwnEvents<Function>> {
    let events =
        |own: &crate::variables::OwnFunctions| OwnEvents { down: own.down, overloaded: own.overloaded, hot: own.hot };
    variables.own.iter().map(events).collect()
}

/// The shares of service lost: each level adds what it costs more than the one below.
fn shares() -> [f64; 3] {
    [1.0 - LOSS_OVERLOADED, LOSS_OVERLOADED - LOSS_OF_FUNCTION, LOSS_OF_FUNCTION]
}

fn roots(solution: &Solution<Function>, at: &[Weighted], shares: [f64; 3]) -> Vec<(Function, f64)> {
    let weigh = |&(component, weight): &Weighted| {
        let levels = solution.at(component).into_iter().zip(shares);
        levels.filter(|(_, share)| *share > 0.0).map(move |(event, share)| (event, weight * share))
    };
    at.iter().flat_map(weigh).collect()
}

fn bound<A: Algebra<Event = f64>>(
    frozen: &Frozen,
    plan: &Plan,
    own: &[OwnEvents<f64>],
    algebra: &mut A,
    at: &[Weighted],
    shares: [f64; 3],
) -> f64 {
    let Ok(solution) = solve(frozen, plan, own, algebra) else { return 1.0 };
    let loss = |&(component, weight): &Weighted| {
        weight * solution.at(component).into_iter().zip(shares).map(|(event, share)| event * share).sum::<f64>()
    };
    at.iter().map(loss).sum()
}
