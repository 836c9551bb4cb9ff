//! Attempts at a decision diagram: in several orders of the variables, of everything at once and by modules; each with a little
//! work, then those that came the farthest with more.

use std::ops::ControlFlow;

use foreshock_model::System;

use crate::diagram::bdd::{Bdd, Function};
use crate::diagram::budget::Budget;
use crate::diagram::equations::{Plan, Solution, Wanted, solve_noting};
use crate::diagram::modules::Modular;
use crate::diagram::order::{Order, drawn_together};
use crate::diagram::variables::Variables;
use crate::layout::arrays::Layout;
use crate::layout::defaults::{NODE_BUDGET, WORK_BUDGET};

/// One attempt at a decision diagram.
pub(crate) struct Attempt {
    pub(crate) plan: Plan,
    pub(crate) variables: Variables,
    pub(crate) bdd: Bdd,
    /// None when it grew too large.
    pub(crate) solution: Option<Solution<Function>>,
    /// How many sets of equations were solved.
    solved: usize,
    /// What stands for a module, and what it is.
    pub(crate) modules: Vec<(u32, Function)>,
    by_modules: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// It grew too large.
    Nothing,
    Whole,
    ByModules,
}

impl Attempt {
    fn within(system: &System, layout: &Layout, plan: Plan, budget: Budget) -> Attempt {
        // The own parts are small for themselves and needed for the bounds too.
        let mut bdd = Bdd::new(NODE_BUDGET, WORK_BUDGET);
        let variables = Variables::of(system, layout, plan.components(), plan.holds(), budget.instances, &mut bdd);
        bdd.set_budget(budget.nodes, budget.work);
        let mut solved = 0;
        let solution = solve_noting(layout, &plan, &variables.own, &mut bdd, &mut solved).ok();
        Attempt { plan, variables, bdd, solution, solved, modules: Vec::new(), by_modules: false }
    }

    /// The same by modules; none where the equations are not made of any.
    pub(crate) fn by_modules(system: &System, layout: &Layout, mut plan: Plan, budget: Budget) -> Option<Attempt> {
        let mut bdd = Bdd::new(NODE_BUDGET, WORK_BUDGET);
        let variables = Variables::of(system, layout, plan.components(), plan.holds(), budget.instances, &mut bdd);
        let of = |event| variables.own.event(event).map_or_else(Vec::new, |function| bdd.variables(function));
        if !variables.complete || !plan.modular(layout, of) {
            return None;
        }
        bdd.set_budget(budget.nodes, budget.work);
        let (mut solved, mut modular) = (0, Modular { bdd: &mut bdd, found: Vec::new() });
        let solution = solve_noting(layout, &plan, &variables.own, &mut modular, &mut solved).ok();
        let modules = modular.found;
        Some(Attempt { plan, variables, bdd, solution, solved, modules, by_modules: true })
    }

    pub(crate) fn reached(&self) -> Reached {
        match (&self.solution, self.by_modules) {
            (None, _) => Reached::Nothing,
            (Some(_), false) => Reached::Whole,
            (Some(_), true) => Reached::ByModules,
        }
    }
}

/// The orders of variables that are tried. The first is the best on most of the published fault trees, the second on
/// networks in layers.
const ORDERS: [Order; 6] =
    [Order::LargeFirst, Order::Layered, Order::SharedFirst, Order::SmallFirst, Order::DepthFirst, Order::Topological];
/// Those of which also what comes of drawing together is tried, where none of them is good.
const DRAWN_TOGETHER: [Order; 3] = [Order::LargeFirst, Order::SmallFirst, Order::DepthFirst];
/// So many of them are tried for everything at once before any is by modules, which takes less where there are some; the others
/// only where there are none.
const WHOLE_FIRST: usize = 2;
/// Every way gets so many steps at first: enough for most systems, and it tells the ways apart for most others.
const FIRST_STEPS: u64 = 40_000;
/// Then those that came the farthest get more: steps, and how many ways, as long as there is work left: the budget and a quarter,
/// for what comes to nothing.
const ROUNDS: [(u64, usize); 4] = [(200_000, 9), (1_000_000, 5), (5_000_000, 3), (25_000_000, 1)];

