//! The whole file: top level, ids, and the parts put together.

use std::sync::Arc;

use foreshock_catalog::Defaults;
use foreshock_model::{ComponentIndex, Objective, System};
use foreshock_syntax::yaml::{NodeId, Pair, Tree, Value};
use foreshock_text::{FilePath, Place};

use crate::component::{self, Context};
use crate::groups::{self, Groups};
use crate::problem::{Problem, ProblemKind};
use crate::recognise::body;
use crate::schema::TOP;
use crate::section::{Report, Section, found};
use crate::shared::Shared;
use crate::suggest::Ids;
use crate::{dependency, objective};

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Infra {
    /// The system; `System::check` finds nothing.
    pub system: System,
    /// Where each component of the system is declared, in their order.
    pub declarations: Vec<Declaration>,
}

/// Where a component is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Its mapping in the tree.
    pub node: NodeId,
    /// Its `id` with the key.
    pub id: Place,
    /// All of its mapping.
    pub extent: Place,
}

/// More problems than this are only counted: nobody reads them.
const MOST_PROBLEMS: usize = 1000;

/// Reads the first document of a tree. Any tree gives a system; the problems are in the order of the text.
pub fn read(tree: &Tree, file: &FilePath) -> (Infra, Vec<Problem>) {
    let mut report = Report::new(file.clone());
    let mut documents = tree.documents();
    let mut infra = Infra::default();
    match documents.next().filter(|root| !root.is_null()) {
        None => report.tell(Default::default(), ProblemKind::NoComponents),
        Some(root) => {
            infra = read_root(root, &mut report).unwrap_or_default();
            if let Some(second) = documents.next() {
                report.tell(second.span(), ProblemKind::SecondDocument);
            }
        }
    }
    (infra, told(report.problems))
}

fn told(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|one, other| one.place.cmp(&other.place));
    problems.dedup();
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    if more > 0 {
        problems.truncate(MOST_PROBLEMS);
        if let Some(place) = problems.last().map(|last| last.place.clone()) {
            problems.push(Problem { place, kind: ProblemKind::More { count: more } });
        }
    }
    problems
}

fn read_root(root: Value<'_>, report: &mut Report) -> Option<Infra> {
    let root = body(root);
    let mut top = Section::of(report, root, &TOP, "")?;
    top.accept_extensions();
    let defaults = Defaults::bundled();
    let mut shared = Shared::read(&mut top, report, defaults);
    let declared = declared(&mut top, root, report);
    let ids = Ids::new(declared.iter().map(|declared| declared.id.clone()).collect());

    let mut infra = Infra::default();
    let mut timeouts = Vec::new();
    let mut objectives: Vec<Objective> = Vec::new();
    let mut targets = Vec::new();
    let mut grounded = Vec::new();
    for (number, declared) in declared.iter().enumerate() {
        let index = ComponentIndex(number as u32);
        let mut context = Context { report, ids: &ids, shared: &mut shared, defaults, index };
        let read = component::read(declared, &mut context);
        infra.system.components.push(Arc::new(read.component));
        infra.declarations.push(declared.declaration.clone());
        timeouts.push(read.timeout);
        objectives.extend(read.objectives);
        targets.extend(read.target);
        grounded.extend(read.needs_grounding.then_some(index));
    }
    let mut groups = Groups::default();
    let mut dependencies = dependency::read_all(&mut top, report, &ids, &timeouts, &mut groups);
    dependencies.sort_by_key(|read| (read.dependency.from, read.dependency.to));
    infra.system.alternatives = groups::close(groups, &mut dependencies, report);
    infra.system.dependencies = dependencies.into_iter().map(|read| Arc::new(read.dependency)).collect();
    for index in grounded {
        crate::agent::ground_in_dependencies(&mut infra.system, index, defaults);
    }
    objectives.splice(0..0, objective::of_system(&mut top, report));
    infra.system.objectives = objectives;
    infra.system.recovery_targets = targets;
    shared.give_to(&mut infra.system);
    top.finish(report);
    Some(infra)
}

/// A component by its id.
pub(crate) struct Declared<'t> {
    pub(crate) id: Arc<str>,
    pub(crate) value: Value<'t>,
    pub(crate) declaration: Declaration,
}

