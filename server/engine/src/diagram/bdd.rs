//! Shared reduced ordered binary decision diagrams of monotone functions (Bryant 1986), with failure probabilities.
//!
//! Only `and`, `or` and direct construction are needed: every function here is a monotone function of the units.
//! A node's children always have smaller indexes, so that one forward pass gives all probabilities and one backward
//! pass all derivatives. Nothing recurses: a chain can be as long as the system.

use rustc_hash::{FxHashMap, FxHashSet};

/// A function: the index of its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Function(u32);

impl Function {
    /// Never.
    pub(crate) const NEVER: Function = Function(0);
    /// Always.
    pub(crate) const ALWAYS: Function = Function(1);
}

/// The node or work budget is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OverBudget;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Node {
    /// The variable, which is also its place in the order: smaller is nearer to the root.
    variable: u32,
    /// With the variable false.
    low: Function,
    /// With the variable true.
    high: Function,
}

/// No variable: greater than all, so that terminals are below everything.
const TERMINAL: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, Default)]
struct Remembered {
    /// The operation and its first operand; 0 is empty, since no operation on a terminal is looked up.
    key: u64,
    second: u32,
    result: u32,
}

/// So many results are remembered at most: 64 MB.
const MOST_REMEMBERED: usize = 1 << 22;

enum Task {
    Visit(Function, Function),
    Join { variable: u32, first: Function, second: Function },
}

/// A store of shared functions.
pub(crate) struct Bdd {
    nodes: Vec<Node>,
    /// The value of each node with all variables false.
    without_any: Vec<bool>,
    /// Where each node is, by open addressing: 0 is an empty slot.
    unique: Vec<u32>,
    cache: Vec<Remembered>,
    /// Operations that were not remembered since the cache last grew.
    missed: usize,
    node_budget: usize,
    work_left: u64,
    tasks: Vec<Task>,
    results: Vec<Function>,
}

impl Bdd {
    /// An empty store. `node_budget` nodes and `work_budget` steps of operations may be spent.
    pub(crate) fn new(node_budget: usize, work_budget: u64) -> Bdd {
        let terminal = Node { variable: TERMINAL, low: Function::NEVER, high: Function::NEVER };
        Bdd {
            nodes: vec![terminal; 2],
            without_any: vec![false, true],
            unique: vec![0; 1 << 13],
            cache: vec![Remembered::default(); 1 << 12],
            missed: 0,
            node_budget,
            work_left: work_budget,
            tasks: Vec::new(),
            results: Vec::new(),
        }
    }

    /// From now on at most so many nodes in all, and so many more steps.
    pub(crate) fn set_budget(&mut self, nodes: usize, work: u64) {
        self.node_budget = nodes;
        self.work_left = work;
    }

    /// So many steps are left.
    pub(crate) fn work_left(&self) -> u64 {
        self.work_left
    }

    fn node(&self, function: Function) -> Node {
        let never = Node { variable: TERMINAL, low: Function::NEVER, high: Function::NEVER };
        self.nodes.get(function.0 as usize).copied().unwrap_or(never)
    }

    /// `if variable then high else low`; the variable must come before those of `low` and `high`.
    pub(crate) fn decide(&mut self, variable: u32, low: Function, high: Function) -> Result<Function, OverBudget> {
        if low == high {
            return Ok(low);
        }
        debug_assert!(variable < self.node(low).variable.min(self.node(high).variable), "order");
        let node = Node { variable, low, high };
        let slot = match self.find(node) {
            Ok(function) => return Ok(function),
            Err(slot) => slot,
        };
        if self.nodes.len() >= self.node_budget {
            return Err(OverBudget);
        }
        let function = Function(self.nodes.len() as u32);
        self.nodes.push(node);
        self.without_any.push(self.is_true_without_any(low));
        if let Some(slot) = self.unique.get_mut(slot) {
            *slot = function.0;
        }
        if self.nodes.len() * 2 > self.unique.len() {
            self.grow();
        }
        Ok(function)
    }

    /// `if all of the variables then high else low`, for variables in their order.
    pub(crate) fn decide_all(
        &mut self,
        variables: &[u32],
        low: Function,
        high: Function,
    ) -> Result<Function, OverBudget> {
        variables.iter().rev().try_fold(high, |high, &variable| self.decide(variable, low, high))
    }

