//! What differs between two versions of a system, and which components see something of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{Component, ComponentIndex, Dependency, System};

use crate::cascade::frozen::Frozen;
use crate::cascade::times::Times;
use crate::sweep::sameness::{GroupKey, Translated, group_key, same_component, same_dependency, same_figure};

/// Not in the other version.
pub(crate) const GONE: u32 = u32::MAX;

/// The two versions with their layouts.
#[derive(Clone, Copy)]
pub(crate) struct Versions<'a> {
    pub(crate) old: &'a System,
    pub(crate) new: &'a System,
    pub(crate) old_frozen: &'a Frozen,
    pub(crate) new_frozen: &'a Frozen,
}

/// Where each thing of the old version is in the new one, or `GONE`. The order is the same in both.
#[derive(Clone, Debug)]
pub(crate) struct Maps {
    pub(crate) components: Vec<u32>,
    pub(crate) zones: Vec<u32>,
    pub(crate) regions: Vec<u32>,
    pub(crate) domains: Vec<u32>,
    pub(crate) dependencies: Vec<u32>,
}

/// What differs between two versions of a system.
///
/// What a set of faults comes to can differ only if it looked at something near a change: at a component with another
/// rule (its own part, its dependencies, what is wrong without any fault with what it calls), or at something that such
/// a component calls. For let what got worse in the old version be T, what the faults hit H, and neither be near a
/// change. A component with another rule is not in T, and calls nothing in T; so it is as without faults. All others
/// have their old rule, and what they call outside of T is as it was. So the old result, with what is outside of T as it
/// is without faults in the new version, is the least fixpoint of the new rules.
#[derive(Clone, Debug)]
pub(crate) struct Changes {
    pub(crate) maps: Maps,
    /// Components of the new version that are new, or have another rule by themselves or by their dependencies.
    pub(crate) changed: Vec<bool>,
    /// Components of the new version that are near a change.
    pub(crate) near: Vec<bool>,
    /// The same for times: that a request takes another time without any fault is a change, too.
    pub(crate) near_in_time: Vec<bool>,
    /// Components of the new version that one near a change needs, however indirectly, and those themselves.
    pub(crate) below: Vec<bool>,
    /// Zones, regions and domains of the new version with another figure or other components.
    pub(crate) zones: Vec<bool>,
    pub(crate) regions: Vec<bool>,
    pub(crate) domains: Vec<bool>,
}

/// The components that say something else in another version of a system, by themselves or by their dependencies,
/// wherever they say it; none when the versions do not have the same components, zones, regions and domains. Each system
/// with its layout. O(components + dependencies).
pub fn changed_components(
    (old, old_frozen): (&System, &Frozen),
    (new, new_frozen): (&System, &Frozen),
) -> Option<Vec<ComponentIndex>> {
    let sizes = |system: &System| {
        let System { components, zones, domains, regions, .. } = system;
        (components.len(), zones.len(), domains.len(), regions.len())
    };
    let Changes { maps, changed, .. } = Changes::between(Versions { old, new, old_frozen, new_frozen })?;
    let is_there = sizes(old) == sizes(new) && !maps.components.contains(&GONE);
    let indexes = changed.iter().enumerate().filter(|(_, changed)| **changed);
    is_there.then(|| indexes.map(|(index, _)| ComponentIndex(index as u32)).collect())
}

impl Changes {
    /// None when the versions can't be compared: ids that are not sorted or not unique, or zones, regions or domains in
    /// another order.
    pub(crate) fn between(versions: Versions<'_>) -> Option<Changes> {
        let maps = Maps::between(versions.old, versions.new)?;
        let Versions { new, .. } = versions;
        let mut changes = Changes {
            maps,
            changed: vec![true; new.components.len()],
            near: Vec::new(),
            near_in_time: Vec::new(),
            below: Vec::new(),
            zones: vec![true; new.zones.len()],
            regions: vec![true; new.regions.len()],
            domains: vec![true; new.domains.len()],
        };
        changes.compare_components(versions);
        changes.compare_places(versions);
        changes.compare_dependencies(versions);
        changes.compare_presence(versions);
        changes.compare_groups(versions);
        changes.spread(versions);
        Some(changes)
    }

