//! `docs/infra.schema.json`: made of the table of fields, and of one mind with the reader.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod rendering;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use expect_test::expect_file;
use foreshock_infra::schema::{Bounds, Field, Level, TOP, Takes};
use foreshock_infra::{ProblemKind, as_json};
use rendering::reading;
use serde_json::{Map, Value, json};

/// How numbers look in quotes, and with the underscores of YAML.
const NUMBER: &str = "^[+-]?(0x[0-9a-fA-F]+|0o[0-7]+|\\.?[0-9][0-9_]*(\\.[0-9_]*)?([eE][+-]?[0-9_]+)?)$";
const SCALAR: [&str; 3] = ["string", "number", "boolean"];

/// `a component` -> `a-component`
fn key(level: &Level) -> String {
    level.name.replace(' ', "-")
}

fn reference(level: &'static Level, defs: &mut Map<String, Value>) -> Value {
    let key = key(level);
    if !defs.contains_key(&key) {
        defs.insert(key.clone(), Value::Null);
        let schema = of_level(level, defs);
        defs.insert(key.clone(), schema);
    }
    json!({"$ref": format!("#/$defs/{key}")})
}

fn of_level(level: &'static Level, defs: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for field in level.fields() {
        let mut schema = of_field(field, defs);
        schema["description"] = description(field).into();
        properties.insert(field.name.to_owned(), schema);
    }
    let mut schema = json!({"type": ["object", "null"], "properties": properties});
    if !level.is_open {
        schema["additionalProperties"] = false.into();
    }
    let pairs: Vec<Value> = level
        .exclusive
        .iter()
        .flat_map(|names| {
            names.iter().enumerate().flat_map(|(at, one)| names[at + 1..].iter().map(move |other| [*one, *other]))
        })
        .map(|pair| json!({"required": pair}))
        .collect();
    if !pairs.is_empty() {
        schema["not"] = json!({"type": "object", "anyOf": pairs});
    }
    match key(level).as_str() {
        "the-file" => {
            schema["required"] = json!(["components"]);
            schema["patternProperties"] = json!({"^x-": {}});
        }
        "a-dependency" => {
            let either = |names: [&str; 2]| json!({"anyOf": names.map(|name| json!({"required": [name]}))});
            let ends = [either(["source", "source_id"]), either(["target", "target_id"])];
            schema["anyOf"] = json!([{"type": "null"}, {"allOf": ends}]);
            let needs_a_group = |name: &str| {
                let is_written = json!({"required": [name], "properties": {name: {"not": {"type": "null"}}}});
                json!({"if": {"type": "object", "allOf": [is_written]}, "then": {"required": ["alternatives"]}})
            };
            schema["allOf"] = ["required", "shares_load"].map(needs_a_group).into_iter().collect();
        }
        "a-target" => {
            let of = |most: u32| json!({"properties": {"target": {"maximum": most}}});
            let is_percent = json!({"properties": {"unit": {"enum": ["percent", null]}}});
            schema["if"] = json!({"properties": {"metric": {"enum": ["availability", null]}}});
            schema["then"] = json!({"if": is_percent, "then": of(100), "else": of(1)});
        }
        "a-source" => {
            let names = ["source", "id", "component"].map(|name| json!({"required": [name]}));
            schema["anyOf"] = names.into_iter().collect();
        }
        _ => {}
    }
    schema
}

fn of_field(field: &Field, defs: &mut Map<String, Value>) -> Value {
    let names = json!({"type": ["array", "null"], "uniqueItems": true, "items": {"type": SCALAR}});
    match field.takes {
        Takes::Anything => json!({}),
        Takes::Text | Takes::Zone | Takes::Region | Takes::Group => {
            json!({"type": ["string", "number", "boolean", "null"]})
        }
        Takes::NewId | Takes::Id => json!({"type": SCALAR, "minLength": 1}),
        Takes::Zones | Takes::Domains => names,
        Takes::Ids => json!({"type": ["array", "null"], "items": {"type": SCALAR}}),
        // The words that YAML 1.1 has for them are text to a tool of YAML 1.2.
        Takes::Flag => json!({"enum": [true, false, 1, 0, null, "yes", "no", "on", "off"]}),
        Takes::Number(bounds) => number(bounds),
        Takes::Count(least, most) => {
            json!({"type": ["integer", "string", "null"], "minimum": least, "maximum": most, "pattern": NUMBER})
        }
        Takes::Words(_) | Takes::Kind | Takes::Cause => {
            let words = field.takes.words().into_iter().map(Value::from).chain([Value::Null]);
            json!({"enum": words.collect::<Vec<_>>()})
        }
        Takes::Map(level) => reference(level, defs),
        Takes::List(level) => json!({"type": ["array", "null"], "items": reference(level, defs)}),
        Takes::ByName(level) => json!({"type": ["object", "null"], "additionalProperties": reference(level, defs)}),
        Takes::ListOrByName(level) => {
            let named = reference(level, defs);
            let listed = json!({"anyOf": [{"type": "null"}, {"required": ["id"]}], "$ref": named["$ref"]});
            json!({"type": ["array", "object"], "items": listed, "additionalProperties": named})
        }
        Takes::Sources(level) => {
            let described = reference(level, defs);
            let weight = json!({"type": ["number", "string", "object", "null"]});
            json!({
                "type": ["array", "object", "string", "null"],
                "items": {"anyOf": [{"type": ["string", "number", "boolean", "null"]}, described]},
                "additionalProperties": weight,
            })
        }
        Takes::Parameters(_) => json!({}),
    }
}

