//! Minimal cut sets of a monotone decision diagram, without enumerating them: a zero-suppressed decision diagram
//! (Minato 1993) of the minimal solutions (Rauzy 1993), on which sets are counted, listed and weighed.
//!
//! As in the decision diagram children have smaller indexes, one forward pass gives what is below each node and one
//! backward pass what is above it, and nothing recurses.

use rustc_hash::FxHashMap;

use crate::diagram::bdd::{Live, OverBudget};

/// A family of sets: the index of its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Family(u32);

impl Family {
    /// No set at all.
    const NONE: Family = Family(0);
    /// The empty set alone: fails without any event.
    const EMPTY_SET: Family = Family(1);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    variable: u32,
    /// The sets without the variable.
    without: Family,
    /// The sets with it, the variable taken out.
    with: Family,
}

const TERMINAL: u32 = u32::MAX;
/// So many results are remembered at most: 48 MB.
const MOST_REMEMBERED: usize = 1 << 22;
/// Orders above this are counted together.
pub(crate) const COUNTED_ORDERS: usize = 64;

enum Task {
    /// The first family without the supersets of sets of the second.
    Visit(Family, Family),
    /// The same of the last result.
    Then(Family),
    Join {
        variable: u32,
        first: Family,
        second: Family,
    },
}

#[derive(Clone, Copy, Default)]
struct Remembered {
    first: u32,
    second: u32,
    result: u32,
}

/// What a variable is to a cut set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A basic event.
    Event,
    /// Taken as happening: it is no event of its own.
    Given,
    /// Taken as never happening.
    Never,
}

/// A store of families of sets.
struct Store {
    nodes: Vec<Node>,
    unique: Vec<u32>,
    cache: Vec<Remembered>,
    /// Operations that were not remembered since the cache last grew.
    missed: usize,
    node_budget: usize,
    work_left: u64,
    tasks: Vec<Task>,
    results: Vec<Family>,
}

impl Store {
    fn new(node_budget: usize, work_budget: u64) -> Store {
        let terminal = Node { variable: TERMINAL, without: Family::NONE, with: Family::NONE };
        Store {
            nodes: vec![terminal; 2],
            unique: vec![0; 1 << 12],
            cache: vec![Remembered::default(); 1 << 12],
            missed: 0,
            node_budget,
            work_left: work_budget,
            tasks: Vec::new(),
            results: Vec::new(),
        }
    }

    fn node(&self, family: Family) -> Node {
        let none = Node { variable: TERMINAL, without: Family::NONE, with: Family::NONE };
        self.nodes.get(family.0 as usize).copied().unwrap_or(none)
    }

    fn make(&mut self, variable: u32, without: Family, with: Family) -> Result<Family, OverBudget> {
        if with == Family::NONE {
            return Ok(without);
        }
        let node = Node { variable, without, with };
        let slot = match self.find(node) {
            Ok(family) => return Ok(family),
            Err(slot) => slot,
        };
        if self.nodes.len() >= self.node_budget {
            return Err(OverBudget);
        }
        let family = Family(self.nodes.len() as u32);
        self.nodes.push(node);
        if let Some(slot) = self.unique.get_mut(slot) {
            *slot = family.0;
        }
        if self.nodes.len() * 2 > self.unique.len() {
            self.grow();
        }
        Ok(family)
    }

    fn find(&self, node: Node) -> Result<Family, usize> {
        let mask = self.unique.len() - 1;
        let mut slot = mix(node.without.0, node.with.0, node.variable) & mask;
        loop {
            match self.unique.get(slot) {
                None | Some(0) => return Err(slot),
                Some(&known) if self.node(Family(known)) == node => return Ok(Family(known)),
                Some(_) => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.unique = vec![0; self.unique.len() * 4];
        for index in 2..self.nodes.len() as u32 {
            if let Err(slot) = self.find(self.node(Family(index)))
                && let Some(slot) = self.unique.get_mut(slot)
            {
                *slot = index;
            }
        }
    }

    /// The sets of the first family that contain no set of the second.
    fn without(&mut self, first: Family, second: Family) -> Result<Family, OverBudget> {
        self.tasks.clear();
        self.results.clear();
        self.tasks.push(Task::Visit(first, second));
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Visit(first, second) => self.visit(first, second)?,
                Task::Then(second) => {
                    let first = self.results.pop().unwrap_or(Family::NONE);
                    self.tasks.push(Task::Visit(first, second));
                }
                Task::Join { variable, first, second } => {
                    let with = self.results.pop().unwrap_or(Family::NONE);
                    let without = self.results.pop().unwrap_or(Family::NONE);
                    let result = self.make(variable, without, with)?;
                    let slot = self.slot(first, second);
                    if let Some(remembered) = self.cache.get_mut(slot) {
                        *remembered = Remembered { first: first.0, second: second.0, result: result.0 };
                    }
                    self.results.push(result);
                }
            }
        }
        Ok(self.results.pop().unwrap_or(Family::NONE))
    }

