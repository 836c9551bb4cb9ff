//! YAML as Terraform writes and reads it.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Kind, Value};
use granit_parser::{Event, Parser, ScalarStyle};

use crate::failure::{Failure, beyond, fail};
use crate::numbers::{format_number, held, parse_number};
use crate::types::string_of;

/// Block style, keys and strings quoted, as `yamlencode` prints it.
pub(super) fn write(value: &Value) -> Result<String, Failure> {
    let mut text = String::new();
    block(value, 0, &mut text)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    // After a bare word the document's end is written.
    if matches!(value.kind, Kind::Null | Kind::Bool(_) | Kind::Number(_)) {
        text.push_str("...\n");
    }
    Ok(text)
}

fn is_block(value: &Value) -> bool {
    match &value.kind {
        Kind::List(items) | Kind::Set(items) => !items.is_empty(),
        Kind::Map(items) => !items.is_empty(),
        _ => false,
    }
}

fn line_start(level: usize, into: &mut String) {
    if !into.is_empty() && !into.ends_with('\n') {
        into.push('\n');
    }
    into.push_str(&"  ".repeat(level));
}

fn block(value: &Value, level: usize, into: &mut String) -> Result<(), Failure> {
    if into.len() > crate::budget::STRING {
        return beyond("a text too long to follow");
    }
    match &value.kind {
        Kind::List(items) | Kind::Set(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    line_start(level, into);
                }
                into.push_str("- ");
                block(item, level + 1, into)?;
            }
        }
        Kind::Map(items) if !items.is_empty() => {
            for (index, (name, item)) in items.iter().enumerate() {
                if index > 0 {
                    line_start(level, into);
                }
                quoted(name, into)?;
                into.push(':');
                match &item.kind {
                    // A list stands at the level of its key.
                    Kind::List(_) | Kind::Set(_) if is_block(item) => {
                        line_start(level, into);
                        block(item, level, into)?;
                    }
                    _ if is_block(item) => {
                        line_start(level + 1, into);
                        block(item, level + 1, into)?;
                    }
                    Kind::String(text) if text.contains('\n') => {
                        into.push(' ');
                        literal(text, level + 1, into)?;
                    }
                    _ => {
                        into.push(' ');
                        scalar(item, into)?;
                    }
                }
            }
        }
        Kind::String(text) if text.contains('\n') => literal(text, level, into)?,
        _ => scalar(value, into)?,
    }
    Ok(())
}

fn literal(text: &str, level: usize, into: &mut String) -> Result<(), Failure> {
    // Which of the block styles is chosen for odd texts is the printer's own matter.
    if text.starts_with([' ', '\n', '\t']) || text.chars().any(|c| c.is_control() && c != '\n') {
        return beyond("a text whose YAML form is not followed");
    }
    let body = text.strip_suffix('\n');
    into.push_str(if body.is_some() { "|" } else { "|-" });
    let body = body.unwrap_or(text);
    if body.ends_with('\n') {
        return beyond("a text whose YAML form is not followed");
    }
    for line in body.split('\n') {
        into.push('\n');
        if !line.is_empty() {
            into.push_str(&"  ".repeat(level.max(1)));
            into.push_str(line);
        }
    }
    Ok(())
}

fn quoted(text: &str, into: &mut String) -> Result<(), Failure> {
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')) {
        return beyond("a text whose YAML form is not followed");
    }
    into.push('"');
    into.push_str(&text.replace('\\', "\\\\").replace('"', "\\\""));
    into.push('"');
    Ok(())
}

fn scalar(value: &Value, into: &mut String) -> Result<(), Failure> {
    match &value.kind {
        Kind::Null => into.push_str("null"),
        Kind::Bool(flag) => into.push_str(if *flag { "true" } else { "false" }),
        Kind::Number(number) => into.push_str(&format_number(*number)?),
        Kind::String(text) => quoted(text, into)?,
        Kind::List(_) | Kind::Set(_) => into.push_str("[]"),
        Kind::Map(_) => into.push_str("{}"),
        Kind::Unknown(why) => return beyond(why.clone()),
    }
    Ok(())
}

/// The value of a YAML text of one document.
pub(super) fn read(text: &str) -> Result<Value, Failure> {
    let mut reader = Reader::default();
    for next in Parser::new_from_str(text) {
        match next {
            Ok((event, _)) => reader.event(event)?,
            Err(error) => return fail(format!("this is not YAML: {error}")),
        }
    }
    match (reader.document, reader.documents) {
        (Some(value), 1) => Ok(value),
        (None, _) => fail("this YAML holds no value"),
        _ => fail("this YAML holds more than one document"),
    }
}

