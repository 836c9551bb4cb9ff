//! The properties of a resource as the body that its row of the catalog reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Attribute, AttributePlace, Block, BlockPlace, Body, Kind, Value};
use foreshock_syntax::yaml::{NodeKind, Value as Node};
use foreshock_text::Span;

use crate::evaluate::{Reduced, Scope, call, text_of, truth_of};
use crate::functions::json;
use crate::types::{Form, Property, TypeRow, snake};

/// Where something is written: a name and its value.
#[derive(Clone, Copy)]
pub(crate) struct Written {
    pub(crate) name: Span,
    pub(crate) value: Span,
}

impl<'t> Scope<'t, '_> {
    /// Adds what a mapping of properties says, which stands at `path` of its resource.
    pub(crate) fn add_properties(&self, properties: Node<'t>, row: Option<&TypeRow>, path: &str, body: &mut Body) {
        match self.reduce(properties) {
            Reduced::Node(node) => {
                for pair in node.pairs().into_iter().flatten() {
                    if pair.name.starts_with("Fn::") {
                        continue;
                    }
                    let path = if path.is_empty() { pair.name.to_owned() } else { format!("{path}.{}", pair.name) };
                    self.add_property(&path, pair.key, pair.value, row, body);
                }
            }
            Reduced::Value(Value { kind: Kind::Map(items), .. }) => {
                let written = Written { name: properties.span(), value: properties.span() };
                for (name, value) in items.iter() {
                    let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                    self.add_value(&path, &property_at(row, &path), value, written, row, body);
                }
            }
            _ => {}
        }
    }

    fn add_property(&self, path: &str, key: Node<'t>, node: Node<'t>, row: Option<&TypeRow>, body: &mut Body) {
        let written = Written { name: key.span(), value: node.span() };
        if path.ends_with("Tags") && !path.contains('.') {
            return self.add_tags(written, node, body);
        }
        if row.is_some_and(|row| row.is_keyed(path)) {
            self.add_keyed(path, node, row, body);
        }
        let property = property_at(row, path);
        match &property.form {
            Form::Plain => self.add_plain(path, &property, key, node, row, body),
            Form::Rest => match self.reduce(node) {
                Reduced::Node(list) => {
                    for item in list.items().into_iter().flatten().skip(1) {
                        self.add_item(path, &property.name, item, row, body);
                    }
                }
                Reduced::Value(value) => self.put(body, &property.name, value, written),
                _ => {}
            },
            Form::Entries => {
                if let Reduced::Node(list) = self.reduce(node) {
                    for pair in list.pairs().into_iter().flatten() {
                        let mut inner = Body::default();
                        let written = Written { name: pair.key.span(), value: pair.value.span() };
                        self.put(&mut inner, "name", Value::string(pair.name), written);
                        if let Some(value) = self.value(pair.value) {
                            self.put(&mut inner, "value", value, written);
                        }
                        body.blocks.push(self.block(&property.name, written, inner));
                    }
                }
            }
            form => {
                if let Some(value) = self.value(node) {
                    self.put(body, &property.name, formed(form, value), written);
                }
            }
        }
    }

    /// An attribute of the resource itself.
    pub(crate) fn add_outer(&self, path: &str, key: Node<'t>, node: Node<'t>, row: &TypeRow, body: &mut Body) {
        self.add_property(path, key, node, Some(row), body);
    }

    fn add_plain(
        &self,
        path: &str,
        property: &Property,
        key: Node<'t>,
        node: Node<'t>,
        row: Option<&TypeRow>,
        body: &mut Body,
    ) {
        let written = Written { name: key.span(), value: node.span() };
        match self.reduce(node) {
            Reduced::Absent => {}
            Reduced::Value(value) => self.add_value(path, property, &value, written, row, body),
            Reduced::Either(value, branches) => match branches.iter().any(|branch| holds_objects(*branch)) {
                true => {
                    let why = value.first_reason();
                    // What is in it either way is read for what it refers to.
                    let mut inner = Body::default();
                    for branch in branches {
                        self.add_content(path, branch, row, &mut inner);
                    }
                    self.wrap(&property.name, written, inner, why, body);
                }
                false => self.put(body, &property.name, value, written),
            },
            Reduced::Node(node) => match node.kind() {
                NodeKind::Mapping { .. } => {
                    let mut inner = Body::default();
                    self.add_properties(node, row, path, &mut inner);
                    self.wrap(&property.name, written, inner, None, body);
                }
                NodeKind::Sequence { .. } => {
                    let items: Vec<Node<'t>> = node.items().into_iter().flatten().collect();
                    match items.iter().any(|item| holds_objects(*item)) {
                        true => items.into_iter().for_each(|item| self.add_item(path, &property.name, item, row, body)),
                        false => self.put(body, &property.name, self.content(node), written),
                    }
                }
                _ => {
                    let value = self.content(node);
                    if value.kind != Kind::Null {
                        self.put(body, &property.name, value, written);
                    }
                }
            },
        }
    }

    /// What an object, or each object of a list, says.
    fn add_content(&self, path: &str, node: Node<'t>, row: Option<&TypeRow>, body: &mut Body) {
        match self.reduce(node) {
            Reduced::Node(node) if node.items().is_some() => {
                node.items().into_iter().flatten().for_each(|item| self.add_content(path, item, row, body));
            }
            Reduced::Node(node) => self.add_properties(node, row, path, body),
            Reduced::Either(_, branches) => {
                branches.into_iter().for_each(|branch| self.add_content(path, branch, row, body));
            }
            Reduced::Value(_) | Reduced::Absent => {}
        }
    }

    /// An object of a list.
    fn add_item(&self, path: &str, name: &str, item: Node<'t>, row: Option<&TypeRow>, body: &mut Body) {
        let first = item.entries().and_then(|mut entries| entries.next()).map_or(item.span(), |(key, _)| key.span());
        let written = Written { name: first, value: item.span() };
        match self.reduce(item) {
            Reduced::Absent => {}
            Reduced::Node(node) => {
                let mut inner = Body::default();
                self.add_properties(node, row, path, &mut inner);
                self.wrap(name, written, inner, None, body);
            }
            Reduced::Either(value, branches) => {
                let mut inner = Body::default();
                branches.into_iter().for_each(|branch| self.add_content(path, branch, row, &mut inner));
                self.wrap(name, written, inner, value.first_reason(), body);
            }
            Reduced::Value(value) => {
                self.add_value(
                    path,
                    &Property { name: name.to_owned(), form: Form::Plain },
                    &value,
                    written,
                    row,
                    body,
                );
            }
        }
    }

    /// A value that stands nowhere by itself: an object is a block all the same.
    fn add_value(
        &self,
        path: &str,
        property: &Property,
        value: &Value,
        written: Written,
        row: Option<&TypeRow>,
        body: &mut Body,
    ) {
        let is_object = |value: &Value| matches!(value.kind, Kind::Map(_));
        match &value.kind {
            _ if property.form != Form::Plain => {
                self.put(body, &property.name, formed(&property.form, value.clone()), written)
            }
            Kind::Map(items) => {
                let mut inner = Body::default();
                for (name, value) in items.iter() {
                    let path = format!("{path}.{name}");
                    self.add_value(&path, &property_at(row, &path), value, written, row, &mut inner);
                }
                self.wrap(&property.name, written, inner, None, body);
            }
            Kind::List(items) if items.iter().any(is_object) => {
                items.iter().for_each(|item| self.add_value(path, property, item, written, row, body));
            }
            Kind::Null => {}
            _ => self.put(body, &property.name, value.clone(), written),
        }
    }

    /// A list of keys and values some of which are attributes.
    fn add_keyed(&self, path: &str, node: Node<'t>, row: Option<&TypeRow>, body: &mut Body) {
        let Reduced::Node(list) = self.reduce(node) else { return };
        for item in list.items().into_iter().flatten() {
            let Reduced::Node(item) = self.reduce(item) else { continue };
            let (Some(key), Some(node)) = (item.get("Key"), item.get("Value")) else { continue };
            let Some(name) = key.scalar().map(|key| key.text()) else { continue };
            let Some(property) = row.and_then(|row| row.keyed(path, name)) else { continue };
            if let Some(value) = self.value(node) {
                let written = Written { name: key.span(), value: node.span() };
                self.put(body, &property.name, formed(&property.form, value), written);
            }
        }
    }

    fn add_tags(&self, written: Written, node: Node<'t>, body: &mut Body) {
        let Some(value) = self.value(node) else { return };
        let tags = match &value.kind {
            Kind::List(items) => {
                let tag = |item: &Value| match &item.kind {
                    Kind::Map(tag) => {
                        Some((text_of(tag.get("Key")?)?, tag.get("Value").cloned().unwrap_or_else(Value::null)))
                    }
                    _ => None,
                };
                Value { kind: Kind::Map(Arc::new(items.iter().filter_map(tag).collect())), ..value.clone() }
            }
            _ => value,
        };
        self.put(body, "tags", tags, written);
    }

    /// Adds a block; one without a name is no block of its own.
    fn wrap(&self, name: &str, written: Written, inner: Body, unknown: Option<Arc<str>>, body: &mut Body) {
        if name.is_empty() {
            for (name, attribute) in inner.attributes {
                body.attributes.entry(name).or_insert(attribute);
            }
            body.blocks.extend(inner.blocks);
            return;
        }
        let (last, around) = split(name);
        if let Some(target) = self.inside(body, &around, written) {
            target.blocks.push(Block { unknown, ..self.block(last, written, inner) });
        }
    }

    pub(crate) fn block(&self, name: &str, written: Written, body: Body) -> Block {
        let file = self.template.file.clone();
        let span = written.name.cover(written.value);
        let block = BlockPlace { file, header: written.name, span, body: written.value };
        Block { kind: Arc::from(name), labels: Vec::new(), block, body, unknown: None }
    }

    /// The body at the end of a way through blocks, made where there are none.
    fn inside<'b>(&self, body: &'b mut Body, way: &[&str], written: Written) -> Option<&'b mut Body> {
        let mut body = body;
        for name in way {
            if !body.blocks.iter().any(|block| &*block.kind == *name) {
                body.blocks.push(self.block(name, written, Body::default()));
            }
            body = &mut body.blocks.iter_mut().find(|block| &*block.kind == *name)?.body;
        }
        Some(body)
    }

    /// Writes an attribute; a name with dots goes through blocks.
    pub(crate) fn put(&self, body: &mut Body, name: &str, value: Value, written: Written) {
        if name.is_empty() {
            return;
        }
        let (last, around) = split(name);
        let Some(target) = self.inside(body, &around, written) else { return };
        let place = AttributePlace { file: self.template.file.clone(), name: written.name, value: written.value };
        target.attributes.insert(Arc::from(last), Attribute { value, place });
    }
}

