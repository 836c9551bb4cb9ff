//! What can be written at a position of `foreshock.toml`, and what that means which is written there.

use std::sync::OnceLock;

use camino::Utf8Path;
use foreshock_model::{ComponentKind, FaultClass};
use foreshock_text::{FilePath, Span};

use super::cursor::{Cursor, Spot, cursor, names, written_keys, written_text};
use super::keys::{KEYS, Key, Shape};
use super::read::LEVELS;
use super::variable_files;
use crate::{Configured, Rule, Snapshot, rule, rules};

/// More addresses are not chosen from by hand.
const MOST_ADDRESSES: usize = 2_000;

/// What sort of thing can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// `[[stack]]`
    Section,
    /// `path`
    Key,
    /// `"error"`
    Value,
}

/// Something that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What is written.
    pub text: String,
    /// In place of what.
    pub replaces: Span,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it; may be empty.
    pub detail: String,
    /// What it means, Markdown; may be empty.
    pub meaning: String,
}

impl Snapshot {
    fn configured(&self, file: &FilePath) -> Option<&Configured> {
        self.configurations.iter().find(|configured| configured.configuration.file == *file)
    }

    /// What can be written at an offset of a `foreshock.toml`, the likeliest first; nothing for another file, and nothing
    /// where that which is written is complete: an editor would take what is offered for what is wanted next, and the key
    /// that ends a line would write it.
    pub fn complete_configuration(&self, file: &FilePath, offset: u32) -> Vec<Completion> {
        let Some(configured) = self.configured(file) else { return Vec::new() };
        let text = &**configured.configuration.text.whole();
        let found = self.offered(configured, text, offset);
        let is_complete = found.iter().any(|offer| offer.replaces.text(text).trim_end() == offer.text);
        if is_complete { Vec::new() } else { found }
    }

    fn offered(&self, configured: &Configured, text: &str, offset: u32) -> Vec<Completion> {
        let here = cursor(text, offset);
        match &here.place {
            Spot::Header(span) => sections(*span),
            Spot::Key { written, assigned } => {
                let mut found = keys_here(&here, text, *written, *assigned);
                if !assigned {
                    found.extend(sections(*written));
                }
                found
            }
            Spot::Value { key, written, quote } => {
                let values = self.values(configured, &here, text, key);
                values.into_iter().map(|value| value.written(*written, *quote, text)).collect()
            }
            Spot::Other => Vec::new(),
        }
    }

    /// What is written at an offset of a `foreshock.toml`, as Markdown, with its place.
    pub fn explain_configuration(&self, file: &FilePath, offset: u32) -> Option<(String, Span)> {
        let text = &**self.configured(file)?.configuration.text.whole();
        let word = word_at(text, offset)?;
        let name = word.text(text);
        let here = cursor(text, word.start);
        let meaning = match &here.place {
            Spot::Header(_) => header_meaning(text, word)?,
            Spot::Key { .. } => match shape_of(&here.section) {
                Some(Shape::Levels) => rule_meaning(rule(name)?),
                Some(Shape::Rows) => field_meaning(name)?,
                _ => key_meaning(key_of(&here.section.join("."), name)?),
            },
            Spot::Value { .. } => rule_meaning(rule(name)?),
            Spot::Other => return None,
        };
        Some((meaning, word))
    }

