//! How Compose puts a file over another, and a service over the one that it extends.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_documents::{Content, Entry, Node};
use foreshock_syntax::yaml::Value;
use foreshock_text::{FilePath, Place};

/// Lists to which another file adds.
const ADDED_TO: &[&str] = &[
    "ports",
    "expose",
    "volumes",
    "dns",
    "dns_search",
    "tmpfs",
    "external_links",
    "cap_add",
    "cap_drop",
    "devices",
    "env_file",
    "profiles",
    "links",
];

/// Lists that are a short form of a map: `A=b`, or names alone.
const MAPS: &[&str] = &["environment", "labels", "depends_on", "networks", "extra_hosts"];

/// What tags say of the values that they stand before.
#[derive(Debug, Default)]
pub(crate) struct Tagged {
    /// `!reset`: what is there is taken away.
    reset: BTreeSet<Place>,
    /// `!override`: what is there is replaced and not merged.
    instead: BTreeSet<Place>,
}

impl Tagged {
    /// Collects them from a value and everything in it.
    pub(crate) fn collect(&mut self, value: Value<'_>, file: &FilePath, depth: usize) {
        /// Maps and lists inside of each other.
        const DEEPEST: usize = 64;
        if depth > DEEPEST || value.is_alias() {
            return;
        }
        let place = || Place::new(file.clone(), value.span());
        match value.tag().map(|tag| &*tag.name) {
            Some("reset") => drop(self.reset.insert(place())),
            Some("override") => drop(self.instead.insert(place())),
            _ => {}
        }
        value.items().into_iter().flatten().for_each(|item| self.collect(item, file, depth + 1));
        value.entries().into_iter().flatten().for_each(|(_, inner)| self.collect(inner, file, depth + 1));
    }

    /// Takes out what nothing is left of: there was nothing to be taken away.
    pub(crate) fn without_resets(&self, node: &mut Node) {
        if let Content::Map(entries) = &mut node.content {
            entries.retain(|entry| !self.reset.contains(&entry.value.place));
            entries.iter_mut().for_each(|entry| self.without_resets(&mut entry.value));
        }
    }
}

/// Puts a document over another: maps are merged, some lists added to, everything else is replaced.
pub(crate) fn over(base: &mut Node, top: &Node, tagged: &Tagged) {
    for Entry { name, key, value } in top.entries() {
        if tagged.reset.contains(&value.place) {
            if let Some(entries) = base.entries_mut() {
                entries.retain(|entry| entry.name != *name);
            }
            continue;
        }
        if tagged.instead.contains(&value.place) {
            base.set(name, key.clone(), value.clone());
            continue;
        }
        if value.is_null() {
            continue;
        }
        let Some(own) = base.get_mut(name) else {
            base.set(name, key.clone(), value.clone());
            continue;
        };
        if MAPS.contains(&&**name) {
            *own = as_map(own);
            over(own, &as_map(value), tagged);
            continue;
        }
        match (&mut own.content, &value.content) {
            (Content::Map(_), Content::Map(_)) => over(own, value, tagged),
            (Content::List(items), Content::List(more)) if ADDED_TO.contains(&&**name) => {
                let is_new = |item: &&Node| !items.iter().any(|known| known.says_the_same(item));
                let new: Vec<Node> = more.iter().filter(is_new).cloned().collect();
                items.extend(new);
            }
            _ => base.set(name, key.clone(), value.clone()),
        }
    }
}

/// The short form of a map as a map: of `A=b` the value is `b`, of a name alone there is none.
pub(crate) fn as_map(node: &Node) -> Node {
    let Content::List(items) = &node.content else { return node.clone() };
    let mut map = Node::empty_map(node.place.clone());
    for item in items {
        let Some(word) = item.word() else { continue };
        let place: Place = item.place.clone();
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (Arc::from(name), Node::text_at(value, place.clone())),
            None => (word, Node::empty_map(place.clone())),
        };
        map.set(&name, place, value);
    }
    map
}
