//! How much service is lost at a set of components: exactly by decision diagram, or within bounds.

use std::borrow::Cow;

use foreshock_model::System;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Unit;
use crate::diagram::attempts::{self, Attempt, Reached};
use crate::diagram::bdd::{Bdd, Function, Live};
use crate::diagram::bounds::{Lower, Upper};
use crate::diagram::budget::Budget;
use crate::diagram::cut_sets::{CutSets, Role};
use crate::diagram::drawn;
use crate::diagram::equations::{Algebra, OwnParts, Plan, Solution, Wanted, solve};
use crate::diagram::importance::{Worth, worth};
use crate::diagram::modules::Modules;
use crate::diagram::variables::{Variable, Variables};
use crate::layout::arrays::Layout;
use crate::layout::defaults::{FULL_WORK_BUDGET, LOSS_OF_FUNCTION, LOSS_OVERLOADED, NODE_BUDGET};

/// How a figure was computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// By decision diagram.
    #[default]
    Exact,
    /// The decision diagram grew too large: bounds from association; figures are the unfavourable bound.
    Bounds,
}

/// The events "DOWN", "at least OVERLOADED" and "a function is lost" at some components, ready to be weighed.
pub(crate) struct Service<'a> {
    layout: &'a Layout,
    pub(crate) variables: Variables,
    by_unit: FxHashMap<Unit, u32>,
    form: Form,
    /// "Is DOWN" by basic events alone, where that is another function than with how long they last.
    structure: FxHashMap<u32, Function>,
    bdd: Bdd,
}

enum Form {
    Exact {
        live: Live,
        solution: Solution<Function>,
    },
    /// Exact, with variables that stand for modules.
    Modular {
        live: Live,
        solution: Solution<Function>,
        modules: Modules,
    },
    Bounds {
        live: Live,
        plan: Plan,
    },
}

/// A component and its share.
pub(crate) type Weighted = (u32, f64);

/// What is counted as lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Service: DOWN in whole, OVERLOADED and the loss of a function in part. Its complement is the performability.
    Service,
    /// Time DOWN and nothing else: its complement is the availability.
    Down,
}

impl Counted {
    /// The shares lost of DOWN, at least OVERLOADED, and that or a function lost: each level adds what it costs more than
    /// the one below.
    pub(crate) fn shares(self) -> [f64; 3] {
        match self {
            Counted::Service => [1.0 - LOSS_OVERLOADED, LOSS_OVERLOADED - LOSS_OF_FUNCTION, LOSS_OF_FUNCTION],
            Counted::Down => [1.0, 0.0, 0.0],
        }
    }
}

impl<'a> Service<'a> {
    /// The events at these components, within the budget of an assessment.
    pub(crate) fn at(system: &System, layout: &'a Layout, roots: &[u32], wanted: Wanted) -> Service<'a> {
        Service::within(system, layout, roots, wanted, Budget::BRIEF)
    }

    pub(crate) fn within(
        system: &System,
        layout: &'a Layout,
        roots: &[u32],
        wanted: Wanted,
        budget: Budget,
    ) -> Service<'a> {
        let attempt = attempts::farthest(system, layout, roots, wanted, budget);
        match attempt.reached() {
            Reached::Whole => Service::exact(layout, roots, attempt),
            Reached::ByModules => Service::modular(layout, roots, attempt),
            Reached::Nothing => {
                let live = attempt.bdd.live(attempt.variables.own.events());
                let form = Form::Bounds { live, plan: attempt.plan };
                Service::new(layout, attempt.variables, form, attempt.bdd)
            }
        }
    }

    fn exact(layout: &'a Layout, roots: &[u32], attempt: Attempt) -> Service<'a> {
        let solution = attempt.solution.unwrap_or_default();
        let live = attempt.bdd.live(roots.iter().flat_map(|&root| solution.at(root)));
        let mut service = Service::new(layout, attempt.variables, Form::Exact { live, solution }, attempt.bdd);
        service.restrict(roots);
        service
    }

    /// By modules alone, where the equations are made of any.
    #[cfg(test)]
    pub(crate) fn of_modules(
        system: &System,
        layout: &'a Layout,
        roots: &[u32],
        wanted: Wanted,
        budget: Budget,
    ) -> Option<Service<'a>> {
        use crate::diagram::order::Order;
        let plan = Plan::for_roots(layout, roots, wanted, Order::LargeFirst.of(layout, roots));
        Some(Service::modular(layout, roots, Attempt::by_modules(system, layout, plan, budget)?))
    }

