//! Single points of failure: cut sets of order 1 (semantics, section 4).
//!
//! A unit alone is a cut set exactly when its cascade in the structural reading takes the top DOWN; that the cascade
//! and the decision diagram agree is a law (see the tests). One cascade per unit also tells what falls with it.
//!
//! They are looked for in one part of a system (see `division.rs`) by its own indexes. What falls with a unit that several
//! parts share is put together in `sum.rs`.

use std::sync::Arc;

use foreshock_model::{ComponentIndex, DomainIndex, MinutesPerYear, Points, RegionIndex, System, ZoneIndex};
use rustc_hash::FxHashMap;

use crate::cascade::frozen::Frozen;
use crate::cascade::readings::Readings;
use crate::cascade::scratch::Scratch;
use crate::diagram::service::{Service, Weighted};
use crate::diagram::variables::can_fail;
use crate::layout::arrays::Layout;
use crate::layout::basis::{Basis, EntryReason};
use crate::layout::own::{Losses, Own, Promotion};
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
    pub tops: Arc<[ComponentIndex]>,
    /// Every component that its failure makes worse, without `component`, sorted.
    pub affected: Arc<[ComponentIndex]>,
    /// Those of them that go DOWN.
    pub down: Arc<[ComponentIndex]>,
    /// Score with the unit perfect (and its equals) minus score.
    pub points: Points,
    /// Loss of service with it minus loss without it, in minutes per year.
    pub minutes_per_year: MinutesPerYear,
    /// Something depends on it, or users reach it directly. Otherwise only its own work is lost.
    pub has_dependents: bool,
    /// The components that this zone or domain takes down by itself; empty for instances.
    pub pinned: Arc<[ComponentIndex]>,
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
    pub tops: Arc<[ComponentIndex]>,
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
    /// With the weights as they are.
    pub(crate) scored: &'a [Weighted],
    pub(crate) probabilities: &'a [f64],
    /// What is lost by these weights.
    pub(crate) loss: f64,
}

/// What falls with a fault.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fall {
    pub(crate) tops: Vec<ComponentIndex>,
    pub(crate) affected: Vec<ComponentIndex>,
    pub(crate) down: Vec<ComponentIndex>,
}

/// A unit that may take a top down by itself, as one part of a system sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fate {
    pub(crate) unit: Unit,
    /// How many equal units it stands for.
    pub(crate) count: u32,
    /// Whether it is a common mode and no single point.
    pub(crate) common: bool,
    pub(crate) fall: Fall,
    /// So much less is lost with it perfect, by the weights as they are.
    pub(crate) saved: f64,
    pub(crate) has_dependents: bool,
    /// The components that a zone or domain takes down by itself.
    pub(crate) pinned: Vec<ComponentIndex>,
    /// Whether each top falls with something on a zone or domain that has one instance, which is one already.
    pub(crate) only_through_single_instances: bool,
}

/// All of a part.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fates {
    /// Those of the part alone; each takes a top down.
    pub(crate) own: Vec<Fate>,
    /// Those that other parts have too, where there is anything here that could fall with them.
    pub(crate) shared: Vec<Fate>,
}

struct Search<'a> {
    system: &'a System,
    readings: &'a Readings,
    service: &'a Service<'a>,
    tops: &'a [ComponentIndex],
    is_top: Vec<bool>,
    /// Whether each component is where users come in.
    is_entry: Vec<bool>,
    /// Whether each component is in other parts too.
    shared: &'a [bool],
    /// Where anything stands behind a buffer: what that takes down depends on how long it lasts, which cascades don't
    /// know.
    buffered: Option<&'a Service<'a>>,
    scratch: &'a mut Scratch,
    /// What falls when a whole component is DOWN, as far as asked.
    falls: FxHashMap<ComponentIndex, Fall>,
    found: Fates,
}

