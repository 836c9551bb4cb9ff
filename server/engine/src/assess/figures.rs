//! What a part of a system comes to: all that is said of it on every keystroke, by its own indexes, and with the weights of
//! its entry points as they are. What is a share of the whole, and what parts share, is put together in `sum.rs`.

use foreshock_model::{ComponentIndex, System};

use crate::Unit;
use crate::assess::pairs::{Pairs, pairs};
use crate::assess::single_points::{self, Fates, Weighing};
use crate::assess::worst::{self, LeftOpen, Together};
use crate::cascade::readings::Readings;
use crate::cascade::scratch::Scratch;
use crate::diagram::budget::Budget;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::{LayerSums, Loss, is_structural};
use crate::diagram::service::{Method, Service, Weighted};
use crate::layout::basis::Basis;
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Reading, Unknowns};

/// What a part comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) method: Method,
    /// Lost by own infrastructure and third parties: the lower bound with everything unknown at its best, the upper one with
    /// it at its worst.
    pub(crate) structural: (f64, f64),
    /// DOWN by all causes, the same two.
    pub(crate) down: (f64, f64),
    pub(crate) layers: LayerSums,
    /// With everything unknown at its best, and the sources' ranges at their least.
    pub(crate) least: LayerSums,
    pub(crate) fates: Fates,
    pub(crate) pairs: Pairs,
}

/// Where a part is measured, and what is assumed of it.
#[derive(Clone, Copy)]
pub(crate) struct Measured<'a> {
    pub(crate) basis: &'a Basis,
    pub(crate) tops: &'a [ComponentIndex],
    /// The entry points with their weights; none where the weights are no measure.
    pub(crate) at: &'a [Weighted],
    pub(crate) open: &'a LeftOpen,
    pub(crate) together: Together,
    /// Which of its components other parts have too.
    pub(crate) shared: &'a [bool],
    pub(crate) budget: Budget,
}

impl Figures {
    pub(crate) fn of(system: &System, readings: &Readings, measured: Measured, scratch: &mut Scratch) -> Figures {
        let Measured { basis, tops, at, open, together, shared, budget } = measured;
        let roots: Vec<u32> = tops.iter().map(|top| top.0).collect();
        let worst = worst::layout(system, open, together);
        let layout = worst.as_ref().unwrap_or(readings.service());
        let service = Service::within(system, layout, &roots, Wanted::of(layout), budget);
        let best = worst.is_some().then(|| lay_out(system, Reading::service(Unknowns::Best)).0);
        let entries: Vec<u32> = at.iter().map(|(entry, _)| *entry).collect();
        let best = best.as_ref().map(|layout| Service::within(system, layout, &entries, Wanted::of(layout), budget));
        let best = best.as_ref().unwrap_or(&service);

        let structural = service.variables.probabilities(is_structural);
        let loss = service.loss(at, &structural).1;
        let least = best.loss(at, &best.variables.probabilities(is_structural)).0;
        let (lost, at_best) = (Loss::at(&service, at.to_vec()), Loss::at(best, at.to_vec()));
        let down = lost.down().with(|variable| variable.answered).1;
        let least_down = at_best.down().with(|variable| variable.least().1).0;

        let differs = worst.is_some() || !readings.one_structure();
        let other =
            differs.then(|| Service::within(system, &readings.structure().layout, &roots, Wanted::DOWN, budget));
        let structure = other.as_ref().unwrap_or(&service);
        let weighing = Weighing { service: &service, structure, scored: at, probabilities: &structural, loss };
        let is_shared = |unit: Unit| unit.component().is_none_or(|it| shared.get(it.index()) == Some(&true));
        Figures {
            method: service.method(),
            structural: (least, loss),
            down: (least_down, down),
            layers: LayerSums::of(&lost),
            least: LayerSums::least(&at_best),
            fates: single_points::find(system, readings, (basis, tops), shared, &weighing, scratch),
            pairs: pairs(structure, tops, is_shared),
        }
    }
}
