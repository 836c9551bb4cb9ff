//! Maps of configuration and secrets that a kustomization makes of literals and files.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use camino::Utf8Path;
use foreshock_documents::{Content, Entry, Node, joined};
use foreshock_text::{FilePath, Place};

use super::{Building, Part, items};
use crate::Object;

/// Adds what the generators of a kustomization make.
pub(super) fn generate(building: &mut Building<'_>, directory: &Utf8Path, node: &Node, objects: &mut Vec<Part>) {
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for item in items(node, field) {
            let Some(name) = item.get("name").filter(|name| name.word().is_some()) else {
                building.problem_at(&item.place, format!("a {kind} that is generated needs a `name`"));
                continue;
            };
            let data = data(building, directory, item, kind);
            add(item, kind, name, data, objects);
        }
    }
}

fn add(item: &Node, kind: &str, name: &Node, data: Vec<Entry>, objects: &mut Vec<Part>) {
    let place = item.place.clone();
    let word = name.word().unwrap_or_default();
    let behavior = item.get("behavior").and_then(Node::word);
    let is_it = |part: &&mut Part| {
        let identity = &part.object.identity;
        *identity.kind == *kind && (identity.name == word || part.names.contains(&word))
    };
    if let Some(part) =
        objects.iter_mut().find(is_it).filter(|_| behavior.as_deref().is_some_and(|how| how != "create"))
    {
        let is_new = behavior.as_deref() == Some("replace");
        let data = Node { place: place.clone(), content: Content::Map(data) };
        match part.object.node.map_at("data", &place).filter(|_| !is_new) {
            Some(own) => {
                data.entries().iter().for_each(|entry| own.set(&entry.name, entry.key.clone(), entry.value.clone()))
            }
            None => part.object.node.set("data", place, data),
        }
        return;
    }
    let mut object = Node::empty_map(place.clone());
    let mut metadata = Node::empty_map(place.clone());
    metadata.set("name", name.place.clone(), name.clone());
    if let Some(namespace) = item.get("namespace") {
        metadata.set("namespace", namespace.place.clone(), namespace.clone());
    }
    if let Some(labels) = item.at(&["options", "labels"]) {
        metadata.set("labels", labels.place.clone(), labels.clone());
    }
    object.set("apiVersion", place.clone(), Node::text_at("v1", place.clone()));
    object.set("kind", place.clone(), Node::text_at(kind, place.clone()));
    object.set("metadata", place.clone(), metadata);
    if kind == "Secret" {
        let sort = item.get("type").cloned().unwrap_or_else(|| Node::text_at("Opaque", place.clone()));
        object.set("type", place.clone(), sort);
    }
    object.set("data", place.clone(), Node { place, content: Content::Map(data) });
    if let Some(object) = Object::of(object) {
        objects.push(Part { object, names: Vec::new() });
    }
}

fn data(building: &mut Building<'_>, directory: &Utf8Path, item: &Node, kind: &str) -> Vec<Entry> {
    let mut data: Vec<Entry> = Vec::new();
    let mut give = |name: &str, text: &str, place: &Place| {
        let text: Arc<str> = if kind == "Secret" { STANDARD.encode(text).into() } else { text.into() };
        data.retain(|entry: &Entry| *entry.name != *name);
        let value = Node::text_at(text, place.clone());
        data.push(Entry { name: name.into(), key: place.clone(), value });
    };
    for literal in items(item, "literals") {
        if let Some((name, value)) = literal.word().as_deref().and_then(|text| text.split_once('=')) {
            let quotes = ['"', '\''];
            let is_quoted =
                value.len() > 1 && quotes.iter().any(|quote| value.starts_with(*quote) && value.ends_with(*quote));
            let value = if is_quoted { value.trim_matches(quotes) } else { value };
            give(name, value, &literal.place);
        }
    }
    let single = item.get("env").into_iter();
    for list in items(item, "envs").iter().chain(single) {
        let Some(text) = building.text_at(directory, list) else { continue };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((name, value)) = line.split_once('=') {
                give(name, value, &list.place);
            }
        }
    }
    for file in items(item, "files") {
        let Some(written) = file.word() else { continue };
        let (name, path) = match written.split_once('=') {
            Some((name, path)) => (name.to_owned(), Node::text_at(path, file.place.clone())),
            None => (Utf8Path::new(&*written).file_name().unwrap_or_default().to_owned(), file.clone()),
        };
        if let Some(text) = building.text_at(directory, &path) {
            give(&name, &text, &file.place);
        }
    }
    data
}

impl Building<'_> {
    /// The text of a file that an item names.
    fn text_at(&mut self, directory: &Utf8Path, item: &Node) -> Option<Arc<str>> {
        let written = item.word()?;
        let file = FilePath::new(joined(directory, &written));
        let Some(text) = self.sources.text(&file) else {
            self.problem_at(&item.place, format!("there is no file {written}"));
            return None;
        };
        self.built.files.insert(file);
        self.spend(text.len(), &item.place).then_some(text)
    }
}