/// The single points and the common modes of order 1 in a part; `shared` says which of its components others have too.
pub(crate) fn find(
    system: &System,
    readings: &Readings,
    (basis, tops): (&Basis, &[ComponentIndex]),
    shared: &[bool],
    weighing: &Weighing,
    scratch: &mut Scratch,
) -> Fates {
    let marked = |marked: &mut dyn Iterator<Item = ComponentIndex>| {
        let mut marks = vec![false; system.components.len()];
        for component in marked {
            if let Some(mark) = marks.get_mut(component.index()) {
                *mark = true;
            }
        }
        marks
    };
    let entries = basis.entries.iter().filter(|entry| entry.reason != EntryReason::Source);
    let mut search = Search {
        system,
        readings,
        service: weighing.service,
        tops,
        is_top: marked(&mut tops.iter().copied()),
        is_entry: marked(&mut entries.map(|entry| entry.component)),
        shared,
        buffered: Some(weighing.structure).filter(|structure| structure.has_buffers()),
        scratch,
        falls: FxHashMap::default(),
        found: Fates::default(),
    };
    search.instances();
    search.zones_and_domains();
    search.common_modes();
    let mut found = search.found;
    weigh(&mut found, weighing);
    found
}

impl Search<'_> {
    fn own(&self, component: ComponentIndex) -> Option<&Own> {
        self.readings.structure().layout.own.get(component.index())
    }

    fn is_shared(&self, component: ComponentIndex) -> bool {
        self.shared.get(component.index()) == Some(&true)
    }

    /// Keeps what falls with a unit of a component, where that is a top or may be one in another part.
    fn keep(&mut self, component: ComponentIndex, unit: Unit, count: u32, common: bool) {
        let fall = self.fall_of(component, unit);
        let shared = self.is_shared(component);
        if fall.tops.is_empty() && !shared {
            return;
        }
        let fate = Fate {
            unit,
            count,
            common,
            fall,
            saved: 0.0,
            has_dependents: !common && self.has_dependents(component),
            pinned: Vec::new(),
            only_through_single_instances: false,
        };
        if shared { self.found.shared.push(fate) } else { self.found.own.push(fate) }
    }

    fn instances(&mut self) {
        let system = self.system;
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
            self.keep(index, unit, count, false);
        }
    }

    fn zones_and_domains(&mut self) {
        let readings = self.readings;
        let structure = &readings.structure().layout;
        for (zone, members) in (0u32..).map(ZoneIndex).zip(&structure.zone_members) {
            let pinned = members.iter().copied().filter(|&member| self.falls_with_zone(member, zone)).collect();
            self.with_all_on_it(Unit::Zone(zone), pinned);
        }
        for (domain, members) in (0u32..).map(DomainIndex).zip(&structure.domain_members) {
            self.with_all_on_it(Unit::Domain(domain), members.clone());
        }
    }

    fn with_all_on_it(&mut self, unit: Unit, pinned: Vec<ComponentIndex>) {
        if !self.can_fail(unit) || !self.is_anything_on(unit) {
            return;
        }
        let fall = self.fall(Fault::Unit(unit), None, unit);
        let mut through = vec![false; self.is_top.len()];
        for &component in pinned.iter().filter(|&&it| self.own(it).is_some_and(|own| own.instances == 1)) {
            let one = |fate: &&Fate| !fate.common && fate.unit.component() == Some(component);
            // By component, as they were found.
            let own = self.found.own.binary_search_by_key(&Some(component), |fate| fate.unit.component());
            let own = own.ok().and_then(|place| self.found.own.get(place));
            let shared = || self.found.shared.iter().find(one);
            for top in own.or_else(shared).iter().flat_map(|fate| &fate.fall.tops) {
                if let Some(through) = through.get_mut(top.index()) {
                    *through = true;
                }
            }
        }
        let only_through_single_instances = fall.tops.iter().all(|top| through.get(top.index()) == Some(&true));
        let has_dependents = pinned.iter().any(|&component| self.has_dependents(component));
        let (count, common, saved) = (1, false, 0.0);
        let fate = Fate { unit, count, common, fall, saved, has_dependents, pinned, only_through_single_instances };
        self.found.shared.push(fate);
    }

    /// Whether a zone or domain is that of anything here.
    fn is_anything_on(&self, unit: Unit) -> bool {
        let on = |layout: &Layout| {
            let members = match unit {
                Unit::Zone(zone) => layout.zone_members.get(zone.index()),
                Unit::Domain(domain) => layout.domain_members.get(domain.index()),
                Unit::Region(region) => layout.region_members.get(region.index()),
                _ => None,
            };
            members.is_some_and(|members| !members.is_empty())
        };
        // At its worst something may be there that is nowhere else.
        let counts = || self.service.variable(unit).is_some();
        on(&self.readings.structure().layout) || on(&self.readings.simulation().layout) || counts()
    }

    fn common_modes(&mut self) {
        let system = self.system;
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
                if counts && figure.as_ref().is_some_and(can_fail) {
                    self.keep(component, unit, 1, true);
                }
            }
        }
        for region in (0..system.regions.len() as u32).map(RegionIndex) {
            let unit = Unit::Region(region);
            if self.can_fail(unit) && self.is_anything_on(unit) {
                let fall = self.fall(Fault::Unit(unit), None, unit);
                self.found.shared.push(Fate {
                    unit,
                    count: 1,
                    common: true,
                    fall,
                    saved: 0.0,
                    has_dependents: false,
                    pinned: Vec::new(),
                    only_through_single_instances: false,
                });
            }
        }
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
        self.is_entry.get(component.index()) == Some(&true)
            || self.readings.structure().layout.callers(component.0).next().is_some()
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
        // What others share may take down tops of theirs, and then what it does here is told too.
        if fall.tops.is_empty() && itself.is_some_and(|itself| !self.is_shared(itself)) {
            return fall;
        }
        if !readings.one_cascade() {
            readings.simulation().run(&[fault], self.scratch);
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
        frozen.run(&[fault], self.scratch);
        let is_top = |component: ComponentIndex| self.is_top.get(component.index()) == Some(&true);
        let down = self.scratch.touched().filter(|&(component, health)| health == Health::Down && is_top(component));
        let mut tops: Vec<ComponentIndex> = down.map(|(component, _)| component).collect();
        tops.sort_unstable();
        tops
    }
}

