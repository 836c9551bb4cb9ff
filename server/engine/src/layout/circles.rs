//! The cycles in which a group's support has to come from outside (semantics, section 2, law 7). What a cascade makes of
//! them stands in `cascade/support.rs`.

use crate::Health;
use crate::layout::arrays::{Edge, Layout, NO_GROUP};
use crate::layout::reading::Purpose;
use crate::layout::strong::strong;

/// In no cycle that is concerned.
const NONE: u32 = u32::MAX;

/// The cycles in which a group's support has to come from outside. Empty for most systems.
#[derive(Clone, Debug, Default)]
pub(crate) struct Circles {
    /// The circle of each component, `NONE` for most; empty when there is no circle.
    of: Vec<u32>,
    /// Where a component is in its circle.
    place: Vec<u32>,
    /// The components of each circle; those that are needed before those that need them.
    members: Vec<Vec<u32>>,
}

impl Circles {
    /// The circles of a system that is laid out, and for each of its groups whether its support must not need the
    /// component itself (empty when there is none). O(V + E), and nothing without groups.
    pub(crate) fn of(layout: &Layout) -> (Circles, Vec<bool>) {
        let count = layout.own.len();
        if layout.groups.iter().all(|group| group.tips_at < 2) {
            return (Circles::default(), Vec::new());
        }
        // Breakers don't matter here: removing one must not turn a circle into a quorum.
        let is_choice = |edge: &Edge| layout.groups.get(edge.group as usize).is_some_and(|group| group.tips_at >= 2);
        let choices = strong(layout.graph(|_, edge| is_choice(edge)));
        let needs = strong(layout.graph(|_, edge| loses(edge, layout)));
        let together = |of: &[u32], edge: &Edge| of.get(edge.from as usize) == of.get(edge.to as usize);
        let mut strict = vec![false; layout.groups.len()];
        let mut concerned = vec![false; needs.components.len()];
        for (group, strict) in layout.groups.iter().zip(&mut strict) {
            let edges = || group.edges.iter().filter_map(|&edge| layout.edges.get(edge as usize));
            let inside = edges().filter(|edge| together(&choices.of, edge)).count();
            // So few that those outside carry it alone.
            if inside >= group.tips_at as usize {
                continue;
            }
            if let Some(edge) = edges().find(|edge| loses(edge, layout) && together(&needs.of, edge)) {
                *strict = true;
                let circle = needs.of.get(edge.from as usize).copied().unwrap_or(NONE);
                if let Some(concerned) = concerned.get_mut(circle as usize) {
                    *concerned = true;
                }
            }
        }
        if !concerned.contains(&true) {
            return (Circles::default(), Vec::new());
        }
        let mut circles = Circles { of: vec![NONE; count], place: vec![NONE; count], members: Vec::new() };
        for (members, _) in needs.components.into_iter().zip(concerned).filter(|(_, concerned)| *concerned) {
            for (place, &member) in members.iter().enumerate() {
                if let Some(of) = circles.of.get_mut(member as usize) {
                    *of = circles.members.len() as u32;
                }
                if let Some(slot) = circles.place.get_mut(member as usize) {
                    *slot = place as u32;
                }
            }
            circles.members.push(members);
        }
        (circles, strict)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The circle of a component.
    pub(crate) fn of_component(&self, component: u32) -> Option<u32> {
        self.of.get(component as usize).copied().filter(|&circle| circle != NONE)
    }

    pub(crate) fn members(&self, circle: u32) -> &[u32] {
        self.members.get(circle as usize).map_or(&[], Vec::as_slice)
    }

    /// The place of a component in this circle.
    pub(crate) fn place(&self, circle: u32, component: u32) -> Option<usize> {
        (self.of_component(component) == Some(circle))
            .then(|| self.place.get(component as usize))
            .flatten()
            .map(|&p| p as usize)
    }
}

/// Whether a dependency can take its caller, or its group's member, DOWN.
pub(crate) fn loses(edge: &Edge, layout: &Layout) -> bool {
    let runs_out = edge.row.buffer.is_some() && layout.reading.purpose == Purpose::Simulation;
    edge.row.down == Health::Down || runs_out || (edge.row.partial_weight > 0 && edge.group == NO_GROUP)
}
