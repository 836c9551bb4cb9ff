//! What all formats read alike: texts, targets with their lines, and problems.

use std::sync::Arc;

use foreshock_model::Probability;
use foreshock_syntax::yaml::{Pair, Value};
use foreshock_text::{FilePath, Place, Problem, Span};

use super::PromiseFile;
use crate::promises::target::{Unit, allowed};
use crate::promises::written::WrittenPromise;

/// More objectives and problems of one file than this are not read by anybody, and not kept either.
const MOST: usize = 1_000;

/// A file that is being read.
pub(super) struct Reading {
    file: FilePath,
    found: PromiseFile,
}

/// A target with its place.
pub(super) struct Target {
    pub(super) allowed: Probability,
    pub(super) place: Place,
}

impl Reading {
    pub(super) fn of(file: FilePath) -> Reading {
        Reading { file, found: PromiseFile::default() }
    }

    pub(super) fn finish(self) -> PromiseFile {
        self.found
    }

    pub(super) fn tell(&mut self, span: Span, message: impl Into<String>) {
        if self.found.problems.len() < MOST {
            self.found.problems.push(Problem::new(span, message));
        }
    }

    pub(super) fn promise(&mut self, promise: WrittenPromise) {
        if self.found.promises.len() < MOST {
            self.found.promises.push(promise);
        }
    }

    /// The items of a list that may be missing; anything else is told.
    pub(super) fn list<'t>(&mut self, value: Option<Value<'t>>, expected: &str) -> Vec<Value<'t>> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Vec::new() };
        match value.items() {
            Some(items) => items.take(MOST).collect(),
            None => {
                self.tell(value.span(), format!("expected {expected}"));
                Vec::new()
            }
        }
    }

    /// A target under a key; what is none is told, `also` with it.
    pub(super) fn target(&mut self, pair: Pair<'_>, unit: Unit, also: &str) -> Option<Target> {
        let text = pair.value.scalar().map(|scalar| scalar.text());
        let span = pair.key.span().cover(pair.value.span());
        let found = text.and_then(|text| allowed(text, unit));
        if found.is_none() {
            let expected = unit.expected();
            let message = match text.filter(|text| !text.is_empty()) {
                Some(text) => format!("`{}` is no target; expected {expected}{also}", shortened(text)),
                None => format!("expected {expected}{also}"),
            };
            self.tell(span, message);
        }
        Some(Target { allowed: found?, place: Place::new(self.file.clone(), span) })
    }
}

/// What somebody has typed, as far as a message has room for it.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    match line.chars().count() > LONGEST {
        true => line.chars().take(LONGEST).chain(['…']).collect(),
        false => line.to_owned(),
    }
}

/// A key of a mapping with its value.
pub(super) fn pair<'t>(value: Value<'t>, name: &str) -> Option<Pair<'t>> {
    value.pairs()?.into_iter().find(|pair| pair.name == name)
}

/// The value at the end of a path of keys.
pub(super) fn at<'t>(value: Value<'t>, path: &[&str]) -> Option<Value<'t>> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// The text at the end of a path of keys, unless it is empty.
pub(super) fn text<'t>(value: Value<'t>, path: &[&str]) -> Option<&'t str> {
    at(value, path)?.scalar().map(|scalar| scalar.text().trim()).filter(|text| !text.is_empty())
}

/// The first of some names that is written, as a name.
pub(super) fn name(value: Value<'_>, path: &[&str]) -> Option<Arc<str>> {
    text(value, path).map(Arc::from)
}

/// Every text inside of a value; of what stands for something else, that.
pub(super) fn all_texts(value: Value<'_>) -> Vec<String> {
    /// Queries are written by people; what is larger says nothing more.
    const MOST_VALUES: usize = 500;
    let mut texts = Vec::new();
    let mut open = vec![value];
    let mut looked_at = 0;
    while let Some(value) = open.pop() {
        looked_at += 1;
        if looked_at > MOST_VALUES {
            break;
        }
        if let Some(scalar) = value.scalar() {
            texts.push(scalar.text().to_owned());
        }
        open.extend(value.items().into_iter().flatten());
        open.extend(value.entries().into_iter().flatten().map(|(_, value)| value));
    }
    texts
}
