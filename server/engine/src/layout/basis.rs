//! What the score is measured at: entry points and their weights (semantics, section 6).

use foreshock_model::{Component, ComponentIndex, ComponentKind, Dependency, DependencyKind, Exposure, System};

use crate::layout::arrays::Layout;
use crate::layout::lay_out::lay_out;
use crate::layout::reading::{Purpose, Reading};
use crate::layout::strong::strong;

/// Why a component is an entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryReason {
    /// Marked in the text.
    Marked,
    /// Of a kind that users reach directly.
    UserFacing,
    /// Nothing depends on it, and there is nothing better.
    Source,
}

/// A point where users meet the system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntryPoint {
    /// Which component.
    pub component: ComponentIndex,
    /// Its share of the users, relative to the other weights; greater than 0.
    pub weight: f64,
    /// Why.
    pub reason: EntryReason,
}

/// What the score is measured at. To compare two versions of a system, both are measured at the basis of the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Basis {
    /// The entry points: the marked ones; else what users reach; else the sources.
    /// None where nobody is served.
    pub entries: Vec<EntryPoint>,
    /// The first of every source that is no entry point: what it serves is not known, so that it is listed and never weighed.
    pub beside: Vec<ComponentIndex>,
    /// What would be an entry point, and is none because it is switched off, or everything that should serve behind it is.
    pub off: Vec<ComponentIndex>,
}

impl Basis {
    /// The basis of a system. Components with 0 instances are no part of it.
    pub fn of(system: &System) -> Basis {
        let (layout, _) = lay_out(system, Reading::of(Purpose::Structure));
        Basis::at(system, &layout, &sources(system, &layout))
    }

    pub(crate) fn at(system: &System, layout: &Layout, sources: &[Vec<ComponentIndex>]) -> Basis {
        let is_off = switched_off(system, layout);
        let is_off = |index: ComponentIndex| is_off.get(index.index()) == Some(&true);
        let mut entries = marked(system, layout);
        if entries.is_empty() {
            entries = reached(system, layout, &is_off);
        }
        let mut off: Vec<ComponentIndex> = Vec::new();
        if entries.is_empty() {
            let idle = idle(system, layout);
            let (left, led) = (serving(system, layout, sources), idle.led);
            entries = left.into_iter().filter(|entry| led.get(entry.component.index()) != Some(&true)).collect();
            off = idle.heads;
        }
        off.extend(entries.iter().map(|entry| entry.component).filter(|&entry| is_off(entry)));
        entries.retain(|entry| !is_off(entry.component));
        let is_entry =
            |index: &ComponentIndex| entries.iter().any(|entry| entry.component == *index) || off.contains(index);
        let others = sources.iter().filter(|source| !source.iter().any(is_entry));
        // A copy to read from is no source, and nobody here may be given its address.
        let unread = system.iter().filter(|(index, component)| {
            component.reader && present(layout, *index) && layout.callers(index.0).next().is_none() && !is_entry(index)
        });
        let mut beside: Vec<ComponentIndex> = others.filter_map(|source| source.first().copied()).collect();
        beside.extend(unread.map(|(index, _)| index));
        beside.sort_unstable();
        Basis { entries, beside, off }
    }

    /// The same basis in another version of the system: the components with the same ids. What is gone is left out.
    pub fn carried_to(&self, old: &System, new: &System) -> Basis {
        let carried = |index: ComponentIndex| new.find(old.component(index)?.id.as_str());
        let entries = self.entries.iter();
        Basis {
            entries: entries
                .filter_map(|entry| Some(EntryPoint { component: carried(entry.component)?, ..*entry }))
                .collect(),
            beside: self.beside.iter().filter_map(|&index| carried(index)).collect(),
            off: self.off.iter().filter_map(|&index| carried(index)).collect(),
        }
    }
}

fn present(layout: &Layout, index: ComponentIndex) -> bool {
    layout.own.get(index.index()).is_some_and(|own| !own.absent)
}

/// Whether each component is switched off: it has no instance, or it leads users on and everything behind it that should
/// serve them is switched off. O(V + E).
fn switched_off(system: &System, layout: &Layout) -> Vec<bool> {
    let mut off: Vec<bool> = layout.own.iter().map(|own| own.absent).collect();
    let mut open: Vec<u32> = (0u32..).zip(&off).filter(|(_, off)| **off).map(|(index, _)| index).collect();
    if open.is_empty() {
        return off;
    }
    let (mut serving, mut callers) = (vec![0u32; off.len()], vec![Vec::new(); off.len()]);
    for dependency in system.dependencies.iter().filter(|dependency| leads_on(system, dependency)) {
        if let (Some(serving), Some(callers)) =
            (serving.get_mut(dependency.from.index()), callers.get_mut(dependency.to.index()))
        {
            *serving += 1;
            callers.push(dependency.from.0);
        }
    }
    while let Some(next) = open.pop() {
        for &caller in callers.get(next as usize).into_iter().flatten() {
            let (Some(serving), Some(off)) = (serving.get_mut(caller as usize), off.get_mut(caller as usize)) else {
                continue;
            };
            *serving = serving.saturating_sub(1);
            if *serving == 0 && !*off {
                *off = true;
                open.push(caller);
            }
        }
    }
    off
}