/// The last name of a path, and those before it.
fn split(name: &str) -> (&str, Vec<&str>) {
    let mut names: Vec<&str> = name.split('.').collect();
    (names.pop().unwrap_or(name), names)
}

/// What a property is called; by the rule where its type has no row.
fn property_at(row: Option<&TypeRow>, path: &str) -> Property {
    match row {
        Some(row) => row.property(path),
        None => Property { name: snake(path.rsplit('.').next().unwrap_or(path)), form: Form::Plain },
    }
}

/// Whether a node is an object or a list of objects, or may become one.
fn holds_objects(node: Node<'_>) -> bool {
    match call(node) {
        Some(call) if call.name == "If" => call.argument.items().into_iter().flatten().skip(1).any(holds_objects),
        Some(_) => false,
        None => match node.kind() {
            NodeKind::Mapping { .. } => true,
            NodeKind::Sequence { .. } => node.items().into_iter().flatten().any(holds_objects),
            _ => false,
        },
    }
}

/// A value in the form that its attribute has.
fn formed(form: &Form, value: Value) -> Value {
    match form {
        Form::Json => json(&value),
        Form::Containers => json(&with_small_letters(&value, 0)),
        Form::Is(word) => match text_of(&value) {
            Some(text) => Value { kind: Kind::Bool(*text == **word), ..value },
            None => value,
        },
        Form::Word(yes, no) => match truth_of(&value) {
            Some(truth) => Value { kind: Kind::String(Arc::from(if truth { yes.as_str() } else { no })), ..value },
            None => value,
        },
        Form::Plain | Form::Keep | Form::Rest | Form::Entries => value,
    }
}

/// `Environment` as `environment`: the API of the service writes its names with a small first letter.
fn with_small_letters(value: &Value, depth: u32) -> Value {
    if depth > 16 {
        return value.clone();
    }
    let small = |name: &Arc<str>| -> Arc<str> {
        let mut letters = name.chars();
        letters
            .next()
            .map_or_else(|| name.clone(), |first| Arc::from(first.to_lowercase().chain(letters).collect::<String>()))
    };
    let kind = match &value.kind {
        Kind::List(items) => {
            Kind::List(Arc::new(items.iter().map(|item| with_small_letters(item, depth + 1)).collect()))
        }
        Kind::Map(items) => {
            let entries = items.iter().map(|(name, item)| match &**name {
                "DockerLabels" | "Options" => (small(name), item.clone()),
                _ => (small(name), with_small_letters(item, depth + 1)),
            });
            Kind::Map(Arc::new(entries.collect::<BTreeMap<_, _>>()))
        }
        kind => kind.clone(),
    };
    Value { kind, ..value.clone() }
}
