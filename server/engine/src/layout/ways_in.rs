//! Where users may come in: what a system says about that, or a part of it by itself (semantics, section 6). Which of it
//! counts is decided over all parts, in `basis.rs`.

use foreshock_model::{Component, ComponentIndex, ComponentKind, Dependency, DependencyKind, Exposure, System};

use crate::layout::arrays::Layout;
use crate::layout::strong::strong;

/// Where users may come in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct WaysIn {
    /// What the text marks, with its weight.
    pub(crate) marked: Vec<(ComponentIndex, f64)>,
    /// What users reach, and whether that is as one of several alternatives.
    pub(crate) reached: Vec<(ComponentIndex, bool)>,
    /// What counts where nobody is known to be reached, the lowest rank of all parts; and whether it is there only for
    /// something that is switched off.
    pub(crate) serving: Vec<(u8, ComponentIndex, bool)>,
    /// What is switched off and needed by nobody.
    pub(crate) idle: Vec<ComponentIndex>,
    /// Whether each component is switched off.
    pub(crate) off: Vec<bool>,
    /// See [`sources`].
    pub(crate) sources: Vec<Vec<ComponentIndex>>,
    /// Copies to read from, whose address nobody is given here.
    pub(crate) unread: Vec<ComponentIndex>,
}

impl WaysIn {
    /// The ways in to what is laid out here.
    pub(crate) fn of(system: &System, layout: &Layout, sources: Vec<Vec<ComponentIndex>>) -> WaysIn {
        let off = switched_off(system, layout);
        let is_off = |index: ComponentIndex| off.get(index.index()) == Some(&true);
        let Idle { heads, led } = idle(system, layout);
        let is_led = |index: ComponentIndex| led.get(index.index()) == Some(&true);
        // A copy to read from is no source, and nobody here may be given its address.
        let unread = system.iter().filter(|(index, component)| {
            component.reader && present(layout, *index) && layout.callers(index.0).next().is_none()
        });
        let serving = serving(system, layout, &sources).into_iter();
        WaysIn {
            marked: marked(system, layout),
            reached: reached(system, layout, is_off),
            serving: serving.map(|(rank, entry)| (rank, entry, is_led(entry))).collect(),
            idle: heads,
            unread: unread.map(|(index, _)| index).collect(),
            off,
            sources,
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

fn marked(system: &System, layout: &Layout) -> Vec<(ComponentIndex, f64)> {
    let weighted = system.iter().filter_map(|(component, it)| {
        let weight = it.entry.filter(|weight| *weight > 0.0 && weight.is_finite())?;
        Some((component, weight))
    });
    weighted.filter(|(component, _)| present(layout, *component)).collect()
}

/// What users reach, and whether that is as one of several alternatives behind another one, or as what stands behind those.
fn reached(
    system: &System,
    layout: &Layout,
    is_off: impl Fn(ComponentIndex) -> bool + Copy,
) -> Vec<(ComponentIndex, bool)> {
    // Names that lead nowhere here are answered, and nobody is served by that.
    let leads = |index: ComponentIndex, component: &Component| {
        component.kind != ComponentKind::Dns || layout.callees(index.0).next().is_some() || is_off(index)
    };
    let facing = system.iter().filter(|(index, component)| {
        component.kind.is_user_facing() && leads(*index, component) && present(layout, *index)
    });
    let facing: Vec<ComponentIndex> = facing.map(|(component, _)| component).collect();
    let found = ways_in(system, layout, &facing);
    let mut behind = vec![false; layout.own.len()];
    if layout.groups.iter().any(|group| group.edges.len() > 1) {
        for entry in &found {
            for (behind, reached) in behind.iter_mut().zip(layout.behind_alternatives(entry.0)) {
                *behind |= reached;
            }
        }
    }
    let is_behind = |entry: ComponentIndex| behind.get(entry.index()) == Some(&true);
    found.into_iter().map(|entry| (entry, is_behind(entry))).collect()
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

/// Where nobody is known to be reached: what needs others and is needed by none (0); where nothing is connected, what stands
/// alone (1); and last what people enter a network by, which is no service (2). Keys, gateways, buckets and names serve
/// nobody by themselves, nor do copies of data beside their original.
fn serving(system: &System, layout: &Layout, sources: &[Vec<ComponentIndex>]) -> Vec<(u8, ComponentIndex)> {
    if sources.is_empty() {
        return Vec::new();
    }
    let serves = leading_to_service(system, layout);
    let serves = |source: &&Vec<ComponentIndex>| source.iter().any(|member| serves.get(member.index()) == Some(&true));
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
    ranked
}

/// Whether each component, or anything that it depends on, does something for somebody by itself. O(V + E).
fn leading_to_service(system: &System, layout: &Layout) -> Vec<bool> {
    let does = |component: &Component| !component.kind.is_supporting() && component.kind != ComponentKind::Dns;
    let mut leading = vec![false; layout.own.len()];
    let mut open: Vec<u32> = system.iter().filter(|(_, it)| does(it)).map(|(index, _)| index.0).collect();
    while let Some(component) = open.pop() {
        match leading.get_mut(component as usize) {
            Some(leading) if !*leading => *leading = true,
            _ => continue,
        }
        open.extend(layout.callers(component).map(|(_, edge)| edge.from));
    }
    leading
}

/// What a copy of data is taken from, which serves those that the copy was made for; itself for everything else.
fn original(system: &System, layout: &Layout, copy: ComponentIndex) -> ComponentIndex {
    let mut original = copy;
    // A copy of a copy, and not round in a circle of them.
    let mut seen = vec![copy];
    while let Some(component) = system.component(original).filter(|component| component.kind.is_store()) {
        let next = layout.callees(original.0).map(|(_, edge)| ComponentIndex(edge.to)).find(|&to| {
            let other = system.component(to);
            other.is_some_and(|other| other.kind.is_store() && other.type_name == component.type_name)
        });
        match next {
            Some(next) if !seen.contains(&next) => original = next,
            _ => break,
        }
        seen.push(original);
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
