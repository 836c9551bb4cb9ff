//! Repairs of documents whose resources the catalog has rows for: its recipes, as far as they only write fields.

use std::sync::Arc;

use foreshock_catalog::{Change, Recipes, helps_recovery};
use foreshock_resources::{Attribute, Block, Body, Instance, Kind, Resources, Value};
use foreshock_text::{FilePath, Span};

use crate::dialect::yaml_edits::{Text, Written, quoted};
use crate::dialect::yaml_file::YamlFile;
use crate::dialect::{Meaning, Texts};
use crate::findings::fix::Candidate;
use crate::{Edit, Finding, RuleId, Stack};

/// The keys that a path of a row means, of a resource of a type.
pub(super) type Keys = dyn Fn(&str, &str) -> Vec<String>;

/// What may repair a finding: the recipes of the resource's row that only write fields.
pub(super) fn candidates(texts: &dyn Texts, stack: &Stack, finding: &Finding, keys: &Keys) -> Vec<Candidate> {
    let Meaning::Resources { declared, assembled } = &stack.understood().meaning else { return Vec::new() };
    let component = finding.component.and_then(|index| assembled.members.get(index.index()));
    let is_declaring = |index: &usize| {
        declared.instances.get(*index).is_some_and(|instance| instance.block.header_place() == finding.block)
    };
    let blocks: Vec<usize> = match component.filter(|blocks| blocks.first().is_some_and(is_declaring)) {
        Some(blocks) => blocks.clone(),
        None => declared.find(&finding.component_id).into_iter().collect(),
    };
    let Some(instance) = blocks.first().and_then(|&first| declared.instances.get(first)) else { return Vec::new() };
    let is_late = finding.rule == RuleId::RecoveryUnreachable;
    let catalog = &stack.settings().catalog;
    let made = Recipes::of(declared, catalog);
    let recipes = catalog.recipes(&instance.type_name).iter();
    recipes
        .filter(|recipe| {
            recipe.rules.iter().any(|rule| rule == finding.rule.as_str() || is_late && helps_recovery(rule))
        })
        .filter_map(|recipe| {
            let changes = made.changes(&blocks, recipe)?;
            let edits = changes.iter().map(|change| edit(texts, declared, change, keys)).collect::<Option<Vec<_>>>()?;
            Candidate::new(recipe.title.as_str(), edits)
        })
        .collect()
}

fn edit(texts: &dyn Texts, resources: &Resources, change: &Change, keys: &Keys) -> Option<Edit> {
    let (instance, path, value) = match change {
        Change::Set { instance, path, value } => (instance, path, value),
        Change::Add { instance, to, path, value } => {
            let instance = resources.instances.get(*instance)?;
            let file = texts.yaml(&to.file)?;
            let text = Text::of(&file);
            let says = written(value, path, &|path: &str| keys(&instance.type_name, path), 0)?;
            let says = if is_list(path, keys, &instance.type_name) { Written::List(vec![says]) } else { says };
            return text.insert_whole(text.mapping_at(to.body)?, keys(&instance.type_name, path).last()?, &says);
        }
        Change::Repeat { .. } | Change::Declare { .. } => return None,
    };
    let instance = resources.instances.get(*instance)?;
    let literal = literal(value)?;
    let (target, rest) = target(instance, path);
    match target {
        Target::Written(attribute) => {
            let file = texts.yaml(&attribute.place.file)?;
            Text::of(&file).replace_at(attribute.place.value, &literal)
        }
        Target::Inside(file, span) => {
            let file: Arc<YamlFile> = texts.yaml(file)?;
            let text = Text::of(&file);
            let path = keys(&instance.type_name, rest);
            match text.mapping_at(span) {
                Some(mapping) => text.set_at(mapping, &path, &literal),
                // A template, or a part of a map.
                None => text.set_around(span, &path, &literal),
            }
        }
    }
}

/// What a new block says, in the words of the document.
fn written(value: &Value, path: &str, keys: &dyn Fn(&str) -> Vec<String>, depth: usize) -> Option<Written> {
    /// Nothing that is written is deeper.
    const DEEPEST: usize = 8;
    let Kind::Map(says) = &value.kind else { return literal(value).map(Written::Plain) };
    let mut entries = Vec::new();
    for (name, value) in says.iter() {
        let path = format!("{path}.{name}");
        let mut key = keys(&path).last()?.clone();
        // Rows name what a list holds in the singular, and so is what is no block.
        if !matches!(value.kind, Kind::List(_)) && is_plural(name, &key) {
            key.pop();
        }
        let inside = |item: &Value| written(item, &path, keys, depth + 1);
        let value = match &value.kind {
            _ if depth > DEEPEST => return None,
            Kind::List(items) if is_plural(name, &key) => {
                Written::List(items.iter().map(inside).collect::<Option<_>>()?)
            }
            Kind::List(items) => inside(items.first()?)?,
            // Words of the user's own: of what they mean nothing is known.
            Kind::Map(words) => Written::Map(
                words
                    .iter()
                    .map(|(word, value)| Some((word.to_string(), Written::Plain(text(value)?))))
                    .collect::<Option<_>>()?,
            ),
            _ => Written::Plain(literal(value)?),
        };
        entries.push((key, value));
    }
    Some(Written::Map(entries))
}

/// Rows name a block as one of those that a list holds.
fn is_plural(name: &str, key: &str) -> bool {
    key.ends_with('s') && !name.ends_with('s')
}

fn is_list(path: &str, keys: &Keys, type_name: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    keys(type_name, path).last().is_some_and(|key| is_plural(name, key))
}

/// A plain value as a text.
fn text(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Bool(_) | Kind::Number(_) => Some(format!("\"{}\"", literal(value)?)),
        _ => literal(value),
    }
}

enum Target<'a> {
    Written(&'a Attribute),
    Inside(&'a FilePath, Span),
}

/// The attribute of a path, or the innermost of the blocks around it that is written, with the rest of the path.
fn target<'a>(instance: &'a Instance, path: &'a str) -> (Target<'a>, &'a str) {
    let mut body: &Body = &instance.body;
    let mut inside = Target::Inside(&instance.block.file, instance.block.body);
    let mut rest = path;
    loop {
        let (name, below) = rest.split_once('.').unwrap_or((rest, ""));
        if below.is_empty() {
            return match body.attributes.get(name) {
                Some(attribute) => (Target::Written(attribute), ""),
                None => (inside, rest),
            };
        }
        let nested: Option<&Block> = body.blocks.iter().find(|block| &*block.kind == name);
        let Some(nested) = nested else { return (inside, rest) };
        inside = Target::Inside(&nested.block.file, nested.block.body);
        (body, rest) = (&nested.body, below);
    }
}

/// A known plain value as YAML and JSON write it.
fn literal(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Bool(truth) => Some(truth.to_string()),
        Kind::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => Some(format!("{}", *number as i64)),
        Kind::Number(number) => Some(number.to_string()),
        Kind::String(text) => Some(quoted(text)),
        _ => None,
    }
}
