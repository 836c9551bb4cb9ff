//! Terraform's regular expressions (RE2 as Go has it) in the words of the `regex` crate. The two differ in what the
//! classes of letters and digits hold, and in what may stand between brackets.

/// The pattern for the `regex` crate. What neither can express is left as it is, and does not compile.
pub(super) fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => match rest.next() {
                Some(escaped) => escape(escaped, false, &mut out),
                None => out.push('\\'),
            },
            '[' => class(&mut rest, &mut out),
            other => out.push(other),
        }
    }
    out
}

/// In Go these know ASCII only.
fn escape(escaped: char, in_class: bool, out: &mut String) {
    let (open, close) = if in_class { ("", "") } else { ("[", "]") };
    let plain = |set: &str| format!("{open}{set}{close}");
    match escaped {
        'd' => out.push_str(&plain("0-9")),
        'w' => out.push_str(&plain("0-9A-Za-z_")),
        's' => out.push_str(&plain("\\t\\n\\f\\r\\x20")),
        'D' => out.push_str("[^0-9]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        'S' => out.push_str("[^\\t\\n\\f\\r\\x20]"),
        'b' if !in_class => out.push_str("(?-u:\\b)"),
        other => {
            out.push('\\');
            out.push(other);
        }
    }
}

/// What stands between brackets, the opening one read: in Go an inner `[`, `&`, `~` and `-` is a character, here it
/// could begin a set operation.
fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
    let mut previous = None;
    while let Some(character) = rest.next() {
        match character {
            ']' => {
                out.push(']');
                return;
            }
            '\\' => {
                if let Some(escaped) = rest.next() {
                    escape(escaped, true, out);
                }
            }
            '[' if rest.peek() == Some(&':') => {
                // A named class, `[:alpha:]`, is the same in both.
                out.push('[');
                for inner in rest.by_ref() {
                    out.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            '[' => out.push_str("\\["),
            '&' | '~' => {
                out.push('\\');
                out.push(character);
            }
            '-' if previous == Some('-') => out.push_str("\\-"),
            other => out.push(other),
        }
        previous = Some(character);
    }
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn classes_mean_what_they_mean_in_go() {
        for (pattern, wanted) in [
            (r"a\d+", "a[0-9]+"),
            (r"[\w-]", "[0-9A-Za-z_-]"),
            (r"[[]", r"[\[]"),
            (r"[a&&b]", r"[a\&\&b]"),
            (r"[]a]", r"[\]a]"),
            (r"[^[:alpha:]_]", "[^[:alpha:]_]"),
            (r"\bx\b", r"(?-u:\b)x(?-u:\b)"),
            (r"\.\/\\", r"\.\/\\"),
            (r"[\D]", "[[^0-9]]"),
            (r"(?P<n>[a-z]+)$", "(?P<n>[a-z]+)$"),
        ] {
            assert_eq!(translate(pattern), wanted, "{pattern}");
            assert!(regex::Regex::new(&translate(pattern)).is_ok(), "{pattern}");
        }
        let words = regex::Regex::new(&translate(r"^\w+$"));
        assert!(words.is_ok_and(|words| words.is_match("a_1") && !words.is_match("é")));
    }
}
