//! Functions of texts.

use super::arguments::as_int;
use super::{Answer, Args, text};
use crate::go_format::{plain, print, printf, println, quoted};
use crate::text::Text;
use crate::value::{Kind, Unknown, Value};

/// Longer texts are not made by repeating one.
const LONGEST: usize = 1 << 20;

pub(super) fn call(name: &str, list: &[Value]) -> Answer {
    let args = Args { name, list };
    Some(match name {
        "quote" => joined(args, |value| {
            let whole = plain(value);
            if whole.first_unknown().is_some() {
                return surrounded("\"", &whole);
            }
            let written = quoted(whole.as_str());
            match written.len() == whole.len() + 2 {
                true => surrounded("\"", &whole),
                false => Text::made(written),
            }
        }),
        "squote" => joined(args, |value| surrounded("'", &plain(value))),
        "cat" => joined(args, plain).map(|value| match value.kind {
            Kind::Text(text) => Value::text(text.trimmed(char::is_whitespace, char::is_whitespace)),
            other => other.into(),
        }),
        "print" => text(print(list)),
        "println" => text(println(list)),
        "printf" => (|| {
            let format = args.text(0)?;
            let rest = list.get(1..).unwrap_or_default();
            let unknown = || Unknown::named("printf with this format is not worked out", format.as_str());
            if let Some(unknown) = format.first_unknown() {
                return Ok(Value::unknown(unknown.derived(&"printf")));
            }
            Ok(printf(format, rest).map_or_else(|| Value::unknown(unknown()), Value::text))
        })(),
        "toString" => args.get(0).map(|value| Value::text(plain(value)).at(value.origin.clone())),
        "indent" => (|| text(args.text(1)?.indented(width(args.int(0)?)?)))(),
        "nindent" => (|| {
            let mut out = Text::made("\n");
            out.push(&args.text(1)?.indented(width(args.int(0)?)?));
            text(out)
        })(),
        "trim" => args.text(0).map(|whole| Value::text(whole.trimmed(char::is_whitespace, char::is_whitespace))),
        "trimAll" | "trimall" => (|| {
            let set: Vec<char> = args.str(0)?.chars().collect();
            text(args.text(1)?.trimmed(|c| set.contains(&c), |c| set.contains(&c)))
        })(),
        "trimSuffix" => affix(args, |whole, affix| {
            whole.as_str().ends_with(affix).then(|| whole.slice(0, whole.len() - affix.len()))
        }),
        "trimPrefix" => {
            affix(args, |whole, affix| whole.as_str().starts_with(affix).then(|| whole.slice(affix.len(), whole.len())))
        }
        "upper" => changed(args, |text| text.to_uppercase()),
        "lower" => changed(args, |text| text.to_lowercase()),
        "title" => changed(args, title),
        "untitle" => changed(args, |text| first_of_words(text, |c| c.to_lowercase().collect())),
        "nospace" => changed(args, |text| text.chars().filter(|c| !c.is_whitespace()).collect()),
        "initials" => changed(args, |text| text.split_whitespace().filter_map(|word| word.chars().next()).collect()),
        "swapcase" => changed(args, |text| {
            let swapped = |c: char| -> String {
                if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
            };
            text.chars().map(swapped).collect()
        }),
        "snakecase" => changed(args, |text| separated(text, '_')),
        "kebabcase" => changed(args, |text| separated(text, '-')),
        "camelcase" => changed(args, |text| {
            text.split(['_', '-', ' ', '.'])
                .filter(|word| !word.is_empty())
                .map(|word| first_of_words(word, |c| c.to_uppercase().collect()))
                .collect()
        }),
        "repeat" => (|| {
            let (count, whole) = (width(args.int(0)?)?, args.text(1)?);
            if count.saturating_mul(whole.len()) > LONGEST {
                return Err(format!("{count} times this text is too much"));
            }
            let mut out = Text::default();
            (0..count).for_each(|_| out.push(whole));
            text(out)
        })(),
        "trunc" => (|| {
            let (count, whole) = (args.int(0)?, args.text(1)?);
            let length = whole.len() as i64;
            let (start, end) = match count {
                ..0 if length + count > 0 => (length + count, length),
                0.. if length > count => (0, count),
                _ => return text(whole.clone()),
            };
            sliced(whole, start, end)
        })(),
        "substr" => (|| {
            let (start, end, whole) = (args.int(0)?, args.int(1)?, args.text(2)?);
            let length = whole.len() as i64;
            match (start, end) {
                (..0, _) => sliced(whole, 0, end),
                (_, end) if end < 0 || end > length => sliced(whole, start, length),
                _ => sliced(whole, start, end),
            }
        })(),
        "abbrev" => (|| {
            let (width, whole) = (args.int(0)?, args.str(1)?);
            let length = whole.len() as i64;
            if width < 4 || length <= width {
                return Ok(Value::made(whole));
            }
            let cut = whole.get(..(width - 3) as usize).ok_or("abbrev cuts through a letter")?;
            Ok(Value::made(format!("{cut}...")))
        })(),
        "contains" => (|| Ok(Kind::Bool(args.str(1)?.contains(args.str(0)?)).into()))(),
        "hasPrefix" => (|| Ok(Kind::Bool(args.str(1)?.starts_with(args.str(0)?)).into()))(),
        "hasSuffix" => (|| Ok(Kind::Bool(args.str(1)?.ends_with(args.str(0)?)).into()))(),
        "replace" => (|| {
            let (old, new, whole) = (args.str(0)?, args.str(1)?, args.text(2)?);
            match whole.as_str().contains(old) {
                true => Ok(Value::made(whole.as_str().replace(old, new))),
                false => text(whole.clone()),
            }
        })(),
        "plural" => (|| args.get(if args.int(2)? == 1 { 0 } else { 1 }).cloned())(),
        "join" => (|| {
            let separator = args.text(0)?;
            let parts: Vec<Text> = match &args.get(1)?.kind {
                Kind::List(items) => items.iter().filter(|item| !matches!(item.kind, Kind::Nil)).map(plain).collect(),
                Kind::Nil => Vec::new(),
                _ => vec![args.any_text(1)?],
            };
            let mut out = Text::default();
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push(separator);
                }
                out.push(part);
            }
            text(out)
        })(),
        "splitList" => (|| {
            let (separator, whole) = (args.str(0)?, args.text(1)?);
            Ok(Value::list(parts(whole, separator, usize::MAX).into_iter().map(Value::text).collect()))
        })(),
        "split" => (|| numbered(parts(args.text(1)?, args.str(0)?, usize::MAX)))(),
        "splitn" => {
            (|| numbered(parts(args.text(2)?, args.str(0)?, usize::try_from(args.int(1)?).unwrap_or(usize::MAX))))()
        }
        "sortAlpha" => (|| {
            let mut words: Vec<Text> = match &args.get(0)?.kind {
                Kind::List(items) => items.iter().map(plain).collect(),
                _ => vec![args.any_text(0)?],
            };
            words.sort_by(|one, other| one.as_str().cmp(other.as_str()));
            Ok(Value::list(words.into_iter().map(Value::text).collect()))
        })(),
        "toStrings" => (|| match &args.get(0)?.kind {
            Kind::List(items) => Ok(Value::list(items.iter().map(|item| Value::text(plain(item))).collect())),
            Kind::Nil => Ok(Value::list(Vec::new())),
            _ => Ok(Value::list(vec![Value::text(args.any_text(0)?)])),
        })(),
        "html" => changed_any(args, |text| {
            let escapes = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&#34;"), ('\'', "&#39;")];
            let one = |c: char| {
                escapes.iter().find(|(of, _)| *of == c).map_or_else(|| c.to_string(), |(_, to)| (*to).to_owned())
            };
            text.chars().map(one).collect()
        }),
        "urlquery" => changed_any(args, |text| {
            let one = |byte: u8| match byte {
                b' ' => "+".to_owned(),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            };
            text.bytes().map(one).collect()
        }),
        "hello" => Ok(Value::made("Hello!")),
        "base" | "osBase" => changed(args, |text| {
            let trimmed = text.trim_end_matches('/');
            match (text.is_empty(), trimmed.is_empty()) {
                (true, _) => ".".to_owned(),
                (false, true) => "/".to_owned(),
                _ => trimmed.rsplit('/').next().unwrap_or_default().to_owned(),
            }
        }),
        "ext" | "osExt" => changed(args, |text| {
            let name = text.rsplit('/').next().unwrap_or_default();
            name.rfind('.').and_then(|at| name.get(at..)).unwrap_or_default().to_owned()
        }),
        "int" => number(args, Kind::Int),
        "int64" => number(args, Kind::Long),
        _ => return None,
    })
}

