//! The parts of a document, and looking things up in them.

use std::sync::Arc;

use foreshock_resources::{Kind, Provenance, Value};
use foreshock_text::Place;

/// A part of a document with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where its value is written: the part that decides it.
    pub place: Place,
    /// What it is.
    pub content: Content,
}

/// What a part of a document is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A word, a number, a truth value, nothing, or what is not known: never a list or a map.
    Scalar(Kind),
    /// A list.
    List(Vec<Node>),
    /// Keys with values, in the order of the text, each key once.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub name: Arc<str>,
    /// Where the key is written.
    pub key: Place,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// Key and value as one place, where they stand in one file; else the value's.
    pub fn place(&self) -> Place {
        match self.key.file == self.value.place.file {
            true => Place::new(self.key.file.clone(), self.key.span.cover(self.value.place.span)),
            false => self.value.place.clone(),
        }
    }
}

impl Node {
    /// A map with nothing in it, that stands for something at a place.
    pub fn empty_map(place: Place) -> Node {
        Node { place, content: Content::Map(Vec::new()) }
    }

    /// A word at a place.
    pub fn text_at(text: impl Into<Arc<str>>, place: Place) -> Node {
        Node { place, content: Content::Scalar(Kind::String(text.into())) }
    }

    /// What is not known, with the reason.
    pub fn unknown(why: impl Into<Arc<str>>, place: Place) -> Node {
        Node { place, content: Content::Scalar(Kind::Unknown(why.into())) }
    }

    /// How much it is: the bytes of its texts, and some for each part. O(parts).
    pub fn weight(&self) -> usize {
        /// About a third of what it takes in memory.
        const PART: usize = 32;
        match &self.content {
            Content::Scalar(Kind::String(text) | Kind::Unknown(text)) => PART + text.len(),
            Content::Scalar(_) => PART,
            Content::List(items) => PART + items.iter().map(Node::weight).sum::<usize>(),
            Content::Map(entries) => PART + entries.iter().map(|entry| PART + entry.value.weight()).sum::<usize>(),
        }
    }

    /// How many parts it has, itself among them. O(parts).
    pub fn parts(&self) -> usize {
        match &self.content {
            Content::Scalar(_) => 1,
            Content::List(items) => 1 + items.iter().map(Node::parts).sum::<usize>(),
            Content::Map(entries) => 1 + entries.iter().map(|entry| entry.value.parts()).sum::<usize>(),
        }
    }

    /// The keys with their values; nothing where it is no map.
    pub fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items; nothing where it is no list.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// The entry of a key. O(entries).
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.name == name)
    }

    /// The value of a key; `None` where there is none, or where it is written as `null`. O(entries).
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|entry| &entry.value).filter(|value| !value.is_null())
    }

    /// The value that a path of keys leads to.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The same, to be changed.
    pub fn at_mut(&mut self, path: &[&str]) -> Option<&mut Node> {
        path.iter().try_fold(self, |node, name| node.get_mut(name))
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        let entry = self.entries_mut()?.iter_mut().find(|entry| &*entry.name == name)?;
        (!entry.value.is_null()).then_some(&mut entry.value)
    }

    /// The keys with their values, to be changed; `None` where it is no map.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.content {
            Content::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, to be changed; `None` where it is no list.
    pub fn items_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.content {
            Content::List(items) => Some(items),
            _ => None,
        }
    }

    /// Writes the value of a key of a map, in place of the one that is there; nothing happens to what is no map.
    pub fn set(&mut self, name: &str, key: Place, value: Node) {
        let Some(entries) = self.entries_mut() else { return };
        match entries.iter_mut().find(|entry| &*entry.name == name) {
            Some(entry) => (entry.key, entry.value) = (key, value),
            None => entries.push(Entry { name: name.into(), key, value }),
        }
    }

    /// The map at a key, made where there is none.
    pub fn map_at(&mut self, name: &str, place: &Place) -> Option<&mut Node> {
        if self.get(name).is_none() {
            self.set(name, place.clone(), Node::empty_map(place.clone()));
        }
        self.get_mut(name).filter(|node| matches!(node.content, Content::Map(_)))
    }

    /// Its text, where it is a word.
    pub fn text(&self) -> Option<&Arc<str>> {
        match &self.content {
            Content::Scalar(Kind::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Its number, where it is one.
    pub fn number(&self) -> Option<f64> {
        match &self.content {
            Content::Scalar(Kind::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// What is written as a scalar, as text: `8080`, `true`, `web`.
    pub fn word(&self) -> Option<Arc<str>> {
        match &self.content {
            Content::Scalar(Kind::String(text)) => Some(text.clone()),
            Content::Scalar(Kind::Number(number)) => Some(number.to_string().into()),
            Content::Scalar(Kind::Bool(truth)) => Some(truth.to_string().into()),
            _ => None,
        }
    }

    /// Whether it says nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Scalar(Kind::Null))
    }

    /// Whether it is not known.
    pub fn is_unknown(&self) -> bool {
        matches!(self.content, Content::Scalar(Kind::Unknown(_)))
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.content, Content::Map(_))
    }

    /// Whether both say the same, wherever they are written.
    pub fn says_the_same(&self, other: &Node) -> bool {
        match (&self.content, &other.content) {
            (Content::Scalar(one), Content::Scalar(other)) => one == other,
            (Content::List(one), Content::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.says_the_same(other))
            }
            (Content::Map(one), Content::Map(all)) => {
                one.len() == all.len()
                    && one.iter().all(|entry| {
                        other.entry(&entry.name).is_some_and(|found| entry.value.says_the_same(&found.value))
                    })
            }
            _ => false,
        }
    }

    /// As a value of a resource: with the place where it is written.
    pub fn value(&self) -> Value {
        let kind = match &self.content {
            Content::Scalar(kind) => kind.clone(),
            Content::List(items) => Kind::List(Arc::new(items.iter().map(Node::value).collect())),
            Content::Map(entries) => {
                let pairs = entries.iter().map(|entry| (entry.name.clone(), entry.value.value()));
                Kind::Map(Arc::new(pairs.collect()))
            }
        };
        Value { kind, provenance: Provenance::none(), origin: Some(Arc::new(self.place.clone())) }
    }
}
