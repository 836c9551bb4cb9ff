//! How often something is DOWN and for how long each time, and what that makes of a window: the share of time alone says
//! neither.
//!
//! The frequency is the sum over the units of Birnbaum importance x frequency of the unit (see [`Recurrence`]); the mean
//! length follows, since frequency x mean length is the unavailability.
//!
//! For windows each unit's outages have the law of its repairs. A unit that takes an entry down alone does so for as long as
//! it is repaired; those that need others to be down as well last, together, as long as what they cost of the unavailability
//! says, in proportion to their own repair times. Pauses that nobody can engineer away (the theoretical layer) are time lost
//! and no outages: a runtime that collects garbage ten times a second is not down 300 million times a year.

use foreshock_model::Layer;
use rustc_hash::FxHashMap;

use crate::Unit;
use crate::availability::downtime;
use crate::availability::severity::Severity;
use crate::diagram::bdd::Function;
use crate::diagram::diagrams::Diagrams;
use crate::diagram::loss::Loss;
use crate::diagram::recurrence::Recurrence;
use crate::diagram::service::{Counted, Method, Service, Weighted};
use crate::diagram::variables::Variable;
use crate::durations::law::DurationLaw;

const YEAR: f64 = 8766.0 * 3600.0;
const MONTH: f64 = YEAR / 12.0;
/// The worst of so many months, ten years, is looked for; of all tens of years in the better half it is no worse.
const MONTHS: f64 = 120.0;
/// Where only bounds are known, the importance of up to so many units is bounded one by one; above, each is taken for as
/// important as can be.
const BOUNDED_ONE_BY_ONE: usize = 400;

/// The outages of something: how often, how long. Each pair has what comes of everything unknown at its best and at its worst
/// for the share of time or, where the diagram grew too large, the bounds; equal where nothing is open.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outages {
    /// Share of time DOWN, all causes, each once, promotions and waiting for people included, 0..=1.
    pub unavailability: (f64, f64),
    /// Outages a year of 8766 hours.
    pub per_year: (f64, f64),
    /// Mean length of one in seconds; none where there are none, or nothing is known of how many.
    pub mean_seconds: Option<(f64, f64)>,
    /// Seconds lost in the worst month of ten years, the median: as often less as more.
    pub worst_month_seconds: (f64, f64),
    /// Share of time that is lost in pauses and without any failure, and is no outage, at worst.
    pub pauses: f64,
    /// Share of the outages, at worst, whose length nobody says: a default stands in.
    pub assumed: f64,
}

impl Outages {
    pub(crate) fn of(fewest: &Course, most: &Course) -> Outages {
        let pair = |of: &dyn Fn(&Course) -> f64| {
            let (one, other) = (of(fewest), of(most));
            (one.min(other), one.max(other))
        };
        let same = fewest == most;
        let mean = |lost: (f64, f64)| -> Option<(f64, f64)> {
            let ends = (lost.0 / fewest.per_second, lost.1 / most.per_second);
            let known = fewest.per_second > 0.0 && most.per_second > 0.0;
            known.then(|| (ends.0.min(ends.1), ends.0.max(ends.1)))
        };
        let worst = most.worst_month();
        let best = if same { worst } else { fewest.worst_month() };
        Outages {
            unavailability: pair(&|course| course.unavailability),
            per_year: pair(&|course| course.per_second * YEAR),
            mean_seconds: mean((fewest.unavailability - fewest.steady, most.unavailability - most.steady)),
            worst_month_seconds: (best.min(worst), best.max(worst)),
            pauses: most.steady,
            assumed: most.assumed,
        }
    }
}

