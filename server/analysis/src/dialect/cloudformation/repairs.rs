//! Repairs of a template: the catalog's recipes, written where the properties stand.

use std::collections::BTreeSet;

use foreshock_catalog::{Assembled, Change, Recipes, helps_recovery};
use foreshock_cloudformation::{Declaration, Read, TypeRow};
use foreshock_resources::{Attribute, Body, Instance, Kind, Resources, Value};
use foreshock_syntax::yaml::Value as Node;
use foreshock_text::{Place, Span};

use crate::dialect::yaml_edits::Text;
use crate::dialect::yaml_file::YamlFile;
use crate::dialect::{Meaning, Texts};
use crate::findings::fix::Candidate;
use crate::{Edit, Finding, RuleId, Stack};

/// What may repair each of these findings; `None` where the text declares no resources.
pub(super) fn candidates(
    texts: &dyn Texts,
    stack: &Stack,
    read: &Read,
    findings: &[&Finding],
) -> Option<Vec<Vec<Candidate>>> {
    let Meaning::Resources { declared, assembled } = &stack.understood().meaning else { return None };
    let recipes = Recipes::of(declared, &stack.settings().catalog);
    let repairs = Repairs { texts, resources: declared, read };
    Some(findings.iter().map(|finding| repairs.of(stack, assembled, &recipes, finding)).collect())
}

/// The instances that a finding is about, the declaring one first.
fn blocks(resources: &Resources, assembled: &Assembled, finding: &Finding) -> Vec<usize> {
    let instances = &resources.instances;
    let declares =
        |&index: &usize| instances.get(index).is_some_and(|instance| instance.block.header_place() == finding.block);
    let component = finding.component.and_then(|index| assembled.members.get(index.index()));
    match component.filter(|blocks| blocks.first().is_some_and(declares)) {
        Some(blocks) => blocks.clone(),
        None => instances.iter().position(|instance| instance.address == finding.component_id).into_iter().collect(),
    }
}

struct Repairs<'a> {
    texts: &'a dyn Texts,
    resources: &'a Resources,
    read: &'a Read,
}