    /// The node, or the empty slot for it.
    fn find(&self, node: Node) -> Result<Function, usize> {
        let children = u64::from(node.low.0) << 32 | u64::from(node.high.0);
        let mask = self.unique.len() - 1;
        let mut slot = mix(children, node.variable) & mask;
        loop {
            match self.unique.get(slot) {
                None | Some(0) => return Err(slot),
                Some(&known) if self.node(Function(known)) == node => return Ok(Function(known)),
                Some(_) => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.unique = vec![0; self.unique.len() * 4];
        for index in 2..self.nodes.len() as u32 {
            if let Err(slot) = self.find(self.node(Function(index)))
                && let Some(slot) = self.unique.get_mut(slot)
            {
                *slot = index;
            }
        }
    }

    /// The function that is one variable.
    pub(crate) fn variable(&mut self, variable: u32) -> Result<Function, OverBudget> {
        self.decide(variable, Function::NEVER, Function::ALWAYS)
    }

    /// Whether the function is one variable and nothing else.
    pub(crate) fn is_variable(&self, function: Function) -> bool {
        let node = self.node(function);
        function > Function::ALWAYS && (node.low, node.high) == (Function::NEVER, Function::ALWAYS)
    }

    /// The first variable that the function depends on; `u32::MAX` for none.
    pub(crate) fn first_variable(&self, function: Function) -> u32 {
        self.node(function).variable
    }

    /// Both.
    pub(crate) fn and(&mut self, first: Function, second: Function) -> Result<Function, OverBudget> {
        self.apply(Operation::And, first, second)
    }

    /// Either.
    pub(crate) fn or(&mut self, first: Function, second: Function) -> Result<Function, OverBudget> {
        self.apply(Operation::Or, first, second)
    }

    fn apply(&mut self, operation: Operation, first: Function, second: Function) -> Result<Function, OverBudget> {
        self.tasks.clear();
        self.results.clear();
        self.tasks.push(Task::Visit(first, second));
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Visit(first, second) => self.visit(operation, first, second)?,
                Task::Join { variable, first, second } => {
                    let high = self.results.pop().unwrap_or(Function::NEVER);
                    let low = self.results.pop().unwrap_or(Function::NEVER);
                    let result = self.decide(variable, low, high)?;
                    let slot = self.slot(operation, first, second);
                    if let Some(remembered) = self.cache.get_mut(slot) {
                        *remembered = Remembered { key: key(operation, first), second: second.0, result: result.0 };
                    }
                    self.results.push(result);
                }
            }
        }
        Ok(self.results.pop().unwrap_or(Function::NEVER))
    }

    fn visit(&mut self, operation: Operation, first: Function, second: Function) -> Result<(), OverBudget> {
        let (first, second) = if first <= second { (first, second) } else { (second, first) };
        // `first` is the smaller index: a terminal, if any is.
        let known = match (operation, first) {
            _ if first == second => Some(first),
            (Operation::And, Function::NEVER) | (Operation::Or, Function::ALWAYS) => Some(first),
            (Operation::And, Function::ALWAYS) | (Operation::Or, Function::NEVER) => Some(second),
            // or(NEVER, ALWAYS) and and(NEVER, ALWAYS) are among the above.
            _ => None,
        };
        if let Some(known) = known {
            self.results.push(known);
            return Ok(());
        }
        let slot = self.slot(operation, first, second);
        if let Some(remembered) = self.cache.get(slot)
            && remembered.key == key(operation, first)
            && remembered.second == second.0
        {
            self.results.push(Function(remembered.result));
            return Ok(());
        }
        self.work_left = self.work_left.checked_sub(1).ok_or(OverBudget)?;
        self.missed += 1;
        if self.missed > 2 * self.cache.len() && self.cache.len() < MOST_REMEMBERED {
            self.remember_more();
        }
        let (one, two) = (self.node(first), self.node(second));
        let variable = one.variable.min(two.variable);
        let split = |node: Node, function: Function| {
            if node.variable == variable { (node.low, node.high) } else { (function, function) }
        };
        let ((low_one, high_one), (low_two, high_two)) = (split(one, first), split(two, second));
        self.tasks.push(Task::Join { variable, first, second });
        self.tasks.push(Task::Visit(high_one, high_two));
        self.tasks.push(Task::Visit(low_one, low_two));
        Ok(())
    }

    fn remember_more(&mut self) {
        self.missed = 0;
        let more = vec![Remembered::default(); self.cache.len() * 4];
        for known in std::mem::replace(&mut self.cache, more) {
            let slot = mix(known.key, known.second) & (self.cache.len() - 1);
            if let Some(slot) = self.cache.get_mut(slot).filter(|_| known.key != 0) {
                *slot = known;
            }
        }
    }

    fn slot(&self, operation: Operation, first: Function, second: Function) -> usize {
        mix(key(operation, first), second.0) & (self.cache.len() - 1)
    }

