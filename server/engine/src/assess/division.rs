//! A system taken apart for its assessment, so that what changes in one part costs that part alone.
//!
//! Components are in one part when a failure can get from one to the other over dependencies. What a part loses at its entry
//! points depends on nothing outside of it but zones, domains and regions, which fail for all parts at once; and a mean over
//! entry points is a sum over parts. What very many depend on (a cluster, a key store) would hold everything together: such a
//! component, with the little that it needs itself, is shared by all parts that use it, as a zone is, and each part has it.

use std::sync::Arc;

use foreshock_model::{Alternatives, Component, ComponentIndex, Dependency, DependencyIndex, Known, System};

use crate::layout::basis::EntryPoint;
use crate::layout::own::is_open;
use crate::layout::parts::Parts;

/// So many callers make a component one that parts share.
const SHARED_BY: u32 = 8;
/// It is shared only with so many components that it depends on, itself included: each part has all of them.
const SHARED_WITH: usize = 8;
/// In no part, or outside of one.
const NONE: u32 = u32::MAX;

/// The parts of a system, in the order of their first own components.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Division {
    pub(crate) parts: Vec<Part>,
    /// The part of each component and its index there; none for one that is shared.
    place: Vec<(u32, u32)>,
}

/// Which components, dependencies and groups of a system are in a part; indexes of the system, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Part {
    pub(crate) components: Vec<u32>,
    /// Whether each of these is in other parts too.
    pub(crate) shared: Vec<bool>,
    pub(crate) dependencies: Vec<u32>,
    alternatives: Vec<u32>,
}

/// A part with its own indexes: what a system of it alone is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alone {
    pub(crate) components: Vec<Arc<Component>>,
    pub(crate) dependencies: Vec<Arc<Dependency>>,
    pub(crate) alternatives: Vec<Alternatives>,
}

/// Where parts are looked at as systems, one at a time: what all of them share is copied once.
pub(crate) struct Bench(System);

impl Bench {
    pub(crate) fn of(system: &System) -> Bench {
        let System { zones, domains, regions, .. } = system;
        let (zones, domains, regions) = (zones.clone(), domains.clone(), regions.clone());
        Bench(System { zones, domains, regions, ..System::default() })
    }

    /// Does something with a part as a system.
    pub(crate) fn on<R>(&mut self, part: &mut Alone, work: impl FnOnce(&System) -> R) -> R {
        self.swap(part);
        let result = work(&self.0);
        self.swap(part);
        result
    }

    fn swap(&mut self, part: &mut Alone) {
        std::mem::swap(&mut self.0.components, &mut part.components);
        std::mem::swap(&mut self.0.dependencies, &mut part.dependencies);
        std::mem::swap(&mut self.0.alternatives, &mut part.alternatives);
    }
}

impl Division {
    /// The parts of a system none of which shares any of these entry points. O(components + dependencies).
    pub(crate) fn of(system: &System, entries: &[EntryPoint]) -> Division {
        let graph = Graph::of(system);
        let shared = graph.shared(system, entries);
        let is_shared = |component: u32| shared.get(component as usize) == Some(&true);
        let count = system.components.len() as u32;
        let joining = |&(from, to): &(u32, u32)| !is_shared(from) && !is_shared(to);
        let parts = Parts::joined(count as usize, graph.together.iter().copied().filter(joining));
        let mut division = Division { parts: Vec::new(), place: vec![(NONE, NONE); count as usize] };
        let mut part_of = vec![NONE; count as usize];
        for component in (0..count).filter(|&component| !is_shared(component)) {
            let first = parts.first_of(ComponentIndex(component)).map_or(component, |first| first.0);
            if first == component {
                set(&mut part_of, component, division.parts.len() as u32);
                division.parts.push(Part::default());
            }
            let part = get(&part_of, first);
            set(&mut part_of, component, part);
            if let Some(part) = division.parts.get_mut(part as usize) {
                part.components.push(component);
            }
        }
        let mut seen = vec![NONE; count as usize];
        for (number, part) in (0u32..).zip(&mut division.parts) {
            graph.add_shared(part, number, &is_shared, &mut seen);
            part.shared = part.components.iter().map(|&component| is_shared(component)).collect();
            for (local, &component) in (0u32..).zip(&part.components) {
                if let Some(place) = division.place.get_mut(component as usize).filter(|_| !is_shared(component)) {
                    *place = (number, local);
                }
            }
        }
        division.fill(system, &graph, &is_shared);
        division
    }

