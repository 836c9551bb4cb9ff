//! What the score is measured at: entry points and their weights (semantics, section 6).

use foreshock_model::{Component, ComponentIndex, System};

use crate::layout::arrays::Layout;
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Purpose, Reading};
use crate::layout::strong::strong;

/// Why a component is an entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryReason {
    /// Marked in the text.
    Marked,
    /// Of a kind that users reach directly.
    UserFacing,
    /// Nothing depends on it, and there is nothing better.
    Source,
}

/// A point where users meet the system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntryPoint {
    /// Which component.
    pub component: ComponentIndex,
    /// Its share of the users, relative to the other weights; greater than 0.
    pub weight: f64,
    /// Why.
    pub reason: EntryReason,
}

/// What the score is measured at. To compare two versions of a system, both are measured at the basis of the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Basis {
    /// The entry points: the marked ones; else the user-facing ones; else the sources.
    pub entries: Vec<EntryPoint>,
    /// Databases, caches, queues and compute that nothing in the system refers to: their users are elsewhere.
    pub unlinked: Vec<ComponentIndex>,
}

impl Basis {
    /// The basis of a system. Components with 0 instances are no part of it.
    pub fn of(system: &System) -> Basis {
        let (layout, _) = lay_out(system, Reading::of(Purpose::Structure));
        Basis::at(system, &layout, &sources(&layout))
    }

    pub(crate) fn at(system: &System, layout: &Layout, sources: &[Vec<ComponentIndex>]) -> Basis {
        let present = |index: ComponentIndex| layout.own.get(index.index()).is_some_and(|own| !own.absent);
        let entries_for = |reason, weight: &dyn Fn(&Component) -> f64| -> Vec<EntryPoint> {
            let weighted = system.iter().map(|(component, it)| EntryPoint { component, weight: weight(it), reason });
            weighted
                .filter(|entry| entry.weight > 0.0 && entry.weight.is_finite() && present(entry.component))
                .collect()
        };
        let mut entries = entries_for(EntryReason::Marked, &|component| component.entry.unwrap_or(0.0));
        if entries.is_empty() {
            let facing = |component: &Component| f64::from(u8::from(component.kind.is_user_facing()));
            entries = entries_for(EntryReason::UserFacing, &facing);
        }
        if entries.is_empty() {
            let first = |source: &Vec<ComponentIndex>| source.first().copied();
            let as_entry = |component| EntryPoint { component, weight: 1.0, reason: EntryReason::Source };
            // A key, a gateway or a log bucket by itself serves nobody, unless the stack is nothing else.
            let stands_aside = |source: &&Vec<ComponentIndex>| {
                let [alone] = source.as_slice() else { return false };
                let supports = system.component(*alone).is_some_and(|component| component.kind.is_supporting());
                supports && layout.callees(alone.0).next().is_none()
            };
            let serving: Vec<&Vec<ComponentIndex>> = sources.iter().filter(|source| !stands_aside(source)).collect();
            entries = match serving.is_empty() {
                true => sources.iter().filter_map(first).map(as_entry).collect(),
                false => serving.into_iter().filter_map(first).map(as_entry).collect(),
            };
            return Basis { entries, unlinked: Vec::new() };
        }
        let is_entry = |index: &ComponentIndex| entries.iter().any(|entry| entry.component == *index);
        let counts =
            |index: &ComponentIndex| system.component(*index).is_some_and(|component| component.kind.counts_unlinked());
        let unlinked = sources
            .iter()
            .filter(|source| !source.iter().any(is_entry))
            .filter_map(|source| source.iter().copied().find(counts))
            .collect();
        Basis { entries, unlinked }
    }

    /// The same basis in another version of the system: the components with the same ids. What is gone is left out.
    pub fn carried_to(&self, old: &System, new: &System) -> Basis {
        let carried = |index: ComponentIndex| new.find(old.component(index)?.id.as_str());
        let entries = self.entries.iter();
        Basis {
            entries: entries
                .filter_map(|entry| Some(EntryPoint { component: carried(entry.component)?, ..*entry }))
                .collect(),
            unlinked: self.unlinked.iter().filter_map(|&index| carried(index)).collect(),
        }
    }
}

/// The sources: each a component, or a cycle of them, that nothing else depends on; in the order of their first members.
pub(crate) fn sources(layout: &Layout) -> Vec<Vec<ComponentIndex>> {
    let strong = strong(layout.graph(|_, _| true));
    let mut called = vec![false; strong.components.len()];
    for edge in &layout.edges {
        let (from, to) = (strong.of.get(edge.from as usize), strong.of.get(edge.to as usize));
        if from != to
            && let Some(called) = to.and_then(|&to| called.get_mut(to as usize))
        {
            *called = true;
        }
    }
    let mut sources: Vec<Vec<ComponentIndex>> = strong
        .components
        .iter()
        .zip(called)
        .filter(|(members, called)| {
            let absent = |&member: &u32| layout.own.get(member as usize).is_none_or(|own| own.absent);
            !called && !members.iter().any(absent)
        })
        .map(|(members, _)| members.iter().map(|&member| ComponentIndex(member)).collect())
        .collect();
    sources.sort_unstable();
    sources
}
