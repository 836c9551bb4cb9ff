//! The sweep of the next version of a system (semantics, section 9): only scenarios that looked at something near a
//! change are run again.
//!
//! What a scenario looked at is noted component by component in small systems. In larger ones it is known from what
//! contains it: a lost instance, an exhausted resource and a cut dependency come to no more than the whole component
//! being down; a slowed component to no more than the same one slowed most; a pair to what each of both comes to, and
//! what stands above the points where they meet.

use std::sync::Arc;

use foreshock_model::{ComponentIndex, DependencyIndex, DomainIndex, RegionIndex, System, ZoneIndex};

use crate::sweep::changes::{Changes, GONE, Maps, Versions, at};
use crate::sweep::enumeration::Scenarios;
use crate::sweep::outcome::{Options, Outcome, key, ranked};
use crate::sweep::record::{At, Record};
use crate::sweep::runner::{EXACT, Mask, Numbers, Progress, Runner};
use crate::sweep::scenario::{Class, Faults, Scenario};
use crate::sweep::sweep_noting;
use crate::sweep::swept::{Memory, Sweep, regions, slowed};
use crate::{Basis, Fault, Frozen, Unit};

impl Sweep {
    /// The sweep of `new`, where this is that of `old`: the same as [`crate::sweep()`] of `new`, to the bit. Scenarios that
    /// looked at nothing near a change keep their outcome. Everything is run when entry points or their weights changed,
    /// when a budget cuts either version, or when the versions can't be compared (ids that are not sorted, zones in
    /// another order). `progress` is told how many of those that are run again are done. The outcomes are changed in
    /// place: who needs both versions clones this one.
    pub fn updated(
        mut self,
        old: &System,
        new: &System,
        basis: &Basis,
        options: &Options,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Sweep {
        match self.update(old, new, basis, options, progress) {
            Some(()) => self,
            None => {
                let noted = self.memory.as_ref().is_none_or(|memory| memory.runner.exact);
                sweep_noting(new, basis, options, progress, noted && new.components.len() <= EXACT)
            }
        }
    }

    /// None, and nothing changed, when everything has to be run.
    fn update(
        &mut self,
        old: &System,
        new: &System,
        basis: &Basis,
        options: &Options,
        progress: Progress<'_>,
    ) -> Option<()> {
        let memory = self.memory.clone()?;
        let memory = memory.as_ref();
        let exact = memory.runner.exact;
        if exact && new.components.len() > EXACT {
            return None;
        }
        let frozen = Frozen::new(new);
        let changes = Changes::between(Versions { old, new, old_frozen: &memory.runner.frozen, new_frozen: &frozen })?;
        if !same_entries(&memory.basis, basis, &changes.maps) {
            return None;
        }
        let likelihoods = memory.runner.likelihoods.updated(new, &changes);
        let mut runner = Runner::new(new, frozen, basis, likelihoods, exact);
        if runner.scenarios.len() > options.budget.0 {
            return None;
        }
        let mut clean = Clean::of(memory, &changes, old);
        let (mut regions_now, mut slow_now) = (Vec::new(), Vec::new());
        if !exact {
            (regions_now, slow_now) = clean.carry_over(memory, &mut runner, &changes, new);
            clean.risky = risky(&runner, &changes);
        }
        let (again, mut masks) = self.keep(&runner, &clean, memory);
        let (fresh, fresh_masks) = runner.run(Numbers::These(&again), progress);
        for (&number, mask) in again.iter().zip(fresh_masks) {
            if let Some(slot) = masks.get_mut(number as usize) {
                *slot = mask;
            }
        }
        merge(&mut self.results, &ranked(&fresh));
        (self.run, self.rerun) = (runner.scenarios.len(), again.len() as u64);
        let memory = Memory { runner, basis: basis.clone(), masks, regions: regions_now, slow: slow_now };
        self.memory = Some(Arc::new(memory));
        Some(())
    }

    /// Leaves the outcomes that stay, in their order; gives the numbers of all other scenarios, and what the former
    /// looked at.
    fn keep(&mut self, runner: &Runner, clean: &Clean<'_>, memory: &Memory) -> (Vec<u64>, Vec<Mask>) {
        let count = usize::try_from(runner.scenarios.len()).unwrap_or(usize::MAX);
        let mut is_kept = vec![false; count];
        let mut masks = vec![0; if runner.exact { count } else { 0 }];
        let before = &memory.runner.scenarios;
        let pool = Pool::of(clean, before, &runner.scenarios);
        self.results.retain_mut(|outcome| {
            let looked_at = || memory.masks.get(usize::try_from(before.number_of(&outcome.scenario)?).ok()?).copied();
            let mask = if runner.exact { looked_at().unwrap_or(Mask::MAX) } else { 0 };
            let found = match outcome.scenario {
                Scenario { class: Class::Pair, faults: Faults::Two(faults) } if !runner.exact => {
                    pool.pair(clean, faults)
                }
                scenario => {
                    clean.scenario(&scenario, mask).and_then(|new| Some((runner.scenarios.number_of(&new)?, new)))
                }
            };
            let Some((number, scenario)) = found else { return false };
            let Some(slot) = is_kept.get_mut(number as usize) else { return false };
            *slot = true;
            if let Some(slot) = masks.get_mut(number as usize) {
                *slot = clean.mask(mask);
            }
            outcome.scenario = scenario;
            true
        });
        let again = is_kept.iter().enumerate().filter(|(_, kept)| !**kept).map(|(number, _)| number as u64).collect();
        (again, masks)
    }
}

/// Where the faults of the old pool are in the new one.
struct Pool<'a> {
    before: &'a Scenarios,
    now: &'a Scenarios,
    /// `GONE` for those that are not clean.
    places: Vec<u32>,
}

