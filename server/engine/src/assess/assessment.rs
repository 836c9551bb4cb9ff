//! The assessment of a system: its score, its single points of failure, its availability.

use crate::assess::pairs::Pair;
use crate::assess::single_points::{CommonMode, SinglePoint};
use crate::diagram::loss::{Ceiling, LayerUnavailability, Scored};
use crate::diagram::service::Method;
use crate::layout::basis::Basis;

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

impl Assessment {
    /// What its score was made of.
    pub(crate) fn scored(&self) -> Scored {
        let Assessment { score, score_range, structural_nines, loss, .. } = *self;
        Scored { score, range: score_range, structural_nines, loss }
    }
}
