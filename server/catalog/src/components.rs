//! Which instances make up which component.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_resources::{Key, Kind, Mode};

use crate::Role;
use crate::contract::Reached;
use crate::entries::Entry;
use crate::graph::Graph;
use crate::paths;
use crate::row::MemberOf;

/// A component before its facts are read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grouped {
    pub(crate) id: String,
    /// Replicas; the first declares it.
    pub(crate) blocks: Vec<usize>,
    /// Parts with a block of their own: cluster instances.
    pub(crate) members: Vec<usize>,
    /// What stands behind a way in, and what users call it; of everything else none.
    pub(crate) way_in: Option<(Arc<str>, Vec<Reached>)>,
}

impl Grouped {
    /// The instances that it is made of; of a way in, none.
    pub(crate) fn parts(&self) -> Vec<usize> {
        match self.way_in {
            None => self.blocks.iter().chain(&self.members).copied().collect(),
            Some(_) => Vec::new(),
        }
    }

    /// Whether two differ in nothing but what stands behind a way in.
    pub(crate) fn is_made_of_the_same(&self, other: &Grouped) -> bool {
        let label = |grouped: &Grouped| grouped.way_in.as_ref().map(|(label, _)| label.clone());
        self.id == other.id
            && self.blocks == other.blocks
            && self.members == other.members
            && label(self) == label(other)
    }
}

/// Instances that can own, by the text they are named with.
type Owners<'a> = BTreeMap<&'a str, Vec<usize>>;

/// For each instance that is a part of another, the one it is a part of.
pub(crate) fn owners(graph: &Graph<'_>) -> BTreeMap<usize, usize> {
    let mut owners = BTreeMap::new();
    // What can own by a text, by types and attribute, each text with its instances in order.
    let mut by_text: BTreeMap<(&[String], &str), Owners<'_>> = BTreeMap::new();
    for index in 0..graph.count() {
        let Some(member_of) = graph.row(index).and_then(|row| row.member_of.as_ref()) else { continue };
        let Some(instance) = graph.instance(index) else { continue };
        let is_owner = |target: usize| target != index && can_own(graph, member_of, target);
        let found = paths::find(&instance.body, &member_of.path);
        let named = found
            .iter()
            .flat_map(|found| found.provenance())
            .flat_map(|trace| graph.targets(trace))
            .find(|&to| is_owner(to));
        let same_text = || {
            let key = member_of.key.as_deref()?;
            let text = found.iter().find_map(|found| match &found.value.kind {
                Kind::String(text) => Some(text),
                _ => None,
            })?;
            let owners = by_text.entry((&member_of.types, key)).or_insert_with(|| {
                let mut owners = Owners::new();
                for index in (0..graph.count()).filter(|&index| can_own(graph, member_of, index)) {
                    let written = graph.instance(index).and_then(|one| paths::attribute(&one.body, key));
                    if let Some(Kind::String(name)) = written.map(|written| &written.value.kind) {
                        owners.entry(name).or_default().push(index);
                    }
                }
                owners
            });
            owners.get(&**text)?.iter().copied().find(|&other| is_owner(other))
        };
        let by_name = || {
            let is_type = |other: &str| Some(member_of.types.iter().any(|wanted| wanted == other));
            found.iter().flat_map(|found| graph.named(index, found, &is_type)).find(|&to| is_owner(to))
        };
        if let Some(owner) = named.or_else(same_text).or_else(by_name) {
            owners.insert(index, owner);
        }
    }
    // A member of a member would have no block that declares it.
    let indirect: Vec<usize> =
        owners.iter().filter(|(_, owner)| owners.contains_key(owner)).map(|(&part, _)| part).collect();
    for part in indirect {
        owners.remove(&part);
    }
    owners
}

fn can_own(graph: &Graph<'_>, member_of: &MemberOf, other: usize) -> bool {
    graph.outline(other).is_some_and(|other| other.mode == Mode::Managed)
        && member_of.types.iter().any(|wanted| **wanted == *graph.type_name(other))
}