impl<'a> Pool<'a> {
    fn of(clean: &Clean<'_>, before: &'a Scenarios, now: &'a Scenarios) -> Pool<'a> {
        let place = |&fault: &Fault| {
            let place = clean.fault(fault).and_then(|fault| now.place_of(fault));
            place.and_then(|place| u32::try_from(place).ok()).unwrap_or(GONE)
        };
        Pool { before, now, places: before.pool().iter().map(place).collect() }
    }

    /// The pair in the new version with its number, if it comes to the same there.
    fn pair(&self, clean: &Clean<'_>, faults: [Fault; 2]) -> Option<(u64, Scenario)> {
        let place = |fault: Fault| {
            let place = *self.places.get(usize::try_from(self.before.place_of(fault)?).ok()?)?;
            (place != GONE).then_some(place)
        };
        let (first, second) = (place(faults[0])?, place(faults[1])?);
        if clean.meet(first, second) {
            return None;
        }
        let fault = |place: u32| self.now.pool().get(place as usize).copied();
        let number = self.now.pair_number(u64::from(first), u64::from(second))?;
        Some((number, Scenario::two(Class::Pair, fault(first)?, fault(second)?)))
    }
}

/// Whether both bases have the same entry points with the same weights, in the same order.
fn same_entries(old: &Basis, new: &Basis, maps: &Maps) -> bool {
    let before = old.entries.iter().map(|entry| (at(&maps.components, entry.component.0), entry.weight));
    before.eq(new.entries.iter().map(|entry| (entry.component.0, entry.weight)))
}

/// Puts a ranked list into another one; each outcome is moved once.
fn merge(results: &mut Vec<Outcome>, fresh: &[Outcome]) {
    let rank = |outcome: &Outcome| (key(outcome), outcome.scenario);
    let mut end = results.len();
    results.resize(end + fresh.len(), Outcome::NONE);
    for (before, outcome) in fresh.iter().enumerate().rev() {
        let place = results.get(..end).map_or(0, |kept| kept.partition_point(|it| rank(it) < rank(outcome)));
        results.copy_within(place..end, place + before + 1);
        if let Some(slot) = results.get_mut(place + before) {
            *slot = *outcome;
        }
        end = place;
    }
}

/// A pool record's points at which something new can come of a pair, although neither fault saw anything of the change.
fn risky(runner: &Runner, changes: &Changes) -> Vec<Vec<At>> {
    let frozen = &runner.frozen;
    let component = |point: At| match point {
        At::Own(component) | At::Partials(component) => Some(component),
        At::Group(group) => {
            let edge = frozen.layout.groups.get(group as usize)?.edges.first()?;
            frozen.layout.edges.get(*edge as usize).map(|edge| edge.from)
        }
    };
    let is_risky = |point: &At| component(*point).is_some_and(|it| changes.below.get(it as usize) != Some(&false));
    let of = |record: &Option<Arc<Record>>| {
        let mut points: Vec<At> = record.iter().flat_map(|record| record.points.iter().map(|point| point.at)).collect();
        points.dedup();
        points.retain(is_risky);
        points
    };
    runner.records.iter().map(of).collect()
}

/// What the change left as it was. By indexes of the old version.
struct Clean<'a> {
    changes: &'a Changes,
    exact: bool,
    components: Vec<bool>,
    zones: Vec<bool>,
    domains: Vec<bool>,
    regions: Vec<bool>,
    slow: Vec<bool>,
    /// The components that each dependency leads to.
    targets: Vec<u32>,
    /// The components near a change.
    near: Mask,
    near_in_time: Mask,
    /// By places in the pool of the new version.
    risky: Vec<Vec<At>>,
}

