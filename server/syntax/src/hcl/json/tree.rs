//! JSON text into a tree with spans. Tolerant: what is missing costs the value it is missing from.
//!
//! The YAML reader takes all of JSON too, but also much that Terraform refuses (`yes`, `# comments`, plain words), gives up
//! the whole line of an error, and says of keys given twice what is not true here.

use std::sync::Arc;

use foreshock_text::{Problem, Span};

use crate::hcl::number::decimal;

/// Values in values: deeper ones are skipped with a problem. As deep as expressions may be.
const MAX_DEPTH: u32 = 60;
/// A generated text that is no JSON at all has an error a byte; nobody reads more than these.
const MAX_PROBLEMS: usize = 200;

/// A value.
#[derive(Clone, Debug)]
pub struct Node {
    /// All of it, quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of values.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; infinite where a double does not hold it exactly.
    Number(f64),
    /// What stands between the quotes, as written: see [`unescaped`].
    String(Span),
    /// A list.
    Array(Vec<Node>),
    /// Keys with their values in the order written; a key may be there twice.
    Object(Vec<(Key, Node)>),
    /// Nothing that could be read.
    Missing,
}

/// A key of an object.
#[derive(Clone, Debug)]
pub struct Key {
    /// Unescaped.
    pub text: Arc<str>,
    /// Without the quotes.
    pub span: Span,
}

impl Key {
    /// With the quotes that are there.
    pub fn quoted(&self, text: &str) -> Span {
        let bytes = text.as_bytes();
        let is_quote = |at: Option<u32>| at.and_then(|at| bytes.get(at as usize)) == Some(&b'"');
        let before = u32::from(is_quote(self.span.start.checked_sub(1)));
        let behind = u32::from(before == 1 && is_quote(Some(self.span.end)));
        Span::new(self.span.start - before, self.span.end + behind)
    }
}

impl Node {
    fn missing(at: usize) -> Node {
        Node { span: Span::from_range(at..at), kind: Kind::Missing }
    }

    /// Between the brackets, where there are any.
    pub(super) fn inside(&self, text: &str) -> Span {
        let end =
            if self.span.text(text).ends_with(['}', ']']) { self.span.end.saturating_sub(1) } else { self.span.end };
        let start = (self.span.start + 1).min(end);
        Span::new(start, end)
    }
}

/// Reads a whole text. Values nested deeper than `deepest` (objects and lists counted) are skipped with a problem. Problems
/// are in the order of the text.
pub fn parse(text: &str, deepest: u32) -> (Node, Vec<Problem>) {
    let mut problems = Vec::new();
    let root = read_to(text, deepest, &mut problems);
    problems.sort_by_key(|problem| problem.span);
    (root, problems)
}

/// Reads a whole text as deep as expressions may be.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Node {
    read_to(text, MAX_DEPTH, problems)
}

fn read_to(text: &str, deepest: u32, problems: &mut Vec<Problem>) -> Node {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, deepest, problems };
    if text.starts_with('\u{feff}') {
        reader.at = 3;
    }
    reader.blanks();
    if reader.at >= reader.bytes.len() {
        return Node::missing(0);
    }
    let root = reader.value(0);
    reader.blanks();
    if reader.at < reader.bytes.len() {
        let end = reader.word_end(reader.at);
        reader.problem(reader.at, end, "nothing is expected after the end of the JSON value");
    }
    root
}

/// A JSON string's content without its escapes, and for each byte of that where it was written. `None` for the places when
/// nothing is escaped, so that they are the same.
pub fn unescaped(written: &str) -> (String, Option<Vec<u32>>) {
    if !written.contains('\\') {
        return (written.to_owned(), None);
    }
    let mut text = String::with_capacity(written.len());
    let mut places = Vec::with_capacity(written.len() + 1);
    let mut rest = written.char_indices();
    while let Some((at, character)) = rest.next() {
        let character = if character == '\\' { escaped(&mut rest) } else { Some(character) };
        let Some(character) = character else { continue };
        text.push(character);
        places.resize(text.len(), at as u32);
    }
    places.push(written.len() as u32);
    (text, Some(places))
}

/// The character after a backslash.
fn escaped(rest: &mut std::str::CharIndices<'_>) -> Option<char> {
    Some(match rest.next()?.1 {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let first = hexadecimal(rest)?;
            if !(0xd800..0xdc00).contains(&first) {
                return Some(char::from_u32(first).unwrap_or('\u{fffd}'));
            }
            // A pair of surrogates is one character.
            let mut ahead = rest.clone();
            let second = match (ahead.next(), ahead.next()) {
                (Some((_, '\\')), Some((_, 'u'))) => hexadecimal(&mut ahead),
                _ => None,
            };
            let Some(second) = second.filter(|second| (0xdc00..0xe000).contains(second)) else {
                return Some('\u{fffd}');
            };
            *rest = ahead;
            char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).unwrap_or('\u{fffd}')
        }
        other => other,
    })
}

