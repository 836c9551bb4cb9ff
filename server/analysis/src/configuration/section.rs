//! Tables of a TOML file with the place of every key, and what is wrong with them.

use std::cell::RefCell;

use foreshock_infra::closest;
use foreshock_text::{Problem, Span};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// What was found to be wrong.
pub(super) type Problems = RefCell<Vec<Problem>>;

/// One table. Each key is asked for once; what is left over at the end is unknown.
pub(super) struct Section<'a, 'i> {
    table: &'a DeTable<'i>,
    /// What it is called in a sentence: "a stack".
    what: &'static str,
    known: Vec<&'static str>,
    pub(super) problems: &'a Problems,
}

pub(super) type Key<'i> = Spanned<DeString<'i>>;
pub(super) type Item<'i> = Spanned<DeValue<'i>>;

pub(super) fn span_of<T>(item: &Spanned<T>) -> Span {
    Span::from_range(item.span())
}

/// "a string", with an article: for messages.
fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Tells that something else was expected.
pub(super) fn expected(problems: &Problems, what: &str, item: &Item<'_>) {
    let message = format!("expected {what}, found {}", kind_of(item.get_ref()));
    problems.borrow_mut().push(Problem::new(span_of(item), message));
}

/// "; did you mean `x`?", or the list of what there is.
pub(super) fn hint<'a>(written: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match closest(written, known.clone()) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None => {
            let all: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
            format!("; expected one of {}", all.join(", "))
        }
    }
}

impl<'a, 'i> Section<'a, 'i> {
    /// A table with these keys; every other one is told.
    pub(super) fn new(
        table: &'a DeTable<'i>,
        what: &'static str,
        known: Vec<&'static str>,
        problems: &'a Problems,
    ) -> Section<'a, 'i> {
        let section = Section { table, what, known, problems };
        section.tell_unknown();
        section
    }

    fn tell_unknown(&self) {
        for key in self.table.keys().filter(|key| !self.known.contains(&&**key.get_ref())) {
            let name = key.get_ref();
            let message = format!("{} has no `{name}`{}", self.what, hint(name, self.known.iter().copied()));
            self.problems.borrow_mut().push(Problem::new(span_of(key), message));
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'a Item<'i>> {
        debug_assert!(self.known.contains(&key), "{key} is not declared");
        self.table.get(key)
    }

    /// A string with its place.
    pub(super) fn text(&self, key: &str) -> Option<(String, Span)> {
        let item = self.get(key)?;
        match item.get_ref().as_str() {
            Some(text) => Some((text.to_owned(), span_of(item))),
            None => {
                expected(self.problems, "a string", item);
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn truth(&self, key: &str) -> Option<bool> {
        let item = self.get(key)?;
        let truth = item.get_ref().as_bool();
        if truth.is_none() {
            expected(self.problems, "true or false", item);
        }
        truth
    }

    /// Strings with their places.
    pub(super) fn texts(&self, key: &str) -> Vec<(String, Span)> {
        let Some(item) = self.get(key) else { return Vec::new() };
        let Some(items) = item.get_ref().as_array() else {
            expected(self.problems, "a list of strings", item);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text.to_owned(), span_of(item))),
                None => expected(self.problems, "a string", item),
            }
        }
        texts
    }

    /// The entries of a table below a key.
    pub(super) fn table(&self, key: &str) -> impl Iterator<Item = (&'a Key<'i>, &'a Item<'i>)> + use<'a, 'i> {
        let table = self.get(key).and_then(|item| {
            let table = item.get_ref().as_table();
            if table.is_none() {
                expected(self.problems, "a table", item);
            }
            table
        });
        table.into_iter().flat_map(|table| table.iter())
    }
}
