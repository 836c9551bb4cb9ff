//! Resolved values beside expressions, and what is said of them when somebody looks closer.

use std::fmt::Write;

use foreshock_analysis::{Expression, Origin, Reading, ReferredValue, is_secret_name, shown};
use foreshock_report::code;
use foreshock_resources::Kind;
use foreshock_text::{FilePath, Span};

use super::view::View;

/// More values, or more who have one, are counted.
const MOST_LINES: usize = 8;

/// The expressions of a file with a value to show, if they are to be shown. `foreshock.toml` has the last word on that.
pub(super) fn expressions(view: &View, file: &FilePath, within: Option<Span>) -> Vec<Expression> {
    if !view.snapshot().editor_values(file).unwrap_or(view.settings.values) {
        return Vec::new();
    }
    view.snapshot().expressions(file, within, &view.shows(file))
}

/// The innermost expression at an offset, whether or not values are shown beside the code.
pub(super) fn expression_at(view: &View, file: &FilePath, offset: u32) -> Option<Expression> {
    let touching = view.snapshot().expressions(file, Some(Span::empty(offset)), &view.shows(file));
    touching.into_iter().filter(|one| one.span.touches(offset)).min_by_key(|one| one.span.len())
}

/// The expression at exactly these offsets of the text.
pub(super) fn expression_of(view: &View, file: &FilePath, real: Span) -> Option<Expression> {
    let span = view.snapshot().file(file)?.text.anchored_span(real);
    let touching = view.snapshot().expressions(file, Some(span), &view.shows(file));
    touching.into_iter().find(|one| view.real_span(file, one.span) == real)
}

/// Markdown: the value, who has it where there are several, and where it comes from.
pub(super) fn section(view: &View, expression: &Expression) -> Option<String> {
    let different = expression.different();
    let mut text = String::new();
    match different.as_slice() {
        [] => return None,
        [(value, readings)] => {
            let first = readings.first()?;
            let _ = write!(text, "{} = {}", code(&expression.name), in_words(value.as_deref(), first));
            let origin = view.snapshot().origin_of(&first.value);
            let referred = view.snapshot().referred(expression, first);
            match (referred.as_slice(), &origin) {
                // Passed along as it is: its name and its place say it all.
                ([one], Some(_)) if one.origin == origin => {
                    let _ = write!(text, ": {}{}", code(&one.name), from(view, first));
                }
                _ => {
                    text.push_str(&from(view, first));
                    text.push_str("\n\n");
                    text.push_str(&lines(view, expression, &referred));
                }
            }
        }
        several => {
            let _ = writeln!(text, "{} has {} values:\n", code(&expression.name), several.len());
            for (value, readings) in several.iter().take(MOST_LINES) {
                let Some(first) = readings.first() else { continue };
                let _ = write!(text, "- {}", in_words(value.as_deref(), first));
                text.push_str(&from(view, first));
                let _ = writeln!(text, " in {}", who(view, several, readings));
            }
            let more = several.len().saturating_sub(MOST_LINES);
            if more > 0 {
                let _ = writeln!(text, "- and {more} more");
            }
        }
    }
    Some(text.trim_end().to_owned())
}

fn in_words(value: Option<&str>, reading: &Reading) -> String {
    match (value, &reading.value.kind) {
        (Some(value), _) => code(value),
        (None, Kind::Unknown(why)) => format!("not known: {}", plain(why)),
        (None, _) => "not wholly known".to_owned(),
    }
}

/// Text that came from a file, without meaning in Markdown.
fn plain(text: &str) -> String {
    text.replace(['[', ']', '<', '>', '`'], "")
}

/// `, set in [prod.tfvars:3](...)`
fn from(view: &View, reading: &Reading) -> String {
    let origin = view.snapshot().origin_of(&reading.value);
    origin.map_or_else(String::new, |origin| format!(", {}", at(view, &origin)))
}

fn at(view: &View, origin: &Origin) -> String {
    let Some(place) = &origin.place else { return origin.words.clone() };
    let line = view.range(&place.file, place.span).start.line + 1;
    let name = place.file.as_path().file_name().unwrap_or_default();
    format!("{} [{name}:{line}]({})", origin.words, view.link(place))
}

/// The variables and locals that it was made of, a line each.
fn lines(view: &View, expression: &Expression, referred: &[ReferredValue]) -> String {
    let mut text = String::new();
    for one in referred.iter().take(MOST_LINES) {
        let secret = expression.is_secret() || is_secret_name(&one.name);
        let value = match (shown(&one.value, secret), &one.value.kind) {
            (Some(value), _) => code(&value),
            (None, Kind::Unknown(why)) => format!("not known: {}", plain(why)),
            (None, _) => "not wholly known".to_owned(),
        };
        let _ = write!(text, "- {} = {value}", code(&one.name));
        if let Some(origin) = &one.origin {
            let _ = write!(text, ", {}", at(view, origin));
        }
        text.push('\n');
    }
    text
}

/// Who has a value: stacks where these differ, else instances.
fn who(view: &View, all: &[(Option<String>, Vec<&Reading>)], readings: &[&Reading]) -> String {
    let stacks: std::collections::BTreeSet<usize> =
        all.iter().flat_map(|(_, readings)| readings).map(|reading| reading.stack).collect();
    let name = |reading: &Reading| {
        let stack = view.snapshot().stacks.get(reading.stack);
        let title = stack.map(|stack| stack.title(&view.snapshot().shown_root(&stack.root))).unwrap_or_default();
        match stacks.len() {
            0 | 1 => code(&reading.of),
            _ => format!("{title} · {}", code(&reading.of)),
        }
    };
    let mut names: Vec<String> = readings.iter().take(MOST_LINES).map(|reading| name(reading)).collect();
    let more = readings.len().saturating_sub(MOST_LINES);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}