/// Who uses an instance, by block, and through which group.
type User<'g> = (&'g str, &'g str);

/// Groups component instances: replicas of one `count` with the same use together, members with their owner, everything
/// else alone. Sorted by id, ids unique.
pub(crate) fn group(
    graph: &Graph<'_>,
    reached: &[Vec<Reached>],
    owners: &BTreeMap<usize, usize>,
    entries: Vec<Entry>,
) -> Vec<Grouped> {
    let users = users(graph, reached);
    let is_alone = |index: usize| {
        let needs = reached.get(index).is_some_and(|list| !list.is_empty());
        !needs && users.get(index).is_none_or(BTreeSet::is_empty)
    };
    let mut by_id: BTreeMap<String, Grouped> = BTreeMap::new();
    let mut siblings: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for index in 0..graph.count() {
        let Some(instance) = graph.outline(index) else { continue };
        if graph.role(index) != Role::Component || owners.contains_key(&index) {
            continue;
        }
        if graph.row(index).is_some_and(|row| row.only_connected) && is_alone(index) {
            continue;
        }
        let replicas = graph.row(index).is_some_and(|row| row.replicas);
        if replicas && matches!(instance.key, Key::Index(_) | Key::Unknown(_)) {
            siblings.entry(graph.block(index)).or_default().push(index);
        } else {
            insert(&mut by_id, instance.address.to_string(), vec![index]);
        }
    }
    for (block, indexes) in siblings {
        let mut by_use: BTreeMap<&BTreeSet<User<'_>>, Vec<usize>> = BTreeMap::new();
        let nothing = BTreeSet::new();
        for index in indexes {
            by_use.entry(users.get(index).unwrap_or(&nothing)).or_default().push(index);
        }
        let together = by_use.len() == 1;
        for indexes in by_use.into_values() {
            let id = indexes.first().map_or(String::new(), |&first| graph.address(first).to_owned());
            insert(&mut by_id, if together { block.to_owned() } else { id }, indexes);
        }
    }
    for (&part, &owner) in owners {
        if let Some(grouped) = by_id.get_mut(graph.address(owner)) {
            grouped.members.push(part);
        }
    }
    for Entry { id, label, blocks, ways } in entries {
        // A name that is somebody's address already is told apart by what leads in.
        let id = match by_id.contains_key(&id) {
            true => format!("{id} ({})", blocks.first().map_or("", |&first| graph.address(first))),
            false => id,
        };
        by_id.entry(id.clone()).or_insert(Grouped { id, blocks, members: Vec::new(), way_in: Some((label, ways)) });
    }
    by_id.into_values().collect()
}

/// The same address twice is an error in the text; the first one counts.
fn insert(by_id: &mut BTreeMap<String, Grouped>, id: String, blocks: Vec<usize>) {
    by_id.entry(id.clone()).or_insert(Grouped { id, blocks, members: Vec::new(), way_in: None });
}

/// For each instance, who uses it.
fn users<'g>(graph: &'g Graph<'_>, reached: &'g [Vec<Reached>]) -> Vec<BTreeSet<User<'g>>> {
    let mut users = vec![BTreeSet::new(); graph.count()];
    let mut of_wholes: BTreeSet<(User<'g>, usize)> = BTreeSet::new();
    for (from, list) in reached.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
        let user = graph.block(from);
        for reached in list.iter().filter(|reached| !reached.hint) {
            let group = reached.group.as_ref().map_or("", |group| &*group.name);
            if let Some(all) = graph.whole_block(reached.to) {
                if of_wholes.insert(((user, group), reached.to)) {
                    for &index in all {
                        users.get_mut(index).map(|set: &mut BTreeSet<_>| set.insert((user, group)));
                    }
                }
            } else if let Some(set) = users.get_mut(reached.to) {
                set.insert((user, group));
            }
        }
    }
    users
}