    /// Everything in one part.
    #[cfg(test)]
    pub(crate) fn undivided(system: &System) -> Division {
        let all = |count: usize| (0..count as u32).collect::<Vec<_>>();
        let components = all(system.components.len());
        let place = components.iter().map(|&component| (0, component)).collect();
        let shared = vec![false; components.len()];
        let (dependencies, alternatives) = (all(system.dependencies.len()), all(system.alternatives.len()));
        Division { parts: vec![Part { components, shared, dependencies, alternatives }], place }
    }

    /// Puts each dependency and each group where its caller is.
    fn fill(&mut self, system: &System, graph: &Graph, is_shared: &impl Fn(u32) -> bool) {
        for (index, dependency) in (0u32..).zip(&system.dependencies) {
            if !graph.counts(index) {
                continue;
            }
            let part = self.place.get(dependency.from.index()).map_or(NONE, |place| place.0);
            if let Some(part) = self.parts.get_mut(part as usize) {
                part.dependencies.push(index);
            }
        }
        for (index, alternatives) in (0u32..).zip(&system.alternatives) {
            let part = caller(system, alternatives).and_then(|caller| self.place.get(caller.index()));
            if let Some(part) = part.and_then(|place| self.parts.get_mut(place.0 as usize)) {
                part.alternatives.push(index);
            }
        }
        let groups_of_shared: Vec<(u32, ComponentIndex)> = (0u32..)
            .zip(&system.alternatives)
            .filter_map(|(index, alternatives)| Some((index, caller(system, alternatives)?)))
            .filter(|(_, caller)| is_shared(caller.0))
            .collect();
        for part in self.parts.iter_mut().filter(|part| part.shared.contains(&true)) {
            for (&component, _) in part.components.iter().zip(&part.shared).filter(|(_, shared)| **shared) {
                part.dependencies.extend(graph.called_by(component).map(|(dependency, _)| dependency));
            }
            part.dependencies.sort_unstable();
            let here = groups_of_shared.iter().filter(|(_, caller)| part.components.binary_search(&caller.0).is_ok());
            part.alternatives.extend(here.map(|(index, _)| *index));
            part.alternatives.sort_unstable();
        }
    }

    /// The part of a component and its index there; none for one that is shared, or not in the system.
    pub(crate) fn place(&self, component: ComponentIndex) -> Option<(usize, ComponentIndex)> {
        let &(part, local) = self.place.get(component.index()).filter(|(part, _)| *part != NONE)?;
        Some((part as usize, ComponentIndex(local)))
    }
}

impl Part {
    /// The part with its own indexes. What needs no other index is the same `Arc`.
    pub(crate) fn alone(&self, system: &System) -> Alone {
        let components = self.components.iter().filter_map(|&index| system.components.get(index as usize));
        let dependencies = self.dependencies.iter().filter_map(|&index| system.dependencies.get(index as usize));
        let dependencies = dependencies.map(|dependency| {
            let (from, to) = self.ends(dependency);
            if (from, to) == (dependency.from, dependency.to) {
                return dependency.clone();
            }
            // Nobody asks here why a dependency is there.
            Arc::new(Dependency { from, to, evidence: Vec::new(), ..**dependency })
        });
        Alone {
            components: components.cloned().collect(),
            dependencies: dependencies.collect(),
            alternatives: self.alternatives(system).collect(),
        }
    }

    /// The groups with their members by the part's own indexes; a member that is not in it is nowhere.
    pub(crate) fn alternatives(&self, system: &System) -> impl Iterator<Item = Alternatives> {
        let place = |member: &DependencyIndex| {
            DependencyIndex(self.dependencies.binary_search(&member.0).map_or(NONE, |place| place as u32))
        };
        let alternatives = self.alternatives.iter().filter_map(|&index| system.alternatives.get(index as usize));
        alternatives.map(move |alternatives| Alternatives {
            members: alternatives.members.iter().map(place).collect(),
            ..alternatives.clone()
        })
    }

    /// The first component that no other part has.
    pub(crate) fn first_own(&self) -> Option<u32> {
        let own = self.components.iter().zip(&self.shared).find(|(_, shared)| !**shared);
        own.map(|(&component, _)| component)
    }

