//! The stages from instances to a system. Each is gone through again only for what read something that changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{Alternatives, Component, ComponentIndex, Dependency, System};
use foreshock_resources::{Instance, Resources, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::assembled::{self, Leaves, Numbered, Numbering};
use crate::assembly::{share_components, share_dependencies};
use crate::backups::Backups;
use crate::check::Context;
use crate::components::{self, Grouped};
use crate::contract::{self, Reached};
use crate::entries::{self, Door, Entry, Fronts};
use crate::graph::{self, Edge, Graph, Node, SaidEdge};
use crate::lookups;
use crate::matching::CalledBy;
use crate::names::{NameIndex, called_by};
use crate::reads::{Cell, Dirty, Each, Noted, Recorder};
use crate::relations::{self, Link, Relation};
use crate::skeleton::{Skeleton, are_alike};
use crate::{Assembled, Catalog, ResourceRole, Role, Violation, check, dependencies};

/// What each stage made, most of it by instance, with what it read for that.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    skeleton: Arc<Skeleton>,
    names: NameIndex,
    looked_up: Noted<lookups::Found>,
    relations: Each<Vec<Link>>,
    by_key: Noted<Vec<Link>>,
    related: Vec<Vec<Relation>>,
    hosts: Each<Vec<Arc<str>>>,
    called: CalledBy,
    ports: Vec<Arc<str>>,
    said: Each<Vec<SaidEdge>>,
    /// Who says something of the edges from a side, in order.
    sayers: FxHashMap<Node, Vec<usize>>,
    edges: FxHashMap<Node, Vec<Arc<Edge>>>,
    reached: Each<Vec<Reached>>,
    owners: Noted<BTreeMap<usize, usize>>,
    faces_users: Each<bool>,
    fronts: Noted<Fronts>,
    doors: Each<Vec<Door>>,
    entries: Vec<Entry>,
    grouped: Vec<Grouped>,
    members: Arc<Vec<Vec<usize>>>,
    component_of: Vec<Option<ComponentIndex>>,
    components: Each<Numbered>,
    numbering: Numbering,
    lifted: Noted<Lifted>,
    /// The components on which not the same depend as before.
    called_otherwise: FxHashSet<ComponentIndex>,
    declared: Option<Value>,
    backups: Noted<Backups>,
    violations: Each<Vec<Arc<Violation>>>,
    leaves: Each<Vec<Leaves>>,
    /// Whether something was numbered in a way that depends on everybody.
    is_for_once: bool,
}

/// The dependencies between components.
#[derive(Clone, Debug, Default, PartialEq)]
struct Lifted {
    dependencies: Vec<Arc<Dependency>>,
    alternatives: Vec<Alternatives>,
}

/// What changed in the course of the stages.
#[derive(Clone, Copy, Default)]
struct Changes {
    is_reached: bool,
    /// Which instances make up which component.
    is_grouped: bool,
    /// What stands behind ways in.
    is_entered: bool,
    is_component: bool,
    is_kind: bool,
    is_lifted: bool,
    is_violation: bool,
    is_leaving: bool,
}

impl Stages {
    /// Goes through all of them, to be kept. What is equal to what was there before is that.
    pub(crate) fn begin(
        resources: &Resources,
        catalog: &Catalog,
        before: Option<&Arc<Assembled>>,
    ) -> (Stages, Assembled) {
        let mut stages = Stages::default();
        let assembled = stages.all_anew(resources, catalog, Recorder::new(true), before);
        (stages, assembled)
    }

    /// Goes through all of them.
    pub(crate) fn assemble(mut self, resources: &Resources, catalog: &Catalog) -> Assembled {
        self.all_anew(resources, catalog, Recorder::default(), None)
    }

