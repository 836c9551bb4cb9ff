//! The graph Terraform orders its work by, reduced to resources as `terraform graph` prints it.

use std::sync::Arc;

use foreshock_resources::Reference;

use super::module::{Target, handed_down};
use crate::config::Module;
use crate::evaluate::join_address;

/// A module call in the tree of modules, without keys.
pub(crate) struct ModuleNode {
    pub(crate) config: Arc<Module>,
    /// `module.a.module.b`; empty for the root.
    pub(crate) path: Arc<str>,
    /// Number of the caller in the tree and of the call in it.
    pub(crate) caller: Option<(usize, usize)>,
    /// By number of the call: the number of the module in the tree.
    pub(crate) calls: Vec<Option<usize>>,
}

/// Where the nodes of a module begin in the numbering of the graph.
#[derive(Clone, Copy, Default)]
struct Base {
    expand: usize,
    close: usize,
    variables: usize,
    locals: usize,
    outputs: usize,
    providers: usize,
    resources: usize,
    end: usize,
}

struct Graph {
    edges: Vec<Vec<usize>>,
    /// By node: its number among the resources.
    resource: Vec<Option<usize>>,
}

/// The references between resources: what `terraform graph` prints, each a resource-level address.
pub(crate) fn references(tree: &[ModuleNode]) -> Vec<Reference> {
    let bases = number(tree);
    let size = bases.last().map_or(0, |base| base.end);
    let mut graph = Graph { edges: vec![Vec::new(); size], resource: vec![None; size] };
    let mut addresses: Vec<Arc<str>> = Vec::new();
    for (module, node) in tree.iter().enumerate() {
        let Some(base) = bases.get(module) else { continue };
        connect(tree, &bases, module, node, base, &mut graph);
        for (resource, config) in node.config.resources.iter().enumerate() {
            if let Some(number) = graph.resource.get_mut(base.resources + resource) {
                *number = Some(addresses.len());
                addresses.push(join_address(&node.path, &config.address));
            }
        }
    }
    let direct = graph.direct(addresses.len());
    let mut references = Vec::new();
    for (from, targets) in reduce(&direct).into_iter().enumerate() {
        for to in targets {
            if let (Some(from), Some(to)) = (addresses.get(from), addresses.get(to)) {
                references.push(Reference { from: from.clone(), to: to.clone() });
            }
        }
    }
    references.sort();
    references.dedup();
    references
}

fn number(tree: &[ModuleNode]) -> Vec<Base> {
    let mut next = 0;
    let mut take = |count: usize| {
        let start = next;
        next += count;
        start
    };
    let mut bases = Vec::with_capacity(tree.len());
    for node in tree {
        let config = &node.config;
        let mut base = Base {
            expand: take(1),
            close: take(1),
            variables: take(config.variables.len()),
            locals: take(config.locals.len()),
            outputs: take(config.outputs.len()),
            providers: take(config.providers.len()),
            resources: take(config.resources.len()),
            end: 0,
        };
        base.end = take(0);
        bases.push(base);
    }
    bases
}

fn connect(tree: &[ModuleNode], bases: &[Base], module: usize, node: &ModuleNode, base: &Base, graph: &mut Graph) {
    let references = node.config.references();
    let is_root = node.caller.is_none();
    // What stands in a module waits for the decision how often it is called; the end of the call waits for all of it.
    for inner in base.variables..base.end {
        if !is_root {
            graph.add(inner, base.expand);
        }
        graph.add(base.close, inner);
    }
    graph.add(base.close, base.expand);
    for child in node.calls.iter().flatten() {
        if let Some(child) = bases.get(*child) {
            graph.add(base.close, child.close);
        }
    }
    let mut all = |start: usize, of: &[Vec<Target>]| {
        for (number, targets) in of.iter().enumerate() {
            graph.add_targets(tree, bases, module, start + number, targets);
        }
    };
    all(base.variables, &references.variables);
    all(base.locals, &references.locals);
    all(base.outputs, &references.outputs);
    all(base.providers, &references.providers);
    all(base.resources, &references.resources);
    for (resource, provider) in references.resource_providers.iter().enumerate() {
        if let Some(provider) = provider_node(tree, bases, module, provider) {
            graph.add(base.resources + resource, provider);
        }
    }
    let Some((caller, call)) = node.caller else { return };
    if let Some(outer) = bases.get(caller)
        && tree.get(caller).is_some_and(|outer| outer.caller.is_some())
    {
        graph.add(base.expand, outer.expand);
    }
    let Some(outer) = tree.get(caller) else { return };
    let outer = outer.config.references();
    if let Some(targets) = outer.calls.get(call) {
        graph.add_targets(tree, bases, caller, base.expand, targets);
    }
    for (name, targets) in outer.arguments.get(call).into_iter().flatten() {
        if let Some(variable) = node.config.variables.number(name) {
            graph.add_targets(tree, bases, caller, base.variables + variable, targets);
        }
    }
}

