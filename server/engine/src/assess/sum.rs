//! The assessment of a system from what its parts come to, always in the order of the parts: a sum of floating-point numbers
//! is that of its order.

use foreshock_model::{ComponentIndex, MinutesPerYear, Points};
use rustc_hash::FxHashMap;

use crate::Unit;
use crate::assess::assessment::Assessment;
use crate::assess::division::Part;
use crate::assess::figures::Figures;
use crate::assess::pairs::Pair;
use crate::assess::single_points::{CommonMode, Fate, SinglePoint};
use crate::assess::told::{Told, unit_of_system};
use crate::diagram::loss::{LayerSums, Layered, Scored, plus};
use crate::diagram::service::Method;
use crate::layout::basis::Basis;
use crate::layout::defaults::PAIRS_LISTED;
use crate::layout::score::{minutes_per_year, score};

/// A part with what it comes to, and what is told of that.
pub(crate) type Worked<'a> = (&'a Part, &'a Figures, &'a Told);

/// The assessment at a basis; `is_open` where the text leaves anything open.
pub(crate) fn sum<'a>(parts: impl Iterator<Item = Worked<'a>> + Clone, basis: Basis, is_open: bool) -> Assessment {
    let mut sums = Sums::default();
    for (_, figures, _) in parts.clone() {
        sums.add(figures);
    }
    let total = basis.total();
    let is_measure = total > 0.0 && total.is_finite();
    let total = if is_measure { total } else { 1.0 };
    let loss = sums.structural.1 / total;
    let is_open = is_open || sums.method != Method::Exact;
    let scored = Scored::from(loss, sums.structural.0 / total, is_open, !is_measure);
    let at_best = Layered::of_sums(&sums.least.shares(total));
    let layered = Layered::of_sums(&sums.layers.shares(total)).or_as_good_as(&at_best);
    let down = (sums.down.0 / total, sums.down.1 / total);
    let mut assessment = Assessment {
        score: scored.score,
        score_range: scored.range,
        loss: scored.loss,
        structural_nines: scored.structural_nines,
        unavailability: (down.0.min(down.1), down.1),
        expected_unavailability: layered.expected.1,
        least_unavailability: at_best.expected.0.min(layered.expected.1),
        layers: layered.existing().collect(),
        ceiling: at_best.ceiling(),
        method: sums.method,
        basis,
        ..Assessment::default()
    };
    put_fates(&mut assessment, parts.clone(), Gain::of(loss, total));
    put_pairs(&mut assessment, parts);
    assessment
}

/// What is added up.
#[derive(Default)]
struct Sums {
    method: Method,
    structural: (f64, f64),
    down: (f64, f64),
    layers: LayerSums,
    least: LayerSums,
}

impl Sums {
    fn add(&mut self, part: &Figures) {
        let Figures { method, structural, down, layers, least, fates: _, pairs: _ } = part;
        self.method = self.method.max(*method);
        self.structural = plus(self.structural, *structural);
        self.down = plus(self.down, *down);
        self.layers.add(layers);
        self.least.add(least);
    }
}

/// What it is worth to save something.
#[derive(Clone, Copy)]
struct Gain {
    loss: f64,
    score: f64,
    total: f64,
}

impl Gain {
    fn of(loss: f64, total: f64) -> Gain {
        Gain { loss, score: score(loss), total }
    }

    /// The points and minutes of what saves so much, by the weights as they are.
    fn with(self, saved: f64) -> Worth {
        if saved == 0.0 {
            return (Points::ZERO, MinutesPerYear::ZERO);
        }
        let without = (self.loss - saved / self.total).max(0.0);
        let points = Points::new((score(without) - self.score).max(0.0));
        (points, minutes_per_year((self.loss - without).max(0.0)))
    }
}

fn put_fates<'a>(assessment: &mut Assessment, parts: impl Iterator<Item = Worked<'a>> + Clone, gain: Gain) {
    let mut shared = Shared::default();
    for fate in parts.clone().flat_map(|(.., told)| &told.shared) {
        shared.add(fate);
    }
    let mut together = Told::default();
    shared.all().for_each(|fate| together.put(fate));
    let told = || parts.clone().map(|(.., told)| told).chain([&together]);
    // Each is copied once, to where it belongs.
    let points = told().flat_map(|told| &told.points).map(|(point, saved)| (gain.with(*saved), point.unit, point));
    assessment.single_points = in_order(points.collect(), |point, (points, minutes_per_year)| SinglePoint {
        points,
        minutes_per_year,
        ..point.clone()
    });
    let common = told().flat_map(|told| &told.common).map(|(mode, saved)| (gain.with(*saved), mode.unit, mode));
    assessment.common_mode = in_order(common.collect(), |mode, (points, minutes_per_year)| CommonMode {
        points,
        minutes_per_year,
        ..mode.clone()
    });
}

