//! The text of a value into an expression. The parser of `hcl-edit` takes all or nothing, so what it refuses is
//! tried again without line breaks where they mean nothing, then piece by piece ([`super::recover`]).

use std::borrow::Cow;
use std::sync::Arc;

use foreshock_text::{Problem, Span};
use hcl_edit::parser::parse_expr;

use super::ast::{Expr, ExprKind};
use super::convert::Source;
use super::heredocs;
use super::lex::{Kind, Lexer};
use super::plain;
use super::recover;

/// A value's tree and what is wrong with it; spans count from the start of the value.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) expr: Arc<Expr>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads a value. `text` has no surrounding white space and is not empty.
pub(crate) fn parse_value(text: &str) -> Value {
    let mut problems = Vec::new();
    let expr = parse_piece(text, 0, 0, &mut problems);
    Value { expr: Arc::new(expr), problems }
}

/// Reads a piece of a value that begins at `base`, `depth` pieces deep.
pub(crate) fn parse_piece(text: &str, base: usize, depth: u32, problems: &mut Vec<Problem>) -> Expr {
    if let Some(expr) = plain::read(text, base) {
        return expr;
    }
    let failure = match attempt(text, base) {
        Ok(expr) => return expr,
        Err(failure) => failure,
    };
    if let Cow::Owned(flat) = recover::without_line_breaks(text)
        && let Ok(expr) = attempt(&flat, base)
    {
        return expr;
    }
    if let Some(expr) = recover::by_elements(text, base, depth, problems) {
        return expr;
    }
    problems.push(diagnose(text, base, &failure));
    let span = Span::from_range(base..base + text.len());
    Expr { kind: ExprKind::Broken(recover::references(text, base, depth)), span }
}

/// Where and why `hcl-edit` gave up, in the piece.
pub(crate) struct Failure {
    offset: usize,
    pub(crate) message: String,
}

/// All or nothing.
pub(crate) fn attempt(text: &str, base: usize) -> Result<Expr, Failure> {
    let marked = heredocs::with_safe_markers(text);
    let text = &*marked;
    if !text.contains("<<-") {
        return convert(text, &Source { base, flush: &[] });
    }
    let (unflushed, flush) = without_flush_marks(text, base);
    // The parser refuses white space at the very beginning.
    match unflushed.strip_prefix(' ') {
        Some(rest) => convert(rest, &Source { base: base + 1, flush: &flush }),
        None => convert(&unflushed, &Source { base, flush: &flush }),
    }
}

fn convert(text: &str, source: &Source<'_>) -> Result<Expr, Failure> {
    match parse_expr(text) {
        Ok(parsed) => Ok(source.expr(&parsed)),
        Err(error) => {
            let location = error.location();
            let offset = location.offset();
            // At the end of the text the offset still names its last byte; only the column tells.
            let line = text.lines().last().unwrap_or("");
            let at_end = offset + 1 >= text.len() && location.column() > line.chars().count();
            let offset = if at_end { text.len() } else { offset };
            Err(Failure { offset, message: error.message().to_owned() })
        }
    }
}

/// `<<-` as ` <<`, of the same length, and where in the value that was: removing the indentation is done in [`super::template`],
/// because `hcl-edit` does it before the trimming of `~}` and so differently from Terraform.
fn without_flush_marks(text: &str, base: usize) -> (String, Vec<usize>) {
    let mut flush = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (at, _) in text.match_indices("<<-") {
        let follows = text.get(at + 3..).unwrap_or("");
        if follows.starts_with(|first: char| first == '_' || first.is_alphabetic()) {
            out.push_str(text.get(copied..at).unwrap_or(""));
            out.push_str(" <<");
            copied = at + 3;
            flush.push(base + at);
        }
    }
    out.push_str(text.get(copied..).unwrap_or(""));
    (out, flush)
}

