//! Who costs how many minutes: each minimal cut set's share split equally over its events, scaled so that it adds up.

use std::collections::BTreeMap;

use foreshock_model::{Layer, MinutesPerYear, Source, System};

use crate::availability::basic_event::{BasicEvent, Part};
use crate::diagram::cut_sets::{CutSets, Role};
use crate::diagram::loss::Loss;
use crate::diagram::service::{Service, Weighted};
use crate::diagram::variables::Variable;
use crate::layout::defaults::{BOUNDED_UNITS, NODE_BUDGET};
use crate::layout::score::minutes_per_year;

/// How minutes were attributed. Each way adds up to the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributionMethod {
    /// Each minimal cut set's probability is split equally over its events, and all is scaled to the whole.
    #[default]
    CutSets,
    /// There are too many cut sets for that: by what would be gained with each event perfect (its criticality, the
    /// Birnbaum importance times its probability), scaled to the whole.
    Criticality,
    /// Not at all: only bounds are known, and there are too many events to try each.
    None,
}

/// Minutes a year of something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minutes<T> {
    /// What.
    pub of: T,
    /// Minutes of a year of 8766 hours.
    pub minutes_per_year: MinutesPerYear,
}

/// The expected loss of service in minutes a year, by cause. Each list, with what is lost without any failure, adds up to
/// the whole (up to rounding) and has the greatest first; what costs nothing is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribution {
    /// How it was computed.
    pub method: AttributionMethod,
    /// By layer. The operational layer has what waiting for people adds to the events of the others.
    pub by_layer: Vec<Minutes<Layer>>,
    /// By component, zone, domain and region.
    pub by_part: Vec<Minutes<Part>>,
    /// By basic event.
    pub by_event: Vec<Minutes<BasicEvent>>,
    /// Minutes a year of what is lost without any failure: a component overloaded as it is.
    pub without_failure: MinutesPerYear,
    /// Share of the whole that rests on figures from the table of defaults, 0..=1.
    pub(crate) share_of_defaults: f64,
}

/// The minimal cut sets of each level of failure at each place where service is measured.
pub(crate) struct Families {
    /// For each part of the loss; none where there is no decision diagram, or too many sets.
    parts: Vec<Option<Vec<Level>>>,
}

/// A level of failure at one place.
struct Level {
    root: u32,
    sets: CutSets,
    /// Share of the service that is lost with it.
    share: f64,
    /// Its probability, all causes.
    probability: f64,
}

impl Families {
    pub(crate) fn of(loss: &Loss) -> Families {
        Families { parts: loss.parts.iter().map(|(service, at)| levels(service, at)).collect() }
    }

    /// The minimal cut sets of "is DOWN", all that can happen taken as an event.
    pub(crate) fn down(&self, root: u32) -> Option<&CutSets> {
        // The first level of each root is DOWN.
        self.parts.iter().flatten().flatten().find(|level| level.root == root).map(|level| &level.sets)
    }

    /// The sum over all minimal cut sets of the smallest unavailability in each, weighted as the loss; at most 1.
    pub(crate) fn most(&self, loss: &Loss) -> f64 {
        let mut most = 0.0;
        for ((service, at), levels) in loss.parts.iter().zip(&self.parts) {
            let greatest =
                |variable: u32| service.variables.list.get(variable as usize).map_or(0.0, Variable::most_answered);
            let weight: f64 = at.iter().map(|(_, weight)| weight).sum();
            most += match levels {
                Some(levels) => {
                    let each = levels.iter().map(|level| level.share * level.sets.sum_of_smallest(greatest).min(1.0));
                    each.sum::<f64>()
                }
                // Something fails only if some unit does.
                None => {
                    let failures = service.variables.list.iter().filter(|variable| variable.lasting.is_none());
                    let all: f64 = failures.map(Variable::most_answered).sum();
                    // Or what is lost without any failure.
                    let (_, standing) = service.loss(at, &service.variables.each(|_| 0.0));
                    standing + weight * all.min(1.0)
                }
            };
        }
        most.min(1.0)
    }

