//! Components of the base that are no more, and who needed them: those count as without them, so that nothing is gained by
//! taking away what somebody needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_catalog::Role;
use foreshock_engine::EntryReason;
use foreshock_model::{
    Component, ComponentId, ComponentIndex, ComponentKind, Dependency, DependencyIndex, DependencyKind, Domain,
    DomainIndex, Figure, Known, Layer, Probability, Recovery, Reliability, Source, System, ZoneIndex,
};
use foreshock_resources::{BlockPlace, Body, Instance, Kind, Mode, Value};
use foreshock_text::Place;
use rustc_hash::FxHashSet;

use crate::change::comparison::leaves_open;
use crate::change::units;
use crate::{ProblemCode, Stack};

/// Sorts behind every id that anybody writes: nothing that is there gets another number.
const BEHIND_ALL: &str = "\u{10ffff}";

/// Attributes by which the provider itself knows a resource.
pub(crate) const IDENTITIES: [&str; 9] = [
    "bucket",
    "cluster_id",
    "cluster_identifier",
    "domain_name",
    "family",
    "function_name",
    "identifier",
    "name",
    "replication_group_id",
];

/// What of the base is no more.
pub(crate) struct Gone {
    pub(crate) components: Vec<GoneComponent>,
    /// Ways that lead nowhere now although both ends are there.
    pub(crate) cuts: Vec<Cut>,
    /// Entry points of the base that are no more, and that nothing new takes the place of.
    pub(crate) entries: Vec<ComponentIndex>,
    /// What stands under another address now, without a `moved` block.
    successors: BTreeMap<String, String>,
}

/// A component that is no more.
pub(crate) struct GoneComponent {
    /// In the system of the base.
    pub(crate) index: ComponentIndex,
    /// What needed it, is still there and has nothing in its place: the dependency of the base, and who that is now.
    pub(crate) losers: Vec<(DependencyIndex, ComponentIndex)>,
    /// A `removed` block lets go of it: it goes on running.
    pub(crate) runs_on: bool,
    /// Its block is still there, but makes no component of that name any more: it is not deleted.
    pub(crate) is_declared: bool,
    /// The file that had it can't be read now: nobody knows whether it is gone.
    pub(crate) is_in_doubt: bool,
    /// Somebody who is still there is without it, be it that what stood in between is gone, too.
    pub(crate) is_missed: bool,
    /// What needed it and is gone as well.
    pub(crate) users: Vec<ComponentIndex>,
}

/// A way on which users came, and that leads nowhere now: a piece is gone that can't fail by itself (a listener, a rule, an
/// attachment), or whoever led on is still there with nothing of the sort behind it.
pub(crate) struct Cut {
    /// The dependency of the base that led through it.
    pub(crate) number: DependencyIndex,
    /// Who does not lead on any more, as it is now.
    pub(crate) from: ComponentIndex,
    /// The piece that is gone, in the resources of the base; `None` where no block is gone.
    pub(crate) piece: Option<usize>,
}

impl GoneComponent {
    /// Whether it counts as it was.
    pub(crate) fn goes_on(&self) -> bool {
        self.runs_on || self.is_in_doubt
    }
}

impl Gone {
    /// `by_configuration`: whether the same configuration under another address is the same thing. A plan knows better.
    pub(crate) fn of(before: &Stack, now: &Stack, by_configuration: bool) -> Gone {
        let mut gone =
            Gone { components: Vec::new(), cuts: Vec::new(), entries: Vec::new(), successors: BTreeMap::new() };
        let addresses: FxHashSet<&str> =
            now.resources().into_iter().flat_map(|all| &all.instances).map(|instance| &*instance.address).collect();
        let is_there = |instance: &Instance| addresses.contains(now.name_now(&instance.address).as_str());
        let missing = before.system().iter().filter(|(index, component)| {
            gone.find(now, component.id.as_str()).is_none()
                && !declaring(before, *index).any(is_there)
                && !units::is_elsewhere(before, now, &before.module_of(*index))
        });
        let mut missing: Vec<ComponentIndex> = missing.map(|(index, _)| index).collect();
        let pieces = pieces(before, &|piece| is_there(piece) || units::is_elsewhere(before, now, &piece.module));
        if by_configuration {
            gone.successors = successors(before, now, &missing);
            missing.retain(|index| !gone.successors.contains_key(&before.id_of(*index)));
        }
        let mut reach = Reach { before: before.system(), now: now.system(), known: BTreeMap::new() };
        gone.components = gone.with_losers(before, now, missing, &mut reach);
        for one in &mut gone.components {
            one.is_declared = before
                .system()
                .component(one.index)
                .is_some_and(|c| addresses.contains(now.name_now(c.id.as_str()).as_str()));
        }
        gone.cuts = gone.with_cuts(before, now, &pieces, &mut reach);
        let detached = gone.detached(before, now, &mut reach);
        gone.cuts.extend(detached);
        gone.entries = gone.lost_entries(before, now);
        gone
    }

