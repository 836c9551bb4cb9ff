//! How much of the service is lost, weighted over the entry points: in all, by each of the five layers alone, and as the
//! score (semantics, sections 5 and 6). The assessment, the availability in full and the sampler share it.

use foreshock_model::Layer;

use crate::Unit;
use crate::diagram::service::{Counted, Service, Weighted};
use crate::diagram::variables::Variable;
use crate::layout::basis::Basis;
use crate::layout::score::{nines, score};

/// Unavailability by the causes of one layer alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerUnavailability {
    /// The layer.
    pub layer: Layer,
    /// Weighted mean loss of service over the entry points, 0..1, with only that layer's units able to fail. Of the
    /// operational layer: the difference that waiting for people makes to all of them. The upper bound where only
    /// bounds are known.
    pub unavailability: f64,
    /// The lower bound of the same, with everything that is left open at its best; no more than `unavailability`, and equal
    /// where it is exact and nothing is left open.
    pub least: f64,
}

/// What can't be exceeded: the worst layer, as far as that is sure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ceiling {
    /// The layer.
    pub layer: Layer,
    /// So much of the service is lost by this layer alone, whatever is unknown and whatever the others do: a lower bound
    /// of the loss, 0..=1.
    pub unavailability: f64,
}

/// All layers, in their order.
pub(crate) const LAYERS: [Layer; 5] =
    [Layer::Software, Layer::Hardware, Layer::Theoretical, Layer::Operational, Layer::External];

/// A sum of losses at some components, in one diagram or in several.
#[derive(Clone)]
pub(crate) struct Loss<'a> {
    pub(crate) parts: Vec<(&'a Service<'a>, Vec<Weighted>)>,
    pub(crate) counted: Counted,
}

impl<'a> Loss<'a> {
    pub(crate) fn at(service: &'a Service<'a>, at: Vec<Weighted>) -> Loss<'a> {
        Loss { parts: vec![(service, at)], counted: Counted::Service }
    }

    /// The same places with only the time DOWN counted.
    pub(crate) fn down(&self) -> Loss<'a> {
        Loss { counted: Counted::Down, ..self.clone() }
    }

    /// (lower, upper) bound of the loss with these probabilities; equal when exact.
    pub(crate) fn with(&self, probability: impl Fn(&Variable) -> f64) -> (f64, f64) {
        let mut sum = (0.0, 0.0);
        for (service, at) in &self.parts {
            let (lower, upper) = service.lost(at, &service.variables.each(&probability), self.counted);
            sum = (sum.0 + lower, sum.1 + upper);
        }
        sum
    }

    /// Whether any repair waits for a person.
    fn waits(&self) -> bool {
        let mut variables = self.parts.iter().flat_map(|(service, _)| &service.variables.list);
        variables.any(|variable| variable.answered > variable.probability)
    }

    /// Whether any unit of the layer can fail here.
    fn has(&self, layer: Layer) -> bool {
        self.parts.iter().any(|(service, _)| service.variables.list.iter().any(|variable| variable.layer == layer))
    }
}

/// What to expect, and what each layer alone allows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layered {
    /// All causes, each once, waiting for people included: (lower, upper) bound of what the loss counts.
    pub(crate) expected: (f64, f64),
    /// All five.
    pub(crate) layers: [LayerUnavailability; 5],
    /// The layers that have any cause.
    pub(crate) present: [bool; 5],
}

impl Layered {
    pub(crate) fn of(loss: &Loss) -> Layered {
        Layered::with(loss, |variable| (variable.probability, variable.answered))
    }

    /// The same at the least that the sources of the figures leave open.
    pub(crate) fn least(loss: &Loss) -> Layered {
        Layered::with(loss, Variable::least)
    }

    /// `probabilities`: as given, and when people have to answer first.
    fn with(loss: &Loss, probabilities: impl Fn(&Variable) -> (f64, f64)) -> Layered {
        Layered::of_sums(&LayerSums::with(loss, probabilities))
    }

    /// From what several parts of a system add up to.
    pub(crate) fn of_sums(sums: &LayerSums) -> Layered {
        let LayerSums { expected, given, alone, waits, present } = *sums;
        // A difference of two bounds is least between their nearest ends, and most between their farthest.
        let waiting = ((expected.0 - given.1).max(0.0), (expected.1 - given.0).max(0.0));
        let lost = |layer: Layer, alone: (f64, f64)| match layer {
            // Nobody is waited for where no figure says so, however far apart the bounds are.
            Layer::Operational if !waits => (0.0, 0.0),
            Layer::Operational => waiting,
            _ => alone,
        };
        let mut layers = LAYERS.map(|layer| LayerUnavailability { layer, unavailability: 0.0, least: 0.0 });
        for (layer, alone) in layers.iter_mut().zip(alone) {
            let (least, unavailability) = lost(layer.layer, alone);
            (layer.unavailability, layer.least) = (unavailability, least.min(unavailability));
        }
        let mut existing = present;
        for (existing, layer) in existing.iter_mut().zip(LAYERS) {
            if layer == Layer::Operational {
                *existing = waits && waiting.1 > 0.0;
            }
        }
        Layered { expected, layers, present: existing }
    }

