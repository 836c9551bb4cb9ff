//! From dependencies of instances to dependencies of components.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_model::{
    Alternatives, ComponentIndex, ComponentKind, Confidence, Dependency, DependencyIndex, DependencyKind, Plane, System,
};

use rustc_hash::FxHashSet;

use crate::Role;
use crate::components::Grouped;
use crate::contract::Reached;
use crate::graph::{Carried, Graph, GroupKey, Node, PLAIN, larger};
use crate::limits::Limits;

/// One dependency between components: the best way found.
#[derive(Clone)]
struct Lifted<'r> {
    best: &'r Reached,
    weight: Option<f64>,
    /// What holds on all ways.
    limits: Option<Limits>,
}

type Key = (ComponentIndex, ComponentIndex, Option<GroupKey>);

/// Adds dependencies and alternatives to a system whose components are there.
pub(crate) fn lift(
    graph: &Graph<'_>,
    grouped: &[Grouped],
    reached: &[Vec<Reached>],
    component_of: &[Option<ComponentIndex>],
    system: &mut System,
) {
    let mut lifted: BTreeMap<Key, Lifted<'_>> = BTreeMap::new();
    let mut targets = Targets { graph, component_of, of_wholes: BTreeMap::new() };
    for (number, component) in grouped.iter().enumerate() {
        let from = ComponentIndex(number as u32);
        if let Some((_, ways)) = &component.way_in {
            collect(from, ways, &mut targets, &mut lifted);
            continue;
        }
        for &part in component.blocks.iter().chain(&component.members) {
            let ways = reached.get(part).map_or(&[][..], |ways| ways);
            collect(from, ways, &mut targets, &mut lifted);
        }
    }
    dissolve_lone_groups(&mut lifted);
    merge_equal_groups(&mut lifted);
    drop_weaker_doubles(&mut lifted);
    drop_own_addresses(system, &mut lifted);
    drop_hints(graph, grouped, system, &mut lifted);

    let mut members: BTreeMap<(ComponentIndex, GroupKey), Vec<DependencyIndex>> = BTreeMap::new();
    for ((from, to, group), found) in lifted {
        let best = found.best;
        let evidence = best.evidence.clone();
        let dependency = Dependency::new(from, to, kind_of(graph, best), best.confidence, evidence);
        let index = DependencyIndex(system.dependencies.len() as u32);
        let mut dependency = Dependency { weight: found.weight, plane: best.plane, shown: best.shown, ..dependency };
        if let Some(limits) = &found.limits {
            limits.limit(&mut dependency);
        }
        system.dependencies.push(Arc::new(dependency));
        if let Some(group) = group {
            members.entry((from, group)).or_default().push(index);
        }
    }
    for ((_, group), members) in members {
        system.alternatives.push(Alternatives {
            name: group.name,
            members,
            required: 1,
            shares_load: group.shares_load,
        });
    }
}

/// Who only may be called is no more than what its address would mean.
fn kind_of(graph: &Graph<'_>, way: &Reached) -> DependencyKind {
    let reach = graph.row(way.to).and_then(|row| row.reached_by.kind());
    if way.hint { way.kind.max(reach.unwrap_or(way.kind)) } else { way.kind }
}

/// The order in which ways are preferred: what a running system needs before what its changes need, unless it is a guess.
fn rank(way: &Reached) -> (bool, Plane, Reverse<Confidence>, impl Ord, usize) {
    let is_guess = way.confidence == Confidence::Guess;
    (is_guess, way.plane, Reverse(way.confidence), way.kind, way.evidence.len())
}

fn collect<'r>(
    from: ComponentIndex,
    ways: &'r [Reached],
    targets: &mut Targets<'_, '_>,
    lifted: &mut BTreeMap<Key, Lifted<'r>>,
) {
    // Ways to the same instance are shares of one function and add up; ways to replicas are the same function again.
    let mut by_target: BTreeMap<(usize, Option<&GroupKey>), Vec<&Reached>> = BTreeMap::new();
    for way in ways {
        by_target.entry((way.to, way.group.as_ref())).or_default().push(way);
    }
    for ((target, group), ways) in by_target {
        let Some(best) = ways.iter().copied().min_by_key(|way| rank(way)) else { continue };
        let same = |way: &&&Reached| (way.kind, way.confidence, way.plane) == (best.kind, best.confidence, best.plane);
        let weight: Option<f64> = ways.iter().filter(same).map(|way| way.weight).sum();
        let weight = weight.map(|weight| weight.min(1.0));
        let mut alike = ways.iter().filter(same).map(|way| way.limits.clone());
        let first = alike.next().flatten();
        let limits = alike.fold(first, |so_far, way| Limits::common(so_far.as_ref(), way.as_ref()));
        for to in targets.of(target).into_iter().filter(|to| *to != from) {
            merge(lifted, (from, to, group.cloned()), Lifted { best, weight, limits: limits.clone() });
        }
    }
}