    fn modular(layout: &'a Layout, roots: &[u32], attempt: Attempt) -> Service<'a> {
        let solution = attempt.solution.unwrap_or_default();
        let live = attempt.bdd.live(roots.iter().flat_map(|&root| solution.at(root)));
        let modules = Modules::of(&attempt.bdd, &attempt.modules);
        Service::new(layout, attempt.variables, Form::Modular { live, solution, modules }, attempt.bdd)
    }

    fn new(layout: &'a Layout, variables: Variables, form: Form, bdd: Bdd) -> Service<'a> {
        let units = variables.list.iter().enumerate();
        let by_unit = units.filter_map(|(index, variable)| Some((variable.unit?, index as u32))).collect();
        Service { layout, variables, by_unit, form, structure: FxHashMap::default(), bdd }
    }

    /// Takes out of "is DOWN" what is no basic event.
    fn restrict(&mut self, roots: &[u32]) {
        let Form::Exact { solution, .. } = &self.form else { return };
        let roles: Vec<Role> = self.variables.list.iter().map(Variable::role).collect();
        if roles.iter().all(|role| *role == Role::Event) {
            return;
        }
        for &root in roots {
            let known = |variable: u32| match roles.get(variable as usize) {
                Some(Role::Given) => Some(true),
                Some(Role::Event) => None,
                Some(Role::Never) | None => Some(false),
            };
            // It has fewer nodes than the function it is made of.
            if let Ok(function) = self.bdd.restrict(solution.at(root)[0], known) {
                self.structure.insert(root, function);
            }
        }
    }

    /// Whether there is a decision diagram of everything.
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self.form, Form::Exact { .. } | Form::Modular { .. })
    }

    /// How the figures are computed.
    pub(crate) fn method(&self) -> Method {
        match self.form {
            Form::Exact { .. } | Form::Modular { .. } => Method::Exact,
            Form::Bounds { .. } => Method::Bounds,
        }
    }

    /// The decision diagram of "is DOWN" by basic events alone, if it was small enough, without modules.
    pub(crate) fn structure(&self, component: u32) -> Option<(&Bdd, Function)> {
        let Form::Exact { solution, .. } = &self.form else { return None };
        let function = self.structure.get(&component).copied().unwrap_or_else(|| solution.at(component)[0]);
        Some((&self.bdd, function))
    }

    /// The pairs of variables that together take the component DOWN while neither does alone, at most `limit`, as far as a
    /// decision diagram tells.
    pub(crate) fn pairs(&self, component: u32, limit: usize) -> Vec<(u32, u32)> {
        if let Some((bdd, function)) = self.structure(component) {
            return bdd.pairs(function, limit);
        }
        let role = |variable: u32| self.variables.list.get(variable as usize).map_or(Role::Never, Variable::role);
        let Some(&(down, _)) = self.levels(component).as_ref().and_then(|levels| levels.first()) else {
            return Vec::new();
        };
        let sets = self.cut_sets(down, role, NODE_BUDGET).map(|sets| sets.of_order(2, limit)).unwrap_or_default();
        let pair = |set: &Vec<u32>| match set.as_slice() {
            [one, other] => Some((*one.min(other), *one.max(other))),
            _ => None,
        };
        sets.iter().filter_map(pair).collect()
    }

    /// Whether this unit alone takes the component DOWN, as far as a decision diagram tells.
    pub(crate) fn is_single(&self, component: u32, unit: Unit) -> bool {
        let Some(variable) = self.variable(unit) else { return false };
        if let Form::Modular { solution, modules, .. } = &self.form {
            let holds = |(index, other): (u32, &Variable)| match other.role() {
                Role::Given => true,
                Role::Event => index == variable,
                Role::Never => false,
            };
            let all: Vec<bool> = (0u32..).zip(&self.variables.list).map(holds).collect();
            let truth = |function: Function, all: &[bool]| {
                self.bdd.truth(function, |variable| all.get(variable as usize) == Some(&true))
            };
            return truth(solution.at(component)[0], &modules.carried(&all, truth));
        }
        self.structure(component).is_some_and(|(bdd, function)| bdd.truth(function, |other| other == variable))
    }

