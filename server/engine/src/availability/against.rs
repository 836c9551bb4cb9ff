//! The minimal cut sets that stand against an objective: those of the binding layer, by what each of them costs alone.

use std::collections::BTreeMap;

use foreshock_model::Layer;

use crate::availability::basic_event::BasicEvent;
use crate::diagram::cut_sets::Role;
use crate::diagram::loss::Loss;
use crate::diagram::service::Service;
use crate::diagram::variables::Variable;
use crate::layout::defaults::{CUT_SETS_LISTED, NODE_BUDGET};

/// Basic events that together take down what something is promised of, none of which can be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct CutSet {
    /// The events, one or two of them.
    pub events: Vec<BasicEvent>,
    /// Share of time that it takes alone, 0..=1, with everything unknown at its best.
    pub unavailability: f64,
}

/// More are not read by anybody.
const MOST_SETS: usize = 5;

/// The minimal cut sets of one and two events of a layer, the costliest first. None where there is no decision diagram of them.
pub(crate) fn of_layer(loss: &Loss, layer: Layer) -> Vec<CutSet> {
    let mut found: BTreeMap<Vec<BasicEvent>, f64> = BTreeMap::new();
    for (service, at) in &loss.parts {
        for &(root, weight) in at {
            for (mut events, unavailability) in sets(service, root, layer).unwrap_or_default() {
                events.sort_unstable();
                *found.entry(events).or_default() += weight * unavailability;
            }
        }
    }
    let mut sets: Vec<CutSet> =
        found.into_iter().map(|(events, unavailability)| CutSet { events, unavailability }).collect();
    sets.sort_by(|one, other| {
        other.unavailability.total_cmp(&one.unavailability).then_with(|| one.events.cmp(&other.events))
    });
    sets.truncate(MOST_SETS);
    sets
}

/// (As given, and when people have to answer first) at its best, where the event is one of the layer.
fn of(variable: &Variable, layer: Layer) -> Option<(f64, f64)> {
    let (probability, answered) = variable.least();
    match layer {
        Layer::Operational => (answered > 0.0).then_some((probability, answered)),
        _ => (variable.layer == layer && probability > 0.0).then_some((0.0, probability)),
    }
}

fn sets(service: &Service, root: u32, layer: Layer) -> Option<Vec<(Vec<BasicEvent>, f64)>> {
    let list = &service.variables.list;
    let role = |index: u32| match list.get(index as usize) {
        None => Role::Never,
        Some(variable) if variable.lasting.is_some() => variable.role(),
        Some(variable) if of(variable, layer).is_some() => Role::Event,
        Some(_) => Role::Never,
    };
    let (down, _) = *service.levels(root)?.first()?;
    let found = service.cut_sets(down, role, NODE_BUDGET)?;
    let weighed = |set: Vec<u32>| {
        let mut events = Vec::with_capacity(set.len());
        let (mut given, mut all) = (1.0, 1.0);
        for index in set {
            let variable = list.get(index as usize)?;
            let (less, more) = of(variable, layer)?;
            (given, all) = (given * less, all * more);
            events.push(BasicEvent::of(variable)?);
        }
        Some((events, all - given))
    };
    let singles = found.of_order(1, usize::MAX);
    let pairs = found.of_order(2, CUT_SETS_LISTED);
    Some(singles.into_iter().chain(pairs).filter_map(weighed).collect())
}
