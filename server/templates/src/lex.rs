//! The pieces of a template: text, actions, and the words of an action.

use foreshock_text::{Problem, Span};

/// What stands between the braces of an action, or the text between two actions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Text, without what the markers beside it cut off.
    Text(Span),
    /// An action: its words.
    Action(Vec<Token>, Span),
    /// A comment with its braces.
    Comment(Span),
}

/// A word of an action.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
    /// Whether white space stands before it.
    pub(crate) is_apart: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// A name or a keyword.
    Word(String),
    /// `.name`
    Field(String),
    /// `$name`, with the `$`.
    Variable(String),
    Dot,
    Number(String),
    /// `'a'`, as the number of the letter.
    Letter(char),
    Text(String),
    Pipe,
    Open,
    Close,
    Declare,
    Assign,
    Comma,
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

/// The comments of a template, `{{/* why */}}`, with their braces, in order; up to the first thing that is no template. O(text).
pub fn comments(text: &str) -> Vec<Span> {
    let comment = |piece| match piece {
        Piece::Comment(span) => Some(span),
        Piece::Text(_) | Piece::Action(..) => None,
    };
    pieces(text).0.into_iter().filter_map(comment).collect()
}

/// Splits a text; ends at the first thing that is no template, with what was expected.
pub(crate) fn pieces(text: &str) -> (Vec<Piece>, Option<Problem>) {
    let mut pieces = Vec::new();
    let mut at = 0usize;
    let mut is_trimmed = false;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(open) = rest.find("{{") else {
            push_text(text, at, text.len(), is_trimmed, false, &mut pieces);
            return (pieces, None);
        };
        let start = at + open;
        let inside = start + 2;
        let after = text.get(inside..).unwrap_or_default();
        let trims_before = after.starts_with('-') && after.get(1..).is_some_and(|rest| rest.starts_with(SPACES));
        push_text(text, at, start, is_trimmed, trims_before, &mut pieces);
        let body = if trims_before { inside + 1 } else { inside };
        let lexed = match comment(text, body) {
            Some(end) => end.map(|end| (None, end)),
            None => Words { text, at: body, tokens: Vec::new() }.action().map(|(tokens, end)| (Some(tokens), end)),
        };
        match lexed {
            Ok((tokens, (end, trims_after))) => {
                let span = Span::from_range(start..end);
                pieces.push(tokens.map_or(Piece::Comment(span), |tokens| Piece::Action(tokens, span)));
                (at, is_trimmed) = (end, trims_after);
            }
            // Actions may have several lines, but what is nothing on a later one is mostly what comes after.
            Err((at, _)) if text.get(start..at).is_some_and(|before| before.contains('\n')) => {
                let message = "this action does not end; expected `}}`".to_owned();
                return (pieces, Some(Problem::new(Span::from_range(start..start + 2), message)));
            }
            Err((at, message)) => return (pieces, Some(Problem::new(Span::from_range(at..at + 1), message))),
        }
    }
}

fn push_text(text: &str, from: usize, to: usize, left: bool, right: bool, pieces: &mut Vec<Piece>) {
    let whole = text.get(from..to).unwrap_or_default();
    let kept = if left { whole.trim_start_matches(SPACES) } else { whole };
    let start = to - kept.len();
    let kept = if right { kept.trim_end_matches(SPACES) } else { kept };
    if !kept.is_empty() {
        pieces.push(Piece::Text(Span::from_range(start..start + kept.len())));
    }
}

/// Where a piece ends, and whether what follows loses its white space.
type End = (usize, bool);

/// Where a comment ends that begins here; `None` where none does.
fn comment(text: &str, body: usize) -> Option<Result<End, (usize, String)>> {
    let rest = text.get(body..)?;
    let inner = rest.trim_start_matches(SPACES);
    if !inner.starts_with("/*") {
        return None;
    }
    let start = body + (rest.len() - inner.len());
    let Some(close) = inner.find("*/") else {
        return Some(Err((start, "this comment does not end; expected `*/}}`".to_owned())));
    };
    let end = start + close + 2;
    Some(closing(text, end).ok_or((end, "a comment ends with `*/}}`".to_owned())))
}

/// The end of an action at this place.
fn closing(text: &str, at: usize) -> Option<End> {
    let rest = text.get(at..)?;
    if rest.starts_with("}}") {
        return Some((at + 2, false));
    }
    let inner = rest.trim_start_matches(SPACES);
    let is_trimming = inner.len() < rest.len() && inner.starts_with("-}}");
    is_trimming.then(|| (at + (rest.len() - inner.len()) + 3, true))
}

