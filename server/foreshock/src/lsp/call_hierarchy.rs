use std::sync::Arc;

use foreshock_analysis::Stack;
use foreshock_model::{ComponentIndex, Dependency};
use foreshock_text::{FilePath, Position};

use super::view::{Range, View};

/// A component as an entry of the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Its id.
    pub(super) component: Arc<str>,
    /// Its type.
    pub(super) detail: Arc<str>,
    /// Its stack: the same module may be in several.
    pub(super) root: String,
    /// The document of its block.
    pub(super) uri: Arc<str>,
    /// The block.
    pub(super) range: Range,
    /// Its header.
    pub(super) header: Range,
}

/// Which way to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// What depends on it.
    Incoming,
    /// What it depends on.
    Outgoing,
}

/// A neighbour with the places, in the depending component's document, that prove the dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Neighbour {
    /// Who.
    pub(super) item: Item,
    /// Where it shows.
    pub(super) proof: Vec<Range>,
}

/// The components of the block at a position.
pub(super) fn prepare(view: &View, file: &FilePath, at: Position) -> Vec<Item> {
    let Some(offset) = view.offset(file, at) else { return Vec::new() };
    let snapshot = view.snapshot();
    let blocks = view.block_at(file, offset).into_iter();
    blocks.filter_map(|(stack, block)| item(view, snapshot.stacks.get(stack)?, block.component)).collect()
}

/// The neighbours of a component. A component that is no longer there has none.
pub(super) fn neighbours(view: &View, root: &str, component: &str, direction: Direction) -> Vec<Neighbour> {
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
    stack.system().dependencies.iter().filter_map(neighbour).collect()
}

fn item(view: &View, stack: &Stack, component: ComponentIndex) -> Option<Item> {
    let component = stack.system().component(component)?;
    let header = component.place.as_ref()?;
    let extent = component.extent.as_ref().filter(|extent| extent.file == header.file).unwrap_or(header);
    Some(Item {
        component: component.id.as_str().into(),
        detail: component.type_name.clone(),
        root: stack.id(),
        uri: view.uri(&header.file),
        range: view.range(&header.file, extent.span.cover(header.span)),
        header: view.range(&header.file, header.span),
    })
}
