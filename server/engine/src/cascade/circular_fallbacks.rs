//! Alternatives that can't help when they are needed (semantics, section 2, law 7), for the finding
//! `circular-fallback`.

use foreshock_model::{ComponentIndex, DependencyIndex, System};

use crate::Fault;
use crate::cascade::effect::Cause;
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::layout::arrays::{Edge, Group};

/// A group of alternatives of which some can't stand in for the others: they need the component themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CircularFallback {
    /// Whose group.
    pub component: ComponentIndex,
    /// The group, as an index into `system.alternatives`.
    pub group: usize,
    /// The members that are up only while the component is, however indirectly.
    pub cannot_help: Vec<DependencyIndex>,
    /// With these lost the component is DOWN, although so many members as it needs have nothing wrong with themselves.
    pub once_lost: Vec<ComponentIndex>,
}

/// The groups with members that can't help, each once, in the order of `system.alternatives`.
///
/// Asked of each group: does the component survive the loss of those members that don't need it? If it does: of
/// everything that groups of the same cycle have outside of it? One or two cascades a group; nothing for a system
/// without groups in cycles.
pub fn circular_fallbacks(system: &System) -> Vec<CircularFallback> {
    Frozen::new(system).circular_fallbacks()
}

impl Frozen {
    /// The same of a system that is laid out already.
    pub fn circular_fallbacks(&self) -> Vec<CircularFallback> {
        let mut search = Search { frozen: self, scratch: Scratch::default() };
        let groups = self.layout.groups.iter().filter(|group| group.strict);
        groups.filter_map(|group| search.of_group(group)).collect()
    }
}

struct Search<'a> {
    frozen: &'a Frozen,
    scratch: Scratch,
}

impl Search<'_> {
    fn of_group(&mut self, group: &Group) -> Option<CircularFallback> {
        let frozen = self.frozen;
        let owner = edges(frozen, group).next()?.from;
        let circle = frozen.circles.of_component(owner)?;
        let is_inside = |edge: &Edge| frozen.circles.of_component(edge.to) == Some(circle);
        let outside = |group: &Group| -> Vec<u32> {
            edges(frozen, group).filter(|edge| !is_inside(edge)).map(|edge| edge.to).collect()
        };
        let own = outside(group);
        let once_lost = if own.is_empty() {
            // All of them need it: the loss of any shows it.
            let each = edges(frozen, group).map(|edge| vec![edge.to]);
            each.into_iter().find_map(|lost| self.falls(owner, group, lost))
        } else {
            self.falls(owner, group, own).or_else(|| {
                let in_circle = |other: &&Group| {
                    edges(frozen, other)
                        .next()
                        .is_some_and(|edge| frozen.circles.of_component(edge.from) == Some(circle))
                };
                let strict = frozen.layout.groups.iter().filter(|group| group.strict);
                let all = strict.filter(in_circle).flat_map(outside).collect();
                self.falls(owner, group, all)
            })
        }?;
        let helpless = |edge: &&Edge| is_inside(edge) && !once_lost.contains(&ComponentIndex(edge.to));
        let cannot_help = edges(frozen, group).filter(helpless).map(|edge| DependencyIndex(edge.dependency)).collect();
        let (component, group) = (ComponentIndex(owner), group.alternatives as usize);
        Some(CircularFallback { component, group, cannot_help, once_lost })
    }

    /// These, in order, if their loss takes the component down by mutual support.
    fn falls(&mut self, component: u32, group: &Group, mut lost: Vec<u32>) -> Option<Vec<ComponentIndex>> {
        lost.sort_unstable();
        lost.dedup();
        let lost: Vec<ComponentIndex> = lost.into_iter().map(ComponentIndex).collect();
        let faults: Vec<Fault> = lost.iter().copied().map(Fault::Component).collect();
        let cascade = self.frozen.cascade(&faults, &mut self.scratch);
        let because = cascade.effect(ComponentIndex(component))?.because;
        (because == Cause::CircularFallback(group.alternatives as usize)).then_some(lost)
    }
}

fn edges<'a>(frozen: &'a Frozen, group: &'a Group) -> impl Iterator<Item = &'a Edge> {
    group.edges.iter().filter_map(|&edge| frozen.layout.edges.get(edge as usize))
}
