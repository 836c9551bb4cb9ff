//! Single points of failure: cut sets of order 1 (semantics, section 4).
//!
//! A unit alone is a cut set exactly when its cascade in the structural reading takes the top DOWN; that the cascade
//! and the decision diagram agree is a law (see the tests). One cascade per unit also tells what falls with it.

use foreshock_model::{ComponentIndex, DomainIndex, MinutesPerYear, Points, RegionIndex, System, ZoneIndex};
use rustc_hash::FxHashMap;

use crate::cascade::frozen::Frozen;
use crate::cascade::readings::Readings;
use crate::cascade::scratch::Scratch;
use crate::diagram::service::{Service, Weighted};
use crate::diagram::variables::can_fail;
use crate::layout::basis::{Basis, EntryReason};
use crate::layout::own::{Losses, Own, Promotion};
use crate::layout::score::{minutes_per_year, score};
use crate::{Fault, Health, Unit};

/// A unit that takes a top down by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct SinglePoint {
    /// An instance, a zone, a domain, or the whole of a component that has one instance and an explicit figure. The first
    /// of several equal instances stands for them all.
    pub unit: Unit,
    /// Whose; none for zones and domains.
    pub component: Option<ComponentIndex>,
    /// How many equal units it stands for: each of the instances when all of them are needed.
    pub count: u32,
    /// The entry points and other sources that go DOWN.
    pub tops: Vec<ComponentIndex>,
    /// Every component that its failure makes worse, without `component`, sorted.
    pub affected: Vec<ComponentIndex>,
    /// Those of them that go DOWN.
    pub down: Vec<ComponentIndex>,
    /// Score with the unit perfect (and its equals) minus score.
    pub points: Points,
    /// Loss of service with it minus loss without it, in minutes per year.
    pub minutes_per_year: MinutesPerYear,
    /// Something depends on it, or users reach it directly. Otherwise only its own work is lost.
    pub has_dependents: bool,
    /// The components that this zone or domain takes down by itself; empty for instances.
    pub pinned: Vec<ComponentIndex>,
    /// A zone or domain that is a single point only because what sits on it has one instance, which is one already.
    pub only_through_single_instances: bool,
}

/// A service, a third party or an explicit figure that takes a top down by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonMode {
    /// The unit.
    pub unit: Unit,
    /// Whose; none for a region.
    pub component: Option<ComponentIndex>,
    /// The entry points and other sources that go DOWN.
    pub tops: Vec<ComponentIndex>,
    /// Score with the unit perfect minus score.
    pub points: Points,
    /// Loss of service with it minus loss without it, in minutes per year.
    pub minutes_per_year: MinutesPerYear,
}

/// What the points are computed from.
pub(crate) struct Weighing<'a> {
    pub(crate) service: &'a Service<'a>,
    /// What stands and falls, for what is behind buffers.
    pub(crate) structure: &'a Service<'a>,
    pub(crate) scored: &'a [Weighted],
    pub(crate) probabilities: &'a [f64],
    pub(crate) loss: f64,
}

/// What falls with a fault.
#[derive(Clone, Debug, Default)]
struct Fall {
    tops: Vec<ComponentIndex>,
    affected: Vec<ComponentIndex>,
    down: Vec<ComponentIndex>,
}

struct Search<'a> {
    system: &'a System,
    readings: &'a Readings,
    basis: &'a Basis,
    tops: &'a [ComponentIndex],
    is_top: Vec<bool>,
    /// Where anything stands behind a buffer: what that takes down depends on how long it lasts, which cascades don't
    /// know.
    buffered: Option<&'a Service<'a>>,
    scratch: Scratch,
    /// What falls when a whole component is DOWN, as far as asked.
    falls: FxHashMap<ComponentIndex, Fall>,
}

/// The single points and the common modes of order 1.
pub(crate) fn find(
    system: &System,
    readings: &Readings,
    basis: &Basis,
    tops: &[ComponentIndex],
    weighing: &Weighing,
) -> (Vec<SinglePoint>, Vec<CommonMode>) {
    let mut is_top = vec![false; system.components.len()];
    for top in tops {
        if let Some(is_top) = is_top.get_mut(top.index()) {
            *is_top = true;
        }
    }
    let buffered = Some(weighing.structure).filter(|structure| structure.has_buffers());
    let falls = FxHashMap::default();
    let mut search = Search { system, readings, basis, tops, is_top, buffered, scratch: Scratch::default(), falls };
    let mut points = search.instances();
    let shared = search.shared(&points);
    points.extend(shared);
    let mut common = search.common_modes();
    weigh(&mut points, &mut common, weighing);
    points.sort_by(|a, b| b.points.total_cmp(&a.points).then_with(|| a.unit.cmp(&b.unit)));
    common.sort_by(|a, b| b.points.total_cmp(&a.points).then_with(|| a.unit.cmp(&b.unit)));
    (points, common)
}