/// The components with an id of their own, sorted by it.
fn declared<'t>(top: &mut Section<'t>, root: Value<'_>, report: &mut Report) -> Vec<Declared<'t>> {
    let Some(list) = top.take("components") else {
        report.tell(foreshock_text::Span::empty(root.span().start), ProblemKind::NoComponents);
        return Vec::new();
    };
    let mut declared = Vec::new();
    if let Some(items) = list.value.items() {
        declared.extend(items.filter_map(|item| of_list(item, report)));
    } else if let Some(pairs) = list.value.pairs() {
        declared.extend(pairs.into_iter().filter_map(|pair| of_map(pair, report)));
    } else {
        report.wrong_type("components", list.value, "a list of components");
    }
    // Stable: of equal ids the first in the text stays first.
    declared.sort_by(|one, other| one.id.cmp(&other.id));
    let mut kept: Vec<Declared<'t>> = Vec::with_capacity(declared.len());
    for next in declared {
        match kept.last().filter(|last| last.id == next.id) {
            Some(_) => {
                let id = next.id.to_string();
                report.tell(next.declaration.id.span, ProblemKind::DuplicateId { id });
            }
            None => kept.push(next),
        }
    }
    kept
}

/// A component of a list, which names itself.
fn of_list<'t>(item: Value<'t>, report: &mut Report) -> Option<Declared<'t>> {
    let Some(pairs) = item.pairs() else {
        // A dash that waits for its component is no news to the one who types it.
        if !item.is_null() {
            report.wrong_type("a component", item, "a map with an id");
        }
        return None;
    };
    let id = pairs.iter().find(|pair| pair.name == "id");
    let name = id.and_then(|pair| pair.value.scalar()).filter(|id| !id.is_null() && !id.text().is_empty());
    let (Some(pair), Some(name)) = (id, name) else {
        match id {
            Some(pair) if !pair.value.is_null() => report.wrong_type("id", pair.value, "a name"),
            _ => {
                let first = pairs.first().map_or(item.span(), |pair| pair.key.span());
                report.tell(first, ProblemKind::Missing { field: "an id".to_owned(), of: "a component" });
            }
        }
        return None;
    };
    let header = crate::section::written(report, pair, ()).place;
    let declaration = Declaration { node: item.id(), id: header, extent: report.place(item.span()) };
    Some(Declared { id: name.text().into(), value: item, declaration })
}

/// A component of a map from ids to components. An `id` inside says the same once more.
fn of_map<'t>(pair: Pair<'t>, report: &mut Report) -> Option<Declared<'t>> {
    let Pair { name, key, value, .. } = pair;
    if value.is_null() {
        return None;
    }
    if value.pairs().is_none() {
        report.wrong_type("a component", value, "a map");
        return None;
    }
    if let Some(id) = value.get("id").filter(|id| id.scalar().is_none_or(|id| id.text() != name)) {
        let kind = ProblemKind::Both { one: format!("the name {name}"), other: "id".to_owned() };
        report.tell(id.span(), kind);
    }
    let extent = report.place(key.span().cover(value.span()));
    let declaration = Declaration { node: value.id(), id: report.place(key.span()), extent };
    Some(Declared { id: name.into(), value, declaration })
}

impl Infra {
    /// The index of a component that is declared in this mapping.
    pub fn declared_at(&self, node: NodeId) -> Option<ComponentIndex> {
        let at = self.declarations.iter().position(|declaration| declaration.node == node)?;
        Some(ComponentIndex(at as u32))
    }
}

/// A component id that is written somewhere, as its index; none and told when there is none of that name.
pub(crate) fn component_named(report: &mut Report, ids: &Ids, field: &str, value: Value<'_>) -> Option<ComponentIndex> {
    let Some(name) = value.scalar().filter(|name| !name.is_null()) else {
        report.wrong_type(field, value, "the id of a component");
        return None;
    };
    let index = ids.find(name.text());
    if index.is_none() {
        let suggestion = ids.closest(name.text());
        let id = found(value).trim_matches('"').to_owned();
        report.tell(value.span(), ProblemKind::UnknownId { field: field.to_owned(), id, suggestion });
    }
    index
}
