//! Addresses of resource instances, taken apart.

use std::sync::Arc;

use foreshock_resources::{Key, Mode};

/// The address of a resource instance, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Address {
    /// `module.a["x"].aws_db_instance.this[0]`.
    pub(crate) whole: Arc<str>,
    /// Without any key.
    pub(crate) resource: Arc<str>,
    /// Without the last key.
    pub(crate) block: Arc<str>,
    /// `module.a["x"]`; empty for the root.
    pub(crate) module: Arc<str>,
    pub(crate) mode: Mode,
    pub(crate) type_name: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) key: Key,
}

/// A name with the key behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step<'a> {
    pub(crate) name: &'a str,
    /// With its brackets; empty where there is none.
    pub(crate) key: &'a str,
}

/// The steps of an address or reference; dots inside of brackets and quotes part nothing.
pub(crate) fn steps(text: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let name_end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(name_end);
        let key_end = if behind.starts_with('[') { keys_end(behind) } else { 0 };
        let (key, behind) = behind.split_at(key_end);
        steps.push(Step { name, key });
        rest = behind.strip_prefix('.').unwrap_or(behind);
        // Something behind a key that is neither a step nor a key: not an address.
        if rest.len() == behind.len() && !rest.is_empty() {
            break;
        }
    }
    steps
}

/// Where the keys that `text` starts with end.
fn keys_end(text: &str) -> usize {
    let (mut quoted, mut escaped, mut open) = (false, false, 0usize);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => open += 1,
            ']' if !quoted => open = open.saturating_sub(1),
            _ if open == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// A key as it stands in an address.
pub(crate) fn key_of(written: &str) -> Key {
    let inside = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(written);
    if inside.is_empty() {
        return Key::None;
    }
    match inside.parse::<u64>() {
        Ok(index) => Key::Index(index),
        Err(_) => Key::Name(Arc::from(foreshock_syntax::json::unescaped(inside.trim_matches('"')).0)),
    }
}

/// `module.a` and `x`: `module.a.x`.
pub(crate) fn joined(module: &str, inner: &str) -> String {
    if module.is_empty() { inner.to_owned() } else { format!("{module}.{inner}") }
}

/// Takes the address of a resource instance apart; `None` for anything else.
pub(crate) fn parse(text: &str) -> Option<Address> {
    let all = steps(text);
    let mut rest = all.as_slice();
    let (mut module, mut bare) = (String::new(), String::new());
    while let [Step { name: "module", key: "" }, Step { name, key }, inner @ ..] = rest {
        module = joined(&module, &format!("module.{name}{key}"));
        bare = joined(&bare, &format!("module.{name}"));
        rest = inner;
    }
    let (mode, rest) = match rest {
        [Step { name: "data", key: "" }, inner @ ..] => (Mode::Data, inner),
        _ => (Mode::Managed, rest),
    };
    let [Step { name: type_name, key: "" }, Step { name, key }] = rest else { return None };
    if type_name.is_empty() || name.is_empty() || *type_name == "ephemeral" {
        return None;
    }
    let own = match mode {
        Mode::Data => format!("data.{type_name}.{name}"),
        _ => format!("{type_name}.{name}"),
    };
    Some(Address {
        whole: Arc::from(text),
        resource: Arc::from(joined(&bare, &own)),
        block: Arc::from(joined(&module, &own)),
        module: Arc::from(module),
        mode,
        type_name: Arc::from(*type_name),
        name: Arc::from(*name),
        key: key_of(key),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let check = |text: &str, expected: &str| {
            let told = parse(text).map_or("none".to_owned(), |one| {
                format!("{} | {} | {} | {:?}", one.module, one.resource, one.block, one.key)
            });
            assert_eq!(told, expected, "{text}");
        };
        check("aws_lb.front", " | aws_lb.front | aws_lb.front | None");
        check("aws_lb.front[2]", " | aws_lb.front | aws_lb.front | Index(2)");
        check("data.aws_vpc.x", " | data.aws_vpc.x | data.aws_vpc.x | None");
        check(
            r#"module.a["x.y"].module.b[0].aws_lb.this["k]\"."]"#,
            r#"module.a["x.y"].module.b[0] | module.a.module.b.aws_lb.this | module.a["x.y"].module.b[0].aws_lb.this | Name("k]\".")"#,
        );
        for text in ["", ".", "aws_lb", "module.a", "a.b.c", "aws_lb.x[", "a[0].b", "[", "]", "module", "ephemeral.a.b"]
        {
            let told = parse(text);
            assert!(told.is_none() || text == "aws_lb.x[", "{text}: {told:?}");
        }
    }
}