/// Fills in what is saved.
fn weigh(found: &mut Fates, weighing: &Weighing) {
    let Weighing { service, scored, probabilities, loss, .. } = *weighing;
    let single = |fate: &Fate| if fate.count == 1 { service.variable(fate.unit) } else { None };
    let asked: Vec<u32> = found.own.iter().chain(&found.shared).filter_map(single).collect();
    let without = service.loss_without_each(scored, probabilities, &asked);
    let without: FxHashMap<u32, f64> = asked.into_iter().zip(without).collect();
    let instances = instances(found, service);
    for fate in found.own.iter_mut().chain(&mut found.shared) {
        let without = match fate.unit.component().filter(|_| fate.count > 1) {
            Some(component) => {
                let instances = instances.get(&component.0).map_or(&[][..], Vec::as_slice);
                Some(service.loss_without(scored, probabilities, instances))
            }
            None => single(fate).and_then(|variable| without.get(&variable).copied()),
        };
        fate.saved = without.map_or(0.0, |without| loss - without);
    }
}

/// The variables of the instances of each component of which all are looked at together.
fn instances(found: &Fates, service: &Service) -> FxHashMap<u32, Vec<u32>> {
    let several = found.own.iter().chain(&found.shared).filter(|fate| fate.count > 1);
    let mut instances: FxHashMap<u32, Vec<u32>> =
        several.filter_map(|fate| Some((fate.unit.component()?.0, Vec::new()))).collect();
    if instances.is_empty() {
        return instances;
    }
    for (index, variable) in (0u32..).zip(&service.variables.list) {
        let whose = match variable.unit {
            Some(Unit::Instance { component, .. }) => Some(component.0),
            _ => variable.instances_of.map(|collapsed| collapsed.component),
        };
        if let Some(list) = whose.and_then(|whose| instances.get_mut(&whose)) {
            list.push(index);
        }
    }
    instances
}
