//! Coarse tokens: just enough to find where values end. Strings and heredocs are one token each, whatever is nested
//! in them. Nothing here fails; a token that is not closed says so and ends with its line.

use std::cell::Cell;

use rustc_hash::FxHashMap;

/// Interpolations inside strings inside interpolations ... beyond this many count as not closed.
const MAX_TEMPLATE_NESTING: u32 = 64;
/// How many bytes are searched for the ends of heredocs before the ends of all are found in one go, and for one of them.
const NEARBY: usize = 1 << 18;
const NEARBY_EACH: usize = 1 << 16;

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// End of text.
    End,
    /// `\n`.
    Newline,
    /// `#`, `//` (without its line break) or `/* */`.
    Comment,
    /// An identifier or keyword.
    Word,
    /// Digits and what belongs to a number.
    Number,
    /// A quoted string, whole.
    String,
    /// A heredoc from `<<` to its end marker, whole.
    Heredoc,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    /// Any other single character.
    Other(u8),
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// False for a string, heredoc or comment whose end is missing.
    pub(crate) closed: bool,
}

/// Reads tokens at any place of one text. Remembers what would otherwise be searched again, so that reading a text
/// front to back stays linear even when nothing in it is closed.
pub(crate) struct Lexer<'t> {
    pub(crate) text: &'t str,
    bytes: &'t [u8],
    /// From here on there is no `*/`.
    no_comment_end_from: usize,
    /// Lines that consist of one word, by that word: the places where a heredoc can end.
    marker_lines: Option<FxHashMap<&'t str, Vec<(usize, usize)>>>,
    /// Bytes read in vain, and how many of them are allowed before multi-line templates in strings are given up.
    wasted: usize,
    allowance: usize,
    /// One past the last byte that was asked for: what follows has no say in what was read so far.
    reach: Cell<usize>,
    /// What may still be searched for the ends of heredocs.
    nearby: usize,
}