    /// Which variables may have to do with a component being down: its own, those of what it depends on, and shared ones.
    pub(crate) fn concern(&self, component: u32) -> Vec<bool> {
        let below: FxHashSet<u32> = self.layout.below([component]).into_iter().collect();
        let of_component = |variable: &Variable| {
            let unit = variable.unit.and_then(Unit::component).map(|component| component.0);
            unit.or(variable.instances_of.map(|collapsed| collapsed.component)).or(variable.promotes)
        };
        let concerns = |index: u32| {
            let whose = self.variables.failure(index).and_then(of_component);
            whose.is_none_or(|component| below.contains(&component))
        };
        (0..self.variables.list.len() as u32).map(concerns).collect()
    }

    /// Whether anything stands behind a buffer.
    pub(crate) fn has_buffers(&self) -> bool {
        self.variables.list.iter().any(|variable| variable.lasting.is_some())
    }

    /// The part of the decision diagram that "is DOWN" is made of, if it was small enough.
    pub(crate) fn live_down(&self, component: u32) -> Option<(Live, Function)> {
        let Form::Exact { solution, .. } = &self.form else { return None };
        let [function, ..] = solution.at(component);
        Some((self.bdd.live([function]), function))
    }

    /// For each of these components the probabilities of its levels (DOWN; at least OVERLOADED; that or a function lost)
    /// when `lost` of `all` instances are, drawn uniformly. None where there is no decision diagram, or too much work to do.
    pub(crate) fn drawn(
        &self,
        components: &[u32],
        chance: impl Fn(&Variable) -> f64,
        lost: (u32, u32),
        work: u64,
    ) -> Option<Vec<[f64; 3]>> {
        let Form::Exact { live, solution } = &self.form else { return None };
        let roots: Vec<Function> = components.iter().flat_map(|&component| solution.at(component)).collect();
        let found = drawn::probabilities(live, &roots, &self.variables.list, chance, lost, work).ok()?;
        Some(found.as_chunks::<3>().0.to_vec())
    }

    /// The levels of failure of a component that cost service, each with the share that it costs more than the one before;
    /// equal ones are one, and the first is DOWN. None where only bounds are known.
    pub(crate) fn levels(&self, component: u32) -> Option<Vec<(Function, f64)>> {
        let (Form::Exact { solution, .. } | Form::Modular { solution, .. }) = &self.form else { return None };
        let mut levels: Vec<(Function, f64)> = Vec::new();
        for (function, share) in solution.at(component).into_iter().zip(shares()) {
            match levels.last_mut() {
                Some((known, sum)) if *known == function => *sum += share,
                _ => levels.push((function, share)),
            }
        }
        Some(levels)
    }

    /// The minimal cut sets of one of these functions, if there are few enough nodes of them.
    pub(crate) fn cut_sets(&self, function: Function, role: impl Fn(u32) -> Role, nodes: usize) -> Option<CutSets> {
        let budget = (nodes, FULL_WORK_BUDGET);
        match &self.form {
            Form::Modular { modules, .. } => modules.cut_sets(&self.bdd, function, role, budget).ok(),
            Form::Exact { .. } => {
                let live = self.bdd.live([function]);
                CutSets::of(&live, live.place(function), role, budget.0, budget.1).ok()
            }
            Form::Bounds { .. } => None,
        }
    }

    /// The probability of one of these functions.
    pub(crate) fn probability(&self, function: Function, probabilities: &[f64]) -> f64 {
        let (Form::Exact { live, .. } | Form::Modular { live, .. }) = &self.form else { return 1.0 };
        live.probability(function, &live.probabilities(&self.carried(probabilities)))
    }

    /// The probability of "is DOWN": (lower, upper) bound, equal when exact.
    pub(crate) fn down_probability(&self, component: u32, probabilities: &[f64]) -> (f64, f64) {
        self.lost(&[(component, 1.0)], probabilities, Counted::Down)
    }