    fn compare_components(&mut self, Versions { old, new, .. }: Versions<'_>) {
        let Maps { components, zones, regions, domains, .. } = &self.maps;
        let translated = Translated { zones, regions, domains };
        for (component, &index) in old.components.iter().zip(components) {
            if let Some(other) = new.components.get(index as usize) {
                set(&mut self.changed, index, !same_component(component, other, &translated));
            }
        }
    }

    /// A zone, region or domain is the same if its figure is, and every component in it.
    fn compare_places(&mut self, Versions { old, new, .. }: Versions<'_>) {
        for (index, zone) in self.maps.zones.iter().zip(&old.zones) {
            let other = new.zones.get(*index as usize);
            set(&mut self.zones, *index, !other.is_some_and(|it| same_figure(Some(&zone.figure), Some(&it.figure))));
        }
        for (index, domain) in self.maps.domains.iter().zip(&old.domains) {
            let other = new.domains.get(*index as usize);
            set(
                &mut self.domains,
                *index,
                !other.is_some_and(|it| same_figure(Some(&domain.figure), Some(&it.figure))),
            );
        }
        for (index, region) in self.maps.regions.iter().zip(&old.regions) {
            let same = |it: &foreshock_model::Region| same_figure(region.figure.as_ref(), it.figure.as_ref());
            set(&mut self.regions, *index, !new.regions.get(*index as usize).is_some_and(same));
        }
        let Maps { components, zones, regions, domains, .. } = self.maps.clone();
        for (component, &index) in old.components.iter().zip(&components) {
            if self.changed.get(index as usize) != Some(&false) {
                self.mark_places(component, |zone| at(&zones, zone), |it| at(&regions, it), |it| at(&domains, it));
            }
        }
        for (index, component) in new.components.iter().enumerate() {
            if self.changed.get(index) == Some(&true) {
                self.mark_places(component, |zone| zone, |region| region, |domain| domain);
            }
        }
    }

    fn mark_places(
        &mut self,
        component: &Component,
        zone: impl Fn(u32) -> u32,
        region: impl Fn(u32) -> u32,
        domain: impl Fn(u32) -> u32,
    ) {
        for it in component.redundancy.zones.known().into_iter().flatten() {
            set(&mut self.zones, zone(it.0), true);
        }
        for it in &component.domains {
            set(&mut self.domains, domain(it.0), true);
        }
        if let Some(it) = component.region {
            set(&mut self.regions, region(it.0), true);
        }
    }

    fn compare_dependencies(&mut self, Versions { old, new, .. }: Versions<'_>) {
        let mut is_new = vec![true; new.dependencies.len()];
        for (dependency, &index) in old.dependencies.iter().zip(&self.maps.dependencies) {
            match new.dependencies.get(index as usize) {
                Some(other) if same_dependency(dependency, other) => set(&mut is_new, index, false),
                Some(_) => {}
                None => set(&mut self.changed, at(&self.maps.components, dependency.from.0), true),
            }
        }
        for (dependency, _) in new.dependencies.iter().zip(is_new).filter(|(_, is_new)| *is_new) {
            set(&mut self.changed, dependency.from.0, true);
        }
    }

    /// What has no instances is not there: its callers have another rule when that changes.
    fn compare_presence(&mut self, Versions { old_frozen, new, new_frozen, .. }: Versions<'_>) {
        let mut differs = vec![false; new.components.len()];
        for (own, &index) in old_frozen.layout.own.iter().zip(&self.maps.components) {
            let now = new_frozen.layout.own.get(index as usize);
            set(&mut differs, index, now.is_some_and(|now| now.absent != own.absent));
        }
        for dependency in &new.dependencies {
            if differs.get(dependency.to.index()) == Some(&true) {
                set(&mut self.changed, dependency.from.0, true);
            }
        }
    }

