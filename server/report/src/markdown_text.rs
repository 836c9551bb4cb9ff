//! Text of users in Markdown that GitHub and GitLab render: nothing of it is markup, mentions anybody or ends a table.

/// Longer names are cut: a comment has a limit.
const LONGEST_NAME: usize = 160;
/// Longer sentences are cut.
const LONGEST_SENTENCE: usize = 600;

/// A name as inline code, also inside a table.
pub(super) fn code(name: &str) -> String {
    let name = one_line(name, LONGEST_NAME).replace('|', "\\|");
    // A fence is longer than what it holds.
    let fence = "`".repeat(longest_run(&name, '`') + 1);
    let space = if name.starts_with('`') || name.ends_with('`') || name.trim().is_empty() { " " } else { "" };
    format!("{fence}{space}{name}{space}{fence}")
}

/// A sentence in which the names of components are inline code and the rest is plain.
pub(super) fn sentence(text: &str, names: &[&str]) -> String {
    let text = one_line(text, LONGEST_SENTENCE);
    let mut written = String::new();
    let mut rest = text.as_str();
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let name = names.iter().filter(|name| is_name_at(rest, name, before)).max_by_key(|name| name.len());
        let taken = match name {
            Some(name) => {
                written.push_str(&code(name));
                *name
            }
            None => {
                written.push_str(&plain(c));
                rest.get(..c.len_utf8()).unwrap_or_default()
            }
        };
        before = taken.chars().last();
        rest = rest.get(taken.len()..).unwrap_or_default();
    }
    written
}

fn is_name_at(rest: &str, name: &str, before: Option<char>) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    let after = rest.strip_prefix(name).map(|after| after.chars().next());
    !name.is_empty() && !before.is_some_and(goes_on) && after.is_some_and(|after| !after.is_some_and(goes_on))
}

/// A character that stands for itself.
fn plain(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        // A comment behind it keeps GitHub from a mention, or a reference to an issue.
        '@' | '#' => format!("\\{c}<!-- -->"),
        // An escaped one starts no address.
        '.' | ':' | '/' => c.to_string(),
        c if c.is_ascii_punctuation() && !"()-,;'\"%+=?".contains(c) => format!("\\{c}"),
        c => c.to_string(),
    }
}

/// Without line breaks and what is not printed, and not too long.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let printed = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hidden(*c));
    let mut line: String = printed.clone().take(longest).collect();
    if printed.count() > longest {
        line.push('…');
    }
    line
}

/// Controls, and marks that turn the direction of what follows.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_code_whatever_is_in_it() {
        for (name, expected) in [
            ("aws_lb.web", "`aws_lb.web`"),
            ("a|b", "`a\\|b`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a\n## b", "`a ## b`"),
            ("", "`  `"),
        ] {
            assert_eq!(code(name), expected);
        }
        assert_eq!(code(&"x".repeat(1000)).chars().count(), LONGEST_NAME + 3);
    }

    #[test]
    fn names_in_a_sentence_are_code_and_the_rest_is_plain() {
        let names = ["aws_lb.web", "aws_lb.web2", "db"];
        for (text, expected) in [
            ("aws_lb.web goes down", "`aws_lb.web` goes down"),
            ("aws_lb.web2, dbs and db.", "`aws_lb.web2`, dbs and `db`."),
            ("<script> & @octocat #1", "&lt;script&gt; &amp; \\@<!-- -->octocat \\#<!-- -->1"),
            ("[x](y) *b* _i_ a|b", "\\[x\\](y) \\*b\\* \\_i\\_ a\\|b"),
            ("one\ntwo", "one two"),
        ] {
            assert_eq!(sentence(text, &names), expected);
        }
    }
}
