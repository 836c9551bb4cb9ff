//! The entry loss of very many cascades: only what got worse is looked at.

use crate::layout::score::service_lost;
use crate::{Basis, Scratch};

/// The entry points of a basis, by component.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    /// Sorted: the component, the place in the basis, and the weight.
    entries: Vec<(u32, u32, f64)>,
    /// The first of `entries` of each component; `NONE` for no entry point.
    first: Vec<u32>,
    all: f64,
}

const NONE: u32 = u32::MAX;

impl Measure {
    pub(crate) fn of(basis: &Basis, components: usize) -> Measure {
        let of = |(place, entry): (usize, &crate::EntryPoint)| (entry.component.0, place as u32, entry.weight);
        let mut entries: Vec<(u32, u32, f64)> = basis.entries.iter().enumerate().map(of).collect();
        entries.sort_by_key(|&(component, place, _)| (component, place));
        let mut first = vec![NONE; components];
        for (index, &(component, ..)) in entries.iter().enumerate().rev() {
            if let Some(slot) = first.get_mut(component as usize) {
                *slot = index as u32;
            }
        }
        Measure { entries, first, all: basis.entries.iter().map(|entry| entry.weight).sum() }
    }

    /// The places in the basis of one component, with the weights.
    pub(crate) fn places(&self, component: u32) -> impl Iterator<Item = (u32, f64)> {
        let start = self.first.get(component as usize).copied().unwrap_or(NONE) as usize;
        let own = self.entries.iter().skip(start).take_while(move |entry| entry.0 == component);
        own.map(|&(_, place, weight)| (place, weight))
    }

    /// The same as [`crate::entry_loss`] of the last run, to the bit; 0 without an entry point.
    pub(crate) fn loss(&self, scratch: &Scratch) -> f64 {
        let mut lost_at = Vec::new();
        for step in scratch.worse() {
            let share = service_lost(step.health, step.function_lost);
            lost_at.extend(self.places(step.component).map(|(place, weight)| (place, weight * share)));
        }
        lost_at.sort_unstable_by_key(|&(place, _)| place);
        self.total(&lost_at)
    }

    /// The share of all weights that these places of the basis lose, which are in its order.
    pub(crate) fn total(&self, lost_at: &[(u32, f64)]) -> f64 {
        if self.all <= 0.0 || self.all.is_nan() {
            return 0.0;
        }
        lost_at.iter().fold(0.0, |sum, (_, lost)| sum + lost) / self.all
    }
}