    fn all_anew(
        &mut self,
        resources: &Resources,
        catalog: &Catalog,
        recorder: Recorder,
        before: Option<&Arc<Assembled>>,
    ) -> Assembled {
        let skeleton = Arc::new(Skeleton::new(&resources.instances, catalog));
        let mut graph = Graph::new(resources, catalog, skeleton, recorder);
        graph.take_roles();
        graph.names = NameIndex::of(&resources.instances);
        graph.look_up();
        self.declared = Some(check::declared(&graph));
        let changes = self.go_through(&mut graph, Dirty::everything());
        if let Some(before) = before {
            self.share_components(&before.system.components);
            share_dependencies(&before.system.dependencies, &mut self.lifted.value.dependencies);
        }
        let assembled = self.finished(&graph, None, changes);
        self.take_back(graph);
        assembled
    }

    /// Goes on to another version; `None` where that has to be worked out from scratch.
    pub(crate) fn next(
        &mut self,
        before: &Resources,
        resources: &Resources,
        catalog: &Catalog,
        assembled: &Arc<Assembled>,
    ) -> Option<Arc<Assembled>> {
        let changed = changed(before, resources)?;
        if self.is_for_once {
            return None;
        }
        let mut graph = Graph::new(resources, catalog, self.skeleton.clone(), Recorder::new(true));
        self.lend_to(&mut graph);
        let mut dirty = Dirty::nothing();
        for &index in &changed {
            if graph.role_now(index) != graph.role(index) {
                return None;
            }
            dirty.add(Cell::instance(index));
            dirty.add(Cell::of_type(graph.skeleton.number_of_type(index)));
            rename(&mut graph, before.instances.get(index)?, index, &mut dirty);
        }
        if dirty.any(&graph.looked_up.reads) {
            let found = graph.looked_up.value.clone();
            graph.look_up();
            if graph.looked_up.value != found {
                return None;
            }
        }
        if self.declared.as_ref() != Some(&check::declared(&graph)) {
            return None;
        }
        let changes = self.go_through(&mut graph, dirty);
        let next = match changes.is_any() {
            true => Arc::new(self.finished(&graph, Some(assembled), changes)),
            false => assembled.clone(),
        };
        self.take_back(graph);
        if self.is_for_once { None } else { Some(next) }
    }

    fn lend_to(&mut self, graph: &mut Graph<'_>) {
        graph.names = std::mem::take(&mut self.names);
        graph.looked_up = std::mem::take(&mut self.looked_up);
        graph.related = std::mem::take(&mut self.related);
        graph.called = std::mem::take(&mut self.called);
        graph.ports = std::mem::take(&mut self.ports);
        graph.edges = std::mem::take(&mut self.edges);
    }

    fn take_back(&mut self, graph: Graph<'_>) {
        self.is_for_once = graph.has_wholes();
        self.skeleton = graph.skeleton;
        self.names = graph.names;
        self.looked_up = graph.looked_up;
        self.related = graph.related;
        self.called = graph.called;
        self.ports = graph.ports;
        self.edges = graph.edges;
    }

    fn go_through(&mut self, graph: &mut Graph<'_>, mut dirty: Dirty) -> Changes {
        let mut changes = Changes::default();
        self.relate(graph, &mut dirty);
        self.call(graph, &mut dirty);
        self.read_edges(graph, &mut dirty);
        changes.is_reached = self.reach(graph, &dirty);
        self.group(graph, &dirty, &mut changes);
        self.make_components(graph, &dirty, &mut changes);
        self.lift(graph, &dirty, &mut changes);
        self.check(graph, &mut dirty, &mut changes);
        changes.is_leaving = renew_each(graph, &dirty, &mut self.leaves, assembled::leaves);
        changes
    }

    /// Who refers to whom.
    fn relate(&mut self, graph: &mut Graph<'_>, dirty: &mut Dirty) {
        let each = renew_each(graph, dirty, &mut self.relations, |graph, index| graph.relations_of(index));
        let by_key = renew(&graph.recorder, dirty, &mut self.by_key, || graph.related_by_key());
        if !(each || by_key || dirty.is_everything()) {
            return;
        }
        let by_reference = self.relations.iter().flatten();
        let related = relations::sorted(graph.count(), by_reference, &self.by_key.value);
        for (index, (now, before)) in related.iter().zip(&graph.related).enumerate() {
            if now != before {
                dirty.add(Cell::related(index));
            }
        }
        graph.related = related;
    }

