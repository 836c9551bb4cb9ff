//! The shape of `resolve --format json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources as resources;
use foreshock_resources::{Instance, Key, Kind, Mode, Value};
use foreshock_text::{FilePath, Place, PositionEncoding, Span};
use serde_json::{Map, Value as Json, json};

use crate::files::TerraformFiles;
use crate::resolved::Resolved;

/// A stack as `resolve --format json` prints it (one element of `stacks`). Attributes are `{"known": value}` or
/// `{"unknown": why}`; one known in part has both `unknown` and `partly`, the value with `{"unknown": why}` in it. What
/// is sensitive is always unknown. Files are relative to the root; ranges are zero-based, in UTF-16 units.
pub fn to_json(resolved: &Resolved, files: &dyn TerraformFiles) -> Json {
    let instances: Vec<Json> = resolved
        .resources
        .instances
        .iter()
        .filter(|one| one.mode != Mode::Module)
        .map(|one| instance(one, resolved, files))
        .collect();
    let references: Vec<Json> = resolved
        .resources
        .references
        .iter()
        .map(|reference| json!({"from": &*reference.from, "to": &*reference.to}))
        .collect();
    let problems = resolved.problems.iter().map(|(file, problem)| {
        let mut json = place(&Place::new(file.clone(), problem.span), resolved, files);
        json.insert("message".to_owned(), Json::from(problem.message.as_str()));
        Json::Object(json)
    });
    json!({
        "root": resolved.root.as_str(),
        "instances": instances,
        "references": references,
        "problems": problems.collect::<Vec<Json>>(),
    })
}

fn instance(one: &Instance, resolved: &Resolved, files: &dyn TerraformFiles) -> Json {
    let mut json = Map::new();
    json.insert("address".to_owned(), Json::from(&*one.address));
    json.insert("type".to_owned(), Json::from(&*one.type_name));
    json.extend(place(&one.block.header_place(), resolved, files));
    if let Key::Unknown(why) = &one.key {
        json.insert("instances".to_owned(), json!({"unknown": &**why}));
    }
    if let Some(region) = &one.region {
        json.insert("region".to_owned(), attribute(region));
    }
    let values: Map<String, Json> =
        body_values(&one.body).iter().map(|(name, value)| (name.to_string(), attribute(value))).collect();
    json.insert("values".to_owned(), Json::Object(values));
    Json::Object(json)
}

/// `file` and `range` of a place.
fn place(place: &Place, resolved: &Resolved, files: &dyn TerraformFiles) -> Map<String, Json> {
    let mut json = Map::new();
    let path = foreshock_files::paths::relative(&resolved.root, place.file.as_path());
    json.insert("file".to_owned(), Json::from(path.as_str()));
    json.insert("range".to_owned(), range(&place.file, place.span, files));
    json
}

fn range(file: &FilePath, span: Span, files: &dyn TerraformFiles) -> Json {
    let Some(parsed) = files.parsed(file) else { return Json::Null };
    let position = |offset| {
        let position = parsed.text.position(offset, PositionEncoding::Utf16);
        json!({"line": position.line, "character": position.column})
    };
    json!({"start": position(span.start), "end": position(span.end)})
}

/// Attributes and nested blocks under one roof: blocks of a type are a list of objects.
fn body_values(body: &resources::Body) -> BTreeMap<Arc<str>, Value> {
    let mut values = BTreeMap::new();
    let mut kinds: BTreeMap<Arc<str>, Vec<&resources::Block>> = BTreeMap::new();
    for block in &body.blocks {
        kinds.entry(block.kind.clone()).or_default().push(block);
    }
    for (kind, blocks) in kinds {
        let value = match blocks.iter().find_map(|block| block.unknown.clone()) {
            Some(why) => Value::unknown(why),
            None => {
                let objects = blocks.iter().map(|block| Value::new(Kind::Map(Arc::new(body_values(&block.body)))));
                Value::new(Kind::List(Arc::new(objects.collect())))
            }
        };
        values.insert(kind, value);
    }
    for (name, attribute) in &body.attributes {
        values.insert(name.clone(), attribute.value.clone());
    }
    values
}

fn attribute(value: &Value) -> Json {
    if value.provenance.is_sensitive() {
        return json!({"unknown": "sensitive"});
    }
    match reason(value) {
        None => json!({"known": inner(value)}),
        Some(why) if !value.is_known() => json!({"unknown": &*why}),
        Some(why) => json!({"unknown": &*why, "partly": inner(value)}),
    }
}

/// Why a part of the value is not shown.
fn reason(value: &Value) -> Option<Arc<str>> {
    if value.provenance.is_sensitive() {
        return Some(Arc::from("sensitive"));
    }
    match &value.kind {
        Kind::Unknown(why) => Some(why.clone()),
        Kind::List(items) | Kind::Set(items) => items.iter().find_map(reason),
        Kind::Map(items) => items.values().find_map(reason),
        _ => None,
    }
}

fn inner(value: &Value) -> Json {
    if value.provenance.is_sensitive() {
        return json!({"unknown": "sensitive"});
    }
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(flag) => Json::from(*flag),
        Kind::Number(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => Json::from(*number as i64),
        Kind::Number(number) => Json::from(*number),
        Kind::String(text) => Json::from(&**text),
        Kind::List(items) | Kind::Set(items) => Json::from(items.iter().map(inner).collect::<Vec<Json>>()),
        Kind::Map(items) => {
            let shown = items.iter().filter(|(name, _)| &***name != foreshock_resources::open::REST);
            Json::Object(shown.map(|(name, item)| (name.to_string(), inner(item))).collect())
        }
        Kind::Unknown(why) => json!({"unknown": &**why}),
    }
}
