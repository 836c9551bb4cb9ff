//! Values as JSON, with where each comes from.

use crate::number::in_json;
use crate::text::Text;
use crate::value::{DEEPEST, Kind, Value};

/// How JSON is written.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// Whether `<`, `>` and `&` are escaped, as Go does unless it is told not to.
    pub(crate) escapes_html: bool,
    /// Whether each item has a line of its own.
    pub(crate) is_pretty: bool,
}

/// A value as JSON; `None` where it has no such form.
pub(crate) fn json(value: &Value, style: Style) -> Option<Text> {
    let mut out = Text::default();
    write(value, style, 0, &mut out)?;
    Some(out)
}

fn write(value: &Value, style: Style, depth: usize, out: &mut Text) -> Option<()> {
    let whole = |text: String| Text::value(&text, value.origin.clone());
    let newline = |depth: usize, out: &mut Text| {
        if style.is_pretty {
            out.push_str("\n");
            out.push_str(&"  ".repeat(depth));
        }
    };
    match &value.kind {
        _ if depth > DEEPEST => return None,
        Kind::Nil => out.push_str("null"),
        Kind::Bool(truth) => out.push(&whole(truth.to_string())),
        Kind::Int(number) | Kind::Long(number) => out.push(&whole(number.to_string())),
        Kind::Float(number) => out.push(&whole(in_json(*number))),
        Kind::Text(text) => match text.first_unknown() {
            Some(unknown) => out.push(&Text::hole(unknown.clone())),
            None => {
                out.push_str("\"");
                let escaped = escaped(text.as_str(), style.escapes_html);
                match escaped == text.as_str() {
                    true => out.push(text),
                    false => out.push_str(&escaped),
                }
                out.push_str("\"");
            }
        },
        Kind::Unknown(unknown) => out.push(&Text::hole(unknown.clone())),
        Kind::Host(_) => return None,
        Kind::List(items) if items.is_empty() => out.push_str("[]"),
        Kind::List(items) => {
            out.push_str("[");
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(",");
                }
                newline(depth + 1, out);
                write(item, style, depth + 1, out)?;
            }
            newline(depth, out);
            out.push_str("]");
        }
        Kind::Map(map) => {
            let map = map.try_borrow().ok()?;
            if map.is_empty() {
                out.push_str("{}");
                return Some(());
            }
            out.push_str("{");
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(",");
                }
                newline(depth + 1, out);
                out.push_str(&format!("\"{}\":", escaped(key, style.escapes_html)));
                if style.is_pretty {
                    out.push_str(" ");
                }
                write(item, style, depth + 1, out)?;
            }
            newline(depth, out);
            out.push_str("}");
        }
    }
    Some(())
}

fn escaped(text: &str, escapes_html: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' if escapes_html => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
