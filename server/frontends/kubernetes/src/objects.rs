//! Objects as they are written: which there are in a text, and what each is called.

use std::fmt;
use std::sync::Arc;

use foreshock_documents::{Node, Room, Words, read_within};
use foreshock_syntax::yaml::Tree;
use foreshock_text::{FilePath, Place, Problem};

use crate::api::api;
use crate::recognise::is_of_a_cluster;

/// Lists inside of lists are followed so far.
const DEEPEST_LIST: usize = 8;

/// What tells an object from every other one of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `apps`; empty for the core.
    pub group: Arc<str>,
    /// `Deployment`.
    pub kind: Arc<str>,
    /// The namespace that is written; none where it is left to whoever applies it, or where the kind has none.
    pub namespace: Option<Arc<str>>,
    /// `web`.
    pub name: Arc<str>,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// An object of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// What it is called.
    pub identity: Identity,
    /// All of it.
    pub node: Node,
    /// Why there may be none of it, where that is not known.
    pub may_be_absent: Option<Arc<str>>,
}

impl Object {
    /// An object that a node describes; `None` where the node is none. One without a name is called by what its name begins with,
    /// or by nothing.
    pub fn of(node: Node) -> Option<Object> {
        let version = node.get("apiVersion")?.text()?;
        let kind = node.get("kind")?.text()?.clone();
        if !is_of_a_cluster(version, &kind) {
            return None;
        }
        let group: Arc<str> = version.rsplit_once('/').map_or("", |(group, _)| group).into();
        let word = |key| node.at(&["metadata", key]).and_then(Node::word);
        let name = word("name").or_else(|| word("generateName")).unwrap_or_default();
        let namespace = word("namespace").filter(|_| api().is_in_namespace(&kind));
        Some(Object { identity: Identity { group, kind, namespace, name }, node, may_be_absent: None })
    }

    /// Works out again what it is called.
    #[must_use]
    pub fn renamed(self) -> Object {
        match Object::of(self.node.clone()) {
            Some(object) => Object { may_be_absent: self.may_be_absent, ..object },
            None => self,
        }
    }

    /// What a diagnostic about it as a whole underlines: its name, else its kind.
    pub(crate) fn header(&self) -> Place {
        let named = self.node.get("metadata").and_then(|metadata| metadata.entry("name"));
        let entry =
            named.filter(|name| name.value.place.file == self.node.place.file).or_else(|| self.node.entry("kind"));
        entry.map_or_else(|| self.node.place.clone(), |entry| entry.place())
    }
}

/// The objects of a text in their order, those of lists among them, and what is wrong with them.
pub fn objects_of(file: &FilePath, tree: &Tree) -> (Vec<Object>, Vec<Problem>) {
    let (mut objects, mut problems) = (Vec::new(), Vec::new());
    let mut room = Room::default();
    for document in tree.documents() {
        let (node, told) = read_within(document, file, Words::Older, &mut room);
        problems.extend(told);
        collect(node, 0, &mut objects, &mut problems);
    }
    (objects, problems)
}

fn collect(node: Node, depth: usize, objects: &mut Vec<Object>, problems: &mut Vec<Problem>) {
    let Some(object) = Object::of(node) else { return };
    let is_list = object.identity.kind.ends_with("List") && object.node.get("items").is_some();
    if is_list && depth < DEEPEST_LIST {
        let items = object.node.get("items").map(|items| items.items().to_vec()).unwrap_or_default();
        items.into_iter().for_each(|item| collect(item, depth + 1, objects, problems));
        return;
    }
    if object.identity.name.is_empty() {
        let kind = &object.identity.kind;
        let message = format!("this {kind} has no name; expected `metadata: {{name: ...}}`");
        problems.push(Problem::new(object.header().span, message));
        return;
    }
    objects.push(object);
}