    /// Who is called by a host name.
    fn call(&mut self, graph: &mut Graph<'_>, dirty: &mut Dirty) {
        self.hosts.resize(graph.count());
        let mut is_other = dirty.is_everything();
        let mut touched: Vec<Arc<str>> = Vec::new();
        for index in self.hosts.dirty(dirty) {
            let now = graph.recorder.noted(|| graph.hosts_of(index));
            let known = self.hosts.get(index).filter(|known| **known != now.value);
            touched.extend(known.into_iter().flat_map(|known| now.value.iter().chain(known).cloned()));
            is_other |= self.hosts.replace(index, now);
        }
        if !is_other {
            return;
        }
        let called = CalledBy::new(self.hosts.iter().enumerate().map(|(index, hosts)| (index, &**hosts)));
        if called.is_empty() != graph.called.is_empty() {
            dirty.add(Cell::host(""));
        }
        touched.iter().for_each(|host| dirty.add(Cell::host(host)));
        graph.called = called;
    }

    /// What each instance says of edges, and the edges from each side.
    fn read_edges(&mut self, graph: &mut Graph<'_>, dirty: &mut Dirty) {
        self.said.resize(graph.count());
        let mut touched: FxHashSet<Node> = FxHashSet::default();
        for index in self.said.dirty(dirty) {
            let before = graph.recorder.begin();
            let value = graph.edges_of(index);
            let reads = graph.recorder.read_since(before);
            let known = self.said.get(index).filter(|known| !dirty.is_everything() && **known != value);
            if let Some(known) = known {
                touched.extend(value.iter().chain(known).map(|(from, _)| *from));
                for (from, _) in &value {
                    let sayers = self.sayers.entry(*from).or_default();
                    if let Err(at) = sayers.binary_search(&index) {
                        sayers.insert(at, index);
                    }
                }
            }
            self.said.replace(index, Noted { value, reads });
        }
        if dirty.is_everything() {
            self.merge_all(graph);
            return;
        }
        for node in touched {
            let sayers = self.sayers.get(&node).into_iter().flatten();
            let said = sayers.filter_map(|&index| self.said.get(index)).flatten();
            let of_node = said.filter(|(from, _)| *from == node).map(|(_, edge)| edge.clone());
            let edges = graph::merged(of_node.collect());
            if graph.edges.get(&node).is_none_or(|before| *before != edges) {
                dirty.add(Cell::edges(node.instance));
                graph.edges.insert(node, edges);
            }
        }
    }

    fn merge_all(&mut self, graph: &mut Graph<'_>) {
        let mut edges: FxHashMap<Node, Vec<Arc<Edge>>> = FxHashMap::default();
        for (index, said) in self.said.iter().enumerate() {
            for (from, edge) in said {
                edges.entry(*from).or_default().push(edge.clone());
                if graph.recorder.is_on() {
                    let sayers = self.sayers.entry(*from).or_default();
                    if sayers.last() != Some(&index) {
                        sayers.push(index);
                    }
                }
            }
        }
        for list in edges.values_mut().filter(|list| list.len() > 1) {
            *list = graph::merged(std::mem::take(list));
        }
        graph.edges = edges;
    }

    /// What each component instance depends on.
    fn reach(&mut self, graph: &Graph<'_>, dirty: &Dirty) -> bool {
        renew_each(graph, dirty, &mut self.reached, |graph, index| match graph.role(index) {
            Role::Component => contract::reached(graph, index),
            _ => Vec::new(),
        })
    }