/// Whether users are led on to what serves them by this.
fn leads_on(system: &System, dependency: &Dependency) -> bool {
    let kind = |index: ComponentIndex| system.component(index).map(|component| component.kind);
    let serves = |kind: ComponentKind| !kind.is_supporting() || kind == ComponentKind::Storage;
    dependency.counts()
        && dependency.from != dependency.to
        && dependency.kind != DependencyKind::Async
        && kind(dependency.from).is_some_and(ComponentKind::is_user_facing)
        && kind(dependency.to).is_some_and(serves)
}

/// What is switched off and needed by nobody, and what is there only for something that is switched off.
struct Idle {
    heads: Vec<ComponentIndex>,
    led: Vec<bool>,
}

fn idle(system: &System, layout: &Layout) -> Idle {
    let mut called = vec![false; layout.own.len()];
    let mut led = vec![false; layout.own.len()];
    for dependency in system.dependencies.iter().filter(|one| one.counts() && one.from != one.to) {
        let is_off = !present(layout, dependency.from);
        if let (Some(called), Some(led)) = (called.get_mut(dependency.to.index()), led.get_mut(dependency.to.index())) {
            *called = true;
            *led |= is_off;
        }
    }
    let heads = system
        .iter()
        .map(|(index, _)| index)
        .filter(|index| !present(layout, *index) && called.get(index.index()) == Some(&false));
    Idle { heads: heads.collect(), led }
}

fn marked(system: &System, layout: &Layout) -> Vec<EntryPoint> {
    let weighted = system.iter().filter_map(|(component, it)| {
        let weight = it.entry.filter(|weight| *weight > 0.0 && weight.is_finite())?;
        Some(EntryPoint { component, weight, reason: EntryReason::Marked })
    });
    weighted.filter(|entry| present(layout, entry.component)).collect()
}

/// What users reach. Alternatives behind one of them, and what stands behind those, are reached by its
/// name alone.
fn reached(system: &System, layout: &Layout, is_off: &dyn Fn(ComponentIndex) -> bool) -> Vec<EntryPoint> {
    // Names that lead nowhere here are answered, and nobody is served by that.
    let leads = |index: ComponentIndex, component: &Component| {
        component.kind != ComponentKind::Dns || layout.callees(index.0).next().is_some() || is_off(index)
    };
    let facing = system.iter().filter(|(index, component)| {
        component.kind.is_user_facing() && leads(*index, component) && present(layout, *index)
    });
    let reason = EntryReason::UserFacing;
    let facing: Vec<ComponentIndex> = facing.map(|(component, _)| component).collect();
    let found = ways_in(system, layout, &facing).into_iter();
    let found: Vec<EntryPoint> = found.map(|component| EntryPoint { component, weight: 1.0, reason }).collect();
    let mut behind = vec![false; layout.own.len()];
    for entry in &found {
        for (behind, reached) in behind.iter_mut().zip(layout.behind_alternatives(entry.component.0)) {
            *behind |= reached;
        }
    }
    let is_behind = |entry: &&EntryPoint| behind.get(entry.component.index()) == Some(&true);
    let by_name: Vec<EntryPoint> = found.iter().filter(|entry| !is_behind(entry)).copied().collect();
    // Where they stand in for each other in a circle there is no name.
    if by_name.is_empty() { found } else { by_name }
}

/// Those of what faces users by its kind that users come in by. What is public is one, called by others or not, and so is
/// what nobody calls; what is internal and called is none. Where the text does not say which it is, what is called on the
/// way from another of them is none. O(k (V + E)) with k of which nothing is said.
fn ways_in(system: &System, layout: &Layout, facing: &[ComponentIndex]) -> Vec<ComponentIndex> {
    let callers =
        |index: ComponentIndex| layout.callers(index.0).map(|(_, edge)| edge.from).filter(move |&it| it != index.0);
    let exposure = |index: ComponentIndex| system.component(index).map_or(Exposure::NotSaid, |it| it.exposure);
    let is_called = |index: ComponentIndex| callers(index).next().is_some();
    let mut ways: Vec<ComponentIndex> =
        facing.iter().copied().filter(|&index| exposure(index) != Exposure::Internal || !is_called(index)).collect();
    for &index in facing.iter().filter(|&&index| exposure(index) == Exposure::NotSaid && is_called(index)) {
        let mut reached = vec![false; layout.own.len()];
        for below in layout.below(ways.iter().map(|way| way.0).filter(|&way| way != index.0)) {
            if let Some(reached) = reached.get_mut(below as usize) {
                *reached = true;
            }
        }
        if callers(index).any(|caller| reached.get(caller as usize) == Some(&true)) {
            ways.retain(|&way| way != index);
        }
    }
    ways
}