    /// The ends of a dependency by the part's own indexes; an end that is not in it is nowhere.
    pub(crate) fn ends(&self, dependency: &Dependency) -> (ComponentIndex, ComponentIndex) {
        (self.local(dependency.from), self.local(dependency.to))
    }

    fn local(&self, component: ComponentIndex) -> ComponentIndex {
        ComponentIndex(self.components.binary_search(&component.0).map_or(NONE, |place| place as u32))
    }

    /// The component of the system that has this index in the part.
    pub(crate) fn global(&self, component: ComponentIndex) -> ComponentIndex {
        ComponentIndex(self.components.get(component.index()).copied().unwrap_or(NONE))
    }
}

/// Whether nothing about two components that decides which parts there are is different.
pub(crate) fn has_same_place(one: &Component, other: &Component) -> bool {
    let place = |it: &Component| (it.kind, it.entry.is_some(), it.reader, is_there(it), is_open(it));
    place(one) == place(other) && one.type_name == other.type_name
}

fn is_there(component: &Component) -> bool {
    component.redundancy.instances != Known::Known(0)
}

/// Whether it is, or may be, where users come in, or a copy.
fn is_way_in(component: &Component) -> bool {
    component.kind.is_user_facing() || component.entry.is_some() || component.reader
}

/// Who calls whom over what counts: what carries failures, and all members of groups, since groups count them.
struct Graph {
    /// Of each dependency, whether it counts.
    counts: Vec<bool>,
    /// Pairs that are together unless one of them is shared.
    together: Vec<(u32, u32)>,
    start: Vec<u32>,
    /// By caller: the dependency and whom it leads to.
    called: Vec<(u32, u32)>,
    /// Whether the members of some group have several callers, which nobody writes.
    is_mixed: bool,
}