    /// Which instances make up which component.
    fn group(&mut self, graph: &Graph<'_>, dirty: &Dirty, changes: &mut Changes) {
        let owners = renew(&graph.recorder, dirty, &mut self.owners, || components::owners(graph));
        let entries = self.enter(graph, dirty);
        if !(dirty.is_everything() || changes.is_reached || owners || entries) {
            return;
        }
        let grouped = components::group(graph, self.reached.values(), &self.owners.value, self.entries.clone());
        let is_other = grouped.len() != self.grouped.len()
            || grouped.iter().zip(&self.grouped).any(|(now, before)| !now.is_made_of_the_same(before));
        changes.is_grouped = dirty.is_everything() || is_other;
        changes.is_entered = changes.is_grouped || grouped != self.grouped;
        self.grouped = grouped;
        if !changes.is_grouped {
            return;
        }
        self.members = Arc::new(self.grouped.iter().map(Grouped::parts).collect());
        self.component_of = vec![None; graph.count()];
        for (number, members) in self.members.iter().enumerate() {
            for &member in members {
                if let Some(slot) = self.component_of.get_mut(member) {
                    *slot = Some(ComponentIndex(number as u32));
                }
            }
        }
    }

    /// Where users come in; whether that is another now.
    fn enter(&mut self, graph: &Graph<'_>, dirty: &Dirty) -> bool {
        let faces = renew_each(graph, dirty, &mut self.faces_users, entries::faces_users);
        let mut is_other = dirty.is_everything();
        if is_other || faces || dirty.any(&self.fronts.reads) {
            let own = self.faces_users.iter().enumerate().filter(|(_, faces)| **faces).map(|(index, _)| index);
            is_other |= self.fronts.replace_by(graph.recorder.noted(|| Fronts::new(graph, own)));
        }
        let (all, everything) = (is_other, Dirty::everything());
        let dirty = if all { &everything } else { dirty };
        let fronts = &self.fronts.value;
        is_other |= renew_each(graph, dirty, &mut self.doors, |graph, index| entries::doors(graph, index, fronts));
        if !is_other {
            return false;
        }
        let now = entries::entries(graph, self.doors.iter().flatten(), fronts);
        let is_other = now != self.entries;
        self.entries = now;
        is_other
    }

    fn make_components(&mut self, graph: &Graph<'_>, dirty: &Dirty, changes: &mut Changes) {
        if !changes.is_grouped && self.make_some_components(graph, dirty, changes) {
            return;
        }
        let before = self.arcs();
        let mut numbering = Numbering::default();
        let make = |grouped| graph.recorder.noted(|| assembled::component(graph, grouped, &mut numbering));
        self.components = Each::default();
        self.grouped.iter().map(make).for_each(|made| self.components.push(made));
        self.numbering = numbering;
        self.share_components(&before);
        changes.is_component = true;
        let kinds = |arcs: &[Arc<Component>]| arcs.iter().map(|component| component.kind).collect::<Vec<_>>();
        changes.is_kind |= kinds(&before) != kinds(&self.arcs());
    }

    fn lift(&mut self, graph: &Graph<'_>, dirty: &Dirty, changes: &mut Changes) {
        let is_other = changes.is_reached || changes.is_grouped || changes.is_entered || changes.is_kind;
        if !(is_other || dirty.any(&self.lifted.reads)) {
            return;
        }
        let mut system = System { components: self.arcs(), ..System::default() };
        let lifted = graph.recorder.noted(|| {
            dependencies::lift(graph, &self.grouped, self.reached.values(), &self.component_of, &mut system);
            let System { dependencies, alternatives, .. } = system;
            Lifted { dependencies, alternatives }
        });
        let Noted { value: mut now, reads } = lifted;
        share_dependencies(&self.lifted.value.dependencies, &mut now.dependencies);
        changes.is_lifted = now != self.lifted.value;
        self.called_otherwise = called_otherwise(&self.lifted.value.dependencies, &now.dependencies);
        self.lifted = Noted { value: now, reads };
    }