    /// The ways in of which one of these pieces is gone, and which lead nowhere in its place.
    fn with_cuts(&self, before: &Stack, now: &Stack, pieces: &[usize], reach: &mut Reach<'_>) -> Vec<Cut> {
        let old = before.system();
        let here = |index: ComponentIndex| self.find(now, &before.id_of(index));
        let instances = before.resources().map_or(&[][..], |resources| &resources.instances);
        let mut cuts = Vec::new();
        for (number, dependency) in (0u32..).map(DependencyIndex).zip(&old.dependencies) {
            let leads_in = old.component(dependency.from).is_some_and(|from| from.kind.is_user_facing());
            if pieces.is_empty() || !leads_in || !counts(dependency) {
                continue;
            }
            let through = |piece: &&usize| {
                let block = instances.get(**piece).map(|instance| &instance.block);
                let is_in =
                    |block: &BlockPlace, place: &Place| block.file == place.file && block.span.contains(place.span);
                block.is_some_and(|block| dependency.evidence.iter().any(|evidence| is_in(block, &evidence.place)))
            };
            let Some(piece) = pieces.iter().find(through) else { continue };
            let (Some(from), Some(to)) = (here(dependency.from), here(dependency.to)) else { continue };
            let still_leads = now.system().dependencies.iter().any(|other| other.from == from && other.to == to);
            if !still_leads && !reach.has_another(dependency, from, &here) {
                cuts.push(Cut { number, from, piece: Some(*piece) });
            }
        }
        cuts
    }

    /// The ways in that lead to nothing of the sort any more although both ends are still there.
    fn detached(&self, before: &Stack, now: &Stack, reach: &mut Reach<'_>) -> Vec<Cut> {
        // What can't be read, or what a plan leaves open, may lead there all the same.
        let is_unread = now.problems.iter().any(|one| matches!(one.code, ProblemCode::Syntax | ProblemCode::Schema));
        let is_open = is_unread
            || now.is_record()
                && before.system().iter().any(|(index, _)| leaves_open(&before.id_of(index), before, now));
        if is_open {
            return Vec::new();
        }
        let old = before.system();
        let here = |index: ComponentIndex| self.find(now, &before.id_of(index));
        let mut cuts: Vec<Cut> = Vec::new();
        for (number, dependency) in (0u32..).map(DependencyIndex).zip(&old.dependencies) {
            let leads_in = old.component(dependency.from).is_some_and(|from| from.kind.is_user_facing());
            let is_needed = counts(dependency) && dependency.kind == DependencyKind::Requires;
            if !leads_in || !is_needed || self.cuts.iter().any(|cut| cut.number == number) {
                continue;
            }
            let (Some(from), Some(to)) = (here(dependency.from), here(dependency.to)) else { continue };
            if !reach.has_any(dependency, from, to) {
                cuts.push(Cut { number, from, piece: None });
            }
        }
        cuts
    }

    /// Entry points of the base that are deleted while nothing new is one.
    fn lost_entries(&self, before: &Stack, now: &Stack) -> Vec<ComponentIndex> {
        let basis = &before.assessment.basis;
        let gone = |index: ComponentIndex| {
            let at = self.components.binary_search_by_key(&index, |gone| gone.index).ok();
            at.and_then(|at| self.components.get(at)).is_some_and(|gone| !gone.goes_on())
        };
        let lost: Vec<ComponentIndex> =
            basis.entries.iter().map(|entry| entry.component).filter(|index| gone(*index)).collect();
        if lost.is_empty() {
            return lost;
        }
        let old: BTreeSet<ComponentIndex> =
            before.system().iter().filter_map(|(index, _)| self.find(now, &before.id_of(index))).collect();
        match now.assessment.basis.entries.iter().all(|entry| old.contains(&entry.component)) {
            true => lost,
            false => Vec::new(),
        }
    }