fn provider_node(tree: &[ModuleNode], bases: &[Base], module: usize, key: &Arc<str>) -> Option<usize> {
    let mut module = module;
    let mut key = key.clone();
    loop {
        let node = tree.get(module)?;
        if let Some(provider) = node.config.providers.number(&key) {
            return Some(bases.get(module)?.providers + provider);
        }
        let (caller, call) = node.caller?;
        let call = tree.get(caller)?.config.calls.get(call)?;
        key = handed_down(&call.block, &key)?;
        module = caller;
    }
}

impl Graph {
    fn add(&mut self, from: usize, to: usize) {
        if from != to
            && let Some(edges) = self.edges.get_mut(from)
        {
            edges.push(to);
        }
    }

    fn add_targets(&mut self, tree: &[ModuleNode], bases: &[Base], module: usize, from: usize, targets: &[Target]) {
        let (Some(node), Some(base)) = (tree.get(module), bases.get(module)) else { return };
        for target in targets {
            let to = match target {
                Target::Variable(number) => Some(base.variables + number),
                Target::Local(number) => Some(base.locals + number),
                Target::Resource(number) => Some(base.resources + number),
                Target::Call(call) => called(tree, bases, node, *call).map(|(_, base)| base.close),
                Target::Output(call, name) => called(tree, bases, node, *call).map(|(inner, base)| {
                    // An output that is not declared means the whole call.
                    inner.config.outputs.number(name).map_or(base.close, |output| base.outputs + output)
                }),
            };
            if let Some(to) = to {
                self.add(from, to);
            }
        }
    }

    /// For each resource, the resources it reaches through other things.
    fn direct(&self, resources: usize) -> Vec<Bits> {
        let mut below: Vec<Option<Bits>> = vec![None; self.edges.len()];
        let mut entered = vec![false; self.edges.len()];
        for start in 0..self.edges.len() {
            // Depth first without recursion; an edge back into an unfinished node (a circle) adds nothing.
            let mut stack = vec![(start, false)];
            while let Some((node, done)) = stack.pop() {
                let edges = self.edges.get(node).map(Vec::as_slice).unwrap_or_default();
                if done {
                    let mut bits = Bits::new(resources);
                    for &to in edges {
                        match self.resource.get(to).copied().flatten() {
                            Some(resource) => bits.set(resource),
                            None => {
                                if let Some(Some(inner)) = below.get(to) {
                                    bits.add(inner);
                                }
                            }
                        }
                    }
                    if let Some(slot) = below.get_mut(node) {
                        *slot = Some(bits);
                    }
                } else if let Some(entered) = entered.get_mut(node)
                    && !*entered
                {
                    *entered = true;
                    stack.push((node, true));
                    stack.extend(edges.iter().map(|&to| (to, false)));
                }
            }
        }
        let mut direct = vec![Bits::new(resources); resources];
        for (node, resource) in self.resource.iter().enumerate() {
            let Some(resource) = *resource else { continue };
            if let (Some(slot), Some(bits)) = (direct.get_mut(resource), below.get_mut(node).and_then(Option::take)) {
                *slot = bits;
                slot.unset(resource);
            }
        }
        direct
    }
}

fn called<'t>(
    tree: &'t [ModuleNode],
    bases: &[Base],
    node: &ModuleNode,
    call: usize,
) -> Option<(&'t ModuleNode, Base)> {
    let inner = node.calls.get(call).copied().flatten()?;
    Some((tree.get(inner)?, *bases.get(inner)?))
}

/// The edges that are not implied by longer ways.
fn reduce(direct: &[Bits]) -> Vec<Vec<usize>> {
    let count = direct.len();
    let mut reach: Vec<Option<Bits>> = vec![None; count];
    let mut entered = vec![false; count];
    for start in 0..count {
        let mut stack = vec![(start, false)];
        while let Some((node, done)) = stack.pop() {
            let Some(targets) = direct.get(node) else { continue };
            if done {
                let mut bits = targets.clone();
                for to in targets.iter() {
                    if let Some(Some(inner)) = reach.get(to) {
                        bits.add(inner);
                    }
                }
                if let Some(slot) = reach.get_mut(node) {
                    *slot = Some(bits);
                }
            } else if let Some(entered) = entered.get_mut(node)
                && !*entered
            {
                *entered = true;
                stack.push((node, true));
                stack.extend(targets.iter().map(|to| (to, false)));
            }
        }
    }
    let below = |via: usize| reach.get(via).and_then(Option::as_ref);
    let kept = |targets: &Bits| {
        let mut implied = Bits::new(count);
        targets.iter().filter_map(below).for_each(|bits| implied.add(bits));
        // In a ring a target reaches itself: that alone implies nothing.
        let by_another = |to: usize| {
            let is_in_ring = below(to).is_some_and(|bits| bits.has(to));
            !is_in_ring || targets.iter().any(|via| via != to && below(via).is_some_and(|bits| bits.has(to)))
        };
        targets.iter().filter(|&to| !(implied.has(to) && by_another(to))).collect()
    };
    direct.iter().map(kept).collect()
}