    /// Makes those again that read something that changed. Says whether all have the numbers of their zones and regions, which
    /// are given in the order in which they are named first.
    fn make_some_components(&mut self, graph: &Graph<'_>, dirty: &Dirty, changes: &mut Changes) -> bool {
        let numbering = &mut self.numbering;
        let mut made: Vec<(usize, Noted<Numbered>)> = Vec::new();
        let mut is_numbered = true;
        for number in self.components.dirty(dirty) {
            let (Some(grouped), Some(known)) = (self.grouped.get(number), self.components.get(number)) else {
                continue;
            };
            let now = graph.recorder.noted(|| assembled::component(graph, grouped, numbering));
            is_numbered &= known.zones == now.value.zones && known.region == now.value.region;
            made.push((number, now));
        }
        if !is_numbered && self.numbered_with(graph, &made) != self.numbering {
            return false;
        }
        for (number, Noted { value: now, reads }) in made {
            self.components.set_reads(number, &reads);
            let Some(known) = self.components.get_mut(number) else { continue };
            let is_other = known.component != now.component;
            changes.is_component |= is_other;
            changes.is_kind |= known.component.kind != now.component.kind;
            let component = if is_other { now.component } else { known.component.clone() };
            *known = Numbered { component, ..now };
        }
        true
    }

    /// The numbers that zones and regions have where these components are in place of those from before.
    fn numbered_with(&self, graph: &Graph<'_>, made: &[(usize, Noted<Numbered>)]) -> Numbering {
        let mut numbering = Numbering::default();
        let mut made = made.iter().peekable();
        for (number, known) in self.components.iter().enumerate() {
            let now = made.next_if(|(of, _)| *of == number).map_or(known, |(_, now)| &now.value);
            for zone in &now.zones {
                numbering.zone(zone, &graph.catalog.figures);
            }
            if let Some(region) = &now.region {
                numbering.region(region);
            }
        }
        numbering
    }

    fn share_components(&mut self, before: &[Arc<Component>]) {
        let mut arcs = self.arcs();
        share_components(before, &mut arcs);
        for (known, arc) in self.components.iter_mut().zip(arcs) {
            known.component = arc;
        }
    }

    fn arcs(&self) -> Vec<Arc<Component>> {
        self.components.iter().map(|known| known.component.clone()).collect()
    }

    /// What is wrong with each instance.
    fn check(&mut self, graph: &Graph<'_>, dirty: &mut Dirty, changes: &mut Changes) {
        if renew(&graph.recorder, dirty, &mut self.backups, || Backups::of(graph)) {
            dirty.add(Cell::BACKED_UP);
        }
        let Some(declared) = &self.declared else { return };
        let dependencies = &self.lifted.value.dependencies;
        let context = Context::new(declared, &self.backups.value, dependencies, &self.members, &self.component_of);
        self.violations.resize(graph.count());
        let mut again = match changes.is_grouped {
            true => (0..graph.count()).collect(),
            false => self.violations.dirty(dirty),
        };
        if changes.is_lifted && !changes.is_grouped {
            let called = self.called_otherwise.iter().filter_map(|component| self.members.get(component.index()));
            let asking = called.flatten().copied().filter(|&index| {
                // A part of two components is told by the one that it is numbered with.
                let component = self.component_of.get(index).copied().flatten();
                component.is_some_and(|component| self.called_otherwise.contains(&component))
                    && graph.row(index).is_some_and(check::reads_callers)
            });
            again.extend(asking);
            again.sort_unstable();
            again.dedup();
        }
        for index in again {
            let now = graph.recorder.noted(|| check::violations_of(graph, index, &context));
            changes.is_violation |= self.violations.replace(index, now);
        }
    }