impl<'a> Clean<'a> {
    fn of(memory: &Memory, changes: &'a Changes, old: &System) -> Clean<'a> {
        let exact = memory.runner.exact;
        let maps = &changes.maps;
        let unmarked = |map: &[u32], marked: &[bool]| -> Vec<bool> {
            map.iter().map(|&new| new != GONE && marked.get(new as usize) == Some(&false)).collect()
        };
        let bits = |clean: &[bool]| {
            let bit = |mask: Mask, (index, clean): (usize, &bool)| {
                if *clean { mask } else { mask | 1u32.checked_shl(index as u32).unwrap_or(0) }
            };
            clean.iter().enumerate().fold(0, bit)
        };
        let mut clean = Clean {
            changes,
            exact,
            components: unmarked(&maps.components, &changes.near),
            zones: unmarked(&maps.zones, &changes.zones),
            domains: unmarked(&maps.domains, &changes.domains),
            regions: unmarked(&maps.regions, &changes.regions),
            slow: unmarked(&maps.components, &changes.near_in_time),
            targets: old.dependencies.iter().map(|dependency| dependency.to.0).collect(),
            near: 0,
            near_in_time: 0,
            risky: Vec::new(),
        };
        (clean.near, clean.near_in_time) = (bits(&clean.components), bits(&clean.slow));
        if !exact {
            clean.look_at_records(memory);
        }
        clean
    }

    fn look_at_records(&mut self, memory: &Memory) {
        let Changes { maps, near, near_in_time, .. } = self.changes;
        let keep = |clean: &mut bool, record: Option<&Arc<Record>>, marked: &[bool]| {
            *clean &= record.is_some_and(|record| !record.looked_at(&maps.components, marked));
        };
        let scenarios = &memory.runner.scenarios;
        let in_pool = |fault: Fault| {
            let place = usize::try_from(scenarios.place_of(fault)?).ok()?;
            memory.runner.records.get(place)?.as_ref()
        };
        for (index, clean) in self.components.iter_mut().enumerate() {
            keep(clean, in_pool(Fault::Component(ComponentIndex(index as u32))), near);
        }
        for (index, clean) in self.zones.iter_mut().enumerate() {
            keep(clean, in_pool(Fault::Unit(Unit::Zone(ZoneIndex(index as u32)))), near);
        }
        for (index, clean) in self.domains.iter_mut().enumerate() {
            keep(clean, in_pool(Fault::Unit(Unit::Domain(DomainIndex(index as u32)))), near);
        }
        for (clean, record) in self.regions.iter_mut().zip(&memory.regions) {
            keep(clean, Some(record), near);
        }
        for (clean, record) in self.slow.iter_mut().zip(&memory.slow) {
            keep(clean, Some(record), near_in_time);
        }
    }

    /// The records of the new version, those that are clean taken over: of the pool into the runner; of regions and of
    /// slowed components.
    fn carry_over(
        &self,
        memory: &Memory,
        runner: &mut Runner,
        changes: &Changes,
        new: &System,
    ) -> (Vec<Arc<Record>>, Vec<Arc<Record>>) {
        let maps = &changes.maps;
        let same = maps.is_identity(new) && memory.runner.frozen.layout.same_layout(&runner.frozen.layout);
        let carried = |record: &Arc<Record>, runner: &Runner| match same {
            true => record.clone(),
            false => Arc::new(record.carried_over(&maps.components, &runner.frozen, &runner.measure)),
        };
        let mut pool: Vec<Option<&Arc<Record>>> = vec![None; runner.scenarios.pool().len()];
        for (&fault, record) in memory.runner.scenarios.pool().iter().zip(&memory.runner.records) {
            let place = self.fault(fault).and_then(|fault| runner.scenarios.place_of(fault));
            if let Some(slot) = place.and_then(|place| pool.get_mut(usize::try_from(place).ok()?)) {
                *slot = record.as_ref();
            }
        }
        let of = |records: &'_ [Arc<Record>], map: &[u32], clean: &[bool], count: usize| {
            let mut known = vec![None; count];
            for ((record, &new), clean) in records.iter().zip(map).zip(clean) {
                if let Some(slot) = known.get_mut(new as usize).filter(|_| *clean) {
                    *slot = Some(record.clone());
                }
            }
            known
        };
        let regions_known = of(&memory.regions, &maps.regions, &self.regions, new.regions.len());
        let slow_known = of(&memory.slow, &maps.components, &self.slow, new.components.len());
        let get = |known: &[Option<Arc<Record>>], place: usize| {
            known.get(place).and_then(Option::as_ref).map(|record| carried(record, runner))
        };
        let records = runner.records_of_pool(|place| pool.get(place).copied().flatten().map(|it| carried(it, runner)));
        let regions = runner.records_of(&regions(&runner.frozen), |place| get(&regions_known, place));
        let slow = runner.records_of(&slowed(&runner.frozen), |place| get(&slow_known, place));
        runner.records = records;
        (regions, slow)
    }

