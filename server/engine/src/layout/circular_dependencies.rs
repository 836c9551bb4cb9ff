//! Components that need each other (semantics, section 2), for the finding `circular-dependency`, and what would break the
//! circle.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use foreshock_model::{Confidence, Dependency, DependencyIndex, DependencyKind, Plane, System};
use petgraph::algo::greedy_feedback_arc_set;
use petgraph::graph::DiGraph;
use rustc_hash::FxHashMap;

use crate::layout::strong::strong_of;

/// Components that need each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CircularDependency {
    /// A shortest circle through the first of them by index: from it back to it.
    pub circle: Vec<DependencyIndex>,
    /// Without these none of them need each other any more. Few, but not always the fewest: found greedily (Eades, Lin,
    /// Smyth 1993). In the order of the dependencies.
    pub broken_without: Vec<DependencyIndex>,
}

/// Whether the caller surely can't do without it: a requirement of the running system for most of its function, and not
/// one of several alternatives. Two addresses handed over are likely each; that they make a circle is not.
fn is_needed(dependency: &Dependency) -> bool {
    dependency.kind == DependencyKind::Requires
        && dependency.plane == Plane::Data
        && dependency.confidence == Confidence::Certain
        && dependency.share() > 0.5
        && dependency.from != dependency.to
}

/// The sets of components that need each other, by their circles. O(components + dependencies), and a search for each
/// set.
pub fn circular_dependencies(system: &System) -> Vec<CircularDependency> {
    let grouped: BTreeSet<DependencyIndex> =
        system.alternatives.iter().flat_map(|group| group.members.iter().copied()).collect();
    let needed: Vec<(DependencyIndex, &Dependency)> = (0u32..)
        .map(DependencyIndex)
        .zip(system.dependencies.iter().map(Arc::as_ref))
        .filter(|(index, dependency)| is_needed(dependency) && !grouped.contains(index))
        .collect();
    let mut successors: Vec<Vec<u32>> = vec![Vec::new(); system.components.len()];
    let mut out: Vec<Vec<(DependencyIndex, u32)>> = vec![Vec::new(); system.components.len()];
    for (index, dependency) in needed {
        let (Some(list), Some(edges)) =
            (successors.get_mut(dependency.from.index()), out.get_mut(dependency.from.index()))
        else {
            continue;
        };
        list.push(dependency.to.0);
        edges.push((index, dependency.to.0));
    }
    let of_set = |set: &Vec<u32>| {
        Some(CircularDependency { circle: shortest(&out, set)?, broken_without: broken_without(&out, set) })
    };
    let sets = strong_of(&successors).components;
    let mut circles: Vec<CircularDependency> = sets.iter().filter(|set| set.len() > 1).filter_map(of_set).collect();
    circles.sort();
    circles
}

/// Dependencies inside a set without which it has no circle.
fn broken_without(out: &[Vec<(DependencyIndex, u32)>], set: &[u32]) -> Vec<DependencyIndex> {
    let mut graph = DiGraph::<(), DependencyIndex>::new();
    for _ in set {
        graph.add_node(());
    }
    for (from, member) in (0u32..).zip(set) {
        for &(dependency, to) in out.get(*member as usize).into_iter().flatten() {
            if let Ok(to) = set.binary_search(&to) {
                graph.add_edge(from.into(), (to as u32).into(), dependency);
            }
        }
    }
    let mut broken: Vec<DependencyIndex> = greedy_feedback_arc_set(&graph).map(|edge| *edge.weight()).collect();
    broken.sort_unstable();
    broken
}

/// A shortest path from the first component of a set back to it, by breadth.
fn shortest(out: &[Vec<(DependencyIndex, u32)>], set: &[u32]) -> Option<Vec<DependencyIndex>> {
    let first = *set.first()?;
    let mut came_by: FxHashMap<u32, (DependencyIndex, u32)> = FxHashMap::default();
    let mut open = VecDeque::from([first]);
    while let Some(at) = open.pop_front() {
        for &(dependency, to) in out.get(at as usize)? {
            if to == first {
                return Some(path_back(&came_by, at, dependency));
            }
            if let Entry::Vacant(unseen) = came_by.entry(to)
                && set.binary_search(&to).is_ok()
            {
                unseen.insert((dependency, at));
                open.push_back(to);
            }
        }
    }
    None
}

fn path_back(
    came_by: &FxHashMap<u32, (DependencyIndex, u32)>,
    last: u32,
    closing: DependencyIndex,
) -> Vec<DependencyIndex> {
    let mut path = vec![closing];
    let mut at = last;
    while let Some(&(dependency, from)) = came_by.get(&at) {
        path.push(dependency);
        at = from;
    }
    path.reverse();
    path
}
