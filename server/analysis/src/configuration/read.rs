//! The text of a `foreshock.toml` into what it says.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_catalog::{Catalog, Row};
use foreshock_infra::closest;
use foreshock_model::Probability;
use foreshock_text::{AnchoredText, FilePath, Problem, Span};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::de::{DeTable, DeValue};

use super::ignore_entry::{IgnoreEntry, ignores};
use super::section::{Item, Key, Problems, Section, expected, hint, span_of};
use super::stack_entry::{Entry, StackEntry};
use super::{Configuration, Levels, level_named};
use super::{keys, targets};
use crate::{Severity, rule, rules};

/// Beside a level; nothing of a file of this size was written by a person.
const MOST_STACKS: usize = 1_000;

/// More of what is wrong is counted.
const MOST_PROBLEMS: usize = 100;

pub(super) const LEVELS: [&str; 5] = ["off", "hint", "info", "warning", "error"];

pub(super) fn configuration(file: FilePath, text: Arc<str>) -> Configuration {
    let (table, errors) = DeTable::parse_recoverable(&text);
    let problems: Problems = RefCell::new(errors.iter().map(|error| syntax(error, &text)).collect());
    let top = Section::new(table.get_ref(), "foreshock.toml", keys::names(""), &problems);
    let values = top.get("editor").and_then(|item| match item.get_ref().as_table() {
        Some(table) => Section::new(table, "[editor]", keys::names("editor"), &problems).truth("values"),
        None => {
            expected(&problems, "a table", item);
            None
        }
    });
    let levels = levels(&top);
    let mut told = Vec::new();
    let stacks = stacks(&top, &file, &mut told);
    let ignores = ignores(&top, "ignore", &file, &mut told);
    let baseline = top.text("baseline").map(|(path, _)| path);
    let catalog = catalog(&top);
    let mut problems = problems.into_inner();
    problems.sort_by(|one, other| (one.span, &one.message).cmp(&(other.span, &other.message)));
    problems.dedup();
    if let Some(first) = problems.get(MOST_PROBLEMS) {
        let more = problems.len() - MOST_PROBLEMS;
        let message = format!("{more} more places of this file are wrong; the first {MOST_PROBLEMS} are told");
        let last = Problem::new(first.span, message);
        problems.truncate(MOST_PROBLEMS);
        problems.push(last);
    }
    Configuration {
        file,
        text: AnchoredText::plain(text),
        problems,
        told,
        values,
        levels,
        stacks,
        ignores,
        baseline,
        catalog,
    }
}

fn syntax(error: &toml::de::Error, text: &str) -> Problem {
    let span = error.span().map_or(Span::empty(0), |span| {
        let end = text.len();
        Span::from_range(span.start.min(end)..span.end.min(end))
    });
    Problem::new(span, error.message().replace('\n', "; "))
}

/// `[rules]`, of the file or of a stack.
fn levels(section: &Section<'_, '_>) -> Levels {
    let mut levels = Levels::default();
    for (key, item) in section.table("rules") {
        let name = key.get_ref();
        let Some(rule) = rule(name) else {
            let known: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
            let message = format!("there is no rule `{name}`{}", hint(name, known));
            section.problems.borrow_mut().push(Problem::new(span_of(key), message));
            continue;
        };
        let Some(written) = item.get_ref().as_str() else {
            expected(section.problems, "\"off\", \"hint\", \"info\", \"warning\" or \"error\"", item);
            continue;
        };
        match level_named(written) {
            Some(level) => levels.set(rule.id, level),
            None => {
                let message = format!("`{written}` is no severity{}", hint(written, LEVELS));
                section.problems.borrow_mut().push(Problem::new(span_of(item), message));
            }
        }
    }
    levels
}

fn stacks(top: &Section<'_, '_>, file: &FilePath, told: &mut Vec<(Severity, Problem)>) -> Vec<StackEntry> {
    let Some(item) = top.get("stack") else { return Vec::new() };
    let Some(items) = item.get_ref().as_array() else {
        expected(top.problems, "[[stack]], a list of tables", item);
        return Vec::new();
    };
    let read = |item: &Item<'_>| match item.get_ref().as_table() {
        Some(table) => {
            let section = Section::new(table, "a stack", keys::names("stack"), top.problems);
            let ignores = ignores(&section, "stack.ignore", file, told);
            stack(section, span_of(item), ignores, file)
        }
        None => {
            expected(top.problems, "a table", item);
            None
        }
    };
    items.iter().take(MOST_STACKS).filter_map(read).collect()
}

