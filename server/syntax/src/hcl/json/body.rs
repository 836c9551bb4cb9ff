//! JSON objects as blocks. What is a block and what an attribute is not written in JSON: for Terraform's own blocks the
//! language says it, inside of resources somebody who knows them ([`Attributes`]).

use std::sync::Arc;

use foreshock_text::{Problem, Span};

use super::Attributes;
use super::tree::{Key, Kind, Node};
use super::value::{Texts, expression};
use crate::hcl::ast::{Attribute, Block, Body, Label};
use crate::hcl::scanner::{Values, duplicates};

/// What a body may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Schema {
    /// A file.
    File,
    /// Attributes alone: `locals`, variable files.
    Plain,
    /// Attributes whose texts are not evaluated.
    Literal,
    Terraform,
    Variable,
    Output,
    Module,
    /// `moved`, `import`, `removed`.
    Move,
    Check,
    /// A resource, data source or provider.
    Resource,
    /// The blocks in one.
    Nested,
    Dynamic,
    Lifecycle,
    /// `action_trigger`.
    Trigger,
    /// `condition` and `error_message`.
    Condition,
}

/// What a key of a body is.
enum Item {
    /// A block with so many labels.
    Block(usize, Schema),
    Attribute(Texts),
}

/// Reads a file of configuration.
pub(super) fn file(root: &Node, reader: &mut Reader<'_, '_>) -> Body {
    reader.body(&[root], Schema::File)
}

/// Reads a file of values.
pub(super) fn values(root: &Node, reader: &mut Reader<'_, '_>) -> Body {
    reader.body(&[root], Schema::Literal)
}

/// What the conversion shares.
pub(super) struct Reader<'t, 'v> {
    pub(super) text: &'t str,
    pub(super) values: &'v mut dyn Values,
    pub(super) attributes: &'v dyn Attributes,
    pub(super) problems: &'v mut Vec<Problem>,
    /// The type of the resource around.
    pub(super) resource: Arc<str>,
}

impl Reader<'_, '_> {
    /// The objects of `nodes` together: a body may be written as a list of objects.
    fn body(&mut self, nodes: &[&Node], schema: Schema) -> Body {
        let mut body =
            Body { span: nodes.first().map_or(Span::empty(0), |node| node.inside(self.text)), ..Body::default() };
        for node in nodes {
            match &node.kind {
                Kind::Object(entries) => self.entries(entries, schema, &mut body),
                Kind::Array(items) if schema == Schema::File => {
                    let inner = self.body(&items.iter().collect::<Vec<_>>(), schema);
                    body.attributes.extend(inner.attributes);
                    body.blocks.extend(inner.blocks);
                }
                Kind::Missing => {}
                _ => self.problems.push(Problem::new(node.span, "expected an object `{ }`")),
            }
        }
        duplicates(&body, self.problems);
        body
    }

    fn entries(&mut self, entries: &[(Key, Node)], schema: Schema, body: &mut Body) {
        for (key, node) in entries {
            // The one way to write a comment.
            if &*key.text == "//" {
                continue;
            }
            match self.item(schema, key, node) {
                Some(Item::Block(labels, inner)) => self.blocks(key, node, labels, inner, body),
                Some(Item::Attribute(texts)) => body.attributes.push(self.attribute(key, node, texts)),
                None => {
                    let message = format!("`{}` is not known at the top of a Terraform file", key.text);
                    self.problems.push(Problem::new(key.span, message));
                }
            }
        }
    }

    fn attribute(&mut self, key: &Key, node: &Node, texts: Texts) -> Attribute {
        let expr = expression(self.text, node, texts, self.values, self.problems);
        Attribute { name: key.text.clone(), name_span: key.quoted(self.text), value_span: node.span, expr }
    }

    fn item(&self, schema: Schema, key: &Key, node: &Node) -> Option<Item> {
        use Item::{Attribute, Block};
        let template = Attribute(Texts::Templates);
        Some(match (schema, &*key.text) {
            (Schema::File, "locals") => Block(0, Schema::Plain),
            (Schema::File, "terraform") => Block(0, Schema::Terraform),
            (Schema::File, "variable") => Block(1, Schema::Variable),
            (Schema::File, "output") => Block(1, Schema::Output),
            (Schema::File, "module") => Block(1, Schema::Module),
            (Schema::File, "provider") => Block(1, Schema::Resource),
            (Schema::File, "check") => Block(1, Schema::Check),
            (Schema::File, "resource" | "data" | "ephemeral" | "action") => Block(2, Schema::Resource),
            (Schema::File, "moved" | "import" | "removed") => Block(0, Schema::Move),
            (Schema::File, _) => return None,
            (Schema::Literal, _) => Attribute(Texts::Literal),
            (Schema::Terraform, "backend" | "provider_meta") => Block(1, Schema::Plain),
            (Schema::Terraform, "required_providers") => Block(0, Schema::Literal),
            (Schema::Terraform, "cloud") => Block(0, Schema::Nested),
            (Schema::Variable, "type") => Attribute(Texts::Names),
            (Schema::Variable, "validation") | (Schema::Output, "precondition") => Block(0, Schema::Condition),
            (Schema::Lifecycle, "precondition" | "postcondition") => Block(0, Schema::Condition),
            (Schema::Lifecycle, "action_trigger") => Block(0, Schema::Trigger),
            (Schema::Trigger, "events" | "actions") => Attribute(Texts::Names),
            (Schema::Check, "assert") => Block(0, Schema::Condition),
            (Schema::Check, "data") => Block(2, Schema::Resource),
            (Schema::Variable, _) | (Schema::Module, "source" | "version") => Attribute(Texts::Literal),
            (Schema::Module, "providers") | (Schema::Resource, "provider") => Attribute(Texts::Names),
            (Schema::Module | Schema::Output | Schema::Resource, "depends_on") => Attribute(Texts::Names),
            (Schema::Move, "from" | "to" | "provider") | (Schema::Dynamic, "iterator") => Attribute(Texts::Names),
            (Schema::Lifecycle, "ignore_changes" | "replace_triggered_by") => Attribute(Texts::Names),
            (Schema::Move | Schema::Resource | Schema::Module, "lifecycle") if is_body(node) => {
                Block(0, Schema::Lifecycle)
            }
            (Schema::Resource | Schema::Nested, "dynamic") if is_body(node) => Block(1, Schema::Dynamic),
            (Schema::Resource, "provisioner") if is_body(node) => Block(1, Schema::Nested),
            (Schema::Dynamic, "content") => Block(0, Schema::Nested),
            (Schema::Resource | Schema::Nested, name) if self.is_block(name, node) => Block(0, Schema::Nested),
            _ => template,
        })
    }

