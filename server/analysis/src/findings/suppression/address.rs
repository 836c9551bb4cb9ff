//! Addresses of components, and what a person writes to mean some of them.

/// Whether `written` means the component: its address, the same without keys, a module that it is in, or any of these with
/// `*` for any text. Of `aws_db_instance.this["eu"]` the key alone will not do; see [`names_instance`]. O(product of the
/// lengths).
pub(crate) fn covers(written: &str, address: &str) -> bool {
    let plain = without_keys(address);
    let inside = format!("{written}.*");
    matches(written, address) || matches(written, &plain) || matches(&inside, address) || matches(&inside, &plain)
}

/// The same, or the key of the instance or of a module that it is in: `eu`, `0`.
pub(crate) fn names_instance(written: &str, address: &str) -> bool {
    covers(written, address) || keys(address).any(|key| matches(written, key))
}

/// `module.db["eu"].aws_db_instance.this[0]` -> `module.db.aws_db_instance.this`
fn without_keys(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let mut rest = address;
    while let Some(open) = rest.find('[') {
        let (before, key) = rest.split_at(open);
        plain.push_str(before);
        rest = key.get(key_length(key)..).unwrap_or("");
    }
    plain.push_str(rest);
    plain
}

/// The keys of an address without brackets and quotes, in order.
fn keys(address: &str) -> impl Iterator<Item = &str> {
    let mut rest = address;
    std::iter::from_fn(move || {
        let open = rest.find('[')?;
        let key = rest.get(open..)?;
        let length = key_length(key);
        rest = key.get(length..).unwrap_or("");
        let inside = key.get(..length)?.trim_start_matches('[').trim_end_matches(']');
        Some(inside.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(inside))
    })
}

/// The length of the key that a text begins with, brackets included: a bracket in quotes does not end it.
fn key_length(key: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in key.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return at + 1,
            _ => {}
        }
    }
    key.len()
}

/// `*` is any text, everything else itself. O(product of the lengths).
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut seen) = (0, 0);
    // Where the last star was, and how much of the text it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match (pattern.get(at), star) {
            (Some(b'*'), _) => {
                star = Some((at, seen));
                at += 1;
            }
            (Some(byte), _) if text.get(seen) == Some(byte) => {
                at += 1;
                seen += 1;
            }
            (_, Some((star_at, taken))) => {
                at = star_at + 1;
                seen = taken + 1;
                star = Some((star_at, seen));
            }
            (_, None) => return false,
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|&byte| byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DB: &str = "module.db[\"eu\"].aws_db_instance.this[0]";

    #[test]
    fn an_address_covers_itself_its_instances_and_what_is_inside() {
        for written in [
            DB,
            "module.db.aws_db_instance.this",
            "module.db[\"eu\"]",
            "module.db",
            "module.*",
            "*.aws_db_instance.*",
            "module.db[*].aws_db_instance.this[0]",
            "*",
        ] {
            assert!(covers(written, DB), "{written}");
        }
        for written in ["", "module.d", "db", "module.db[\"us\"]", "aws_db_instance.this", "eu", "module.db.*.that"] {
            assert!(!covers(written, DB), "{written}");
        }
        assert!(covers("postgres", "postgres"));
        assert!(!covers("postgres", "postgres-2"));
    }

    #[test]
    fn a_key_names_an_instance() {
        for (written, named) in [("eu", true), ("0", true), ("e*", true), ("us", false), ("[0]", false)] {
            assert_eq!(names_instance(written, DB), named, "{written}");
        }
        assert!(names_instance("a]b", "x.y[\"a]b\"]"));
        assert!(names_instance("*", "x.y[*]"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_compared(written in "[a-c.*\\[\\]\"\\\\é]{0,12}", address in "[a-c.*\\[\\]\"\\\\é]{0,24}") {
            covers(&written, &address);
            prop_assert!(names_instance(&address, &address));
            prop_assert!(covers("*", &address));
        }
    }
}