    /// A caller has another rule when its groups, in their order, say something else.
    fn compare_groups(&mut self, Versions { old, new, .. }: Versions<'_>) {
        let Maps { components, dependencies, .. } = &self.maps;
        let before = groups_by_caller(old, |caller| at(components, caller), |member| at(dependencies, member));
        let now = groups_by_caller(new, |caller| caller, |member| member);
        for caller in before.keys().chain(now.keys()) {
            if before.get(caller) != now.get(caller) {
                set(&mut self.changed, *caller, true);
            }
        }
    }

    /// From what is written differently to what sees something of it.
    fn spread(&mut self, versions: Versions<'_>) {
        let Versions { old_frozen, new_frozen, .. } = versions;
        let mut rules = self.changed.clone();
        for (old, &new) in self.maps.components.iter().enumerate() {
            if old_frozen.base.states.get(old) != new_frozen.base.states.get(new as usize) {
                mark_with_callers(&mut rules, new_frozen, new);
            }
        }
        // What is new can only be wrong by itself, or by what it calls; its callers call something else than before.
        self.near = self.with_callees(&rules, versions);
        self.below = self.near.clone();
        let mut open: Vec<u32> = marked(&self.below).collect();
        while let Some(component) = open.pop() {
            for (_, edge) in new_frozen.layout.callees(component) {
                if self.below.get(edge.to as usize) == Some(&false) {
                    set(&mut self.below, edge.to, true);
                    open.push(edge.to);
                }
            }
        }
        let (Some((_, before)), Some((_, now))) = (old_frozen.times(), new_frozen.times()) else { return };
        for (old, &new) in self.maps.components.iter().enumerate() {
            if !self.same_time(before, old as u32, now, new) {
                mark_with_callers(&mut rules, new_frozen, new);
            }
        }
        self.near_in_time = self.with_callees(&rules, versions);
    }

    /// Whether a component takes the same time without any fault, in the same cycle.
    fn same_time(&self, before: &Times, old: u32, now: &Times, new: u32) -> bool {
        let (Some(cycle), Some(other)) = (before.cycle(old), now.cycle(new)) else { return false };
        let members = cycle.members.iter().map(|&member| at(&self.maps.components, member));
        before.of.get(old as usize) == now.of.get(new as usize)
            && cycle.unbounded == other.unbounded
            && members.eq(other.members.iter().copied())
    }

    /// Components with another rule, and all that they call or called.
    fn with_callees(&self, rules: &[bool], versions: Versions<'_>) -> Vec<bool> {
        let mut near = rules.to_vec();
        for component in marked(rules) {
            versions.new_frozen.layout.callees(component).for_each(|(_, edge)| set(&mut near, edge.to, true));
        }
        for (old, &new) in self.maps.components.iter().enumerate() {
            // What is gone called something that has lost a caller.
            if rules.get(new as usize) != Some(&false) {
                let callees = versions.old_frozen.layout.callees(old as u32);
                callees.for_each(|(_, edge)| set(&mut near, at(&self.maps.components, edge.to), true));
            }
        }
        near
    }
}

impl Maps {
    fn between(old: &System, new: &System) -> Option<Maps> {
        let ends = |dependency: &Arc<Dependency>| (dependency.from, dependency.to);
        if !old.dependencies.is_sorted_by_key(ends) || !new.dependencies.is_sorted_by_key(ends) {
            return None;
        }
        let name = |name: &str| name.to_owned();
        let mut maps = Maps {
            components: sorted(&old.components, &new.components, |it| it.id.as_str())?,
            zones: in_order(old.zones.iter().map(|it| name(&it.name)), new.zones.iter().map(|it| name(&it.name)))?,
            regions: in_order(
                old.regions.iter().map(|it| name(&it.name)),
                new.regions.iter().map(|it| name(&it.name)),
            )?,
            domains: in_order(
                old.domains.iter().map(|it| name(&it.name)),
                new.domains.iter().map(|it| name(&it.name)),
            )?,
            dependencies: Vec::new(),
        };
        maps.dependencies = maps.of_dependencies(old, new);
        Some(maps)
    }