    fn visit(&mut self, first: Family, second: Family) -> Result<(), OverBudget> {
        let known = match (first, second) {
            (Family::NONE, _) | (_, Family::NONE) => Some(first),
            (_, Family::EMPTY_SET) => Some(Family::NONE),
            _ if first == second => Some(Family::NONE),
            _ => None,
        };
        if let Some(known) = known {
            self.results.push(known);
            return Ok(());
        }
        let slot = self.slot(first, second);
        if let Some(remembered) = self.cache.get(slot)
            && (remembered.first, remembered.second) == (first.0, second.0)
        {
            self.results.push(Family(remembered.result));
            return Ok(());
        }
        self.work_left = self.work_left.checked_sub(1).ok_or(OverBudget)?;
        self.missed += 1;
        if self.missed > 2 * self.cache.len() && self.cache.len() < MOST_REMEMBERED {
            self.remember_more();
        }
        let (one, two) = (self.node(first), self.node(second));
        if one.variable > two.variable {
            // No set of the first has it, so that none contains a set with it.
            self.tasks.push(Task::Visit(first, two.without));
            return Ok(());
        }
        self.tasks.push(Task::Join { variable: one.variable, first, second });
        if one.variable < two.variable {
            self.tasks.push(Task::Visit(one.with, second));
            self.tasks.push(Task::Visit(one.without, second));
        } else {
            self.tasks.push(Task::Then(two.without));
            self.tasks.push(Task::Visit(one.with, two.with));
            self.tasks.push(Task::Visit(one.without, two.without));
        }
        Ok(())
    }

    fn remember_more(&mut self) {
        self.missed = 0;
        let more = vec![Remembered::default(); self.cache.len() * 4];
        for known in std::mem::replace(&mut self.cache, more) {
            let slot = self.slot(Family(known.first), Family(known.second));
            if let Some(slot) = self.cache.get_mut(slot) {
                *slot = known;
            }
        }
    }

    fn slot(&self, first: Family, second: Family) -> usize {
        mix(first.0, second.0, 0) & (self.cache.len() - 1)
    }
}

/// Spreads three numbers over the low bits.
fn mix(first: u32, second: u32, third: u32) -> usize {
    let pair = u64::from(first) << 32 | u64::from(second);
    let mixed = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(third).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) as usize >> 24
}

/// The minimal cut sets of one event.
pub(crate) struct CutSets {
    /// The nodes that matter, children first; places 0 and 1 are "none" and "the empty set".
    nodes: Vec<Node>,
    root: u32,
    /// The sets of the modules that variables stand for, those first that others are made of, each with its variable.
    modules: Vec<(u32, CutSets)>,
}

impl CutSets {
    /// The minimal solutions of the one function that `live` was made for. `role` says what each variable is.
    pub(crate) fn of(
        live: &Live,
        root: u32,
        role: impl Fn(u32) -> Role,
        node_budget: usize,
        work_budget: u64,
    ) -> Result<CutSets, OverBudget> {
        let mut store = Store::new(node_budget, work_budget);
        let mut families = vec![Family::NONE, Family::EMPTY_SET];
        for (variable, low, high) in live.nodes() {
            let at = |place: u32| families.get(place as usize).copied().unwrap_or(Family::NONE);
            let (low, high) = (at(low), at(high));
            let family = match role(variable) {
                Role::Given => high,
                Role::Never => low,
                Role::Event => {
                    let with = store.without(high, low)?;
                    store.make(variable, low, with)?
                }
            };
            families.push(family);
        }
        let root = families.get(root as usize).copied().unwrap_or(Family::NONE);
        Ok(CutSets::collected(&store, root))
    }

