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

/// The pairs of one part of a system, by its own indexes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pairs {
    /// Those of the part alone; only so many that no others could be listed, in the order in which they are.
    pub(crate) own: Vec<Pair>,
    /// How many these are without a limit.
    pub(crate) own_count: usize,
    /// Those of which other parts have both units too.
    pub(crate) shared: Vec<Pair>,
}

/// Two variables, and a top that they take down.
type Found = ((u32, u32), ComponentIndex);

/// The pairs of a part. Pairs among instances that are only counted are not listed.
pub(crate) fn pairs(service: &Service, tops: &[ComponentIndex], is_shared: impl Fn(Unit) -> bool) -> Pairs {
    let mut found: Vec<Found> = Vec::new();
    for &top in tops {
        found.extend(service.pairs(top.0, PAIRS_PER_TOP).into_iter().map(|pair| (pair, top)));
    }
    found.sort_unstable();
    let variable = |index: u32| service.variables.list.get(index as usize);
    let candidate = |tops: &'_ [Found]| {
        let ((first, second), _) = tops.first()?;
        let (first, second) = (variable(*first)?, variable(*second)?);
        let units = (first.unit?, second.unit?);
        Some((first.probability * second.probability, (units.0.min(units.1), units.0.max(units.1))))
    };
    let ranked = found
        .chunk_by(|first, second| first.0 == second.0)
        .filter_map(|tops| candidate(tops).map(|(probability, units)| (probability, units, tops)));
    let (shared, mut own): (Vec<_>, Vec<_>) =
        ranked.partition(|(_, units, _)| is_shared(units.0) && is_shared(units.1));
    // The units' own order is that of the components' ids.
    own.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let own_count = own.len();
    own.truncate(PAIRS_LISTED);
    let pair = |(probability, units, tops): (f64, (Unit, Unit), &[Found])| {
        let tops = tops.iter().map(|&(_, top)| top).collect();
        Pair { units, tops, probability }
    };
    Pairs { own: own.into_iter().map(pair).collect(), own_count, shared: shared.into_iter().map(pair).collect() }
}
