//! The diagrams of several roots at once, where somebody asked for everything and can wait.

use foreshock_model::System;

use crate::diagram::budget::Budget;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::Loss;
use crate::diagram::service::{Counted, Method, Service, Weighted};
use crate::diagram::variables::Variable;
use crate::layout::arrays::Layout;

/// The diagrams for some roots: one for all of them, or one for each where that would be too large.
pub(crate) struct Diagrams<'a> {
    services: Vec<Service<'a>>,
    /// For each root its service.
    roots: Vec<(u32, usize)>,
    /// An assessment could afford it too.
    is_brief: bool,
}

impl<'a> Diagrams<'a> {
    pub(crate) fn of(
        system: &System,
        layout: &'a Layout,
        roots: &[u32],
        wanted: Wanted,
        budget: Budget,
    ) -> Diagrams<'a> {
        let brief = Budget { work: budget.work.min(Budget::BRIEF.work), ..budget };
        let mut joint = Service::within(system, layout, roots, wanted, brief);
        let is_brief = joint.is_exact();
        if !is_brief {
            joint = Service::within(system, layout, roots, wanted, budget);
        }
        if joint.is_exact() || roots.len() < 2 {
            let roots = roots.iter().map(|&root| (root, 0)).collect();
            return Diagrams { services: vec![joint], roots, is_brief };
        }
        let share = Budget { work: budget.work / roots.len() as u64, ..budget };
        let services = roots.iter().map(|&root| Service::within(system, layout, &[root], wanted, share)).collect();
        let roots = roots.iter().enumerate().map(|(index, &root)| (root, index)).collect();
        Diagrams { services, roots, is_brief: false }
    }

    /// The diagram of all, if it took no more work than an assessment may.
    pub(crate) fn brief(&self) -> Option<&Service<'a>> {
        self.services.first().filter(|_| self.is_brief)
    }

    pub(crate) fn of_root(&self, root: u32) -> Option<&Service<'a>> {
        let (_, index) = self.roots.iter().find(|(known, _)| *known == root)?;
        self.services.get(*index)
    }

    /// The loss of service at these components, weighted.
    pub(crate) fn loss(&'a self, at: &[Weighted]) -> Loss<'a> {
        let parts = self.services.iter().enumerate().map(|(index, service)| {
            let here = |&&(root, _): &&Weighted| self.roots.contains(&(root, index));
            (service, at.iter().filter(here).copied().collect::<Vec<_>>())
        });
        Loss { parts: parts.filter(|(_, at)| !at.is_empty()).collect(), counted: Counted::Service }
    }

    /// The probabilities of the levels of each root when so many of all instances are lost (see [`Service::drawn`]).
    pub(crate) fn drawn(
        &self,
        roots: &[u32],
        chance: impl Fn(&Variable) -> f64,
        lost: (u32, u32),
        work: u64,
    ) -> Option<Vec<[f64; 3]>> {
        let mut found = vec![[0.0; 3]; roots.len()];
        for (index, service) in self.services.iter().enumerate() {
            let here = |(_, root): &(usize, u32)| self.roots.contains(&(*root, index));
            let (places, here): (Vec<usize>, Vec<u32>) = (0..).zip(roots.iter().copied()).filter(here).unzip();
            for (place, levels) in places.into_iter().zip(service.drawn(&here, &chance, lost, work)?) {
                if let Some(slot) = found.get_mut(place) {
                    *slot = levels;
                }
            }
        }
        Some(found)
    }

    /// Whether the source of any figure leaves a range.
    pub(crate) fn has_spread(&self) -> bool {
        let mut variables = self.services.iter().flat_map(|service| &service.variables.list);
        variables.any(|variable| variable.spread.is_some())
    }

    pub(crate) fn method(&self) -> Method {
        self.services.iter().map(Service::method).max().unwrap_or_default()
    }
}
