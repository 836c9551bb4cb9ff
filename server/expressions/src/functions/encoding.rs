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