fn hexadecimal(rest: &mut std::str::CharIndices<'_>) -> Option<u32> {
    let mut number = 0;
    for _ in 0..4 {
        let digit = rest.clone().next()?.1.to_digit(16)?;
        rest.next();
        number = number * 16 + digit;
    }
    Some(number)
}

/// A word as a message shows it: short, and without characters that a terminal would obey.
fn shown(word: &str) -> String {
    /// In characters.
    const LONGEST: usize = 40;
    let mut shown = String::new();
    for character in word.chars().take(LONGEST) {
        if character.is_control() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if word.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    shown
}

struct Reader<'t, 'p> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    deepest: u32,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_, '_> {
    /// The byte here; none only at the end of the text. A NUL is a byte like any other.
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The first byte of the next round of a loop over items; none at the end of the text. `last` is where the round
    /// before began: one that read nothing has forgotten a kind of byte, which is then left out, so that every loop ends.
    fn next_round(&mut self, last: &mut Option<usize>) -> Option<u8> {
        self.blanks();
        if *last == Some(self.at) {
            debug_assert!(self.at >= self.bytes.len(), "nothing was read at byte {}", self.at);
            self.at = self.word_end(self.at);
            self.blanks();
        }
        *last = Some(self.at);
        self.peek()
    }

    fn problem(&mut self, start: usize, end: usize, message: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::new(Span::from_range(start..end), message));
        }
    }

    /// The end of what stands at `from` and is none of JSON's signs.
    fn word_end(&self, from: usize) -> usize {
        let sign = |byte: &u8| b"{}[],:\" \t\r\n".contains(byte);
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(sign).unwrap_or(rest.len()).max(1);
        let mut end = (from + length).min(self.bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        end
    }

    /// The value here. Where a sign stands that no value begins with, the value is missing and the sign is left to the
    /// caller; everything else is read over, whatever it is.
    fn value(&mut self, depth: u32) -> Node {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{' | b'[') if depth >= self.deepest => {
                self.skip_brackets();
                self.problem(start, start + 1, "values are nested too deep here");
                Kind::Missing
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Kind::String(self.string()),
            None | Some(b'}' | b']' | b',' | b':') => {
                // Behind the last thing written, not in the white space.
                let end = self.text.get(..start).unwrap_or("").trim_end().len();
                self.problem(end, end, "expected a value");
                return Node::missing(end);
            }
            Some(_) => self.word(),
        };
        Node { span: Span::from_range(start..self.at), kind }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Kind {
        let start = self.at;
        self.at = self.word_end(start);
        let word = self.text.get(start..self.at).unwrap_or("");
        match word {
            "true" => return Kind::Bool(true),
            "false" => return Kind::Bool(false),
            "null" => return Kind::Null,
            _ => {}
        }
        let is_number = word.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if let Some(number) = decimal(word).filter(|_| is_number) {
            return Kind::Number(number);
        }
        let message = if word.starts_with("//") || word.starts_with("/*") || word.starts_with('#') {
            self.at = self.line_end(start);
            "JSON has no comments; a key \"//\" holds one".to_owned()
        } else {
            format!("`{}` is no JSON value; texts stand in double quotes", shown(word))
        };
        self.problem(start, self.at, message);
        Kind::Missing
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or("");
        from + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    /// The content of the string whose quote is here. One that is not closed ends with its line.
    fn string(&mut self) -> Span {
        let quote = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            let begins_at = self.at;
            self.at += 1;
            match (byte, self.peek()) {
                (b'"', _) => return Span::from_range(quote + 1..begins_at),
                // What is escaped may be of several bytes: none of them means anything here.
                (b'\\', Some(escaped)) if !matches!(escaped, b'\n' | b'\r') => self.at += 1,
                (b'\n' | b'\r', _) => {
                    self.at = begins_at;
                    break;
                }
                _ => {}
            }
        }
        // What closes the object on the same line is not part of the text.
        let line = self.text.get(quote + 1..self.at).unwrap_or("");
        let content = line.trim_end().trim_end_matches([',', '}', ']']).trim_end();
        self.at = quote + 1 + content.len();
        self.problem(quote, self.at, "this text is not closed; expected `\"`");
        Span::from_range(quote + 1..self.at)
    }

    fn array(&mut self, depth: u32) -> Kind {
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        let mut last = None;
        while let Some(byte) = self.next_round(&mut last) {
            match byte {
                b']' => {
                    self.at += 1;
                    return Kind::Array(items);
                }
                b'}' => break,
                b',' => {
                    self.problem(self.at, self.at + 1, "expected a value before this comma");
                    self.at += 1;
                }
                b':' => {
                    self.problem(self.at, self.at + 1, "unexpected `:` in a list");
                    self.at += 1;
                }
                _ => {
                    items.push(self.value(depth + 1));
                    self.comma(b']');
                }
            }
        }
        self.problem(open, open + 1, "`[` is not closed; expected `]`");
        Kind::Array(items)
    }

    fn object(&mut self, depth: u32) -> Kind {
        let open = self.at;
        self.at += 1;
        let mut entries = Vec::new();
        let mut last = None;
        while let Some(byte) = self.next_round(&mut last) {
            match byte {
                b'}' => {
                    self.at += 1;
                    return Kind::Object(entries);
                }
                b']' => break,
                b'"' => {
                    let span = self.string();
                    let text = Arc::from(unescaped(span.text(self.text)).0);
                    let value = self.after_key(span, depth);
                    entries.push((Key { text, span }, value));
                    self.comma(b'}');
                }
                b',' => {
                    self.problem(self.at, self.at + 1, "expected a key before this comma");
                    self.at += 1;
                }
                _ => self.strange(depth, &mut entries),
            }
        }
        self.problem(open, open + 1, "`{` is not closed; expected `}`");
        Kind::Object(entries)
    }

    /// Something else than a key: a word is taken as one without quotes when a colon follows.
    fn strange(&mut self, depth: u32, entries: &mut Vec<(Key, Node)>) {
        let start = self.at;
        if matches!(self.peek(), Some(b'{' | b'[')) {
            self.problem(start, start + 1, "expected a key before this value");
            self.value(depth + 1);
            return self.comma(b'}');
        }
        let rest = self.text.get(start..).unwrap_or("");
        if rest.starts_with("//") || rest.starts_with('#') || rest.starts_with("/*") {
            self.at = self.line_end(start);
            return self.problem(start, self.at, "JSON has no comments; a key \"//\" holds one");
        }
        let end = self.word_end(start);
        self.at = end;
        self.blanks();
        let word = self.text.get(start..end).unwrap_or("");
        if self.peek() == Some(b':') {
            self.problem(start, end, format!("`{}` stands without its double quotes", shown(word)));
            let span = Span::from_range(start..end);
            let value = self.after_key(span, depth);
            entries.push((Key { text: Arc::from(word), span }, value));
            self.comma(b'}');
        } else {
            self.problem(start, end, format!("unexpected `{}`; expected a key in double quotes", shown(word)));
        }
    }

    fn after_key(&mut self, key: Span, depth: u32) -> Node {
        let end = self.at;
        self.blanks();
        if self.peek() != Some(b':') {
            self.at = end;
            self.problem(key.start as usize, key.end as usize, "expected `:` and a value after this key");
            return Node::missing(key.end as usize);
        }
        self.at += 1;
        let behind = self.at;
        self.blanks();
        // A key on the next line that has a colon of its own is no value of this one.
        if self.peek() == Some(b'"') && self.text.get(behind..self.at).is_some_and(|blank| blank.contains('\n')) {
            let (before, problems) = (self.at, self.problems.len());
            self.string();
            self.blanks();
            let is_key = self.peek() == Some(b':');
            self.at = before;
            self.problems.truncate(problems);
            if is_key {
                self.at = behind;
                self.problem(behind, behind, "expected a value");
                return Node::missing(behind);
            }
        }
        self.value(depth + 1)
    }

    /// Goes over the comma between two items; `close` ends the list or object.
    fn comma(&mut self, close: u8) {
        let end = self.at;
        self.blanks();
        if self.peek() != Some(b',') {
            let ends = matches!(self.peek(), None | Some(b'}' | b']'));
            let told = self.problems.last().is_some_and(|last| last.span.end as usize == end);
            if !ends && !told {
                let last = self.text.get(..end).and_then(|before| before.chars().next_back());
                self.problem(end - last.map_or(0, char::len_utf8), end, "expected `,` after this");
            }
            return;
        }
        let comma = self.at;
        self.at += 1;
        self.blanks();
        if self.peek() == Some(close) {
            self.problem(comma, comma + 1, format!("a comma before `{}` is no JSON", close as char));
        }
    }

    /// Goes over everything up to the bracket that closes the one here.
    fn skip_brackets(&mut self) {
        let mut open = 0usize;
        while let Some(byte) = self.peek() {
            if byte == b'"' {
                self.string();
                continue;
            }
            self.at += 1;
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }
}
