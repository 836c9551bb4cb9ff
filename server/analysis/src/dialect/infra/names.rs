//! Where a file of infrastructure YAML names its components: by the table of fields, which says where an id stands.

use std::sync::Arc;

use foreshock_infra::schema::{Level, TOP, Takes};
use foreshock_syntax::yaml::Value;
use foreshock_text::{Place, Span};

use super::Declared;
use crate::dialect::Mention;
use crate::dialect::yaml_file::YamlFile;

/// Every place that names a component, by place, each once.
pub(super) fn mentions(declared: &Declared) -> Vec<Mention> {
    let mut found = walked(declared).found;
    found.sort_by_key(|mention| (mention.place.span, mention.extent.is_none()));
    found.dedup_by_key(|mention| mention.place.span);
    found
}

fn walked(declared: &Declared) -> Walk<'_> {
    let file = &declared.file;
    let mut walk = Walk { file, found: Vec::new(), parts: Vec::new() };
    if let Some(root) = file.tree.documents().next() {
        let topology = root.get("topology").filter(|_| root.get("components").is_none());
        walk.map(topology.unwrap_or(root), &TOP);
    }
    walk
}

struct Walk<'a> {
    file: &'a YamlFile,
    found: Vec<Mention>,
    /// Those that stand in a longer text and not by themselves.
    parts: Vec<Span>,
}

impl<'a> Walk<'a> {
    fn map(&mut self, value: Value<'a>, level: &'static Level) {
        for pair in value.pairs().into_iter().flatten() {
            if let Some(field) = level.field(pair.name) {
                self.field(pair.value, field.takes);
            }
        }
    }

    fn field(&mut self, value: Value<'a>, takes: Takes) {
        match takes {
            Takes::Id => self.name(value),
            Takes::Ids => value.items().into_iter().flatten().for_each(|item| self.name(item)),
            Takes::Sources(level) => self.sources(value, level),
            Takes::Map(level) | Takes::Parameters(level) => self.map(value, level),
            Takes::List(level) => value.items().into_iter().flatten().for_each(|item| self.map(item, level)),
            Takes::ListOrByName(level) => self.components(value, level),
            _ => {}
        }
    }

    fn components(&mut self, value: Value<'a>, level: &'static Level) {
        for item in value.items().into_iter().flatten() {
            if let Some(id) = item.get("id") {
                self.declaration(id, item.span());
            }
            self.map(item, level);
        }
        for pair in value.pairs().into_iter().flatten() {
            self.declaration(pair.key, pair.key.span().cover(pair.value.span()));
            // It may say its id once more.
            if let Some(id) = pair.value.get("id") {
                self.name(id);
            }
            self.map(pair.value, level);
        }
    }

    /// Ids in a list, alone or described; in front of weights; or in a text.
    fn sources(&mut self, value: Value<'a>, level: &'static Level) {
        for item in value.items().into_iter().flatten() {
            self.name(item);
            self.map(item, level);
        }
        for pair in value.pairs().into_iter().flatten() {
            self.name(pair.key);
        }
        let Some(written) = value.scalar().filter(|scalar| !scalar.is_null()) else { return };
        let span = value.span();
        let raw = span.text(self.file.text.whole());
        let Some(before) = raw.find(written.text()) else { return };
        let mut at = span.start + before as u32;
        for part in written.text().split(',') {
            let id = part.rsplit_once(':').map_or(part, |(id, _)| id);
            let start = at + (id.len() - id.trim_start().len()) as u32;
            let id = id.trim();
            if !id.is_empty() {
                let span = Span::new(start, start + id.len() as u32);
                self.parts.push(span);
                self.add(id, span, None);
            }
            at += part.len() as u32 + 1;
        }
    }

    fn name(&mut self, value: Value<'a>) {
        if let Some(id) = value.scalar().filter(|id| !id.is_null() && !id.text().is_empty()) {
            self.add(id.text(), value.span(), None);
        }
    }

    fn declaration(&mut self, id: Value<'a>, extent: Span) {
        if let Some(name) = id.scalar().filter(|id| !id.is_null() && !id.text().is_empty()) {
            self.add(name.text(), id.span(), Some(extent));
        }
    }

    fn add(&mut self, name: &str, span: Span, extent: Option<Span>) {
        let place = Place::new(self.file.path.clone(), span);
        self.found.push(Mention { name: Arc::from(name), place, extent });
    }
}

/// An id as it is written in place of another: in the quotes that stand there.
///
/// # Errors
/// When it can't stand there; why, for a person.
pub(super) fn spelled(declared: &Declared, mention: &Mention, name: &str) -> Result<String, String> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err("an id is one line of text".to_owned());
    }
    if walked(declared).parts.contains(&mention.place.span) {
        // `id:weight,id:weight`
        let fits = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        return if fits { Ok(name.to_owned()) } else { Err(format!("{name} can't stand in a list that is a text")) };
    }
    let raw = mention.place.span.text(declared.file.text.whole());
    Ok(match raw.chars().next() {
        Some('"') => format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")),
        Some('\'') => format!("'{}'", name.replace('\'', "''")),
        _ => foreshock_infra::scalar(name),
    })
}
