//! The documents of a text that a template has written, each part with the place in the files that decides it.

use std::collections::BTreeSet;

use foreshock_documents::{Content, Node, read};
use foreshock_syntax::yaml;
use foreshock_templates::{HOLE, Mark, Output, Source, Unknown};
use foreshock_text::{FilePath, Place, Span};

/// The documents that a template has written, or why they are none.
pub(crate) fn documents(output: &Output, template: &FilePath) -> Result<Vec<Node>, (Place, String)> {
    let placing = Placing { output, template, text: output.text.as_str() };
    let (readable, holes) = placing.without_lines_of_holes();
    let (tree, problems) = yaml::parse(&readable);
    let fatal = problems.iter().find(|problem| !problem.message.contains("given twice"));
    if let Some(problem) = fatal {
        let (start, end) = (problem.span.start as usize, problem.span.end as usize);
        return Err((placing.written_at(start, end.max(start + 1)), problem.message.clone()));
    }
    let inside = FilePath::new("");
    let mut documents = Vec::new();
    for document in tree.documents() {
        let (mut node, told) = read(document, &inside);
        if let Some(problem) = told.first() {
            return Err((placing.written_at(0, 1), problem.message.clone()));
        }
        for hole in &holes {
            hole.open(&mut node, &readable);
        }
        placing.place(&mut node);
        documents.push(node);
    }
    Ok(documents)
}

struct Placing<'a> {
    output: &'a Output,
    template: &'a FilePath,
    text: &'a str,
}

/// A line of which nothing is known: it may be any entries, or items, as far in as it stands.
struct Line {
    at: u32,
    column: usize,
    why: std::sync::Arc<str>,
}

impl Placing<'_> {
    fn marks(&self, start: usize, end: usize) -> &[Mark] {
        let marks = self.output.text.marks();
        let from = marks.partition_point(|mark| mark.end <= start);
        let to = marks.partition_point(|mark| mark.start < end);
        marks.get(from..to.max(from)).unwrap_or_default()
    }

    fn unknown_in(&self, start: usize, end: usize) -> Option<&Unknown> {
        self.marks(start, end).iter().find_map(|mark| match &mark.source {
            Source::Hole(unknown) => Some(unknown),
            _ => None,
        })
    }

    /// The text with a comment of the same length for each line that is nothing but what is not known.
    fn without_lines_of_holes(&self) -> (String, Vec<Line>) {
        let mut readable = String::with_capacity(self.text.len());
        let mut lines = Vec::new();
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let bare = line.trim();
            if !bare.is_empty() && bare.chars().all(|c| c == HOLE || c == ' ') {
                let column = line.len() - line.trim_start().len();
                let why =
                    self.unknown_in(at, at + line.len()).map_or("not known".into(), |unknown| unknown.why.clone());
                lines.push(Line { at: at as u32, column, why });
                let hole = HOLE.to_string();
                readable.push_str(&line.replace(&hole, &format!("#{}", " ".repeat(hole.len() - 1))));
            } else {
                readable.push_str(line);
            }
            at += line.len();
        }
        (readable, lines)
    }

    fn place(&self, node: &mut Node) {
        let span = node.place.span;
        let (start, end) = (span.start as usize, span.end as usize);
        let mut opened = None;
        match &mut node.content {
            Content::Scalar(_) => {
                if let Some(unknown) = self.unknown_in(start, end) {
                    opened = Some(unknown.why.clone());
                }
                node.place = self.scalar(start, end);
            }
            Content::List(items) => {
                items.iter_mut().for_each(|item| self.place(item));
                node.place = self.whole(start, end);
            }
            Content::Map(entries) => {
                for entry in entries.iter_mut() {
                    let key = entry.key.span;
                    if let Some(unknown) = self.unknown_in(key.start as usize, key.end as usize) {
                        opened = Some(unknown.why.clone());
                    }
                    entry.key = self.key(key.start as usize, key.end as usize);
                    self.place(&mut entry.value);
                }
                node.place = self.whole(start, end);
            }
        }
        if let Some(why) = opened {
            *node = Node::unknown(why, node.place.clone());
        }
    }

    /// Where a scalar is decided: where it is written, or where the value is that it is the whole of.
    fn scalar(&self, start: usize, end: usize) -> Place {
        let written = self.text.get(start..end).unwrap_or_default();
        let is_quoted =
            written.len() > 1 && ['"', '\''].iter().any(|q| written.starts_with(*q) && written.ends_with(*q));
        let (from, to) = if is_quoted { (start + 1, end - 1) } else { (start, end) };
        if let [Mark { start, end, source: Source::Value(place) }] = self.marks(from, to)
            && (*start, *end) == (from, to)
        {
            return (**place).clone();
        }
        self.literal(start, end).unwrap_or_else(|| self.written_at(start, end))
    }

    fn key(&self, start: usize, end: usize) -> Place {
        self.literal(start, end).unwrap_or_else(|| self.written_at(start, end))
    }

    /// Where a piece stands char for char.
    fn literal(&self, start: usize, end: usize) -> Option<Place> {
        match self.marks(start, end) {
            [Mark { start: from, end: to, source: Source::Literal { file, offset } }]
                if *from <= start && end <= *to =>
            {
                let at = offset + (start - from) as u32;
                Some(Place::new(file.clone(), Span::new(at, at + (end - start) as u32)))
            }
            _ => None,
        }
    }

    /// Where a map or a list is written: where all of it is, if that is one file.
    fn whole(&self, start: usize, end: usize) -> Place {
        let end = start + self.text.get(start..end).unwrap_or_default().trim_end().len().max(1);
        if let Some(place) = self.literal(start, end) {
            return place;
        }
        let mut files: BTreeSet<&FilePath> = BTreeSet::new();
        let mut covered: Option<Span> = None;
        for mark in self.marks(start, end) {
            let (file, span) = match &mark.source {
                Source::Literal { file, offset } => {
                    let skipped = start.saturating_sub(mark.start) as u32;
                    let last = mark.end.min(end).saturating_sub(mark.start) as u32;
                    let inner = Span::new(offset + skipped.min(last), offset + last);
                    let blank = self.text.get(mark.start.max(start)..mark.end.min(end)).unwrap_or_default();
                    if blank.trim().is_empty() {
                        continue;
                    }
                    (file, inner)
                }
                Source::Value(place) => (&place.file, place.span),
                Source::Assumed | Source::Hole(_) => continue,
            };
            files.insert(file);
            covered = Some(covered.map_or(span, |covered| covered.cover(span)));
        }
        match (files.iter().next(), files.len(), covered) {
            (Some(file), 1, Some(span)) if **file != *self.template => Place::new((**file).clone(), span),
            _ => self.written_at(start, end),
        }
    }

    /// The piece of the template that has written a piece of the text.
    fn written_at(&self, start: usize, end: usize) -> Place {
        let pieces = &self.output.written_by;
        let from = pieces.partition_point(|piece| piece.end <= start);
        let to = pieces.partition_point(|piece| piece.start < end);
        let pieces = pieces.get(from..to.max(from)).unwrap_or_default();
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            let before = self.output.written_by.get(from.saturating_sub(1)).or(self.output.written_by.last());
            return Place::new(self.template.clone(), Span::empty(before.map_or(0, |piece| piece.span.end)));
        };
        let begin = match first.is_literal {
            true => first.span.start + start.saturating_sub(first.start) as u32,
            false => first.span.start,
        };
        let finish = match last.is_literal {
            true => last.span.start + end.min(last.end).saturating_sub(last.start) as u32,
            false => last.span.end,
        };
        // A loop writes backwards.
        let lowest = pieces.iter().map(|piece| piece.span.start).min().unwrap_or(begin);
        let begin = if begin <= finish { begin } else { lowest.min(finish) };
        Place::new(self.template.clone(), Span::new(begin, finish))
    }
}