    /// The function with some variables known: `known` gives the value of a variable, if it is.
    pub(crate) fn restrict(
        &mut self,
        function: Function,
        known: impl Fn(u32) -> Option<bool>,
    ) -> Result<Function, OverBudget> {
        let live = self.live([function]);
        let mut restricted = vec![Function::NEVER, Function::ALWAYS];
        for (variable, low, high) in live.nodes() {
            let at = |place: u32| restricted.get(place as usize).copied().unwrap_or(Function::NEVER);
            let (low, high) = (at(low), at(high));
            restricted.push(match known(variable) {
                Some(true) => high,
                Some(false) => low,
                None => self.decide(variable, low, high)?,
            });
        }
        Ok(restricted.get(live.place(function) as usize).copied().unwrap_or(Function::NEVER))
    }

    /// Whether the function is true when exactly the variables for which `holds` are.
    pub(crate) fn truth(&self, function: Function, holds: impl Fn(u32) -> bool) -> bool {
        let mut at = function;
        while at > Function::ALWAYS {
            let node = self.node(at);
            at = if holds(node.variable) { node.high } else { node.low };
        }
        at == Function::ALWAYS
    }

    /// The nodes that these functions are made of, children first.
    pub(crate) fn live(&self, roots: impl IntoIterator<Item = Function>) -> Live {
        let mut marked = vec![false; self.nodes.len()];
        let mut pending: Vec<Function> = roots.into_iter().collect();
        let mut nodes = Vec::new();
        while let Some(function) = pending.pop() {
            match marked.get_mut(function.0 as usize) {
                Some(mark) if function > Function::ALWAYS && !*mark => *mark = true,
                _ => continue,
            }
            let node = self.node(function);
            nodes.push(function);
            pending.extend([node.low, node.high]);
        }
        nodes.sort_unstable();
        let place: FxHashMap<Function, u32> =
            nodes.iter().enumerate().map(|(place, &function)| (function, place as u32 + 2)).collect();
        let at = |function: Function| {
            if function <= Function::ALWAYS { function.0 } else { place.get(&function).copied().unwrap_or(0) }
        };
        let nodes = nodes
            .iter()
            .map(|&function| {
                let node = self.node(function);
                LiveNode { variable: node.variable, low: at(node.low), high: at(node.high) }
            })
            .collect();
        Live { nodes, place }
    }

    /// The variables that the function depends on, in their order.
    pub(crate) fn variables(&self, function: Function) -> Vec<u32> {
        self.live([function]).variables()
    }

    /// How many nodes the function has, counted up to `limit`.
    pub(crate) fn size(&self, function: Function, limit: usize) -> usize {
        let mut seen = FxHashSet::default();
        let mut pending = vec![function];
        while let Some(function) = pending.pop() {
            if function > Function::ALWAYS && seen.len() < limit && seen.insert(function) {
                let node = self.node(function);
                pending.extend([node.high, node.low]);
            }
        }
        seen.len()
    }

    /// The variables that alone make the function true, in their order. O(depth).
    #[cfg(test)]
    pub(crate) fn singles(&self, function: Function) -> Vec<u32> {
        let mut singles = Vec::new();
        let mut at = function;
        while at > Function::ALWAYS {
            let node = self.node(at);
            if self.is_true_without_any(node.high) {
                singles.push(node.variable);
            }
            at = node.low;
        }
        singles
    }

    /// The pairs of variables that together make the function true while neither does alone, at most `limit`.
    pub(crate) fn pairs(&self, function: Function, limit: usize) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        let mut at = function;
        while at > Function::ALWAYS {
            let node = self.node(at);
            // With the first one true, some others are enough that were not before; where both ways meet, none is left.
            let (mut with, mut without) = (node.high, node.low);
            while with > Function::ALWAYS && with != without && !self.is_true_without_any(node.high) {
                let (one, other) = (self.node(with), self.node(without));
                if other.variable < one.variable {
                    without = other.low;
                    continue;
                }
                let enough_alone = other.variable == one.variable && self.is_true_without_any(other.high);
                if self.is_true_without_any(one.high) && !enough_alone {
                    if pairs.len() == limit {
                        return pairs;
                    }
                    pairs.push((node.variable, one.variable));
                }
                if other.variable == one.variable {
                    without = other.low;
                }
                with = one.low;
            }
            at = node.low;
        }
        pairs
    }

    fn is_true_without_any(&self, function: Function) -> bool {
        self.without_any.get(function.0 as usize) == Some(&true)
    }
}

/// Spreads a key over the low bits (multiplication by the golden ratio, and by a prime of xxHash).
fn mix(first: u64, second: u32) -> usize {
    let mixed = first.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(second).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) as usize >> 24
}

fn key(operation: Operation, first: Function) -> u64 {
    (u64::from(first.0) << 1) | u64::from(operation == Operation::Or)
}