/// Where nobody is known to be reached: what needs others and is needed by none; where nothing is connected, what stands
/// alone. Keys, gateways, buckets and names serve nobody by themselves, nor do copies of data beside their original, and what
/// people enter a network by is no service.
fn serving(system: &System, layout: &Layout, sources: &[Vec<ComponentIndex>]) -> Vec<EntryPoint> {
    let serves = |source: &&Vec<ComponentIndex>| {
        let below = layout.below(source.iter().map(|member| member.0));
        below.into_iter().any(|member| {
            let component = system.component(ComponentIndex(member));
            component.is_some_and(|component| !component.kind.is_supporting() && component.kind != ComponentKind::Dns)
        })
    };
    let rank = |entry: ComponentIndex| {
        let component = system.component(entry);
        match layout.callees(entry.0).next() {
            _ if component.is_some_and(is_way_in) => 2,
            Some(_) => 0,
            None => 1,
        }
    };
    let firsts = sources.iter().filter(serves).filter_map(|source| source.first().copied());
    let mut ranked: Vec<(u8, ComponentIndex)> =
        firsts.map(|first| original(system, layout, first)).map(|entry| (rank(entry), entry)).collect();
    ranked.sort_unstable_by_key(|(_, entry)| *entry);
    ranked.dedup();
    let best = ranked.iter().map(|(rank, _)| *rank).min();
    let chosen = ranked.into_iter().filter(|(rank, _)| Some(*rank) == best);
    chosen.map(|(_, component)| EntryPoint { component, weight: 1.0, reason: EntryReason::Source }).collect()
}

/// What a copy of data is taken from, which serves those that the copy was made for; itself for everything else.
fn original(system: &System, layout: &Layout, copy: ComponentIndex) -> ComponentIndex {
    let mut original = copy;
    // A copy of a copy, and no further than there are components.
    for _ in 0..layout.own.len() {
        let Some(component) = system.component(original).filter(|component| component.kind.is_store()) else { break };
        let next = layout.callees(original.0).map(|(_, edge)| ComponentIndex(edge.to)).find(|&to| {
            let other = system.component(to);
            other.is_some_and(|other| other.kind.is_store() && other.type_name == component.type_name)
        });
        match next {
            Some(next) if next != copy => original = next,
            _ => break,
        }
    }
    original
}

/// Words in names of machines that people enter a network by, or that build and watch.
const WAYS_IN: [&str; 9] = ["bastion", "jump", "jumpbox", "jumphost", "runner", "agent", "agents", "vpn", "ci"];

fn is_way_in(component: &Component) -> bool {
    let compute = matches!(component.kind, ComponentKind::AppServer | ComponentKind::WebServer | ComponentKind::Custom);
    let words = component.id.as_str().split(|c: char| !c.is_ascii_alphanumeric());
    compute && words.into_iter().any(|word| WAYS_IN.iter().any(|way| word.eq_ignore_ascii_case(way)))
}

/// The sources: each a component, or a cycle of them, that nothing else depends on; in the order of their first members.
/// A copy to read from is none, whoever reads from it; nor is that it follows what it copies a use of that.
pub(crate) fn sources(system: &System, layout: &Layout) -> Vec<Vec<ComponentIndex>> {
    let is_reader = |component: u32| system.components.get(component as usize).is_some_and(|it| it.reader);
    let strong = strong(layout.graph(|_, _| true));
    let mut called = vec![false; strong.components.len()];
    for edge in layout.edges.iter().filter(|edge| !is_reader(edge.from)) {
        let (from, to) = (strong.of.get(edge.from as usize), strong.of.get(edge.to as usize));
        if from != to
            && let Some(called) = to.and_then(|&to| called.get_mut(to as usize))
        {
            *called = true;
        }
    }
    let mut sources: Vec<Vec<ComponentIndex>> = strong
        .components
        .iter()
        .zip(called)
        .filter(|(members, called)| {
            let absent = |&member: &u32| layout.own.get(member as usize).is_none_or(|own| own.absent);
            !called && !members.iter().any(absent) && !members.iter().any(|&member| is_reader(member))
        })
        .map(|(members, _)| members.iter().map(|&member| ComponentIndex(member)).collect())
        .collect();
    sources.sort_unstable();
    sources
}
