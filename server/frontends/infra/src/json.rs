//! A text in its other spelling: the same document as JSON.

use foreshock_syntax::yaml::{NodeKind, Scalar, Style, Value, parse};
use serde_json::Value as Json;

/// The first document of a text as JSON, with what aliases stand for written out; none where the text is not sound YAML.
/// Comments are lost, no value is: [`crate::read`] makes the same system of both.
pub fn as_json(text: &str) -> Option<String> {
    let (tree, problems) = parse(text);
    let root = tree.documents().next().filter(|_| problems.is_empty())?;
    let mut json = serde_json::to_string_pretty(&value(root)).ok()?;
    json.push('\n');
    Some(json)
}

fn value(written: Value<'_>) -> Json {
    match written.kind() {
        NodeKind::Scalar(scalar) => scalar_of(scalar),
        NodeKind::Sequence { .. } => Json::Array(written.items().into_iter().flatten().map(value).collect()),
        NodeKind::Mapping { .. } => {
            let pairs = written.pairs().into_iter().flatten();
            Json::Object(pairs.map(|pair| (pair.name.to_owned(), value(pair.value))).collect())
        }
        NodeKind::Alias(_) | NodeKind::Broken => Json::Null,
    }
}

fn scalar_of(scalar: &Scalar) -> Json {
    if scalar.is_null() {
        return Json::Null;
    }
    let plain = scalar.style() == Style::Plain;
    if let Some(flag) = scalar.flag().filter(|_| plain) {
        return Json::Bool(flag);
    }
    // Nobody writes so many digits for nothing: as a text they are all read, in JSON too.
    const EXACT: usize = 15;
    let text = scalar.text();
    let number = || serde_json::from_str::<serde_json::Number>(text).ok().filter(|_| text.len() <= EXACT);
    let number = if plain { number() } else { None };
    number.map_or_else(|| Json::String(text.to_owned()), Json::Number)
}
