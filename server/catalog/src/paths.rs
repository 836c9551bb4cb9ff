//! Attribute paths of rows: `default_action.target_group_arn`, `environment.variables`.
//!
//! A path goes through nested blocks (all of a kind), then names an attribute, then goes into its value; lists are
//! walked silently, `*` is any key. Below the last step the whole value counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{AttributePlace, Block, Body, Kind, Trace, Value};
use rustc_hash::FxHashMap;

/// A value found by a path.
#[derive(Clone)]
pub(crate) struct Found<'a> {
    /// The path to it as written, with map keys: `environment.variables.DB_HOST`.
    pub(crate) path: String,
    /// The value: no container.
    pub(crate) value: &'a Value,
    /// The attribute it is in.
    pub(crate) place: &'a AttributePlace,
    /// The blocks around it, the innermost last.
    pub(crate) blocks: Vec<&'a Block>,
    /// The `name` in the object that it is a value of: `{ name = "DB_HOST", value = ... }`.
    pub(crate) beside: Option<&'a str>,
}

impl Found<'_> {
    /// The provenance of the value.
    pub(crate) fn provenance(&self) -> impl Iterator<Item = &Trace> {
        self.value.provenance.iter()
    }

    /// What the value is called: the name beside it, else the last step of the path.
    pub(crate) fn variable(&self) -> Option<&str> {
        let in_block = self.blocks.last().and_then(|block| block.body.attributes.get("name"));
        let in_block = in_block.and_then(|name| match &name.value.kind {
            Kind::String(name) => Some(&**name),
            _ => None,
        });
        self.beside.or(in_block).or_else(|| self.path.rsplit('.').next())
    }
}

/// Nesting of values below an attribute that is looked at; nothing real is deeper.
const DEEPEST: usize = 24;

/// Everything a path leads to, in the order written.
pub(crate) fn find<'a>(body: &'a Body, path: &str) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    let segments: Vec<&str> = path.split('.').collect();
    in_body(body, &segments, &mut String::new(), &mut Vec::new(), &mut found);
    found
}

/// The attribute a path names, where it is written: the first one.
pub(crate) fn attribute<'a>(body: &'a Body, path: &str) -> Option<&'a foreshock_resources::Attribute> {
    let mut body = body;
    let mut segments = path.split('.').peekable();
    while let Some(segment) = segments.next() {
        if segments.peek().is_none() || body.attributes.contains_key(segment) {
            return body.attributes.get(segment);
        }
        body = &body.blocks.iter().find(|block| &*block.kind == segment)?.body;
    }
    None
}

/// Every attribute that a path names, through all blocks on the way, in the order written.
pub(crate) fn attributes<'a>(body: &'a Body, path: &str) -> Vec<&'a foreshock_resources::Attribute> {
    let (name, below) = path.split_once('.').unwrap_or((path, ""));
    if below.is_empty() || body.attributes.contains_key(name) {
        return body.attributes.get(name).into_iter().collect();
    }
    let inside = body.blocks.iter().filter(|block| &*block.kind == name);
    inside.flat_map(|block| attributes(&block.body, below)).collect()
}

fn in_body<'a>(
    body: &'a Body,
    segments: &[&str],
    walked: &mut String,
    blocks: &mut Vec<&'a Block>,
    found: &mut Vec<Found<'a>>,
) {
    let Some((first, rest)) = segments.split_first() else {
        // A path that ends at a block means everything in it.
        for name in body.attributes.keys() {
            in_body(body, &[name], walked, blocks, found);
        }
        for block in &body.blocks {
            step(walked, &block.kind, |walked| {
                blocks.push(block);
                in_body(&block.body, &[], walked, blocks, found);
                blocks.pop();
            });
        }
        return;
    };
    if *first == "*" {
        return in_body(body, &[], walked, blocks, found);
    }
    if let Some(attribute) = body.attributes.get(*first) {
        step(walked, first, |walked| {
            in_value(&attribute.value, rest, walked, &attribute.place, (blocks, None), found, 0);
        });
    }
    for block in body.blocks.iter().filter(|block| &*block.kind == *first) {
        step(walked, first, |walked| {
            blocks.push(block);
            in_body(&block.body, rest, walked, blocks, found);
            blocks.pop();
        });
    }
}