/// What happens at these places at the best and at the worst of what is unknown, and of bounds; at the best with the beta
/// factors at their least.
pub(crate) fn courses(service: &Diagrams, best: &Diagrams, at: &[Weighted]) -> (Course, Course) {
    let course = |diagrams: &Diagrams, end| Course::at(&diagrams.loss(at).down(), end);
    let most = course(service, End::Most);
    let nothing_open = std::ptr::eq(service, best) && service.method() == Method::Exact && !service.has_spread();
    if nothing_open {
        return (most.clone(), most);
    }
    let (mut fewest, mut most) = (course(best, End::Fewest), most);
    // What is down for longer at worst leaves others less to take down: where only bounds are known, each end may have either.
    if [service, best].iter().any(|diagrams| diagrams.method() != Method::Exact) {
        fewest.per_second = fewest.per_second.min(course(service, End::Fewest).per_second);
        most.per_second = most.per_second.max(course(best, End::Most).per_second);
    }
    (fewest, most)
}

/// Which end of what is not known exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Fewest,
    Most,
}

/// What happens at some places in the course of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Course {
    /// Outages by kind; `expected` is their number in a second. At several places the length is the mean over them, by
    /// weight, of what one outage takes.
    kinds: Vec<Severity>,
    /// All of them in a second. At several places each unit's as often as where it matters most.
    pub(crate) per_second: f64,
    /// Share of time lost, outages and all else.
    unavailability: f64,
    /// Of it what is lost in pauses and without any failure.
    steady: f64,
    /// Share of the outages with a length that nobody says.
    assumed: f64,
}

/// The outages of one place that begin with one variable.
#[derive(Clone, Copy, Debug)]
struct Begun {
    per_second: f64,
    law: DurationLaw,
    stretch: f64,
    assumed: bool,
}

impl Begun {
    fn mean(&self) -> f64 {
        self.law.mean() * self.stretch
    }

    fn of(recurrence: Recurrence, per_second: f64) -> Begun {
        let Recurrence { law, stretch, assumed, .. } = recurrence;
        Begun { per_second, law, stretch, assumed }
    }
}

impl Course {
    /// What is lost at these places, weighted, at one end of what figures leave open.
    pub(crate) fn at(loss: &Loss, end: End) -> Course {
        Course::of(loss, end, |variable| match end {
            End::Fewest => variable.least().1,
            End::Most => variable.answered,
        })
    }

    /// What is lost at these places, weighted. `probability` gives each variable's.
    pub(crate) fn of(loss: &Loss, end: End, probability: impl Fn(&Variable) -> f64) -> Course {
        let mut course = Course::default();
        let mut kinds: FxHashMap<(usize, u32), (Begun, f64)> = FxHashMap::default();
        for (part, (service, at)) in loss.parts.iter().enumerate() {
            let probabilities = service.variables.each(&probability);
            for &(root, weight) in at {
                let place = Place { service, root, probabilities: &probabilities };
                let found = place.exact().unwrap_or_else(|| place.bounded(end));
                course.unavailability += weight * found.unavailability;
                course.steady += weight * found.steady;
                for (variable, begun) in found.begun {
                    let (known, lost) =
                        kinds.entry((part, variable)).or_insert((Begun { per_second: 0.0, ..begun }, 0.0));
                    known.per_second = known.per_second.max(begun.per_second);
                    *lost += weight * begun.per_second * begun.mean();
                }
            }
        }
        let mut kinds: Vec<((usize, u32), (Begun, f64))> = kinds.into_iter().collect();
        kinds.sort_by_key(|(key, _)| *key);
        course.per_second = kinds.iter().map(|(_, (begun, _))| begun.per_second).sum();
        let assumed = kinds.iter().filter(|(_, (begun, _))| begun.assumed).map(|(_, (begun, _))| begun.per_second);
        // Not a plain sum: that of nothing is -0.0.
        let assumed = assumed.fold(0.0, |sum, each| sum + each);
        course.assumed = if course.per_second > 0.0 { assumed / course.per_second } else { 0.0 };
        let severity = |(_, (begun, lost)): ((usize, u32), (Begun, f64))| Severity {
            expected: begun.per_second,
            law: begun.law,
            stretch: lost / (begun.per_second * begun.law.mean()),
        };
        course.kinds = alike(kinds.into_iter().map(severity));
        course
    }