impl Repairs<'_> {
    /// The recipes for a finding that apply and whose places can be edited.
    fn of(&self, stack: &Stack, assembled: &Assembled, recipes: &Recipes<'_>, finding: &Finding) -> Vec<Candidate> {
        let blocks = blocks(self.resources, assembled, finding);
        let first = blocks.first().and_then(|&first| self.resources.instances.get(first));
        let Some(instance) = first else { return Vec::new() };
        let is_late = finding.rule == RuleId::RecoveryUnreachable;
        let fits = |rule: &String| rule == finding.rule.as_str() || is_late && helps_recovery(rule);
        let fitting = stack.settings().catalog.recipes(&instance.type_name).iter();
        fitting
            .filter(|recipe| recipe.rules.iter().any(fits))
            .flat_map(|recipe| {
                let changes = recipes.changes(&blocks, recipe).unwrap_or_default();
                // What has been proven first is offered of two of one title.
                let ways = [self.switched(&changes), self.edits(&changes)];
                ways.into_iter().flatten().filter_map(|edits| {
                    let own = edits.iter().all(|edit| stack.files.contains(&edit.place.file));
                    Candidate::new(recipe.title.as_str(), edits).filter(|_| own)
                })
            })
            .collect()
    }

    /// By the parameter that switches it on, where that is all a recipe asks for.
    fn switched(&self, changes: &[Change]) -> Option<Vec<Edit>> {
        let [Change::Set { instance, path, value }] = changes else { return None };
        let instance = self.resources.instances.get(*instance)?;
        let (_, row) = self.declaration(instance)?;
        let written = row.as_written(&row.property_of(path)?, value)?;
        let place = attribute(&instance.body, path)?.value.origin.as_deref()?;
        let file = self.texts.yaml(&place.file)?;
        let template = file.tree.documents().find(|document| document.span().contains(place.span))?;
        let (default, word) = foreshock_cloudformation::switch(template, place.span, &literal(&written, false, false))?;
        Some(vec![self.replace(&Place::new(place.file.clone(), default), &Value::string(word))?])
    }

    fn edits(&self, changes: &[Change]) -> Option<Vec<Edit>> {
        let mut edits = Vec::new();
        for change in changes {
            match change {
                Change::Set { instance, path, value } => {
                    let instance = self.resources.instances.get(*instance)?;
                    edits.push(self.set(instance, path, value)?);
                }
                Change::Repeat { instance, count } => edits.push(self.repeat(*instance, *count)?),
                // Its properties hold no blocks of the user's own number.
                Change::Add { .. } => return None,
                Change::Declare { instance, text } => {
                    let instance = self.resources.instances.get(*instance)?;
                    let (declaration, row) = self.declaration(instance)?;
                    let (property, value) = row.declares(text)?;
                    edits.push(self.insert(declaration, property, &Value::string(value))?);
                }
            }
        }
        Some(edits)
    }

    fn declaration(&self, instance: &Instance) -> Option<(&Declaration, &'static TypeRow)> {
        let declaration = self.read.declarations.get(&instance.address)?;
        Some((declaration, foreshock_cloudformation::row(&declaration.row)?))
    }

    fn set(&self, instance: &Instance, path: &str, value: &Value) -> Option<Edit> {
        let (declaration, row) = self.declaration(instance)?;
        let property = row.property_of(path)?;
        let written = row.as_written(&property, value)?;
        match attribute(&instance.body, path) {
            // Where the literal stands: here, in a branch of a condition, as the default of a parameter, in a map.
            Some(attribute) => self.replace(attribute.value.origin.as_deref()?, &written),
            None => self.insert(declaration, &property, &written),
        }
    }

    fn replace(&self, place: &Place, value: &Value) -> Option<Edit> {
        let file = self.texts.yaml(&place.file)?;
        let is_quoted = place.span.text(file.text.whole()).starts_with(['"', '\'']);
        Text::of(&file).replace_at(place.span, &literal(value, is_quoted, is_json(&file)))
    }

    /// A property that is not written yet.
    fn insert(&self, declaration: &Declaration, property: &str, value: &Value) -> Option<Edit> {
        let file = self.texts.yaml(&declaration.file)?;
        let properties = Text::of(&file).mapping_at(declaration.properties?)?;
        if let Some((list, key)) = property.strip_suffix(']').and_then(|property| property.split_once('[')) {
            return keyed(&file, properties, list, key, value);
        }
        let way: Vec<String> = property.split('.').map(str::to_owned).collect();
        let has_function = walk(properties, &way).is_some_and(|node| node.tag().is_some());
        let text = literal(value, false, is_json(&file));
        if has_function {
            return None;
        }
        let at_its_place = Text::of(&file).set_at(properties, &way, &text);
        at_its_place.or_else(|| in_front(&file, properties, &way, &text))
    }

    /// Copies of a resource under names of their own.
    fn repeat(&self, index: usize, count: u32) -> Option<Edit> {
        let instance = self.resources.instances.get(index)?;
        let (declaration, row) = self.declaration(instance)?;
        let file = self.texts.yaml(&declaration.file)?;
        // A second one of the same name would be refused.
        let named =
            ["name", "identifier", "cluster_id"].iter().any(|name| instance.body.attributes.contains_key(*name));
        let node = file.tree.value(declaration.resource);
        if named || node.is_flow() || row.is_part() || count < 2 {
            return None;
        }
        let text = &**file.text.whole();
        let end = node.span().end;
        let end = end + text.get(end as usize..)?.find(['\n', '\r']).unwrap_or(text.len() - end as usize) as u32;
        let start = declaration.name.start - column(text, declaration.name.start)?;
        let copied = text.get(start as usize..end as usize)?;
        let name = declaration.name.text(text);
        let taken: BTreeSet<&str> = self.resources.instances.iter().map(|one| &*one.name).collect();
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut copies = String::new();
        let mut free = (2..)
            .map(|number| format!("{}{number}", name.trim_end_matches('1')))
            .filter(|name| !taken.contains(&**name));
        for _ in 1..count.min(4) {
            copies.push_str(newline);
            copies.push_str(&copied.replacen(name, &free.next()?, 1));
        }
        Some(Edit { place: Place::new(declaration.file.clone(), Span::empty(end)), text: copies })
    }
}

