//! Availability in full: layers, ceiling, range, cut sets, importance, attribution, inputs, objectives (semantics,
//! section 5). Start reading at [`availability`].
//!
//! Holds what takes seconds, where `assess` has milliseconds. Knows diagrams and the assessment. Must not run cascades:
//! everything here is a question to a diagram, or to the sampler where no diagram fits.

mod against;
mod attribution;
mod basic_event;
mod downtime;
mod entries;
mod inputs;
mod objectives;
pub(crate) mod outages;
mod severity;

use foreshock_model::{ComponentIndex, Objective, Probability, System};

pub use against::CutSet;
pub use attribution::{Attribution, AttributionMethod, Minutes};
pub use basic_event::{BasicEvent, Part};
pub use entries::{CutSetList, EntryAvailability, Importance};
pub use inputs::{Input, Quantity};
pub use objectives::{ObjectiveOrigin, Verdict};
pub use outages::Outages;

use crate::EntryPoint;
use crate::assess::kept::assess_within;
use crate::assess::worst;
use crate::availability::outages::{Course, End, courses};
use crate::cascade::readings::Readings;
use crate::diagram::budget::Budget;
use crate::diagram::diagrams::Diagrams;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::{Ceiling, LayerUnavailability, Layered, Loss, Scored, mean};
use crate::diagram::service::{Method, Service};
use crate::diagram::variables::Variable;
use crate::layout::arrays::Layout;
use crate::layout::basis::Basis;
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Reading, Unknowns};
use crate::monte_carlo::estimate::{Estimate, Kill, Killing, Sampling};
use crate::monte_carlo::{kill, simulate};

/// What to compute besides what is always computed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What to measure at; the system's own basis where none is given.
    pub basis: Option<Basis>,
    /// An objective for the whole system beside those of the system itself: share of time it may be unavailable.
    pub slo: Option<Probability>,
    /// Further objectives beside those of the system itself: what is promised elsewhere.
    pub promised: Vec<Objective>,
    /// Estimate by simulation too. What is computed stays as it is.
    pub sampling: Option<Sampling>,
    /// Kill instances at random.
    pub kill: Option<Killing>,
}

/// The availability of a system. Every share of time is an unavailability, 0..=1; [`crate::minutes_per_year`] makes
/// minutes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Availability {
    /// What it was measured at.
    pub basis: Basis,
    /// The score, as [`crate::assess()`] gives it.
    pub score: Option<f64>,
    /// The score with everything unknown at its worst, and at its best, as [`crate::assess()`] gives it.
    pub score_range: Option<(f64, f64)>,
    /// -log10 of the loss of service by L2 and L5; none when it is 0.
    pub structural_nines: Option<f64>,
    /// Share of time DOWN, the weighted mean over the entry points, all causes, each once: with everything unknown at its
    /// best, and at its worst; bounds where it is not exact. Its complement is the availability, which promises are held to.
    pub unavailability: (f64, f64),
    /// Weighted mean loss of service over the entry points, all causes, each once, with everything unknown at its worst:
    /// DOWN in whole, OVERLOADED and a lost function in part. Its complement is the performability. Never below
    /// `unavailability`. An upper bound where `method` says so.
    pub expected: f64,
    /// `expected` with everything unknown at its best, and at its worst, and with the beta factors at the ends of their
    /// intervals; bounds where it is not exact, equal where it is and nothing is left open.
    pub expected_bounds: (f64, f64),
    /// The five layers, in their order, each by itself.
    pub layers: Vec<LayerUnavailability>,
    /// The worst layer with everything that is left open at its best: no better than this, whatever the others do. Where only bounds
    /// are known it is made of the lower ones. None without any cause, or where nothing is sure of any.
    pub ceiling: Option<Ceiling>,
    /// From the ceiling's unavailability to the sum over all minimal cut sets of the smallest unavailability in each,
    /// which can't be exceeded whatever depends on what. What is lost lies between.
    pub range: (f64, f64),
    /// How `expected` was computed.
    pub method: Method,
    /// The entry points, as in the basis.
    pub entries: Vec<EntryAvailability>,
    /// Every number that was used, with its source: components by id, then zones, domains, regions.
    pub inputs: Vec<Input>,
    /// What was promised, and what comes of it.
    pub verdicts: Vec<Verdict>,
    /// Who costs how many of the minutes.
    pub attribution: Attribution,
    /// Share of `expected` that rests on figures from the table of defaults, 0..=1.
    pub share_of_defaults: f64,
    /// More than half of `expected` rests on defaults.
    pub low_confidence: bool,
    /// The loss of service by simulation, when asked for.
    pub simulated: Option<Estimate>,
    /// So many instances killed at the same time, when asked for.
    pub kill: Option<Kill>,
}

/// Everything about the availability of a system. Slower than [`crate::assess()`]: seconds at worst, within a budget
/// (see `method` and the entries' methods where it was not enough).
pub fn availability(system: &System, options: &Options) -> Availability {
    availability_within(system, options, Budget::FULL)
}