    /// The same where the text leaves something open: `self` at its worst, `best` at its best.
    pub(crate) fn or_as_good_as(mut self, best: &Layered) -> Layered {
        for (worst, best) in self.layers.iter_mut().zip(&best.layers) {
            worst.least = worst.least.min(best.least);
        }
        self
    }

    /// The worst of the layers: no better than this, whatever the others do. Of bounds the lower ones, since only that
    /// much is sure to be lost. None without any cause.
    pub(crate) fn ceiling(&self) -> Option<Ceiling> {
        // Of a layer of which nothing is sure nothing can be said.
        let sure = self.existing().filter(|layer| layer.least > 0.0 || layer.unavailability <= 0.0);
        let worst = sure.reduce(|worst, layer| if layer.least > worst.least { layer } else { worst })?;
        Some(Ceiling { layer: worst.layer, unavailability: worst.least })
    }

    /// The layers that have any cause.
    pub(crate) fn existing(&self) -> impl Iterator<Item = LayerUnavailability> {
        self.layers.into_iter().zip(self.present).filter(|(_, present)| *present).map(|(layer, _)| layer)
    }
}

/// What the layers are worked out from: sums, to which each part of a system adds its own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LayerSums {
    /// All causes, waiting for people included: (lower, upper) bound.
    expected: (f64, f64),
    /// The same with nobody waited for.
    given: (f64, f64),
    /// Each layer alone, the operational one left out.
    alone: [(f64, f64); 5],
    /// Whether any repair waits for a person.
    waits: bool,
    /// Which layers have any cause.
    present: [bool; 5],
}

impl LayerSums {
    pub(crate) fn of(loss: &Loss) -> LayerSums {
        LayerSums::with(loss, |variable| (variable.probability, variable.answered))
    }

    /// The same at the least that the sources of the figures leave open.
    pub(crate) fn least(loss: &Loss) -> LayerSums {
        LayerSums::with(loss, Variable::least)
    }

    fn with(loss: &Loss, probabilities: impl Fn(&Variable) -> (f64, f64)) -> LayerSums {
        let present = LAYERS.map(|layer| loss.has(layer));
        let alone = |layer: Layer| match layer {
            Layer::Operational => (0.0, 0.0),
            _ => loss.with(|variable| if variable.layer == layer { probabilities(variable).0 } else { 0.0 }),
        };
        LayerSums {
            expected: loss.with(|variable| probabilities(variable).1),
            given: loss.with(|variable| probabilities(variable).0),
            alone: LAYERS.map(alone),
            waits: loss.waits(),
            present,
        }
    }

    /// Adds what another part loses.
    pub(crate) fn add(&mut self, other: &LayerSums) {
        self.expected = plus(self.expected, other.expected);
        self.given = plus(self.given, other.given);
        for (alone, other) in self.alone.iter_mut().zip(other.alone) {
            *alone = plus(*alone, other);
        }
        self.waits |= other.waits;
        for (present, other) in self.present.iter_mut().zip(other.present) {
            *present |= other;
        }
    }

    /// As shares of all weights.
    pub(crate) fn shares(&self, total: f64) -> LayerSums {
        let share = |sum: (f64, f64)| (sum.0 / total, sum.1 / total);
        LayerSums {
            expected: share(self.expected),
            given: share(self.given),
            alone: self.alone.map(share),
            waits: self.waits,
            present: self.present,
        }
    }
}

/// The sum of two bounds.
pub(crate) fn plus(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    (one.0 + other.0, one.1 + other.1)
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
    /// From the diagrams of the worst and of the best that the text leaves open; one where nothing is open.
    pub(crate) fn of(worst: &Service, best: Option<&Service>, at: &[Weighted]) -> Scored {
        let lost = |service: &Service| service.loss(at, &service.variables.probabilities(is_structural));
        let least = best.map(|best| lost(best).0);
        let open = best.is_some() || !worst.is_exact();
        let lost = lost(worst);
        Scored::from(lost.1, least.unwrap_or(lost.0), open, at.is_empty())
    }

    /// From what is lost at the worst and at the best; `is_open` where these differ for a reason.
    pub(crate) fn from(loss: f64, least: f64, is_open: bool, is_empty: bool) -> Scored {
        if is_empty {
            return Scored { score: None, range: None, structural_nines: None, loss };
        }
        let range = is_open.then(|| (score(loss), score(least.min(loss))));
        Scored { score: Some(score(loss)), range, structural_nines: nines(loss), loss }
    }
}

/// The weights of the entry points as they are; nothing where they are no measure.
pub(crate) fn weights(basis: &Basis) -> Vec<Weighted> {
    if basis.total() <= 0.0 || !basis.total().is_finite() {
        return Vec::new();
    }
    basis.entries.iter().map(|entry| (entry.component.0, entry.weight)).collect()
}

/// The shares of the entry points alone.
pub(crate) fn mean(basis: &Basis) -> Vec<Weighted> {
    let total = basis.total();
    weights(basis).into_iter().map(|(entry, weight)| (entry, weight / total)).collect()
}

/// What the score counts: own infrastructure, third parties, and whatever is shared.
pub(crate) fn is_structural(variable: &Variable) -> bool {
    matches!(variable.layer, Layer::Hardware | Layer::External)
        || matches!(variable.unit, Some(Unit::Zone(_) | Unit::Domain(_)))
}
