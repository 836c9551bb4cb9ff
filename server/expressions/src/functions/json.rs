//! JSON as Terraform writes and reads it.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Kind, Value};

use crate::budget::PARTS;
use crate::failure::{Failure, beyond, fail};
use crate::numbers::{format_number, held};

/// Compact, keys sorted, with `<`, `>`, `&` and the line separators escaped.
pub(super) fn write(value: &Value, into: &mut String) -> Result<(), Failure> {
    if into.len() > crate::budget::STRING {
        return beyond("a text too long to follow");
    }
    match &value.kind {
        Kind::Null => into.push_str("null"),
        Kind::Bool(flag) => into.push_str(if *flag { "true" } else { "false" }),
        Kind::Number(number) => into.push_str(&format_number(*number)?),
        Kind::String(text) => write_string(text, into),
        Kind::List(items) | Kind::Set(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                write(item, into)?;
            }
            into.push(']');
        }
        Kind::Map(items) => {
            into.push('{');
            for (index, (name, item)) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                write_string(name, into);
                into.push(':');
                write(item, into)?;
            }
            into.push('}');
        }
        Kind::Unknown(why) => return beyond(why.clone()),
    }
    Ok(())
}

fn write_string(text: &str, into: &mut String) {
    into.push('"');
    for character in text.chars() {
        match character {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                into.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => into.push(other),
        }
    }
    into.push('"');
}

/// The value of a JSON text.
pub(crate) fn read(text: &str) -> Result<Value, Failure> {
    // Every value but the first stands behind one of these.
    let parts = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if parts > 2 * PARTS {
        return beyond("a value too large to follow");
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => Ok(value_of(&json)),
        Err(error) => fail(format!("this is not JSON: {error}")),
    }
}

fn value_of(json: &serde_json::Value) -> Value {
    Value::new(match json {
        serde_json::Value::Null => Kind::Null,
        serde_json::Value::Bool(flag) => Kind::Bool(*flag),
        serde_json::Value::Number(number) => match number.as_f64() {
            Some(number) => held(number),
            None => held(f64::INFINITY),
        },
        serde_json::Value::String(text) => Kind::String(Arc::from(text.as_str())),
        serde_json::Value::Array(items) => Kind::List(Arc::new(items.iter().map(value_of).collect())),
        serde_json::Value::Object(items) => {
            let items: BTreeMap<Arc<str>, Value> =
                items.iter().map(|(name, item)| (Arc::from(name.as_str()), value_of(item))).collect();
            Kind::Map(Arc::new(items))
        }
    })
}
