//! Values as text beside the code: short, on one line, and never a secret.

use std::fmt::Write;

use foreshock_resources::{Kind, Value};

/// Characters after which a value is cut short.
const LONGEST: usize = 40;

/// What stands in the place of a secret.
pub(super) const SENSITIVE: &str = "(sensitive)";

/// Words in names of things whose text is a secret whether or not somebody has declared it so. Providers mark the
/// attributes of such names as sensitive in their schemas, which are not at hand here.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "private_key",
    "privatekey",
    "api_key",
    "apikey",
    "access_key",
    "connection_string",
    "auth_key",
];

/// Whether what is called so is a secret, if it is a text.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    SECRETS.iter().any(|word| name.contains(word))
}

/// A value on one line of about 40 characters: `true`, `3`, `"a"`, `["a", "b"]`, `{size = 3}`. `None` when it, or a part
/// of it, is not known. `secret` hides every text in it.
pub fn shown(value: &Value, secret: bool) -> Option<String> {
    if !value.is_wholly_known() {
        return None;
    }
    if value.all_provenance().is_sensitive() {
        return Some(SENSITIVE.to_owned());
    }
    let mut text = String::new();
    write(value, secret, &mut text);
    if text.contains(SENSITIVE) && !matches!(value.kind, Kind::Map(_)) {
        return Some(SENSITIVE.to_owned());
    }
    Some(shortened(text))
}

/// What `for_each` makes: `3: "a", "b", "c"`. The values may be unknown, the keys are not.
pub(super) fn shown_keys(value: &Value) -> Option<String> {
    if value.provenance.is_sensitive() {
        return Some(SENSITIVE.to_owned());
    }
    let keys: Vec<String> = match &value.kind {
        Kind::Map(items) => items.keys().map(|key| quoted(key)).collect(),
        Kind::Set(items) | Kind::List(items) => {
            let key = |item: &Value| match &item.kind {
                Kind::String(key) => Some(quoted(key)),
                _ => None,
            };
            if items.iter().any(|item| item.provenance.is_sensitive()) {
                return Some(SENSITIVE.to_owned());
            }
            items.iter().map(key).collect::<Option<_>>()?
        }
        _ => return None,
    };
    match keys.len() {
        0 => Some("0".to_owned()),
        count => Some(shortened(format!("{count}: {}", keys.join(", ")))),
    }
}

fn write(value: &Value, secret: bool, text: &mut String) {
    // Nobody reads on; what is longer is cut anyway.
    if text.chars().count() > LONGEST {
        return;
    }
    let list = |items: &[Value], text: &mut String| {
        text.push('[');
        for (number, item) in items.iter().enumerate() {
            text.push_str(if number > 0 { ", " } else { "" });
            write(item, secret, text);
        }
        text.push(']');
    };
    match &value.kind {
        Kind::Null => text.push_str("null"),
        Kind::Bool(truth) => drop(write!(text, "{truth}")),
        Kind::Number(number) => text.push_str(&number_text(*number)),
        Kind::String(_) if secret => text.push_str(SENSITIVE),
        Kind::String(string) => text.push_str(&quoted(string)),
        Kind::List(items) | Kind::Set(items) => list(items, text),
        Kind::Map(items) => {
            text.push('{');
            for (number, (key, item)) in items.iter().enumerate() {
                text.push_str(if number > 0 { ", " } else { "" });
                let _ = write!(text, "{key} = ");
                write(item, secret || is_secret_name(key), text);
            }
            text.push('}');
        }
        Kind::Unknown(_) => text.push('?'),
    }
}

fn number_text(number: f64) -> String {
    // Rust writes whole numbers without a point, as Terraform does.
    format!("{number}")
}

/// A text in quotes, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars().take(LONGEST + 1) {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if other.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}