    /// Splits `whole`, the loss with all causes, over its causes.
    pub(crate) fn attribute(&self, system: &System, loss: &Loss, whole: f64) -> Attribution {
        let (_, standing) = loss.with(|_| 0.0);
        let without_failure = minutes_per_year(standing);
        let mut attribution = Attribution { without_failure, ..Attribution::default() };
        let mut shares: Vec<(Variable, f64)> = Vec::new();
        for ((service, at), levels) in loss.parts.iter().zip(&self.parts) {
            let (method, split) = split(service, at, levels.as_deref());
            attribution.method = attribution.method.max(method);
            for (variable, share) in split.into_iter().enumerate().filter(|(_, share)| *share > 0.0) {
                // That a failure lasts is the failure's.
                let variable = service.variables.failure(variable as u32).cloned();
                shares.extend(variable.map(|variable| (variable, share)));
            }
        }
        let sum: f64 = shares.iter().map(|(_, share)| share).sum();
        if attribution.method == AttributionMethod::None || sum <= 0.0 {
            return attribution;
        }
        let mut by_layer: BTreeMap<Layer, f64> = BTreeMap::new();
        let mut by_part: BTreeMap<Part, f64> = BTreeMap::new();
        let mut by_event: BTreeMap<BasicEvent, f64> = BTreeMap::new();
        let mut defaults = 0.0;
        for (variable, share) in shares {
            let share = share * ((whole - standing).max(0.0) / sum);
            // What the event would cost without waiting for people is its own layer's.
            let waiting = if variable.answered > 0.0 { 1.0 - variable.probability / variable.answered } else { 0.0 };
            *by_layer.entry(variable.layer).or_default() += share * (1.0 - waiting);
            if waiting > 0.0 {
                *by_layer.entry(Layer::Operational).or_default() += share * waiting;
            }
            let Some(event) = BasicEvent::of(&variable) else { continue };
            *by_part.entry(event.part()).or_default() += share;
            *by_event.entry(event).or_default() += share;
            if event.source(system).is_some_and(Source::is_default) {
                defaults += share;
            }
        }
        attribution.by_layer = sorted(by_layer);
        attribution.by_part = sorted(by_part);
        attribution.by_event = sorted(by_event);
        attribution.share_of_defaults = if whole > 0.0 { (defaults / whole).clamp(0.0, 1.0) } else { 0.0 };
        attribution
    }
}

fn sorted<T: Ord + Copy>(shares: BTreeMap<T, f64>) -> Vec<Minutes<T>> {
    let mut list: Vec<Minutes<T>> =
        shares.into_iter().map(|(of, share)| Minutes { of, minutes_per_year: minutes_per_year(share) }).collect();
    list.sort_by(|a, b| b.minutes_per_year.total_cmp(&a.minutes_per_year).then_with(|| a.of.cmp(&b.of)));
    list
}

fn answered(service: &Service, variable: u32) -> f64 {
    service.variables.list.get(variable as usize).map_or(0.0, |variable| variable.answered)
}

fn levels(service: &Service, at: &[Weighted]) -> Option<Vec<Level>> {
    let mut levels: Vec<Level> = Vec::new();
    let mut nodes = NODE_BUDGET;
    let probabilities = service.variables.each(|variable| variable.answered);
    for &(root, weight) in at {
        for (function, share) in service.levels(root)? {
            let sets = service.cut_sets(function, |_| Role::Event, nodes)?;
            nodes = nodes.saturating_sub(sets.len());
            let probability = service.probability(function, &probabilities);
            levels.push(Level { root, sets, share: share * weight, probability });
        }
    }
    Some(levels)
}

/// What each variable costs, not yet scaled to the whole.
fn split(service: &Service, at: &[Weighted], levels: Option<&[Level]>) -> (AttributionMethod, Vec<f64>) {
    let count = service.variables.list.len();
    let probabilities = service.variables.each(|variable| variable.answered);
    if let Some(levels) = levels {
        let mut split = vec![0.0; count];
        for level in levels {
            let of_sets = level.sets.split(count, |variable| answered(service, variable));
            let sum: f64 = of_sets.iter().sum();
            if sum > 0.0 {
                let scale = level.probability / sum * level.share;
                split.iter_mut().zip(of_sets).for_each(|(slot, share)| *slot += share * scale);
            }
        }
        return (AttributionMethod::CutSets, split);
    }
    if service.is_exact() || count <= BOUNDED_UNITS {
        let all: Vec<u32> = (0..count as u32).collect();
        let (_, loss) = service.loss(at, &probabilities);
        let without = service.loss_without_each(at, &probabilities, &all);
        return (
            AttributionMethod::Criticality,
            without.into_iter().map(|without| (loss - without).max(0.0)).collect(),
        );
    }
    (AttributionMethod::None, vec![0.0; count])
}
