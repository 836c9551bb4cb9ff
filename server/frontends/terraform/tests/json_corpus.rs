//! Every root of the corpus written again in JSON: its instances, values and references must stay what they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_fixture::{Disk, shared};
use foreshock_syntax::hcl::{Attribute, Block, Body, Expr, ExprCache, ExprKind, ObjectKey};
use foreshock_terraform::{ParsedFile, ResolveOptions, TerraformFiles, resolve, to_json};
use foreshock_text::FilePath;
use serde_json::{Map, Value as Json, json};

/// The files of a disk, each `.tf` file as the `.tf.json` file that says the same.
struct Rewritten<'d>(&'d Disk);

impl Files for Rewritten<'_> {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let json = |file: FilePath| match file.as_path().extension() {
            Some("tf") => FilePath::new(format!("{}.json", file.as_path())),
            _ => file,
        };
        self.0.list(directory).into_iter().map(json).collect()
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.0.text(file)
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        self.0.bytes(file)
    }
}

impl TerraformFiles for Rewritten<'_> {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        let Some(original) = file.as_path().as_str().strip_suffix(".tf.json") else { return self.0.parsed(file) };
        let parsed = self.0.parsed(&FilePath::new(format!("{original}.tf")))?;
        let text = serde_json::to_string_pretty(&body(parsed.text.whole(), &parsed.body, Around::File)).unwrap();
        Some(Arc::new(ParsedFile::parse(file.clone(), Arc::from(text), &mut ExprCache::default())))
    }
}

/// What a body belongs to, as far as JSON makes a difference.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    File,
    Variable,
    Other,
}

fn body(text: &str, body: &Body, around: Around) -> Json {
    let mut object = Map::new();
    for attribute in &body.attributes {
        object.insert(attribute.name.to_string(), value(text, attribute, around));
    }
    for block in &body.blocks {
        let inner = match &*block.kind {
            "variable" if around == Around::File => Around::Variable,
            _ => Around::Other,
        };
        put(&mut object, &block.kind, &labels(block), self::body(text, &block.body, inner));
    }
    Json::Object(object)
}

fn labels(block: &Block) -> Vec<&str> {
    block.labels.iter().map(|label| &*label.text).collect()
}

/// Blocks of one type are a list; so are those whose labels are the same.
fn put(object: &mut Map<String, Json>, name: &str, labels: &[&str], body: Json) {
    match labels.split_first() {
        None => object.entry(name).or_insert_with(|| json!([])).as_array_mut().unwrap().push(body),
        Some((first, rest)) => {
            let inner = object.entry(name).or_insert_with(|| json!({})).as_object_mut().unwrap();
            put(inner, first, rest, body);
        }
    }
}

fn value(text: &str, attribute: &Attribute, around: Around) -> Json {
    let written = attribute.value_span.text(text);
    match (&*attribute.name, around) {
        ("type", Around::Variable) => Json::from(written.trim_matches('"')),
        ("provider" | "iterator", _) if !matches!(attribute.expr.kind, ExprKind::String(_)) => Json::from(written),
        ("providers" | "depends_on" | "ignore_changes", _) => names(text, attribute, &attribute.expr),
        ("source" | "version", _) if constant(&attribute.expr).is_some() => constant(&attribute.expr).unwrap(),
        (_, Around::Variable) => constant(&attribute.expr).unwrap_or(Json::Null),
        _ => template(text, attribute, &attribute.expr),
    }
}

/// Names stand in quotes instead of alone.
fn names(text: &str, attribute: &Attribute, expr: &Expr) -> Json {
    match &expr.kind {
        ExprKind::Array(items) => items.iter().map(|item| names(text, attribute, item)).collect(),
        ExprKind::Object(entries) => {
            let pairs = entries.iter().map(|(key, value)| {
                let key = match key {
                    ObjectKey::Name(name, _) => name.to_string(),
                    ObjectKey::Expression(key) => attribute.in_file(key.span).text(text).to_owned(),
                };
                (key, names(text, attribute, value))
            });
            Json::Object(pairs.collect())
        }
        _ => Json::from(attribute.in_file(expr.span).text(text).trim_matches('"')),
    }
}

