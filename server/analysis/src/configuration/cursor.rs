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
    /// `var_f`
    Key(Span),
    /// `path = "en`
    Value { key: String, written: Span, quote: Option<char> },
    /// A comment, a table in one line.
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
        if c.is_whitespace() || matches!(c, ',' | '=' | '[' | '{' | ']' | '}') {
            self.word = at + c.len_utf8();
        }
    }

    fn line_break(&mut self, text: &str, at: usize) {
        self.comment = false;
        self.string = None;
        self.escaped = false;
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
        let Some(start) = self.start else { return Spot::Key(Span::from_range(end..end)) };
        match (self.equals, self.string) {
            (None, _) if before.get(start..).is_some_and(|written| written.starts_with('[')) => {
                // An editor may have closed the brackets already.
                let closing = text.get(end..).unwrap_or("");
                let closed = closing.len() - closing.trim_start_matches(']').len();
                Spot::Header(Span::from_range(start..end + closed))
            }
            (None, _) => Spot::Key(Span::from_range(start..end)),
            (Some(equals), string) => {
                let key = before.get(start..equals).unwrap_or("").trim().trim_matches(['"', '\'']).to_owned();
                match string {
                    Some((quote, open)) => {
                        let rest = text.get(end..).unwrap_or("");
                        let line = rest.split('\n').next().unwrap_or("");
                        let length = line.find(quote).unwrap_or(0);
                        Spot::Value { key, written: Span::from_range(open + 1..end + length), quote: Some(quote) }
                    }
                    None => {
                        let word = self.word.max(equals + 1).min(end);
                        Spot::Value { key, written: Span::from_range(word..end), quote: None }
                    }
                }
            }
        }
    }
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
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
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