fn number(bounds: Bounds) -> Value {
    let mut schema = json!({"type": ["number", "string", "null"], "pattern": NUMBER});
    let least = if bounds == Bounds::Positive { "exclusiveMinimum" } else { "minimum" };
    schema[least] = 0.into();
    schema["maximum"] = match bounds {
        Bounds::NotNegative | Bounds::Positive => json!(1e15),
        Bounds::Fraction => 1.into(),
        Bounds::Percent => 100.into(),
        Bounds::HoursOfDay => 24.into(),
    };
    schema
}

fn description(field: &Field) -> String {
    let mut text = field.meaning.replace('`', "");
    if !field.unit.is_empty() {
        text += &format!(" ({})", field.unit);
    }
    if !field.default.is_empty() {
        text += &format!("; not written: {}", field.default.replace('`', ""));
    }
    if !field.counts {
        text += "; accepted, changes no figure";
    }
    text
}

fn schema() -> Value {
    let mut defs = Map::new();
    let file = reference(&TOP, &mut defs);
    // What FaultRay records of an incident has the system below `topology`.
    let is_record = json!({"required": ["topology"], "not": {"required": ["components"]}});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Infrastructure YAML of Foreshock",
        "type": "object",
        "if": is_record,
        "then": {"properties": {"topology": file}},
        "else": file,
        "$defs": defs,
    })
}

#[test]
fn the_schema_is_the_table() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    expect_file!["../../../../docs/infra.schema.json"].assert_eq(&text);
}

/// What a schema of JSON can't say: what depends on other values, and on which components there are.
fn is_beyond_a_schema(kind: &ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::UnknownId { .. }
            | ProblemKind::DuplicateId { .. }
            | ProblemKind::RequiredAboveReplicas { .. }
            | ProblemKind::DependsOnItself { .. }
            | ProblemKind::GroupMismatch { .. }
            | ProblemKind::GroupTooSmall { .. }
            | ProblemKind::NeedsOther { needs: "type: async" | "entry: true", .. }
    )
}

/// Each value for each field of a level, in a text that `around` makes of an entry.
fn entries(level: &'static Level, around: &dyn Fn(&str) -> String, texts: &mut Vec<String>) {
    const VALUES: [&str; 17] = [
        "~", "true", "yes", "0", "1", "-1", "1.5", "25", "101", "70000", "2e15", "word", "\"\"", "[]", "[a]", "[a, a]",
        "{a: 1}",
    ];
    for field in level.fields() {
        // What names others is in the texts by hand.
        if matches!(field.takes, Takes::NewId | Takes::Id | Takes::Sources(_) | Takes::ListOrByName(_)) {
            continue;
        }
        let values = VALUES.into_iter().chain(field.takes.words());
        texts.extend(values.map(|value| around(&format!("{}: {value}", field.name))));
        match field.takes {
            Takes::Map(below) => {
                entries(below, &|entry| around(&format!("{}: {{{entry}}}", field.name)), texts);
            }
            Takes::List(below) if below.name == "a target" => {
                entries(below, &|entry| around(&format!("{}: [{{{entry}}}]", field.name)), texts);
            }
            Takes::ByName(below) => {
                entries(below, &|entry| around(&format!("{}: {{n: {{{entry}}}}}", field.name)), texts);
            }
            _ => {}
        }
    }
    texts.push(around("no_such_field: 1"));
}

fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    entries(&TOP, &|entry| format!("components: [{{id: a}}]\n{entry}\n"), &mut texts);
    let below = |name: &str| TOP.field(name).and_then(|field| field.takes.level()).unwrap();
    entries(below("components"), &|entry| format!("components: [{{id: a, {entry}}}]\n"), &mut texts);
    let dependency = |entry: &str| {
        format!("components: [{{id: a}}, {{id: b}}]\ndependencies: [{{source: a, target: b, {entry}}}]\n")
    };
    entries(below("dependencies"), &dependency, &mut texts);
    let by_hand = [
        "components: []\n",
        "components: {a: {type: database}, b: ~}\ndependencies: [{source_id: a, target_id: b, dependency_type: async}]\n",
        "components: 5\n",
        "components: [a]\n",
        "components: [[a]]\n",
        "components: [{type: database}]\n",
        "components: [~, {id: a}]\n",
        "components: [{id: {}}]\n",
        "components: [{id: 5}]\n",
        "components: {a: 5}\n",
        "schema_version: 1\n",
        "x-anchors: 5\ncomponents: []\n",
        "y-anchors: 5\ncomponents: []\n",
        "components: [{id: a, availability: 1, unavailability: 0}]\n",
        "components: [{id: a, availability: 1, instance_availability: 0}]\n",
        "components: [{id: a}]\ndependencies: [~]\n",
        "components: [{id: a}]\ndependencies: [{source: a}]\n",
        "components: [{id: a}, {id: b}]\ndependencies: [{source: a, source_id: a, target: b}]\n",
        "components: [{id: a}, {id: b}]\ndependencies: [{source: a, target: b, required: 1}]\n",
        "components: [{id: a}, {id: b}]\ndependencies: [{source: a, target: b, alternatives: g, required: 1}]\n",
        "components: [{id: a}, {id: b, type: ai_agent, agent_config: {grounding: [a, ~], anything: 1}}]\n",
        "components: [{id: a}, {id: b, type: ai_agent, agent_config: {grounding: [{source: a, weight: 1}]}}]\n",
        "components: [{id: a}, {id: b, type: ai_agent, agent_config: {grounding: [{weight: 1}]}}]\n",
        "components: [{id: a}, {id: b, type: ai_agent, agent_config: {grounding: {a: 0.5}, sources: 'b:1'}}]\n",
        "incident: 5\ntopology: {components: [{id: a}]}\n",
        "incident: 5\ntopology: {components: [{id: a, no_such_field: 1}]}\n",
    ];
    texts.extend(by_hand.map(str::to_owned));
    let page = include_str!("../../../../docs/infra-yaml.md");
    let fenced = page
        .split("```yaml")
        .skip(1)
        .filter(|rest| !rest.starts_with(" modeline"))
        .map(|rest| rest.split_once('\n').unwrap().1.split("```").next().unwrap());
    texts.extend(fenced.map(str::to_owned));
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fixtures");
    let mut files: Vec<_> = std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let is_yaml = |path: &&std::path::PathBuf| path.extension().is_some_and(|ending| ending == "yaml");
    texts.extend(files.iter().filter(is_yaml).map(|path| std::fs::read_to_string(path).unwrap()));
    texts
}

/// Reads a schema, then documents line by line; prints a line for each.
const VALIDATE: &str = "
import json, sys
from jsonschema import Draft202012Validator as Validator
schema = json.loads(sys.stdin.readline())
Validator.check_schema(schema)
validator = Validator(schema)
for line in sys.stdin:
    print(int(validator.is_valid(json.loads(line))))
";

/// What the reader takes the schema takes, and what it refuses is refused, as far as a schema can say it.
#[test]
fn the_schema_takes_what_the_reader_takes() {
    let has_validator = Command::new("python3").args(["-c", "import jsonschema"]).stderr(Stdio::null()).status();
    if !has_validator.is_ok_and(|status| status.success()) {
        println!("skipped: python3 has no jsonschema");
        return;
    }
    let mut expected: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for text in texts() {
        let problems = reading(&text).1;
        if problems.iter().any(|problem| is_beyond_a_schema(&problem.kind)) {
            continue;
        }
        let Some(document) = as_json(&text) else { panic!("not YAML: {text}") };
        let document: Value = serde_json::from_str(&document).unwrap();
        expected.insert(document.to_string(), (text, problems.is_empty()));
    }
    let sound = expected.values().filter(|(_, sound)| *sound).count();
    assert!(sound > 300 && expected.len() - sound > 300, "{sound} of {}", expected.len());
    let mut validator = Command::new("python3")
        .args(["-W", "ignore", "-c", VALIDATE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = format!("{}\n", schema());
    expected.keys().for_each(|document| input += &format!("{document}\n"));
    let mut pipe = validator.stdin.take().unwrap();
    let writing = std::thread::spawn(move || pipe.write_all(input.as_bytes()).unwrap());
    let output = validator.wait_with_output().unwrap();
    writing.join().unwrap();
    let verdicts = String::from_utf8(output.stdout).unwrap();
    assert_eq!(verdicts.lines().count(), expected.len());
    let mut differing = String::new();
    for ((text, sound), verdict) in expected.values().zip(verdicts.lines()) {
        if *sound != (verdict == "1") {
            differing += &format!("{} by the reader: {text}", if *sound { "taken" } else { "refused" });
        }
    }
    assert!(differing.is_empty(), "the schema says something else:\n{differing}");
}

#[test]
fn the_page_has_every_field() {
    let page = include_str!("../../../../docs/infra-yaml.md");
    fn check(level: &'static Level, page: &str) {
        for field in level.fields() {
            assert!(
                page.contains(&format!("`{}`", field.name)) || page.contains(&format!(".{}`", field.name)),
                "expected {} of {} on docs/infra-yaml.md",
                field.name,
                level.name
            );
            if let Some(below) = field.takes.level() {
                check(below, page);
            }
        }
    }
    check(&TOP, page);
}
