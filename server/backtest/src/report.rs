//! What is wrong with a file of incidents, each with its place.

use std::collections::BTreeMap;

use foreshock_syntax::json::Cursor;
use foreshock_text::{LineTable, PositionEncoding, Span};

use crate::IncidentProblem;

/// Problems of one file, gathered while it is read.
pub(crate) struct Report<'t> {
    text: &'t str,
    lines: LineTable,
    /// The incident that is being read.
    pub(crate) incident: String,
    pub(crate) problems: Vec<IncidentProblem>,
    /// Keys that nobody reads, with the first place and how often.
    unread: BTreeMap<(&'static str, String), (Span, usize)>,
}

/// A problem for which the incident is left out; it is told already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeftOut;

impl<'t> Report<'t> {
    pub(crate) fn new(text: &'t str) -> Report<'t> {
        Report {
            text,
            lines: LineTable::new(text),
            incident: String::new(),
            problems: Vec::new(),
            unread: BTreeMap::new(),
        }
    }

    /// Line and column from 1.
    pub(crate) fn place(&self, span: Span) -> (u32, u32) {
        let position = self.lines.position(self.text, span.start, PositionEncoding::Utf16);
        (position.line + 1, position.column + 1)
    }

    /// Something that was not understood and does not end the incident.
    pub(crate) fn note(&mut self, span: Span, message: String) {
        self.tell(span, message, false);
    }

    /// Something without which the incident means nothing.
    pub(crate) fn refuse(&mut self, span: Span, message: String) -> LeftOut {
        self.tell(span, message, true);
        LeftOut
    }

    /// `expected a list of components, found a text`
    pub(crate) fn expected(&mut self, what: &str, found: Cursor<'_>) -> LeftOut {
        self.refuse(found.span(), format!("expected {what}, found {}", found.words()))
    }

    fn tell(&mut self, span: Span, message: String, left_out: bool) {
        let place = Some(self.place(span));
        self.problems.push(IncidentProblem { incident: self.incident.clone(), place, message, left_out });
    }

    /// Notes the keys of an object that are none of these: what is not read is said.
    pub(crate) fn keys(&mut self, of: &'static str, object: Cursor<'_>, read: &[&str], told: &[&str]) {
        for entry in object.entries() {
            let key = &*entry.key.text;
            if read.contains(&key) || told.contains(&key) || key.starts_with('_') || key == "//" {
                continue;
            }
            let seen = self.unread.entry((of, key.to_owned())).or_insert((entry.quoted(), 0));
            seen.1 += 1;
        }
    }

    /// The keys that nobody reads, each once.
    pub(crate) fn finish(mut self) -> Vec<IncidentProblem> {
        self.incident = String::new();
        for ((of, key), (span, count)) in std::mem::take(&mut self.unread) {
            let times = if count == 1 { String::new() } else { format!(", {count} times") };
            self.note(span, format!("\"{key}\" of {of} is not read{times}"));
        }
        self.problems
    }
}
