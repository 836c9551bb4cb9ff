//! Minimal cut sets of order 2: what no single loss shows.

use foreshock_model::ComponentIndex;

use crate::Unit;
use crate::diagram::service::Service;
use crate::layout::defaults::{PAIRS_LISTED, PAIRS_PER_TOP};

/// Two units that together take tops down, while neither does alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The units.
    pub units: (Unit, Unit),
    /// The entry points and other sources that go DOWN.
    pub tops: Vec<ComponentIndex>,
    /// Probability that both have failed at the same time.
    pub probability: f64,
}

/// The likeliest pairs, and how many more there are. Pairs among instances that are only counted are not listed.
pub(crate) fn pairs(service: &Service, tops: &[ComponentIndex]) -> (Vec<Pair>, usize) {
    let mut found: Vec<((u32, u32), ComponentIndex)> = Vec::new();
    for &top in tops {
        found.extend(service.pairs(top.0, PAIRS_PER_TOP).into_iter().map(|pair| (pair, top)));
    }
    found.sort_unstable();
    let variable = |index: u32| service.variables.list.get(index as usize);
    let candidate = |tops: &'_ [((u32, u32), ComponentIndex)]| {
        let ((first, second), _) = tops.first()?;
        let (first, second) = (variable(*first)?, variable(*second)?);
        let units = (first.unit?, second.unit?);
        Some((first.probability * second.probability, (units.0.min(units.1), units.0.max(units.1))))
    };
    let mut ranked: Vec<_> = found
        .chunk_by(|first, second| first.0 == second.0)
        .filter_map(|tops| candidate(tops).map(|(probability, units)| (probability, units, tops)))
        .collect();
    // The units' own order is that of the components' ids.
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let left_out = ranked.len().saturating_sub(PAIRS_LISTED);
    let pairs = ranked.into_iter().take(PAIRS_LISTED).map(|(probability, units, tops)| {
        let tops = tops.iter().map(|&(_, top)| top).collect();
        Pair { units, tops, probability }
    });
    (pairs.collect(), left_out)
}
