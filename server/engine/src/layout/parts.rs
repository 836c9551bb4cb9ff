//! Which components of a system have to do with each other at all.

use foreshock_model::{ComponentIndex, System};

/// A system taken apart: components of two parts share no dependency, directly or indirectly, no failure domain, and
/// nothing that a recovery or an answer needs. Whatever happens to one part, the service of the others stays as it was;
/// only zones and regions can fail for several. Making it is O(components + dependencies).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// For each component, the first component of its part.
    first: Vec<u32>,
}

impl Parts {
    /// The parts of a system. What points outside of it is left out.
    pub fn of(system: &System) -> Parts {
        let mut parts = Parts { first: (0..system.components.len() as u32).collect() };
        for dependency in &system.dependencies {
            parts.join(dependency.from.0, dependency.to.0);
        }
        let mut on_domain: Vec<Option<u32>> = vec![None; system.domains.len()];
        for (index, component) in system.iter() {
            let grounding = component.agent.iter().flat_map(|agent| &agent.grounding).map(|grounding| grounding.source);
            for needed in component.recovery.needs.iter().copied().chain(grounding) {
                parts.join(index.0, needed.0);
            }
            for domain in &component.domains {
                if let Some(slot) = on_domain.get_mut(domain.index()) {
                    parts.join(index.0, slot.unwrap_or(index.0));
                    *slot = Some(index.0);
                }
            }
        }
        parts.settle();
        parts
    }

    /// Parts by any other reason to be together.
    pub(crate) fn joined(components: usize, together: impl Iterator<Item = (u32, u32)>) -> Parts {
        let mut parts = Parts { first: (0..components as u32).collect() };
        for (one, other) in together {
            parts.join(one, other);
        }
        parts.settle();
        parts
    }

    fn settle(&mut self) {
        for component in 0..self.first.len() as u32 {
            let first = self.root(component);
            self.set(component, first);
        }
    }

    /// The first component of the part that a component is in; none for an index outside of the system. Two components
    /// are in one part exactly when this is the same.
    pub fn first_of(&self, component: ComponentIndex) -> Option<ComponentIndex> {
        self.first.get(component.index()).copied().map(ComponentIndex)
    }

    fn root(&mut self, component: u32) -> u32 {
        let mut root = component;
        while let Some(&above) = self.first.get(root as usize).filter(|&&above| above != root) {
            root = above;
        }
        // Who asked knows the way from now on.
        let mut at = component;
        while at != root {
            let above = self.first.get(at as usize).copied().unwrap_or(root);
            self.set(at, root);
            at = above;
        }
        root
    }

    /// The smaller root wins, so that the root of a part is its first component.
    fn join(&mut self, one: u32, other: u32) {
        let count = self.first.len() as u32;
        if one >= count || other >= count {
            return;
        }
        let (one, other) = (self.root(one), self.root(other));
        self.set(one.max(other), one.min(other));
    }

    fn set(&mut self, component: u32, first: u32) {
        if let Some(slot) = self.first.get_mut(component as usize) {
            *slot = first;
        }
    }
}
