//! Functions on strings.

use std::sync::Arc;

use foreshock_resources::Value;
use unicode_segmentation::UnicodeSegmentation;

use super::{Answer, arg, boolean, items, items_arg, list, room_for_parts, room_for_text, text_arg, whole_arg};
use crate::failure::{Failure, fail};
use crate::types::string_of;

pub(super) fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    text.graphemes(true)
}

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "chomp" => one(args, |text| text.trim_end_matches(['\r', '\n']).to_owned()),
        "lower" => one(args, |text| text.chars().map(lower).collect()),
        "upper" => one(args, |text| text.chars().map(upper).collect()),
        "title" => one(args, title),
        "strrev" => one(args, |text| text.graphemes(true).rev().collect()),
        "trimspace" => one(args, |text| text.trim().to_owned()),
        "trim" => two(args, |text, cutset| text.trim_matches(|c| cutset.contains(c)).to_owned()),
        "trimprefix" => two(args, |text, prefix| text.strip_prefix(prefix).unwrap_or(text).to_owned()),
        "trimsuffix" => two(args, |text, suffix| text.strip_suffix(suffix).unwrap_or(text).to_owned()),
        "startswith" => test(args, |text, part| text.starts_with(part)),
        "endswith" => test(args, |text, part| text.ends_with(part)),
        "strcontains" => test(args, |text, part| text.contains(part)),
        "indent" => indent(args),
        "join" => join(args),
        "split" => split(args),
        "sort" => sort(args),
        "substr" => substr(args),
        _ => return None,
    })
}

fn one(args: &[Value], change: impl Fn(&str) -> String) -> Result<Value, Failure> {
    Ok(Value::string(change(&text_arg(args, 0)?)))
}

fn two(args: &[Value], change: impl Fn(&str, &str) -> String) -> Result<Value, Failure> {
    Ok(Value::string(change(&text_arg(args, 0)?, &text_arg(args, 1)?)))
}

fn test(args: &[Value], test: impl Fn(&str, &str) -> bool) -> Result<Value, Failure> {
    Ok(boolean(test(&text_arg(args, 0)?, &text_arg(args, 1)?)))
}

/// Letters change one by one: what has no single letter of the other case stays.
fn upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

fn lower(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// Upper case at the start of each word; a word begins after anything that is no letter, digit or underscore.
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        if inside {
            titled.push(character)
        } else {
            titled.push(upper(character))
        }
        inside = match character.is_ascii() {
            true => character.is_ascii_alphanumeric() || character == '_',
            false => !character.is_whitespace(),
        };
    }
    titled
}

fn indent(args: &[Value]) -> Result<Value, Failure> {
    let spaces = whole_arg(args, 0)?;
    if !(0..=1_000).contains(&spaces) {
        return fail("indent by 0 to 1000 spaces");
    }
    let text = text_arg(args, 1)?;
    room_for_text(text.len() + text.matches('\n').count() * spaces as usize)?;
    Ok(Value::string(text.replace('\n', &format!("\n{}", " ".repeat(spaces as usize)))))
}

fn join(args: &[Value]) -> Result<Value, Failure> {
    let separator = text_arg(args, 0)?;
    let mut parts: Vec<Arc<str>> = Vec::new();
    let mut length = 0;
    for list in args.get(1..).unwrap_or_default() {
        for item in items(list)? {
            let part = string_of(&item.kind)?;
            length += part.len() + separator.len();
            room_for_text(length.saturating_sub(separator.len()))?;
            parts.push(part);
        }
    }
    arg(args, 1)?;
    Ok(Value::string(parts.join(&*separator)))
}

fn split(args: &[Value]) -> Result<Value, Failure> {
    let (separator, text) = (text_arg(args, 0)?, text_arg(args, 1)?);
    room_for_parts(if separator.is_empty() { text.chars().count() } else { text.matches(&*separator).count() })?;
    let parts: Vec<Value> = if separator.is_empty() {
        text.chars().map(|character| Value::string(character.to_string())).collect()
    } else {
        text.split(&*separator).map(Value::string).collect()
    };
    Ok(list(parts))
}

fn sort(args: &[Value]) -> Result<Value, Failure> {
    let mut texts = Vec::new();
    for item in items_arg(args, 0)? {
        texts.push(string_of(&item.kind)?);
    }
    texts.sort();
    Ok(list(texts.into_iter().map(Value::string).collect()))
}

fn substr(args: &[Value]) -> Result<Value, Failure> {
    let text = text_arg(args, 0)?;
    let (offset, length) = (whole_arg(args, 1)?, whole_arg(args, 2)?);
    let count = graphemes(&text).count() as i64;
    let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    let part: String = graphemes(&text).skip(start as usize).take((end - start).max(0) as usize).collect();
    Ok(Value::string(part))
}
