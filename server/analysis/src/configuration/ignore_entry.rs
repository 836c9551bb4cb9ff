//! `[[ignore]]`: findings that are not shown, by the address of their component.

use std::sync::Arc;

use foreshock_infra::closest;
use foreshock_text::{FilePath, Place, Problem, Span};
use globset::GlobMatcher;
use toml::de::DeValue;

use super::keys;
use super::section::{Item, Section, expected, hint, span_of};
use super::stack_entry::stack_matcher;
use crate::findings::suppression::{AddressIgnore, Date};
use crate::{RuleId, Severity, rule, rules};

/// An entry with the stacks that it speaks of; `None` = every one.
pub(super) type IgnoreEntry = (Arc<AddressIgnore>, Option<GlobMatcher>);

/// Nobody writes more by hand, and each is compared with each finding.
const MOST: usize = 10_000;

/// The entries of a section, `ignore` or `stack.ignore`, and what is not wrong with them but worth a word.
pub(super) fn ignores(
    above: &Section<'_, '_>,
    section: &'static str,
    file: &FilePath,
    told: &mut Vec<(Severity, Problem)>,
) -> Vec<IgnoreEntry> {
    let Some(item) = above.get("ignore") else { return Vec::new() };
    let Some(items) = item.get_ref().as_array() else {
        expected(above.problems, &format!("[[{section}]], a list of tables"), item);
        return Vec::new();
    };
    let read = |item: &Item<'_>| match item.get_ref().as_table() {
        Some(table) => {
            let what = if section == "ignore" { "[[ignore]]" } else { "[[stack.ignore]]" };
            let entry = Section::new(table, what, keys::names(section), above.problems);
            ignore(&entry, section == "ignore", span_of(item), file, told)
        }
        None => {
            expected(above.problems, "a table", item);
            None
        }
    };
    items.iter().take(MOST).filter_map(read).collect()
}

fn ignore(
    entry: &Section<'_, '_>,
    has_path: bool,
    whole: Span,
    file: &FilePath,
    told: &mut Vec<(Severity, Problem)>,
) -> Option<IgnoreEntry> {
    let tell = |span, message: String| entry.problems.borrow_mut().push(Problem::new(span, message));
    let named: Vec<(String, Span)> = entry.text("rule").into_iter().chain(entry.texts("rules")).collect();
    let rules: Vec<(RuleId, Span)> = named.iter().filter_map(|(name, span)| known_rule(entry, name, *span)).collect();
    let is_named = entry.get("rule").is_some() || entry.get("rules").is_some();
    if !is_named {
        tell(whole, "expected a `rule`: what is ignored".to_owned());
    }
    let address = entry.text("address").map(|(address, _)| address);
    let path = if has_path { entry.text("path") } else { None };
    if has_path && entry.get("address").is_none() && entry.get("path").is_none() && is_named {
        tell(whole, "expected an `address` or a `path`; to turn a rule off everywhere: [rules]".to_owned());
        return None;
    }
    let matcher = match path.map(|(path, span)| (stack_matcher(&path), span)) {
        Some((Ok(matcher), _)) => Some(matcher),
        Some((Err(why), span)) => {
            tell(span, why);
            return None;
        }
        None => None,
    };
    let reason = entry.text("reason").map(|(reason, _)| reason).filter(|reason| !reason.trim().is_empty());
    if reason.is_none() && entry.get("reason").is_none_or(|item| item.get_ref().is_str()) {
        let message = "say why: `reason = \"...\"`; it is ignored all the same";
        told.push((Severity::Hint, Problem::new(whole, message)));
    }
    // What would narrow it and can't be read must not widen it.
    let is_lost = |name, found: bool| entry.get(name).is_some() && !found;
    let until = entry.get("until").and_then(|item| day(entry, item));
    if is_lost("until", until.is_some()) || is_lost("address", address.is_some()) || rules.is_empty() {
        return None;
    }
    if has_path && is_lost("path", matcher.is_some()) {
        return None;
    }
    let place = Place::new(file.clone(), whole);
    let reason = reason.map(Arc::from);
    Some((Arc::new(AddressIgnore { place, rules, address, reason, until }), matcher))
}

fn known_rule(entry: &Section<'_, '_>, name: &str, span: Span) -> Option<(RuleId, Span)> {
    let found = rule(name);
    if found.is_none() {
        let known: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
        let meant = match closest(name, known.iter().copied()) {
            Some(_) => hint(name, known),
            None => "; expected its name as it is shown with a finding".to_owned(),
        };
        entry.problems.borrow_mut().push(Problem::new(span, format!("there is no rule `{name}`{meant}")));
    }
    found.map(|rule| (rule.id, span))
}

/// A day, as a date of TOML or as text.
fn day(entry: &Section<'_, '_>, item: &Item<'_>) -> Option<Date> {
    let date = match item.get_ref() {
        DeValue::Datetime(date) => Date::parse(&date.to_string()),
        DeValue::String(text) => Date::parse(text),
        _ => None,
    };
    if date.is_none() {
        let message = "expected a day such as 2027-01-31".to_owned();
        entry.problems.borrow_mut().push(Problem::new(span_of(item), message));
    }
    date
}
