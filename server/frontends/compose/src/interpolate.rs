//! `${NAME}` in the texts of a Compose file.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_documents::{Content, Node};
use foreshock_resources::Kind;

/// Values by name, of `.env` files.
pub(crate) type Variables = BTreeMap<Arc<str>, Arc<str>>;

/// A text longer than this is not made.
const LONGEST: usize = 64 * 1024;

/// The variables of a `.env` file.
pub(crate) fn variables(text: &str) -> Variables {
    let mut variables = Variables::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.trim_start_matches("export ").split_once('=') else { continue };
        let value = value.trim();
        let quoted =
            |quote: char| value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)).map(|(inside, _)| inside);
        let plain = value.split(" #").next().unwrap_or_default().trim();
        variables.insert(name.trim().into(), quoted('"').or_else(|| quoted('\'')).unwrap_or(plain).into());
    }
    variables
}

/// Puts the values of variables into all texts; one with a variable that nobody has written down is not known.
pub(crate) fn interpolate(node: &mut Node, variables: &Variables) {
    match &mut node.content {
        Content::Scalar(Kind::String(text)) if text.contains('$') => {
            let text = text.clone();
            node.content = Content::Scalar(match interpolated(&text, variables, 0) {
                Ok(text) => decided(text),
                Err(why) => Kind::Unknown(why.into()),
            });
        }
        Content::List(items) => items.iter_mut().for_each(|item| interpolate(item, variables)),
        Content::Map(entries) => entries.iter_mut().for_each(|entry| interpolate(&mut entry.value, variables)),
        Content::Scalar(_) => {}
    }
}

/// What a text is once its variables are in it: `${REPLICAS}` may be a number.
fn decided(text: String) -> Kind {
    match (text.as_str(), text.parse::<f64>()) {
        ("true", _) => Kind::Bool(true),
        ("false", _) => Kind::Bool(false),
        (_, Ok(number)) if number.is_finite() => Kind::Number(number),
        _ => Kind::String(text.into()),
    }
}

fn interpolated(text: &str, variables: &Variables, depth: u32) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(inside) = after.strip_prefix('{') {
            let end = closing(inside).ok_or("a `${` that nothing closes")?;
            out.push_str(&value(inside.get(..end).unwrap_or_default(), variables, depth)?);
            rest = inside.get(end + 1..).unwrap_or_default();
        } else {
            let end =
                after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(after.len());
            let (name, after) = after.split_at_checked(end).unwrap_or((after, ""));
            match name.is_empty() {
                true => out.push('$'),
                false => out.push_str(&value(name, variables, depth)?),
            }
            rest = after;
        }
        if out.len() > LONGEST {
            return Err("this text gets too long".to_owned());
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Where the brace closes that a text is inside of.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The value of what stands in braces: `NAME`, `NAME:-default`, `NAME-default`, `NAME:+instead`, `NAME:?why`.
fn value(inside: &str, variables: &Variables, depth: u32) -> Result<String, String> {
    const DEEPEST: u32 = 16;
    let end = inside.find([':', '-', '+', '?']).unwrap_or(inside.len());
    let (name, form) = inside.split_at_checked(end).unwrap_or((inside, ""));
    let known = variables.get(name);
    let is_set =
        |counts_empty: bool| known.filter(|value| counts_empty || !value.is_empty()).map(|value| value.to_string());
    let inner = |text: &str| match depth < DEEPEST {
        true => interpolated(text, variables, depth + 1),
        false => Err("braces inside of each other".to_owned()),
    };
    let missing = || format!("{name} is not in .env");
    match form {
        "" => known.map(|value| value.to_string()).ok_or_else(missing),
        _ => match (form.strip_prefix(":-"), form.strip_prefix('-'), form.strip_prefix(":+"), form.strip_prefix('+')) {
            (Some(default), ..) => is_set(false).map_or_else(|| inner(default), Ok),
            (_, Some(default), ..) => is_set(true).map_or_else(|| inner(default), Ok),
            (_, _, Some(instead), _) => {
                if is_set(false).is_some() {
                    inner(instead)
                } else {
                    Ok(String::new())
                }
            }
            (.., Some(instead)) => {
                if known.is_some() {
                    inner(instead)
                } else {
                    Ok(String::new())
                }
            }
            _ => known.map(|value| value.to_string()).ok_or_else(missing),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_variables() {
        let known = variables("A=1\n# B=2\nexport C='x y' # z\nEMPTY=\n");
        for (text, expected) in [
            ("$A-${A}", Ok("1-1")),
            ("${B:-2}", Ok("2")),
            ("${B-${A}}", Ok("1")),
            ("${EMPTY:-e}", Ok("e")),
            ("${EMPTY-e}", Ok("")),
            ("${A:+set}", Ok("set")),
            ("${B:+set}", Ok("")),
            ("$$A", Ok("$A")),
            ("${C}", Ok("x y")),
            ("${B}", Err("B is not in .env")),
            ("${B:?needed}", Err("B is not in .env")),
            ("${B", Err("a `${` that nothing closes")),
        ] {
            let found = interpolated(text, &known, 0);
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
