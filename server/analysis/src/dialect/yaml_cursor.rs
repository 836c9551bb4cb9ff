//! Where in a half-typed YAML text a position is. Reads lines by their indentation and what is in brackets by its brackets: the
//! parser has nothing to say of the very line that is being written.

use foreshock_text::Span;

/// A position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The way from the root to the mapping, or to the value, that is being written.
    pub(super) path: Vec<Step>,
    pub(super) spot: Spot,
    /// The keys that the mapping has, but for the one at the position.
    pub(super) written: Vec<String>,
    /// The plain values that stand beside it in the mapping, by key.
    pub(super) beside: Vec<(String, String)>,
    /// The plain values that the list around it has, but for the one at the position.
    pub(super) listed: Vec<String>,
}

/// A step down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item of a list.
    Item,
}

/// What stands at a position; spans are what is written already and would be replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// Where a key begins, or an item that is a plain value; whether a `:` is behind it already.
    Start { written: Span, quote: Option<char>, has_colon: bool },
    /// Behind `key: `.
    Value { written: Span, quote: Option<char> },
    /// A comment, or behind what is complete.
    Other,
}

/// Reads what stands at `offset`. O(text).
pub(super) fn cursor(text: &str, offset: u32) -> Cursor {
    let at = usize::min(offset as usize, text.len());
    let mut scanner = Scanner {
        text,
        at,
        frames: Vec::new(),
        made: 0,
        seen: Vec::new(),
        said: Vec::new(),
        verbatim: None,
        found: None,
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        scanner.line(start, start + line.trim_end_matches(['\n', '\r']).len(), start + line.len());
        start += line.len();
    }
    if scanner.found.is_none() {
        // The last line, which is empty.
        scanner.line(start, start, start + 1);
    }
    let found = scanner.found.unwrap_or(Found { path: Vec::new(), spot: Spot::Other, frame: None, list: None });
    let own = scanner.seen.into_iter().filter(|(of, _)| Some(*of) == found.frame);
    let (mut beside, mut listed) = (Vec::new(), Vec::new());
    for Said { frame, key, value } in scanner.said {
        match key {
            Some(key) if Some(frame) == found.frame => beside.push((key, value)),
            None if Some(frame) == found.list => listed.push(value),
            _ => {}
        }
    }
    Cursor { path: found.path, spot: found.spot, written: own.map(|(_, key)| key).collect(), beside, listed }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    frames: Vec<Frame>,
    made: u32,
    /// Keys with the frame that they are of.
    seen: Vec<(u32, String)>,
    /// Plain values.
    said: Vec<Said>,
    /// Lines deeper than this are the text of a `|` or `>`.
    verbatim: Option<usize>,
    found: Option<Found>,
}

/// A plain value, of a key or of a list, with the frame that it is of.
struct Said {
    frame: u32,
    key: Option<String>,
    value: String,
}

struct Found {
    path: Vec<Step>,
    spot: Spot,
    frame: Option<u32>,
    list: Option<u32>,
}

struct Frame {
    id: u32,
    column: usize,
    is_flow: bool,
    is_list: bool,
    key: Option<String>,
}

impl<'t> Scanner<'t> {
    fn line(&mut self, start: usize, end: usize, next: usize) {
        let here = self.found.is_none() && (start..next).contains(&self.at) || self.at == end && self.found.is_none();
        let line = self.slice(start, end);
        let blank = line.len() - line.trim_start_matches(' ').len();
        let content = start + blank;
        let is_empty = line.trim().is_empty() || self.slice(content, end).starts_with('#');
        if is_empty && !here {
            return;
        }
        // On an empty line the cursor says how deep it is.
        let column = if is_empty && content >= self.at { self.at.saturating_sub(start) } else { blank };
        if let Some(verbatim) = self.verbatim {
            if column > verbatim {
                if here {
                    self.other();
                }
                return;
            }
            self.verbatim = None;
        }
        if self.is_in_flow() && !self.ends_flow(column, self.slice(content, end)) {
            self.flow(start, end, here);
            return;
        }
        self.block(start, start + column.min(line.len()), end, here);
    }

