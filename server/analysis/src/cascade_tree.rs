use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_engine::{Cascade, Cause, Effect, Fault, Health};
use foreshock_model::{ComponentIndex, Confidence, Dependency, DependencyKind, Evidence, System};

use crate::Stack;

/// What falls with a component, as a tree: each affected component once, under the one that took it down first.
#[derive(Clone, Debug, PartialEq)]
pub struct CascadeTree {
    /// The component that fails.
    pub root: TreeNode,
    /// How many others are affected.
    pub affected: usize,
    /// How many other components there are.
    pub others: usize,
}

/// A component in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeNode {
    /// Which.
    pub component: ComponentIndex,
    /// Its id.
    pub id: Arc<str>,
    /// Its health when the cascade has come to rest.
    pub health: Health,
    /// When it gets there, seconds after the fault.
    pub at_seconds: f64,
    /// Why: the dependency's kind in words ("requires"), empty for the root.
    pub because: String,
    /// How sure the dependency is.
    pub confidence: Confidence,
    /// The lines that prove the dependency.
    pub evidence: Vec<Evidence>,
    /// What falls with it, in time order.
    pub children: Vec<TreeNode>,
}

/// The tree of a whole component being down; `None` for an index that is not in the system.
pub(crate) fn of_component(stack: &Stack, component: ComponentIndex) -> Option<CascadeTree> {
    let system = stack.system();
    let failed = system.component(component)?;
    let cascade = stack.cascade(&[Fault::Component(component)]);
    let mut children: BTreeMap<ComponentIndex, Vec<&Effect>> = BTreeMap::new();
    for effect in cascade.effects.iter().filter(|effect| effect.component != component) {
        let parent = cause_of(system, &cascade, &effect.because).map_or(component, |(parent, _)| parent);
        children.entry(parent).or_default().push(effect);
    }
    let affected = children.values().map(Vec::len).sum();
    let root = TreeNode {
        component,
        id: failed.id.as_str().into(),
        health: Health::Down,
        at_seconds: 0.0,
        because: String::new(),
        confidence: Confidence::Certain,
        evidence: Vec::new(),
        children: grow(system, &cascade, &children, component, 0),
    };
    Some(CascadeTree { root, affected, others: system.components.len().saturating_sub(1) })
}

/// Deeper chains than this are shown flat: nobody reads them, and the tree is dropped recursively.
const DEEPEST: usize = 200;

fn grow(
    system: &System,
    cascade: &Cascade,
    children: &BTreeMap<ComponentIndex, Vec<&Effect>>,
    parent: ComponentIndex,
    depth: usize,
) -> Vec<TreeNode> {
    if depth >= DEEPEST {
        return Vec::new();
    }
    let effects = children.get(&parent).map(Vec::as_slice).unwrap_or_default();
    let node = |effect: &&Effect| {
        let id = system.component(effect.component)?.id.as_str().into();
        let dependency = cause_of(system, cascade, &effect.because).map(|(_, dependency)| dependency);
        Some(TreeNode {
            component: effect.component,
            id,
            health: effect.health,
            at_seconds: effect.at.get(),
            because: dependency.map(|dependency| verb(dependency.kind).to_owned()).unwrap_or_default(),
            confidence: dependency.map_or(Confidence::Certain, |dependency| dependency.confidence),
            evidence: dependency.map(|dependency| dependency.evidence.clone()).unwrap_or_default(),
            children: grow(system, cascade, children, effect.component, depth + 1),
        })
    };
    effects.iter().filter_map(node).collect()
}

/// What a dependency is called between two names: "a requires b".
pub(crate) fn verb(kind: DependencyKind) -> &'static str {
    match kind {
        DependencyKind::Requires => "requires",
        DependencyKind::Optional => "uses",
        DependencyKind::Async => "hands work to",
    }
}

/// The component that took another one down, and the dependency it did it through.
pub(crate) fn cause_of<'a>(
    system: &'a System,
    cascade: &Cascade,
    cause: &Cause,
) -> Option<(ComponentIndex, &'a Dependency)> {
    let dependency = match cause {
        Cause::Dependency(index) => system.dependencies.get(index.index())?,
        Cause::Alternatives(group) => {
            // A group falls when enough members have fallen: the last of them is named.
            let members = system.alternatives.get(*group)?.members.iter();
            let mut fallen = members.filter_map(|member| system.dependencies.get(member.index()));
            fallen.rfind(|member| cascade.health(member.to) > Health::Healthy)?
        }
        _ => return None,
    };
    Some((dependency.to, dependency))
}
