//! The assessment of a system: its score, its single points of failure, its availability.

use foreshock_model::{ComponentIndex, Known, Layer, Replication, System};

use crate::Unit;
use crate::assess::pairs::{Pair, pairs};
use crate::assess::single_points::{self, CommonMode, SinglePoint};
use crate::availability::{LayerUnavailability, Layered, Loss};
use crate::cascade::readings::Readings;
use crate::diagram::equations::Wanted;
use crate::diagram::service::{Method, Service, Weighted};
use crate::diagram::variables::Variable;
use crate::layout::basis::{Basis, sources};
use crate::layout::defaults::UNLINKED_SHARE;
use crate::layout::lay_out::lay_out;
use crate::layout::score::{nines, score};

/// What a system is worth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assessment {
    /// What it was measured at.
    pub basis: Basis,
    /// 0..=100: 20 points for each nine of `1 - loss`. None when there is nothing to measure at. Where the text does
    /// not say how many instances there are, in which zones, or who promotes a standby, this is the favourable reading.
    pub score: Option<f64>,
    /// The score with everything unknown at its worst, and at its best; none when nothing is unknown and the method is
    /// exact.
    pub score_range: Option<(f64, f64)>,
    /// Share of service lost, by own infrastructure and third parties (L2 and L5): what the score is made of.
    pub loss: f64,
    /// -log10 of the loss; none when it is 0.
    pub structural_nines: Option<f64>,
    /// Weighted mean loss of service over the entry points, all causes that have a figure, each once.
    pub expected_unavailability: f64,
    /// The same for each layer that has units, by itself.
    pub layers: Vec<LayerUnavailability>,
    /// The worst of the layers: no better than this, whatever the others do. None without units.
    pub ceiling: Option<LayerUnavailability>,
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
    assess_at(system, None)
}

/// Assesses a system at a basis, which can be that of another version of it (see [`Basis::carried_to`]).
pub fn assess_with(system: &System, basis: &Basis) -> Assessment {
    assess_at(system, Some(basis))
}

fn assess_at(system: &System, basis: Option<&Basis>) -> Assessment {
    let readings = Readings::of(system);
    let sources = sources(&readings.structure().layout);
    let basis = basis.cloned().unwrap_or_else(|| Basis::at(system, &readings.structure().layout, &sources));
    let tops = tops(&basis, &sources);
    let scored = scored(&basis);
    let wanted = Wanted::of(readings.service());
    let roots: Vec<u32> = tops.iter().map(|top| top.0).collect();
    let service = Service::at(system, readings.service(), &roots, wanted);

    let Scored { score, range, structural_nines, loss } = Scored::of(system, &service, &scored);
    let layered = Layered::of(&Loss::at(&service, mean(&basis)));
    let mut assessment = Assessment {
        score,
        score_range: range,
        loss,
        structural_nines,
        expected_unavailability: layered.expected.1,
        layers: layered.existing().collect(),
        ceiling: layered.ceiling(),
        method: service.method(),
        ..Assessment::default()
    };
    let other =
        (!readings.one_structure()).then(|| Service::at(system, &readings.structure().layout, &roots, Wanted::DOWN));
    let structure = other.as_ref().unwrap_or(&service);
    let structural = service.variables.probabilities(is_structural);
    let weighing =
        single_points::Weighing { service: &service, structure, scored: &scored, probabilities: &structural, loss };
    let (single, common) = single_points::find(system, &readings, &basis, &tops, &weighing);
    assessment.single_points = single;
    assessment.common_mode = common;
    (assessment.pairs, assessment.pairs_left_out) = pairs(structure, &tops);
    assessment.basis = basis;
    assessment
}

/// What the score is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scored {
    pub(crate) score: Option<f64>,
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) structural_nines: Option<f64>,
    pub(crate) loss: f64,
}

impl Scored {
    /// From a diagram that has all that is scored.
    pub(crate) fn of(system: &System, service: &Service, scored: &[Weighted]) -> Scored {
        let (least, loss) = service.loss(scored, &service.variables.probabilities(is_structural));
        if scored.is_empty() {
            return Scored { score: None, range: None, structural_nines: None, loss };
        }
        let mut range = None;
        if !service.is_exact() || has_unknowns(system) {
            let roots: Vec<u32> = scored.iter().map(|(component, _)| *component).collect();
            let worst = worst_loss(system, &roots, scored).max(loss);
            range = Some((score(worst), score(least)));
        }
        Scored { score: Some(score(loss)), range, structural_nines: nines(loss), loss }
    }

    /// As it was assessed.
    pub(crate) fn from(assessment: &Assessment) -> Scored {
        let Assessment { score, score_range, structural_nines, loss, .. } = *assessment;
        Scored { score, range: score_range, structural_nines, loss }
    }
}

/// Where a failure shows: the entry points and the first of every other source.
fn tops(basis: &Basis, sources: &[Vec<ComponentIndex>]) -> Vec<ComponentIndex> {
    let mut tops: Vec<ComponentIndex> = basis.entries.iter().map(|entry| entry.component).collect();
    tops.extend(&basis.unlinked);
    for source in sources {
        if !source.iter().any(|member| tops.contains(member)) {
            tops.extend(source.first());
        }
    }
    tops.sort_unstable();
    tops.dedup();
    tops
}

/// The shares of the score: (sum w U + 0.25 sum U of the unlinked) / sum w.
pub(crate) fn scored(basis: &Basis) -> Vec<Weighted> {
    let mut shares = mean(basis);
    let total: f64 = basis.entries.iter().map(|entry| entry.weight).sum();
    if total > 0.0 {
        shares.extend(basis.unlinked.iter().map(|component| (component.0, UNLINKED_SHARE / total)));
    }
    shares
}

/// The shares of the entry points alone.
pub(crate) fn mean(basis: &Basis) -> Vec<Weighted> {
    let total: f64 = basis.entries.iter().map(|entry| entry.weight).sum();
    if total <= 0.0 || !total.is_finite() {
        return Vec::new();
    }
    basis.entries.iter().map(|entry| (entry.component.0, entry.weight / total)).collect()
}

/// What the score counts: own infrastructure, third parties, and whatever is shared.
fn is_structural(variable: &Variable) -> bool {
    matches!(variable.layer, Layer::Hardware | Layer::External)
        || matches!(variable.unit, Some(Unit::Zone(_) | Unit::Domain(_)))
}

/// Whether the text leaves open something that the score depends on.
fn has_unknowns(system: &System) -> bool {
    system.components.iter().any(|component| {
        let redundancy = &component.redundancy;
        let instances = redundancy.instances.known();
        let own_instances = component.reliability.whole.is_none() && component.reliability.instance.is_some();
        let promoted = redundancy.replication == Replication::PrimaryStandby && instances.is_none_or(|&n| n > 1);
        own_instances
            && instances != Some(&0)
            && (instances.is_none()
                || redundancy.zones.known().is_none()
                || (promoted && matches!(redundancy.failover.mode, Known::Unknown(_))))
    })
}

fn worst_loss(system: &System, roots: &[u32], scored: &[Weighted]) -> f64 {
    let (worst, _) = lay_out(system, Readings::worst());
    let service = Service::at(system, &worst, roots, Wanted::of(&worst));
    service.loss(scored, &service.variables.probabilities(is_structural)).1
}
