//! What the score is measured at: entry points and their weights (semantics, section 6).

use foreshock_model::{ComponentIndex, System};

use crate::layout::arrays::Layout;
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Purpose, Reading};
use crate::layout::ways_in::{WaysIn, sources};

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
    /// The entry points: the marked ones; else what users reach; else the sources.
    /// None where nobody is served.
    pub entries: Vec<EntryPoint>,
    /// The first of every source that is no entry point: what it serves is not known, so that it is listed and never weighed.
    pub beside: Vec<ComponentIndex>,
    /// What would be an entry point, and is none because it is switched off, or everything that should serve behind it is.
    pub off: Vec<ComponentIndex>,
}

impl Basis {
    /// The basis of a system. Components with 0 instances are no part of it.
    pub fn of(system: &System) -> Basis {
        let (layout, _) = lay_out(system, Reading::of(Purpose::Structure));
        Basis::at(system, &layout, &sources(system, &layout))
    }

    pub(crate) fn at(system: &System, layout: &Layout, sources: &[Vec<ComponentIndex>]) -> Basis {
        let ways = WaysIn::of(system, layout, sources.to_vec());
        Counted::of(std::iter::once(&ways)).basis(&ways)
    }

    /// The sum of the weights.
    pub(crate) fn total(&self) -> f64 {
        self.entries.iter().map(|entry| entry.weight).sum()
    }

    /// The same basis in another version of the system: the components with the same ids. What is gone is left out.
    pub fn carried_to(&self, old: &System, new: &System) -> Basis {
        let carried = |index: ComponentIndex| new.find(old.component(index)?.id.as_str());
        let entries = self.entries.iter();
        Basis {
            entries: entries
                .filter_map(|entry| Some(EntryPoint { component: carried(entry.component)?, ..*entry }))
                .collect(),
            beside: self.beside.iter().filter_map(|&index| carried(index)).collect(),
            off: self.off.iter().filter_map(|&index| carried(index)).collect(),
        }
    }
}

/// Which ways in count, over all parts of a system.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Counted {
    Marked,
    /// Where `by_name`, what is reached as one of several alternatives is reached by the name of what stands before it.
    Reached {
        by_name: bool,
    },
    Serving {
        rank: Option<u8>,
    },
}

impl Counted {
    pub(crate) fn of<'a>(parts: impl Iterator<Item = &'a WaysIn> + Clone) -> Counted {
        if parts.clone().any(|ways| !ways.marked.is_empty()) {
            return Counted::Marked;
        }
        let mut reached = parts.clone().flat_map(|ways| &ways.reached).peekable();
        if reached.peek().is_some() {
            // Where they stand in for each other in a circle there is no name.
            return Counted::Reached { by_name: reached.any(|(_, behind)| !behind) };
        }
        Counted::Serving { rank: parts.flat_map(|ways| &ways.serving).map(|(rank, ..)| *rank).min() }
    }

    /// The basis of a part, by its own indexes.
    pub(crate) fn basis(&self, ways: &WaysIn) -> Basis {
        let entry = |component, weight, reason| EntryPoint { component, weight, reason };
        let mut off = Vec::new();
        let mut entries: Vec<EntryPoint> = match *self {
            Counted::Marked => {
                ways.marked.iter().map(|&(component, weight)| entry(component, weight, EntryReason::Marked)).collect()
            }
            Counted::Reached { by_name } => {
                let counts = |(_, behind): &&(ComponentIndex, bool)| !(by_name && *behind);
                let reached = ways.reached.iter().filter(counts);
                reached.map(|&(component, _)| entry(component, 1.0, EntryReason::UserFacing)).collect()
            }
            Counted::Serving { rank: best } => {
                off.clone_from(&ways.idle);
                let counts = |(rank, _, led): &&(u8, ComponentIndex, bool)| Some(*rank) == best && !led;
                let serving = ways.serving.iter().filter(counts);
                serving.map(|&(_, component, _)| entry(component, 1.0, EntryReason::Source)).collect()
            }
        };
        let is_off = |index: ComponentIndex| ways.off.get(index.index()) == Some(&true);
        off.extend(entries.iter().map(|entry| entry.component).filter(|&entry| is_off(entry)));
        entries.retain(|entry| !is_off(entry.component));
        let mut here = vec![false; ways.off.len()];
        for component in entries.iter().map(|entry| entry.component).chain(off.iter().copied()) {
            if let Some(here) = here.get_mut(component.index()) {
                *here = true;
            }
        }
        let is_entry = |index: &ComponentIndex| here.get(index.index()) == Some(&true);
        let others = ways.sources.iter().filter(|source| !source.iter().any(is_entry));
        let mut beside: Vec<ComponentIndex> = others.filter_map(|source| source.first().copied()).collect();
        beside.extend(ways.unread.iter().copied().filter(|index| !is_entry(index)));
        beside.sort_unstable();
        Basis { entries, beside, off }
    }
}