/// One sentence about why `text` is not an expression, and the narrowest place for it.
fn diagnose(text: &str, base: usize, failure: &Failure) -> Problem {
    let at = |start: usize, end: usize| Span::from_range(base + start..base + end);
    let mut lexer = Lexer::new(text);
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut position = 0;
    let mut last = (0, 0, Kind::End);
    loop {
        let token = lexer.next(position);
        position = token.end;
        match token.kind {
            Kind::End => break,
            Kind::Newline | Kind::Comment => {
                if !token.closed {
                    return Problem::new(at(token.start, token.end), "this comment is not closed; expected `*/`");
                }
                continue;
            }
            Kind::String if !token.closed => {
                return match recover::open_interpolation(&mut lexer, token) {
                    Some(open) => Problem::new(at(open, open + 2), "this interpolation is not closed; expected `}`"),
                    None => Problem::new(at(token.start, token.end), "this string is not closed; expected `\"`"),
                };
            }
            Kind::Heredoc if !token.closed => {
                let marker = lexer.heredoc_marker(token.start).map_or("", |(marker, _)| marker);
                let message = format!("this heredoc is not closed; expected `{marker}` on a line of its own");
                return Problem::new(at(token.start, token.end), message);
            }
            Kind::Open(bracket) => open.push((bracket, token.start)),
            Kind::Close(bracket) => match open.pop() {
                Some((opened, _)) if closes(opened) == bracket => {}
                Some((opened, place)) => {
                    let (opened, expected, found) = (opened as char, closes(opened) as char, bracket as char);
                    let message = format!("`{opened}` is closed by `{found}`; expected `{expected}`");
                    return Problem::new(at(place, place + 1), message);
                }
                None => {
                    let message = format!("unexpected `{}`: nothing is open here", bracket as char);
                    return Problem::new(at(token.start, token.end), message);
                }
            },
            _ => {}
        }
        last = (token.start, token.end, token.kind);
    }
    if let Some((bracket, place)) = open.pop() {
        let message = format!("`{}` is not closed; expected `{}`", bracket as char, closes(bracket) as char);
        return Problem::new(at(place, place + 1), message);
    }
    let (last_start, last_end, last_kind) = last;
    if failure.offset >= last_end || (matches!(last_kind, Kind::Other(_)) && failure.offset + 1 >= last_start) {
        let token = lexer.slice(last_start, last_end);
        return Problem::new(
            at(last_start, last_end),
            format!("the value ends after `{token}`; {}", expected(failure)),
        );
    }
    unexpected(text, base, failure)
}

/// The problem at the place where `hcl-edit` stopped, in a text whose strings and brackets are all closed.
fn unexpected(text: &str, base: usize, failure: &Failure) -> Problem {
    let mut offset = failure.offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let at = |start: usize, end: usize| Span::from_range(base + start..base + end);
    let before = text.get(..offset).unwrap_or("");
    let rest = text.get(offset..).unwrap_or("");
    if failure.message.starts_with("invalid escape") || failure.message.starts_with("invalid unicode") {
        let start = before.rfind('\\').unwrap_or(offset);
        let escape: String = text.get(start..).unwrap_or("").chars().take(2).collect();
        let message = match escape.as_str() {
            "\\u" => "`\\u` is followed by 4 hexadecimal digits".to_owned(),
            "\\U" => "`\\U` is followed by 8 hexadecimal digits".to_owned(),
            _ => format!("`{escape}` is not an escape; expected `\\n`, `\\r`, `\\t`, `\\u`, `\\U`, `\\\"` or `\\\\`"),
        };
        return Problem::new(at(start, start + escape.len()), message);
    }
    if rest.starts_with("%{") {
        let message =
            "this directive is not complete; expected `%{ if }` with `%{ endif }` or `%{ for }` with `%{ endfor }`";
        return Problem::new(at(offset, offset + 2), message);
    }
    let token = Lexer::new(text).next(offset);
    let found = text.get(token.start..token.end).unwrap_or("").lines().next().unwrap_or("");
    let follows_value = before.trim_end().ends_with(|last: char| last.is_alphanumeric() || "_\"')]}".contains(last));
    let expected = match expected(failure) {
        expected if expected == EXPECTED_VALUE && follows_value => {
            "expected an operator, or the end of this value".to_owned()
        }
        expected => expected,
    };
    Problem::new(at(token.start, token.end), format!("unexpected `{found}`; {expected}"))
}

const EXPECTED_VALUE: &str = "expected a value";

/// The bracket that closes `open`.
pub(crate) fn closes(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

fn expected(failure: &Failure) -> String {
    let message = failure.message.as_str();
    if message.starts_with("invalid expression") || message == "unexpected token" {
        return EXPECTED_VALUE.to_owned();
    }
    match message.find("expected ") {
        Some(at) => message.get(at..).unwrap_or("").to_owned(),
        None => message.to_owned(),
    }
}
