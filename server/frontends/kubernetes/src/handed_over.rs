//! Objects that a resource of another language hands over as they are: `kubernetes_manifest` with an object, `kubectl_manifest` with
//! a text. To a row they are what they describe.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_documents::read;
use foreshock_resources::{Attribute, AttributePlace, Block, BlockPlace, Body, Instance, Kind, Mode, Value};
use foreshock_syntax::yaml::parse;

use crate::api::api;
use crate::recognise::is_of_a_cluster;

/// Maps and lists inside of each other; what lies deeper is left out.
const DEEPEST: usize = 64;

/// The resource as the object that it hands over; `None` where it hands over none, or where it is not known which. `has_row` says
/// whether anybody knows what a type means that the API alone has. The address stays, and the values keep what they are made of.
pub fn handed_over(instance: &Instance, has_row: &dyn Fn(&str) -> bool) -> Option<Instance> {
    if instance.mode != Mode::Managed {
        return None;
    }
    let attribute = instance.body.attributes.get(attribute_of(&instance.type_name)?)?;
    let object = match &attribute.value.kind {
        Kind::Map(_) => attribute.value.clone(),
        Kind::String(text) => only_document(text, attribute)?,
        _ => return None,
    };
    let Kind::Map(fields) = &object.kind else { return None };
    let (version, kind) = (word(fields.get("apiVersion")?)?, word(fields.get("kind")?)?);
    if !is_of_a_cluster(&version, &kind) {
        return None;
    }
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let (type_name, is_providers) = api().type_name(&kind, group);
    if !is_providers && !has_row(&type_name) {
        return None;
    }
    let spelling = Handing { kind: &kind, is_providers, place: &attribute.place };
    let mut body = Body::default();
    for (field, value) in fields.iter().filter(|(field, _)| !matches!(&***field, "apiVersion" | "kind" | "status")) {
        spelling.field(field, value, 0, &mut body);
    }
    // What a text was made of is known of all of it, and not of a part.
    if !attribute.value.provenance.is_empty() {
        let whole = Value { kind: Kind::String("".into()), ..attribute.value.clone() };
        body.attributes.insert(HANDED_OVER.into(), Attribute { value: whole, place: attribute.place.clone() });
    }
    Some(Instance { type_name: type_name.into(), body, ..instance.clone() })
}

/// The attribute under which rows find what the text of an object was made of.
const HANDED_OVER: &str = "handed_over";

/// Which attribute of a type is an object.
fn attribute_of(type_name: &str) -> Option<&'static str> {
    match type_name {
        "kubernetes_manifest" => Some("manifest"),
        "kubectl_manifest" => Some("yaml_body"),
        _ => None,
    }
}

/// What a text of one document comes to.
fn only_document(text: &str, attribute: &Attribute) -> Option<Value> {
    let (tree, problems) = parse(text);
    let mut documents = tree.documents();
    let (document, other) = (documents.next()?, documents.next());
    if other.is_some() || !problems.is_empty() {
        return None;
    }
    let (node, problems) = read(document, &attribute.place.file);
    problems.is_empty().then(|| without_places(&node.value(), 0))
}

/// The places of a text inside of another one are nobody's.
fn without_places(value: &Value, depth: usize) -> Value {
    if depth > DEEPEST {
        return Value::unknown("too deep to be followed");
    }
    let kind = match &value.kind {
        Kind::List(items) => Kind::List(Arc::new(items.iter().map(|item| without_places(item, depth + 1)).collect())),
        Kind::Map(fields) => Kind::Map(Arc::new(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), without_places(value, depth + 1)))
                .collect::<BTreeMap<_, _>>(),
        )),
        other => other.clone(),
    };
    Value { kind, provenance: value.provenance.clone(), origin: None }
}

fn word(value: &Value) -> Option<Arc<str>> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// Spells the fields of one object as its row does.
struct Handing<'a> {
    kind: &'a str,
    is_providers: bool,
    /// Where all of it is written.
    place: &'a AttributePlace,
}

impl Handing<'_> {
    fn field(&self, field: &str, value: &Value, depth: usize, body: &mut Body) {
        if depth > DEEPEST {
            return;
        }
        let owner = if self.is_providers { self.kind } else { "" };
        let is_map = |value: &Value| matches!(value.kind, Kind::Map(_));
        match &value.kind {
            Kind::Null => {}
            Kind::Map(fields) if !api().is_map(owner, field) => body.blocks.push(self.block(field, fields, depth)),
            Kind::List(items) | Kind::Set(items) if !items.is_empty() && items.iter().all(is_map) => {
                for item in items.iter() {
                    let Kind::Map(fields) = &item.kind else { continue };
                    body.blocks.push(self.block(field, fields, depth));
                }
            }
            _ => {
                let place = match value.origin.as_deref() {
                    Some(origin) => AttributePlace { file: origin.file.clone(), name: origin.span, value: origin.span },
                    None => self.place.clone(),
                };
                body.attributes.insert(self.name(field).into(), Attribute { value: value.clone(), place });
            }
        }
    }

    fn block(&self, field: &str, fields: &BTreeMap<Arc<str>, Value>, depth: usize) -> Block {
        let mut body = Body::default();
        fields.iter().for_each(|(name, value)| self.field(name, value, depth + 1, &mut body));
        let AttributePlace { file, name, value } = self.place.clone();
        let block = BlockPlace { file, header: name, span: name.cover(value), body: value };
        Block { kind: self.name(field).into(), labels: Vec::new(), block, body, unknown: None }
    }

    fn name(&self, field: &str) -> String {
        if self.is_providers { api().spelled(field) } else { field.to_owned() }
    }
}
