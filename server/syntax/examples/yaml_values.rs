//! What YAML texts come to: reads texts from standard input, as a JSON object by name, and writes for each its documents as JSON and
//! the places of its problems. `tests/yaml/suite.mjs` holds that against the test suite of YAML.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // an example may

use std::collections::BTreeMap;

use foreshock_syntax::yaml::{Number, Scalar, Style, Value, parse};
use serde_json::{Map, Value as Json, json};

fn main() {
    let texts: BTreeMap<String, String> = serde_json::from_reader(std::io::stdin()).unwrap();
    let mut read = Map::new();
    for (name, text) in texts {
        let (tree, problems) = parse(&text);
        let documents: Vec<Json> = tree.documents().map(value).collect();
        let is_placed = |start: u32, end: u32| start <= end && text.get(start as usize..end as usize).is_some();
        let places: Vec<Json> = problems
            .iter()
            .map(|problem| {
                let (start, end) = (problem.span.start, problem.span.end);
                json!({ "start": start, "is_placed": is_placed(start, end), "message": problem.message })
            })
            .collect();
        read.insert(name, json!({ "documents": documents, "problems": places }));
    }
    println!("{}", Json::Object(read));
}

fn value(value: Value<'_>) -> Json {
    if let Some(items) = value.items() {
        return items.map(self::value).collect();
    }
    if let Some(entries) = value.entries() {
        let name =
            |key: Value<'_>| key.scalar().map_or_else(|| self::value(key).to_string(), |key| key.text().to_owned());
        return Json::Object(entries.map(|(key, inner)| (name(key), self::value(inner))).collect());
    }
    value.scalar().map_or(Json::Null, scalar)
}

fn scalar(scalar: &Scalar) -> Json {
    if scalar.style() != Style::Plain {
        return scalar.text().into();
    }
    match (scalar.is_null(), scalar.text(), scalar.number()) {
        (true, ..) => Json::Null,
        // The suite is of YAML 1.2, in which `yes` is a word.
        (_, "true" | "false", _) => (scalar.text() == "true").into(),
        (_, _, Some(Number::Finite(number))) => json!(number),
        (_, text, _) => text.into(),
    }
}