/// A byte that can begin an identifier. All of UTF-8 beyond ASCII counts; `hcl-edit` is stricter.
pub(crate) fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// A byte that can continue an identifier.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte >= 0x80
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str) -> Lexer<'t> {
        Lexer {
            text,
            bytes: text.as_bytes(),
            no_comment_end_from: usize::MAX,
            marker_lines: None,
            wasted: 0,
            allowance: text.len().saturating_mul(4).saturating_add(1 << 16),
            reach: Cell::new(0),
            nearby: NEARBY,
        }
    }

    /// The byte at `at`; 0 past the end.
    #[inline]
    pub(crate) fn byte(&self, at: usize) -> u8 {
        self.reaches(at + 1);
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Records that the bytes before `end` were looked at.
    #[inline]
    fn reaches(&self, end: usize) {
        if end > self.reach.get() {
            self.reach.set(end);
        }
    }

    /// How far was looked since this was asked last.
    pub(crate) fn take_reach(&self) -> usize {
        self.reach.take()
    }

    /// Takes back that it was asked.
    pub(crate) fn put_reach(&self, reach: usize) {
        self.reaches(reach);
    }

    /// The text of a range; empty when it does not fit.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    /// Records `bytes` read in vain. True once too many were: from then on the cheapest reading has to do.
    pub(crate) fn waste(&mut self, bytes: usize) -> bool {
        self.wasted = self.wasted.saturating_add(bytes);
        self.is_exhausted()
    }

    /// How many bytes were read in vain.
    pub(crate) fn wasted(&self) -> usize {
        self.wasted
    }

    /// How many may be.
    pub(crate) fn allowance(&self) -> usize {
        self.allowance
    }

    /// Whether too much was read in vain already.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.wasted > self.allowance
    }

    /// The end of the line `at` is in, without its line break.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or(&[]);
        let end = rest.iter().position(|&byte| byte == b'\n').map_or(self.len(), |length| at + length);
        self.reaches(end + 1);
        end
    }

    /// The first byte at or after `at` that is not a space, tab or carriage return.
    #[inline]
    pub(crate) fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\t' | b'\r') {
            at += 1;
        }
        at
    }

    /// The end of the word that begins at `at`.
    #[inline]
    pub(crate) fn word_end(&self, mut at: usize) -> usize {
        while is_word(self.byte(at)) {
            at += 1;
        }
        at
    }

    /// The token at or after `at`; spaces before it are skipped. It ends behind `at`, or is the end of the text: every
    /// loop over tokens rests on that.
    pub(crate) fn next(&mut self, at: usize) -> Token {
        let token = self.read(at);
        debug_assert!(token.end > at || token.kind == Kind::End, "nothing was read at byte {at}");
        token
    }

    fn read(&mut self, at: usize) -> Token {
        let start = self.skip_blanks(at);
        let byte = self.byte(start);
        let one = |kind| Token { kind, start, end: start + 1, closed: true };
        match byte {
            b'\n' => one(Kind::Newline),
            b'"' => {
                let (end, closed) = self.string_end(start);
                Token { kind: Kind::String, start, end, closed }
            }
            b'#' => Token { kind: Kind::Comment, start, end: self.line_end(start), closed: true },
            b'/' if self.byte(start + 1) == b'/' => {
                Token { kind: Kind::Comment, start, end: self.line_end(start), closed: true }
            }
            b'/' if self.byte(start + 1) == b'*' => {
                let (end, closed) = self.comment_end(start);
                Token { kind: Kind::Comment, start, end, closed }
            }
            b'<' if self.byte(start + 1) == b'<' => match self.heredoc(start) {
                Some((end, closed)) => Token { kind: Kind::Heredoc, start, end, closed },
                None => one(Kind::Other(byte)),
            },
            b'(' | b'[' | b'{' => one(Kind::Open(byte)),
            b')' | b']' | b'}' => one(Kind::Close(byte)),
            b'0'..=b'9' => {
                let mut end = start + 1;
                while self.byte(end).is_ascii_digit() || (self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit())
                {
                    end += 1;
                }
                Token { kind: Kind::Number, start, end, closed: true }
            }
            _ if is_word_start(byte) => Token { kind: Kind::Word, start, end: self.word_end(start), closed: true },
            _ if start >= self.len() => Token { kind: Kind::End, start: self.len(), end: self.len(), closed: true },
            _ => one(Kind::Other(byte)),
        }
    }

    /// The end of the `/*` comment at `start`; without `*/` it ends with its line.
    fn comment_end(&mut self, start: usize) -> (usize, bool) {
        if start < self.no_comment_end_from {
            let rest = self.slice(start + 2, self.len());
            match rest.find("*/") {
                Some(length) => {
                    let end = start + 2 + length + 2;
                    self.reaches(end);
                    return (end, true);
                }
                None => self.no_comment_end_from = start,
            }
        }
        self.reaches(self.len() + 1);
        (self.line_end(start), false)
    }

    /// The end of the quoted string at `start`; without its closing quote it ends with its line.
    pub(crate) fn string_end(&mut self, start: usize) -> (usize, bool) {
        match self.quoted(start + 1, 0) {
            Ok(end) => (end, true),
            Err(stopped) => {
                self.waste(stopped.saturating_sub(start));
                (self.line_end(start), false)
            }
        }
    }

    /// After the closing quote of a string whose content begins at `at`, or where the search was given up.
    fn quoted(&mut self, mut at: usize, nesting: u32) -> Result<usize, usize> {
        loop {
            match self.byte(at) {
                b'"' => return Ok(at + 1),
                b'\\' if self.byte(at + 1) != b'\n' => at += 2,
                b'\n' => return Err(at),
                marker @ (b'$' | b'%') => {
                    if self.byte(at + 1) == marker && self.byte(at + 2) == b'{' {
                        at += 3;
                    } else if self.byte(at + 1) == b'{' {
                        at = self.template_end(at + 2, nesting + 1)?;
                    } else {
                        at += 1;
                    }
                }
                0 if at >= self.len() => return Err(self.len()),
                _ => at += 1,
            }
        }
    }

    /// After the `}` of a `${` or `%{` whose content begins at `at`, or where the search was given up.
    pub(crate) fn template_end(&mut self, mut at: usize, nesting: u32) -> Result<usize, usize> {
        if nesting > MAX_TEMPLATE_NESTING {
            return Err(at);
        }
        let mut depth = 0usize;
        loop {
            match self.byte(at) {
                b'"' => at = self.quoted(at + 1, nesting)?,
                b'{' => {
                    depth += 1;
                    at += 1;
                }
                b'}' if depth == 0 => return Ok(at + 1),
                b'}' => {
                    depth -= 1;
                    at += 1;
                }
                b'\n' if self.is_exhausted() => return Err(at),
                b'#' => at = self.line_end(at),
                b'/' if self.byte(at + 1) == b'/' => at = self.line_end(at),
                b'/' if self.byte(at + 1) == b'*' => at = self.comment_end(at).0,
                b'<' if self.byte(at + 1) == b'<' => at = self.heredoc(at).map_or(at + 1, |(end, _)| end),
                0 if at >= self.len() => return Err(self.len()),
                _ => at += 1,
            }
        }
    }

    /// The word that ends the heredoc at `start`, and where its first line begins; none if this is no heredoc.
    pub(crate) fn heredoc_marker(&self, start: usize) -> Option<(&'t str, usize)> {
        let word = start + if self.byte(start + 2) == b'-' { 3 } else { 2 };
        if !is_word_start(self.byte(word)) {
            return None;
        }
        let end = self.word_end(word);
        let line_end = self.skip_blanks(end);
        let at_line_end = self.byte(line_end) == b'\n' || line_end >= self.len();
        at_line_end.then(|| (self.slice(word, end), line_end + 1))
    }

    /// The end of the heredoc at `start` and whether its end marker is there; none if this is no heredoc. Without
    /// the marker it ends with its first line.
    fn heredoc(&mut self, start: usize) -> Option<(usize, bool)> {
        let (marker, content) = self.heredoc_marker(start)?;
        if let Some(end) = self.nearby_end(marker, content) {
            return Some((end, true));
        }
        let (text, bytes) = (self.text, self.bytes);
        let lines = self.marker_lines.get_or_insert_with(|| marker_lines(text, bytes));
        let ends = lines.get(marker).map(Vec::as_slice).unwrap_or(&[]);
        let first = ends.partition_point(|&(line, _)| line < content);
        match ends.get(first) {
            Some(&(_, end)) => {
                self.line_end(end);
                Some((end, true))
            }
            None => {
                self.reaches(self.len() + 1);
                Some((self.line_end(start), false))
            }
        }
    }

    /// The end of the word `marker` alone on a line soon after `content`, where lines begin; most heredocs are short, and
    /// then the rest of the text need not be read for them.
    fn nearby_end(&mut self, marker: &str, content: usize) -> Option<usize> {
        let mut line = content;
        let limit = content.saturating_add(self.nearby.min(NEARBY_EACH));
        while line < limit && line < self.len() {
            let end = self.line_end(line);
            let written = self.bytes.get(line..end).unwrap_or(&[]);
            let trimmed = written.trim_ascii_start();
            if trimmed.trim_ascii_end() == marker.as_bytes() {
                self.nearby = self.nearby.saturating_sub(end - content);
                return Some(line + (written.len() - trimmed.len()) + marker.len());
            }
            line = end + 1;
        }
        self.nearby = self.nearby.saturating_sub(line.saturating_sub(content));
        None
    }
}

/// For each word that stands alone on a line: the starts of those lines and the ends of the word.
fn marker_lines<'t>(text: &'t str, bytes: &'t [u8]) -> FxHashMap<&'t str, Vec<(usize, usize)>> {
    let mut lines: FxHashMap<&str, Vec<(usize, usize)>> = FxHashMap::default();
    let mut start = 0;
    for line in bytes.split(|&byte| byte == b'\n') {
        let trimmed = line.trim_ascii();
        if trimmed.first().copied().is_some_and(is_word_start) && trimmed.iter().copied().all(is_word) {
            let lead = line.len() - line.trim_ascii_start().len();
            let word = start + lead..start + lead + trimmed.len();
            lines.entry(text.get(word.clone()).unwrap_or("")).or_default().push((start, word.end));
        }
        start += line.len() + 1;
    }
    lines
}
