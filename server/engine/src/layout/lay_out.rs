//! Reads a system into its layout (semantics, section 2). What points outside the system is left out.

use foreshock_model::{ComponentIndex, Confidence, DependencyIndex, DependencyKind, System};
use rustc_hash::FxHashSet;

use crate::layout::arrays::{Edge, Group, Layout, NO_EDGE, NO_GROUP};
use crate::layout::circles::Circles;
use crate::layout::contribution::Contribution;
use crate::layout::own::Own;
use crate::layout::reading::{Purpose, Reading};

/// The layout of a system under a reading, and its circles. O(V + E).
pub(crate) fn lay_out(system: &System, reading: Reading) -> (Layout, Circles) {
    let mut layout = arrays(system, reading);
    let (circles, strict) = Circles::of(&layout);
    for (group, strict) in layout.groups.iter_mut().zip(strict) {
        group.strict = strict;
    }
    (layout, circles)
}

fn arrays(system: &System, reading: Reading) -> Layout {
    let own: Vec<Own> = system.components.iter().map(|component| Own::of(component, &reading)).collect();
    let (membership, mut groups, named) = groups(system, &own);
    let mut edges = Vec::with_capacity(system.dependencies.len());
    for (index, dependency) in system.dependencies.iter().enumerate() {
        let present = |end: ComponentIndex| own.get(end.index()).is_some_and(|own| !own.absent);
        if !present(dependency.from) || !present(dependency.to) {
            continue;
        }
        let of = |end: ComponentIndex| own.get(end.index());
        // What is perfect because it may not be there needs nothing.
        if of(dependency.from).is_some_and(|own| own.spared) {
            continue;
        }
        let group = membership.get(index).copied().unwrap_or(NO_GROUP);
        // An alternative that may not be there is no requirement instead.
        if group == NO_GROUP && named.contains(&(index as u32)) {
            continue;
        }
        let copies = || {
            let ends = system.component(dependency.from).zip(system.component(dependency.to));
            dependency.kind == DependencyKind::Async && ends.is_some_and(|(copy, original)| copy.copies(original))
        };
        if let Some(row) = Contribution::of(dependency, &reading) {
            let row = if copies() { row.of_copy() } else { row };
            edges.push(Edge { from: dependency.from.0, to: dependency.to.0, dependency: index as u32, group, row });
        }
    }
    edges.sort_by_key(|edge| (edge.to, edge.dependency));
    let mut callees: Vec<u32> = (0..edges.len() as u32).collect();
    callees.sort_by_key(|&edge| edges.get(edge as usize).map(|edge| (edge.from, edge.dependency)));
    let mut edge_of = vec![NO_EDGE; system.dependencies.len()];
    for (index, edge) in edges.iter().enumerate() {
        if let Some(slot) = edge_of.get_mut(edge.dependency as usize) {
            *slot = index as u32;
        }
        if let Some(group) = groups.get_mut(edge.group as usize) {
            group.edges.push(index as u32);
        }
    }
    let caller_start = starts(own.len(), edges.iter().map(|edge| edge.to));
    let callee_start = starts(own.len(), edges.iter().map(|edge| edge.from));
    let Placement { zones, domains, regions } = placement(system, &own, &reading);
    Layout {
        reading,
        own,
        edges,
        caller_start,
        callees,
        callee_start,
        groups,
        zone_members: zones,
        domain_members: domains,
        region_members: regions,
        zones_nowhere: 1,
        edge_of,
    }
}

fn starts(components: usize, keys: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0u32; components + 1];
    for key in keys {
        if let Some(count) = starts.get_mut(key as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// The group of each dependency, the groups without their edges, and the members that are left out because they may not
/// be there. A dependency is in the first group that names it.
fn groups(system: &System, own: &[Own]) -> (Vec<u32>, Vec<Group>, FxHashSet<u32>) {
    let mut membership = vec![NO_GROUP; system.dependencies.len()];
    let mut groups = Vec::new();
    let mut left_out = FxHashSet::default();
    for (index, alternatives) in system.alternatives.iter().enumerate() {
        let first = alternatives.members.iter().find_map(|member| system.dependencies.get(member.index()));
        let Some(caller) = first.map(|dependency| dependency.from) else { continue };
        let target = |member: &DependencyIndex| {
            let dependency = system.dependencies.get(member.index())?;
            own.get(dependency.to.index()).filter(|_| dependency.confidence > Confidence::Guess)
        };
        let sure = alternatives.members.iter().filter_map(target).filter(|own| !own.unreliable && !own.absent).count();
        // Where too few are sure to be there, each of the others can be one that is needed.
        let all_needed = sure < alternatives.members.len() && (sure as u32) < alternatives.required.max(1);
        let mut members = 0u32;
        for member in &alternatives.members {
            let (Some(dependency), Some(slot)) =
                (system.dependencies.get(member.index()), membership.get_mut(member.index()))
            else {
                continue;
            };
            // What is not there, or only guessed, can't stand in for anything.
            let present = own.get(dependency.to.index()).is_some_and(|own| !own.absent)
                && dependency.confidence > Confidence::Guess;
            if !all_needed && target(member).is_some_and(|own| own.unreliable) {
                left_out.insert(member.0);
                continue;
            }
            if dependency.from == caller && *slot == NO_GROUP && present {
                *slot = groups.len() as u32;
                members += 1;
            }
        }
        let required = if all_needed { members } else { alternatives.required };
        groups.push(Group {
            alternatives: index as u32,
            tips_at: (members + 1).saturating_sub(required.clamp(1, members.max(1))).max(1),
            shares_load: alternatives.shares_load,
            edges: Vec::new(),
            strict: false,
        });
    }
    (membership, groups, left_out)
}

/// Who loses something with each zone, each domain and each region.
struct Placement {
    zones: Vec<Vec<ComponentIndex>>,
    domains: Vec<Vec<ComponentIndex>>,
    regions: Vec<Vec<ComponentIndex>>,
}

fn placement(system: &System, own: &[Own], reading: &Reading) -> Placement {
    let mut zones = vec![Vec::new(); system.zones.len()];
    let mut domains = vec![Vec::new(); system.domains.len()];
    let mut regions = vec![Vec::new(); system.regions.len()];
    for ((index, component), own) in system.iter().zip(own) {
        // A component with an explicit figure has exactly one unit: the figure knows about its zones.
        let one_unit = component.reliability.whole.is_some() && reading.purpose != Purpose::Simulation;
        if own.absent || own.spared || one_unit {
            continue;
        }
        for zone in own.zones.iter().take(own.instances as usize) {
            if let Some(members) = zones.get_mut(zone.index())
                && members.last() != Some(&index)
            {
                members.push(index);
            }
        }
        for domain in &component.domains {
            if let Some(members) = domains.get_mut(domain.index())
                && members.last() != Some(&index)
            {
                members.push(index);
            }
        }
        if let Some(members) = component.region.and_then(|region| regions.get_mut(region.index())) {
            members.push(index);
        }
    }
    Placement { zones, domains, regions }
}