    fn values(&self, configured: &Configured, here: &Cursor, text: &str, key: &str) -> Vec<Value> {
        let section = here.section.join(".");
        let shape = match shape_of(&here.section) {
            Some(Shape::Levels) => return LEVELS.iter().map(|level| Value::text(level, "")).collect(),
            Some(Shape::Rows) if here.section.len() > 1 => return row_values(key),
            Some(Shape::Rows) => return ["ignored", "glue"].iter().map(|role| Value::text(role, "")).collect(),
            _ => key_of(&section, key).map(|key| key.shape),
        };
        match shape {
            Some(Shape::Rule | Shape::Rules) => {
                rules().iter().map(|rule| Value::text(rule.id.as_str(), &rule.title)).collect()
            }
            Some(Shape::Stacks) => configured.roots.iter().map(|root| Value::text(root, "stack")).collect(),
            Some(Shape::Faults) => FaultClass::ALL.map(|(_, name)| Value::text(name, "")).to_vec(),
            Some(Shape::Truth) => ["true", "false"].map(Value::bare).to_vec(),
            Some(Shape::Address) => self.addresses(&configured.configuration.directory()),
            Some(Shape::ValueFiles) => {
                let path = written_text(here.body.text(text), "path");
                path.map(|path| value_files(&configured.configuration.directory(), path)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// The components of the stacks below a directory that are known now.
    fn addresses(&self, directory: &Utf8Path) -> Vec<Value> {
        let stacks = self.stacks.iter().filter(|stack| stack.root.starts_with(directory));
        let components = stacks.flat_map(|stack| &stack.system().components);
        let mut ids: Vec<&str> = components.map(|component| component.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().take(MOST_ADDRESSES).map(|id| Value::text(id, "")).collect()
    }
}

#[derive(Clone)]
struct Value {
    text: String,
    detail: String,
    is_bare: bool,
}

impl Value {
    fn text(text: &str, detail: &str) -> Value {
        Value { text: text.to_owned(), detail: detail.to_owned(), is_bare: false }
    }

    fn bare(text: &str) -> Value {
        Value { is_bare: true, ..Value::text(text, "") }
    }

    fn written(self, replaces: Span, quote: Option<char>, text: &str) -> Completion {
        let label = self.text.clone();
        let closed = text.get(replaces.end as usize..).is_some_and(|rest| Some(rest.chars().next()) == Some(quote));
        let written = match quote {
            None if self.is_bare => self.text,
            None => quoted(&self.text),
            Some('"') => inside(&self.text) + if closed { "" } else { "\"" },
            Some(quote) if closed => self.text.replace(quote, ""),
            Some(quote) => format!("{}{quote}", self.text.replace(quote, "")),
        };
        let (kind, meaning) = (CompletionKind::Value, String::new());
        Completion { label, text: written, replaces, kind, detail: self.detail, meaning }
    }
}

/// A string of TOML; an address with keys is easier to read without escapes.
fn quoted(text: &str) -> String {
    let is_literal = text.contains('"') && !text.contains('\'');
    if is_literal { format!("'{text}'") } else { format!("\"{}\"", inside(text)) }
}

fn inside(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn value_files(directory: &Utf8Path, path: &str) -> Vec<Value> {
    if path.contains(['*', '?', '[', '{']) || path.split('/').any(|part| part == "..") {
        return Vec::new();
    }
    let root = directory.join(path);
    let files = variable_files(&root).others;
    files.iter().map(|file| Value::text(file.relative_to(&root).as_str(), "")).collect()
}

fn row_values(key: &str) -> Vec<Value> {
    match key {
        "role" => ["component", "glue", "ignored"].iter().map(|role| Value::text(role, "")).collect(),
        "kind" => ComponentKind::ALL.iter().map(|(_, name)| Value::text(name, "")).collect(),
        "stateful" | "regional" | "replicas" | "primary_standby" => ["true", "false"].map(Value::bare).to_vec(),
        _ => Vec::new(),
    }
}

/// How a section of the table of keys is written.
fn header(key: &Key) -> Option<String> {
    let name = if key.section.is_empty() { key.name.to_owned() } else { format!("{}.{}", key.section, key.name) };
    match key.shape {
        Shape::Tables => Some(format!("[[{name}]]")),
        Shape::Table | Shape::Levels => Some(format!("[{name}]")),
        Shape::Rows => Some(format!("[{name}.")),
        _ => None,
    }
}

fn sections(replaces: Span) -> Vec<Completion> {
    let section = |key: &Key| {
        let text = header(key)?;
        let (kind, meaning) = (CompletionKind::Section, key.meaning.to_owned());
        Some(Completion { label: text.clone(), text, replaces, kind, detail: String::new(), meaning })
    };
    KEYS.iter().filter_map(section).collect()
}

/// The keys of the table that are not written yet; only their names where a `=` is there already.
fn keys_here(here: &Cursor, text: &str, replaces: Span, assigned: bool) -> Vec<Completion> {
    let body = here.body.text(text);
    let current = text.get(..replaces.start as usize).and_then(|before| before.rsplit('\n').next()).map(str::len);
    let line_start = replaces.start - current.unwrap_or(0).min(replaces.start as usize) as u32;
    // The line at hand is the one being written.
    let is_written = |name: &str| {
        let mut at = here.body.start;
        body.split_inclusive('\n').any(|line| {
            let start = at;
            at += line.len() as u32;
            start != line_start && written_keys(line).any(|key| key == name)
        })
    };
    let key = |name: &str, detail: String, meaning: String| Completion {
        label: name.to_owned(),
        text: if assigned { name.to_owned() } else { format!("{name} = ") },
        replaces,
        kind: CompletionKind::Key,
        detail,
        meaning,
    };
    let found: Vec<Completion> = match shape_of(&here.section) {
        Some(Shape::Levels) => rules()
            .iter()
            .map(|rule| key(rule.id.as_str(), rule.severity.name().to_owned(), rule.title.clone()))
            .collect(),
        Some(Shape::Rows) if here.section.len() > 1 => {
            fields().iter().map(|(name, meaning)| key(name, String::new(), (*meaning).to_owned())).collect()
        }
        Some(Shape::Rows) => Vec::new(),
        _ => {
            let section = here.section.join(".");
            let keys = KEYS.iter().filter(|key| key.section == section && header(key).is_none());
            keys.map(|one| key(one.name, String::new(), one.meaning.to_owned())).collect()
        }
    };
    found.into_iter().filter(|found| !is_written(&found.label)).collect()
}

/// What the keys of a table are.
fn shape_of(section: &[String]) -> Option<Shape> {
    let (last, above) = section.split_last()?;
    let above: Vec<&str> = above.iter().map(String::as_str).collect();
    // The rows of the catalog are one level below their key, and hold what they like.
    if above.first().or(Some(&last.as_str())) == Some(&"catalog") {
        return Some(Shape::Rows);
    }
    key_of(&above.join("."), last).map(|key| key.shape)
}

fn key_of(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

fn key_meaning(key: &Key) -> String {
    format!("`{}`: {}", key.name, key.meaning)
}

fn rule_meaning(rule: &Rule) -> String {
    format!("`{}`: {} ({})", rule.id, rule.title, rule.severity.name())
}

fn field_meaning(name: &str) -> Option<String> {
    let (name, meaning) = fields().iter().find(|(field, _)| *field == name)?;
    Some(format!("`{name}`: {meaning}"))
}

/// The name in a header under a word: `[stack.rules]` on `rules` means that key of `stack`.
fn header_meaning(text: &str, word: Span) -> Option<String> {
    let before = text.get(..word.end as usize)?.rsplit('\n').next()?;
    let mut path = names(before);
    let name = path.pop()?;
    if let Some(key) = key_of(&path.join("."), &name) {
        return Some(format!("`{}`: {}", header(key).unwrap_or_default().trim_end_matches('.'), key.meaning));
    }
    None
}

fn word_at(text: &str, offset: u32) -> Option<Span> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let offset = offset as usize;
    let before = text.get(..offset)?;
    let start = before.trim_end_matches(is_word).len();
    let after = text.get(offset..)?;
    let end = offset + (after.len() - after.trim_start_matches(is_word).len());
    (start < end).then(|| Span::from_range(start..end))
}

/// The fields of a row of the catalog with what they mean: the table of its page.
pub(super) fn fields() -> &'static [(&'static str, &'static str)] {
    static FIELDS: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let page = include_str!("../../../../docs/catalog.md");
        let table = page.split_once("| field | meaning |").map_or("", |(_, rest)| rest);
        let rows = table.lines().skip_while(|line| !line.starts_with("| `")).take_while(|line| line.starts_with('|'));
        let named = rows.filter_map(|row| row.trim_start_matches("| ").trim_end_matches(" |").split_once(" | "));
        named
            .flat_map(|(names, meaning)| names.split('`').skip(1).step_by(2).map(move |name| (name, meaning)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use foreshock_catalog::Row;
    use serde::Deserialize;

    #[test]
    fn the_page_has_every_field_of_a_row() {
        let nothing: toml::Table = toml::from_str("no_such_field = 1").unwrap();
        let error = Row::deserialize(nothing).unwrap_err().to_string();
        let (_, known) = error.split_once("expected one of").unwrap();
        let mut known: BTreeSet<&str> = known.split('`').skip(1).step_by(2).collect();
        // Means another row before there is one.
        known.insert("like");
        let told: BTreeSet<&str> = super::fields().iter().map(|(name, _)| *name).collect();
        assert_eq!(told, known);
    }
}