struct Words<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl Words<'_> {
    fn action(mut self) -> Result<(Vec<Token>, End), (usize, String)> {
        loop {
            if let Some(end) = closing(self.text, self.at) {
                return Ok((self.tokens, end));
            }
            let rest = self.rest();
            let inner = rest.trim_start_matches(SPACES);
            let is_apart = inner.len() < rest.len();
            self.at += rest.len() - inner.len();
            if let Some(end) = closing(self.text, self.at) {
                return Ok((self.tokens, end));
            }
            let start = self.at;
            let kind = self.word()?;
            self.tokens.push(Token { kind, span: Span::from_range(start..self.at), is_apart });
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn word(&mut self) -> Result<TokenKind, (usize, String)> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Err((self.at.saturating_sub(1), "this action does not end; expected `}}`".to_owned()));
        };
        let next = rest.chars().nth(1);
        match first {
            '|' => self.taken(1, TokenKind::Pipe),
            '(' => self.taken(1, TokenKind::Open),
            ')' => self.taken(1, TokenKind::Close),
            ',' => self.taken(1, TokenKind::Comma),
            ':' if next == Some('=') => self.taken(2, TokenKind::Declare),
            '=' => self.taken(1, TokenKind::Assign),
            '"' => self.quoted(),
            '`' => self.raw(),
            '\'' => self.letter(),
            '$' => {
                let name = self.name(1);
                self.taken(1 + name.len(), TokenKind::Variable(format!("${name}")))
            }
            '.' if next.is_some_and(is_letter) => {
                let name = self.name(1);
                self.taken(1 + name.len(), TokenKind::Field(name))
            }
            '.' if next.is_none_or(|next| !next.is_ascii_digit()) => self.taken(1, TokenKind::Dot),
            '.' | '+' | '-' | '0'..='9' => {
                let length = rest
                    .char_indices()
                    .find(|(at, c)| {
                        let is_sign = matches!(c, '+' | '-')
                            && (*at == 0
                                || rest.get(..*at).is_some_and(|before| before.ends_with(['e', 'E', 'p', 'P'])));
                        !is_sign && !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_')
                    })
                    .map_or(rest.len(), |(at, _)| at);
                let number = rest.get(..length).unwrap_or_default().to_owned();
                self.taken(length, TokenKind::Number(number))
            }
            first if is_letter(first) => {
                let name = self.name(0);
                self.taken(name.len(), TokenKind::Word(name))
            }
            '{' => Err((self.at, "an action inside of an action; expected `}}` before".to_owned())),
            other => Err((self.at, format!("{other:?} is nothing here; expected a value, a function or `}}}}`"))),
        }
    }

    fn taken(&mut self, length: usize, kind: TokenKind) -> Result<TokenKind, (usize, String)> {
        self.at += length;
        Ok(kind)
    }

    fn name(&self, skip: usize) -> String {
        self.rest().get(skip..).unwrap_or_default().chars().take_while(|c| is_letter(*c) || c.is_numeric()).collect()
    }

    fn raw(&mut self) -> Result<TokenKind, (usize, String)> {
        let inner = self.rest().get(1..).unwrap_or_default();
        match inner.find('`') {
            Some(end) => {
                let text = inner.get(..end).unwrap_or_default().replace('\r', "");
                self.taken(end + 2, TokenKind::Text(text))
            }
            None => Err((self.at, "this text does not end; expected a backquote".to_owned())),
        }
    }

    fn quoted(&mut self) -> Result<TokenKind, (usize, String)> {
        let inner = self.rest().get(1..).unwrap_or_default();
        match unescaped(inner, '"') {
            Some((text, length)) => self.taken(length + 2, TokenKind::Text(text)),
            None => Err((
                self.at,
                "this text does not end on its line, or has an escape that Go does not know; expected `\"`".to_owned(),
            )),
        }
    }

    fn letter(&mut self) -> Result<TokenKind, (usize, String)> {
        let inner = self.rest().get(1..).unwrap_or_default();
        let read = unescaped(inner, '\'');
        let mut letters = read.iter().flat_map(|(text, _)| text.chars());
        match (read.as_ref(), letters.next(), letters.next()) {
            (Some((_, length)), Some(letter), None) => {
                let length = length + 2;
                self.taken(length, TokenKind::Letter(letter))
            }
            _ => Err((
                self.at,
                "expected one letter between single quotes; a text stands between double ones".to_owned(),
            )),
        }
    }
}

fn is_letter(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// A text up to its quote, with its escapes as they are meant, and its length as it is written.
fn unescaped(inner: &str, quote: char) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Some((text, at)),
            '\n' => return None,
            '\\' => {
                let (_, escape) = chars.next()?;
                let mut digits = |count: usize, radix: u32| -> Option<char> {
                    let digits: String = (0..count).map_while(|_| chars.next()).map(|(_, c)| c).collect();
                    (digits.len() == count)
                        .then(|| u32::from_str_radix(&digits, radix).ok())
                        .flatten()
                        .and_then(char::from_u32)
                };
                text.push(match escape {
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\u{b}',
                    '\\' => '\\',
                    'x' => digits(2, 16)?,
                    'u' => digits(4, 16)?,
                    'U' => digits(8, 16)?,
                    other if other == quote => other,
                    _ => return None,
                });
            }
            c => text.push(c),
        }
    }
    None
}
