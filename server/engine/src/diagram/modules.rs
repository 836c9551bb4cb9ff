//! Modules: parts of a system that everything else sees as one event (Dutuit and Rauzy 1996).
//!
//! Before that, terms that are needed by the same equations are put together: whatever is one of them is all of them to
//! everybody. An equation whose variables occur nowhere else is solved by itself; where it is needed one variable stands for
//! it, its own first one, which nobody else has. A diagram of modules has as many nodes as all of them together, where a
//! diagram of everything repeats each wherever it is needed.

use crate::diagram::bdd::{Bdd, Function, Live, OverBudget};
use crate::diagram::cut_sets::{CutSets, Role};
use crate::diagram::equations::{Algebra, Cycles};

/// Solves over decision diagrams, with a variable for each module.
pub(crate) struct Modular<'a> {
    pub(crate) bdd: &'a mut Bdd,
    /// The variable that stands for a module, and what it is, those first that others are made of.
    pub(crate) found: Vec<(u32, Function)>,
}

impl Algebra for Modular<'_> {
    type Event = Function;
    const NEVER: Function = Function::NEVER;
    const ALWAYS: Function = Function::ALWAYS;
    const CYCLES: Cycles = Cycles::Iterate;

    fn any(&mut self, events: &[Function]) -> Result<Function, OverBudget> {
        self.bdd.any(events)
    }

    fn both(&mut self, first: Function, second: Function) -> Result<Function, OverBudget> {
        self.bdd.both(first, second)
    }

    fn at_least(&mut self, count: u32, events: &[Function]) -> Result<Function, OverBudget> {
        self.bdd.at_least(count, events)
    }

    fn too_heavy(&mut self, events: &[(u64, Function)]) -> Result<Function, OverBudget> {
        self.bdd.too_heavy(events)
    }

    fn module(&mut self, event: Function) -> Result<Function, OverBudget> {
        if event <= Function::ALWAYS || self.bdd.is_variable(event) {
            return Ok(event);
        }
        let variable = self.bdd.first_variable(event);
        self.found.push((variable, event));
        self.bdd.variable(variable)
    }
}

/// The modules of a solution, those first that others are made of.
pub(crate) struct Modules(Vec<Module>);

struct Module {
    /// What stands for it: its own first variable.
    variable: u32,
    function: Function,
    live: Live,
}

impl Modules {
    pub(crate) fn of(bdd: &Bdd, found: &[(u32, Function)]) -> Modules {
        let module =
            |&(variable, function): &(u32, Function)| Module { variable, function, live: bdd.live([function]) };
        Modules(found.iter().map(module).collect())
    }

    /// The values of all variables with those of the modules in the place of what stands for them.
    pub(crate) fn carried<T: Copy>(&self, values: &[T], of: impl Fn(Function, &[T]) -> T) -> Vec<T> {
        let mut values = values.to_vec();
        for module in &self.0 {
            let value = of(module.function, &values);
            if let Some(slot) = values.get_mut(module.variable as usize) {
                *slot = value;
            }
        }
        values
    }

    /// The same for probabilities.
    pub(crate) fn probabilities(&self, probabilities: &[f64]) -> Vec<f64> {
        let mut values = probabilities.to_vec();
        for module in &self.0 {
            let value = module.live.probability(module.function, &module.live.probabilities(&values));
            if let Some(slot) = values.get_mut(module.variable as usize) {
                *slot = value;
            }
        }
        values
    }

    /// Derivatives by what stands for modules made into derivatives by the variables themselves (the chain rule).
    pub(crate) fn derivatives(&self, mut derivatives: Vec<f64>, probabilities: &[f64]) -> Vec<f64> {
        let mut values = probabilities.to_vec();
        // What each of the standing variables had before.
        let mut before = Vec::with_capacity(self.0.len());
        for module in &self.0 {
            let value = module.live.probability(module.function, &module.live.probabilities(&values));
            if let Some(slot) = values.get_mut(module.variable as usize) {
                before.push(std::mem::replace(slot, value));
            }
        }
        for (module, before) in self.0.iter().zip(before).rev() {
            let (Some(value), Some(slot)) =
                (values.get_mut(module.variable as usize), derivatives.get_mut(module.variable as usize))
            else {
                continue;
            };
            *value = before;
            let weight = std::mem::take(slot);
            let inner = module.live.probabilities(&values);
            module.live.add_derivatives(&[(module.function, weight)], &values, &inner, &mut derivatives);
        }
        derivatives
    }

    /// The minimal cut sets of a function over these modules.
    pub(crate) fn cut_sets(
        &self,
        bdd: &Bdd,
        function: Function,
        role: impl Fn(u32) -> Role,
        (nodes, work): (usize, u64),
    ) -> Result<CutSets, OverBudget> {
        let live = bdd.live([function]);
        // Only what the function is made of.
        let mut variables = live.variables();
        let mut needed = Vec::new();
        for module in self.0.iter().rev() {
            if let Ok(place) = variables.binary_search(&module.variable) {
                needed.push((module.variable, &module.live, module.live.place(module.function)));
                variables.remove(place);
                variables.extend(module.live.variables());
                variables.sort_unstable();
                variables.dedup();
            }
        }
        needed.reverse();
        CutSets::with_modules(&live, live.place(function), &needed, role, nodes, work)
    }

    /// Adds the variables of the modules that these stand for.
    pub(crate) fn expand(&self, variables: &mut Vec<u32>) {
        for module in self.0.iter().rev() {
            if variables.contains(&module.variable) {
                variables.extend(module.live.variables());
                variables.sort_unstable();
                variables.dedup();
            }
        }
    }
}