/// The components that instances, and whole blocks of them, are.
struct Targets<'g, 'a> {
    graph: &'g Graph<'a>,
    component_of: &'g [Option<ComponentIndex>],
    of_wholes: BTreeMap<usize, Vec<ComponentIndex>>,
}

impl Targets<'_, '_> {
    fn of(&mut self, target: usize) -> Vec<ComponentIndex> {
        let Targets { graph, component_of, of_wholes } = self;
        let component = |index: usize| component_of.get(index).copied().flatten();
        match graph.whole_block(target) {
            None => component(target).into_iter().collect(),
            Some(all) => {
                let list = of_wholes.entry(target).or_insert_with(|| {
                    let each: BTreeSet<ComponentIndex> = all.iter().filter_map(|&index| component(index)).collect();
                    each.into_iter().collect()
                });
                list.clone()
            }
        }
    }
}

fn merge<'r>(lifted: &mut BTreeMap<Key, Lifted<'r>>, key: Key, found: Lifted<'r>) {
    match lifted.entry(key) {
        std::collections::btree_map::Entry::Vacant(slot) => {
            slot.insert(found);
        }
        std::collections::btree_map::Entry::Occupied(mut slot) => {
            let known = slot.get_mut();
            known.weight = larger(known.weight, found.weight);
            known.limits = Limits::common(known.limits.as_ref(), found.limits.as_ref());
            if rank(found.best) < rank(known.best) {
                known.best = found.best;
            }
        }
    }
}

fn groups(lifted: &BTreeMap<Key, Lifted<'_>>) -> BTreeMap<(ComponentIndex, GroupKey), BTreeSet<ComponentIndex>> {
    let mut groups: BTreeMap<_, BTreeSet<ComponentIndex>> = BTreeMap::new();
    for (from, to, group) in lifted.keys() {
        if let Some(group) = group {
            groups.entry((*from, group.clone())).or_default().insert(*to);
        }
    }
    groups
}

/// One alternative is none.
fn dissolve_lone_groups(lifted: &mut BTreeMap<Key, Lifted<'_>>) {
    for ((from, group), members) in groups(lifted) {
        let [to] = members.iter().copied().collect::<Vec<_>>()[..] else { continue };
        if let Some(found) = lifted.remove(&(from, to, Some(group))) {
            merge(lifted, (from, to, None), found);
        }
    }
}

/// Two target groups with the same members (HTTP and HTTPS) say the same thing.
fn merge_equal_groups(lifted: &mut BTreeMap<Key, Lifted<'_>>) {
    let mut first: BTreeMap<(ComponentIndex, BTreeSet<ComponentIndex>, bool), GroupKey> = BTreeMap::new();
    for ((from, group), members) in groups(lifted) {
        let key = (from, members.clone(), group.shares_load);
        let Some(kept) = first.get(&key).cloned() else {
            first.insert(key, group);
            continue;
        };
        for to in members {
            if let Some(found) = lifted.remove(&(from, to, Some(group.clone()))) {
                merge(lifted, (from, to, Some(kept.clone())), found);
            }
        }
    }
}

/// What is surely one of several is not, less surely, needed alone.
fn drop_weaker_doubles(lifted: &mut BTreeMap<Key, Lifted<'_>>) {
    let alone: Vec<Key> = lifted.keys().filter(|(_, _, group)| group.is_none()).cloned().collect();
    for key in alone {
        let Some(plain) = lifted.get(&key).map(|found| found.best.confidence) else { continue };
        let low = (key.0, key.1, None);
        let grouped = lifted.range(low..).take_while(|((from, to, _), _)| (*from, *to) == (key.0, key.1));
        let better = grouped.into_iter().any(|((_, _, group), found)| group.is_some() && found.best.confidence > plain);
        if better {
            lifted.remove(&key);
        }
    }
}

