//! The evidence pack for people.

use foreshock_model::{Bound, TimeRange};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, syntax::SyntaxConfig};
use serde_json::Value;

use crate::recovery_words::time_range;

/// The pack as Markdown. Whatever comes from outside goes through `md`.
pub(super) fn markdown(pack: &Value) -> Result<String, String> {
    let failed = |error: minijinja::Error| format!("the template evidence.md: {error:#}");
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(failed)?);
    environment.add_filter("md", |text: String| escaped(&text));
    environment.add_filter("short", |number: f64| crate::html::short_number(number));
    environment.add_filter("time_range", |range: minijinja::Value| time_range(read_range(&range)));
    environment.add_template("evidence.md", include_str!("evidence.md")).map_err(failed)?;
    let text = environment.get_template("evidence.md").and_then(|it| it.render(Serde(pack))).map_err(failed)?;
    Ok(format!("{}\n", text.trim_end()))
}

/// A range of times as `foreshock recovery --format json` has it.
fn read_range(range: &minijinja::Value) -> TimeRange {
    let bound = |name: &str| {
        let value = range.get_attr(name).unwrap_or_default();
        match (value.as_str(), f64::try_from(value.clone())) {
            (Some("unrecoverable"), _) => Bound::Unrecoverable,
            (None, Ok(seconds)) => Bound::seconds(seconds),
            _ => Bound::Unknown,
        }
    };
    TimeRange { low: bound("low_seconds"), high: bound("high_seconds") }
}

/// A text that stays a text in Markdown: on one line, in a cell of a table, with no markup and no HTML of its own.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '$' => safe.extend(['\\', letter]),
            // Would show what follows in another order.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push_str(&format!("&#{};", letter as u32)),
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_a_text() {
        for (text, safe) in [
            ("aws_lb.web", "aws\\_lb.web"),
            ("a | b\nc", "a \\| b c"),
            ("<script>", "&lt;script&gt;"),
            ("[x](javascript:y)", "\\[x\\](javascript:y)"),
            ("`code`", "\\`code\\`"),
            ("\u{202e}db", "&#8238;db"),
        ] {
            assert_eq!(escaped(text), safe);
        }
    }
}