    /// Whether users reached the system through a component that is no more.
    pub(crate) fn was_way_in(&self, before: &Stack, index: ComponentIndex) -> bool {
        use ComponentKind::{AppServer, Serverless, WebServer};
        let entries = &before.assessment.basis.entries;
        let Some(entry) = entries.iter().find(|entry| entry.component == index) else { return false };
        // What only nobody calls is one where there is no other left.
        let serves = || {
            let kind = before.system().component(index).map(|component| component.kind);
            matches!(kind, Some(AppServer | WebServer | Serverless))
        };
        entry.reason != EntryReason::Source
            || serves() && entries.iter().all(|entry| self.entries.contains(&entry.component))
    }

    /// Whether a component of the base stands under another address now, and no `moved` block says so.
    pub(crate) fn is_renamed(&self, before: &str) -> bool {
        self.successors.contains_key(before)
    }

    /// What a component of the base is now.
    pub(crate) fn find(&self, now: &Stack, before: &str) -> Option<ComponentIndex> {
        let moved = now.system().find(&now.name_now(before));
        moved.or_else(|| now.system().find(self.successors.get(before)?))
    }

    fn with_losers(
        &self,
        before: &Stack,
        now: &Stack,
        missing: Vec<ComponentIndex>,
        reach: &mut Reach<'_>,
    ) -> Vec<GoneComponent> {
        let old = before.system();
        let here: Vec<Option<ComponentIndex>> =
            old.components.iter().map(|component| self.find(now, component.id.as_str())).collect();
        let here = |index: ComponentIndex| here.get(index.index()).copied().flatten();
        let mut found: Vec<GoneComponent> = missing
            .into_iter()
            .map(|index| GoneComponent {
                index,
                losers: Vec::new(),
                runs_on: runs_on(before, now, index),
                is_declared: false,
                is_in_doubt: is_in_doubt(before, now, index),
                is_missed: false,
                users: Vec::new(),
            })
            .collect();
        for (number, dependency) in (0u32..).map(DependencyIndex).zip(&old.dependencies) {
            let Ok(at) = found.binary_search_by_key(&dependency.to, |gone| gone.index) else { continue };
            let (Some(from), true) = (here(dependency.from), counts(dependency)) else { continue };
            let others_do = old.alternatives.iter().any(|group| {
                let left = group.members.iter().filter_map(|member| here(old.dependencies.get(member.index())?.to));
                let still = left.filter(|to| reach.now.dependencies.iter().any(|d| d.from == from && d.to == *to));
                group.members.contains(&number) && still.count() >= group.required as usize
            });
            if !others_do
                && !reach.has_another(dependency, from, &here)
                && let Some(gone) = found.get_mut(at)
            {
                gone.losers.push((number, from));
                gone.is_missed = true;
            }
        }
        // What stood between them and who misses it may be gone, too.
        for _ in 0..found.len() {
            let mut is_settled = true;
            for dependency in old.dependencies.iter().filter(|dependency| counts(dependency)) {
                let at = |index: ComponentIndex| found.binary_search_by_key(&index, |gone: &GoneComponent| gone.index);
                let (Ok(user), Ok(used)) = (at(dependency.from), at(dependency.to)) else { continue };
                let is_missed = found.get(user).is_some_and(|user| user.is_missed);
                let Some(used) = found.get_mut(used) else { continue };
                if !used.users.contains(&dependency.from) {
                    used.users.push(dependency.from);
                }
                if is_missed && !used.is_missed {
                    used.is_missed = true;
                    is_settled = false;
                }
            }
            if is_settled {
                break;
            }
        }
        found
    }

    /// Whether somebody needs what nobody manages any more.
    pub(crate) fn has_forgotten(&self) -> bool {
        self.components.iter().any(|gone| gone.goes_on() && !gone.losers.is_empty())
    }

