//! Where an attribute's value ends: at the end of its line, unless a bracket or heredoc is still open there.
//!
//! When brackets do not add up, the value is read again by indentation: it stops before a line that looks like a new
//! item, or closes an outer block, and is indented no more than the attribute itself.

use super::expr::closes;
use super::header;
use super::lex::{Kind, Lexer};

/// The end of a value, and where the text goes on after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) end: usize,
    pub(crate) resume: usize,
}

/// The extent of the value at `start`, whose attribute's line is indented by `indentation`. With
/// `believe_indentation`, brackets that end elsewhere than the indentation says are not believed.
pub(crate) fn find(lexer: &mut Lexer<'_>, start: usize, indentation: usize, believe_indentation: bool) -> Extent {
    if !lexer.is_exhausted() {
        match by_brackets(lexer, start) {
            Ok((extent, _)) if !believe_indentation => return extent,
            Ok((extent, last_line)) => {
                if last_line.is_none_or(|line| indentation_at(lexer, line) == indentation) {
                    return extent;
                }
            }
            Err(stopped) => {
                lexer.waste(stopped.saturating_sub(start));
            }
        }
    }
    by_indentation(lexer, start, indentation)
}

fn indentation_at(lexer: &Lexer<'_>, line: usize) -> usize {
    let mut at = line;
    while matches!(lexer.byte(at), b' ' | b'\t') {
        at += 1;
    }
    at - line
}

/// The extent as the brackets have it, with the start of its last line when it has more than one; or where they
/// stopped making sense.
fn by_brackets(lexer: &mut Lexer<'_>, start: usize) -> Result<(Extent, Option<usize>), usize> {
    let mut open: Vec<u8> = Vec::new();
    let mut position = start;
    let mut end = start;
    let mut last_line = None;
    loop {
        let token = lexer.next(position);
        match token.kind {
            Kind::End if !open.is_empty() => return Err(token.start),
            Kind::End => return Ok((Extent { end, resume: token.start }, last_line)),
            Kind::Newline => {
                if open.is_empty() {
                    return Ok((Extent { end, resume: token.start }, last_line));
                }
                if header::begins_top_level(lexer, token.end) {
                    return Err(token.end);
                }
                last_line = Some(token.end);
            }
            Kind::Comment => {}
            Kind::Open(bracket) => {
                open.push(bracket);
                end = token.end;
            }
            Kind::Close(bracket) => {
                match open.pop() {
                    Some(opened) if closes(opened) == bracket => {}
                    Some(_) => return Err(token.start),
                    None if bracket == b'}' => return Ok((Extent { end, resume: token.start }, last_line)),
                    None => {}
                }
                end = token.end;
            }
            Kind::Other(b',') if open.is_empty() => {
                return Ok((Extent { end, resume: token.start }, last_line));
            }
            Kind::Heredoc if !token.closed => return Err(token.start),
            _ => end = token.end,
        }
        position = token.end;
    }
}

/// The extent as the indentation has it.
fn by_indentation(lexer: &mut Lexer<'_>, start: usize, indentation: usize) -> Extent {
    let mut open: Vec<u8> = Vec::new();
    let mut in_heredoc = false;
    let mut position = start;
    let mut end = start;
    loop {
        let token = lexer.next(position);
        match token.kind {
            Kind::End => return Extent { end, resume: token.start },
            Kind::Newline => {
                if open.is_empty() && !in_heredoc {
                    return Extent { end, resume: token.start };
                }
                let column = indentation_at(lexer, token.end);
                let first = token.end + column;
                let outer_brace = lexer.byte(first) == b'}' && column < indentation;
                if outer_brace || (column <= indentation && header::looks_like_item(lexer, first)) {
                    return Extent { end, resume: token.start };
                }
                if in_heredoc {
                    position = lexer.line_end(token.end);
                    if position > token.end {
                        end = position;
                    }
                    continue;
                }
                if matches!(lexer.byte(first), b')' | b']' | b'}') && column == indentation {
                    // The last bracket, wherever the others are.
                    open.truncate(1);
                    if let Some(last) = open.last_mut() {
                        *last = opens(lexer.byte(first));
                    }
                }
            }
            Kind::Comment => {}
            Kind::Open(bracket) => {
                open.push(bracket);
                end = token.end;
            }
            Kind::Close(bracket) => {
                match open.iter().rposition(|&opened| closes(opened) == bracket) {
                    Some(place) => open.truncate(place),
                    None if bracket == b'}' && (open.is_empty() || ends_line(lexer, token.end)) => {
                        return Extent { end, resume: token.start };
                    }
                    None => {}
                }
                end = token.end;
            }
            Kind::Other(b',') if open.is_empty() => return Extent { end, resume: token.start },
            Kind::Heredoc if !token.closed => {
                in_heredoc = true;
                end = token.end;
            }
            _ => end = token.end,
        }
        position = token.end;
    }
}

/// Whether nothing but closing braces follows on the line.
fn ends_line(lexer: &mut Lexer<'_>, at: usize) -> bool {
    let mut token = lexer.next(at);
    while token.kind == Kind::Close(b'}') {
        token = lexer.next(token.end);
    }
    matches!(token.kind, Kind::Newline | Kind::Comment | Kind::End)
}

fn opens(close: u8) -> u8 {
    match close {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

/// After the brace that closes the one at `brace`, or the end of the text, or the next top-level block.
pub(crate) fn skip_braces(lexer: &mut Lexer<'_>, brace: usize) -> usize {
    let mut depth = 0usize;
    let mut position = brace;
    loop {
        let token = lexer.next(position);
        position = token.end;
        match token.kind {
            Kind::End => return token.start,
            Kind::Newline if header::begins_top_level(lexer, token.end) => return token.end,
            Kind::Open(b'{') => depth += 1,
            Kind::Close(b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return token.end;
                }
            }
            _ => {}
        }
    }
}
