//! Strongly connected components: sets of vertices that reach each other (Kosaraju's two searches, by petgraph; they do
//! not recurse, where its Tarjan does and would end on a long chain).

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use petgraph::visit::{IntoNeighborsDirected, IntoNodeIdentifiers, NodeCount, Visitable};

/// The components of a graph whose vertices are numbered from 0.
#[derive(Clone, Debug)]
pub(crate) struct Strong {
    /// The components, successors before predecessors; the vertices of each in ascending order.
    pub(crate) components: Vec<Vec<u32>>,
    /// The component of each vertex.
    pub(crate) of: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// The strongly connected components of a graph. O(vertices + edges).
pub(crate) fn strong<G>(graph: G) -> Strong
where
    G: IntoNeighborsDirected<NodeId = u32> + Visitable + IntoNodeIdentifiers + NodeCount,
{
    let count = graph.node_count();
    numbered(kosaraju_scc(graph), count)
}

/// The same for the graph with these successor lists; a successor that is none of the vertices is left out.
pub(crate) fn strong_of(successors: &[Vec<u32>]) -> Strong {
    let count = successors.len();
    let mut graph = DiGraph::<(), ()>::with_capacity(count, successors.iter().map(Vec::len).sum());
    for _ in successors {
        graph.add_node(());
    }
    for (from, successors) in (0u32..).zip(successors) {
        for &to in successors.iter().filter(|&&to| (to as usize) < count) {
            graph.add_edge(from.into(), to.into(), ());
        }
    }
    let vertex = |vertex: petgraph::graph::NodeIndex| vertex.index() as u32;
    numbered(kosaraju_scc(&graph).into_iter().map(|set| set.into_iter().map(vertex).collect()).collect(), count)
}

fn numbered(mut components: Vec<Vec<u32>>, count: usize) -> Strong {
    let mut of = vec![NONE; count];
    for (component, members) in (0u32..).zip(&mut components) {
        members.sort_unstable();
        for &member in members.iter() {
            if let Some(slot) = of.get_mut(member as usize) {
                *slot = component;
            }
        }
    }
    Strong { components, of }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successors_come_first_and_members_in_order() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3, 4 alone, and 9 is no vertex.
        let found = strong_of(&[vec![1], vec![2], vec![1, 3, 9], vec![], vec![]]);
        let place = |vertex: usize| found.of[vertex];
        assert!(place(3) < place(1) && place(1) < place(0));
        assert_eq!(found.components[place(1) as usize], [1, 2]);
        assert_eq!(found.components.len(), 4);
    }

    #[test]
    fn a_long_chain_and_a_long_ring() {
        const LENGTH: u32 = 300_000;
        let chain: Vec<Vec<u32>> = (0..LENGTH).map(|from| vec![from + 1]).collect();
        let found = strong_of(&chain);
        assert_eq!(found.components.len(), LENGTH as usize);
        assert_eq!((found.of[0], found.of[LENGTH as usize - 1]), (LENGTH - 1, 0));
        let ring: Vec<Vec<u32>> = (0..LENGTH).map(|from| vec![(from + 1) % LENGTH]).collect();
        assert_eq!(strong_of(&ring).components.len(), 1);
    }
}