    /// Whether somebody who is still there counts as without something.
    pub(crate) fn has_losers(&self) -> bool {
        !self.cuts.is_empty() || self.components.iter().any(|gone| !gone.losers.is_empty())
    }

    /// The system of now in which whoever needed something that is gone is without it; `None` where nobody is. `here` is what a
    /// component of the base is now.
    pub(crate) fn without(
        &self,
        before: &System,
        now: &System,
        here: &dyn Fn(ComponentIndex) -> Option<ComponentIndex>,
    ) -> Option<System> {
        if !self.has_losers() {
            return None;
        }
        let mut system = now.clone();
        let mut dependencies: Vec<(Arc<Dependency>, Option<u32>)> =
            (0u32..).zip(std::mem::take(&mut system.dependencies)).map(|(number, one)| (one, Some(number))).collect();
        for gone in self.components.iter().filter(|gone| !gone.losers.is_empty()) {
            let Some(component) = before.component(gone.index) else { continue };
            let to = ComponentIndex(system.components.len() as u32);
            let stand_in = match gone.goes_on() {
                true => as_it_was(component, before, &mut system),
                false => never_up(component),
            };
            system.components.push(Arc::new(stand_in));
            if gone.goes_on() {
                let own = before.dependencies.iter().filter(|dependency| dependency.from == gone.index);
                let own = own.filter_map(|dependency| Some((dependency, here(dependency.to)?)));
                dependencies.extend(own.map(|(dependency, there)| {
                    let moved =
                        Dependency { from: to, to: there, evidence: Vec::new(), ..Dependency::clone(dependency) };
                    (Arc::new(moved), None)
                }));
            }
            for (number, from) in &gone.losers {
                if let Some(dependency) = before.dependencies.get(number.index()) {
                    let lost = Dependency { from: *from, to, evidence: Vec::new(), ..Dependency::clone(dependency) };
                    dependencies.push((Arc::new(lost), None));
                }
            }
        }
        for cut in &self.cuts {
            let Some(dependency) = before.dependencies.get(cut.number.index()) else { continue };
            let Some(component) = before.component(dependency.to) else { continue };
            let to = ComponentIndex(system.components.len() as u32);
            system.components.push(Arc::new(never_up(component)));
            let lost = Dependency { from: cut.from, to, evidence: Vec::new(), ..Dependency::clone(dependency) };
            dependencies.push((Arc::new(lost), None));
        }
        dependencies.sort_by_key(|(dependency, number)| (dependency.from, dependency.to, number.is_none()));
        let mut places: BTreeMap<u32, DependencyIndex> = BTreeMap::new();
        for (at, (_, number)) in (0u32..).map(DependencyIndex).zip(&dependencies) {
            places.extend(number.map(|number| (number, at)));
        }
        for group in &mut system.alternatives {
            for member in &mut group.members {
                *member = places.get(&member.0).copied().unwrap_or(*member);
            }
        }
        system.dependencies = dependencies.into_iter().map(|(dependency, _)| dependency).collect();
        Some(system)
    }
}

/// Whether a dependency counts for what runs: guesses, and what is only for changes, do not.
fn counts(dependency: &Dependency) -> bool {
    dependency.counts() && dependency.from != dependency.to
}

/// A component that is never up.
fn never_up(component: &Component) -> Component {
    let mut never = stand_in(component);
    take_down(&mut never, "it is no more");
    never.domains = Vec::new();
    never
}

/// Makes of a component one that is never up.
pub(crate) fn take_down(component: &mut Component, why: &str) {
    let figure = Figure {
        unavailability: Probability::ONE,
        layer: Layer::Hardware,
        mttr: None,
        planned: Vec::new(),
        source: Source::ProviderDefault(Arc::from(why)),
    };
    component.reliability = Reliability { whole: Some(figure), ..Reliability::default() };
    (component.redundancy.instances, component.redundancy.required) = (Known::Known(1), 1);
    component.redundancy.zones = Known::Known(Vec::new());
}

