//! The tree: an arena of nodes with byte spans, and views on it.

use foreshock_text::Span;
use rustc_hash::FxHashMap;

use super::scalar::Scalar;

/// A node of one [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// A node: what it is and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) kind: NodeKind,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Text, a number, a truth value, nothing: YAML decides late, and so do we.
    Scalar(Scalar),
    /// A list.
    Sequence {
        /// The items, in order.
        items: Vec<NodeId>,
        /// `[a, b]` instead of lines with dashes.
        flow: bool,
    },
    /// Keys with values.
    Mapping {
        /// In the order of the text, keys given twice included.
        entries: Vec<Entry>,
        /// `{a: 1}` instead of lines.
        flow: bool,
    },
    /// `*name`: stands for an earlier node, which is never an alias itself.
    Alias(NodeId),
    /// An alias that leads nowhere, into itself or too far. A problem says so.
    Broken,
}

/// A key with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: NodeId,
    /// The value; an empty scalar where none is written.
    pub value: NodeId,
}

/// A tag of an application, `!Ref`: what a value is to be taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name, without the `!`.
    pub name: Box<str>,
    /// Where it is written, the `!` included.
    pub span: Span,
}

/// What was read of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) documents: Vec<NodeId>,
    /// Few values have one.
    pub(super) tags: FxHashMap<NodeId, Tag>,
}

impl Tree {
    /// The roots of the documents, in order.
    pub fn documents(&self) -> impl Iterator<Item = Value<'_>> {
        self.documents.iter().map(|&id| Value { tree: self, id })
    }

    /// A node by its id.
    pub fn value(&self, id: NodeId) -> Value<'_> {
        Value { tree: self, id }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }
}

/// A node seen in its tree. Aliases are followed, except by [`Value::span`].
#[derive(Clone, Copy, Debug)]
pub struct Value<'t> {
    tree: &'t Tree,
    id: NodeId,
}

/// A key of a mapping with its value.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'t> {
    /// The key's text.
    pub name: &'t str,
    /// The key.
    pub key: Value<'t>,
    /// The value.
    pub value: Value<'t>,
}

impl<'t> Value<'t> {
    /// Where it is written; of an alias, the alias.
    pub fn span(self) -> Span {
        self.tree.node(self.id).map_or_else(Span::default, |node| node.span)
    }

    /// Its id in the tree, an alias' own.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// What it is; what an alias stands for.
    pub fn kind(self) -> &'t NodeKind {
        const BROKEN: &NodeKind = &NodeKind::Broken;
        let node = self.tree.node(self.id);
        match node.map(|node| &node.kind) {
            Some(NodeKind::Alias(target)) => self.tree.node(*target).map_or(BROKEN, |node| &node.kind),
            Some(kind) => kind,
            None => BROKEN,
        }
    }

    /// The tag of an application that stands before it, or before what an alias stands for. Those of YAML itself, `!!str`, say
    /// nothing that a reader of ours asks for.
    pub fn tag(self) -> Option<&'t Tag> {
        let of = match self.tree.node(self.id).map(|node| &node.kind) {
            Some(NodeKind::Alias(target)) => *target,
            _ => self.id,
        };
        self.tree.tags.get(&of)
    }

    /// Whether it is written as `*name`, so that an edit here would change what is written elsewhere.
    pub fn is_alias(self) -> bool {
        self.tree.node(self.id).is_some_and(|node| matches!(node.kind, NodeKind::Alias(_)))
    }

    /// The scalar, if it is one.
    pub fn scalar(self) -> Option<&'t Scalar> {
        match self.kind() {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether it says nothing: no value, `null` or `~`.
    pub fn is_null(self) -> bool {
        self.scalar().is_some_and(Scalar::is_null)
    }

    /// The items, if it is a list.
    pub fn items(self) -> Option<impl ExactSizeIterator<Item = Value<'t>>> {
        match self.kind() {
            NodeKind::Sequence { items, .. } => Some(items.iter().map(move |&id| Value { tree: self.tree, id })),
            _ => None,
        }
    }

    /// The keys and values as written, if it is a mapping.
    pub fn entries(self) -> Option<impl ExactSizeIterator<Item = (Value<'t>, Value<'t>)>> {
        let view = move |id| Value { tree: self.tree, id };
        match self.kind() {
            NodeKind::Mapping { entries, .. } => {
                Some(entries.iter().map(move |entry| (view(entry.key), view(entry.value))))
            }
            _ => None,
        }
    }

    /// Whether it is a mapping or a list in braces or brackets.
    pub fn is_flow(self) -> bool {
        matches!(self.kind(), NodeKind::Sequence { flow: true, .. } | NodeKind::Mapping { flow: true, .. })
    }

    /// The keys that are text with their values, if it is a mapping: of a key given twice the last one; what `<<` merges
    /// in behind the mapping's own, the first one merged wins. O(entries).
    pub fn pairs(self) -> Option<Vec<Pair<'t>>> {
        let mut pairs = Pairs::default();
        let is_mapping = matches!(self.kind(), NodeKind::Mapping { .. });
        is_mapping.then(|| {
            pairs.own(self, 0);
            pairs.list
        })
    }

    /// The value of a key, as [`Value::pairs`] has it. O(entries).
    pub fn get(self, name: &str) -> Option<Value<'t>> {
        self.pairs()?.into_iter().find(|pair| pair.name == name).map(|pair| pair.value)
    }
}

/// Merged mappings inside of merged mappings are followed so far: nobody writes more, and it bounds the stack.
const DEEPEST_MERGE: usize = 32;

#[derive(Default)]
struct Pairs<'t> {
    list: Vec<Pair<'t>>,
    known: FxHashMap<&'t str, usize>,
}

impl<'t> Pairs<'t> {
    /// The pairs of a mapping, then those merged into it; names that are known already stay as they are.
    fn own(&mut self, mapping: Value<'t>, depth: usize) {
        let first_own = self.list.len();
        let mut merged = Vec::new();
        for (key, value) in mapping.entries().into_iter().flatten() {
            let Some(scalar) = key.scalar() else { continue };
            if scalar.is_merge() {
                merged.push(value);
                continue;
            }
            let pair = Pair { name: scalar.text(), key, value };
            match self.known.get(pair.name).copied() {
                None => {
                    self.known.insert(pair.name, self.list.len());
                    self.list.push(pair);
                }
                // Given twice in this very mapping: the last one counts.
                Some(at) if at >= first_own => {
                    if let Some(slot) = self.list.get_mut(at) {
                        *slot = pair;
                    }
                }
                Some(_) => {}
            }
        }
        if depth >= DEEPEST_MERGE {
            return;
        }
        for value in merged {
            match value.kind() {
                NodeKind::Mapping { .. } => self.own(value, depth + 1),
                _ => value.items().into_iter().flatten().for_each(|item| self.own(item, depth + 1)),
            }
        }
    }
}