impl Search<'_> {
    fn own(&self, component: ComponentIndex) -> Option<&Own> {
        self.readings.structure().layout.own.get(component.index())
    }

    fn instances(&mut self) -> Vec<SinglePoint> {
        let system = self.system;
        let mut points = Vec::new();
        for (index, component) in system.iter() {
            let Some(own) = self.own(index) else { continue };
            let reliability = &component.reliability;
            let only_one = component.redundancy.instances.known() == Some(&1);
            let (unit, count) = match (&reliability.whole, &reliability.instance) {
                (Some(figure), _) if only_one && can_fail(figure) => (Unit::Whole(index), 1),
                (None, Some(figure)) if can_fail(figure) && !own.absent && own.falls_with(0) => {
                    let all = own.promotion == Promotion::NotNeeded || own.instances == 1 || own.falls_with(1);
                    (Unit::Instance { component: index, index: 0 }, if all { own.instances } else { 1 })
                }
                _ => continue,
            };
            let fall = self.fall_of(index, unit);
            if fall.tops.is_empty() {
                continue;
            }
            points.push(SinglePoint {
                unit,
                component: Some(index),
                count,
                tops: fall.tops,
                affected: fall.affected,
                down: fall.down,
                points: Points::ZERO,
                minutes_per_year: MinutesPerYear::ZERO,
                has_dependents: self.has_dependents(index),
                pinned: Vec::new(),
                only_through_single_instances: false,
            });
        }
        points
    }

    /// Zones and domains.
    fn shared(&mut self, instances: &[SinglePoint]) -> Vec<SinglePoint> {
        let structure = &self.readings.structure().layout;
        let zones = structure.zone_members.iter().enumerate().map(|(index, members)| {
            let zone = ZoneIndex(index as u32);
            (Unit::Zone(zone), members.iter().copied().filter(|&member| self.falls_with_zone(member, zone)).collect())
        });
        let domains = structure
            .domain_members
            .iter()
            .enumerate()
            .map(|(index, members)| (Unit::Domain(DomainIndex(index as u32)), members.clone()));
        let candidates: Vec<(Unit, Vec<ComponentIndex>)> = zones.chain(domains).collect();
        let mut points = Vec::new();
        for (unit, pinned) in candidates {
            if pinned.is_empty() || !self.can_fail(unit) {
                continue;
            }
            let fall = self.fall(Fault::Unit(unit), None, unit);
            if fall.tops.is_empty() {
                continue;
            }
            let through = |top: &ComponentIndex| {
                instances.iter().any(|point| {
                    let is_single =
                        point.component.and_then(|index| self.own(index)).is_some_and(|own| own.instances == 1);
                    is_single
                        && point.component.is_some_and(|component| pinned.contains(&component))
                        && point.tops.contains(top)
                })
            };
            let only_through_single_instances = fall.tops.iter().all(through);
            points.push(SinglePoint {
                unit,
                component: None,
                count: 1,
                only_through_single_instances,
                tops: fall.tops,
                affected: fall.affected,
                down: fall.down,
                points: Points::ZERO,
                minutes_per_year: MinutesPerYear::ZERO,
                has_dependents: pinned.iter().any(|&component| self.has_dependents(component)),
                pinned,
            });
        }
        points
    }

    fn common_modes(&mut self) -> Vec<CommonMode> {
        let system = self.system;
        let mut common = Vec::new();
        for (component, it) in system.iter() {
            let reliability = &it.reliability;
            let only_one = it.redundancy.instances.known() == Some(&1);
            if self.own(component).is_none_or(|own| own.absent) {
                continue;
            }
            let whole = reliability.whole.is_some();
            let in_common = reliability.common_cause.is_some() && self.own(component).is_some_and(Own::has_spare);
            let units = [
                (!whole && in_common, &reliability.instance, Unit::CommonCause(component)),
                (whole && !only_one, &reliability.whole, Unit::Whole(component)),
                (!whole, &reliability.service, Unit::Service(component)),
                (!whole, &reliability.software, Unit::Software(component)),
                (!whole, &reliability.theoretical, Unit::Theoretical(component)),
                (!whole, &reliability.external, Unit::External(component)),
            ];
            for (counts, figure, unit) in units {
                if !counts || !figure.as_ref().is_some_and(can_fail) {
                    continue;
                }
                let tops = self.fall_of(component, unit).tops;
                if !tops.is_empty() {
                    common.push(CommonMode {
                        unit,
                        component: Some(component),
                        tops,
                        points: Points::ZERO,
                        minutes_per_year: MinutesPerYear::ZERO,
                    });
                }
            }
        }
        for region in 0..system.regions.len() as u32 {
            let unit = Unit::Region(RegionIndex(region));
            if !self.can_fail(unit) {
                continue;
            }
            let tops = self.fall(Fault::Unit(unit), None, unit).tops;
            if !tops.is_empty() {
                common.push(CommonMode {
                    unit,
                    component: None,
                    tops,
                    points: Points::ZERO,
                    minutes_per_year: MinutesPerYear::ZERO,
                });
            }
        }
        common
    }

    /// Whether a zone, domain or region can fail.
    fn can_fail(&self, unit: Unit) -> bool {
        let system = self.system;
        let figure = match unit {
            Unit::Zone(zone) => system.zones.get(zone.index()).map(|zone| &zone.figure),
            Unit::Domain(domain) => system.domains.get(domain.index()).map(|domain| &domain.figure),
            Unit::Region(region) => system.regions.get(region.index()).and_then(|region| region.figure.as_ref()),
            _ => None,
        };
        figure.is_some_and(can_fail)
    }

    fn falls_with_zone(&self, component: ComponentIndex, zone: ZoneIndex) -> bool {
        self.own(component).is_some_and(|own| {
            let failed = |other: ZoneIndex| other == zone;
            let instances = own.placed_in(0..own.instances, failed);
            let primary = own.zone_of(0) == Some(zone);
            own.with(Losses { instances, primary, ..Losses::default() }).0 == Health::Down
        })
    }

    fn has_dependents(&self, component: ComponentIndex) -> bool {
        let is_entry =
            self.basis.entries.iter().any(|entry| entry.component == component && entry.reason != EntryReason::Source);
        is_entry || self.readings.structure().layout.callers(component.0).next().is_some()
    }

    /// What falls when the whole component is DOWN by this unit.
    fn fall_of(&mut self, component: ComponentIndex, unit: Unit) -> Fall {
        if self.buffered.is_some() {
            return self.fall(Fault::Component(component), Some(component), unit);
        }
        if let Some(known) = self.falls.get(&component) {
            return known.clone();
        }
        let fall = self.fall(Fault::Component(component), Some(component), unit);
        self.falls.insert(component, fall.clone());
        fall
    }

    fn fall(&mut self, fault: Fault, itself: Option<ComponentIndex>, unit: Unit) -> Fall {
        let readings = self.readings;
        let mut fall = Fall { tops: self.tops_down(readings.structure(), fault), ..Fall::default() };
        if let Some(structure) = self.buffered {
            fall.tops.extend(self.tops.iter().copied().filter(|top| structure.is_single(top.0, unit)));
            fall.tops.sort_unstable();
            fall.tops.dedup();
        }
        if fall.tops.is_empty() {
            return fall;
        }
        if !readings.one_cascade() {
            readings.simulation().run(&[fault], &mut self.scratch);
        }
        for (component, health) in self.scratch.touched() {
            if Some(component) == itself {
                continue;
            }
            fall.affected.push(component);
            if health == Health::Down {
                fall.down.push(component);
            }
        }
        fall.affected.sort_unstable();
        fall.down.sort_unstable();
        fall
    }

    fn tops_down(&mut self, frozen: &Frozen, fault: Fault) -> Vec<ComponentIndex> {
        frozen.run(&[fault], &mut self.scratch);
        let is_top = |component: ComponentIndex| self.is_top.get(component.index()) == Some(&true);
        let down = self.scratch.touched().filter(|&(component, health)| health == Health::Down && is_top(component));
        let mut tops: Vec<ComponentIndex> = down.map(|(component, _)| component).collect();
        tops.sort_unstable();
        tops
    }
}