    /// Puts together what the stages made; what did not change is what it was before.
    fn finished(&self, graph: &Graph<'_>, before: Option<&Arc<Assembled>>, changes: Changes) -> Assembled {
        let system = System {
            components: self.arcs(),
            dependencies: self.lifted.value.dependencies.clone(),
            alternatives: self.lifted.value.alternatives.clone(),
            zones: self.numbering.zones.clone(),
            regions: self.numbering.regions.clone(),
            ..System::default()
        };
        let before = before.filter(|_| !changes.is_grouped);
        let (resources, members) = match before {
            Some(before) => (before.resources.clone(), before.members.clone()),
            None => (Arc::new(self.roles(graph)), self.members.clone()),
        };
        let violations = match before.filter(|_| !changes.is_violation) {
            Some(before) => before.violations.clone(),
            None => check::by_block(graph, self.violations.iter()),
        };
        let egress = match before.filter(|_| !changes.is_leaving) {
            Some(before) => before.egress.clone(),
            None => {
                let leaves = self.leaves.iter().flatten();
                assembled::egress(graph, &self.component_of, leaves)
            }
        };
        Assembled { system, resources, members, egress, violations }
    }

    fn roles(&self, graph: &Graph<'_>) -> Vec<ResourceRole> {
        let role = |(index, instance): (usize, &Arc<Instance>)| ResourceRole {
            address: instance.address.clone(),
            type_name: graph.skeleton.type_of(index).map_or_else(|| "".into(), |one| one.name.clone()),
            role: graph.role(index),
            component: self.component_of.get(index).copied().flatten(),
        };
        graph.resources.instances.iter().enumerate().map(role).collect()
    }
}

impl Changes {
    fn is_any(self) -> bool {
        self.is_grouped || self.is_component || self.is_lifted || self.is_violation || self.is_leaving
    }
}

/// The instances that are others in the second version; `None` where it does not have the same ones.
fn changed(before: &Resources, now: &Resources) -> Option<Vec<usize>> {
    if before.instances.len() != now.instances.len() {
        return None;
    }
    let mut changed = Vec::new();
    for (index, (before, now)) in before.instances.iter().zip(&now.instances).enumerate() {
        if Arc::ptr_eq(before, now) || before == now {
            continue;
        }
        if !are_alike(before, now) {
            return None;
        }
        changed.push(index);
    }
    Some(changed)
}

/// The components on which not the same depend in two sorted lists.
fn called_otherwise(before: &[Arc<Dependency>], now: &[Arc<Dependency>]) -> FxHashSet<ComponentIndex> {
    let mut found = FxHashSet::default();
    let ends = |dependency: &Arc<Dependency>| (dependency.from, dependency.to);
    let (mut before, mut now) = (before.iter().map(ends).peekable(), now.iter().map(ends).peekable());
    loop {
        let next = match (before.peek(), now.peek()) {
            (None, None) => return found,
            (Some(one), Some(other)) if one == other => {
                before.next();
                now.next();
                continue;
            }
            (Some(one), Some(other)) if one < other => before.next(),
            (Some(_), None) => before.next(),
            _ => now.next(),
        };
        found.extend(next.map(|(_, to)| to));
    }
}

/// Takes the name that an instance has now.
fn rename(graph: &mut Graph<'_>, before: &Instance, index: usize, dirty: &mut Dirty) {
    let Some(now) = graph.resources.instances.get(index) else { return };
    let (before, now) = (called_by(before), called_by(now));
    if before == now {
        return;
    }
    let was_empty = graph.names.is_empty();
    graph.names.rename(index, before, now);
    before.into_iter().chain(now).for_each(|name| dirty.add(Cell::name(name)));
    if was_empty != graph.names.is_empty() {
        dirty.add(Cell::name(""));
    }
}

/// Works out again what read something that changed; whether it is another now.
fn renew<T: PartialEq>(recorder: &Recorder, dirty: &Dirty, known: &mut Noted<T>, work: impl FnOnce() -> T) -> bool {
    dirty.any(&known.reads) && known.replace_by(recorder.noted(work))
}

/// The same for each instance; whether any is another now.
fn renew_each<T: PartialEq + Default>(
    graph: &Graph<'_>,
    dirty: &Dirty,
    known: &mut Each<T>,
    work: impl Fn(&Graph<'_>, usize) -> T,
) -> bool {
    known.resize(graph.count());
    let mut is_other = false;
    for index in known.dirty(dirty) {
        is_other |= known.replace(index, graph.recorder.noted(|| work(graph, index)));
    }
    is_other
}