    /// The scenario in the new version, if it comes to the same there. Pairs that are put together are looked up
    /// otherwise; other pairs only have what they looked at noted in small systems.
    fn scenario(&self, old: &Scenario, mask: Mask) -> Option<Scenario> {
        let faults = match old.faults {
            Faults::One(fault) => Faults::One(self.fault(fault)?),
            Faults::Two(_) if !self.exact => return None,
            Faults::Two([first, second]) => Faults::Two([self.fault(first)?, self.fault(second)?]),
        };
        let slow = old.faults.iter().any(|fault| matches!(fault, Fault::Latency { .. }));
        let near = if slow { self.near_in_time } else { self.near };
        (!self.exact || mask & near == 0).then_some(Scenario { class: old.class, faults })
    }

    /// Whether two faults, by their places in the new pool, meet where something new can come of it.
    fn meet(&self, first: u32, second: u32) -> bool {
        let points = |place: u32| self.risky.get(place as usize).map(Vec::as_slice).unwrap_or_default();
        let (first, second) = (points(first), points(second));
        !first.is_empty() && first.iter().any(|point| second.contains(point))
    }

    /// The fault in the new version, if it comes to the same there by itself.
    fn fault(&self, old: Fault) -> Option<Fault> {
        let maps = &self.changes.maps;
        let is = |list: &[bool], index: u32| (list.get(index as usize) == Some(&true)).then_some(());
        let component = |it: ComponentIndex| {
            is(&self.components, it.0)?;
            Some(ComponentIndex(at(&maps.components, it.0)))
        };
        let fault = match old {
            Fault::Component(it) => Fault::Component(component(it)?),
            Fault::Unit(Unit::Instance { component: it, index }) => {
                Fault::Unit(Unit::Instance { component: component(it)?, index })
            }
            Fault::Unit(Unit::Zone(zone)) => {
                is(&self.zones, zone.0)?;
                Fault::Unit(Unit::Zone(ZoneIndex(at(&maps.zones, zone.0))))
            }
            Fault::Unit(Unit::Domain(domain)) => {
                is(&self.domains, domain.0)?;
                Fault::Unit(Unit::Domain(DomainIndex(at(&maps.domains, domain.0))))
            }
            Fault::Unit(Unit::Region(region)) => {
                is(&self.regions, region.0)?;
                Fault::Unit(Unit::Region(RegionIndex(at(&maps.regions, region.0))))
            }
            Fault::Exhausted { component: it, resource } => Fault::Exhausted { component: component(it)?, resource },
            Fault::Cut(dependency) => {
                component(ComponentIndex(*self.targets.get(dependency.index())?))?;
                let new = at(&maps.dependencies, dependency.0);
                (new != GONE).then_some(Fault::Cut(DependencyIndex(new)))?
            }
            Fault::Latency { component: it, factor } => {
                is(&self.slow, it.0)?;
                Fault::Latency { component: ComponentIndex(at(&maps.components, it.0)), factor }
            }
            // Traffic goes everywhere; nothing else is enumerated.
            Fault::Traffic { .. }
            | Fault::Unit(_)
            | Fault::Instances { .. }
            | Fault::Impaired { .. }
            | Fault::Errors { .. } => return None,
        };
        Some(fault)
    }

    /// What was looked at, by the indexes of the new version.
    fn mask(&self, old: Mask) -> Mask {
        let through = |(index, &new): (usize, &u32)| {
            let looked_at = old & 1u32.checked_shl(index as u32).unwrap_or(0) != 0;
            if looked_at { 1u32.checked_shl(new).unwrap_or(0) } else { 0 }
        };
        self.changes.maps.components.iter().enumerate().map(through).fold(0, |mask, bit| mask | bit)
    }
}
