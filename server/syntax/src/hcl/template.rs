//! Templates: literal text, `${ }` and `%{ }`, with Terraform's two ways of removing white space.
//!
//! Both work on the text as written, before `if` and `for` are paired up: `~` trims the neighbouring literal, which in
//! a heredoc reaches only to the end of that line, and `<<-` then removes the smallest indentation from the beginning
//! of lines. A template is therefore first laid out flat, trimmed, and then nested.

use std::sync::Arc;

use foreshock_text::{Problem, Span};
use hcl_edit::template as edit;

use super::ast::{Expr, ExprKind, TemplatePart};
use super::convert::Source;
use super::expr::parse_piece;
use super::spans;

/// One piece of the flat template.
enum Piece {
    /// Text. In a heredoc at most one line, with its line break.
    Text(String),
    Interpolation(Expr),
    If(Expr),
    Else,
    EndIf,
    For {
        key: Option<Arc<str>>,
        value: Arc<str>,
        collection: Expr,
    },
    EndFor,
}

/// A quoted string with interpolations or directives.
pub(crate) fn quoted(source: &Source<'_>, from: &edit::Template) -> ExprKind {
    finish(Layout::of(source, from, false).pieces)
}

/// A heredoc; `flush` for `<<-`.
pub(crate) fn heredoc(source: &Source<'_>, from: &edit::Template, flush: bool) -> ExprKind {
    let mut pieces = Layout::of(source, from, true).pieces;
    if flush {
        remove_indentation(&mut pieces);
    }
    finish(pieces)
}

struct Layout<'a> {
    source: &'a Source<'a>,
    pieces: Vec<Piece>,
    by_line: bool,
    trim_next: bool,
}

impl<'a> Layout<'a> {
    fn of(source: &'a Source<'a>, from: &edit::Template, by_line: bool) -> Layout<'a> {
        let mut layout = Layout { source, pieces: Vec::with_capacity(from.len()), by_line, trim_next: false };
        layout.template(from);
        layout
    }

    fn template(&mut self, from: &edit::Template) {
        for element in from {
            match element {
                edit::Element::Literal(text) => self.text(text),
                edit::Element::Interpolation(part) => {
                    let expr = self.source.expr(&part.expr);
                    self.marker(part.strip, Piece::Interpolation(expr));
                }
                edit::Element::Directive(directive) => match directive.as_ref() {
                    edit::Directive::If(part) => {
                        let condition = self.source.expr(&part.if_expr.cond_expr);
                        self.marker(part.if_expr.strip, Piece::If(condition));
                        self.template(&part.if_expr.template);
                        if let Some(part) = &part.else_expr {
                            self.marker(part.strip, Piece::Else);
                            self.template(&part.template);
                        }
                        self.marker(part.endif_expr.strip, Piece::EndIf);
                    }
                    edit::Directive::For(part) => {
                        let intro = Piece::For {
                            key: part.for_expr.key_var.as_ref().map(|name| Arc::from(name.value().as_str())),
                            value: Arc::from(part.for_expr.value_var.value().as_str()),
                            collection: self.source.expr(&part.for_expr.collection_expr),
                        };
                        self.marker(part.for_expr.strip, intro);
                        self.template(&part.for_expr.template);
                        self.marker(part.endfor_expr.strip, Piece::EndFor);
                    }
                },
            }
        }
    }

    fn text(&mut self, text: &str) {
        if !self.by_line {
            self.push_text(text);
            return;
        }
        for line in text.split_inclusive('\n') {
            self.push_text(line);
        }
    }

    fn push_text(&mut self, text: &str) {
        let trim = std::mem::take(&mut self.trim_next);
        self.pieces.push(Piece::Text(if trim { text.trim_start() } else { text }.to_owned()));
    }

    fn marker(&mut self, strip: edit::Strip, piece: Piece) {
        if strip.strip_start()
            && let Some(Piece::Text(text)) = self.pieces.last_mut()
        {
            text.truncate(text.trim_end().len());
        }
        self.trim_next = strip.strip_end();
        self.pieces.push(piece);
    }
}

/// The rule of `<<-`: of all pieces that begin a line and are not blank lines, the smallest indentation is removed
/// from each. A line that begins with an interpolation has none.
fn remove_indentation(pieces: &mut [Piece]) {
    let indentation = |text: &str| text.chars().take_while(|character| character.is_whitespace()).count();
    let mut smallest = usize::MAX;
    let mut to_cut = Vec::new();
    let mut begins_line = true;
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                let blank_line = text.ends_with('\n') && text.trim_start().is_empty();
                if begins_line && !blank_line {
                    smallest = smallest.min(indentation(text));
                    to_cut.push(index);
                }
                begins_line = text.ends_with('\n');
            }
            _ => {
                if begins_line {
                    smallest = 0;
                }
                begins_line = false;
            }
        }
    }
    for index in to_cut {
        if let Some(Piece::Text(text)) = pieces.get_mut(index) {
            let cut = text.char_indices().nth(smallest).map_or(text.len(), |(offset, _)| offset);
            text.drain(..cut);
        }
    }
}