    /// The same with variables that stand for modules, those first that others are made of.
    pub(crate) fn with_modules(
        live: &Live,
        root: u32,
        modules: &[(u32, &Live, u32)],
        role: impl Fn(u32) -> Role,
        node_budget: usize,
        work_budget: u64,
    ) -> Result<CutSets, OverBudget> {
        let mut found: Vec<(u32, CutSets)> = Vec::new();
        let mut stands: FxHashMap<u32, Role> = FxHashMap::default();
        let mut left = node_budget;
        for &(variable, live, root) in modules {
            let role = |variable: u32| stands.get(&variable).copied().unwrap_or_else(|| role(variable));
            let sets = CutSets::of(live, root, role, left, work_budget)?;
            left = left.saturating_sub(sets.nodes.len());
            let role = match sets.root {
                0 => Role::Never,
                1 => Role::Given,
                _ => Role::Event,
            };
            stands.insert(variable, role);
            found.push((variable, sets));
        }
        let role = |variable: u32| stands.get(&variable).copied().unwrap_or_else(|| role(variable));
        Ok(CutSets { modules: found, ..CutSets::of(live, root, role, left, work_budget)? })
    }

    /// The module that a variable stands for among the first so many.
    fn module(&self, variable: u32, among: usize) -> Option<(usize, &CutSets)> {
        let before = self.modules.iter().enumerate().take(among).rev();
        before.into_iter().find(|(_, (other, _))| *other == variable).map(|(index, (_, sets))| (index, sets))
    }

    /// Only what the root is made of.
    fn collected(store: &Store, root: Family) -> CutSets {
        let mut marked = vec![false; root.0 as usize + 1];
        let mut pending = vec![root];
        while let Some(family) = pending.pop() {
            if let Some(mark) = marked.get_mut(family.0 as usize)
                && !std::mem::replace(mark, true)
            {
                let node = store.node(family);
                pending.extend([node.without, node.with].into_iter().filter(|family| *family > Family::EMPTY_SET));
            }
        }
        let mut place = vec![0u32; marked.len()];
        if let Some(one) = place.get_mut(1) {
            *one = 1;
        }
        let terminal = Node { variable: TERMINAL, without: Family::NONE, with: Family::NONE };
        let mut nodes = vec![terminal; 2];
        for (index, _) in marked.iter().enumerate().skip(2).filter(|(_, marked)| **marked) {
            let node = store.node(Family(index as u32));
            let at = |family: Family| Family(place.get(family.0 as usize).copied().unwrap_or(0));
            let node = Node { variable: node.variable, without: at(node.without), with: at(node.with) };
            if let Some(place) = place.get_mut(index) {
                *place = nodes.len() as u32;
            }
            nodes.push(node);
        }
        let root = place.get(root.0 as usize).copied().unwrap_or(0);
        CutSets { nodes, root, modules: Vec::new() }
    }

    /// The sets without any of these variables. Where a variable never happens, these are the minimal cut sets that are
    /// left.
    pub(crate) fn never(&self, is_never: impl Fn(u32) -> bool) -> CutSets {
        let mut stands: FxHashMap<u32, bool> = FxHashMap::default();
        let mut modules = Vec::with_capacity(self.modules.len());
        for (variable, sets) in &self.modules {
            let sets =
                sets.flat_never(&|variable| stands.get(&variable).copied().unwrap_or_else(|| is_never(variable)));
            stands.insert(*variable, sets.root == 0);
            modules.push((*variable, sets));
        }
        let left = self.flat_never(&|variable| stands.get(&variable).copied().unwrap_or_else(|| is_never(variable)));
        CutSets { modules, ..left }
    }

