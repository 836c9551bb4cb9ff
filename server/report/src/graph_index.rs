//! What the renderings of a graph ask of each component and dependency, looked up once for all of them.

use std::collections::BTreeSet;

use foreshock_analysis::{BlockSummary, Severity, Stack};
use foreshock_model::{Alternatives, ComponentIndex, Points};
use rustc_hash::FxHashMap;

/// A stack by what its graph shows of each component and dependency.
pub(super) struct GraphIndex<'a> {
    stack: &'a Stack,
    /// The block of each component.
    blocks: Vec<Option<&'a BlockSummary>>,
    entries: BTreeSet<ComponentIndex>,
    /// The number of the group that each dependency is one of.
    groups: Vec<Option<usize>>,
    standings: Vec<Option<Standing>>,
}

/// How a component stands by what was found about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Standing {
    /// Of the severest finding, whether it is new or was there before.
    pub(super) severity: Severity,
    /// What the finding that costs most costs.
    pub(super) points: Points,
    /// Whether any of them came since the base; never where there is nothing to compare with.
    pub(super) is_new: bool,
}

impl<'a> GraphIndex<'a> {
    pub(super) fn of(stack: &'a Stack) -> GraphIndex<'a> {
        let system = stack.system();
        let mut blocks: Vec<Option<&BlockSummary>> = vec![None; system.components.len()];
        for block in &stack.blocks {
            if let Some(slot @ None) = blocks.get_mut(block.component.index()) {
                *slot = Some(block);
            }
        }
        let mut groups: Vec<Option<usize>> = vec![None; system.dependencies.len()];
        for (number, group) in system.alternatives.iter().enumerate() {
            for member in &group.members {
                if let Some(slot @ None) = groups.get_mut(member.index()) {
                    *slot = Some(number);
                }
            }
        }
        let entries = stack.assessment.basis.entries.iter().map(|entry| entry.component).collect();
        GraphIndex { stack, blocks, entries, groups, standings: standings(stack) }
    }

    pub(super) fn stack(&self) -> &'a Stack {
        self.stack
    }

    /// The block that declares a component.
    pub(super) fn block(&self, component: ComponentIndex) -> Option<&'a BlockSummary> {
        self.blocks.get(component.index()).copied().flatten()
    }

    /// Whether one instance of a component takes the system down.
    pub(super) fn is_single(&self, component: ComponentIndex) -> bool {
        self.block(component).is_some_and(|block| block.single_point)
    }

    /// How it stands; none where nothing was found about it.
    pub(super) fn standing(&self, component: ComponentIndex) -> Option<Standing> {
        self.standings.get(component.index()).copied().flatten()
    }

    /// Whether users reach a component first.
    pub(super) fn is_entry(&self, component: ComponentIndex) -> bool {
        self.entries.contains(&component)
    }

    /// Which of the alternatives a dependency is one of, by its number among the groups.
    pub(super) fn group_of(&self, dependency: usize) -> Option<usize> {
        self.groups.get(dependency).copied().flatten()
    }

    /// The alternatives that a dependency is one of.
    pub(super) fn alternatives(&self, dependency: usize) -> Option<&'a Alternatives> {
        self.stack.system().alternatives.get(self.group_of(dependency)?)
    }
}

fn standings(stack: &Stack) -> Vec<Option<Standing>> {
    let system = stack.system();
    let index: FxHashMap<&str, ComponentIndex> =
        system.iter().map(|(index, component)| (component.id.as_str(), index)).collect();
    let mut standings: Vec<Option<Standing>> = vec![None; system.components.len()];
    let is_compared = stack.comparison().is_some() || stack.baseline().is_some();
    // What says that the score fell says nothing of its component.
    for finding in stack.findings.iter().filter(|finding| !finding.is_score_regression()) {
        let is_new = finding.new && is_compared;
        for component in finding.components().filter_map(|id| index.get(&**id)) {
            let Some(slot) = standings.get_mut(component.index()) else { continue };
            let known = slot.get_or_insert(Standing { severity: Severity::Hint, points: finding.points, is_new });
            known.severity = known.severity.max(finding.severity);
            known.is_new |= is_new;
            if finding.points.get() > known.points.get() {
                known.points = finding.points;
            }
        }
    }
    standings
}

#[cfg(test)]
mod tests {
    use foreshock_analysis::Workspace;
    use foreshock_model::DependencyIndex;
    use foreshock_text::FilePath;

    use super::*;

    /// Each answer is that of a look at everything.
    #[test]
    fn each_answer_is_that_of_a_look_at_all() {
        let mut text = String::from("components:\n");
        for number in 0..30 {
            text += &format!("  - {{id: c{number:02}, type: app_server, replicas: {}}}\n", 2 - number % 2);
        }
        text += "dependencies:\n";
        for number in 0..27 {
            let group = if number % 4 == 0 { String::new() } else { format!(", alternatives: g{}", number / 4) };
            text += &format!("  - {{source: c{:02}, target: c{:02}{group}}}\n", number / 4, number + 3);
        }
        let mut workspace = Workspace::new();
        workspace.set_document(FilePath::new("/w/infra.yaml"), text.into());
        let snapshot = workspace.snapshot();
        let stack = &*snapshot.stacks[0];
        let index = GraphIndex::of(stack);
        let system = stack.system();
        let (mut entries, mut single, mut grouped) = (0, 0, 0);
        for (component, _) in system.iter() {
            let is_entry = stack.assessment.basis.entries.iter().any(|entry| entry.component == component);
            let is_single = stack.blocks.iter().any(|block| block.component == component && block.single_point);
            let block = stack.blocks.iter().find(|block| block.component == component).map(|block| &**block);
            assert_eq!((index.is_entry(component), index.is_single(component)), (is_entry, is_single));
            assert_eq!(index.block(component), block);
            (entries, single) = (entries + usize::from(is_entry), single + usize::from(is_single));
        }
        for number in 0..system.dependencies.len() {
            let is_in = |group: &Alternatives| group.members.contains(&DependencyIndex(number as u32));
            let group = system.alternatives.iter().position(is_in);
            assert_eq!(index.group_of(number), group);
            grouped += usize::from(group.is_some());
        }
        assert!(entries > 0 && single > 0 && grouped > 0, "{entries} {single} {grouped}");
    }
}