/// The first attempt that comes to an end within the budget, or one at everything at once that does not.
pub(crate) fn farthest(system: &System, layout: &Layout, roots: &[u32], wanted: Wanted, budget: Budget) -> Attempt {
    let has_modules = budget.modules;
    let left = budget.work.saturating_add(budget.work / 4);
    let mut race = Race { system, layout, roots, wanted, budget, has_modules, left, failed: None };
    if let ControlFlow::Break(reached) = race.run() {
        return reached;
    }
    // There is at least one order.
    race.failed.unwrap_or_else(|| {
        let plan = Plan::for_roots(layout, roots, wanted, Vec::new());
        Attempt::within(system, layout, plan, Budget { work: 0, ..budget })
    })
}

/// An order, and whether everything is solved at once or by modules.
struct Way {
    components: Vec<u32>,
    by_modules: bool,
    /// How many sets of equations were solved, and of how many.
    came: (usize, usize),
    /// More work is no use.
    is_out: bool,
}

struct Race<'a> {
    system: &'a System,
    layout: &'a Layout,
    roots: &'a [u32],
    wanted: Wanted,
    budget: Budget,
    /// Whether the equations are made of modules, as far as is known.
    has_modules: bool,
    /// Steps that are left for all.
    left: u64,
    /// An attempt at everything at once that did not come to an end.
    failed: Option<Attempt>,
}

impl Race<'_> {
    fn run(&mut self) -> ControlFlow<Attempt> {
        let mut orders: Vec<Vec<u32>> = Vec::new();
        for components in ORDERS.map(|order| order.of(self.layout, self.roots)) {
            if !orders.contains(&components) {
                orders.push(components);
            }
        }
        let (first, others) = orders.split_at(orders.len().min(WHOLE_FIRST));
        let whole = |orders: &[Vec<u32>]| orders.iter().map(|order| Way::of(order, false)).collect::<Vec<Way>>();
        let mut ways = whole(first);
        self.first_steps(&mut ways)?;
        let mut by_modules: Vec<Way> = orders.iter().map(|order| Way::of(order, true)).collect();
        self.first_steps(&mut by_modules)?;
        if !self.has_modules {
            let mut others = whole(others);
            self.first_steps(&mut others)?;
            ways.extend(others);
        }
        let drawn = DRAWN_TOGETHER.map(|order| drawn_together(self.layout, &order.of(self.layout, self.roots)));
        let mut drawn: Vec<Way> = drawn.iter().map(|order| Way::of(order, self.has_modules)).collect();
        self.first_steps(&mut drawn)?;
        // Of those that came equally far these are tried first.
        let mut ways: Vec<Way> = drawn.into_iter().chain(by_modules).chain(ways).collect();
        for (steps, most) in ROUNDS {
            ways.retain(|way| !way.is_out);
            ways.sort_by(|one, other| (other.came.0 * one.came.1).cmp(&(one.came.0 * other.came.1)));
            for way in ways.iter_mut().take(most) {
                if self.left == 0 {
                    return ControlFlow::Continue(());
                }
                self.attempt(way, steps)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn first_steps(&mut self, ways: &mut [Way]) -> ControlFlow<Attempt> {
        ways.iter_mut().try_for_each(|way| self.attempt(way, FIRST_STEPS))
    }

    /// One attempt with so many steps; it breaks where it comes to an end.
    fn attempt(&mut self, way: &mut Way, steps: u64) -> ControlFlow<Attempt> {
        if way.by_modules && !self.has_modules {
            way.is_out = true;
            return ControlFlow::Continue(());
        }
        let budget = Budget { work: steps.min(self.left).min(self.budget.work), ..self.budget };
        let plan = Plan::for_roots(self.layout, self.roots, self.wanted, way.components.clone());
        let attempt = if way.by_modules {
            let Some(attempt) = Attempt::by_modules(self.system, self.layout, plan, budget) else {
                (self.has_modules, way.is_out) = (false, true);
                return ControlFlow::Continue(());
            };
            attempt
        } else {
            Attempt::within(self.system, self.layout, plan, budget)
        };
        if attempt.solution.is_some() {
            return ControlFlow::Break(attempt);
        }
        let spent = budget.work.saturating_sub(attempt.bdd.work_left());
        self.left = self.left.saturating_sub(spent);
        // What took too many nodes takes no fewer with more work.
        way.is_out = spent < budget.work;
        way.came = (attempt.solved, attempt.plan.len());
        if !way.by_modules {
            self.failed = Some(attempt);
        }
        ControlFlow::Continue(())
    }
}

impl Way {
    fn of(components: &[u32], by_modules: bool) -> Way {
        Way { components: components.to_vec(), by_modules, came: (0, 1), is_out: false }
    }
}