/// An address of one's own front handed over ("your public URL is") is no dependency.
fn drop_own_addresses(system: &System, lifted: &mut BTreeMap<Key, Lifted<'_>>) {
    let faces_users = |index: ComponentIndex| system.component(index).is_some_and(|to| to.kind.is_user_facing());
    let suspects: Vec<Key> = lifted
        .iter()
        .filter(|((_, to, _), found)| found.best.carried != Carried::No && faces_users(*to))
        .map(|(key, _)| key.clone())
        .collect();
    if suspects.is_empty() {
        return;
    }
    let mut needs: BTreeMap<ComponentIndex, Vec<ComponentIndex>> = BTreeMap::new();
    for ((from, to, _), found) in lifted.iter() {
        if found.best.carried == Carried::No && !found.best.hint {
            needs.entry(*from).or_default().push(*to);
        }
    }
    let mut by_front: BTreeMap<ComponentIndex, Vec<Key>> = BTreeMap::new();
    for key in suspects {
        by_front.entry(key.1).or_default().push(key);
    }
    for (front, keys) in by_front {
        let behind = needed_by(&needs, front);
        for key in keys.iter().filter(|key| behind.contains(&key.0)) {
            lifted.remove(key);
        }
    }
}

/// A component and everything that it needs.
fn needed_by(needs: &BTreeMap<ComponentIndex, Vec<ComponentIndex>>, from: ComponentIndex) -> FxHashSet<ComponentIndex> {
    let mut seen = FxHashSet::default();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        if seen.insert(next) {
            open.extend(needs.get(&next).into_iter().flatten());
        }
    }
    seen
}

/// A security-group link counts only from compute to data, or from a load balancer that has no better link to compute;
/// never beside a better one between the same two, in either direction.
fn drop_hints(graph: &Graph<'_>, grouped: &[Grouped], system: &System, lifted: &mut BTreeMap<Key, Lifted<'_>>) {
    use ComponentKind::{AppServer, LoadBalancer, ScheduledJob, Serverless, WebServer};
    if !lifted.values().any(|found| found.best.hint) {
        return;
    }
    let kind = |index: ComponentIndex| system.component(index).map(|component| component.kind);
    let computes = |index| matches!(kind(index), Some(AppServer | WebServer | Serverless | ScheduledJob));
    let stateful = |index: ComponentIndex| {
        let block = grouped.get(index.index()).and_then(|grouped| grouped.blocks.first());
        block.and_then(|&block| graph.row(block)).is_some_and(|row| row.stateful)
    };
    let better: BTreeSet<(ComponentIndex, ComponentIndex)> =
        lifted.iter().filter(|(_, found)| !found.best.hint).map(|((from, to, _), _)| (*from, *to)).collect();
    let forwards = |(number, grouped): (usize, &Grouped)| {
        let says_whom = grouped.blocks.iter().any(|&block| has_targets(graph, block));
        says_whom.then_some(ComponentIndex(number as u32))
    };
    let mut fronts: BTreeSet<ComponentIndex> = grouped.iter().enumerate().filter_map(forwards).collect();
    fronts.extend(better.iter().filter(|(_, to)| computes(*to)).map(|(front, _)| *front));
    lifted.retain(|(from, to, _), found| {
        if !found.best.hint {
            return true;
        }
        let known = better.contains(&(*from, *to)) || better.contains(&(*to, *from));
        let plausible = (computes(*from) && stateful(*to))
            || (kind(*from) == Some(LoadBalancer) && computes(*to) && !fronts.contains(from));
        !known && plausible
    });
}

/// Whether it leads to target groups of its own: they say whom it forwards to, whether or not the text shows who that is.
fn has_targets(graph: &Graph<'_>, start: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![Node { instance: start, port: PLAIN }];
    while let Some(node) = open.pop() {
        for edge in graph.edges_from(node).iter().filter(|edge| !edge.hint) {
            let Some(row) = graph.row(edge.to.instance) else { continue };
            if row.role() != Role::Glue || !seen.insert(edge.to) {
                continue;
            }
            if row.alternatives {
                return true;
            }
            open.push(edge.to);
        }
    }
    false
}
