//! Walking a JSON tree, with a problem at the place where it is not as expected.

use std::borrow::Cow;

use foreshock_syntax::json::{Key, Kind, Node, unescaped};
use foreshock_text::{Problem, Span};

/// A value of the JSON with the text it is in.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'t> {
    pub(crate) text: &'t str,
    pub(crate) node: &'t Node,
}

/// One key of an object with its value.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'t> {
    pub(crate) key: &'t Key,
    pub(crate) value: Cursor<'t>,
}

impl Entry<'_> {
    /// The key with its quotes.
    pub(crate) fn quoted(&self) -> Span {
        self.key.quoted(self.value.text)
    }
}

impl<'t> Cursor<'t> {
    pub(crate) fn span(self) -> Span {
        self.node.span
    }

    /// The value of a key; the last one counts where it is written twice.
    pub(crate) fn get(self, name: &str) -> Option<Cursor<'t>> {
        self.entry(name).map(|entry| entry.value)
    }

    /// The same, where it is something else than `null`.
    pub(crate) fn some(self, name: &str) -> Option<Cursor<'t>> {
        self.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn entry(self, name: &str) -> Option<Entry<'t>> {
        let Kind::Object(entries) = &self.node.kind else { return None };
        let (key, node) = entries.iter().rev().find(|(key, _)| &*key.text == name)?;
        Some(Entry { key, value: Cursor { text: self.text, node } })
    }

    pub(crate) fn entries(self) -> impl Iterator<Item = Entry<'t>> {
        let entries = match &self.node.kind {
            Kind::Object(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(move |(key, node)| Entry { key, value: Cursor { text: self.text, node } })
    }

    pub(crate) fn items(self) -> impl Iterator<Item = Cursor<'t>> {
        let items = match &self.node.kind {
            Kind::Array(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |node| Cursor { text: self.text, node })
    }

    pub(crate) fn is_null(self) -> bool {
        matches!(self.node.kind, Kind::Null | Kind::Missing)
    }

    pub(crate) fn is_true(self) -> bool {
        matches!(self.node.kind, Kind::Bool(true))
    }

    /// `true` or `false`.
    pub(crate) fn is_flag(self) -> bool {
        matches!(self.node.kind, Kind::Bool(_))
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(self.node.kind, Kind::Object(_))
    }

    pub(crate) fn is_list(self) -> bool {
        matches!(self.node.kind, Kind::Array(_))
    }

    /// Nothing in it: `""`, `[]`, `{}`. What a provider writes for an attribute that nobody has set.
    pub(crate) fn is_empty(self) -> bool {
        match &self.node.kind {
            Kind::String(span) => span.is_empty(),
            Kind::Array(items) => items.is_empty(),
            Kind::Object(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// A list of objects, with at least one of them.
    pub(crate) fn is_list_of_objects(self) -> bool {
        match &self.node.kind {
            Kind::Array(items) => !items.is_empty() && items.iter().all(|item| matches!(item.kind, Kind::Object(_))),
            _ => false,
        }
    }

    pub(crate) fn string(self) -> Option<Cow<'t, str>> {
        let Kind::String(span) = self.node.kind else { return None };
        let written = span.text(self.text);
        Some(if written.contains('\\') { Cow::Owned(unescaped(written).0) } else { Cow::Borrowed(written) })
    }

    pub(crate) fn number(self) -> Option<f64> {
        match self.node.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// What it is, in words for whoever reads "expected ..., found ...".
    pub(crate) fn words(self) -> &'static str {
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
#[derive(Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

/// Nobody reads more than these.
const MOST: usize = 100;

impl Problems {
    pub(crate) fn expected(&mut self, what: &str, found: Cursor<'_>) {
        let mut span = found.span();
        span.end = span.end.min(span.start.saturating_add(1));
        self.add(span, format!("expected {what}, found {}", found.words()));
    }

    pub(crate) fn add(&mut self, span: Span, message: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(Problem::new(span, message));
        }
    }

    /// The items of a list under a key; something else than a list is a problem.
    pub(crate) fn list<'t>(&mut self, of: Cursor<'t>, name: &str) -> Vec<Cursor<'t>> {
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
    pub(crate) fn object<'t>(&mut self, of: Cursor<'t>, name: &str) -> Option<Cursor<'t>> {
        let value = of.some(name)?;
        if !value.is_object() {
            self.expected(&format!("an object in `{name}`"), value);
            return None;
        }
        Some(value)
    }
}