/// A set of numbers below `size`: a sorted list while they are few, then a bit for each.
#[derive(Clone, Debug)]
struct Bits {
    size: usize,
    few: Vec<u32>,
    /// Empty while they are few.
    many: Vec<u64>,
}

impl Bits {
    fn new(size: usize) -> Bits {
        Bits { size, few: Vec::new(), many: Vec::new() }
    }

    /// Turns to bits where a list would take as much room.
    fn settle(&mut self) {
        if self.many.is_empty() && self.few.len() > 8 + self.size / 64 {
            self.many = vec![0; self.size.div_ceil(64)];
            for number in std::mem::take(&mut self.few) {
                self.set(number as usize);
            }
        }
    }

    fn set(&mut self, number: usize) {
        if !self.many.is_empty() {
            if let Some(word) = self.many.get_mut(number / 64) {
                *word |= 1 << (number % 64);
            }
        } else if let Err(at) = self.few.binary_search(&(number as u32)) {
            self.few.insert(at, number as u32);
            self.settle();
        }
    }

    fn unset(&mut self, number: usize) {
        if let Some(word) = self.many.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
        if let Ok(at) = self.few.binary_search(&(number as u32)) {
            self.few.remove(at);
        }
    }

    fn has(&self, number: usize) -> bool {
        self.many.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
            || self.few.binary_search(&(number as u32)).is_ok()
    }

    fn add(&mut self, other: &Bits) {
        if !other.many.is_empty() {
            if self.many.is_empty() {
                self.many = vec![0; self.size.div_ceil(64)];
                for number in std::mem::take(&mut self.few) {
                    self.set(number as usize);
                }
            }
            for (mine, theirs) in self.many.iter_mut().zip(&other.many) {
                *mine |= theirs;
            }
        } else if !self.many.is_empty() {
            other.few.iter().for_each(|&number| self.set(number as usize));
        } else if !other.few.is_empty() {
            // Both are sorted: the sort finds the two runs.
            self.few.extend_from_slice(&other.few);
            self.few.sort();
            self.few.dedup();
            self.settle();
        }
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        let words = self.many.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(index * 64 + bit)
            })
        });
        self.few.iter().map(|&number| number as usize).chain(words)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A set of either form holds what a tree holds.
        #[test]
        fn sets_hold_what_was_put_in(
            size in 1_usize..3_000,
            one in prop::collection::vec(0_usize..3_000, 0..200),
            other in prop::collection::vec(0_usize..3_000, 0..200),
            gone in 0_usize..3_000,
        ) {
            let make = |numbers: &[usize]| {
                let mut bits = Bits::new(size);
                numbers.iter().for_each(|number| bits.set(number % size));
                bits
            };
            let mut bits = make(&one);
            bits.add(&make(&other));
            bits.unset(gone % size);
            let mut tree: BTreeSet<usize> = one.iter().chain(&other).map(|number| number % size).collect();
            tree.remove(&(gone % size));
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), tree.iter().copied().collect::<Vec<_>>());
            prop_assert!((0..size).all(|number| bits.has(number) == tree.contains(&number)));
        }

        /// An edge is kept exactly where no longer way leads to the same place, in graphs without circles.
        #[test]
        fn the_reduction_keeps_what_no_other_way_implies(
            edges in prop::collection::vec((0_usize..40, 0_usize..40), 0..150),
        ) {
            let mut direct = vec![Bits::new(40); 40];
            for (one, other) in edges.iter().filter(|(one, other)| one != other) {
                direct[*one.max(other)].set(*one.min(other));
            }
            let reaches = |from: usize, to: usize| {
                let (mut open, mut seen) = (vec![from], BTreeSet::new());
                while let Some(next) = open.pop() {
                    open.extend(direct[next].iter().filter(|&inner| seen.insert(inner)));
                }
                seen.contains(&to)
            };
            let kept = reduce(&direct);
            for (from, targets) in direct.iter().enumerate() {
                let expected: Vec<usize> = targets
                    .iter()
                    .filter(|&to| !targets.iter().any(|via| via != to && reaches(via, to)))
                    .collect();
                prop_assert_eq!(&kept[from], &expected);
            }
        }
    }
}
