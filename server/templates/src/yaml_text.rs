//! Values as YAML, as Go's library writes them, with where each comes from.

use std::cmp::Ordering;

use crate::number::in_json;
use crate::text::Text;
use crate::value::{DEEPEST, Kind, Map, Value};

/// A value as YAML without the last newline, as `toYaml` gives it; lists in maps are `dash` further in than their key. `None`
/// where it has no such form.
pub(crate) fn yaml(value: &Value, dash: usize) -> Option<Text> {
    let mut out = Text::default();
    let writer = Writer { dash };
    match &value.kind {
        Kind::List(items) if !items.is_empty() => writer.items(items, 0, &mut out, 0)?,
        Kind::Map(map) if !map.try_borrow().ok()?.is_empty() => {
            writer.entries(&*map.try_borrow().ok()?, 0, &mut out, 0)?
        }
        _ => out.push(&writer.scalar(value, 0)?),
    }
    Some(out.trimmed(|_| false, |c| c == '\n'))
}

struct Writer {
    dash: usize,
}

impl Writer {
    fn entries(&self, map: &Map, indent: usize, out: &mut Text, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let mut keys: Vec<_> = map.iter().collect();
        keys.sort_by(|(one, _), (other, _)| natural(one, other));
        for (at, (key, value)) in keys.into_iter().enumerate() {
            if at > 0 {
                out.push_str(&" ".repeat(indent));
            }
            if key.contains('\n') {
                return None;
            }
            out.push(&plain_or_quoted(key, &Text::made(&**key), true));
            out.push_str(":");
            match &value.kind {
                Kind::Map(inner) if !inner.try_borrow().ok()?.is_empty() => {
                    out.push_str("\n");
                    out.push_str(&" ".repeat(indent + 2));
                    self.entries(&*inner.try_borrow().ok()?, indent + 2, out, depth + 1)?;
                }
                Kind::List(items) if !items.is_empty() => {
                    out.push_str("\n");
                    out.push_str(&" ".repeat(indent + self.dash));
                    self.items(items, indent + self.dash, out, depth + 1)?;
                }
                _ => {
                    out.push_str(" ");
                    let column = column(out);
                    out.push(&folded(self.scalar(value, indent + 2)?, column, indent + 2)?);
                    out.push_str("\n");
                }
            }
        }
        Some(())
    }

    fn items(&self, items: &[Value], indent: usize, out: &mut Text, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push_str(&" ".repeat(indent));
            }
            out.push_str("- ");
            match &item.kind {
                Kind::Map(inner) if !inner.try_borrow().ok()?.is_empty() => {
                    self.entries(&*inner.try_borrow().ok()?, indent + 2, out, depth + 1)?;
                }
                Kind::List(inner) if !inner.is_empty() => self.items(inner, indent + 2, out, depth + 1)?,
                _ => {
                    let column = column(out);
                    out.push(&folded(self.scalar(item, indent + 2)?, column, indent + 2)?);
                    out.push_str("\n");
                }
            }
        }
        Some(())
    }

    fn scalar(&self, value: &Value, indent: usize) -> Option<Text> {
        let whole = |text: String| Text::value(&text, value.origin.clone());
        Some(match &value.kind {
            Kind::Nil => Text::made("null"),
            Kind::Bool(truth) => whole(truth.to_string()),
            Kind::Int(number) | Kind::Long(number) => whole(number.to_string()),
            Kind::Float(number) => whole(in_json(*number)),
            Kind::Unknown(unknown) => Text::hole(unknown.clone()),
            Kind::Text(text) => match text.first_unknown() {
                Some(unknown) => Text::hole(unknown.clone()),
                None if text.as_str().contains('\n') => block(text, indent)?,
                None => plain_or_quoted(text.as_str(), text, false),
            },
            Kind::List(_) => Text::made("[]"),
            Kind::Map(_) => Text::made("{}"),
            Kind::Host(_) => return None,
        })
    }
}

/// Longer lines are folded at white space.
const WIDEST: usize = 80;

/// How far the last line reaches.
fn column(out: &Text) -> usize {
    out.as_str().rsplit('\n').next().unwrap_or_default().chars().count()
}

/// A scalar whose lines are not longer than they may be, as far as it has white space; `None` where that takes escapes.
fn folded(scalar: Text, column: usize, indent: usize) -> Option<Text> {
    let written = scalar.as_str();
    let is_short = column + written.chars().count() <= WIDEST;
    if is_short || written.starts_with(['|', '[', '{']) || !written.contains(' ') {
        return Some(scalar);
    }
    if written.starts_with('"') {
        return None;
    }
    let mut out = Text::default();
    let (mut start, mut at_column) = (0, column);
    let mut chars = written.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let is_end = next.is_none_or(|next| next == ' ' || next == '\'' && chars.clone().count() == 1);
        if c == ' ' && before != ' ' && at_column > WIDEST && !is_end {
            out.push(&scalar.slice(start, at));
            out.push_str("\n");
            out.push_str(&" ".repeat(indent));
            (start, at_column) = (at + 1, indent);
        } else {
            at_column += 1;
        }
        before = c;
    }
    out.push(&scalar.slice(start, scalar.len()));
    Some(out)
}