fn number(args: Args<'_>, make: impl Fn(i64) -> Kind) -> Result<Value, String> {
    let value = args.get(0)?;
    Ok(Value { kind: make(as_int(value)), origin: value.origin.clone() })
}

fn width(count: i64) -> Result<usize, String> {
    usize::try_from(count).ok().filter(|count| *count <= LONGEST).ok_or_else(|| format!("{count} is no width"))
}

fn sliced(whole: &Text, start: i64, end: i64) -> Result<Value, String> {
    let bounds = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let (start, end) =
        bounds.filter(|(start, end)| start <= end && *end <= whole.len()).ok_or("there are not as many letters")?;
    match whole.as_str().get(start..end) {
        Some(_) => text(whole.slice(start, end)),
        None => Err("this cuts through a letter".to_owned()),
    }
}

fn surrounded(by: &str, inner: &Text) -> Text {
    let mut out = Text::made(by);
    out.push(inner);
    out.push_str(by);
    out
}

/// What is made of each argument that is there, with white space between.
fn joined(args: Args<'_>, make: impl Fn(&Value) -> Text) -> Result<Value, String> {
    let mut out = Text::default();
    for (at, value) in args.list.iter().filter(|value| !matches!(value.kind, Kind::Nil)).enumerate() {
        if at > 0 {
            out.push_str(" ");
        }
        out.push(&make(value));
    }
    text(out)
}