/// Fills in points and minutes.
fn weigh(points: &mut [SinglePoint], common: &mut [CommonMode], weighing: &Weighing) {
    let Weighing { service, scored, probabilities, loss, .. } = *weighing;
    let single = |unit: Unit, count: u32| if count == 1 { service.variable(unit) } else { None };
    let asked: Vec<u32> = points
        .iter()
        .filter_map(|point| single(point.unit, point.count))
        .chain(common.iter().filter_map(|mode| single(mode.unit, 1)))
        .collect();
    let without = service.loss_without_each(scored, probabilities, &asked);
    let without: FxHashMap<u32, f64> = asked.into_iter().zip(without).collect();
    let now = score(loss);
    let gain =
        |without: f64| (Points::new((score(without) - now).max(0.0)), minutes_per_year((loss - without).max(0.0)));
    let of_unit = |unit: Unit| {
        single(unit, 1).and_then(|variable| without.get(&variable)).map_or_else(Default::default, |&loss| gain(loss))
    };
    for point in points {
        (point.points, point.minutes_per_year) = match point.component {
            Some(component) if point.count > 1 => {
                gain(service.loss_without(scored, probabilities, &service.instances_of(component.0)))
            }
            _ => of_unit(point.unit),
        };
    }
    for mode in common {
        (mode.points, mode.minutes_per_year) = of_unit(mode.unit);
    }
}
