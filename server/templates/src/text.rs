//! Texts that know where their pieces come from.

use std::sync::Arc;

use foreshock_text::{FilePath, Place, Span};

use crate::value::Unknown;

/// The letter that stands in a text for what is not known: one of those that Unicode leaves to private use. The mark over it says
/// why it is not known.
pub const HOLE: char = '\u{e0e0}';

/// A text with where it comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    text: String,
    marks: Vec<Mark>,
}

/// Where a piece of a text comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Where it comes from.
    pub source: Source,
}

/// Where a piece of a text comes from. What no mark covers was worked out.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// It stands there, char for char.
    Literal {
        /// The file.
        file: FilePath,
        /// Where its first byte is.
        offset: u32,
    },
    /// It is the whole of a value that is written there.
    Value(Arc<Place>),
    /// It is what we take for a name that only whoever installs it decides: no comparison with it is known.
    Assumed,
    /// It is not known: the piece is a [`HOLE`].
    Hole(Unknown),
}

impl Text {
    /// A text that was worked out.
    pub fn made(text: impl Into<String>) -> Text {
        let text: String = text.into();
        Text { text: without_holes(text), marks: Vec::new() }
    }

    /// A value that is written at a place.
    pub fn value(text: &str, place: Option<Arc<Place>>) -> Text {
        let mut made = Text::made(text);
        if let Some(place) = place.filter(|_| !made.text.is_empty()) {
            made.marks.push(Mark { start: 0, end: made.text.len(), source: Source::Value(place) });
        }
        made
    }

    /// A piece of a file.
    pub fn literal(text: &str, file: &FilePath, span: Span) -> Text {
        let mut made = Text::made(span.text(text));
        if !made.text.is_empty() {
            let source = Source::Literal { file: file.clone(), offset: span.start };
            made.marks.push(Mark { start: 0, end: made.text.len(), source });
        }
        made
    }

    /// A name that only whoever installs it decides.
    pub fn assumed(text: &str) -> Text {
        let mut made = Text::made(text);
        made.assume();
        made
    }

    /// What is not known.
    pub fn hole(unknown: Unknown) -> Text {
        let text = HOLE.to_string();
        let mark = Mark { start: 0, end: text.len(), source: Source::Hole(unknown) };
        Text { text, marks: vec![mark] }
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where its pieces come from, in order.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it has no letter.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The first thing in it that is not known.
    pub fn first_unknown(&self) -> Option<&Unknown> {
        self.marks.iter().find_map(|mark| match &mark.source {
            Source::Hole(unknown) => Some(unknown),
            _ => None,
        })
    }

    /// What is not known, where the text is nothing else.
    pub fn only_unknown(&self) -> Option<&Unknown> {
        match self.marks.as_slice() {
            [Mark { start: 0, end, source: Source::Hole(unknown) }] if *end == self.text.len() => Some(unknown),
            _ => None,
        }
    }

    /// Whether whoever installs it decides a part of it.
    pub fn is_assumed(&self) -> bool {
        self.marks.iter().any(|mark| mark.source == Source::Assumed)
    }

    /// Says that whoever installs it decides it.
    pub fn assume(&mut self) {
        if self.first_unknown().is_none() && !self.text.is_empty() {
            self.marks = vec![Mark { start: 0, end: self.text.len(), source: Source::Assumed }];
        }
    }

    /// Adds letters that were worked out.
    pub fn push_str(&mut self, text: &str) {
        match text.contains(HOLE) {
            true => self.text.push_str(&without_holes(text.to_owned())),
            false => self.text.push_str(text),
        }
    }

    /// Adds a text with where it comes from. O(what is added).
    pub fn push(&mut self, other: &Text) {
        let by = self.text.len();
        self.text.push_str(&other.text);
        for mark in &other.marks {
            self.mark(Mark { start: mark.start + by, end: mark.end + by, source: mark.source.clone() });
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let (Some(last), Source::Literal { file, offset }) = (self.marks.last_mut(), &mark.source)
            && let Source::Literal { file: before, offset: start } = &last.source
            && last.end == mark.start
            && before == file
            && *start as usize + (last.end - last.start) == *offset as usize
        {
            last.end = mark.end;
            return;
        }
        self.marks.push(mark);
    }

    /// A part of it, by bytes between letters; nothing where there is no such part.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Text {
        let Some(text) = self.text.get(start..end) else { return Text::default() };
        let mut part = Text { text: text.to_owned(), marks: Vec::new() };
        for mark in &self.marks {
            let (from, to) = (mark.start.max(start), mark.end.min(end));
            if from >= to {
                continue;
            }
            let is_whole = (from, to) == (mark.start, mark.end);
            let source = match &mark.source {
                Source::Literal { file, offset } => {
                    Source::Literal { file: file.clone(), offset: offset + (from - mark.start) as u32 }
                }
                // A part of a value is not the value.
                Source::Value(_) if !is_whole => continue,
                other => other.clone(),
            };
            part.marks.push(Mark { start: from - start, end: to - start, source });
        }
        part
    }

    /// Without these letters at both ends.
    #[must_use]
    pub fn trimmed(&self, is_left: impl Fn(char) -> bool, is_right: impl Fn(char) -> bool) -> Text {
        let start = self.text.len() - self.text.trim_start_matches(is_left).len();
        let end = self.text.trim_end_matches(is_right).len();
        self.slice(start.min(end), end)
    }

    /// With white space before each line.
    #[must_use]
    pub fn indented(&self, by: usize) -> Text {
        let pad = " ".repeat(by);
        let mut out = Text::default();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            out.push_str(&pad);
            out.push(&self.slice(start, start + line.len()));
            start += line.len();
        }
        // What is behind the last newline is a line, too.
        if self.text.is_empty() || self.text.ends_with('\n') {
            out.push_str(&pad);
        }
        out
    }
}

/// The letter for what is not known means nothing in a text that somebody has written.
fn without_holes(text: String) -> String {
    if text.contains(HOLE) { text.replace(HOLE, "\u{fffd}") } else { text }
}
