//! Values as JSON, YAML and base64, and back; digests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use foreshock_documents::read;
use foreshock_syntax::yaml;
use foreshock_text::FilePath;
use sha2::Digest;

use super::{Answer, Args};
use crate::go_format::quoted;
use crate::json_text::{Style, json};
use crate::text::Text;
use crate::value::{Kind, Map, Unknown, Value};
use crate::yaml_text::yaml;

pub(super) fn call(name: &str, list: &[Value]) -> Answer {
    let args = Args { name, list };
    Some(match name {
        "toYaml" => written(args, |value| yaml(value, 0)),
        "toYamlPretty" => written(args, |value| yaml(value, 2)),
        "toJson" => written(args, |value| json(value, Style { escapes_html: true, is_pretty: false })),
        "toPrettyJson" => written(args, |value| json(value, Style { escapes_html: true, is_pretty: true })),
        "toRawJson" => written(args, |value| json(value, Style { escapes_html: false, is_pretty: false })),
        "fromYaml" => document(args, |value| match value.kind {
            Kind::Map(_) => value,
            Kind::Nil => Value::map(Map::new()),
            _ => Value::unknown(Unknown::named("fromYaml of what is no map", "fromYaml")),
        }),
        "fromJson" => document(args, |value| value),
        "fromYamlArray" | "fromJsonArray" => document(args, |value| match value.kind {
            Kind::List(_) => value,
            Kind::Nil => Value::list(Vec::new()),
            _ => Value::unknown(Unknown::named("an array of what is none", "fromYamlArray")),
        }),
        "b64enc" => args.str(0).map(|text| Value::made(STANDARD.encode(text))),
        "b64dec" => {
            args.str(0).map(|text| match STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(text) => Value::made(text),
                None => Value::unknown(Unknown::named("this is no text in base64", text)),
            })
        }
        "b32enc" => args.str(0).map(|text| Value::made(base32(text.as_bytes()))),
        "sha1sum" => args.str(0).map(|text| Value::made(hexadecimal(&sha1::Sha1::digest(text)))),
        "sha256sum" => args.str(0).map(|text| Value::made(hexadecimal(&sha2::Sha256::digest(text)))),
        "sha512sum" => args.str(0).map(|text| Value::made(hexadecimal(&sha2::Sha512::digest(text)))),
        "md5sum" => args.str(0).map(|text| Value::made(hexadecimal(&md5::Md5::digest(text)))),
        "adler32sum" => args.str(0).map(|text| {
            let (a, b) = text.bytes().fold((1u32, 0u32), |(a, b), byte| {
                let a = (a + u32::from(byte)) % 65_521;
                (a, (b + a) % 65_521)
            });
            Value::made(((b << 16) | a).to_string())
        }),
        "toToml" => (|| {
            let Kind::Map(map) = &args.get(0)?.kind else { return Ok(unwritten(args)) };
            let mut out = String::new();
            for (key, value) in map.borrow().iter() {
                let written = match &value.kind {
                    Kind::Text(text) => quoted(text.as_str()),
                    Kind::Bool(truth) => truth.to_string(),
                    Kind::Int(number) | Kind::Long(number) => number.to_string(),
                    _ => return Ok(unwritten(args)),
                };
                out.push_str(&format!("{key} = {written}\n"));
            }
            Ok(Value::made(out))
        })(),
        _ => return None,
    })
}

fn unwritten(args: Args<'_>) -> Value {
    let why = format!("{} of this is not worked out", args.name);
    Value::unknown(Unknown::named(why.as_str(), &super::fingerprint(args.name, args.list)))
}

fn written(args: Args<'_>, write: impl Fn(&Value) -> Option<Text>) -> Result<Value, String> {
    args.count(1..=1)?;
    let value = args.get(0)?;
    Ok(match value.as_unknown() {
        Some(unknown) => Value::unknown(unknown.clone()),
        None => write(value).map_or_else(|| unwritten(args), Value::text),
    })
}

/// The first document of a text. Where it comes from is lost: who reads a text back has changed it.
fn document(args: Args<'_>, make: impl Fn(Value) -> Value) -> Result<Value, String> {
    let text = args.str(0)?;
    let (tree, problems) = yaml::parse(text);
    let file = FilePath::new("");
    let unknown = || Value::unknown(Unknown::named("this text is no document", text));
    if !problems.is_empty() {
        return Ok(unknown());
    }
    let node = tree.documents().next().map(|document| read(document, &file));
    Ok(match node {
        None => make(Value::nil()),
        Some((node, told)) if told.is_empty() => make(without_places(&Value::of_node(&node))),
        Some(_) => unknown(),
    })
}

fn without_places(value: &Value) -> Value {
    let kind = match &value.kind {
        Kind::Text(text) => Kind::Text(Text::made(text.as_str())),
        Kind::List(items) => return Value::list(items.iter().map(without_places).collect()),
        Kind::Map(map) => {
            return Value::map(map.borrow().iter().map(|(key, value)| (key.clone(), without_places(value))).collect());
        }
        other => other.clone(),
    };
    kind.into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for part in bytes.chunks(5) {
        let bits = (0..5).fold(0u64, |bits, at| (bits << 8) | u64::from(part.get(at).copied().unwrap_or(0)));
        let letters = (part.len() * 8).div_ceil(5);
        for at in 0..8 {
            let letter = LETTERS.get(((bits >> (35 - 5 * at)) & 31) as usize).copied().unwrap_or(b'=');
            out.push(if at < letters { char::from(letter) } else { '=' });
        }
    }
    out
}