fn in_value<'a>(
    value: &'a Value,
    segments: &[&str],
    walked: &mut String,
    place: &'a AttributePlace,
    (blocks, beside): (&[&'a Block], Option<&'a str>),
    found: &mut Vec<Found<'a>>,
    depth: usize,
) {
    if depth > DEEPEST {
        return;
    }
    let leaf = |found: &mut Vec<Found<'a>>, walked: &str| {
        found.push(Found { path: walked.to_owned(), value, place, blocks: blocks.to_vec(), beside });
    };
    match &value.kind {
        Kind::List(items) | Kind::Set(items) => {
            if !value.provenance.is_empty() {
                leaf(found, walked);
            }
            for item in items.iter() {
                in_value(item, segments, walked, place, (blocks, beside), found, depth + 1);
            }
        }
        Kind::Map(items) => {
            if !value.provenance.is_empty() {
                leaf(found, walked);
            }
            let beside = match items.get("name").map(|name| &name.kind) {
                Some(Kind::String(name)) => Some(&**name),
                _ => None,
            };
            let wanted = segments.first().copied().filter(|wanted| *wanted != "*");
            let rest = segments.get(1..).unwrap_or_default();
            let chosen = items.iter().filter(|(key, _)| wanted.is_none_or(|wanted| wanted == &***key));
            for (key, item) in chosen {
                // The written part of a whole resource has one more, nameless element for the rest of it.
                if key.starts_with('\0') {
                    in_value(item, rest, walked, place, (blocks, beside), found, depth + 1);
                    continue;
                }
                step(walked, key, |walked| in_value(item, rest, walked, place, (blocks, beside), found, depth + 1));
            }
        }
        _ => leaf(found, walked),
    }
}

fn step(walked: &mut String, segment: &str, then: impl FnOnce(&mut String)) {
    let before = walked.len();
    if before > 0 {
        walked.push('.');
    }
    walked.push_str(segment);
    then(walked);
    walked.truncate(before);
}

/// A body as an object of the language: attributes by name, nested blocks as lists of objects. Texts that mean truth or
/// a whole number are that, as the provider's schema would have it; empty texts in lists are left out, as it does too.
pub(crate) fn as_object(body: &Body, depth: usize) -> BTreeMap<Arc<str>, Value> {
    as_object_with(body, depth, &mut Schemas::default())
}

/// Large values as the schema would have them, by where they are held.
#[derive(Default)]
pub(crate) struct Schemas(FxHashMap<usize, Kind>);

/// The same for many bodies, some of whose values may be held once for all.
pub(crate) fn as_object_with(body: &Body, depth: usize, known: &mut Schemas) -> BTreeMap<Arc<str>, Value> {
    let mut object = BTreeMap::new();
    for (name, attribute) in &body.attributes {
        object.insert(name.clone(), schema(&attribute.value, 0, known));
    }
    if depth > DEEPEST {
        return object;
    }
    for block in &body.blocks {
        let item = Value::new(Kind::Map(Arc::new(as_object_with(&block.body, depth + 1, known))));
        let list = object.entry(block.kind.clone()).or_insert_with(|| Value::new(Kind::List(Arc::new(Vec::new()))));
        match (&block.unknown, &mut list.kind) {
            (Some(why), _) => *list = Value::unknown(why.clone()),
            (None, Kind::List(items)) => Arc::make_mut(items).push(item),
            (None, _) => {}
        }
    }
    object
}

/// A value as the provider's schema would have it: see [`as_object`].
pub(crate) fn as_schema(value: &Value) -> Value {
    schema(value, 0, &mut Schemas::default())
}

fn schema(value: &Value, depth: usize, known: &mut Schemas) -> Value {
    /// Elements of a value that is worth remembering.
    const LARGE: usize = 32;
    let (held, count) = match &value.kind {
        Kind::List(items) | Kind::Set(items) => (Arc::as_ptr(items) as usize, items.len()),
        Kind::Map(items) => (Arc::as_ptr(items) as usize, items.len()),
        _ => (0, 0),
    };
    if count < LARGE {
        return schema_anew(value, depth, known);
    }
    let kind = match known.0.get(&held) {
        Some(kind) => kind.clone(),
        None => {
            let kind = schema_anew(value, depth, known).kind;
            known.0.insert(held, kind.clone());
            kind
        }
    };
    Value { kind, provenance: value.provenance.clone(), origin: value.origin.clone() }
}

fn schema_anew(value: &Value, depth: usize, known: &mut Schemas) -> Value {
    let is_empty = |item: &&Value| matches!(&item.kind, Kind::String(text) if text.is_empty());
    let mut all = |items: &[Value]| {
        items.iter().filter(|item| !is_empty(item)).map(|item| schema(item, depth + 1, known)).collect()
    };
    let kind = match &value.kind {
        _ if depth > DEEPEST => return value.clone(),
        Kind::String(text) => match &**text {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            _ => match whole_number(text) {
                Some(number) => Kind::Number(number),
                None => return value.clone(),
            },
        },
        Kind::List(items) => Kind::List(Arc::new(all(items))),
        Kind::Set(items) => Kind::Set(Arc::new(all(items))),
        Kind::Map(items) => {
            let items = items.iter().map(|(key, item)| (key.clone(), schema(item, depth + 1, known)));
            Kind::Map(Arc::new(items.collect()))
        }
        _ => return value.clone(),
    };
    Value { kind, provenance: value.provenance.clone(), origin: value.origin.clone() }
}

fn whole_number(text: &str) -> Option<f64> {
    let plain =
        text == "0" || (text.len() < 10 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { text.parse().ok() } else { None }
}
