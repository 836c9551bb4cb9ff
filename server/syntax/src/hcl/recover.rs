//! What can be saved of a value that does not parse whole.
//!
//! Line breaks are blanked where the language ignores them; lists, objects and calls are split at their elements, so
//! that a broken element costs itself; of the rest the references are kept.

use std::borrow::Cow;
use std::sync::Arc;

use foreshock_text::{Problem, Span};

use super::ast::{Expr, ExprKind, ObjectKey, StepKind, TraversalStep};
use super::expr::{attempt, closes, parse_piece};
use super::lex::{Kind, Lexer, Token};

/// Containers in containers are split this deep; below, a broken container is broken whole.
const MAX_SPLIT_DEPTH: u32 = 16;
/// In bytes: values longer than this are split only three deep, as each level reads them once more.
const LONG_VALUE: usize = 1 << 18;

/// An index longer than this is not looked for in broken text: brackets nested in brackets would each be searched.
const MAX_INDEX_LENGTH: usize = 128;

/// The same text, length kept, with line breaks and line comments inside `( )`, `[ ]`, `{ for }` and `${ }` as
/// spaces. Borrowed when there are none.
pub(crate) fn without_line_breaks(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let mut blank: Vec<(usize, usize)> = Vec::new();
    meaningless(&mut Lexer::new(text), (0, text.len()), false, 0, &mut blank);
    if blank.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (start, end) in blank {
        out.push_str(text.get(out.len()..start).unwrap_or(""));
        out.extend(std::iter::repeat_n(' ', end.saturating_sub(out.len())));
    }
    out.push_str(text.get(out.len()..).unwrap_or(""));
    Cow::Owned(out)
}

/// The line breaks and comments in `range` that mean nothing, in order. `ignored` when `range` is inside brackets.
fn meaningless(
    lexer: &mut Lexer<'_>,
    range: (usize, usize),
    ignored: bool,
    depth: u32,
    blank: &mut Vec<(usize, usize)>,
) {
    // Whether line breaks mean nothing, for each open bracket.
    let mut open: Vec<bool> = vec![ignored];
    let mut position = range.0;
    loop {
        let token = lexer.next(position);
        if token.kind == Kind::End || token.start >= range.1 {
            return;
        }
        position = token.end;
        match token.kind {
            Kind::Open(b'{') => {
                let ignored = begins_for(lexer, token.end);
                open.push(ignored);
            }
            Kind::Open(_) => open.push(true),
            Kind::Close(_) => {
                open.pop();
            }
            Kind::Newline | Kind::Comment if open.last() == Some(&true) => {
                let is_crlf = token.start > 0 && lexer.byte(token.start - 1) == b'\r';
                blank.push((token.start - usize::from(is_crlf), token.end));
            }
            Kind::String | Kind::Heredoc if depth < MAX_SPLIT_DEPTH => {
                interpolations(lexer, token, |lexer, start, end| {
                    meaningless(lexer, (start, end), true, depth + 1, blank);
                });
            }
            _ => {}
        }
    }
}

/// Whether `for` is the first word after the brace that ends before `at`.
fn begins_for(lexer: &mut Lexer<'_>, at: usize) -> bool {
    let first = skip_filler(lexer, at);
    first.kind == Kind::Word && lexer.slice(first.start, first.end) == "for"
}

/// The first token that is neither a line break nor a comment.
fn skip_filler(lexer: &mut Lexer<'_>, at: usize) -> Token {
    let mut token = lexer.next(at);
    while matches!(token.kind, Kind::Newline | Kind::Comment) {
        token = lexer.next(token.end);
    }
    token
}