    /// The first dependency between two components is that of the other version, and so is the second.
    fn of_dependencies(&self, old: &System, new: &System) -> Vec<u32> {
        let mut place = 0;
        let mut found = |dependency: &Arc<Dependency>| {
            let ends = (at(&self.components, dependency.from.0), at(&self.components, dependency.to.0));
            if ends.0 == GONE || ends.1 == GONE {
                return GONE;
            }
            let ends = (ComponentIndex(ends.0), ComponentIndex(ends.1));
            let here = |place: usize| new.dependencies.get(place).map(|it| (it.from, it.to));
            while here(place).is_some_and(|other| other < ends) {
                place += 1;
            }
            if here(place) != Some(ends) {
                return GONE;
            }
            place += 1;
            place as u32 - 1
        };
        old.dependencies.iter().map(&mut found).collect()
    }

    /// Whether every index means the same in both versions.
    pub(crate) fn is_identity(&self, new: &System) -> bool {
        let same = |map: &[u32], count: usize| {
            map.len() == count && map.iter().enumerate().all(|(old, &new)| old as u32 == new)
        };
        same(&self.components, new.components.len()) && same(&self.dependencies, new.dependencies.len())
    }
}

fn groups_by_caller(
    system: &System,
    caller: impl Fn(u32) -> u32,
    member: impl Fn(u32) -> u32,
) -> BTreeMap<u32, Vec<GroupKey>> {
    let mut groups: BTreeMap<u32, Vec<GroupKey>> = BTreeMap::new();
    for group in &system.alternatives {
        let of =
            |it: &foreshock_model::DependencyIndex| system.dependencies.get(it.index()).map(|it| caller(it.from.0));
        let mut callers: Vec<u32> = group.members.iter().filter_map(of).collect();
        callers.dedup();
        for caller in callers {
            groups.entry(caller).or_default().push(group_key(group, &member));
        }
    }
    groups
}

pub(crate) fn at(map: &[u32], index: u32) -> u32 {
    map.get(index as usize).copied().unwrap_or(GONE)
}

fn set(list: &mut [bool], index: u32, value: bool) {
    if let Some(slot) = list.get_mut(index as usize) {
        *slot = value;
    }
}

fn marked(list: &[bool]) -> impl Iterator<Item = u32> {
    list.iter().enumerate().filter(|(_, marked)| **marked).map(|(index, _)| index as u32)
}

fn mark_with_callers(rules: &mut [bool], frozen: &Frozen, component: u32) {
    set(rules, component, true);
    if component != GONE {
        frozen.layout.callers(component).for_each(|(_, edge)| set(rules, edge.from, true));
    }
}

/// Where each of a strictly sorted list is in another one.
fn sorted<T>(old: &[T], new: &[T], key: impl Fn(&T) -> &str) -> Option<Vec<u32>> {
    let strictly = |list: &[T]| list.windows(2).all(|pair| matches!(pair, [one, two] if key(one) < key(two)));
    if !strictly(old) || !strictly(new) {
        return None;
    }
    let mut place = 0;
    let found = |it: &T| {
        while new.get(place).is_some_and(|other| key(other) < key(it)) {
            place += 1;
        }
        if new.get(place).is_some_and(|other| key(other) == key(it)) { place as u32 } else { GONE }
    };
    Some(old.iter().map(found).collect())
}

/// Where each name is in another list; none when one is there twice or their order differs.
fn in_order(old: impl Iterator<Item = String>, new: impl Iterator<Item = String>) -> Option<Vec<u32>> {
    let new: Vec<String> = new.collect();
    let mut places = BTreeMap::new();
    for (place, name) in new.iter().enumerate() {
        if places.insert(name.as_str(), place as u32).is_some() {
            return None;
        }
    }
    let map: Vec<u32> = old.map(|name| places.get(name.as_str()).copied().unwrap_or(GONE)).collect();
    let kept: Vec<u32> = map.iter().copied().filter(|&new| new != GONE).collect();
    kept.windows(2).all(|pair| matches!(pair, [one, two] if one < two)).then_some(map)
}