/// An open `if` or `for` while nesting.
enum Open {
    If { condition: Expr, yes: Option<Vec<TemplatePart>> },
    For { key: Option<Arc<str>>, value: Arc<str>, collection: Expr },
}

/// Nests the pieces and joins neighbouring text. Only text, or nothing, is a plain string.
fn finish(pieces: Vec<Piece>) -> ExprKind {
    if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
        let texts = pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            _ => None,
        });
        return ExprKind::String(Arc::from(texts.collect::<String>()));
    }
    let mut nesting: Vec<(Open, Vec<TemplatePart>)> = Vec::new();
    let mut parts: Vec<TemplatePart> = Vec::new();
    let mut pending = String::new();
    for piece in pieces {
        if let Piece::Text(text) = &piece {
            pending.push_str(text);
            continue;
        }
        flush_text(&mut pending, &mut parts);
        match piece {
            Piece::Text(_) => {}
            Piece::Interpolation(expr) => parts.push(TemplatePart::Interpolation(expr)),
            Piece::If(condition) => {
                nesting.push((Open::If { condition, yes: None }, std::mem::take(&mut parts)));
            }
            Piece::For { key, value, collection } => {
                nesting.push((Open::For { key, value, collection }, std::mem::take(&mut parts)));
            }
            Piece::Else => {
                if let Some((Open::If { yes, .. }, _)) = nesting.last_mut() {
                    *yes = Some(std::mem::take(&mut parts));
                }
            }
            Piece::EndIf | Piece::EndFor => {
                let Some((open, before)) = nesting.pop() else { continue };
                let inner = std::mem::replace(&mut parts, before);
                parts.push(match open {
                    Open::If { condition, yes: Some(yes) } => TemplatePart::If { condition, yes, no: inner },
                    Open::If { condition, yes: None } => TemplatePart::If { condition, yes: inner, no: Vec::new() },
                    Open::For { key, value, collection } => TemplatePart::For { key, value, collection, body: inner },
                });
            }
        }
    }
    flush_text(&mut pending, &mut parts);
    ExprKind::Template(parts)
}

fn flush_text(pending: &mut String, parts: &mut Vec<TemplatePart>) {
    if !pending.is_empty() {
        parts.push(TemplatePart::Literal(Arc::from(pending.as_str())));
        pending.clear();
    }
}

/// Reads a text that is a template all by itself, such as a file: nothing in it is escaped with a backslash. Spans count
/// from its start.
pub(crate) fn parse(text: &str, problems: &mut Vec<Problem>) -> Expr {
    let mark = unused_mark(text);
    let ends = text.is_empty() || text.ends_with('\n');
    let newline = if ends { "" } else { "\n" };
    let before = problems.len();
    let heredoc = format!("<<{mark}\n{text}{newline}{mark}");
    let mut expr = parse_piece(&heredoc, 0, 0, problems);
    if !ends {
        strip_newline(&mut expr);
    }
    let begin = (mark.len() + 3) as u32;
    let length = text.len() as u32;
    let place = |span: Span| {
        let start = span.start.saturating_sub(begin).min(length);
        Span::new(start, span.end.saturating_sub(begin).clamp(start, length))
    };
    for problem in problems.iter_mut().skip(before) {
        problem.span = place(problem.span);
    }
    spans::map(&mut expr, &place);
    expr
}

/// A word that is not in the text: one underscore more than it has anywhere behind the same word. O(length).
fn unused_mark(text: &str) -> String {
    const WORD: &str = "TEMPLATE";
    let behind = text.split(WORD).skip(1);
    let underscores = behind.map(|rest| rest.len() - rest.trim_start_matches('_').len() + 1).max();
    format!("{WORD}{}", "_".repeat(underscores.unwrap_or(0)))
}

/// Takes the line break off again that a heredoc ends with.
fn strip_newline(expr: &mut Expr) {
    let without = |text: &Arc<str>| Arc::from(text.strip_suffix('\n').unwrap_or(text));
    match &mut expr.kind {
        ExprKind::String(text) => *text = without(text),
        ExprKind::Template(parts) => {
            if let Some(TemplatePart::Literal(text)) = parts.last_mut() {
                *text = without(text);
                if text.is_empty() {
                    parts.pop();
                }
            }
        }
        _ => {}
    }
}
