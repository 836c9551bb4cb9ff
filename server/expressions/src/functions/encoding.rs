//! Encodings: JSON, YAML, CSV, base64, URLs.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use foreshock_resources::{Kind, Value};

use super::{Answer, arg, json, list, room_for_parts, text_arg, yaml};
use crate::failure::{Failure, fail};

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "jsonencode" => jsonencode(args),
        "jsondecode" => text_arg(args, 0).and_then(|text| json::read(&text)),
        "yamlencode" => arg(args, 0).and_then(yaml::write).map(Value::string),
        "yamldecode" => text_arg(args, 0).and_then(|text| yaml::read(&text)),
        "csvdecode" => csvdecode(args),
        "base64encode" => text_arg(args, 0).map(|text| Value::string(STANDARD.encode(text.as_bytes()))),
        "base64decode" => base64decode(args),
        "urlencode" => text_arg(args, 0).map(|text| Value::string(urlencode(&text))),
        "urldecode" => text_arg(args, 0).and_then(|text| urldecode(&text)),
        _ => return None,
    })
}

/// Longer lists of traces than this are not gone over for names: nobody hands so much to one variable.
const MOST_NAMED: usize = 64;

/// A structure that is about to become one text, in which everybody is lost that is not named: each trace inside is known by
/// the name of the variable (`{ name = "DB_HOST", value = ... }`) or the key that its value is under.
pub(super) fn named(value: &Value, name: Option<&Arc<str>>) -> Value {
    let is_under = |key: &str| matches!(key, "value" | "valueFrom" | "value_from");
    let kind = match &value.kind {
        Kind::List(items) => Kind::List(Arc::new(items.iter().map(|item| named(item, name)).collect())),
        Kind::Set(items) => Kind::Set(Arc::new(items.iter().map(|item| named(item, name)).collect())),
        Kind::Map(items) => {
            let own = match items.get("name").map(|name| &name.kind) {
                Some(Kind::String(own)) => Some(own),
                _ => None,
            };
            let of = |key: &Arc<str>, item: &Value| {
                let name = own.filter(|_| is_under(key)).unwrap_or(key);
                (key.clone(), named(item, Some(name)))
            };
            Kind::Map(Arc::new(items.iter().map(|(key, item)| of(key, item)).collect()))
        }
        kind => kind.clone(),
    };
    let provenance = match name {
        Some(name) if value.provenance.len() <= MOST_NAMED => value.provenance.named(name),
        _ => value.provenance.clone(),
    };
    Value { kind, provenance, origin: value.origin.clone() }
}

fn jsonencode(args: &[Value]) -> Result<Value, Failure> {
    let mut text = String::new();
    json::write(arg(args, 0)?, &mut text)?;
    Ok(Value::string(text))
}

fn base64decode(args: &[Value]) -> Result<Value, Failure> {
    let decoded = STANDARD.decode(text_arg(args, 0)?.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded {
        Some(text) => Ok(Value::string(text)),
        None => fail("this is not base64 of a text"),
    }
}

fn urlencode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

fn urldecode(text: &str) -> Result<Value, Failure> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| digit.and_then(|d| char::from(d).to_digit(16)));
                let [Some(high), Some(low)] = digits else { return fail("this is not URL encoded") };
                bytes.push((high * 16 + low) as u8);
            }
            other => bytes.push(other),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Value::string(text)),
        Err(_) => fail("this is not URL encoded text"),
    }
}

fn csvdecode(args: &[Value]) -> Result<Value, Failure> {
    let text = text_arg(args, 0)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let wrong = |error: csv::Error| Failure::new(format!("this is not CSV: {error}"));
    let names: Vec<Arc<str>> = reader.headers().map_err(wrong)?.iter().map(Arc::from).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        room_for_parts((rows.len() + 1) * names.len())?;
        let row: BTreeMap<Arc<str>, Value> = names.iter().cloned().zip(record.iter().map(Value::string)).collect();
        rows.push(Value::new(Kind::Map(Arc::new(row))));
    }
    Ok(list(rows))
}