    /// DOWN, at least OVERLOADED, and that or a function lost, when exactly these variables are true.
    #[cfg(test)]
    pub(crate) fn truth(&self, component: u32, holds: impl Fn(u32) -> bool) -> [bool; 3] {
        match &self.form {
            Form::Exact { solution, .. } => solution.at(component).map(|event| self.bdd.truth(event, &holds)),
            Form::Modular { solution, modules, .. } => {
                let all: Vec<bool> = (0..self.variables.list.len() as u32).map(holds).collect();
                let all = modules.carried(&all, |function, all| {
                    self.bdd.truth(function, |variable| all.get(variable as usize) == Some(&true))
                });
                let holds = |variable: u32| all.get(variable as usize) == Some(&true);
                solution.at(component).map(|event| self.bdd.truth(event, holds))
            }
            Form::Bounds { .. } => panic!("only bounds"),
        }
    }

    /// The weighted loss of service with these probabilities: (lower, upper) bound, equal when exact.
    pub(crate) fn loss(&self, at: &[Weighted], probabilities: &[f64]) -> (f64, f64) {
        self.lost(at, probabilities, Counted::Service)
    }

    /// What each of these contributes to the loss: the upper bound, where it is not exact.
    pub(crate) fn losses(&self, at: &[Weighted], probabilities: &[f64]) -> Vec<f64> {
        match &self.form {
            Form::Exact { live, solution } | Form::Modular { live, solution, .. } => {
                let values = live.probabilities(&self.carried(probabilities));
                let lost = |of: &Weighted| {
                    let roots = roots(solution, std::slice::from_ref(of), shares()).into_iter();
                    roots.map(|(root, weight)| weight * live.probability(root, &values)).sum()
                };
                at.iter().map(lost).collect()
            }
            Form::Bounds { live, plan } => {
                let values = live.probabilities(probabilities);
                let own = self.variables.own.map(|function| live.probability(function, &values));
                let Ok(solution) = solve(self.layout, plan, &own, &mut Upper) else {
                    return at.iter().map(|_| Upper::ALWAYS).collect();
                };
                at.iter().map(|of| weighted(&solution, of, shares())).collect()
            }
        }
    }

    /// What is lost, weighted, with these probabilities: (lower, upper) bound, equal when exact.
    pub(crate) fn lost(&self, at: &[Weighted], probabilities: &[f64], counted: Counted) -> (f64, f64) {
        let shares = counted.shares();
        match &self.form {
            Form::Exact { live, solution } | Form::Modular { live, solution, .. } => {
                let values = live.probabilities(&self.carried(probabilities));
                let roots = roots(solution, at, shares).into_iter();
                let loss = roots.map(|(root, weight)| weight * live.probability(root, &values)).sum();
                (loss, loss)
            }
            Form::Bounds { live, plan } => {
                let values = live.probabilities(probabilities);
                let own = self.variables.own.map(|function| live.probability(function, &values));
                let lower = bound(self.layout, plan, &own, &mut Lower, at, shares);
                let upper = bound(self.layout, plan, &own, &mut Upper, at, shares);
                (if self.variables.complete { lower } else { 0.0 }, upper)
            }
        }
    }

    /// The loss of service with each variable perfect, one at a time, for those that `asked` names.
    pub(crate) fn loss_without_each(&self, at: &[Weighted], probabilities: &[f64], asked: &[u32]) -> Vec<f64> {
        self.lost_without_each(at, probabilities, asked, Counted::Service)
    }

    /// What is lost with each variable perfect, one at a time, for those that `asked` names.
    pub(crate) fn lost_without_each(
        &self,
        at: &[Weighted],
        probabilities: &[f64],
        asked: &[u32],
        counted: Counted,
    ) -> Vec<f64> {
        match &self.form {
            Form::Exact { solution, .. } | Form::Modular { solution, .. } => {
                let roots = roots(solution, at, counted.shares());
                let (loss, derivatives) = self.derivatives(&roots, probabilities);
                let get = |list: &[f64], variable: u32| list.get(variable as usize).copied().unwrap_or(0.0);
                let without =
                    |&variable: &u32| (loss - get(probabilities, variable) * get(&derivatives, variable)).max(0.0);
                asked.iter().map(without).collect()
            }
            Form::Bounds { .. } => {
                let without = |&variable: &u32| self.lost_without(at, probabilities, &[variable], counted);
                asked.iter().map(without).collect()
            }
        }
    }