/// The same with decision diagrams of another size.
pub(crate) fn availability_within(system: &System, options: &Options, budget: Budget) -> Availability {
    let readings = Readings::of(system);
    let basis = options.basis.clone().unwrap_or_else(|| Basis::of(system));
    let at = mean(&basis);
    let promised = objectives::components(system, &options.promised);

    let tops: Vec<u32> = at.iter().map(|(component, _)| *component).collect();
    let mut roots: Vec<u32> = tops.iter().copied().chain(promised).collect();
    roots.sort_unstable();
    roots.dedup();
    let worst = worst::layout_of_whole(system, &basis);
    let layout = worst.as_ref().unwrap_or(readings.service());
    let service = Diagrams::of(system, layout, &roots, Wanted::of(layout), budget);
    let best = worst.is_some().then(|| lay_out(system, Reading::service(Unknowns::Best)).0);
    let best = best.as_ref().map(|layout| Diagrams::of(system, layout, &roots, Wanted::of(layout), budget));
    let best = best.as_ref().unwrap_or(&service);
    let differs = worst.is_some() || !readings.one_structure();
    let other = differs.then(|| Diagrams::of(system, &readings.structure().layout, &tops, Wanted::DOWN, budget));
    let structure = other.as_ref().unwrap_or(&service);
    let score = match (service.brief(), best.brief()) {
        (Some(service), Some(best)) => Scored::of(service, worst.is_some().then_some(best), &at),
        // Where an assessment gives bounds, its score is shown here too: there is one score.
        _ => assess_within(
            system,
            Some(&basis),
            Budget { work: budget.work.min(Budget::BRIEF.work), nodes: budget.nodes, ..Budget::BRIEF },
        )
        .scored(),
    };

    let loss = service.loss(&at);
    let layered = Layered::of(&loss);
    let families = attribution::Families::of(&loss);
    let entry = |entry: &EntryPoint| {
        let root = entry.component.0;
        let known = if other.is_none() { families.down(root) } else { None };
        let (fewest, most) = courses(&service, best, &[(root, 1.0)]);
        let outages = Outages::of(&fewest, &most);
        EntryAvailability { outages, ..entries::entry(*entry, structure.of_root(root), known) }
    };
    let entries = basis.entries.iter().map(entry).collect();
    let attribution = families.attribute(system, &loss, layered.expected.1);
    let most_down = service.loss(&at).down().with(|variable| variable.answered).1;
    let least_down = best.loss(&at).down().with(|variable| variable.least().1).0.min(most_down);
    let at_best = best.loss(&at);
    let at_best = Layered::least(&at_best);
    let ceiling = at_best.ceiling();
    let layered = layered.or_as_good_as(&at_best);
    let (_, most) = loss.with(Variable::most_answered);
    let most = most.max(layered.expected.1);
    let mut result = Availability {
        score: score.score,
        score_range: score.range,
        structural_nines: score.structural_nines,
        unavailability: (least_down, most_down),
        expected: layered.expected.1,
        expected_bounds: (at_best.expected.0.min(layered.expected.1), most),
        layers: layered.layers.to_vec(),
        ceiling,
        range: (ceiling.map_or(0.0, |layer| layer.unavailability), families.most(&loss).max(most)),
        method: service.method(),
        inputs: inputs::inputs(system, layout, &at),
        verdicts: objectives::verdicts(system, options.slo, &options.promised, &at, &service, best),
        entries,
        share_of_defaults: attribution.share_of_defaults,
        low_confidence: attribution.share_of_defaults > 0.5,
        attribution,
        basis: basis.clone(),
        ..Availability::default()
    };
    if let Some(sampling) = &options.sampling {
        let layouts = (&readings.structure().layout, layout);
        let found = simulate(system, layouts, sampling, structure, &basis);
        for (entry, estimate) in result.entries.iter_mut().zip(found.entries) {
            entry.simulated = Some(estimate);
        }
        result.simulated = found.loss;
    }
    result.kill = options.kill.map(|killing| kill::kill(system, &basis, &killing, budget));
    result
}

/// How often one entry point of a basis is DOWN and for how long: the same as in [`availability()`], alone and at the cost of
/// about two assessments. None where exact figures would take longer than that.
pub fn entry_outages(system: &System, basis: &Basis, entry: ComponentIndex) -> Option<Outages> {
    let readings = Readings::of(system);
    let worst = worst::layout_of_whole(system, basis);
    let best = worst.is_some().then(|| lay_out(system, Reading::service(Unknowns::Best)).0);
    let layout = worst.as_ref().unwrap_or(readings.service());
    let course = |layout: &Layout, end| {
        let service = Service::at(system, layout, &[entry.0], Wanted::DOWN);
        let loss = Loss::at(&service, vec![(entry.0, 1.0)]).down();
        service.is_exact().then(|| Course::at(&loss, end))
    };
    let most = course(layout, End::Most)?;
    let fewest = course(best.as_ref().unwrap_or(layout), End::Fewest)?;
    Some(Outages::of(&fewest, &most))
}
