//! An object in the spelling of the catalog's rows.

use foreshock_documents::{Content, Entry, Node};
use foreshock_resources::{Attribute, AttributePlace, Block, BlockPlace, Body, Kind, Provenance, Value};
use foreshock_text::{Place, Span};

use crate::api::{Api, api};

/// How the names of an object's fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelled {
    /// As rows spell what Terraform's provider has a resource for.
    AsProvider,
    /// As the API does.
    AsApi,
}

/// Fields of a persistent volume that do not say what it is made of.
const NO_SOURCES: &[&str] = &["capacity", "claimRef", "nodeAffinity"];

/// The block that rows have around what a persistent volume is made of.
const SOURCE: &str = "persistent_volume_source";

/// Makes bodies of objects of one kind.
pub(crate) struct Spelling<'a> {
    pub(crate) kind: &'a str,
    pub(crate) spelled: Spelled,
    /// Whether what is written at a place must never be shown.
    pub(crate) is_secret: &'a dyn Fn(&Place) -> bool,
}

impl Spelling<'_> {
    /// What an object says, but for its version, its kind and what the cluster reports of it.
    pub(crate) fn object(&self, object: &Node) -> Body {
        let mut body = Body::default();
        for entry in object.entries() {
            match &*entry.name {
                "apiVersion" | "kind" | "status" => {}
                // Whoever reads a key has its value already.
                "data" | "stringData" | "binaryData" if matches!(self.kind, "ConfigMap" | "Secret") => {
                    let name = match &*entry.name {
                        "data" => "contents",
                        "stringData" => "text",
                        _ => "binary_data",
                    };
                    body.attributes.insert(name.into(), self.attribute(entry));
                }
                _ => self.entry(entry, &[], &mut body),
            }
        }
        body
    }

    fn entry(&self, entry: &Entry, above: &[&str], body: &mut Body) {
        let field = &*entry.name;
        let is_map = self.spelled == Spelled::AsProvider && api().is_map(self.kind, field)
            || self.spelled == Spelled::AsApi && api().is_map("", field);
        let is_source = self.kind == "PersistentVolume" && above == ["spec"] && !NO_SOURCES.contains(&field);
        match &entry.value.content {
            Content::Scalar(Kind::Null) => {}
            Content::Map(_) if is_source && self.spelled == Spelled::AsProvider => {
                let mut around = Body::default();
                around.blocks.push(self.block(entry, &entry.value, above));
                let block = block_place(&entry.value, &entry.key);
                body.blocks.push(Block { kind: SOURCE.into(), labels: Vec::new(), block, body: around, unknown: None });
            }
            Content::Map(_) if !is_map => body.blocks.push(self.block(entry, &entry.value, above)),
            Content::List(items) if !items.is_empty() && items.iter().all(Node::is_map) => {
                body.blocks.extend(items.iter().map(|item| self.block(entry, item, above)));
            }
            _ => {
                body.attributes.insert(self.name(field).into(), self.attribute(entry));
            }
        }
    }

    fn block(&self, entry: &Entry, node: &Node, above: &[&str]) -> Block {
        let mut body = Body::default();
        let mut path = above.to_vec();
        path.push(&entry.name);
        for inner in node.entries() {
            self.entry(inner, &path, &mut body);
        }
        let is_item = matches!(entry.value.content, Content::List(_));
        let first = || node.entries().iter().find(|first| first.key.file == node.place.file).map(Entry::place);
        let header = if is_item { first().unwrap_or_else(|| node.place.clone()) } else { entry.key.clone() };
        let block = block_place(node, &header);
        Block { kind: self.name(&entry.name).into(), labels: Vec::new(), block, body, unknown: None }
    }

    fn attribute(&self, entry: &Entry) -> Attribute {
        let place = &entry.value.place;
        let name = if entry.key.file == place.file { entry.key.span } else { place.span };
        let place = AttributePlace { file: place.file.clone(), name, value: place.span };
        Attribute { value: self.value(&entry.value), place }
    }

    fn value(&self, node: &Node) -> Value {
        let value = node.value();
        let is_secret = |node: &Node| (self.is_secret)(&node.place);
        let marked = |value: Value| Value { provenance: Provenance::none().with_sensitive(true), ..value };
        match &node.content {
            _ if is_secret(node) => marked(value),
            Content::Map(entries) => {
                let pairs = entries.iter().map(|entry| (entry.name.clone(), self.value(&entry.value)));
                Value { kind: Kind::Map(std::sync::Arc::new(pairs.collect())), ..value }
            }
            Content::List(items) => Value {
                kind: Kind::List(std::sync::Arc::new(items.iter().map(|item| self.value(item)).collect())),
                ..value
            },
            Content::Scalar(_) => value,
        }
    }

    fn name(&self, field: &str) -> String {
        match self.spelled {
            Spelled::AsProvider => api().spelled(field),
            Spelled::AsApi => field.to_owned(),
        }
    }
}

fn block_place(node: &Node, header: &Place) -> BlockPlace {
    let is_here = header.file == node.place.file;
    let own: Span = if is_here { header.span } else { node.place.span };
    BlockPlace { file: node.place.file.clone(), header: own, span: own.cover(node.place.span), body: node.place.span }
}

/// The fields of the API that a path of a row means.
pub fn native_path(path: &str, spelled: Spelled) -> Vec<String> {
    let api: &Api = api();
    let steps = path.split('.').filter(|step| *step != SOURCE);
    match spelled {
        Spelled::AsProvider => steps.map(|step| api.field(step)).collect(),
        Spelled::AsApi => steps.map(ToOwned::to_owned).collect(),
    }
}

/// How the names of the fields of a type are written in its rows.
pub fn spelled(type_name: &str) -> Spelled {
    if type_name.starts_with("kubernetes:") { Spelled::AsApi } else { Spelled::AsProvider }
}
