//! The tree of what falls, and by which dependency each part of it fell.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_engine::{Cascade, Cause, Effect, Fault, Health, Likely};
use foreshock_model::{ComponentIndex, Confidence, Dependency, DependencyKind, Evidence, Seconds, System};

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
    /// Who may depend on it, as far as is only guessed: none of that is in the tree.
    pub guessed: Vec<GuessedCaller>,
}

/// A component that may depend on another: an access granted, a security group shared.
#[derive(Clone, Debug, PartialEq)]
pub struct GuessedCaller {
    /// Its id.
    pub id: Arc<str>,
    /// Why it may.
    pub evidence: Vec<Evidence>,
}

/// A component in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeNode {
    /// Which.
    pub component: ComponentIndex,
    /// Its id.
    pub id: Arc<str>,
    /// Its health when the cascade has come to rest: the worst.
    pub health: Health,
    /// What is likely.
    pub likely: Likely,
    /// The share of its requests that it fails, 0..=1, where a fault makes requests fail.
    pub errors: Option<f64>,
    /// When it gets there, seconds after the fault.
    pub at_seconds: f64,
    /// How long one of its requests takes, where it can be known and a fault slows something down.
    pub latency: Option<Seconds>,
    /// Why, to be read between its id and `because_of` ("requires"); empty for what a fault hit by itself.
    pub because: String,
    /// The id of the component it is because of: mostly that of the node above. A component that is only slower or asked
    /// for more is no node, and what that made worse is a root.
    pub because_of: Arc<str>,
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
    let cascade = stack.cascade(&[Fault::Component(component)]);
    let mut roots = forest(system, &cascade);
    let at = roots.iter().position(|root| root.component == component);
    let mut root = match at {
        Some(at) => roots.remove(at),
        // It was DOWN before.
        None => bare(system, component)?,
    };
    // Whatever is not below it has fallen because of it all the same.
    root.children.extend(roots);
    let affected = cascade.effects.iter().filter(|effect| effect.component != component).count();
    let guesses = system.dependencies.iter().filter(|it| it.to == component && it.confidence == Confidence::Guess);
    let guessed = guesses.filter_map(|it| {
        let id = system.component(it.from)?.id.as_str().into();
        Some(GuessedCaller { id, evidence: it.evidence.clone() })
    });
    Some(CascadeTree { root, affected, others: system.components.len().saturating_sub(1), guessed: guessed.collect() })
}

/// Every component that a cascade made worse, each once, under the one that took it down; what a fault hit by itself is a
/// root. In time order.
pub fn forest(system: &System, cascade: &Cascade) -> Vec<TreeNode> {
    let mut children: BTreeMap<Option<ComponentIndex>, Vec<&Effect>> = BTreeMap::new();
    for effect in &cascade.effects {
        // On the way back to the fault there may be components that are slower, but no worse.
        let mut above = cascade.chain(effect.component).into_iter().skip(1).map(|link| link.component);
        // A caller that asks for more takes a component down, which takes the caller down: it came to that later.
        let is_later =
            |above: ComponentIndex| cascade.chain(above).iter().any(|link| link.component == effect.component);
        let parent =
            above.find(|&above| above != effect.component && cascade.effect(above).is_some() && !is_later(above));
        children.entry(parent).or_default().push(effect);
    }
    grow(system, cascade, &children, None, 0)
}

/// Deeper chains than this are shown flat: nobody reads them, and the tree is dropped recursively.
const DEEPEST: usize = 200;

fn grow(
    system: &System,
    cascade: &Cascade,
    children: &BTreeMap<Option<ComponentIndex>, Vec<&Effect>>,
    parent: Option<ComponentIndex>,
    depth: usize,
) -> Vec<TreeNode> {
    if depth >= DEEPEST {
        return Vec::new();
    }
    let effects = children.get(&parent).map(Vec::as_slice).unwrap_or_default();
    let node = |effect: &&Effect| {
        let reason = reason(system, cascade, effect);
        Some(TreeNode {
            health: effect.health,
            likely: effect.likely,
            errors: effect.errors,
            at_seconds: effect.at.get(),
            latency: effect.latency,
            because: reason.map(|reason| reason.words.to_owned()).unwrap_or_default(),
            because_of: reason
                .and_then(|reason| system.component(reason.component))
                .map_or_else(|| "".into(), |component| component.id.as_str().into()),
            confidence: reason.map_or(Confidence::Certain, |reason| reason.dependency.confidence),
            evidence: reason.map(|reason| reason.dependency.evidence.clone()).unwrap_or_default(),
            children: grow(system, cascade, children, Some(effect.component), depth + 1),
            ..bare(system, effect.component)?
        })
    };
    effects.iter().filter_map(node).collect()
}

fn bare(system: &System, component: ComponentIndex) -> Option<TreeNode> {
    Some(TreeNode {
        component,
        id: system.component(component)?.id.as_str().into(),
        health: Health::Down,
        likely: Likely { health: Health::Down, down: 1.0, loss: 1.0 },
        errors: None,
        at_seconds: 0.0,
        latency: None,
        because: String::new(),
        because_of: "".into(),
        confidence: Confidence::Certain,
        evidence: Vec::new(),
        children: Vec::new(),
    })
}

/// Why a component is worse, when it is because of another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason<'a> {
    /// The component it is because of.
    pub component: ComponentIndex,
    /// What stands between the two names: "requires".
    pub words: &'static str,
    /// The dependency that passed it on.
    pub dependency: &'a Dependency,
}

/// Why an effect is there; none when a fault hit the component itself.
pub fn reason<'a>(system: &'a System, cascade: &Cascade, effect: &Effect) -> Option<Reason<'a>> {
    let of = |index: foreshock_model::DependencyIndex| system.dependencies.get(index.index());
    let (dependency, words) = match effect.because {
        Cause::Dependency(index) => of(index).map(|dependency| (dependency, verb_between(system, dependency)))?,
        Cause::Timeout(index) => (of(index)?, "waits too long for"),
        Cause::Slow(index) => (of(index)?, "is kept waiting by"),
        Cause::Errors(index) => (of(index)?, "gets errors from"),
        Cause::Traffic(index) => {
            let dependency = of(index)?;
            return Some(Reason { component: dependency.from, words: "is asked for more by", dependency });
        }
        Cause::Alternatives(group) | Cause::CircularFallback(group) => {
            // A group falls when enough members have fallen: the last of them is named.
            let members = system.alternatives.get(group)?.members.iter();
            let mut fallen = members.filter_map(|&member| of(member));
            let dependency = fallen.rfind(|member| cascade.health(member.to) > Health::Healthy)?;
            let circular = matches!(effect.because, Cause::CircularFallback(_));
            (dependency, if circular { "has only itself to fall back on without" } else { verb(dependency.kind) })
        }
        _ => return None,
    };
    Some(Reason { component: dependency.to, words, dependency })
}

/// The same where it is known what the two are: a copy of data hands no work over.
fn verb_between(system: &System, dependency: &Dependency) -> &'static str {
    let ends = system.component(dependency.from).zip(system.component(dependency.to));
    let copies = dependency.kind == DependencyKind::Async && ends.is_some_and(|(copy, original)| copy.copies(original));
    if copies { "grows stale without" } else { verb(dependency.kind) }
}

/// What a dependency is called between two names: "a requires b".
pub(crate) fn verb(kind: DependencyKind) -> &'static str {
    match kind {
        DependencyKind::Requires => "requires",
        DependencyKind::Optional => "uses",
        DependencyKind::Async => "hands work to",
    }
}