    /// The probabilities with those of modules in the place of the variables that stand for them.
    fn carried<'p>(&self, probabilities: &'p [f64]) -> Cow<'p, [f64]> {
        match &self.form {
            Form::Modular { modules, .. } => Cow::Owned(modules.probabilities(probabilities)),
            _ => Cow::Borrowed(probabilities),
        }
    }

    /// The weighted sum of some functions' probabilities, and its derivative by the probability of each variable.
    fn derivatives(&self, roots: &[(Function, f64)], probabilities: &[f64]) -> (f64, Vec<f64>) {
        let (Form::Exact { live, .. } | Form::Modular { live, .. }) = &self.form else {
            return (0.0, vec![0.0; probabilities.len()]);
        };
        let carried = self.carried(probabilities);
        let values = live.probabilities(&carried);
        let sum = roots.iter().map(|&(root, weight)| weight * live.probability(root, &values)).sum();
        let derivatives = live.derivatives(roots, &carried, &values);
        match &self.form {
            Form::Modular { modules, .. } => (sum, modules.derivatives(derivatives, probabilities)),
            _ => (sum, derivatives),
        }
    }

    /// How much each variable that has a unit matters to "is DOWN" of a component, with these probabilities, and the
    /// probability of that; none where only bounds are known.
    pub(crate) fn worths(&self, component: u32, probabilities: &[f64]) -> Option<(f64, Vec<(Unit, Worth)>)> {
        let (Form::Exact { solution, .. } | Form::Modular { solution, .. }) = &self.form else { return None };
        let root = solution.at(component)[0];
        let (all, derivatives) = self.derivatives(&[(root, 1.0)], probabilities);
        let below = self.below(root);
        let units = below.into_iter().filter_map(|variable| {
            let unit = self.variables.list.get(variable as usize)?.unit?;
            let of = |list: &[f64]| list.get(variable as usize).copied().unwrap_or(0.0);
            let perfect = |changed: &[f64]| self.down_probability(component, changed).1;
            Some((unit, worth(all, of(&derivatives), (variable, probabilities), perfect)))
        });
        Some((all, units.collect()))
    }

    /// The variables that a function is made of, those in modules included.
    fn below(&self, root: Function) -> Vec<u32> {
        let mut variables = self.bdd.variables(root);
        if let Form::Modular { modules, .. } = &self.form {
            modules.expand(&mut variables);
        }
        variables
    }

    /// The loss of service with all of these variables perfect.
    pub(crate) fn loss_without(&self, at: &[Weighted], probabilities: &[f64], perfect: &[u32]) -> f64 {
        self.lost_without(at, probabilities, perfect, Counted::Service)
    }

    fn lost_without(&self, at: &[Weighted], probabilities: &[f64], perfect: &[u32], counted: Counted) -> f64 {
        let mut probabilities = probabilities.to_vec();
        for &variable in perfect {
            if let Some(probability) = probabilities.get_mut(variable as usize) {
                *probability = 0.0;
            }
        }
        self.lost(at, &probabilities, counted).1
    }

    /// The variable of a unit.
    pub(crate) fn variable(&self, unit: Unit) -> Option<u32> {
        self.by_unit.get(&unit).copied()
    }
}

/// The shares of service lost by each level.
pub(crate) fn shares() -> [f64; 3] {
    Counted::Service.shares()
}

fn roots(solution: &Solution<Function>, at: &[Weighted], shares: [f64; 3]) -> Vec<(Function, f64)> {
    let weigh = |&(component, weight): &Weighted| {
        let levels = solution.at(component).into_iter().zip(shares);
        levels.filter(|(_, share)| *share > 0.0).map(move |(event, share)| (event, weight * share))
    };
    at.iter().flat_map(weigh).collect()
}

fn bound<A: Algebra<Event = f64>>(
    layout: &Layout,
    plan: &Plan,
    own: &OwnParts<f64>,
    algebra: &mut A,
    at: &[Weighted],
    shares: [f64; 3],
) -> f64 {
    let Ok(solution) = solve(layout, plan, own, algebra) else { return A::ALWAYS };
    at.iter().map(|of| weighted(&solution, of, shares)).sum()
}

fn weighted(solution: &Solution<f64>, &(component, weight): &Weighted, shares: [f64; 3]) -> f64 {
    weight * solution.at(component).into_iter().zip(shares).map(|(event, share)| event * share).sum::<f64>()
}