#[derive(Clone, Copy, Debug)]
struct LiveNode {
    variable: u32,
    /// Places: 0 never, 1 always, then the nodes in order.
    low: u32,
    high: u32,
}

/// The part of a store that a set of functions is made of, for evaluating it many times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live {
    nodes: Vec<LiveNode>,
    place: FxHashMap<Function, u32>,
}

/// Probabilities of all nodes for one assignment.
pub(crate) struct Probabilities(Vec<f64>);

impl Live {
    /// The nodes, children first, as variable, low and high; the first is at place 2, after "never" and "always".
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (u32, u32, u32)> {
        self.nodes.iter().map(|node| (node.variable, node.low, node.high))
    }

    /// One of the nodes, counted from the first.
    pub(crate) fn node(&self, index: usize) -> Option<(u32, u32, u32)> {
        self.nodes.get(index).map(|node| (node.variable, node.low, node.high))
    }

    /// The variables that the functions depend on, in their order.
    pub(crate) fn variables(&self) -> Vec<u32> {
        let mut variables: Vec<u32> = self.nodes.iter().map(|node| node.variable).collect();
        variables.sort_unstable();
        variables.dedup();
        variables
    }

    /// The place of one of the functions this was made for.
    pub(crate) fn place(&self, function: Function) -> u32 {
        if function <= Function::ALWAYS { function.0 } else { self.place.get(&function).copied().unwrap_or(0) }
    }

    /// The probability that each function is true, when variable `v` is with probability `variables[v]`.
    /// Failure probabilities in, failure probabilities out: sums and products of non-negative numbers only, so that
    /// tiny ones keep their digits.
    pub(crate) fn probabilities(&self, variables: &[f64]) -> Probabilities {
        let mut values = Vec::with_capacity(self.nodes.len() + 2);
        values.extend([0.0, 1.0]);
        for node in &self.nodes {
            let p = variables.get(node.variable as usize).copied().unwrap_or(0.0);
            let at = |place: u32| values.get(place as usize).copied().unwrap_or(0.0);
            values.push((1.0 - p) * at(node.low) + p * at(node.high));
        }
        Probabilities(values)
    }

    /// The value of every place in 64 cases, with these values of the variables (false for those that are missing).
    pub(crate) fn words(&self, variables: &[u64]) -> Vec<u64> {
        let mut values = Vec::with_capacity(self.nodes.len() + 2);
        values.extend([0, u64::MAX]);
        for node in &self.nodes {
            let word = variables.get(node.variable as usize).copied().unwrap_or(0);
            let at = |place: u32| values.get(place as usize).copied().unwrap_or(0);
            values.push((word & at(node.high)) | (!word & at(node.low)));
        }
        values
    }

    /// The probability of one of the functions this was made for.
    pub(crate) fn probability(&self, function: Function, probabilities: &Probabilities) -> f64 {
        probabilities.0.get(self.place(function) as usize).copied().unwrap_or(0.0)
    }

    /// The derivative of the weighted sum of the roots' probabilities by each variable's probability (Birnbaum
    /// importance). The sum is linear in each of them, so that `sum - p * derivative` is the sum with that one perfect.
    pub(crate) fn derivatives(
        &self,
        roots: &[(Function, f64)],
        variables: &[f64],
        probabilities: &Probabilities,
    ) -> Vec<f64> {
        let mut derivatives = vec![0.0; variables.len()];
        self.add_derivatives(roots, variables, probabilities, &mut derivatives);
        derivatives
    }

    /// The same, added to what is there.
    pub(crate) fn add_derivatives(
        &self,
        roots: &[(Function, f64)],
        variables: &[f64],
        probabilities: &Probabilities,
        derivatives: &mut [f64],
    ) {
        let mut adjoint = vec![0.0; self.nodes.len() + 2];
        for &(root, weight) in roots {
            if let Some(adjoint) = adjoint.get_mut(self.place(root) as usize) {
                *adjoint += weight;
            }
        }
        let at = |place: u32| probabilities.0.get(place as usize).copied().unwrap_or(0.0);
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let carried = adjoint.get(index + 2).copied().unwrap_or(0.0);
            if carried == 0.0 {
                continue;
            }
            let p = variables.get(node.variable as usize).copied().unwrap_or(0.0);
            if let Some(derivative) = derivatives.get_mut(node.variable as usize) {
                *derivative += carried * (at(node.high) - at(node.low));
            }
            for (child, share) in [(node.low, 1.0 - p), (node.high, p)] {
                if let Some(adjoint) = adjoint.get_mut(child as usize) {
                    *adjoint += carried * share;
                }
            }
        }
    }
}
