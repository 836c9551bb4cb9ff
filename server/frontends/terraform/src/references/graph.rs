//! The graph Terraform orders its work by, reduced to resources as `terraform graph` prints it.

use std::sync::Arc;

use fixedbitset::FixedBitSet;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

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
    fn direct(&self, resources: usize) -> Vec<Numbers> {
        let mut below: Vec<Option<Numbers>> = vec![None; self.edges.len()];
        let mut entered = vec![false; self.edges.len()];
        for start in 0..self.edges.len() {
            // Depth first without recursion; an edge back into an unfinished node (a circle) adds nothing.
            let mut stack = vec![(start, false)];
            while let Some((node, done)) = stack.pop() {
                let edges = self.edges.get(node).map(Vec::as_slice).unwrap_or_default();
                if done {
                    let mut bits = Numbers::new(resources);
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
        let mut direct = vec![Numbers::new(resources); resources];
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

/// The edges that are not implied by longer paths. Inside a ring all are kept, and of those that lead out of it the ones
/// that no other of the ring's edges implies. (petgraph has a transitive reduction too; it keeps the closure as lists: for a
/// chain of 10,000 that is seventeen times the memory of sets of bits.)
fn reduce(direct: &[Numbers]) -> Vec<Vec<usize>> {
    let count = direct.len();
    let mut graph = DiGraph::<(), ()>::new();
    for _ in direct {
        graph.add_node(());
    }
    for (from, targets) in direct.iter().enumerate() {
        for to in targets.iter().filter(|&to| to < count) {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
        }
    }
    // Those first that others reach; a thing in no ring is a ring of its own.
    let rings: Vec<Vec<usize>> =
        kosaraju_scc(&graph).into_iter().map(|ring| ring.into_iter().map(NodeIndex::index).collect()).collect();
    let mut ring_of = vec![0; count];
    for (ring, members) in rings.iter().enumerate() {
        for &member in members {
            if let Some(slot) = ring_of.get_mut(member) {
                *slot = ring;
            }
        }
    }
    // What each ring reaches outside of itself.
    let mut reach: Vec<Numbers> = Vec::with_capacity(rings.len());
    let mut kept = vec![Vec::new(); count];
    for (ring, members) in rings.iter().enumerate() {
        let targets = |member: usize| direct.get(member).into_iter().flat_map(Numbers::iter);
        let out = |to: &usize| ring_of.get(*to).copied().filter(|&other| other != ring);
        let mut next: Vec<usize> =
            members.iter().flat_map(|&member| targets(member)).filter_map(|to| out(&to)).collect();
        next.sort_unstable();
        next.dedup();
        let mut implied = Numbers::new(count);
        next.iter().filter_map(|&other| reach.get(other)).for_each(|below| implied.add(below));
        for &member in members {
            if let Some(kept) = kept.get_mut(member) {
                kept.extend(targets(member).filter(|to| out(to).is_none() || !implied.has(*to)));
            }
        }
        let mut all = implied;
        next.iter().filter_map(|&other| rings.get(other)).flatten().for_each(|&member| all.set(member));
        reach.push(all);
    }
    kept
}

/// A set of numbers below `size`: a sorted list while they are few, then a bit for each. (Most things refer to few
/// resources; a set of bits for each of them would take the square of their number.)
#[derive(Clone, Debug)]
struct Numbers {
    size: usize,
    of: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Few(Vec<u32>),
    Many(FixedBitSet),
}

impl Numbers {
    fn new(size: usize) -> Numbers {
        Numbers { size, of: Form::Few(Vec::new()) }
    }

    /// Turns to bits where a list would take as much room.
    fn settle(&mut self) {
        if let Form::Few(few) = &self.of
            && few.len() > 8 + self.size / 64
        {
            self.become_bits();
        }
    }

    fn become_bits(&mut self) {
        if let Form::Few(few) = &self.of {
            let mut bits = FixedBitSet::with_capacity(self.size);
            few.iter().for_each(|&number| bits.grow_and_insert(number as usize));
            self.of = Form::Many(bits);
        }
    }

    fn set(&mut self, number: usize) {
        match &mut self.of {
            Form::Many(bits) => bits.grow_and_insert(number),
            Form::Few(few) => {
                if let Err(at) = few.binary_search(&(number as u32)) {
                    few.insert(at, number as u32);
                    self.settle();
                }
            }
        }
    }

    fn unset(&mut self, number: usize) {
        match &mut self.of {
            Form::Many(bits) if number < bits.len() => bits.set(number, false),
            Form::Many(_) => {}
            Form::Few(few) => few.retain(|&known| known as usize != number),
        }
    }

    fn has(&self, number: usize) -> bool {
        match &self.of {
            Form::Many(bits) => bits.contains(number),
            Form::Few(few) => few.binary_search(&(number as u32)).is_ok(),
        }
    }

    fn add(&mut self, other: &Numbers) {
        if matches!(other.of, Form::Many(_)) {
            self.become_bits();
        }
        match (&mut self.of, &other.of) {
            (Form::Many(bits), Form::Many(others)) => bits.union_with(others),
            (Form::Few(few), Form::Few(others)) if !others.is_empty() => {
                // Both are sorted: the sort finds the two runs.
                few.extend_from_slice(others);
                few.sort();
                few.dedup();
                self.settle();
            }
            (_, Form::Few(others)) => others.iter().for_each(|&number| self.set(number as usize)),
            (Form::Few(_), Form::Many(_)) => {}
        }
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        let (few, many) = match &self.of {
            Form::Few(few) => (Some(few), None),
            Form::Many(bits) => (None, Some(bits)),
        };
        few.into_iter().flatten().map(|&number| number as usize).chain(many.into_iter().flat_map(FixedBitSet::ones))
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
                let mut bits = Numbers::new(size);
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
            let mut direct = vec![Numbers::new(40); 40];
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

    fn sets(edges: &[(usize, usize)]) -> Vec<Numbers> {
        let mut direct = vec![Numbers::new(8); 8];
        edges.iter().for_each(|&(from, to)| direct[from].set(to));
        direct
    }

    #[test]
    fn a_ring_keeps_its_edges_and_the_shortest_path_out_of_it() {
        // 0 and 1 need each other; both refer to 2, and 1 to 3, which refers to 2.
        let kept = reduce(&sets(&[(0, 1), (1, 0), (0, 2), (1, 2), (1, 3), (3, 2), (4, 0), (4, 2)]));
        assert_eq!((&kept[0], &kept[1]), (&vec![1], &vec![0, 3]));
        assert_eq!((&kept[3], &kept[4]), (&vec![2], &vec![0]));
    }

    #[test]
    fn a_long_chain_is_no_deep_recursion() {
        const LENGTH: usize = 20_000;
        let mut direct = vec![Numbers::new(LENGTH); LENGTH];
        (1..LENGTH).for_each(|to| direct[to - 1].set(to));
        assert_eq!(reduce(&direct).iter().map(Vec::len).sum::<usize>(), LENGTH - 1);
    }
}
