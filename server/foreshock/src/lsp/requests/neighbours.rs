//! `callHierarchy/incomingCalls`, `callHierarchy/outgoingCalls`: what depends on a component, and what it depends on.

use foreshock_model::Dependency;

use super::prepare_call_hierarchy::{Item, item};
use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::view::{Range, View};

pub(in crate::lsp) struct Neighbours {
    /// The id of the stack.
    pub(in crate::lsp) root: String,
    /// The id of the component.
    pub(in crate::lsp) component: String,
    pub(in crate::lsp) direction: Direction,
}

/// Which way to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lsp) enum Direction {
    /// What depends on it.
    Incoming,
    /// What it depends on.
    Outgoing,
}

/// A neighbour with the places, in the depending component's document, that prove the dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct Neighbour {
    /// Who.
    pub(in crate::lsp) item: Item,
    /// Where it shows.
    pub(in crate::lsp) proof: Vec<Range>,
}

impl Request for Neighbours {
    type Answer = Vec<Neighbour>;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Neighbour>, Refusal> {
        Ok(neighbours(view, &self.root, &self.component, self.direction))
    }
}

/// The neighbours of a component. A component that is no longer there has none.
fn neighbours(view: &View, root: &str, component: &str, direction: Direction) -> Vec<Neighbour> {
    let Some(stack) = view.snapshot().stacks.iter().find(|stack| stack.id() == root) else {
        return Vec::new();
    };
    let Some(component) = stack.system().find(component) else { return Vec::new() };
    let neighbour = |dependency: &Dependency| {
        let (this, other) = match direction {
            Direction::Incoming => (dependency.to, dependency.from),
            Direction::Outgoing => (dependency.from, dependency.to),
        };
        if this != component {
            return None;
        }
        let depending = stack.system().component(dependency.from)?.place.as_ref()?;
        let here = dependency.evidence.iter().filter(|evidence| evidence.place.file == depending.file);
        let proof = here.map(|evidence| view.range(&evidence.place.file, evidence.place.span)).collect();
        Some(Neighbour { item: item(view, stack, other)?, proof })
    };
    stack.system().dependencies.iter().filter_map(|dependency| neighbour(dependency)).collect()
}
