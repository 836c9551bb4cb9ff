//! Blocks and attributes of any text, in one pass over its bytes.
//!
//! While the brackets of a text add up they alone decide. Where they do not - a block is still open at a `resource` in
//! the first column, or a `}` closes nothing - the top-level block concerned is read once more and its indentation is
//! believed instead. The work spent on such second readings is bounded by the length of the text.

use std::sync::Arc;

use foreshock_text::{Problem, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use super::ast::{Attribute, Block, Body, Expr, ExprKind, Label};
use super::header::{self, Header};
use super::lex::{Lexer, is_word_start};
use super::value_end::{self, Extent};

/// Blocks in blocks: deeper ones are skipped with a problem. Terraform's own schemas stay below ten.
pub(crate) const MAX_BLOCK_DEPTH: usize = 64;

/// Gives the tree of a value, and its problems relative to its start.
pub(crate) trait Values {
    /// `text` has no white space around it and is not empty.
    fn value(&mut self, text: &str, problems: &mut Vec<Problem>) -> Arc<Expr>;
}

/// A stretch of a text that reads the same whatever is before it: from one item of the top level to the next that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Its first byte.
    pub(crate) start: usize,
    /// One past the last byte that has a say in how it is read.
    pub(crate) reach: usize,
    /// Bytes read in vain in it.
    pub(crate) wasted: usize,
}

/// What to read of a text.
pub(crate) struct Part<'a> {
    /// Where a segment begins.
    pub(crate) from: usize,
    /// Whether reading can end at a segment, given the start of its line and its own: because what follows is known.
    pub(crate) is_known: &'a dyn Fn(usize, usize) -> bool,
}

/// What was read.
pub(crate) struct Scanned {
    /// Blocks and attributes.
    pub(crate) root: Body,
    /// By place, without those of attributes that are set twice at the top level.
    pub(crate) problems: Vec<Problem>,
    /// In the order of the text.
    pub(crate) segments: Vec<Segment>,
    /// Where reading ended.
    pub(crate) end: usize,
    /// Whether the rest depends on more than the text of each segment: on how much was read in vain, or on what was told
    /// once for the whole text.
    pub(crate) is_entangled: bool,
}

/// Reads a text, or a part of it.
pub(crate) fn scan(text: &str, part: Part<'_>, values: &mut dyn Values) -> Scanned {
    let lexer = Lexer::new(text);
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let before = text.as_bytes().get(..part.from).unwrap_or_default();
    let line = before.iter().rposition(|&byte| byte == b'\n').map_or(mark, |newline| newline + 1);
    let origin = Line { start: line, known_to: part.from.max(mark) };
    let mut scanner = Scanner {
        lexer,
        values,
        problems: Vec::new(),
        stretch: None,
        names: FxHashMap::default(),
        root: Body { span: Span::from_range(0..text.len()), ..Body::default() },
        open: Vec::new(),
        at: part.from.max(mark),
        line: origin,
        origin,
        by_indentation: false,
        restart: None,
        read_again_from: None,
        too_deep: false,
        segments: vec![Segment { start: part.from, reach: 0, wasted: 0 }],
        is_known: part.is_known,
        ended: None,
    };
    scanner.run();
    let Scanner { mut problems, root, segments, lexer, too_deep, ended, .. } = scanner;
    problems.sort_by_key(|problem| problem.span);
    let end = ended.unwrap_or(lexer.len());
    Scanned { root, problems, segments, end, is_entangled: too_deep || lexer.is_exhausted() }
}

/// A block whose closing brace has not been met.
struct OpenBlock {
    header: Header,
    indentation: usize,
    /// The start of the header's line.
    line: usize,
    body: Body,
}

/// Where to read a top-level block a second time, and what was there before it.
#[derive(Clone, Copy)]
struct Restart {
    at: usize,
    indentation: usize,
    problems: usize,
    attributes: usize,
    blocks: usize,
}

/// The start of the line last asked for, so that asking front to back is linear.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    known_to: usize,
}

struct Scanner<'t, 'v> {
    lexer: Lexer<'t>,
    values: &'v mut dyn Values,
    problems: Vec<Problem>,
    /// Where the last problem with lines that are no item stands.
    stretch: Option<Span>,
    names: FxHashMap<&'t str, Arc<str>>,
    root: Body,
    open: Vec<OpenBlock>,
    at: usize,
    line: Line,
    /// The line that reading began in.
    origin: Line,
    by_indentation: bool,
    restart: Option<Restart>,
    read_again_from: Option<usize>,
    too_deep: bool,
    segments: Vec<Segment>,
    is_known: &'v dyn Fn(usize, usize) -> bool,
    /// Where what follows is known.
    ended: Option<usize>,
}

