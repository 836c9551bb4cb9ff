//! How one component comes to need another: the shortest paths over what is required (Yen 1971), each found by petgraph's
//! search.

use std::collections::BTreeSet;

use foreshock_model::{ComponentIndex, DependencyIndex, System};
use petgraph::algo::astar;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};

use crate::layout::arrays::NO_GROUP;
use crate::layout::fault::Health;
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Purpose, Reading};

type Path = Vec<NodeIndex>;

/// Components on a path beyond which nobody reads it, and no other path is looked for.
const LONGEST: usize = 50;

/// The shortest paths from a component to one that it needs, over dependencies each of which alone takes its caller down:
/// no alternatives, no breakers, no part of the function. Up to `most`, the shortest first, then by index, each from the caller on and over
/// no component twice; of several dependencies between the same two components the first counts. Between the ends a path
/// only leads over components for which `leads` holds. Empty when there is none, or `from` is `to`. Where
/// a path is longer than 50 components no further one is looked for. Up to `most` times 50 searches, each
/// O((components + dependencies) log components).
pub fn required_paths(
    system: &System,
    from: ComponentIndex,
    to: ComponentIndex,
    most: usize,
    leads: impl Fn(ComponentIndex) -> bool,
) -> Vec<Vec<DependencyIndex>> {
    let (layout, _) = lay_out(system, Reading::of(Purpose::Simulation));
    let mut graph = DiGraph::<(), DependencyIndex>::new();
    for _ in &layout.own {
        graph.add_node(());
    }
    let is_on_the_way = |component: u32| [from.0, to.0].contains(&component) || leads(ComponentIndex(component));
    let mut known = BTreeSet::new();
    for edge in &layout.edges {
        let takes_down = edge.row.down == Health::Down && edge.group == NO_GROUP;
        if takes_down && is_on_the_way(edge.from) && is_on_the_way(edge.to) && known.insert((edge.from, edge.to)) {
            graph.add_edge(edge.from.into(), edge.to.into(), DependencyIndex(edge.dependency));
        }
    }
    if from == to || [from, to].iter().any(|end| end.index() >= graph.node_count()) {
        return Vec::new();
    }
    let dependencies = |path: &Path| {
        let steps = path.iter().zip(path.iter().skip(1));
        steps.filter_map(|(&from, &to)| graph.edge_weight(graph.find_edge(from, to)?).copied()).collect()
    };
    shortest_paths(&graph, from.0.into(), to.0.into(), most).iter().map(dependencies).collect()
}

fn shortest_paths(graph: &DiGraph<(), DependencyIndex>, from: NodeIndex, to: NodeIndex, most: usize) -> Vec<Path> {
    let mut found: Vec<Path> = Vec::new();
    // The shortest first, then by the components on the way.
    let mut candidates: BTreeSet<(usize, Path)> = BTreeSet::new();
    candidates.extend(shortest(graph, &[], from, to, &BTreeSet::new()).map(|path| (path.len(), path)));
    while found.len() < most {
        let Some((_, path)) = candidates.pop_first() else { break };
        if path.len() > LONGEST {
            found.push(path);
            break;
        }
        for (place, &turn) in path.iter().enumerate().take(path.len() - 1) {
            let (before, _) = path.split_at(place);
            // Where an earlier path went on from the same beginning.
            let same = found.iter().chain([&path]).filter(|known| known.get(..=place) == path.get(..=place));
            let taken: BTreeSet<NodeIndex> = same.filter_map(|known| known.get(place + 1).copied()).collect();
            if let Some(rest) = shortest(graph, before, turn, to, &taken) {
                let path: Path = before.iter().copied().chain(rest).collect();
                candidates.insert((path.len(), path));
            }
        }
        candidates.retain(|(_, candidate)| *candidate != path && !found.contains(candidate));
        found.push(path);
    }
    found.sort_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    found
}

/// A shortest path from `from` on that does not come back to what was before and does not begin with what is taken.
fn shortest(
    graph: &DiGraph<(), DependencyIndex>,
    before: &[NodeIndex],
    from: NodeIndex,
    to: NodeIndex,
    taken: &BTreeSet<NodeIndex>,
) -> Option<Path> {
    let open = EdgeFiltered::from_fn(graph, |edge| {
        !(before.contains(&edge.target()) || edge.source() == from && taken.contains(&edge.target()))
    });
    astar(&open, from, |at| at == to, |_| 1_u32, |_| 0).map(|(_, path)| path)
}
