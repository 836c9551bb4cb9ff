//! Components that need each other (semantics, section 2), for the finding `circular-dependency`.

use std::collections::BTreeSet;

use foreshock_model::{Confidence, Dependency, DependencyIndex, DependencyKind, Plane, System};

use crate::layout::strong::strong;

/// Whether the caller can't do without it, as far as the text makes sure: a requirement of the running system for most of
/// its function, more than a guess, and not one of several alternatives.
fn is_needed(dependency: &Dependency) -> bool {
    dependency.kind == DependencyKind::Requires
        && dependency.plane == Plane::Data
        && dependency.confidence > Confidence::Guess
        && dependency.weight > 0.5
        && dependency.from != dependency.to
}

/// For each set of components that need each other, a shortest circle of such dependencies through its first component by
/// index, in order. O(components + dependencies), and a search for each set.
pub fn circular_dependencies(system: &System) -> Vec<Vec<DependencyIndex>> {
    let grouped: BTreeSet<DependencyIndex> =
        system.alternatives.iter().flat_map(|group| group.members.iter().copied()).collect();
    let needed: Vec<(DependencyIndex, &Dependency)> = (0u32..)
        .map(DependencyIndex)
        .zip(&system.dependencies)
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
    let found = strong(&successors, 0..successors.len() as u32);
    let mut circles: Vec<Vec<DependencyIndex>> =
        found.components.iter().filter(|set| set.len() > 1).filter_map(|set| shortest(&out, set)).collect();
    circles.sort();
    circles
}

/// A shortest way from the first component of a set back to it, by breadth.
fn shortest(out: &[Vec<(DependencyIndex, u32)>], set: &[u32]) -> Option<Vec<DependencyIndex>> {
    let first = *set.first()?;
    let mut came_by: Vec<(u32, DependencyIndex, u32)> = Vec::new();
    let mut open = std::collections::VecDeque::from([first]);
    while let Some(at) = open.pop_front() {
        for &(dependency, to) in out.get(at as usize)? {
            if to == first {
                return Some(way_back(&came_by, first, at, dependency));
            }
            if set.binary_search(&to).is_ok() && !came_by.iter().any(|(known, ..)| *known == to) {
                came_by.push((to, dependency, at));
                open.push_back(to);
            }
        }
    }
    None
}

fn way_back(
    came_by: &[(u32, DependencyIndex, u32)],
    first: u32,
    last: u32,
    closing: DependencyIndex,
) -> Vec<DependencyIndex> {
    let mut way = vec![closing];
    let mut at = last;
    while at != first {
        let Some(&(_, dependency, from)) = came_by.iter().find(|(known, ..)| *known == at) else { break };
        way.push(dependency);
        at = from;
    }
    way.reverse();
    way
}