/// A component that goes on as it was, in the zones and domains of another system.
fn as_it_was(component: &Component, before: &System, system: &mut System) -> Component {
    let mut it = stand_in(component);
    if let Known::Known(zones) = &mut it.redundancy.zones {
        for zone in zones {
            *zone = ZoneIndex(place_in(&mut system.zones, before.zones.get(zone.index())));
        }
    }
    for domain in &mut it.domains {
        *domain = DomainIndex(place_in(&mut system.domains, before.domains.get(domain.index())));
    }
    it
}

/// Where a zone or domain is in another table; it is added where it is not there.
fn place_in(table: &mut Vec<Domain>, wanted: Option<&Domain>) -> u32 {
    let Some(wanted) = wanted else { return 0 };
    let at = table.iter().position(|known| known.name == wanted.name).unwrap_or_else(|| {
        table.push(wanted.clone());
        table.len() - 1
    });
    at as u32
}

/// A component without its place in the text, and without what counts others.
fn stand_in(component: &Component) -> Component {
    Component {
        id: ComponentId::new(format!("{BEHIND_ALL}{}", component.id)),
        recovery: Recovery::default(),
        region: None,
        agent: None,
        entry: None,
        place: None,
        extent: None,
        ..component.clone()
    }
}

/// The instances of the base that are no more, are no component and join some.
fn pieces(before: &Stack, is_there: &dyn Fn(&Instance) -> bool) -> Vec<usize> {
    let (Some(assembled), Some(resources)) = (before.assembled(), before.resources()) else { return Vec::new() };
    let glue = resources.instances.iter().zip(assembled.resources.iter()).enumerate();
    let gone = glue.filter(|(_, (instance, role))| {
        role.role == Role::Glue && instance.mode == Mode::Managed && !is_there(instance)
    });
    gone.map(|(number, _)| number).collect()
}

fn is_in_doubt(before: &Stack, now: &Stack, index: ComponentIndex) -> bool {
    let place = before.system().component(index).and_then(|component| component.place.as_ref());
    let is_unread = |file: &foreshock_text::FilePath| {
        now.problems
            .iter()
            .any(|problem| matches!(problem.code, ProblemCode::Syntax | ProblemCode::Schema) && problem.file == *file)
    };
    place.is_some_and(|place| is_unread(&place.file))
}

fn runs_on(before: &Stack, now: &Stack, index: ComponentIndex) -> bool {
    let Some(module) = now.terraform() else { return false };
    let removed = declaring(before, index).next().and_then(|instance| module.resolved.moves.removed(&instance.address));
    removed.is_some_and(|removed| !removed.destroys)
}

/// The instances of the block that declares a component.
pub(crate) fn declaring(stack: &Stack, index: ComponentIndex) -> impl Iterator<Item = &Instance> {
    let members = stack.assembled().and_then(|assembled| assembled.members.get(index.index()));
    let instances = stack.resources().map_or(&[][..], |resources| &resources.instances);
    let all = members.into_iter().flatten().filter_map(move |&member| instances.get(member)).map(Arc::as_ref);
    let first = stack.declaring_instance(index).map(|instance| instance.resource.clone());
    all.filter(move |instance| first.as_ref() == Some(&instance.resource))
}

/// Whom components reach on both sides.
struct Reach<'s> {
    before: &'s System,
    now: &'s System,
    /// Of each component of now that somebody asked for, whom it reaches and did not.
    known: BTreeMap<ComponentIndex, Vec<ComponentIndex>>,
}

impl Reach<'_> {
    /// Whether who needed something reaches something new that does the same.
    fn has_another(
        &mut self,
        dependency: &Dependency,
        from: ComponentIndex,
        here: &dyn Fn(ComponentIndex) -> Option<ComponentIndex>,
    ) -> bool {
        let (before, now) = (self.before, self.now);
        let new = self.known.entry(from).or_insert_with(|| {
            let old: BTreeSet<ComponentIndex> = reached(before, dependency.from).into_iter().filter_map(here).collect();
            reached(now, from).into_iter().filter(|to| !old.contains(to)).collect()
        });
        let Some(lost) = before.component(dependency.to) else { return false };
        let does_the_same = |to: &ComponentIndex| {
            now.component(*to)
                .is_some_and(|other| role(other.kind) == role(lost.kind) || other.kind == ComponentKind::Custom)
        };
        new.iter().any(does_the_same)
    }
}

