//! The layout as a graph of petgraph: its algorithms run on the layout's own arrays, and nothing is copied.

use std::ops::Range;

use fixedbitset::FixedBitSet;
use petgraph::Direction;
use petgraph::visit::{
    GraphBase, GraphRef, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, NodeCount, NodeIndexable, Visitable,
};

use crate::layout::arrays::{Edge, Layout};

/// The components of a layout, and those of its edges that count. Vertices are components, by index.
#[derive(Clone, Copy)]
pub(crate) struct Graph<'a, F> {
    layout: &'a Layout,
    counts: F,
}

impl Layout {
    /// The graph of the edges that count; `counts` is given the index of each too.
    pub(crate) fn graph<F: Fn(u32, &Edge) -> bool + Copy>(&self, counts: F) -> Graph<'_, F> {
        Graph { layout: self, counts }
    }
}

/// The components next to one, along edges that count. The last as written is given first: the depth-first searches of
/// petgraph go on from what they were given last, and so follow what is written.
pub(crate) struct Neighbors<'a, F> {
    graph: Graph<'a, F>,
    places: Range<u32>,
    direction: Direction,
}

impl<F: Fn(u32, &Edge) -> bool> Iterator for Neighbors<'_, F> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let Graph { layout, counts } = &self.graph;
        while let Some(place) = self.places.next_back() {
            let index = match self.direction {
                Direction::Outgoing => *layout.callees.get(place as usize)?,
                Direction::Incoming => place,
            };
            let edge = layout.edges.get(index as usize)?;
            if counts(index, edge) {
                return Some(if self.direction == Direction::Outgoing { edge.to } else { edge.from });
            }
        }
        None
    }
}

impl<F> GraphBase for Graph<'_, F> {
    type NodeId = u32;
    type EdgeId = u32;
}

impl<F: Copy> GraphRef for Graph<'_, F> {}

impl<'a, F: Fn(u32, &Edge) -> bool + Copy> IntoNeighbors for Graph<'a, F> {
    type Neighbors = Neighbors<'a, F>;

    fn neighbors(self, component: u32) -> Neighbors<'a, F> {
        self.neighbors_directed(component, Direction::Outgoing)
    }
}

impl<'a, F: Fn(u32, &Edge) -> bool + Copy> IntoNeighborsDirected for Graph<'a, F> {
    type NeighborsDirected = Neighbors<'a, F>;

    fn neighbors_directed(self, component: u32, direction: Direction) -> Neighbors<'a, F> {
        let starts = match direction {
            Direction::Outgoing => &self.layout.callee_start,
            Direction::Incoming => &self.layout.caller_start,
        };
        let place = component as usize;
        let places = starts.get(place).zip(starts.get(place + 1)).map_or(0..0, |(&start, &end)| start..end);
        Neighbors { graph: self, places, direction }
    }
}

impl<F: Copy> IntoNodeIdentifiers for Graph<'_, F> {
    type NodeIdentifiers = Range<u32>;

    fn node_identifiers(self) -> Range<u32> {
        0..self.layout.own.len() as u32
    }
}

impl<F> NodeCount for Graph<'_, F> {
    fn node_count(&self) -> usize {
        self.layout.own.len()
    }
}

impl<F> NodeIndexable for Graph<'_, F> {
    fn node_bound(&self) -> usize {
        self.layout.own.len()
    }

    fn to_index(&self, component: u32) -> usize {
        component as usize
    }

    fn from_index(&self, index: usize) -> u32 {
        index as u32
    }
}

impl<F> Visitable for Graph<'_, F> {
    type Map = FixedBitSet;

    fn visit_map(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.layout.own.len())
    }

    fn reset_map(&self, map: &mut FixedBitSet) {
        map.clear();
    }
}
