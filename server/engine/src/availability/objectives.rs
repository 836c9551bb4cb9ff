//! What was promised, and whether it can be kept. A promise of availability is held to the time DOWN: what is only degraded
//! breaks none.

use foreshock_model::{ComponentIndex, Layer, MinutesPerYear, Objective, Probability, System};

use crate::availability::against::{self, CutSet};
use crate::availability::basic_event::BasicEvent;
use crate::availability::outages::courses;
use crate::diagram::diagrams::Diagrams;
use crate::diagram::loss::{Ceiling, Layered, Loss};
use crate::diagram::service::Weighted;
use crate::diagram::variables::Variable;
use crate::layout::score::minutes_per_year;

/// Where an objective comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectiveOrigin {
    /// It was asked for (`slo` of the options).
    Asked,
    /// Its index in `promised` of the options.
    Promised(usize),
    /// Its index in `system.objectives`.
    Written(usize),
}

/// One objective and what comes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Which objective.
    pub origin: ObjectiveOrigin,
    /// Whose; none for the whole system.
    pub component: Option<ComponentIndex>,
    /// Share of time it may be unavailable.
    pub allowed: f64,
    /// The days over which that is measured.
    pub window_days: f64,
    /// P(no more than that is lost in a window): with everything unknown at its worst, and at its best, 0..=1.
    pub holds: (f64, f64),
    /// Share of time DOWN, all causes, each once; the upper bound where only bounds are known.
    pub expected: f64,
    /// The layer that takes it down for the longest, if any cause is known.
    pub ceiling: Option<Ceiling>,
    /// `expected` with everything unknown at its best; the lower bound where only bounds are known.
    pub least: f64,
    /// Expected to be kept, whatever is unknown.
    pub met: bool,
    /// Some layer alone makes it impossible, whatever is unknown. Implies that it is missed.
    pub unreachable: bool,
    /// Minutes a year by which it is missed at most; 0 when it is met.
    pub minutes_missing: MinutesPerYear,
    /// The event of the binding layer that costs the most.
    pub binding: Option<BasicEvent>,
    /// The minimal cut sets of the binding layer that cost the most, those first; only of what is unreachable, and none where
    /// there is no decision diagram of them.
    pub cut_sets: Vec<CutSet>,
}

impl Verdict {
    /// Whether it is the one that was asked for, and not a promise that is written somewhere.
    pub fn is_asked(&self) -> bool {
        self.origin == ObjectiveOrigin::Asked
    }

    /// Neither kept nor missed for sure: what is not known, or bounds that are too far apart, decide.
    pub fn is_open(&self) -> bool {
        !self.met && self.least <= self.allowed
    }
}

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The components that something is promised of.
pub(crate) fn components(system: &System, promised: &[Objective]) -> Vec<u32> {
    let promised = system.objectives.iter().chain(promised).filter_map(|objective| objective.component);
    promised.filter(|component| component.index() < system.components.len()).map(|component| component.0).collect()
}

pub(crate) fn verdicts(
    system: &System,
    slo: Option<Probability>,
    promised: &[Objective],
    whole: &[Weighted],
    service: &Diagrams,
    best: &Diagrams,
) -> Vec<Verdict> {
    let asked = slo.map(|allowed| {
        (
            ObjectiveOrigin::Asked,
            Objective { component: None, allowed, window_days: Objective::WINDOW_DAYS, place: None },
        )
    });
    let written = system.objectives.iter().cloned().enumerate();
    let written = written.map(|(index, objective)| (ObjectiveOrigin::Written(index), objective));
    let promised = promised.iter().cloned().enumerate();
    let promised = promised.map(|(index, objective)| (ObjectiveOrigin::Promised(index), objective));
    let mut verdicts = Vec::new();
    for (origin, objective) in asked.into_iter().chain(promised).chain(written) {
        let at = match objective.component {
            None => whole.to_vec(),
            Some(component) if component.index() < system.components.len() => vec![(component.0, 1.0)],
            Some(_) => continue,
        };
        if at.is_empty() {
            continue;
        }
        let expected = Layered::of(&service.loss(&at).down()).expected.1;
        let loss = best.loss(&at).down();
        let layered = Layered::of(&loss);
        let ceiling = Layered::least(&loss).ceiling();
        let allowed = objective.allowed.get();
        let (fewest, most) = courses(service, best, &at);
        let window = objective.window_days * DAY;
        let worst = most.holds(allowed, window);
        let holds = if fewest == most { (worst, worst) } else { (worst, fewest.holds(allowed, window).max(worst)) };
        let unreachable = ceiling.is_some_and(|layer| layer.unavailability > allowed);
        let against = ceiling.filter(|_| unreachable).map(|layer| against::of_layer(&loss, layer.layer));
        verdicts.push(Verdict {
            origin,
            component: objective.component,
            allowed,
            window_days: objective.window_days,
            holds,
            expected,
            least: layered.expected.0.min(expected),
            ceiling,
            met: expected <= allowed,
            unreachable,
            minutes_missing: minutes_per_year((expected - allowed).max(0.0)),
            binding: ceiling.and_then(|layer| binding(&loss, layer.layer)),
            cut_sets: against.unwrap_or_default(),
        });
    }
    verdicts
}

/// The event of the layer without which the most would be gained in that layer.
fn binding(loss: &Loss, layer: Layer) -> Option<BasicEvent> {
    let mut best: Option<(f64, BasicEvent)> = None;
    for (service, at) in &loss.parts {
        let probability = |variable: &Variable| match layer {
            Layer::Operational => variable.answered,
            _ if variable.layer == layer => variable.probability,
            _ => 0.0,
        };
        let probabilities = service.variables.each(probability);
        let asked: Vec<u32> = (0..probabilities.len() as u32)
            .filter(|&index| probabilities.get(index as usize).is_some_and(|probability| *probability > 0.0))
            .take(crate::layout::defaults::BOUNDED_UNITS)
            .collect();
        let (_, all) = service.lost(at, &probabilities, loss.counted);
        let without = service.lost_without_each(at, &probabilities, &asked, loss.counted);
        for (variable, without) in asked.into_iter().zip(without) {
            let Some(variable) = service.variables.failure(variable) else { continue };
            let mut gain = all - without;
            if layer == Layer::Operational && variable.answered > 0.0 {
                gain *= 1.0 - variable.probability / variable.answered;
            }
            let Some(event) = BasicEvent::of(variable) else { continue };
            if gain > 0.0 && best.is_none_or(|(most, known)| gain > most || (gain == most && event < known)) {
                best = Some((gain, event));
            }
        }
    }
    best.map(|(_, event)| event)
}
