//! The layout: thresholds, rows and adjacency of a system in flat arrays. It says what is connected to what and does
//! nothing.

use foreshock_model::{ComponentIndex, DependencyIndex};

use crate::layout::contribution::Contribution;
use crate::layout::own::Own;
use crate::layout::reading::Reading;

/// No group.
pub(crate) const NO_GROUP: u32 = u32::MAX;
/// No edge: its dependency carries nothing.
pub(crate) const NO_EDGE: u32 = u32::MAX;

/// A dependency that carries something.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Its index in the system.
    pub(crate) dependency: u32,
    /// Its group, `NO_GROUP` for none.
    pub(crate) group: u32,
    pub(crate) row: Contribution,
}

/// A group of alternatives.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Its index in the system.
    pub(crate) alternatives: u32,
    /// m - k + 1: so many members must be lost for the group to be lost.
    pub(crate) tips_at: u32,
    pub(crate) shares_load: bool,
    /// The members that carry something, as edge indexes.
    pub(crate) edges: Vec<u32>,
    /// Its support must not need the component itself (see `circles.rs`).
    pub(crate) strict: bool,
}

/// A system laid out in flat arrays, under one reading. Built by [`lay_out`](crate::layout::lay_out::lay_out).
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) reading: Reading,
    pub(crate) own: Vec<Own>,
    /// Sorted by target; the callers of component `c` are `edges[caller_start[c]..caller_start[c + 1]]`.
    pub(crate) edges: Vec<Edge>,
    pub(crate) caller_start: Vec<u32>,
    /// Edge indexes sorted by caller.
    pub(crate) callees: Vec<u32>,
    pub(crate) callee_start: Vec<u32>,
    pub(crate) groups: Vec<Group>,
    pub(crate) zone_members: Vec<Vec<ComponentIndex>>,
    pub(crate) domain_members: Vec<Vec<ComponentIndex>>,
    pub(crate) region_members: Vec<Vec<ComponentIndex>>,
    /// In so many zones at least is what shares one that nobody names, here or in another part of the system.
    pub(crate) zones_nowhere: u32,
    /// The edge of each dependency, `NO_EDGE` for one that carries nothing.
    pub(crate) edge_of: Vec<u32>,
}

impl Layout {
    /// Whether every component, edge and group has the same index in both.
    pub(crate) fn same_layout(&self, other: &Layout) -> bool {
        let ends = |edge: &Edge| (edge.from, edge.to, edge.dependency, edge.group);
        self.own.len() == other.own.len()
            && self.groups.len() == other.groups.len()
            && self.edges.iter().map(ends).eq(other.edges.iter().map(ends))
    }

    /// The edge of a dependency that carries something.
    pub(crate) fn edge_of(&self, dependency: DependencyIndex) -> Option<u32> {
        self.edge_of.get(dependency.index()).copied().filter(|&edge| edge != NO_EDGE)
    }

    /// The edges whose target is `component`, with their indexes.
    pub(crate) fn callers(&self, component: u32) -> impl Iterator<Item = (u32, &Edge)> {
        let range = span(&self.caller_start, component);
        let first = range.start as u32;
        self.edges
            .get(range)
            .unwrap_or_default()
            .iter()
            .enumerate()
            .map(move |(offset, edge)| (first + offset as u32, edge))
    }

    /// The edges whose caller is `component`, with their indexes.
    pub(crate) fn callees(&self, component: u32) -> impl Iterator<Item = (u32, &Edge)> {
        let range = span(&self.callee_start, component);
        let indexes = self.callees.get(range).unwrap_or_default();
        indexes.iter().filter_map(|&index| Some((index, self.edges.get(index as usize)?)))
    }

    /// These components and everything that they depend on, directly or indirectly. O(V + E).
    pub(crate) fn below(&self, from: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut seen = vec![false; self.own.len()];
        let mut found = Vec::new();
        let mut open: Vec<u32> = from.into_iter().collect();
        while let Some(component) = open.pop() {
            match seen.get_mut(component as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            found.push(component);
            open.extend(self.callees(component).map(|(_, edge)| edge.to));
        }
        found
    }

    /// What a component reaches over one of several alternatives, itself left out. O(V + E).
    pub(crate) fn behind_alternatives(&self, from: u32) -> Vec<bool> {
        let mut seen = vec![[false; 2]; self.own.len()];
        let mut open = vec![(from, false)];
        while let Some((component, behind)) = open.pop() {
            match seen.get_mut(component as usize).and_then(|seen| seen.get_mut(usize::from(behind))) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            for (_, edge) in self.callees(component).filter(|(_, edge)| edge.to != from) {
                let members = self.groups.get(edge.group as usize).map_or(0, |group| group.edges.len());
                open.push((edge.to, behind || members > 1));
            }
        }
        seen.into_iter().map(|[_, behind]| behind).collect()
    }

    /// Whether a group's support must not need the component itself; `NO_GROUP` has none.
    pub(crate) fn is_strict(&self, group: u32) -> bool {
        self.groups.get(group as usize).is_some_and(|group| group.strict)
    }
}

fn span(starts: &[u32], component: u32) -> std::ops::Range<usize> {
    let component = component as usize;
    match (starts.get(component), starts.get(component + 1)) {
        (Some(&start), Some(&end)) => start as usize..end as usize,
        _ => 0..0,
    }
}