    fn flat_never(&self, is_never: &impl Fn(u32) -> bool) -> CutSets {
        let mut nodes = self.nodes.clone();
        // A node that is left out stands for what is at its place without it, which has a smaller place.
        let mut place: Vec<u32> = (0..nodes.len() as u32).collect();
        for (index, node) in nodes.iter_mut().enumerate().skip(2) {
            let at = |family: Family| Family(place.get(family.0 as usize).copied().unwrap_or(0));
            (node.without, node.with) = (at(node.without), at(node.with));
            if is_never(node.variable) || node.with == Family::NONE {
                let without = node.without.0;
                if let Some(slot) = place.get_mut(index) {
                    *slot = without;
                }
            }
        }
        let root = place.get(self.root as usize).copied().unwrap_or(0);
        CutSets { nodes, root, modules: Vec::new() }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len() + self.modules.iter().map(|(_, sets)| sets.nodes.len()).sum::<usize>()
    }

    fn inner(&self) -> impl DoubleEndedIterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().skip(2)
    }

    /// How many sets there are of each order, from order 0; those of `COUNTED_ORDERS` and above together in the last.
    /// `stands_for` gives for a variable how many events it stands for and in how many ways (1 and 1 for one event).
    /// Counts stop at `u64::MAX`.
    pub(crate) fn by_order(&self, stands_for: impl Fn(u32) -> (usize, u64)) -> Vec<u64> {
        // What a module's variable stands for: how many sets of each order.
        let mut modules: FxHashMap<u32, Vec<u64>> = FxHashMap::default();
        for (variable, sets) in &self.modules {
            let found = sets.flat_by_order(&stands_for, &modules);
            modules.insert(*variable, found);
        }
        self.flat_by_order(&stands_for, &modules)
    }

    fn flat_by_order(&self, stands_for: &impl Fn(u32) -> (usize, u64), modules: &FxHashMap<u32, Vec<u64>>) -> Vec<u64> {
        let largest = |variable: u32| {
            modules.get(&variable).map_or_else(|| stands_for(variable).0, |found| found.len().saturating_sub(1))
        };
        let most = self.largest_order(&largest).min(COUNTED_ORDERS);
        let width = most + 1;
        let mut counts = vec![0u64; self.nodes.len() * width];
        if let Some(empty) = counts.get_mut(width) {
            *empty = 1;
        }
        for (index, node) in self.inner() {
            let add = |order: usize, more: u64, counts: &mut Vec<u64>| {
                if let Some(slot) = counts.get_mut(index * width + order.min(most)) {
                    *slot = slot.saturating_add(more);
                }
            };
            for order in 0..width {
                let without = counts.get(node.without.0 as usize * width + order).copied().unwrap_or(0);
                let with = counts.get(node.with.0 as usize * width + order).copied().unwrap_or(0);
                add(order, without, &mut counts);
                match modules.get(&node.variable) {
                    Some(found) if with > 0 => {
                        for (events, &ways) in found.iter().enumerate() {
                            add(order + events, with.saturating_mul(ways), &mut counts);
                        }
                    }
                    Some(_) => {}
                    None => {
                        let (events, ways) = stands_for(node.variable);
                        add(order + events, with.saturating_mul(ways), &mut counts);
                    }
                }
            }
        }
        let start = self.root as usize * width;
        let mut found = counts.get(start..start + width).unwrap_or_default().to_vec();
        while found.last() == Some(&0) {
            found.pop();
        }
        found
    }

    fn largest_order(&self, stands_for: &impl Fn(u32) -> usize) -> usize {
        let mut largest = vec![0usize; self.nodes.len()];
        for (index, node) in self.inner() {
            let at = |family: Family| largest.get(family.0 as usize).copied().unwrap_or(0);
            let order = at(node.without).max(at(node.with) + stands_for(node.variable));
            if let Some(slot) = largest.get_mut(index) {
                *slot = order;
            }
        }
        largest.get(self.root as usize).copied().unwrap_or(0)
    }

    /// The sets of exactly `order` variables (1 or 2), at most `limit`.
    pub(crate) fn of_order(&self, order: usize, limit: usize) -> Vec<Vec<u32>> {
        if self.modules.is_empty() {
            return self.flat_of_order(order, limit);
        }
        let mut found = match order {
            1 => self.singles(self, self.modules.len(), limit).into_iter().map(|single| vec![single]).collect(),
            _ => self.pairs(self, self.modules.len(), limit),
        };
        found.truncate(limit);
        found
    }

    /// The sets of one variable of a part that is made of the first so many modules.
    fn singles(&self, part: &CutSets, among: usize, limit: usize) -> Vec<u32> {
        let mut found = Vec::new();
        for variable in part.flat_of_order(1, limit).into_iter().flatten() {
            match self.module(variable, among) {
                Some((index, sets)) => found.extend(self.singles(sets, index, limit)),
                None => found.push(variable),
            }
            if found.len() >= limit {
                break;
            }
        }
        found
    }

    fn pairs(&self, part: &CutSets, among: usize, limit: usize) -> Vec<Vec<u32>> {
        let mut found = Vec::new();
        for variable in part.flat_of_order(1, usize::MAX).into_iter().flatten() {
            if let Some((index, sets)) = self.module(variable, among) {
                found.extend(self.pairs(sets, index, limit));
            }
            if found.len() >= limit {
                return found;
            }
        }
        let singles = |variable: u32| match self.module(variable, among) {
            Some((index, sets)) => self.singles(sets, index, limit),
            None => vec![variable],
        };
        for pair in part.flat_of_order(2, limit) {
            let [first, second] = pair.as_slice() else { continue };
            let (first, second) = (singles(*first), singles(*second));
            for one in &first {
                found.extend(second.iter().map(|other| vec![*one, *other]));
                if found.len() >= limit {
                    return found;
                }
            }
        }
        found
    }

    /// The same, in the order of the variables, with those of modules for themselves.
    fn flat_of_order(&self, order: usize, limit: usize) -> Vec<Vec<u32>> {
        // Whether each node has the empty set, a set of one, a set of two.
        let mut has = vec![[false; 3]; self.nodes.len()];
        if let Some(slot) = has.get_mut(1) {
            *slot = [true, false, false];
        }
        for (index, node) in self.inner() {
            let at = |family: Family| has.get(family.0 as usize).copied().unwrap_or_default();
            let (without, with) = (at(node.without), at(node.with));
            let [none, one, two] = without;
            if let Some(slot) = has.get_mut(index) {
                *slot = [none, one || with[0], two || with[1]];
            }
        }
        let has =
            |place: u32, order: usize| has.get(place as usize).and_then(|has| has.get(order)).copied().unwrap_or(false);
        let mut found = Vec::new();
        let mut at = self.root;
        while at > 1 && has(at, order) && found.len() < limit {
            let Some(node) = self.nodes.get(at as usize) else { break };
            if order == 1 && has(node.with.0, 0) {
                found.push(vec![node.variable]);
            }
            let mut second = node.with.0;
            while order == 2 && second > 1 && has(second, 1) && found.len() < limit {
                let Some(inner) = self.nodes.get(second as usize) else { break };
                if has(inner.with.0, 0) {
                    found.push(vec![node.variable, inner.variable]);
                }
                second = inner.without.0;
            }
            at = node.without.0;
        }
        found
    }

    /// Sum over the sets of the product of `weight` over their variables.
    pub(crate) fn sum(&self, weight: impl Fn(u32) -> f64) -> f64 {
        let mut stands: FxHashMap<u32, f64> = FxHashMap::default();
        for (variable, sets) in &self.modules {
            let sum = sets.flat_sum(&|variable| stands.get(&variable).copied().unwrap_or_else(|| weight(variable)));
            stands.insert(*variable, sum);
        }
        self.flat_sum(&|variable| stands.get(&variable).copied().unwrap_or_else(|| weight(variable)))
    }

    fn flat_sum(&self, weight: &impl Fn(u32) -> f64) -> f64 {
        self.sums(weight).get(self.root as usize).copied().unwrap_or(0.0)
    }

    fn sums(&self, weight: &impl Fn(u32) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.nodes.len()];
        if let Some(one) = sums.get_mut(1) {
            *one = 1.0;
        }
        for (index, node) in self.inner() {
            let at = |family: Family| sums.get(family.0 as usize).copied().unwrap_or(0.0);
            let sum = at(node.without) + weight(node.variable) * at(node.with);
            if let Some(slot) = sums.get_mut(index) {
                *slot = sum;
            }
        }
        sums
    }

    /// For each variable the sum over the sets with it of the product of `weight`; `variables` is how many there are.
    fn sums_with_each(&self, variables: usize, weight: &impl Fn(u32) -> f64) -> Vec<f64> {
        let mut weights: Vec<f64> = (0..variables as u32).map(weight).collect();
        let mut before = Vec::with_capacity(self.modules.len());
        for (variable, sets) in &self.modules {
            let sum = sets.flat_sum(&|variable| weights.get(variable as usize).copied().unwrap_or(0.0));
            if let Some(slot) = weights.get_mut(*variable as usize) {
                before.push(std::mem::replace(slot, sum));
            }
        }
        let mut with_each = vec![0.0; variables];
        self.add_without_each(1.0, &weights, &mut with_each);
        for ((variable, sets), before) in self.modules.iter().zip(before).rev() {
            let (Some(weight), Some(share)) =
                (weights.get_mut(*variable as usize), with_each.get_mut(*variable as usize))
            else {
                continue;
            };
            *weight = before;
            let share = std::mem::take(share);
            sets.add_without_each(share, &weights, &mut with_each);
        }
        with_each.iter_mut().zip(weights).for_each(|(with, weight)| *with *= weight);
        with_each
    }

    /// Adds for each variable the sum over the sets with it of the product of the other weights, times `share`.
    fn add_without_each(&self, share: f64, weights: &[f64], without_each: &mut [f64]) {
        let weight = |variable: u32| weights.get(variable as usize).copied().unwrap_or(0.0);
        let sums = self.sums(&weight);
        let mut above = vec![0.0; self.nodes.len()];
        if let Some(root) = above.get_mut(self.root as usize) {
            *root = share;
        }
        for (index, node) in self.inner().rev() {
            let here = above.get(index).copied().unwrap_or(0.0);
            if here == 0.0 {
                continue;
            }
            if let Some(slot) = without_each.get_mut(node.variable as usize) {
                *slot += here * sums.get(node.with.0 as usize).copied().unwrap_or(0.0);
            }
            for (child, share) in [(node.without, 1.0), (node.with, weight(node.variable))] {
                if let Some(slot) = above.get_mut(child.0 as usize) {
                    *slot += here * share;
                }
            }
        }
    }

    /// For each variable the sum over the sets S with it of P(S) / |S|: each set's probability split equally over its
    /// variables. `variables` is how many there are. Exact up to rounding.
    ///
    /// With every probability scaled by t, the sum over the sets with a variable is a polynomial in t with a term of
    /// degree |S| for each set, and the integral of that over t from 0 to 1 divided by t gives 1 / |S|. The
    /// Gauss-Legendre rule with m points integrates polynomials of degree 2m - 1 exactly.
    pub(crate) fn split(&self, variables: usize, probability: impl Fn(u32) -> f64) -> Vec<f64> {
        let mut largest: FxHashMap<u32, usize> = FxHashMap::default();
        for (variable, sets) in &self.modules {
            let order = sets.largest_order(&|variable| largest.get(&variable).copied().unwrap_or(1));
            largest.insert(*variable, order);
        }
        let degree = self.largest_order(&|variable| largest.get(&variable).copied().unwrap_or(1));
        let mut shares = vec![0.0; variables];
        for (at, weight) in gauss_legendre(degree / 2 + 1) {
            let with_each = self.sums_with_each(variables, &|variable| at * probability(variable));
            for (share, with) in shares.iter_mut().zip(with_each) {
                *share += weight / at * with;
            }
        }
        shares
    }

    /// Sum over the sets of the smallest probability in each: what can't be exceeded however the events depend on each
    /// other. Sets without any event count as 1. Where there are many different probabilities they are rounded up, by at
    /// most a few percent.
    pub(crate) fn sum_of_smallest(&self, probability: impl Fn(u32) -> f64) -> f64 {
        let parts = self.modules.iter().map(|(_, sets)| sets).chain([self]);
        let mut levels: Vec<f64> =
            parts.flat_map(|sets| sets.inner().map(|(_, node)| rounded_up(probability(node.variable), 0))).collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let coarse = if levels.len() > FINE_LEVELS { 1 } else { 0 };
        let probability = |variable: u32| rounded_up(probability(variable), coarse);
        if coarse > 0 {
            levels = levels.into_iter().map(|level| rounded_up(level, coarse)).collect();
            levels.dedup();
        }
        // The integral over x of the number of sets all of whose events are at least as likely as x.
        let mut total = if self.root == 1 { 1.0 } else { 0.0 };
        let mut below = 0.0;
        for level in levels.into_iter().filter(|level| *level > 0.0) {
            let count = self.sum(|variable| f64::from(u8::from(probability(variable) >= level)));
            if self.root > 1 {
                total += (level - below) * count;
            }
            below = level;
        }
        total
    }
}