fn stack(section: Section<'_, '_>, whole: Span, ignores: Vec<IgnoreEntry>, file: &FilePath) -> Option<StackEntry> {
    let tell = |span, message: String| section.problems.borrow_mut().push(Problem::new(span, message));
    let levels = levels(&section);
    let name = section.text("name").map(|(name, _)| name);
    let var_files = section.texts("var_files");
    let workspace = section.text("workspace").map(|(workspace, _)| workspace);
    let slo = section.get("slo").and_then(|item| Some((objective(item, section.problems)?, span_of(item))));
    let goals = targets::goals(&section, file);
    let data_gb = targets::sizes(&section, file);
    let mut variables = BTreeMap::new();
    for (key, item) in section.table("variables") {
        variables.insert(key.get_ref().to_string(), as_hcl(item.get_ref()));
    }
    if section.get("path").is_none() {
        tell(whole, "a stack needs a `path`: the directory of a root module, or a glob such as `envs/*`".to_owned());
    }
    let (path, path_span) = section.text("path")?;
    let ignores = ignores.into_iter().map(|(ignore, _)| ignore).collect();
    let entry = Entry { path, path_span, name, var_files, workspace, variables, slo, goals, data_gb, levels, ignores };
    match StackEntry::new(entry) {
        Ok(entry) => Some(entry),
        Err(why) => {
            tell(path_span, why);
            None
        }
    }
}

/// A percentage between 0 and 100, as the unavailability that it leaves.
fn objective(item: &Item<'_>, problems: &Problems) -> Option<Probability> {
    let text = match item.get_ref() {
        DeValue::Integer(number) => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        _ => "",
    };
    match text.parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent < 100.0 => {
            // 100 - 99.99 as it is written, not as it is in binary.
            let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len()).min(12) as i32;
            let scale = 10f64.powi(digits);
            Some(Probability::clamped(((100.0 - percent) * scale).round() / scale / 100.0))
        }
        _ => {
            let message = "expected a percentage above 0 and below 100, such as 99.9".to_owned();
            problems.borrow_mut().push(Problem::new(span_of(item), message));
            None
        }
    }
}

/// A value as the text that `-var` would be given.
fn as_hcl(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        other => nested_hcl(other),
    }
}

fn nested_hcl(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(date) => quoted(&date.to_string()),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| nested_hcl(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let entry = |(key, item): (&Key<'_>, &Item<'_>)| {
                format!("{} = {}", quoted(key.get_ref()), nested_hcl(item.get_ref()))
            };
            let entries: Vec<String> = table.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A string of the configuration language, in which nothing is an interpolation.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{}\"", escaped.replace("${", "$${").replace("%{", "%%{"))
}

/// `[catalog.my_type]`: the bundled catalog with these rows. `None` without any.
fn catalog(top: &Section<'_, '_>) -> Option<Arc<Catalog>> {
    let bundled = Catalog::bundled();
    let tell = |span, message: String| top.problems.borrow_mut().push(Problem::new(span, message));
    let mut rows: Vec<(String, Row)> = Vec::new();
    let mut like: Vec<(String, String, Span)> = Vec::new();
    for (key, item) in top.table("catalog") {
        let type_name = key.get_ref().to_string();
        if let Some(same_as) = item.get_ref().as_str() {
            like.push((type_name, same_as.to_owned(), span_of(item)));
            continue;
        }
        match Row::deserialize(item.clone().into_deserializer()) {
            Ok(row) => {
                for figure in bundled.missing_figures(&row) {
                    tell(span_of(key), format!("{type_name}: there is no figure `{figure}` in the catalog"));
                }
                let checks = row.checks.iter().map(|check| &check.rule);
                let named = checks.chain(row.recipes.iter().flat_map(|recipe| &recipe.rules));
                for unknown in named.filter(|name| crate::rule(name).is_none()) {
                    tell(span_of(key), format!("{type_name}: there is no rule `{unknown}`"));
                }
                rows.push((type_name, row));
            }
            Err(error) => {
                let place = error.span().map_or(span_of(item), Span::from_range);
                tell(place, format!("{type_name}: {}", with_suggestion(error.message())));
            }
        }
    }
    if rows.is_empty() && like.is_empty() {
        return None;
    }
    let mut catalog = bundled.with_rows(rows);
    let mut copies = Vec::new();
    for (type_name, same_as, place) in like {
        match catalog.row_like(&same_as) {
            Some(row) => copies.push((type_name, row)),
            None => {
                let known = catalog.rows().map(|(name, _)| name);
                let meant = closest(&same_as, known).map(|name| format!("; did you mean `{name}`?"));
                let other = "; expected \"ignored\", \"glue\" or a type that has a row".to_owned();
                tell(place, format!("there is no row `{same_as}`{}", meant.unwrap_or(other)));
            }
        }
    }
    catalog = catalog.with_rows(copies);
    Some(Arc::new(catalog))
}

/// "unknown field `kin`, expected one of `role`, `kind`, ...": the long list gives way to what was probably meant.
fn with_suggestion(message: &str) -> String {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (message.starts_with("unknown "), names.split_first()) {
        (true, Some((written, known))) if !known.is_empty() => match closest(written, known.iter().copied()) {
            Some(meant) => {
                let head = message.split(", expected").next().unwrap_or(message);
                format!("{head}; did you mean `{meant}`?")
            }
            None => message.to_owned(),
        },
        _ => message.to_owned(),
    }
}
