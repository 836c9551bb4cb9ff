//! One entry point: how often it is DOWN, by which cut sets, and which units matter.

use foreshock_model::ComponentIndex;

use crate::EntryPoint;
use crate::Unit;
use crate::availability::basic_event::BasicEvent;
use crate::availability::outages::Outages;
use crate::diagram::cut_sets::{CutSets, Role};
use crate::diagram::service::{Method, Service};
use crate::diagram::variables::Variable;
use crate::layout::binomial;
use crate::layout::defaults::{CUT_SETS_LISTED, NODE_BUDGET};
use crate::monte_carlo::estimate::Estimate;

/// How often an entry point is DOWN, and why: of the structure as given (its own causes, zones, domains, regions and
/// dependencies), promotion and waiting for people left out.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryAvailability {
    /// Which.
    pub component: ComponentIndex,
    /// Its weight, relative to the others.
    pub weight: f64,
    /// Share of time it is DOWN; the upper bound where the method is bounds.
    pub unavailability: f64,
    /// How often and how long, all causes, promotion and waiting for people included.
    pub outages: Outages,
    /// How `unavailability` was computed.
    pub method: Method,
    /// The bounds; none when exact.
    pub interval: Option<(f64, f64)>,
    /// The minimal cut sets; none where there is no decision diagram of them.
    pub cut_sets: Option<CutSetList>,
    /// Every unit below it, the most important (Fussell-Vesely) first; empty where there is no decision diagram.
    pub importance: Vec<Importance>,
    /// The simulation beside it, when asked for.
    pub simulated: Option<Estimate>,
}

/// The minimal cut sets of one entry point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CutSetList {
    /// How many there are of each order, from order 0 (DOWN without any failure); `u64::MAX` stands for more.
    pub by_order: Vec<u64>,
    /// Those of order 1, the likeliest first.
    pub order_1: Vec<BasicEvent>,
    /// Those of order 2, the likeliest first.
    pub order_2: Vec<[BasicEvent; 2]>,
    /// How many of order 1 and 2 were found and are not listed.
    pub left_out: [u64; 2],
}

/// What one unit is to an entry point. U is the entry's unavailability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Importance {
    /// Which.
    pub unit: Unit,
    /// U with the unit failed minus U with it perfect.
    pub birnbaum: f64,
    /// Share of U that is gone with the unit perfect: 1 - U(perfect)/U.
    pub fussell_vesely: f64,
    /// Risk achievement worth: U(failed)/U. None where U is 0.
    pub raw: Option<f64>,
    /// Risk reduction worth: U/U(perfect). None where U(perfect) is 0.
    pub rrw: Option<f64>,
}

/// `known` are the minimal cut sets of "is DOWN", with everything that can happen taken as an event, if somebody has them.
pub(crate) fn entry(entry: EntryPoint, service: Option<&Service>, known: Option<&CutSets>) -> EntryAvailability {
    let mut result = EntryAvailability {
        component: entry.component,
        weight: entry.weight,
        unavailability: 0.0,
        outages: Outages::default(),
        method: Method::Exact,
        interval: None,
        cut_sets: None,
        importance: Vec::new(),
        simulated: None,
    };
    let Some(service) = service else { return result };
    let probabilities = service.variables.each(Variable::structural);
    result.method = service.method();
    let bounds = service.down_probability(entry.component.0, &probabilities);
    result.unavailability = bounds.1;
    if result.method == Method::Bounds {
        result.interval = Some(bounds);
    }
    result.cut_sets = structural(service, entry.component.0, known).map(|sets| list(service, &sets));
    result.importance = importance(service, entry.component.0, &probabilities);
    result
}

/// The cut sets by basic events alone.
fn structural(service: &Service, root: u32, known: Option<&CutSets>) -> Option<CutSets> {
    let list = &service.variables.list;
    let role = |variable: u32| list.get(variable as usize).map_or(Role::Never, Variable::role);
    match known {
        // What lasts is no event; without it other sets may be minimal.
        Some(known) if !service.has_buffers() => Some(known.never(|variable| role(variable) == Role::Never)),
        _ => {
            let (function, _) = *service.levels(root)?.first()?;
            service.cut_sets(function, role, NODE_BUDGET)
        }
    }
}

fn list(service: &Service, sets: &CutSets) -> CutSetList {
    let list = &service.variables.list;
    let stands_for = |variable: u32| {
        let collapsed = list.get(variable as usize).and_then(|variable| variable.instances_of);
        collapsed.map_or((1, 1), |collapsed| {
            (collapsed.at_least as usize, binomial::choose(collapsed.of, collapsed.at_least))
        })
    };
    let event = |variable: u32| BasicEvent::of(list.get(variable as usize)?);
    let probability = |variable: u32| list.get(variable as usize).map_or(0.0, |variable| variable.probability);
    let by_order = sets.by_order(stands_for);
    let mut singles: Vec<(f64, BasicEvent)> = sets
        .of_order(1, usize::MAX)
        .into_iter()
        .filter_map(|set| Some((probability(*set.first()?), event(*set.first()?)?)))
        .collect();
    singles.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut pairs: Vec<(f64, [BasicEvent; 2])> = sets
        .of_order(2, CUT_SETS_LISTED)
        .into_iter()
        .filter_map(|set| {
            let [first, second] = set.try_into().ok()?;
            let (one, two) = (event(first)?, event(second)?);
            Some((probability(first) * probability(second), [one.min(two), one.max(two)]))
        })
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let left_out = |order: usize, listed: usize| {
        let found = by_order.get(order).copied().unwrap_or(0);
        found.saturating_sub(listed as u64)
    };
    singles.truncate(CUT_SETS_LISTED);
    CutSetList {
        left_out: [left_out(1, singles.len()), left_out(2, pairs.len())],
        order_1: singles.into_iter().map(|(_, event)| event).collect(),
        order_2: pairs.into_iter().map(|(_, pair)| pair).collect(),
        by_order,
    }
}

fn importance(service: &Service, root: u32, probabilities: &[f64]) -> Vec<Importance> {
    let Some((all, units)) = service.worths(root, probabilities) else { return Vec::new() };
    let mut list: Vec<Importance> = units
        .into_iter()
        .map(|(unit, worth)| Importance {
            unit,
            birnbaum: worth.birnbaum,
            fussell_vesely: if all > 0.0 { (1.0 - worth.perfect / all).max(0.0) } else { 0.0 },
            raw: (all > 0.0).then(|| worth.failed / all),
            rrw: (worth.perfect > 0.0).then(|| all / worth.perfect),
        })
        .collect();
    list.sort_by(|a, b| b.fussell_vesely.total_cmp(&a.fussell_vesely).then_with(|| a.unit.cmp(&b.unit)));
    list
}