impl Reach<'_> {
    /// Whether who led to something still reaches it, something that does the same, or anything else that serves.
    fn has_any(&self, dependency: &Dependency, from: ComponentIndex, to: ComponentIndex) -> bool {
        let Some(lost) = self.before.component(dependency.to) else { return true };
        // A sign-in, a key or a log that goes is not what users come for.
        if lost.kind.is_supporting() && lost.kind != ComponentKind::Storage {
            return true;
        }
        reached(self.now, from).into_iter().any(|other| {
            let kind = self.now.component(other).map(|component| component.kind);
            other == to || kind.is_some_and(|kind| role(kind) == role(lost.kind) || !kind.is_supporting())
        })
    }
}

fn reached(system: &System, from: ComponentIndex) -> BTreeSet<ComponentIndex> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        let start = system.dependencies.partition_point(|dependency| dependency.from < next);
        let own = system.dependencies.get(start..).unwrap_or_default();
        for dependency in own.iter().take_while(|dependency| dependency.from == next) {
            if dependency.counts() && reached.insert(dependency.to) {
                open.push(dependency.to);
            }
        }
    }
    reached
}

/// What may stand in for each other.
fn role(kind: ComponentKind) -> u8 {
    use ComponentKind::{
        ApiGateway, AppServer, Cache, Cdn, Database, LoadBalancer, Queue, ScheduledJob, Serverless, Storage, WebServer,
    };
    match kind {
        Database | Storage | Cache => 0,
        AppServer | WebServer | Serverless | ScheduledJob => 1,
        LoadBalancer | Cdn | ApiGateway => 2,
        Queue => 3,
        other => 10 + other as u8,
    }
}

/// What stands under another address with the same configuration, each once.
fn successors(before: &Stack, now: &Stack, missing: &[ComponentIndex]) -> BTreeMap<String, String> {
    let known: BTreeSet<String> = before.system().components.iter().map(|c| now.name_now(c.id.as_str())).collect();
    let mut free: Vec<(String, &Instance)> = now
        .system()
        .iter()
        .filter(|(_, component)| !known.contains(component.id.as_str()))
        .filter_map(|(index, component)| Some((component.id.to_string(), now.declaring_instance(index)?)))
        .collect();
    let mut found = BTreeMap::new();
    for index in missing {
        let Some(old) = before.declaring_instance(*index) else { continue };
        let is_it = |(_, new): &(String, &Instance)| new.type_name == old.type_name && is_same(old, new);
        if let Some(at) = free.iter().position(is_it) {
            found.insert(before.id_of(*index), free.remove(at).0);
        }
    }
    found
}

fn is_same(old: &Instance, new: &Instance) -> bool {
    // Other keys of the same block, or the same name for the provider, or the same text.
    old.resource == new.resource || has_same_name(&old.body, &new.body) || {
        !old.body.attributes.is_empty() && has_same_text(&old.body, &new.body)
    }
}

fn has_same_name(old: &Body, new: &Body) -> bool {
    let named = |body: &Body| {
        let of = |name: &str| body.attributes.get(name).map(|attribute| attribute.value.kind.clone());
        IDENTITIES.iter().find_map(|name| of(name).filter(|kind| matches!(kind, Kind::String(_))))
    };
    named(old).is_some_and(|name| named(new) == Some(name))
}

fn has_same_text(old: &Body, new: &Body) -> bool {
    let attributes = old.attributes.len() == new.attributes.len()
        && old.attributes.iter().all(|(name, attribute)| {
            new.attributes.get(name).is_some_and(|other| is_same_value(&attribute.value, &other.value))
        });
    attributes
        && old.blocks.len() == new.blocks.len()
        && old.blocks.iter().zip(&new.blocks).all(|(one, other)| {
            one.kind == other.kind && one.labels == other.labels && has_same_text(&one.body, &other.body)
        })
}

fn is_same_value(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Unknown(_), Kind::Unknown(_)) => true,
        (Kind::List(one), Kind::List(other)) | (Kind::Set(one), Kind::Set(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| is_same_value(one, other))
        }
        (Kind::Map(one), Kind::Map(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| is_same_value(value, other)))
        }
        (one, other) => one == other,
    }
}