fn affix(args: Args<'_>, cut: impl Fn(&Text, &str) -> Option<Text>) -> Result<Value, String> {
    let (affix, whole) = (args.text(0)?, args.text(1)?);
    // What is not known may end with it.
    let is_open = |c: Option<char>| c == Some(crate::HOLE);
    if affix.first_unknown().is_some()
        || is_open(whole.as_str().chars().next())
        || is_open(whole.as_str().chars().last())
    {
        let unknown = affix.first_unknown().or(whole.first_unknown()).cloned();
        let unknown = unknown.unwrap_or_else(|| Unknown::named("not known", args.name));
        return Ok(Value::unknown(unknown.derived(&(args.name, affix.as_str()))));
    }
    text(cut(whole, affix.as_str()).unwrap_or_else(|| whole.clone()))
}

/// A text of which nothing is passed along as it was, unless it did not change.
fn changed(args: Args<'_>, change: impl Fn(&str) -> String) -> Result<Value, String> {
    let whole = args.text(0)?;
    let made = change(whole.as_str());
    if made == whole.as_str() { text(whole.clone()) } else { Ok(Value::made(made)) }
}

fn changed_any(args: Args<'_>, change: impl Fn(&str) -> String) -> Result<Value, String> {
    let whole = print(args.list);
    Ok(Value::made(change(whole.as_str())))
}

fn title(text: &str) -> String {
    first_of_words(text, |c| c.to_uppercase().collect())
}

fn first_of_words(text: &str, change: impl Fn(char) -> String) -> String {
    let mut before = ' ';
    let mut out = String::new();
    for c in text.chars() {
        let is_first = !(before.is_alphanumeric() || before == '_' || before == '\'');
        if is_first {
            out.push_str(&change(c))
        } else {
            out.push(c)
        }
        before = c;
    }
    out
}

/// Words of mixed case with something between, in lower case.
fn separated(text: &str, separator: char) -> String {
    let mut out = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let next = chars.get(at + 1).copied();
        if matches!(c, ' ' | '_' | '-' | '.') {
            if !out.is_empty() && !out.ends_with(separator) {
                out.push(separator);
            }
            continue;
        }
        let is_start = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || before.is_uppercase() && next.is_some_and(char::is_lowercase)
            });
        if is_start && !out.ends_with(separator) {
            out.push(separator);
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn parts(whole: &Text, separator: &str, most: usize) -> Vec<Text> {
    let mut out = Vec::new();
    let mut start = 0;
    if separator.is_empty() {
        return whole.as_str().char_indices().map(|(at, c)| whole.slice(at, at + c.len_utf8())).collect();
    }
    while out.len() + 1 < most
        && let Some(at) = whole.as_str().get(start..).and_then(|rest| rest.find(separator))
    {
        out.push(whole.slice(start, start + at));
        start += at + separator.len();
    }
    out.push(whole.slice(start, whole.len()));
    out
}

fn numbered(parts: Vec<Text>) -> Result<Value, String> {
    let entries = parts.into_iter().enumerate().map(|(at, part)| (format!("_{at}").into(), Value::text(part)));
    Ok(Value::map(entries.collect()))
}
