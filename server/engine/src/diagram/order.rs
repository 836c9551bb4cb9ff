//! In which order variables are best decided. The size of a decision diagram hangs on it, and no rule is best for all
//! (Bouissou, Bruyère, Rauzy 1997), so that several are tried: walks from the top, and what comes of these where everything is
//! drawn to what it is needed with.

use petgraph::visit::{DfsPostOrder, NodeCount};

use crate::layout::arrays::Layout;
use crate::layout::strong::strong;

/// A rule for ordering the components below some roots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Callers before all that they call.
    Topological,
    /// By the longest way from a root: right for layers that all depend on the next one.
    Layered,
    /// Depth first, as written.
    DepthFirst,
    /// Depth first, callees with less below them first.
    SmallFirst,
    /// Depth first, callees with more below them first.
    LargeFirst,
    /// Depth first, callees with more callers first.
    SharedFirst,
}

impl Order {
    /// The roots and all they depend on, in this order.
    pub(crate) fn of(self, layout: &Layout, roots: &[u32]) -> Vec<u32> {
        let topological = topological(layout, roots);
        match self {
            Order::Topological => return topological,
            Order::Layered => return layered(layout, topological),
            _ => {}
        }
        let count = layout.own.len();
        // How many ways lead down, as a measure of how much there is below.
        let mut below = vec![1.0f64; count];
        let mut callers = vec![0u32; count];
        for &component in topological.iter().rev() {
            let sum: f64 =
                layout.callees(component).map(|(_, edge)| below.get(edge.to as usize).copied().unwrap_or(0.0)).sum();
            if let Some(slot) = below.get_mut(component as usize) {
                *slot = (1.0 + sum).min(1e300);
            }
            for (_, edge) in layout.callees(component) {
                if let Some(slot) = callers.get_mut(edge.to as usize) {
                    *slot += 1;
                }
            }
        }
        let size = |component: u32| below.get(component as usize).copied().unwrap_or(0.0);
        let callers = |component: u32| f64::from(callers.get(component as usize).copied().unwrap_or(0));
        let mut seen = vec![false; count];
        let mut order = Vec::with_capacity(topological.len());
        let mut pending: Vec<u32> = roots.iter().rev().copied().collect();
        while let Some(component) = pending.pop() {
            match seen.get_mut(component as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            order.push(component);
            let mut callees: Vec<u32> = layout.callees(component).map(|(_, edge)| edge.to).collect();
            match self {
                Order::Topological | Order::Layered | Order::DepthFirst => {}
                Order::SmallFirst => callees.sort_by(|a, b| size(*a).total_cmp(&size(*b))),
                Order::LargeFirst => callees.sort_by(|a, b| size(*b).total_cmp(&size(*a))),
                Order::SharedFirst => callees.sort_by(|a, b| callers(*b).total_cmp(&callers(*a))),
            }
            pending.extend(callees.into_iter().rev());
        }
        order
    }
}

/// So often everything is drawn to its neighbours at most, and so many components in all.
const MOST_DRAWN: (usize, usize) = (100, 400_000);

/// The same components with those near each other that are needed together: FORCE (Aloul, Markov, Sakallah 2003). Each
/// component and its callees are a hyperedge; again and again everything moves to the mean of the centres of its hyperedges,
/// and the arrangement stays in which these are shortest in sum.
pub(crate) fn drawn_together(layout: &Layout, start: &[u32]) -> Vec<u32> {
    let edges: Vec<Vec<u32>> = start
        .iter()
        .map(|&component| layout.callees(component).map(|(_, edge)| edge.to).chain([component]).collect::<Vec<u32>>())
        .filter(|edge| edge.len() > 1)
        .collect();
    let at = |places: &[f64], component: u32| places.get(component as usize).copied().unwrap_or(0.0);
    let centre = |places: &[f64], members: &[u32]| {
        members.iter().map(|&member| at(places, member)).sum::<f64>() / members.len().max(1) as f64
    };
    let span = |places: &[f64]| {
        let of = |members: &Vec<u32>| {
            let places = members.iter().map(|&member| at(places, member));
            let (low, high) = places.fold((f64::MAX, 0.0), |(low, high), place| (place.min(low), place.max(high)));
            high - low
        };
        edges.iter().map(of).sum::<f64>()
    };
    let mut arranged = start.to_vec();
    let mut places = vec![0.0; layout.own.len()];
    let put = |places: &mut Vec<f64>, component: u32, place: f64| {
        if let Some(slot) = places.get_mut(component as usize) {
            *slot = place;
        }
    };
    let number = |places: &mut Vec<f64>, arranged: &mut Vec<u32>| {
        arranged.sort_by(|&one, &other| at(places, one).total_cmp(&at(places, other)));
        for (place, &component) in arranged.iter().enumerate() {
            put(places, component, place as f64);
        }
    };
    number(&mut places, &mut arranged);
    // Who only calls starts amid those called, which come later in most walks.
    for members in edges.iter().rev() {
        if let Some((&caller, callees)) = members.split_last() {
            let place = centre(&places, callees);
            put(&mut places, caller, place);
        }
    }
    number(&mut places, &mut arranged);
    let mut best = (span(&places), arranged.clone());
    let mut sums = vec![(0.0, 0u32); places.len()];
    for _ in 0..MOST_DRAWN.0.min(MOST_DRAWN.1 / start.len().max(1)) {
        sums.fill((0.0, 0));
        for members in &edges {
            let centre = centre(&places, members);
            for &member in members {
                if let Some((sum, count)) = sums.get_mut(member as usize) {
                    (*sum, *count) = (*sum + centre, *count + 1);
                }
            }
        }
        for (place, (sum, count)) in places.iter_mut().zip(&sums).filter(|(_, (_, count))| *count > 0) {
            *place = sum / f64::from(*count);
        }
        number(&mut places, &mut arranged);
        let span = span(&places);
        if span < best.0 {
            best = (span, arranged.clone());
        }
    }
    best.1
}

/// Sorted by the longest way that leads there, cycles aside.
fn layered(layout: &Layout, mut topological: Vec<u32>) -> Vec<u32> {
    let mut layer = vec![0u32; layout.own.len()];
    let at = |layer: &[u32], component: u32| layer.get(component as usize).copied().unwrap_or(0);
    for &component in &topological {
        let next = at(&layer, component) + 1;
        for (_, edge) in layout.callees(component) {
            if let Some(slot) = layer.get_mut(edge.to as usize) {
                *slot = next.max(*slot);
            }
        }
    }
    topological.sort_by_key(|&component| at(&layer, component));
    topological
}

/// The roots and all they depend on, callers before what they call; depth first as written, and those that need each
/// other together.
fn topological(layout: &Layout, roots: &[u32]) -> Vec<u32> {
    let graph = layout.graph(|_, _| true);
    let mut search = DfsPostOrder::empty(graph);
    let mut left = Vec::new();
    for &root in roots.iter().filter(|&&root| (root as usize) < graph.node_count()) {
        search.move_to(root);
        while let Some(component) = search.next(graph) {
            left.push(component);
        }
    }
    let strong = strong(graph);
    let mut taken = vec![false; strong.components.len()];
    let mut order = Vec::with_capacity(left.len());
    // The member of a set that is left last is the one that leads into it.
    for component in left.into_iter().rev() {
        let Some(&set) = strong.of.get(component as usize) else { continue };
        if let (Some(taken), Some(members)) = (taken.get_mut(set as usize), strong.components.get(set as usize))
            && !std::mem::replace(taken, true)
        {
            order.extend(members);
        }
    }
    order
}