/// An attribute at a path, through the first block of each kind.
fn attribute<'b>(body: &'b Body, path: &str) -> Option<&'b Attribute> {
    match path.split_once('.') {
        None => body.attributes.get(path),
        Some((first, rest)) => attribute(&body.blocks.iter().find(|block| &*block.kind == first)?.body, rest),
    }
}

/// The innermost node on a way through keys that is there.
fn walk<'t>(node: Node<'t>, way: &[String]) -> Option<Node<'t>> {
    let (first, rest) = way.split_first()?;
    let inner = node.get(first)?;
    walk(inner, rest).or(Some(inner))
}

/// Spaces before an offset, where nothing else is on its line before it.
fn column(text: &str, offset: u32) -> Option<u32> {
    let before = text.get(..offset as usize)?.rsplit(['\n', '\r']).next()?;
    before.trim().is_empty().then_some(before.len() as u32)
}

/// A property before the first one, where all that are written are longer than a line.
fn in_front(file: &YamlFile, properties: Node<'_>, way: &[String], value: &str) -> Option<Edit> {
    let [key] = way else { return None };
    let first = properties.entries().filter(|_| properties.get(key).is_none())?.next()?.0.span();
    let text = &**file.text.whole();
    let name = if first.text(text).starts_with('"') { format!("{key:?}") } else { key.clone() };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let indent = column(text, first.start).map(|width| " ".repeat(width as usize));
    let behind = match (properties.is_flow(), indent) {
        (true, Some(indent)) => format!(",{newline}{indent}"),
        (true, None) => ", ".to_owned(),
        (false, Some(indent)) => format!("{newline}{indent}"),
        (false, None) => return None,
    };
    let place = Place::new(file.path.clone(), Span::empty(first.start));
    Some(Edit { place, text: format!("{name}: {value}{behind}") })
}

/// An entry of a list of keys and values.
fn keyed(file: &YamlFile, properties: Node<'_>, list: &str, key: &str, value: &Value) -> Option<Edit> {
    let is_json = is_json(file);
    let said = literal(value, true, is_json);
    let flow = match is_json {
        true => format!("{{\"Key\": {key:?}, \"Value\": {said}}}"),
        false => format!("{{Key: {key}, Value: {said}}}"),
    };
    let Some(node) = properties.get(list) else {
        let (way, text) = ([list.to_owned()], format!("[{flow}]"));
        return Text::of(file).set_at(properties, &way, &text).or_else(|| in_front(file, properties, &way, &text));
    };
    let last = node.items().filter(|_| node.tag().is_none() && !node.is_alias())?.last()?;
    let text = &**file.text.whole();
    if node.is_flow() {
        let place = Place::new(file.path.clone(), Span::empty(last.span().end));
        return Some(Edit { place, text: format!(", {flow}") });
    }
    let end = last.span().end;
    let end = end + text.get(end as usize..)?.find(['\n', '\r']).unwrap_or(text.len() - end as usize) as u32;
    let before = text.get(..last.span().start as usize)?.rsplit(['\n', '\r']).next()?;
    let indent = before.trim_end().strip_suffix('-').filter(|indent| indent.trim().is_empty())?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let entry = format!("{newline}{indent}- Key: {key}{newline}{indent}  Value: {said}");
    Some(Edit { place: Place::new(file.path.clone(), Span::empty(end)), text: entry })
}

fn is_json(file: &YamlFile) -> bool {
    file.text.whole().trim_start().starts_with('{')
}

/// A plain value as it is written.
fn literal(value: &Value, is_quoted: bool, is_json: bool) -> String {
    let text = match &value.kind {
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) if is_json => return format!("{text:?}"),
        Kind::String(text) if !is_quoted => return crate::dialect::yaml_edits::quoted(text),
        Kind::String(text) => text.to_string(),
        _ => String::new(),
    };
    match (is_quoted, is_json) {
        (true, true) => format!("\"{text}\""),
        (true, false) => format!("'{text}'"),
        (false, _) => text,
    }
}