impl Line {
    /// Says of the map or list that the line may belong to that it is not known. Spans are still those of the text.
    fn open(&self, node: &mut Node, text: &str) {
        if self.at < node.place.span.start {
            return;
        }
        let before = text.get(..self.at as usize).unwrap_or_default();
        let last = before.trim_end().len() as u32;
        self.open_at(node, text, last);
    }

    /// Whether it was opened here or below.
    fn open_at(&self, node: &mut Node, text: &str, last: u32) -> bool {
        let column = column_of(text, node.place.span.start);
        let is_over = || {
            let after = text.get(node.place.span.end as usize..self.at as usize).unwrap_or_default();
            after.lines().skip(1).any(|line| {
                let content = line.trim_start();
                !content.is_empty() && !content.starts_with('#') && line.len() - content.len() < column
            })
        };
        if self.at < node.place.span.start || is_over() {
            return false;
        }
        let is_opened_below = match &mut node.content {
            Content::Scalar(_) => false,
            Content::List(items) => {
                items.iter_mut().rev().any(|item| !is_scalar(item) && self.open_at(item, text, last))
            }
            Content::Map(entries) => entries.iter_mut().rev().any(|entry| {
                let is_empty = entry.value.is_null() && entry.key.span.end < last + 2 && entry.key.span.end + 1 >= last;
                if is_empty && column_of(text, entry.key.span.start) <= self.column {
                    entry.value = Node::unknown(self.why.clone(), entry.value.place.clone());
                    return true;
                }
                !is_scalar(&entry.value) && self.open_at(&mut entry.value, text, last)
            }),
        };
        if is_opened_below {
            return true;
        }
        if is_scalar(node) || column > self.column {
            return false;
        }
        *node = Node::unknown(self.why.clone(), node.place.clone());
        true
    }
}

fn is_scalar(node: &Node) -> bool {
    matches!(node.content, Content::Scalar(_))
}

fn column_of(text: &str, offset: u32) -> usize {
    let before = text.get(..offset as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    // The first entry of an item stands behind its dash, and the item as far in as the dash.
    match line.trim().chars().all(|c| c == '-' || c == ' ') {
        true => line.chars().count(),
        false => line.len() - line.trim_start().len(),
    }
}
