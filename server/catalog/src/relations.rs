//! Relations: who refers to an instance, for the expressions of its row.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::graph::Graph;
use crate::paths;

/// Somebody who refers to an instance, and in which way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Relation {
    pub(crate) name: Arc<str>,
    pub(crate) from: usize,
    /// Else it may be that it does: a selector, or the labels, are not known.
    pub(crate) is_sure: bool,
}

/// The one that is referred to, with who refers to it.
pub(crate) type Link = (usize, Relation);

impl Graph<'_> {
    /// Notes who refers to whom.
    pub(crate) fn relate_all(&mut self) {
        let each: Vec<Vec<Link>> = (0..self.count()).map(|index| self.relations_of(index)).collect();
        let by_key = self.related_by_key();
        self.related = sorted(self.count(), each.iter().flatten(), &by_key);
    }

    /// Those that an instance refers to, or names, in a way that the rows of theirs know; each once.
    pub(crate) fn relations_of(&self, index: usize) -> Vec<Link> {
        let mut found: Vec<Link> = Vec::new();
        let mut known: FxHashSet<(usize, &str)> = FxHashSet::default();
        let wanted = self.skeleton.type_of(index).map_or(&[][..], |one| &one.relations);
        if wanted.is_empty() {
            return found;
        }
        let Some(instance) = self.instance(index) else { return found };
        for (type_name, name) in wanted {
            let Some(row) = self.catalog.row(type_name).and_then(|row| row.related.get(&**name)) else { continue };
            for place in paths::find(&instance.body, &row.path) {
                let mut targets: Vec<usize> = place.provenance().flat_map(|trace| self.targets(trace)).collect();
                if row.key.is_none() {
                    targets.extend(self.named(index, &place, &|other| Some(*other == **type_name)));
                }
                for target in targets.into_iter().filter(|&target| *self.type_name(target) == **type_name) {
                    if known.insert((target, name)) {
                        found.push((target, Relation { name: name.clone(), from: index, is_sure: true }));
                    }
                }
            }
        }
        found
    }
}

/// For each of so many instances who refers to it: those that do by reference, then those that do by a key.
pub(crate) fn sorted<'r>(
    count: usize,
    by_reference: impl Iterator<Item = &'r Link>,
    by_key: &'r [Link],
) -> Vec<Vec<Relation>> {
    let mut related = vec![Vec::new(); count];
    let mut add = |(target, relation): &Link| {
        if let Some(list) = related.get_mut(*target) {
            list.push(relation.clone());
        }
    };
    if by_key.is_empty() {
        by_reference.for_each(add);
        return related;
    }
    let mut known: FxHashSet<&Link> = FxHashSet::default();
    for one in by_reference.chain(by_key) {
        if known.insert(one) {
            add(one);
        }
    }
    related
}