    /// P(the share of a window that is lost is at most `allowed`).
    pub(crate) fn holds(&self, allowed: f64, window_seconds: f64) -> f64 {
        if allowed >= 1.0 {
            return 1.0;
        }
        downtime::within(&self.during(window_seconds), (allowed - self.steady) * window_seconds)
    }

    /// Seconds lost in the worst month of ten years: the median of the greatest of 120 independent months.
    fn worst_month(&self) -> f64 {
        let steady = self.steady * MONTH;
        (steady + downtime::quantile(&self.during(MONTH), 0.5_f64.powf(1.0 / MONTHS), MONTH)).min(MONTH)
    }

    fn during(&self, seconds: f64) -> Vec<Severity> {
        self.kinds.iter().map(|kind| Severity { expected: kind.expected * seconds, ..*kind }).collect()
    }
}

/// Those of nearly the same law are one.
fn alike(kinds: impl Iterator<Item = Severity>) -> Vec<Severity> {
    /// Lengths within a fiftieth of each other are taken for their mean.
    const PER_LOGARITHM: f64 = 50.0;
    let mut merged: Vec<(i64, Severity)> = Vec::new();
    for kind in kinds.filter(|kind| kind.expected > 0.0 && kind.stretch > 0.0 && kind.stretch.is_finite()) {
        let key = (kind.stretch.ln() * PER_LOGARITHM).floor() as i64;
        match merged.iter_mut().find(|(known, other)| *known == key && other.law == kind.law) {
            Some((_, known)) => {
                let expected = known.expected + kind.expected;
                known.stretch = (known.expected * known.stretch + kind.expected * kind.stretch) / expected;
                known.expected = expected;
            }
            None => merged.push((key, kind)),
        }
    }
    merged.into_iter().map(|(_, kind)| kind).collect()
}

/// One component, DOWN.
struct Place<'a> {
    service: &'a Service<'a>,
    root: u32,
    probabilities: &'a [f64],
}

/// What was found of it.
struct Found {
    unavailability: f64,
    steady: f64,
    begun: Vec<(u32, Begun)>,
}