impl Graph {
    fn of(system: &System) -> Graph {
        let mut counts: Vec<bool> = system.dependencies.iter().map(|dependency| dependency.counts()).collect();
        let mut together = Vec::with_capacity(system.dependencies.len());
        let mut is_mixed = false;
        for alternatives in &system.alternatives {
            let caller = caller(system, alternatives);
            for member in &alternatives.members {
                let from = system.dependency(*member).map(|dependency| dependency.from);
                if let Some((from, caller)) = from.zip(caller).filter(|(from, caller)| from != caller) {
                    is_mixed = true;
                    together.push((from.0, caller.0));
                }
                if let Some(counts) = counts.get_mut(member.index()) {
                    *counts = true;
                }
            }
        }
        let components = system.components.len();
        let counted = |index: usize| counts.get(index) == Some(&true);
        let mut start = vec![0u32; components + 1];
        let calls = system
            .dependencies
            .iter()
            .enumerate()
            .filter(|(index, it)| counted(*index) && it.from.index() < components);
        let calls: Vec<(u32, u32, u32)> = calls.map(|(index, it)| (it.from.0, index as u32, it.to.0)).collect();
        for &(from, _, to) in &calls {
            together.push((from, to));
            if let Some(start) = start.get_mut(from as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut start {
            sum += *start;
            *start = sum;
        }
        let mut called = calls;
        // Mostly so already.
        called.sort_by_key(|&(from, ..)| from);
        let called = called.into_iter().map(|(_, dependency, to)| (dependency, to)).collect();
        Graph { counts, together, start, called, is_mixed }
    }

    fn counts(&self, dependency: u32) -> bool {
        self.counts.get(dependency as usize) == Some(&true)
    }

    fn called_by(&self, component: u32) -> impl Iterator<Item = (u32, u32)> {
        let ends = self.start.get(component as usize).zip(self.start.get(component as usize + 1));
        let range = ends.map_or(0..0, |(&start, &end)| start as usize..end as usize);
        self.called.get(range).unwrap_or_default().iter().copied()
    }

    /// What parts share: what very many call, with the little that it needs. Nothing of it may be where users come in, so
    /// that a part says by itself where that is; and it must be needed by something that is not shared.
    fn shared(&self, system: &System, entries: &[EntryPoint]) -> Vec<bool> {
        let mut shared = vec![false; system.components.len()];
        let mut callers = vec![0u32; system.components.len()];
        for &(_, to) in &self.called {
            if let Some(callers) = callers.get_mut(to as usize) {
                *callers += 1;
            }
        }
        if self.is_mixed {
            return shared;
        }
        if callers.iter().all(|callers| *callers < SHARED_BY) {
            return shared;
        }
        let never = self.never_shared(system, entries);
        for (component, _) in (0u32..).zip(&callers).filter(|(_, callers)| **callers >= SHARED_BY) {
            if get_bool(&shared, component) {
                continue;
            }
            for needed in self.little(component, &never).into_iter().flatten() {
                if let Some(slot) = shared.get_mut(needed as usize) {
                    *slot = true;
                }
            }
        }
        if !self.is_needed_outside(system, &shared) {
            shared.fill(false);
        }
        shared
    }

    /// Where users come in, or may: what is marked, what faces users, copies and what they are copies of. And what is not
    /// there, or of which something is left open.
    fn never_shared(&self, system: &System, entries: &[EntryPoint]) -> Vec<bool> {
        let mut never: Vec<bool> =
            system.components.iter().map(|it| is_way_in(it) || !is_there(it) || is_open(it)).collect();
        let copied = system.dependencies.iter().filter(|it| {
            let ends = system.component(it.from).zip(system.component(it.to));
            ends.is_some_and(|(from, to)| from.kind.is_store() && to.kind.is_store() && from.type_name == to.type_name)
        });
        for component in copied.map(|it| it.to).chain(entries.iter().map(|entry| entry.component)) {
            if let Some(never) = never.get_mut(component.index()) {
                *never = true;
            }
        }
        never
    }

    /// A component with all that it needs, if that is little and may be shared.
    fn little(&self, component: u32, never: &[bool]) -> Option<Vec<u32>> {
        let mut found = vec![component];
        let mut next = 0;
        while let Some(&needed) = found.get(next) {
            next += 1;
            if found.len() > SHARED_WITH || never.get(needed as usize) != Some(&false) {
                return None;
            }
            for (_, to) in self.called_by(needed) {
                if !found.contains(&to) {
                    found.push(to);
                }
            }
        }
        Some(found)
    }

    /// Whether all of these stand behind something else that is there and does not only copy from them.
    fn is_needed_outside(&self, system: &System, shared: &[bool]) -> bool {
        let mut left = shared.iter().filter(|shared| **shared).count();
        let mut seen = vec![false; shared.len()];
        let mut open: Vec<u32> = (0u32..).zip(shared).filter(|(_, shared)| !**shared).map(|(index, _)| index).collect();
        while let Some(component) = open.pop().filter(|_| left > 0) {
            let Some(it) = system.components.get(component as usize) else { continue };
            if it.reader || !is_there(it) {
                continue;
            }
            for (dependency, to) in self.called_by(component) {
                let carries = system
                    .dependencies
                    .get(dependency as usize)
                    .is_some_and(|it| it.counts() && it.share() > 0.0 && it.from != it.to);
                if carries && get_bool(shared, to) && !get_bool(&seen, to) {
                    if let Some(seen) = seen.get_mut(to as usize) {
                        *seen = true;
                    }
                    left -= 1;
                    open.push(to);
                }
            }
        }
        left == 0
    }

    /// Adds what a part needs of what is shared. `seen` says which part looked at a component last.
    fn add_shared(&self, part: &mut Part, number: u32, is_shared: &impl Fn(u32) -> bool, seen: &mut [u32]) {
        let own = part.components.len();
        let mut next = 0;
        while let Some(&component) = part.components.get(next) {
            next += 1;
            for (_, to) in self.called_by(component) {
                if is_shared(to) && get(seen, to) != number {
                    if let Some(seen) = seen.get_mut(to as usize) {
                        *seen = number;
                    }
                    part.components.push(to);
                }
            }
        }
        if part.components.len() > own {
            part.components.sort_unstable();
        }
    }
}

/// Whose group it is.
fn caller(system: &System, alternatives: &Alternatives) -> Option<ComponentIndex> {
    let first = alternatives.members.iter().find_map(|member| system.dependency(*member));
    first.map(|dependency| dependency.from)
}

fn get(list: &[u32], index: u32) -> u32 {
    list.get(index as usize).copied().unwrap_or(NONE)
}

fn get_bool(list: &[bool], index: u32) -> bool {
    list.get(index as usize) == Some(&true)
}

fn set(list: &mut [u32], index: u32, value: u32) {
    if let Some(slot) = list.get_mut(index as usize) {
        *slot = value;
    }
}