    /// A line of a block: dashes, a key, its value.
    fn block(&mut self, line: usize, from: usize, end: usize, here: bool) {
        let mut from = from;
        let is_dash = |rest: &str| rest == "-" || rest.starts_with("- ");
        let mut column = from - line;
        let dashed = is_dash(self.slice(from, end));
        self.frames.retain(|frame| !frame.is_flow && frame.column <= column);
        if !dashed {
            while self.frames.last().is_some_and(|frame| frame.is_list && frame.column == column) {
                self.frames.pop();
            }
        }
        while is_dash(self.slice(from, end)) {
            self.frames.retain(|frame| frame.column <= column);
            let is_there = self.frames.last().is_some_and(|frame| frame.is_list && frame.column == column);
            if !is_there {
                self.push(column, false, true);
            }
            if here && self.at <= from {
                return self.other();
            }
            let rest = self.slice(from + 1, end);
            let gap = 1 + rest.len() - rest.trim_start_matches(' ').len();
            // Where nothing is written yet the cursor stands where it will be.
            from = if here && self.at > from && self.at < from + gap { self.at } else { from + gap };
            column = from - line;
        }
        if here && self.at < from {
            return self.other();
        }
        let content = self.slice(from, end);
        if content.starts_with(['{', '[']) {
            return self.flow(from, end, here);
        }
        let key = key_of(content);
        let colon = key.as_ref().map(|(_, length)| from + length);
        if here && colon.is_none_or(|colon| self.at <= colon) {
            if is_comment(self.slice(from, self.at)) {
                return self.other();
            }
            self.map_at(column);
            self.start(from, colon.is_some());
            return;
        }
        let (Some((key, _)), Some(colon)) = (key, colon) else {
            self.say(content);
            return;
        };
        self.map_at(column);
        self.name(key);
        let rest = self.slice(colon + 1, end);
        let value = colon + 1 + rest.len() - rest.trim_start().len();
        let rest = self.slice(value, end);
        if rest.starts_with(['{', '[']) {
            return self.flow(value, end, here);
        }
        if rest.starts_with(['|', '>']) {
            self.verbatim = Some(column);
        }
        if here {
            let begun = value.min(self.at);
            if self.at == colon + 1 || is_comment(self.slice(begun, self.at)) || rest.starts_with(['|', '>', '&', '*'])
            {
                return self.other();
            }
            self.value(begun);
        } else {
            self.say(rest);
        }
    }

    /// What stands in brackets, up to the end of a line or of the brackets.
    fn flow(&mut self, from: usize, end: usize, here: bool) {
        let (mut begun, mut quote, mut escaped): (Option<usize>, Option<char>, bool) = (None, None, false);
        for (index, c) in self.slice(from, end).char_indices() {
            let at = from + index;
            if here && self.found.is_none() && at >= self.at && self.is_in_flow() {
                self.in_flow(begun);
            }
            if let Some(open) = quote {
                let ends = c == open && !escaped;
                escaped = c == '\\' && open == '"' && !escaped;
                if ends {
                    quote = None;
                }
                continue;
            }
            match c {
                '"' | '\'' if begun.is_none() => (quote, begun) = (Some(c), Some(at)),
                '#' if self.slice(from, at).ends_with(char::is_whitespace) => {
                    if here && self.found.is_none() && self.at > at {
                        self.other();
                    }
                    return;
                }
                '{' | '[' => {
                    let column = self.frames.last().map_or(0, |frame| frame.column);
                    self.push(column, true, c == '[');
                    begun = None;
                }
                '}' | ']' => {
                    self.say_from(begun, at, here);
                    self.frames.pop();
                    begun = None;
                    if !self.is_in_flow() {
                        if here && self.found.is_none() {
                            self.other();
                        }
                        return;
                    }
                }
                ',' => {
                    self.say_from(begun, at, here);
                    if let Some(frame) = self.frames.last_mut() {
                        frame.key = None;
                    }
                    begun = None;
                }
                ':' => {
                    let token = begun.map(|begun| self.slice(begun, at)).unwrap_or_default();
                    let ends_key = self.slice(at + 1, end).starts_with([' ', ',', '}']) || at + 1 == end;
                    let is_map = self.frames.last().is_some_and(|frame| !frame.is_list && frame.key.is_none());
                    if is_map && (ends_key || token.ends_with(['"', '\''])) {
                        // The key under the cursor is the one being written.
                        let is_own = here && begun.is_some_and(|begun| begun <= self.at) && self.at <= at;
                        match is_own {
                            true => self.set_key(unquoted(token)),
                            false => self.name(unquoted(token)),
                        }
                        begun = None;
                    }
                }
                c if c.is_whitespace() => {}
                _ => begun = begun.or(Some(at)),
            }
        }
        if here && self.found.is_none() && self.is_in_flow() {
            self.in_flow(begun);
        }
    }

    /// The cursor is in brackets, in a word that has begun or where one may begin.
    fn in_flow(&mut self, begun: Option<usize>) {
        let from = begun.unwrap_or(self.at).min(self.at);
        let Some(frame) = self.frames.last() else { return self.other() };
        if frame.key.is_some() && !frame.is_list {
            return self.value(from);
        }
        let rest = self.slice(self.at, self.text.len());
        let word = rest.trim_start_matches(is_name).trim_start_matches(['"', '\'']);
        self.start(from, word.trim_start_matches(' ').starts_with(':'));
    }

