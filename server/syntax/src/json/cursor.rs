//! Walking a JSON tree, with a problem at the place where it is not as expected.

use std::borrow::Cow;

use foreshock_text::{Problem, Span};

use crate::hcl::json::tree::{Key, Kind, Node, unescaped};

/// A value of the JSON with the text it is in.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'t> {
    /// All of the text.
    pub text: &'t str,
    /// The value.
    pub node: &'t Node,
}

/// One key of an object with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t> {
    /// The key.
    pub key: &'t Key,
    /// Its value.
    pub value: Cursor<'t>,
}

impl Entry<'_> {
    /// The key with its quotes.
    pub fn quoted(&self) -> Span {
        self.key.quoted(self.value.text)
    }
}

impl<'t> Cursor<'t> {
    /// Where it stands.
    pub fn span(self) -> Span {
        self.node.span
    }

    /// The value of a key; the last one counts where it is written twice.
    pub fn get(self, name: &str) -> Option<Cursor<'t>> {
        self.entry(name).map(|entry| entry.value)
    }

    /// The same, where it is something else than `null`.
    pub fn some(self, name: &str) -> Option<Cursor<'t>> {
        self.get(name).filter(|value| !value.is_null())
    }

    /// The same with its key.
    pub fn entry(self, name: &str) -> Option<Entry<'t>> {
        let Kind::Object(entries) = &self.node.kind else { return None };
        let (key, node) = entries.iter().rev().find(|(key, _)| &*key.text == name)?;
        Some(Entry { key, value: Cursor { text: self.text, node } })
    }

    /// All keys with their values; none of what is no object.
    pub fn entries(self) -> impl Iterator<Item = Entry<'t>> {
        let entries = match &self.node.kind {
            Kind::Object(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(move |(key, node)| Entry { key, value: Cursor { text: self.text, node } })
    }

    /// All items; none of what is no list.
    pub fn items(self) -> impl Iterator<Item = Cursor<'t>> {
        let items = match &self.node.kind {
            Kind::Array(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |node| Cursor { text: self.text, node })
    }

    /// `null`, or nothing that could be read.
    pub fn is_null(self) -> bool {
        matches!(self.node.kind, Kind::Null | Kind::Missing)
    }

    /// `true`.
    pub fn is_true(self) -> bool {
        matches!(self.node.kind, Kind::Bool(true))
    }

    /// `true` or `false`.
    pub fn is_flag(self) -> bool {
        matches!(self.node.kind, Kind::Bool(_))
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        matches!(self.node.kind, Kind::Object(_))
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        matches!(self.node.kind, Kind::Array(_))
    }

    /// Nothing in it: `""`, `[]`, `{}`. What a provider writes for an attribute that nobody has set.
    pub fn is_empty(self) -> bool {
        match &self.node.kind {
            Kind::String(span) => span.is_empty(),
            Kind::Array(items) => items.is_empty(),
            Kind::Object(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// A list of objects, with at least one of them.
    pub fn is_list_of_objects(self) -> bool {
        match &self.node.kind {
            Kind::Array(items) => !items.is_empty() && items.iter().all(|item| matches!(item.kind, Kind::Object(_))),
            _ => false,
        }
    }

    /// The text, without its escapes.
    pub fn string(self) -> Option<Cow<'t, str>> {
        let Kind::String(span) = self.node.kind else { return None };
        let written = span.text(self.text);
        Some(if written.contains('\\') { Cow::Owned(unescaped(written).0) } else { Cow::Borrowed(written) })
    }

    /// The number.
    pub fn number(self) -> Option<f64> {
        match self.node.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// What it is, in words for whoever reads "expected ..., found ...".
    pub fn words(self) -> &'static str {
        match self.node.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a text",
            Kind::Array(_) => "a list",
            Kind::Object(_) => "an object",
            Kind::Missing => "nothing",
        }
    }
}

/// What is wrong with the JSON's shape, each with its place.
#[derive(Debug, Default)]
pub struct Problems(
    /// In the order of the finding.
    pub Vec<Problem>,
);

/// Nobody reads more than these.
const MOST: usize = 100;

impl Problems {
    /// That something else was expected at the beginning of this.
    pub fn expected(&mut self, what: &str, found: Cursor<'_>) {
        let mut span = found.span();
        span.end = span.end.min(span.start.saturating_add(1));
        self.add(span, format!("expected {what}, found {}", found.words()));
    }

    /// One more; more than anybody reads are dropped.
    pub fn add(&mut self, span: Span, message: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(Problem::new(span, message));
        }
    }

    /// The items of a list under a key; something else than a list is a problem.
    pub fn list<'t>(&mut self, of: Cursor<'t>, name: &str) -> Vec<Cursor<'t>> {
        let Some(value) = of.some(name) else { return Vec::new() };
        if !value.is_list() {
            self.expected(&format!("a list of objects in `{name}`"), value);
        }
        let mut items = Vec::new();
        for item in value.items() {
            if item.is_object() {
                items.push(item);
            } else {
                self.expected(&format!("an object in `{name}`"), item);
            }
        }
        items
    }

    /// An object under a key; something else than an object is a problem.
    pub fn object<'t>(&mut self, of: Cursor<'t>, name: &str) -> Option<Cursor<'t>> {
        let value = of.some(name)?;
        if !value.is_object() {
            self.expected(&format!("an object in `{name}`"), value);
            return None;
        }
        Some(value)
    }
}
