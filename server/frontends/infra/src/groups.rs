//! Alternatives: dependencies of one source that stand in for each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{Alternatives, ComponentIndex, Dependency, DependencyIndex, DependencyKind};
use foreshock_text::Place;

use crate::dependency::Read;
use crate::problem::ProblemKind;
use crate::section::{Report, Section, Written};

/// The groups of a file, by source and name.
#[derive(Default)]
pub(crate) struct Groups {
    groups: BTreeMap<(ComponentIndex, Arc<str>), Group>,
}

struct Group {
    /// Numbers of its members, as in [`Read`].
    members: Vec<usize>,
    kind: DependencyKind,
    required: u32,
    required_place: Option<Place>,
    shares_load: bool,
    name_place: Place,
}

impl Groups {
    /// Reads the fields of a dependency that put it into a group.
    pub(crate) fn take(
        &mut self,
        section: &mut Section<'_>,
        report: &mut Report,
        dependency: &Dependency,
        number: usize,
    ) {
        let name = section.text(report, "alternatives");
        let required = section.count(report, "required", 1);
        let shares_load = section.flag(report, "shares_load");
        let Some(name) = name else {
            let places = [
                ("required", required.map(|required| required.place)),
                ("shares_load", shares_load.map(|shares_load| shares_load.place)),
            ];
            for (field, place) in places {
                if let Some(place) = place {
                    let kind = ProblemKind::NeedsOther { field: field.to_owned(), needs: "alternatives" };
                    report.tell(place.span, kind);
                }
            }
            return;
        };
        let key = (dependency.from, name.value.clone());
        match self.groups.get_mut(&key) {
            Some(group) => group.join(report, &name, dependency.kind, required, shares_load, number),
            None => {
                let group = Group {
                    members: vec![number],
                    kind: dependency.kind,
                    required: required.as_ref().map_or(1, |required| required.value),
                    required_place: required.map(|required| required.place),
                    shares_load: shares_load.is_some_and(|shares_load| shares_load.value),
                    name_place: name.place,
                };
                self.groups.insert(key, group);
            }
        }
    }
}

impl Group {
    fn join(
        &mut self,
        report: &mut Report,
        name: &Written<Arc<str>>,
        kind: DependencyKind,
        required: Option<Written<u32>>,
        shares_load: Option<Written<bool>>,
        number: usize,
    ) {
        self.members.push(number);
        let mut differs = |field, place: Place, first: String| {
            let kind = ProblemKind::GroupMismatch { group: name.value.to_string(), field, first };
            report.tell(place.span, kind);
        };
        if kind != self.kind {
            differs("type", name.place.clone(), kind_name(self.kind).to_owned());
        }
        // What is not written is the default, which is a difference as well.
        let k = required.as_ref().map_or(1, |required| required.value);
        if k != self.required {
            let place = required.map_or_else(|| name.place.clone(), |required| required.place);
            differs("required", place, self.required.to_string());
        }
        let shares = shares_load.as_ref().is_some_and(|shares_load| shares_load.value);
        if shares != self.shares_load {
            let place = shares_load.map_or_else(|| name.place.clone(), |shares_load| shares_load.place);
            differs("shares_load", place, self.shares_load.to_string());
        }
    }
}

fn kind_name(kind: DependencyKind) -> &'static str {
    match kind {
        DependencyKind::Requires => "requires",
        DependencyKind::Optional => "optional",
        DependencyKind::Async => "async",
    }
}

/// The groups with the final indexes of their members; a member takes the kind of the first.
pub(crate) fn close(groups: Groups, dependencies: &mut [Read], report: &mut Report) -> Vec<Alternatives> {
    let mut index_of = vec![None; dependencies.iter().map(|read| read.number + 1).max().unwrap_or(0)];
    for (index, read) in dependencies.iter().enumerate() {
        if let Some(slot) = index_of.get_mut(read.number) {
            *slot = Some(DependencyIndex(index as u32));
        }
    }
    let mut alternatives = Vec::new();
    for ((_, name), group) in groups.groups {
        let mut members: Vec<DependencyIndex> =
            group.members.iter().filter_map(|number| index_of.get(*number).copied().flatten()).collect();
        members.sort();
        for member in &members {
            if let Some(read) = dependencies.get_mut(member.index()) {
                read.dependency.kind = group.kind;
            }
        }
        let mut required = group.required;
        if required as usize > members.len() {
            let place = group.required_place.unwrap_or(group.name_place);
            let kind = ProblemKind::GroupTooSmall { group: name.to_string(), required, members: members.len() };
            report.tell(place.span, kind);
            required = 1;
        }
        alternatives.push(Alternatives { name, members, required, shares_load: group.shares_load });
    }
    alternatives
}
