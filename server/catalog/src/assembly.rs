//! A system that is kept for the next version of its stack.

use std::cmp::Ordering;
use std::sync::Arc;

use foreshock_model::{Component, Dependency};
use foreshock_resources::{Instance, Resources};

use crate::stages::Stages;
use crate::{Assembled, Catalog};

/// The system of one version of a stack, with all that the next one is made from.
#[derive(Debug)]
pub struct Assembly {
    resources: Arc<Resources>,
    catalog: Arc<Catalog>,
    assembled: Arc<Assembled>,
    stages: Stages,
}

impl Assembly {
    /// Assembles the first version.
    pub fn new(resources: Arc<Resources>, catalog: Arc<Catalog>) -> Assembly {
        let (stages, assembled) = Stages::begin(&resources, &catalog, None);
        Assembly { resources, catalog, assembled: Arc::new(assembled), stages }
    }

    /// The system.
    pub fn assembled(&self) -> &Arc<Assembled> {
        &self.assembled
    }

    /// Goes on to another version: to what [`assemble`](crate::assemble) makes of it, in which everything that is equal is the
    /// same as before.
    pub fn update(&mut self, resources: &Arc<Resources>, catalog: &Arc<Catalog>) {
        let is_same_catalog = Arc::ptr_eq(&self.catalog, catalog);
        if !(is_same_catalog && says_the_same(&self.resources, resources)) {
            let next = match is_same_catalog {
                true => self.stages.next(&self.resources, resources, catalog, &self.assembled),
                false => None,
            };
            match next {
                Some(assembled) => self.assembled = assembled,
                None => self.begin_again(resources, catalog),
            }
        }
        self.resources = resources.clone();
        self.catalog = catalog.clone();
    }

    fn begin_again(&mut self, resources: &Resources, catalog: &Catalog) {
        // What was kept goes first: both together would be twice as much.
        self.stages = Stages::default();
        let (stages, assembled) = Stages::begin(resources, catalog, Some(&self.assembled));
        self.stages = stages;
        if assembled != *self.assembled {
            self.assembled = Arc::new(assembled);
        }
    }
}

/// Whether two versions of a stack are one to the catalog.
fn says_the_same(one: &Arc<Resources>, other: &Arc<Resources>) -> bool {
    let is_same = |(one, other): (&Arc<Instance>, &Arc<Instance>)| Arc::ptr_eq(one, other) || one == other;
    Arc::ptr_eq(one, other)
        || (one.instances.len() == other.instances.len()
            && one.instances.iter().zip(&other.instances).all(is_same)
            && one.modules == other.modules)
}

/// Puts the components from before in place of those that are equal.
pub(crate) fn share_components(before: &[Arc<Component>], now: &mut [Arc<Component>]) {
    share(before, now, |one, other| one.id.cmp(&other.id));
}

/// The same for dependencies.
pub(crate) fn share_dependencies(before: &[Arc<Dependency>], now: &mut [Arc<Dependency>]) {
    let ends = |dependency: &Dependency| (dependency.from, dependency.to);
    share(before, now, |one, other| ends(one).cmp(&ends(other)));
}

/// The same for two lists that are sorted. Of several that the order does not tell apart, those are compared that stand in the same
/// place.
fn share<T: PartialEq>(before: &[Arc<T>], now: &mut [Arc<T>], order: impl Fn(&T, &T) -> Ordering) {
    let mut before = before.iter().peekable();
    for one in now {
        while before.next_if(|earlier| order(earlier, one) == Ordering::Less).is_some() {}
        let Some(earlier) = before.next_if(|earlier| order(earlier, one) == Ordering::Equal) else { continue };
        if *earlier == *one {
            *one = earlier.clone();
        }
    }
}