/// The sets ready to be drawn by their probabilities.
pub(crate) struct Drawing<'a> {
    sets: &'a CutSets,
    weights: &'a [f64],
    sums: Vec<f64>,
    variables: Vec<u32>,
}

impl CutSets {
    /// The sets ready to be drawn; `probabilities` is by variable.
    pub(crate) fn drawing<'a>(&'a self, probabilities: &'a [f64]) -> Drawing<'a> {
        let sums = self.sums(&|variable| probabilities.get(variable as usize).copied().unwrap_or(0.0));
        let mut variables: Vec<u32> = self.inner().map(|(_, node)| node.variable).collect();
        variables.sort_unstable();
        variables.dedup();
        Drawing { sets: self, weights: probabilities, sums, variables }
    }
}

impl Drawing<'_> {
    /// The variables that are in any set.
    pub(crate) fn variables(&self) -> &[u32] {
        &self.variables
    }

    /// The sum of the sets' probabilities.
    pub(crate) fn sum(&self) -> f64 {
        self.sum_at(self.sets.root)
    }

    fn sum_at(&self, place: u32) -> f64 {
        self.sums.get(place as usize).copied().unwrap_or(0.0)
    }

    /// Draws a set, each with its share of the sum; `random` gives numbers of 0..1, `take` is told the members.
    pub(crate) fn draw(&self, mut random: impl FnMut() -> f64, mut take: impl FnMut(u32)) {
        let mut at = self.sets.root;
        while let Some(node) = self.sets.nodes.get(at as usize).filter(|_| at > 1) {
            let weight = self.weights.get(node.variable as usize).copied().unwrap_or(0.0);
            let with = weight * self.sum_at(node.with.0);
            if random() * (with + self.sum_at(node.without.0)) < with {
                take(node.variable);
                at = node.with.0;
            } else {
                at = node.without.0;
            }
        }
    }

    /// How many sets have failed when these variables have.
    pub(crate) fn failed(&self, has_failed: impl Fn(u32) -> bool) -> f64 {
        self.sets.sum(|variable| f64::from(u8::from(has_failed(variable))))
    }
}