    /// Whether a name in a resource means nested blocks.
    fn is_block(&self, name: &str, node: &Node) -> bool {
        let flat = match &node.kind {
            Kind::Object(entries) => entries.iter().all(|(_, value)| is_scalar(value)),
            _ if !is_body(node) => return false,
            _ => false,
        };
        !self.attributes.is_attribute(&self.resource, name, flat)
    }

    /// The blocks that a key stands for, through its labels.
    fn blocks(&mut self, key: &Key, node: &Node, labels: usize, schema: Schema, body: &mut Body) {
        let mut path = Vec::with_capacity(labels);
        self.labelled(key, node, labels, &mut path, schema, body);
    }

    fn labelled<'n>(
        &mut self,
        kind: &'n Key,
        node: &'n Node,
        labels: usize,
        path: &mut Vec<&'n Key>,
        schema: Schema,
        body: &mut Body,
    ) {
        if path.len() < labels {
            match &node.kind {
                Kind::Object(entries) => {
                    for (key, value) in entries {
                        let is_comment = &*key.text == "//" && is_scalar(value);
                        if !is_comment {
                            path.push(key);
                            self.labelled(kind, value, labels, path, schema, body);
                            path.pop();
                        }
                    }
                }
                Kind::Array(items) => {
                    for item in items {
                        self.labelled(kind, item, labels, path, schema, body);
                    }
                }
                Kind::Null | Kind::Missing => {}
                _ => {
                    let message = format!("expected an object with the names of each `{}`", kind.text);
                    self.problems.push(Problem::new(node.span, message));
                }
            }
            return;
        }
        match &node.kind {
            Kind::Object(_) => body.blocks.push(Arc::new(self.block(kind, path, node, None, schema))),
            Kind::Array(items) => {
                for item in items {
                    let place = (items.len() > 1).then_some(item);
                    body.blocks.push(Arc::new(self.block(kind, path, item, place, schema)));
                }
            }
            // A block that is being typed is there already.
            Kind::Missing => body.blocks.push(Arc::new(self.block(kind, path, node, None, schema))),
            Kind::Null => {}
            _ => {
                let message = format!("expected an object `{{ }}` as the content of `{}`", kind.text);
                self.problems.push(Problem::new(node.span, message));
            }
        }
    }

    /// One block. `among` is its object when it is one of several under the same key, and then stands for its header.
    fn block(&mut self, kind: &Key, path: &[&Key], node: &Node, among: Option<&Node>, schema: Schema) -> Block {
        let last = path.last().copied().unwrap_or(kind);
        let header_span =
            among.map_or_else(|| last.quoted(self.text), |object| Span::new(object.span.start, object.span.start + 1));
        let is_resource = matches!(&*kind.text, "resource" | "data" | "ephemeral" | "action") && path.len() == 2;
        let before = is_resource.then(|| {
            let type_name = path.first().map_or_else(|| Arc::from(""), |key| key.text.clone());
            std::mem::replace(&mut self.resource, type_name)
        });
        let inner = self.body(&[node], schema);
        if let Some(before) = before {
            self.resource = before;
        }
        Block {
            kind: kind.text.clone(),
            kind_span: if path.is_empty() { header_span } else { kind.quoted(self.text) },
            labels: path.iter().map(|key| Label { text: key.text.clone(), span: key.quoted(self.text) }).collect(),
            header_span,
            span: header_span.cover(node.span),
            closed: node.span.text(self.text).ends_with('}'),
            body: inner,
        }
    }
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node.kind, Kind::Object(_) | Kind::Array(_))
}

fn is_body(node: &Node) -> bool {
    match &node.kind {
        Kind::Object(_) => true,
        Kind::Array(items) => !items.is_empty() && items.iter().all(|item| matches!(item.kind, Kind::Object(_))),
        _ => false,
    }
}