/// Objects and lists are those of JSON, everything inside is a template of the expression as it was.
fn template(text: &str, attribute: &Attribute, expr: &Expr) -> Json {
    match &expr.kind {
        ExprKind::Null => Json::Null,
        ExprKind::Bool(flag) => json!(flag),
        ExprKind::Number(number) => json!(number),
        ExprKind::String(content) => json!(content.replace("${", "$${").replace("%{", "%%{")),
        ExprKind::Array(items) => items.iter().map(|item| template(text, attribute, item)).collect(),
        ExprKind::Object(entries) if entries.iter().all(|(key, _)| key_of(key).is_some()) => {
            let pairs = entries.iter().map(|(key, value)| (key_of(key).unwrap(), template(text, attribute, value)));
            Json::Object(pairs.collect())
        }
        ExprKind::Broken(_) => Json::Null,
        _ => {
            let written = attribute.in_file(expr.span).text(text);
            // The mark that ends a heredoc stands on a line of its own.
            let line = if written.contains("<<") { "\n" } else { "" };
            json!(format!("${{{written}{line}}}"))
        }
    }
}

fn key_of(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Name(name, _) => Some(name.to_string()),
        ObjectKey::Expression(Expr { kind: ExprKind::String(name), .. }) => Some(name.to_string()),
        ObjectKey::Expression(_) => None,
    }
}

fn constant(expr: &Expr) -> Option<Json> {
    Some(match &expr.kind {
        ExprKind::Null => Json::Null,
        ExprKind::Bool(flag) => json!(flag),
        ExprKind::Number(number) => json!(number),
        ExprKind::String(content) => json!(&**content),
        ExprKind::Array(items) => items.iter().map(constant).collect::<Option<Vec<Json>>>()?.into(),
        ExprKind::Object(entries) => {
            let pairs = entries.iter().map(|(key, value)| Some((key_of(key)?, constant(value)?)));
            Json::Object(pairs.collect::<Option<Map<String, Json>>>()?)
        }
        _ => return None,
    })
}

/// The instances by address, without their places.
fn instances(root: &Utf8Path, files: &dyn TerraformFiles) -> (Vec<Json>, Json) {
    let mut json = to_json(&resolve(root, files, &ResolveOptions::default()), files);
    let mut instances = json["instances"].take().as_array().cloned().unwrap();
    for one in &mut instances {
        let one = one.as_object_mut().unwrap();
        one.remove("file");
        one.remove("range");
    }
    (instances, json["references"].take())
}

#[test]
fn the_corpus_means_the_same_in_json() {
    let Some(corpus) = shared("corpus/terraform") else { return };
    let mut stacks: Vec<Utf8PathBuf> = Vec::new();
    for stack in corpus.read_dir_utf8().unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let metadata = std::fs::read_to_string(stack.path().join("meta.json")).unwrap_or_default();
        let metadata: Json = serde_json::from_str(&metadata).unwrap_or_default();
        stacks.push(stack.path().join("src").join(metadata["root"].as_str().unwrap_or_default()));
    }
    stacks.sort();
    let (mut compared, mut different) = (0, Vec::new());
    for root in &stacks {
        let disk = Disk::default();
        let (before, references) = instances(root, &disk);
        let (after, references_after) = instances(root, &Rewritten(&disk));
        let edges = |json: &Json| json.as_array().unwrap().iter().map(Json::to_string).collect::<BTreeSet<String>>();
        let (references, references_after) = (edges(&references), edges(&references_after));
        different.extend(references.symmetric_difference(&references_after).map(|edge| format!("{root}: {edge}")));
        assert_eq!(before.len(), after.len(), "{root}");
        for (one, other) in before.iter().zip(&after) {
            compared += 1;
            if one != other {
                different.push(format!("{root}: {one:#}\n  became {other:#}"));
            }
        }
    }
    println!("{} stacks, {compared} instances, {} differ", stacks.len(), different.len());
    assert!(different.is_empty(), "{}", different.iter().take(12).map(String::as_str).collect::<Vec<_>>().join("\n"));
    assert!(compared > 100, "{stacks:?}");
}
