//! The assessment of a system: its score, its single points of failure, its availability.

use foreshock_model::{ComponentIndex, System};

use crate::assess::pairs::{Pair, pairs};
use crate::assess::single_points::{self, CommonMode, SinglePoint};
use crate::assess::worst;
use crate::cascade::readings::Readings;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::{Ceiling, LayerUnavailability, Layered, Loss, Scored, is_structural, mean};
use crate::diagram::service::{Budget, Method, Service};
use crate::layout::basis::{Basis, sources};
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Reading, Unknowns};

/// What a system is worth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assessment {
    /// What it was measured at.
    pub basis: Basis,
    /// 0..=100: 20 points for each nine of `1 - loss`. None when there is nothing to measure at. Where the text does
    /// not say how many instances there are, in which zones, or who promotes a standby, this is with the worst of it, so
    /// that knowing more never looks worse.
    pub score: Option<f64>,
    /// The score with everything unknown at its worst, and at its best; none when nothing is unknown and the method is
    /// exact.
    pub score_range: Option<(f64, f64)>,
    /// Share of service lost, by own infrastructure and third parties (L2 and L5), with everything unknown at its worst:
    /// what the score is made of.
    pub loss: f64,
    /// -log10 of the loss; none when it is 0.
    pub structural_nines: Option<f64>,
    /// Share of time DOWN, the weighted mean over the entry points, all causes that have a figure, each once: everything
    /// unknown at its best, and at its worst. Its complement is the availability.
    pub unavailability: (f64, f64),
    /// Weighted mean loss of service over the entry points, all causes that have a figure, each once; everything unknown
    /// at its worst. Its complement is the performability.
    pub expected_unavailability: f64,
    /// The same with everything unknown, and the beta factors, at their best.
    pub least_unavailability: f64,
    /// The same for each layer that has units, by itself.
    pub layers: Vec<LayerUnavailability>,
    /// The worst of the layers with everything unknown at its best: no better than this, whatever the others do. None
    /// without units.
    pub ceiling: Option<Ceiling>,
    /// Units that take a top down by themselves: instances, zones, domains. By points, then by id.
    pub single_points: Vec<SinglePoint>,
    /// Two units that together take a top down; the likeliest first.
    pub pairs: Vec<Pair>,
    /// How many more pairs were found.
    pub pairs_left_out: usize,
    /// Services and third parties that take a top down by themselves: never a finding, always in the figures.
    pub common_mode: Vec<CommonMode>,
    /// How the figures were computed.
    pub method: Method,
}

/// Assesses a system at its own basis.
pub fn assess(system: &System) -> Assessment {
    assess_within(system, None, Budget::BRIEF)
}

/// Assesses a system at a basis, which can be that of another version of it (see [`Basis::carried_to`]).
pub fn assess_with(system: &System, basis: &Basis) -> Assessment {
    assess_within(system, Some(basis), Budget::BRIEF)
}

/// The same with decision diagrams of another size.
pub(crate) fn assess_within(system: &System, basis: Option<&Basis>, budget: Budget) -> Assessment {
    let readings = Readings::of(system);
    let sources = sources(system, &readings.structure().layout);
    let basis = basis.cloned().unwrap_or_else(|| Basis::at(system, &readings.structure().layout, &sources));
    let tops = tops(&basis, &sources);
    let at = mean(&basis);
    let roots: Vec<u32> = tops.iter().map(|top| top.0).collect();
    let worst = worst::layout(system, &readings, &at);
    let layout = worst.as_ref().unwrap_or(readings.service());
    let service = Service::within(system, layout, &roots, Wanted::of(layout), budget);
    let best = worst.is_some().then(|| lay_out(system, Reading::service(Unknowns::Best)).0);
    let entries: Vec<u32> = at.iter().map(|(entry, _)| *entry).collect();
    let best = best.as_ref().map(|layout| Service::within(system, layout, &entries, Wanted::of(layout), budget));

    let Scored { score, range, structural_nines, loss } = Scored::of(&service, best.as_ref(), &at);
    let lost = Loss::at(&service, at.clone());
    let down = lost.down().with(|variable| variable.answered);
    let least_down = Loss::at(best.as_ref().unwrap_or(&service), at.clone()).down().with(|variable| variable.least().1);
    let at_best = Layered::least(&Loss::at(best.as_ref().unwrap_or(&service), at.clone()));
    let layered = Layered::of(&lost).or_as_good_as(&at_best);
    let mut assessment = Assessment {
        score,
        score_range: range,
        loss,
        structural_nines,
        unavailability: (least_down.0.min(down.1), down.1),
        expected_unavailability: layered.expected.1,
        layers: layered.existing().collect(),
        least_unavailability: at_best.expected.0.min(layered.expected.1),
        ceiling: at_best.ceiling(),
        method: service.method(),
        ..Assessment::default()
    };
    let differs = worst.is_some() || !readings.one_structure();
    let other = differs.then(|| Service::within(system, &readings.structure().layout, &roots, Wanted::DOWN, budget));
    let structure = other.as_ref().unwrap_or(&service);
    let structural = service.variables.probabilities(is_structural);
    let weighing =
        single_points::Weighing { service: &service, structure, scored: &at, probabilities: &structural, loss };
    let (single, common) = single_points::find(system, &readings, &basis, &tops, &weighing);
    assessment.single_points = single;
    assessment.common_mode = common;
    (assessment.pairs, assessment.pairs_left_out) = pairs(structure, &tops);
    assessment.basis = basis;
    assessment
}

impl Assessment {
    /// What its score was made of.
    pub(crate) fn scored(&self) -> Scored {
        let Assessment { score, score_range, structural_nines, loss, .. } = *self;
        Scored { score, range: score_range, structural_nines, loss }
    }
}

/// Where a failure shows: the entry points and the first of every other source.
pub(crate) fn tops(basis: &Basis, sources: &[Vec<ComponentIndex>]) -> Vec<ComponentIndex> {
    let mut tops: Vec<ComponentIndex> = basis.entries.iter().map(|entry| entry.component).collect();
    for source in sources {
        if !source.iter().any(|member| tops.contains(member) || basis.off.contains(member)) {
            tops.extend(source.first());
        }
    }
    tops.sort_unstable();
    tops.dedup();
    tops
}