/// A text of several lines.
fn block(text: &Text, indent: usize) -> Option<Text> {
    let written = text.as_str();
    // What can't stand in a block is rare, and its exact form is not worth guessing.
    let is_plain = written.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()) && !written.contains(" \n");
    if !is_plain || written.ends_with(' ') {
        return None;
    }
    let mut out = Text::made("|");
    if written.starts_with([' ', '\n']) {
        out.push_str("2");
    }
    let body = written.trim_end_matches('\n');
    match written.len() - body.len() {
        0 => out.push_str("-"),
        1 if !body.is_empty() => {}
        _ => out.push_str("+"),
    }
    let mut start = 0;
    for line in written.split_inclusive('\n') {
        out.push_str("\n");
        let bare = line.trim_end_matches('\n');
        if !bare.is_empty() {
            out.push_str(&" ".repeat(indent.max(2)));
            out.push(&text.slice(start, start + bare.len()));
        }
        start += line.len();
    }
    Some(out)
}

/// A text of one line: as it is where that reads the same again, else in quotes.
fn plain_or_quoted(written: &str, text: &Text, is_key: bool) -> Text {
    let mut out = Text::default();
    if needs_double_quotes(written) {
        out.push_str("\"");
        let escaped = escaped(written);
        match escaped == written {
            true => out.push(text),
            false => out.push_str(&escaped),
        }
        out.push_str("\"");
    } else if is_other_than_text(written) {
        out.push_str("\"");
        out.push(text);
        out.push_str("\"");
    } else if !is_plain_allowed(written) {
        out.push_str("'");
        match written.contains('\'') {
            true => out.push_str(&written.replace('\'', "''")),
            false => out.push(text),
        }
        out.push_str("'");
    } else if is_key {
        out.push_str(written);
    } else {
        out.push(text);
    }
    out
}

fn needs_double_quotes(text: &str) -> bool {
    text.chars().any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{feff}' | '\u{85}' | '\u{2028}' | '\u{2029}'))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            '\u{feff}' => out.push_str("\\uFEFF"),
            c if c.is_control() => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Whether a plain word would be read as a number, a truth value, a date or nothing.
fn is_other_than_text(text: &str) -> bool {
    let words = [
        "", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "y", "Y", "yes", "Yes",
        "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF", ".nan", ".NaN", ".NAN", ".inf",
        ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", "<<",
    ];
    words.contains(&text) || is_number(text) || is_date(text)
}

fn is_number(text: &str) -> bool {
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    if unsigned.is_empty() || !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    let digits = |prefix: &str, radix: u32| {
        let rest = unsigned.strip_prefix(prefix);
        rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    let is_float = || {
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        all(whole) && all(part) && !(whole.is_empty() && part.is_empty()) && !exponent.is_empty() && all(exponent)
    };
    let is_sexagesimal = || {
        let parts: Vec<&str> = unsigned.split(':').collect();
        let all = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        parts.len() > 1
            && parts.iter().enumerate().all(|(at, part)| {
                let part = if at + 1 == parts.len() { part.split('.').next().unwrap_or_default() } else { part };
                all(part) && (at == 0 || part.len() <= 2)
            })
    };
    unsigned.chars().all(|c| c.is_ascii_digit())
        || digits("0x", 16)
        || digits("0o", 8)
        || digits("0b", 2)
        || is_float()
        || is_sexagesimal()
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let head: Vec<&str> = text.splitn(3, '-').collect();
    let [year, month, rest] = head.as_slice() else { return false };
    let all = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let day = rest.get(..rest.len().min(2)).unwrap_or_default().trim_end_matches(['T', 't', ' ']);
    bytes.len() >= 8
        && year.len() == 4
        && all(year)
        && month.len() <= 2
        && all(month)
        && all(day)
        && (rest.len() <= 2 || rest.contains(['T', 't', ' ', ':']))
}

/// Whether YAML takes a text as it stands, without quotes.
fn is_plain_allowed(text: &str) -> bool {
    let mut chars = text.chars().peekable();
    let Some(&first) = chars.peek() else { return false };
    if text.starts_with(' ') || text.ends_with(' ') || text.starts_with("---") || text.starts_with("...") {
        return false;
    }
    if matches!(first, '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`') {
        return false;
    }
    if matches!(first, '-' | '?' | ':') && text.chars().nth(1).is_none_or(|next| next == ' ') {
        return false;
    }
    let mut before = ' ';
    let mut all = text.chars().peekable();
    let mut is_first = true;
    while let Some(c) = all.next() {
        let is_end = all.peek().is_none_or(|next| *next == ' ');
        if (c == ':' && is_end) || (c == '#' && before == ' ' && !is_first) {
            return false;
        }
        before = c;
        is_first = false;
    }
    true
}

/// The order of keys: letters behind everything else, and digits as the numbers that they make.
fn natural(one: &str, other: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(x, y)| x != y) else { return a.len().cmp(&b.len()) };
    let (Some(&x), Some(&y)) = (a.get(at), b.get(at)) else { return Ordering::Equal };
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let before = a.get(..at).unwrap_or_default().iter().rev().take_while(|c| c.is_ascii_digit());
    // A zero in the middle of a number is no zero at its beginning.
    let is_inside = (x == '0' || y == '0') && before.into_iter().any(|c| *c != '0');
    let number = |chars: &[char]| {
        let digits: Vec<u64> = chars.iter().skip(at).map_while(|c| c.to_digit(10)).map(u64::from).collect();
        let value =
            digits.iter().fold(u64::from(is_inside), |value, digit| value.wrapping_mul(10).wrapping_add(*digit));
        (value, digits.len())
    };
    number(&a).cmp(&number(&b)).then(x.cmp(&y))
}

/// A value as YAML, or why there is none.
pub fn to_yaml(value: &Value) -> Value {
    let unknown = || Value::unknown(crate::Unknown::named("this is not written as YAML", "toYaml"));
    yaml(value, 0).map_or_else(unknown, Value::text)
}