impl Place<'_> {
    fn variable(&self, index: u32) -> Option<&Variable> {
        self.service.variables.list.get(index as usize)
    }

    /// How often a variable happens with the probability that it is given here.
    fn recurrence(&self, index: u32) -> Option<Recurrence> {
        let variable = self.variable(index).filter(|variable| !is_pause(variable))?;
        let given = self.probabilities.get(index as usize).copied().unwrap_or(0.0);
        let recurrence = variable.recurrence;
        // Of a unit the frequency goes with the share of time, since a repair takes as long.
        let scale = if variable.lasting.is_none() && variable.answered > 0.0 { given / variable.answered } else { 1.0 };
        (recurrence.per_second != 0.0).then(|| recurrence.times(recurrence.per_second * scale))
    }

    /// The probabilities with no pause ever.
    fn without_pauses(&self) -> Vec<f64> {
        let each = self.service.variables.list.iter().zip(self.probabilities);
        each.map(|(variable, probability)| if is_pause(variable) { 0.0 } else { *probability }).collect()
    }

    /// By the decision diagram; none where there is none.
    fn exact(&self) -> Option<Found> {
        let (live, down) = self.service.live_down(self.root)?;
        let probability = |of: &[f64]| live.probability(down, &live.probabilities(of));
        let unavailability = probability(self.probabilities);
        let probabilities = self.without_pauses();
        let values = live.probabilities(&probabilities);
        let lost = live.probability(down, &values);
        let standing = if down == Function::ALWAYS { 1.0 } else { 0.0 };
        let steady = (unavailability - lost).max(0.0) + standing;
        let importance = live.derivatives(&[(down, 1.0)], &probabilities, &values);
        // With nothing else failed, only those count that are enough alone.
        let nothing = vec![0.0; probabilities.len()];
        let alone = live.derivatives(&[(down, 1.0)], &nothing, &live.probabilities(&nothing));
        let get = |list: &[f64], variable: u32| list.get(variable as usize).copied().unwrap_or(0.0);
        let (mut single, mut several, mut all_single_up) = (Vec::new(), Vec::new(), 0.0);
        for variable in live.variables() {
            let is_single = get(&alone, variable) > 0.5;
            if is_single {
                all_single_up += (-get(&probabilities, variable)).ln_1p();
            }
            let Some(recurrence) = self.recurrence(variable) else { continue };
            let begun = Begun::of(recurrence, get(&importance, variable) * recurrence.per_second);
            if is_single { single.push((variable, begun)) } else { several.push((variable, begun)) }
        }
        let by_single = (-all_single_up.exp_m1()).min(lost);
        let mut begun = lasting_in_all(single, by_single);
        begun.extend(lasting_in_all(several, lost - by_single));
        Some(Found { unavailability, steady, begun })
    }

    /// Within bounds: as few or as many as there can be, each as long as its repair.
    fn bounded(&self, end: End) -> Found {
        let at = [(self.root, 1.0)];
        let down = |probabilities: &[f64]| self.service.lost(&at, probabilities, Counted::Down);
        let (least, most) = down(self.probabilities);
        let unavailability = if end == End::Fewest { least } else { most };
        let mut probabilities = self.without_pauses();
        let counted = down(&probabilities);
        let steady = (unavailability - if end == End::Fewest { counted.0 } else { counted.1 }).max(0.0);
        let concern = self.service.concern(self.root);
        let units = (0u32..).zip(&concern).filter(|(_, concerns)| **concerns).map(|(variable, _)| variable);
        let one_by_one = units.clone().count() <= BOUNDED_ONE_BY_ONE;
        let mut begun = Vec::new();
        for variable in units {
            let Some(recurrence) = self.recurrence(variable) else { continue };
            let mut importance = (0.0, 1.0);
            if one_by_one && let Some(slot) = probabilities.get_mut(variable as usize) {
                let given = *slot;
                *slot = 1.0;
                let failed = down(&probabilities);
                if let Some(slot) = probabilities.get_mut(variable as usize) {
                    *slot = 0.0;
                }
                let perfect = down(&probabilities);
                if let Some(slot) = probabilities.get_mut(variable as usize) {
                    *slot = given;
                }
                importance = ((failed.0 - perfect.1).max(0.0), (failed.1 - perfect.0).min(1.0));
            }
            let importance = if end == End::Fewest { importance.0 } else { importance.1 };
            begun.push((variable, Begun::of(recurrence, (importance * recurrence.per_second).max(0.0))));
        }
        Found { unavailability, steady, begun }
    }
}

/// What is time lost and no outage.
fn is_pause(variable: &Variable) -> bool {
    variable.layer == Layer::Theoretical || matches!(variable.unit, Some(Unit::Theoretical(_)))
}

/// The same outages, as many in all, so long that together they last for this share of the time.
fn lasting_in_all(mut begun: Vec<(u32, Begun)>, share: f64) -> Vec<(u32, Begun)> {
    let count: f64 = begun.iter().map(|(_, begun)| begun.per_second).sum();
    // Corrections of events that are made of several units may be negative: they are spread over the others.
    begun.retain(|(_, begun)| begun.per_second > 0.0);
    let positive: f64 = begun.iter().map(|(_, begun)| begun.per_second).sum();
    let rate = if positive > 0.0 { (count / positive).clamp(0.0, 1.0) } else { 0.0 };
    let lasts: f64 = begun.iter().map(|(_, begun)| begun.per_second * rate * begun.mean()).sum();
    let stretch = if lasts > 0.0 { share.max(0.0) / lasts } else { 0.0 };
    for (_, begun) in &mut begun {
        begun.per_second *= rate;
        begun.stretch *= stretch;
    }
    begun
}