    /// The cursor stands where a key or an item begins.
    fn start(&mut self, from: usize, has_colon: bool) {
        let Some((written, quote)) = self.word(from) else { return self.other() };
        let frame = self.frames.last().map(|frame| frame.id);
        let mut path = self.path(self.frames.len().saturating_sub(1));
        if self.frames.last().is_some_and(|frame| frame.is_list) {
            path.push(Step::Item);
        }
        self.found = Some(Found { path, spot: Spot::Start { written, quote, has_colon }, frame, list: self.list() });
    }

    fn value(&mut self, from: usize) {
        let Some((written, quote)) = self.word(from) else { return self.other() };
        let path = self.path(self.frames.len());
        let frame = self.frames.last().map(|frame| frame.id);
        self.found = Some(Found { path, spot: Spot::Value { written, quote }, frame, list: self.list() });
    }

    /// The word around the cursor that begins at `from`; none where it ended before.
    fn word(&self, from: usize) -> Option<(Span, Option<char>)> {
        let before = self.slice(from, self.at);
        let quote = before.chars().next().filter(|c| matches!(c, '"' | '\''));
        let from = from + quote.map_or(0, char::len_utf8);
        let before = self.slice(from, self.at);
        let is_over = match quote {
            Some(quote) => before.contains(quote),
            None => before.contains(char::is_whitespace),
        };
        let rest = self.slice(self.at, self.text.len());
        let length = rest.len() - rest.trim_start_matches(is_name).len();
        (!is_over).then(|| (Span::from_range(from..self.at + length), quote))
    }

    fn other(&mut self) {
        self.found.get_or_insert(Found { path: Vec::new(), spot: Spot::Other, frame: None, list: None });
    }

    fn path(&self, frames: usize) -> Vec<Step> {
        let steps = self
            .frames
            .iter()
            .take(frames)
            .filter_map(|frame| if frame.is_list { Some(Step::Item) } else { frame.key.clone().map(Step::Key) });
        steps.collect()
    }

    fn map_at(&mut self, column: usize) {
        let is_there = self.frames.last().is_some_and(|frame| !frame.is_list && frame.column == column);
        if !is_there {
            self.push(column, false, false);
        }
    }

    fn push(&mut self, column: usize, is_flow: bool, is_list: bool) {
        self.frames.push(Frame { id: self.made, column, is_flow, is_list, key: None });
        self.made += 1;
    }

    fn set_key(&mut self, key: String) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some(key);
        }
    }

    fn name(&mut self, key: String) {
        if let Some(frame) = self.frames.last() {
            self.seen.push((frame.id, key.clone()));
        }
        self.set_key(key);
    }

    /// A plain value of the last frame.
    fn say(&mut self, value: &str) {
        let value = unquoted(value.split(" #").next().unwrap_or_default());
        if let Some(frame) = self.frames.last().filter(|frame| frame.is_list || frame.key.is_some()) {
            let key = if frame.is_list { None } else { frame.key.clone() };
            self.said.push(Said { frame: frame.id, key, value });
        }
    }

    /// The same in brackets; the one under the cursor is still being written.
    fn say_from(&mut self, begun: Option<usize>, at: usize, here: bool) {
        let Some(begun) = begun.filter(|begun| !(here && (*begun..=at).contains(&self.at))) else { return };
        self.say(self.slice(begun, at));
    }

    /// The list that the last frames are of.
    fn list(&self) -> Option<u32> {
        self.frames.iter().rev().take(2).find(|frame| frame.is_list).map(|frame| frame.id)
    }

    fn is_in_flow(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.is_flow)
    }

    /// Whether a bracket that nobody has closed ends before a line: what is in it stands deeper than what it is of.
    fn ends_flow(&self, column: usize, content: &str) -> bool {
        let above = self.frames.iter().rev().find(|frame| !frame.is_flow);
        above.is_some_and(|frame| column <= frame.column) && !content.starts_with(['}', ']'])
    }

    fn slice(&self, from: usize, to: usize) -> &'t str {
        self.text.get(from..to).unwrap_or_default()
    }
}

/// The key that a line begins with, and where its colon is.
fn key_of(line: &str) -> Option<(String, usize)> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let length = line.get(1..)?.find(quote)? + 2;
        let rest = line.get(length..)?;
        let gap = rest.len() - rest.trim_start().len();
        return rest
            .trim_start()
            .starts_with(':')
            .then(|| (unquoted(line.get(..length).unwrap_or_default()), length + gap));
    }
    let ends =
        |(at, _): &(usize, char)| line.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    let (colon, _) = line.char_indices().filter(|(_, c)| *c == ':').find(ends)?;
    let key = line.get(..colon)?;
    (!is_comment(key)).then(|| (key.trim_end().to_owned(), colon))
}

fn unquoted(token: &str) -> String {
    token.trim().trim_matches(['"', '\'']).to_owned()
}

fn is_comment(text: &str) -> bool {
    text.starts_with('#') || text.contains(" #")
}

/// A character of a name without quotes.
fn is_name(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | '{' | '}' | '[' | ']' | ':' | '"' | '\'' | '#')
}