/// Calls `visit` with the range inside each `${ }` and `%{ }` of a string or heredoc.
fn interpolations<'t>(lexer: &mut Lexer<'t>, token: Token, mut visit: impl FnMut(&mut Lexer<'t>, usize, usize)) {
    let mut at = token.start;
    while at < token.end {
        match lexer.byte(at) {
            b'\\' if token.kind == Kind::String => at += 2,
            marker @ (b'$' | b'%') => {
                if lexer.byte(at + 1) == marker && lexer.byte(at + 2) == b'{' {
                    at += 3;
                } else if lexer.byte(at + 1) == b'{' {
                    let inside = at + 2;
                    let end = match lexer.template_end(inside, 0) {
                        Ok(end) => end - 1,
                        Err(_) => token.end,
                    };
                    let end = end.min(token.end);
                    visit(lexer, inside, end);
                    at = end + 1;
                } else {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
}

/// Where an interpolation of this string or heredoc begins that does not end in it.
pub(crate) fn open_interpolation(lexer: &mut Lexer<'_>, token: Token) -> Option<usize> {
    let mut found = None;
    interpolations(lexer, token, |lexer, start, end| {
        if end == token.end || lexer.byte(end) != b'}' {
            found = found.or(start.checked_sub(2));
        }
    });
    found
}

/// Splits a list, an object or a call and parses each element on its own. None when `text` is none of these, or goes
/// on after its closing bracket. A closing bracket that is missing is told, and costs nothing.
pub(crate) fn by_elements(text: &str, base: usize, depth: u32, problems: &mut Vec<Problem>) -> Option<Expr> {
    if depth >= MAX_SPLIT_DEPTH || (depth >= 3 && text.len() > LONG_VALUE) {
        return None;
    }
    let mut lexer = Lexer::new(text);
    let first = lexer.next(0);
    let span = Span::from_range(base..base + text.len());
    let (name, open) = match first.kind {
        Kind::Word => {
            let mut end = first.end;
            while lexer.byte(end) == b':' && lexer.byte(end + 1) == b':' {
                end = lexer.word_end(end + 2);
            }
            (Some(lexer.slice(first.start, end)), lexer.next(end))
        }
        _ => (None, first),
    };
    let Kind::Open(bracket) = open.kind else { return None };
    if name.is_some() != (bracket == b'(') || begins_for(&mut lexer, open.end) {
        return None;
    }
    let (elements, is_unclosed) = split(&mut lexer, open, bracket)?;
    if is_unclosed {
        let place = Span::from_range(base + open.start..base + open.end);
        let message = format!("`{}` is not closed; expected `{}`", bracket as char, closes(bracket) as char);
        problems.push(Problem::new(place, message));
    }
    let mut parse = |start: usize, end: usize, problems: &mut Vec<Problem>| {
        let (start, end) = trim(&mut lexer, start, end)?;
        Some(parse_piece(text.get(start..end)?, base + start, depth + 1, problems))
    };
    let kind = match (name, bracket) {
        (Some(name), _) => {
            let mut expand = false;
            let mut args = Vec::new();
            for element in &elements {
                let mut end = element.end;
                let written = text.get(element.start..end).unwrap_or("").trim_end();
                if let Some(shorter) = written.strip_suffix("...") {
                    expand = true;
                    end = element.start + shorter.len();
                }
                args.extend(parse(element.start, end, problems));
            }
            ExprKind::Call { name: Arc::from(name), args, expand }
        }
        (None, b'[') => {
            ExprKind::Array(elements.iter().filter_map(|element| parse(element.start, element.end, problems)).collect())
        }
        _ => {
            let mut entries = Vec::new();
            for element in &elements {
                let Some(assign) = element.assign else {
                    // A half-typed key: kept for its references, with no value.
                    if let Some(key) = parse(element.start, element.end, problems) {
                        problems.push(Problem::new(key.span, "expected `=` and a value after this key"));
                        let nothing = Expr { kind: ExprKind::Broken(Vec::new()), span: Span::empty(key.span.end) };
                        entries.push((ObjectKey::Expression(key), nothing));
                    }
                    continue;
                };
                let Some(key) = parse(element.start, assign, problems) else { continue };
                let key = match key.kind {
                    ExprKind::Variable(name) => ObjectKey::Name(name, key.span),
                    _ => ObjectKey::Expression(key),
                };
                let value = match parse(assign + 1, element.end, problems) {
                    Some(value) => value,
                    None => {
                        let place = Span::from_range(base + assign..base + assign + 1);
                        problems.push(Problem::new(place, "expected a value here"));
                        Expr { kind: ExprKind::Broken(Vec::new()), span: Span::empty(place.end) }
                    }
                };
                entries.push((key, value));
            }
            ExprKind::Object(entries)
        }
    };
    Some(Expr { kind, span })
}

/// An element between separators; `assign` is the place of the `=` or `:` of an object element.
struct Element {
    start: usize,
    end: usize,
    assign: Option<usize>,
}

/// The elements of the container that begins at `open` and ends with the text, and whether its closing bracket is to
/// be missed: not when a string that is not closed may have swallowed it. None when the container ends earlier, or a
/// bracket inside is closed by another kind.
fn split(lexer: &mut Lexer<'_>, open: Token, bracket: u8) -> Option<(Vec<Element>, bool)> {
    let mut elements = Vec::new();
    let mut stack = vec![bracket];
    let mut element = Element { start: open.end, end: open.end, assign: None };
    let mut position = open.end;
    let mut swallowed = false;
    loop {
        let token = lexer.next(position);
        position = token.end;
        swallowed |= token.kind == Kind::String && !token.closed;
        let outer = stack.len() == 1;
        match token.kind {
            Kind::End => {
                element.end = token.start;
                elements.push(element);
                return Some((elements, !swallowed));
            }
            Kind::Heredoc if !token.closed => return None,
            Kind::Open(bracket) => stack.push(bracket),
            Kind::Close(bracket) => {
                if stack.pop().map(closes) != Some(bracket) {
                    return None;
                }
                if stack.is_empty() {
                    element.end = token.start;
                    elements.push(element);
                    return (lexer.next(token.end).kind == Kind::End).then_some((elements, false));
                }
            }
            Kind::Other(b',') if outer => {
                element.end = token.start;
                elements.push(std::mem::replace(&mut element, Element { start: token.end, end: 0, assign: None }));
            }
            Kind::Newline if outer && bracket == b'{' => {
                element.end = token.start;
                elements.push(std::mem::replace(&mut element, Element { start: token.end, end: 0, assign: None }));
            }
            Kind::Other(sign @ (b'=' | b':')) if outer && bracket == b'{' && element.assign.is_none() => {
                let doubled = lexer.byte(token.end) == sign || (sign == b'=' && lexer.byte(token.end) == b'>');
                if doubled {
                    position += 1;
                } else {
                    element.assign = Some(token.start);
                }
            }
            _ => {}
        }
    }
}

/// The range without white space and comments around it; none when nothing else is in it.
pub(crate) fn trim(lexer: &mut Lexer<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    let mut range: Option<(usize, usize)> = None;
    let mut position = start;
    loop {
        let token = lexer.next(position);
        if token.kind == Kind::End || token.start >= end {
            return range;
        }
        position = token.end;
        if !matches!(token.kind, Kind::Newline | Kind::Comment) {
            let first = range.map_or(token.start, |(first, _)| first);
            range = Some((first, token.end.min(end)));
        }
    }
}

/// The references in text that does not parse: `name.name[...]` outside strings and inside their `${ }`.
pub(crate) fn references(text: &str, base: usize, depth: u32) -> Vec<Expr> {
    let mut found = Vec::new();
    collect(&mut Lexer::new(text), 0, text.len(), base, depth, &mut found);
    found
}

fn collect(lexer: &mut Lexer<'_>, start: usize, end: usize, base: usize, depth: u32, found: &mut Vec<Expr>) {
    let mut position = start;
    let mut after_dot = false;
    loop {
        let token = lexer.next(position);
        if token.kind == Kind::End || token.start >= end {
            return;
        }
        position = token.end;
        match token.kind {
            Kind::Word if !after_dot && token.end <= end => {
                position = reference(lexer, token, end, base, found);
            }
            Kind::Heredoc if !token.closed && depth < MAX_SPLIT_DEPTH => {
                // All that follows is its text.
                let inside = Token { end, ..token };
                interpolations(lexer, inside, |lexer, from, to| collect(lexer, from, to, base, depth + 1, found));
                return;
            }
            Kind::String | Kind::Heredoc if depth < MAX_SPLIT_DEPTH => {
                let inside = Token { end: token.end.min(end), ..token };
                interpolations(lexer, inside, |lexer, from, to| collect(lexer, from, to, base, depth + 1, found));
            }
            _ => {}
        }
        after_dot = token.kind == Kind::Other(b'.');
    }
}

/// Reads the reference that begins with the word `root`, if it is one, and returns where to go on.
fn reference(lexer: &mut Lexer<'_>, root: Token, end: usize, base: usize, found: &mut Vec<Expr>) -> usize {
    let name = lexer.slice(root.start, root.end);
    let is_keyword = matches!(name, "true" | "false" | "null" | "for" | "in" | "if" | "else" | "endif" | "endfor");
    let following = lexer.skip_blanks(root.end);
    let sign = lexer.byte(following);
    let is_key = sign == b'=' && lexer.byte(following + 1) != b'=';
    if is_keyword || is_key || sign == b'(' || (sign == b':' && lexer.byte(following + 1) == b':') {
        return root.end;
    }
    let span = |start: usize, end: usize| Span::from_range(base + start..base + end);
    let mut steps = Vec::new();
    let mut at = root.end;
    while at < end {
        let (kind, step_end) = match lexer.byte(at) {
            b'.' => {
                let word_end = lexer.word_end(at + 1);
                let word = lexer.slice(at + 1, word_end);
                if lexer.byte(at + 1) == b'*' {
                    (StepKind::AttributeSplat, at + 2)
                } else if let Ok(index) = word.parse::<u32>() {
                    let kind = ExprKind::Number(f64::from(index));
                    (StepKind::Index(Expr { kind, span: span(at + 1, word_end) }), word_end)
                } else if !word.is_empty() && !word.starts_with('-') {
                    (StepKind::Attribute(Arc::from(word)), word_end)
                } else {
                    break;
                }
            }
            b'[' => {
                let Some(close) = closing_bracket(lexer, at, end) else { break };
                let inside = lexer.slice(at + 1, close);
                let trimmed = inside.trim();
                let lead = inside.len() - inside.trim_start().len();
                if trimmed == "*" {
                    (StepKind::FullSplat, close + 1)
                } else if let Ok(index) = attempt(trimmed, base + at + 1 + lead) {
                    (StepKind::Index(index), close + 1)
                } else {
                    break;
                }
            }
            _ => break,
        };
        if step_end > end {
            break;
        }
        steps.push(TraversalStep { kind, span: span(at, step_end) });
        at = step_end;
    }
    let variable = Expr { kind: ExprKind::Variable(Arc::from(name)), span: span(root.start, root.end) };
    found.push(if steps.is_empty() {
        variable
    } else {
        Expr { kind: ExprKind::Traversal(Box::new(variable), steps), span: span(root.start, at) }
    });
    at
}

/// The `]` that closes the `[` at `open`, on the same line and not far.
fn closing_bracket(lexer: &mut Lexer<'_>, open: usize, end: usize) -> Option<usize> {
    let end = end.min(open + MAX_INDEX_LENGTH);
    let mut depth = 0usize;
    let mut position = open;
    loop {
        let token = lexer.next(position);
        if token.start >= end {
            return None;
        }
        position = token.end;
        match token.kind {
            Kind::End | Kind::Newline => return None,
            Kind::Open(_) => depth += 1,
            Kind::Close(_) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(token.start);
                }
            }
            _ => {}
        }
    }
}
