//! Where in a half-typed `foreshock.toml` a position is. Reads the lines before it with what TOML allows in them; the
//! parser would have nothing to say of the very line that is being written.

use foreshock_text::Span;

/// A position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The names of the table it is in: `stack`, `rules`; none before the first.
    pub(super) section: Vec<String>,
    /// The lines of that table.
    pub(super) body: Span,
    pub(super) place: Spot,
}

/// What stands at a position; spans are what is written already and would be replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// `[sta`
    Header(Span),
    /// `var_f`; whether a `=` is behind it already.
    Key { written: Span, assigned: bool },
    /// `path = "en`
    Value { key: String, written: Span, quote: Option<char> },
    /// A comment, a table in one line, behind a header or a value that is complete.
    Other,
}

/// Reads what stands at `offset`. O(offset).
pub(super) fn cursor(text: &str, offset: u32) -> Cursor {
    let before = text.get(..offset as usize).unwrap_or(text);
    let mut reader = Reader::default();
    for (at, c) in before.char_indices() {
        reader.step(before, at, c);
    }
    let end = body_end(text, before.len());
    let body = Span::from_range(reader.body..end.max(reader.body));
    let place = reader.spot(text, before);
    Cursor { section: reader.section, body, place }
}

#[derive(Default)]
struct Reader {
    section: Vec<String>,
    /// Where the lines of the section begin.
    body: usize,
    /// The first character of what is being read.
    start: Option<usize>,
    equals: Option<usize>,
    /// Open brackets and braces of a value.
    depth: usize,
    braces: usize,
    string: Option<(char, usize)>,
    escaped: bool,
    comment: bool,
    /// Where the present word of a value begins.
    word: usize,
    /// Whether a value is complete here: only a comma or the end of the line can follow.
    complete: bool,
}

impl Reader {
    fn step(&mut self, text: &str, at: usize, c: char) {
        if c == '\n' {
            self.line_break(text, at);
            return;
        }
        if self.comment {
            return;
        }
        if let Some((quote, _)) = self.string {
            let ends = c == quote && !self.escaped;
            self.escaped = c == '\\' && quote == '"' && !self.escaped;
            if ends {
                self.string = None;
                self.word = at + 1;
                self.complete = true;
            }
            return;
        }
        if self.start.is_none() && !c.is_whitespace() {
            self.start = Some(at);
        }
        let in_value = self.equals.is_some();
        match c {
            '#' => self.comment = true,
            '"' | '\'' if in_value => self.string = Some((c, at)),
            '=' if !in_value => self.equals = Some(at),
            '[' | '{' if in_value => {
                self.depth += 1;
                self.braces += usize::from(c == '{');
            }
            ']' | '}' if in_value => {
                self.depth = self.depth.saturating_sub(1);
                self.braces = self.braces.saturating_sub(usize::from(c == '}'));
            }
            _ => {}
        }
        match c {
            ',' | '=' | '[' | '{' => self.complete = false,
            ']' | '}' => self.complete = true,
            _ if c.is_whitespace() => self.complete |= in_value && self.word < at,
            _ => {}
        }
        if c.is_whitespace() || matches!(c, ',' | '=' | '[' | '{' | ']' | '}') {
            self.word = at + c.len_utf8();
        }
    }

    fn line_break(&mut self, text: &str, at: usize) {
        self.comment = false;
        self.string = None;
        self.escaped = false;
        self.complete = false;
        self.word = at + 1;
        // A list that nobody has closed ends where a table begins.
        let rest = text.get(at + 1..).unwrap_or("");
        let begins_table =
            rest.starts_with("[[") || rest.strip_prefix('[').is_some_and(|r| r.starts_with(char::is_alphabetic));
        if self.depth > 0 && !begins_table {
            return;
        }
        if self.equals.is_none()
            && let Some(header) = self.start.and_then(|start| text.get(start..at))
            && header.starts_with('[')
        {
            self.section = names(header);
            self.body = at + 1;
        }
        (self.start, self.equals, self.depth, self.braces) = (None, None, 0, 0);
    }

    fn spot(&self, text: &str, before: &str) -> Spot {
        let end = before.len();
        if self.comment || self.braces > 0 {
            return Spot::Other;
        }
        let behind = text.get(end..).unwrap_or("");
        let word = behind.len() - behind.trim_start_matches(is_name).len();
        let key = |start: usize| {
            let line = behind.get(word..).and_then(|rest| rest.lines().next()).unwrap_or("");
            let assigned = line.trim_start().starts_with('=');
            Spot::Key { written: Span::from_range(start..end + word), assigned }
        };
        let Some(start) = self.start else { return key(end) };
        match (self.equals, self.string) {
            (None, _) if before.get(start..).is_some_and(|written| written.starts_with('[')) => {
                let written = before.get(start..).unwrap_or("");
                if written.contains(if written.starts_with("[[") { "]]" } else { "]" }) {
                    return Spot::Other;
                }
                // An editor may have closed the brackets already.
                let rest = behind.trim_start_matches(|c| is_name(c) || c == '.').trim_start_matches(']');
                Spot::Header(Span::from_range(start..end + behind.len() - rest.len()))
            }
            (None, _) => key(start),
            (Some(equals), string) => {
                let key = before.get(start..equals).unwrap_or("").trim().trim_matches(['"', '\'']).to_owned();
                match string {
                    Some((quote, open)) => {
                        let line = behind.split('\n').next().unwrap_or("");
                        let length = line.find(quote).unwrap_or(0);
                        Spot::Value { key, written: Span::from_range(open + 1..end + length), quote: Some(quote) }
                    }
                    None if self.complete => Spot::Other,
                    None => {
                        let start = self.word.max(equals + 1).min(end);
                        Spot::Value { key, written: Span::from_range(start..end + word), quote: None }
                    }
                }
            }
        }
    }
}

/// A character of a name without quotes.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// `[[stack.rules]]` -> `stack`, `rules`.
pub(super) fn names(header: &str) -> Vec<String> {
    let inside = header.split('#').next().unwrap_or("").trim().trim_matches(['[', ']']);
    inside
        .split('.')
        .map(|name| name.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Where the next table begins.
fn body_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    rest.find("\n[").map_or(text.len(), |length| from + length + 1)
}

/// The keys that are written in some lines.
pub(super) fn written_keys(body: &str) -> impl Iterator<Item = &str> {
    body.lines().filter_map(|line| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim();
        (!key.is_empty() && key.chars().all(is_name)).then_some(key)
    })
}

/// The text of a key in some lines: `path = "envs/prod"`.
pub(super) fn written_text<'t>(body: &'t str, key: &str) -> Option<&'t str> {
    body.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        let value = value.trim();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        (name.trim() == key).then(|| value.get(1..)?.split(quote).next()).flatten()
    })
}