/// A collection that is being read.
enum Open {
    List(Vec<Value>, usize),
    /// The elements, those merged with `<<`, the key that waits for its value, the anchor.
    Map(BTreeMap<Arc<str>, Value>, BTreeMap<Arc<str>, Value>, Option<Key>, usize),
}

enum Key {
    Name(Arc<str>),
    Merge,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Value>,
    document: Option<Value>,
    documents: usize,
    parts: usize,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) -> Result<(), Failure> {
        match event {
            Event::DocumentStart(..) => self.documents += 1,
            Event::Scalar(text, style, anchor, tag) => {
                let is_merge = text == "<<" && matches!(style, ScalarStyle::Plain);
                if let (true, Some(Open::Map(_, _, key @ None, _))) = (is_merge, self.open.last_mut()) {
                    *key = Some(Key::Merge);
                    return Ok(());
                }
                let plain = matches!(style, ScalarStyle::Plain) && tag.is_none();
                let value = if plain { resolve_scalar(&text)? } else { Value::string(&*text) };
                self.add(value, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => self.open.push(Open::List(Vec::new(), anchor)),
            Event::MappingStart(_, anchor, _) => {
                self.open.push(Open::Map(BTreeMap::new(), BTreeMap::new(), None, anchor));
            }
            Event::SequenceEnd => {
                if let Some(Open::List(items, anchor)) = self.open.pop() {
                    self.add(Value::new(Kind::List(Arc::new(items))), anchor)?;
                }
            }
            Event::MappingEnd => {
                if let Some(Open::Map(items, mut merged, _, anchor)) = self.open.pop() {
                    merged.extend(items);
                    self.add(Value::new(Kind::Map(Arc::new(merged))), anchor)?;
                }
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(value) => self.add(value, 0)?,
                None => return fail("an alias without its anchor"),
            },
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, value: Value, anchor: usize) -> Result<(), Failure> {
        self.parts += 1;
        super::room_for_parts(self.parts)?;
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            None => {
                self.document.get_or_insert(value);
            }
            Some(Open::List(items, _)) => items.push(value),
            Some(Open::Map(items, merged, key, _)) => match key.take() {
                None => *key = Some(Key::Name(string_of(&value.kind)?)),
                Some(Key::Name(name)) => {
                    items.insert(name, value);
                }
                Some(Key::Merge) => merge(merged, &value)?,
            },
        }
        Ok(())
    }
}

/// What is merged first wins over what is merged later.
fn merge(merged: &mut BTreeMap<Arc<str>, Value>, value: &Value) -> Result<(), Failure> {
    match &value.kind {
        Kind::Map(items) => {
            for (name, item) in items.iter() {
                merged.entry(name.clone()).or_insert_with(|| item.clone());
            }
            Ok(())
        }
        Kind::List(items) if items.iter().all(|item| matches!(item.kind, Kind::Map(_))) => {
            items.iter().try_for_each(|item| merge(merged, item))
        }
        _ => fail("only maps can be merged with <<"),
    }
}

/// A plain scalar: the words and numbers of YAML 1.1, as Terraform takes them.
fn resolve_scalar(text: &str) -> Result<Value, Failure> {
    let kind = match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Kind::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Kind::Bool(false),
        _ => {
            let radix =
                |prefix: &str, radix| text.strip_prefix(prefix).and_then(|d| i64::from_str_radix(d, radix).ok());
            if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
                return Ok(Value::new(held(number as f64)));
            }
            if matches!(text.trim_start_matches(['+', '-']).to_lowercase().as_str(), ".inf" | ".nan") {
                return fail("a number that is not finite");
            }
            match parse_number(text) {
                Some(number) => held(number),
                None => return date_or_text(text),
            }
        }
    };
    Ok(Value::new(kind))
}

/// A date becomes a moment in text form.
fn date_or_text(text: &str) -> Result<Value, Failure> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape == "0000-00-00" {
        return Ok(Value::string(format!("{text}T00:00:00Z")));
    }
    if shape.starts_with("0000-0") {
        return beyond("a moment whose form is not followed");
    }
    Ok(Value::string(text))
}