/// What was there before a header was read.
struct Before {
    problems: usize,
    stretch: Option<Span>,
    reach: usize,
    wasted: usize,
}

impl<'t> Scanner<'t, '_> {
    fn run(&mut self) {
        while self.ended.is_none() {
            self.skip_filler();
            let begins_at = self.at;
            let again = self.read_again_from;
            if self.at >= self.lexer.len() {
                if self.open.is_empty() || !self.read_again() {
                    break;
                }
            } else if self.lexer.byte(self.at) == b'}' {
                self.closing_brace();
            } else {
                self.item();
            }
            // Each round goes on, or goes back to a place where it was not before.
            let advanced = self.at > begins_at || self.read_again_from > again || self.ended.is_some();
            debug_assert!(advanced, "nothing was read at byte {begins_at}");
            if !advanced {
                self.at = begins_at + 1;
            }
        }
        if self.ended.is_none() {
            self.close_unclosed(0, self.lexer.len());
            let before = self.before();
            self.end_segment(&before);
        }
    }

    fn before(&self) -> Before {
        let (reach, wasted) = (self.lexer.take_reach(), self.lexer.wasted());
        Before { problems: self.problems.len(), stretch: self.stretch, reach, wasted }
    }

    /// The last segment ends with what was read before.
    fn end_segment(&mut self, before: &Before) {
        if let Some(last) = self.segments.last_mut() {
            last.reach = before.reach;
            // Until now, where in the count it began.
            last.wasted = before.wasted.saturating_sub(last.wasted);
        }
    }

    /// After the header of an item of the top level: a segment begins with it if nothing before has a say in it.
    /// `restarts` says so of the place that reading would go back to.
    fn begin_segment(&mut self, start: usize, before: Before, restarts: bool) {
        let of_header = self.lexer.take_reach();
        let is_begun = self.segments.last().is_some_and(|last| last.start == start);
        if is_begun || !restarts || self.stretch != before.stretch {
            self.lexer.put_reach(before.reach.max(of_header));
            return;
        }
        // That it begins here was told by its header.
        self.end_segment(&Before { reach: before.reach.max(of_header), ..before });
        if (self.is_known)(self.line.start, start) {
            self.problems.truncate(before.problems);
            self.ended = Some(start);
            return;
        }
        self.lexer.put_reach(of_header);
        self.segments.push(Segment { start, reach: 0, wasted: before.wasted });
    }

    /// Whether reading would go back to a block of that indentation at the top level, whatever is wrong after it.
    fn restarts_at(&self, indentation: usize) -> bool {
        self.restart.is_none_or(|restart| indentation <= restart.indentation)
    }

    /// Goes on to the next item, over white space and comments.
    fn skip_filler(&mut self) {
        loop {
            match self.lexer.byte(self.at) {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => self.at = self.lexer.line_end(self.at),
                b'/' if matches!(self.lexer.byte(self.at + 1), b'/' | b'*') => {
                    let token = self.lexer.next(self.at);
                    if !token.closed {
                        let place = Span::from_range(token.start..token.start + 2);
                        self.problems.push(Problem::new(place, "this comment is not closed; expected `*/`"));
                    }
                    self.at = token.end;
                }
                _ => return,
            }
        }
    }

    /// The indentation of the line `at` is in, and whether nothing but white space is before `at` on it.
    fn indentation(&mut self, at: usize) -> (usize, bool) {
        if at < self.line.known_to {
            self.line = self.origin;
        }
        let between = self.lexer.text.as_bytes().get(self.line.known_to..at).unwrap_or(&[]);
        if let Some(back) = between.iter().rposition(|&byte| byte == b'\n') {
            self.line.start = self.line.known_to + back + 1;
        }
        self.line.known_to = at;
        let mut first = self.line.start;
        while first < at && matches!(self.lexer.byte(first), b' ' | b'\t') {
            first += 1;
        }
        (first - self.line.start, first == at)
    }

    fn believes_indentation(&self) -> bool {
        self.by_indentation || self.lexer.is_exhausted()
    }

    /// Goes back to the start of the top-level block to read it by its indentation. False when that was done already.
    fn read_again(&mut self) -> bool {
        let Some(restart) = self.restart else { return false };
        let done = self.read_again_from.is_some_and(|from| restart.at <= from);
        if done || self.believes_indentation() || self.lexer.waste(self.at.saturating_sub(restart.at)) {
            return false;
        }
        self.read_again_from = Some(restart.at);
        self.by_indentation = true;
        self.at = restart.at;
        self.open.clear();
        self.problems.truncate(restart.problems);
        self.root.attributes.truncate(restart.attributes);
        self.root.blocks.truncate(restart.blocks);
        true
    }

    fn closing_brace(&mut self) {
        let place = Span::from_range(self.at..self.at + 1);
        if self.open.is_empty() {
            if !self.read_again() {
                self.problems.push(Problem::new(place, "unexpected `}`: no block is open here"));
                self.at += 1;
            }
            return;
        }
        if self.believes_indentation() {
            let (indentation, first_on_line) = self.indentation(self.at);
            if first_on_line {
                let at = self.at;
                while self.open.len() > 1 && self.open.last().is_some_and(|block| indentation < block.indentation) {
                    self.close_unclosed(self.open.len() - 1, at);
                }
            }
            let line = self.line.start;
            let is_stray = |block: &OpenBlock| {
                if first_on_line { indentation > block.indentation } else { line != block.line }
            };
            if self.open.last().is_some_and(is_stray) {
                self.problems.push(Problem::new(place, "unexpected `}`: no block is open at this indentation"));
                self.at += 1;
                return;
            }
        }
        let at = self.at;
        self.at += 1;
        self.close(at, true);
    }

    /// Closes the innermost block, whose body ends at `end`.
    fn close(&mut self, end: usize, closed: bool) {
        let Some(OpenBlock { header, mut body, .. }) = self.open.pop() else { return };
        body.span = Span::new(body.span.start, Span::from_range(end..end).start);
        duplicates(&body, &mut self.problems);
        let end = if closed { end + 1 } else { end };
        let span = Span::from_range(header.kind_span.start as usize..end);
        if !closed {
            let message = format!("this {} block is not closed; expected `}}`", header.kind);
            self.problems.push(Problem::new(header.span, message));
        }
        self.add_block(header, span, closed, body);
        if self.open.is_empty() {
            self.by_indentation = false;
        }
    }

    /// Closes all blocks above the first `keep` where the text goes on at `at` without their braces.
    fn close_unclosed(&mut self, keep: usize, at: usize) {
        while self.open.len() > keep {
            self.close(at, false);
        }
    }

    fn add_block(&mut self, header: Header, span: Span, closed: bool, body: Body) {
        self.check_name(header.kind_span);
        let block = Block {
            kind: self.name(header.kind_span, &header.kind),
            kind_span: header.kind_span,
            labels: header.labels,
            header_span: header.span,
            span,
            closed,
            body,
        };
        self.body().blocks.push(Arc::new(block));
    }

    fn body(&mut self) -> &mut Body {
        match self.open.last_mut() {
            Some(block) => &mut block.body,
            None => &mut self.root,
        }
    }

    /// A problem for a name with a character such as a non-breaking space, which looks like nothing in an editor.
    fn check_name(&mut self, span: Span) {
        let name = span.text(self.lexer.text);
        if name.is_ascii() {
            return;
        }
        let is_mark = |character: char| ('\u{300}'..='\u{36f}').contains(&character);
        if let Some(character) = name.chars().find(|&c| !c.is_ascii() && !c.is_alphanumeric() && !is_mark(c)) {
            let message = format!("names cannot have the character U+{:04X}", u32::from(character));
            self.problems.push(Problem::new(span, message));
        }
    }

    /// One shared copy of a name that stands at `span`.
    fn name(&mut self, span: Span, name: &str) -> Arc<str> {
        let written = self.lexer.slice(span.start as usize, span.end as usize);
        if written != name {
            return Arc::from(name);
        }
        Arc::clone(self.names.entry(written).or_insert_with(|| Arc::from(written)))
    }

    /// An attribute, a block header, or neither.
    fn item(&mut self) {
        let start = self.at;
        if !self.open.is_empty() {
            let (indentation, first_on_line) = self.indentation(start);
            if first_on_line && indentation == 0 && header::begins_top_level(&mut self.lexer, start) {
                if self.read_again() {
                    return;
                }
                self.close_unclosed(0, start);
            } else if first_on_line && self.believes_indentation() {
                while self.open.last().is_some_and(|block| indentation <= block.indentation) {
                    self.close_unclosed(self.open.len() - 1, start);
                }
            }
        }
        let (indentation, _) = self.indentation(start);
        let before = self.open.is_empty().then(|| self.before());
        let item = header::read(&mut self.lexer, start, indentation, &mut self.problems, &mut self.stretch);
        if let Some(before) = before {
            let restarts = match &item {
                header::Item::Attribute { .. } => self.restart.is_none(),
                header::Item::Block { body, .. } => body.is_some() && self.restarts_at(indentation),
                header::Item::Nothing { .. } => false,
            };
            self.begin_segment(start, before, restarts);
            if self.ended.is_some() {
                return;
            }
        }
        match item {
            header::Item::Attribute { name, equals_end } => self.attribute(start, name, equals_end),
            header::Item::Block { header, body } => match body {
                Some(brace) => self.open_block(start, header, brace),
                None => {
                    let (span, end) = (header.span, header.span.end);
                    self.at = header.resume;
                    self.add_block(header, span, false, Body { span: Span::empty(end), ..Body::default() });
                }
            },
            header::Item::Nothing { resume } => self.at = resume.max(start + 1),
        }
    }

    fn open_block(&mut self, start: usize, header: Header, brace: usize) {
        let (indentation, _) = self.indentation(start);
        if self.open.is_empty() && self.restarts_at(indentation) {
            self.restart = Some(Restart {
                at: start,
                indentation,
                problems: self.problems.len().min(header.problems_before),
                attributes: self.root.attributes.len(),
                blocks: self.root.blocks.len(),
            });
        }
        self.at = brace + 1;
        if self.open.len() >= MAX_BLOCK_DEPTH {
            if !self.too_deep {
                let message = format!("blocks are nested more than {MAX_BLOCK_DEPTH} deep; this one is skipped");
                self.problems.push(Problem::new(header.span, message));
            }
            self.too_deep = true;
            self.at = value_end::skip_braces(&mut self.lexer, brace);
            return;
        }
        let inside = Span::from_range(self.at..self.at);
        let line = self.line.start;
        self.open.push(OpenBlock { header, indentation, line, body: Body { span: inside, ..Body::default() } });
    }

    fn attribute(&mut self, start: usize, name_span: Span, equals_end: usize) {
        let name_text = self.lexer.slice(name_span.start as usize, name_span.end as usize).trim_matches('"');
        let name = Arc::clone(self.names.entry(name_text).or_insert_with(|| Arc::from(name_text)));
        self.check_name(name_span);
        let mut value_start = self.lexer.skip_blanks(equals_end);
        while self.lexer.byte(value_start) == b'/' && self.lexer.byte(value_start + 1) == b'*' {
            let comment = self.lexer.next(value_start);
            if !comment.closed {
                break;
            }
            value_start = self.lexer.skip_blanks(comment.end);
        }
        let (indentation, _) = self.indentation(start);
        let believe = self.believes_indentation();
        let Extent { end, resume } = value_end::find(&mut self.lexer, value_start, indentation, believe);
        self.at = resume;
        if self.lexer.byte(resume) == b',' {
            let place = Span::from_range(resume..resume + 1);
            self.problems.push(Problem::new(place, "unexpected `,`: attributes are separated by line breaks"));
            self.at += 1;
        }
        let value_span = Span::from_range(value_start..end.max(value_start));
        let text = self.lexer.slice(value_start, end);
        let expr = if text.is_empty() {
            let place = Span::from_range(name_span.start as usize..equals_end);
            self.problems.push(Problem::new(place, format!("expected a value for `{name}`")));
            Arc::new(Expr { kind: ExprKind::Broken(Vec::new()), span: Span::empty(0) })
        } else {
            let known = self.problems.len();
            let expr = self.values.value(text, &mut self.problems);
            for problem in self.problems.iter_mut().skip(known) {
                problem.span = problem.span.shifted(value_span.start);
            }
            expr
        };
        self.body().attributes.push(Attribute { name, name_span, value_span, expr });
    }
}

/// A problem for each attribute that repeats an earlier one.
pub(crate) fn duplicates(body: &Body, problems: &mut Vec<Problem>) {
    let attributes = &body.attributes;
    let mut repeated = |attribute: &Attribute| {
        let message = format!("`{}` is set twice in this block", attribute.name);
        problems.push(Problem::new(attribute.name_span, message));
    };
    if attributes.len() <= 16 {
        for (index, attribute) in attributes.iter().enumerate() {
            if attributes.iter().take(index).any(|earlier| earlier.name == attribute.name) {
                repeated(attribute);
            }
        }
        return;
    }
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for attribute in attributes {
        if !seen.insert(&attribute.name) {
            repeated(attribute);
        }
    }
}

/// A word or quoted text as a label.
pub(crate) fn label(lexer: &Lexer<'_>, start: usize, end: usize) -> Label {
    let written = lexer.slice(start, end);
    let text = if is_word_start(lexer.byte(start)) { written } else { header::unquoted(written) };
    Label { text: Arc::from(text), span: Span::from_range(start..end) }
}