/// What it is worth to save something.
type Worth = (Points, MinutesPerYear);

/// By points, then by unit.
fn in_order<T, F>(mut list: Vec<(Worth, Unit, &T)>, told: impl Fn(&T, Worth) -> F) -> Vec<F> {
    list.sort_unstable_by(|a, b| b.0.0.total_cmp(&a.0.0).then_with(|| a.1.cmp(&b.1)));
    list.into_iter().map(|(worth, _, it)| told(it, worth)).collect()
}

/// What falls with units that several parts have, put together.
#[derive(Default)]
struct Shared {
    fates: Vec<Fate>,
    place: FxHashMap<(Unit, bool), usize>,
}

impl Shared {
    fn add(&mut self, fate: &Fate) {
        let place = *self.place.entry((fate.unit, fate.common)).or_insert(self.fates.len());
        let Some(known) = self.fates.get_mut(place) else {
            self.fates.push(fate.clone());
            return;
        };
        known.fall.tops.extend(&fate.fall.tops);
        known.fall.affected.extend(&fate.fall.affected);
        known.fall.down.extend(&fate.fall.down);
        known.pinned.extend(&fate.pinned);
        known.saved += fate.saved;
        known.has_dependents |= fate.has_dependents;
        known.only_through_single_instances &= fate.only_through_single_instances;
    }

    /// Those that take a top down: of zones and domains by something that they take down by themselves.
    fn all(self) -> impl Iterator<Item = Fate> {
        self.fates.into_iter().filter_map(|mut fate| {
            for list in [&mut fate.fall.tops, &mut fate.fall.affected, &mut fate.fall.down, &mut fate.pinned] {
                list.sort_unstable();
                list.dedup();
            }
            let is_one = fate.common || fate.unit.component().is_some() || !fate.pinned.is_empty();
            (is_one && !fate.fall.tops.is_empty()).then_some(fate)
        })
    }
}

/// A pair with its place in the list: the likeliest first, then by the units' own order, which is that of the components'
/// ids.
type Ranked<'a> = (f64, (Unit, Unit), Pick<'a>);

enum Pick<'a> {
    Own(&'a Part, &'a Pair),
    Shared(Vec<ComponentIndex>),
}

fn put_pairs<'a>(assessment: &mut Assessment, parts: impl Iterator<Item = Worked<'a>>) {
    let mut count = 0;
    let mut ranked: Vec<Ranked> = Vec::new();
    let mut least = 0.0;
    let mut shared: Vec<((Unit, Unit), f64, Vec<ComponentIndex>)> = Vec::new();
    for (part, figures, _) in parts {
        count += figures.pairs.own_count;
        let units = |pair: &Pair| (unit_of_system(part, pair.units.0), unit_of_system(part, pair.units.1));
        let likely = figures.pairs.own.iter().take_while(|pair| pair.probability >= least);
        ranked.extend(likely.map(|pair| (pair.probability, units(pair), Pick::Own(part, pair))));
        // So that no part looks at more than can still be listed.
        if ranked.len() > 2 * PAIRS_LISTED {
            keep_likeliest(&mut ranked);
            least = ranked.iter().map(|pair| pair.0).fold(f64::INFINITY, f64::min);
        }
        shared.extend(figures.pairs.shared.iter().map(|pair| {
            let tops = pair.tops.iter().map(|&top| part.global(top)).collect();
            (units(pair), pair.probability, tops)
        }));
    }
    shared.sort_by_key(|(units, ..)| *units);
    for same in shared.chunk_by(|one, other| one.0 == other.0) {
        let Some(&(units, probability, _)) = same.first() else { continue };
        let mut tops: Vec<ComponentIndex> = same.iter().flat_map(|(.., tops)| tops).copied().collect();
        tops.sort_unstable();
        count += 1;
        ranked.push((probability, units, Pick::Shared(tops)));
    }
    keep_likeliest(&mut ranked);
    ranked.sort_unstable_by(likeliest);
    assessment.pairs_left_out = count - ranked.len();
    let pair = |(probability, units, pick): Ranked| {
        let tops = match pick {
            Pick::Own(part, pair) => pair.tops.iter().map(|&top| part.global(top)).collect(),
            Pick::Shared(tops) => tops,
        };
        Pair { units, tops, probability }
    };
    assessment.pairs = ranked.into_iter().map(pair).collect();
}

fn likeliest(one: &Ranked, other: &Ranked) -> std::cmp::Ordering {
    other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1))
}

fn keep_likeliest(ranked: &mut Vec<Ranked>) {
    if ranked.len() > PAIRS_LISTED {
        ranked.select_nth_unstable_by(PAIRS_LISTED - 1, likeliest);
        ranked.truncate(PAIRS_LISTED);
    }
}