/// So many different probabilities are followed one by one.
const FINE_LEVELS: usize = 64;

/// The number, or the next power of 1.1 above it.
fn rounded_up(probability: f64, coarse: u32) -> f64 {
    if coarse == 0 || probability <= 0.0 {
        return probability;
    }
    1.1f64.powf((probability.ln() / 1.1f64.ln()).ceil()).max(probability)
}

/// Points and weights of the Gauss-Legendre rule on 0..1.
fn gauss_legendre(points: usize) -> Vec<(f64, f64)> {
    let n = points.max(1);
    let mut rule = Vec::with_capacity(n);
    for index in 0..n {
        // Newton's method from the usual first guess (Abramowitz and Stegun 22.16.6).
        let mut x = (std::f64::consts::PI * (index as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut previous, mut value) = (1.0, x);
            for degree in 2..=n {
                let degree = degree as f64;
                (previous, value) = (value, ((2.0 * degree - 1.0) * x * value - (degree - 1.0) * previous) / degree);
            }
            slope = if n == 1 { 1.0 } else { n as f64 * (x * value - previous) / (x * x - 1.0) };
            let step = value / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        rule.push(((x + 1.0) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope)));
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_integrates_powers() {
        for points in 1..20 {
            for power in 0..2 * points {
                let integral: f64 = gauss_legendre(points).iter().map(|(x, w)| w * x.powi(power as i32)).sum();
                let expected = 1.0 / (power as f64 + 1.0);
                assert!((integral - expected).abs() < 1e-14, "{points} {power}: {integral}");
            }
        }
    }
}
