//! SARIF 2.1.0 (OASIS Standard, 2020-03-27): what code scanning of GitHub, GitLab and Azure, and viewers in editors read.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use foreshock_analysis::{ProblemCode, Rule, Severity, rules};
use foreshock_catalog::also_known_as;
use foreshock_model::Points;
use foreshock_text::Place;
use serde_json::{Map, Value, json};

use super::findings_json::understood;
use super::sarif_results::results;
use super::words::rule_page_address;
use super::{Places, Report, StackReport};

/// What relative addresses are relative to, by the name that code scanning knows it by.
const ROOT: &str = "SRCROOT";

/// The report as one run. `root` is the directory that addresses are relative to, `exit` the exit code of the command.
pub fn sarif(report: &Report, places: &Places<'_>, root: &Utf8Path, exit: u8) -> Value {
    let root = file_address(root, true);
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Foreshock",
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules().iter().map(descriptor).collect::<Vec<_>>(),
                "notifications": NOTIFICATIONS.map(|(code, text)| json!({
                    "id": code.name(),
                    "shortDescription": {"text": text},
                })),
            }},
            "taxonomies": taxonomies(),
            "automationDetails": {"id": "foreshock/"},
            "invocations": [invocation(report, places, exit)],
            "originalUriBaseIds": {ROOT: {"uri": root}},
            "columnKind": "utf16CodeUnits",
            "results": results(report, places),
            "properties": {"stacks": report.stacks.iter().map(|stack| figures(stack, places)).collect::<Vec<_>>()},
        }],
    })
}

/// Sorts of problems, and what they are.
const NOTIFICATIONS: [(ProblemCode, &str); 6] = [
    (ProblemCode::Syntax, "text that is not in the grammar of its language"),
    (ProblemCode::Schema, "text that is not in the schema of infrastructure YAML"),
    (ProblemCode::Configuration, "text that is not in the schema of foreshock.toml"),
    (ProblemCode::Suppression, "what is to be said of a suppression"),
    (ProblemCode::Promise, "what is to be said of an objective that is kept elsewhere"),
    (ProblemCode::Failure, "a stack on which Foreshock failed"),
];

/// The public catalogues, with those of their checks that a rule finds: what `relationships` of rules lead to.
fn taxonomies() -> Vec<Value> {
    let mut catalogues: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (catalogue, id) in rules().iter().flat_map(|rule| also_known_as(rule.id.as_str())) {
        catalogues.entry(catalogue).or_default().insert(id);
    }
    let taxonomy = |(name, ids): (&str, BTreeSet<&str>)| json!({"name": name, "taxa": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()});
    catalogues.into_iter().map(taxonomy).collect()
}

fn relationship((catalogue, id): (&str, &str)) -> Value {
    json!({"target": {"id": id, "toolComponent": {"name": catalogue}}, "kinds": ["relevant"]})
}

fn descriptor(rule: &Rule) -> Value {
    let full = rule.page.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    json!({
        "id": rule.id.as_str(),
        "name": capitalised(rule.id.as_str()),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": full.unwrap_or(&rule.title)},
        "help": {"text": rule.page, "markdown": rule.page},
        "helpUri": rule_page_address(rule.id.as_str()),
        "relationships": also_known_as(rule.id.as_str()).into_iter().map(relationship).collect::<Vec<_>>(),
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": ["reliability"], "precision": "high", "problem.severity": problem_severity(rule.severity)},
    })
}

/// `SinglePointOfFailure`
fn capitalised(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    });
    words.collect()
}

/// The name of a severity in SARIF.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

/// The name of a severity in GitHub's code scanning.
fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "recommendation",
    }
}

/// How the command ended, and what it could not read.
fn invocation(report: &Report, places: &Places<'_>, exit: u8) -> Value {
    let of = |code: ProblemCode, level: &str, place: &Place, message: &str| {
        json!({
            "descriptor": {"id": code.name()},
            "level": level,
            "message": {"text": text(message)},
            "locations": [{"physicalLocation": physical(place, places)}],
        })
    };
    let configuration = report.problems.iter();
    let configuration = configuration.map(|(place, message)| of(ProblemCode::Configuration, "error", place, message));
    let notices = report.notices.iter();
    let notices = notices.map(|told| of(told.code, level(told.severity), &told.place, &told.message));
    let read = report.stacks.iter().flat_map(|stack| &stack.stack.problems).map(|problem| {
        let place = Place::new(problem.file.clone(), problem.problem.span);
        let level = if problem.code == ProblemCode::Syntax { "warning" } else { "error" };
        of(problem.code, level, &place, &problem.problem.message)
    });
    let unjudged = report.stacks.iter().filter_map(|stack| {
        let words = stack.stack.judged().words()?;
        let words = text(&format!("{}: {words}", places.title(&stack.stack)));
        Some(json!({"level": "note", "message": {"text": words}}))
    });
    json!({
        "executionSuccessful": exit != 2,
        "exitCode": exit,
        "toolConfigurationNotifications": configuration.chain(notices).collect::<Vec<_>>(),
        "toolExecutionNotifications": read.chain(unjudged).collect::<Vec<_>>(),
    })
}

/// The score of a stack beside that of the base.
fn figures(report: &StackReport, places: &Places<'_>) -> Value {
    let stack = &report.stack;
    json!({
        "stack": places.title(stack),
        "score": stack.score(),
        "structuralNines": stack.assessment.structural_nines,
        "range": stack.score_range().map(|(low, high)| [low, high]),
        "understood": understood(stack),
        "base": stack.comparison().map(|comparison| json!({
            "rev": *comparison.base.id,
            "score": comparison.score,
            "points": comparison.points.map(Points::get),
        })),
    })
}

/// A place with its file.
pub(super) fn physical(place: &Place, places: &Places<'_>) -> Value {
    let mut location = artifact(place.file.as_path(), places);
    if let Some(members) = location.as_object_mut() {
        members.insert("region".to_owned(), region(place, places));
    }
    location
}

/// A file, without a place in it: `{"artifactLocation": ..}`.
pub(super) fn artifact(file: &Utf8Path, places: &Places<'_>) -> Value {
    let path = places.path(file);
    let path = Utf8Path::new(&path);
    let mut location = Map::new();
    if path.is_absolute() {
        location.insert("uri".to_owned(), file_address(path, false).into());
    } else {
        location.insert("uri".to_owned(), address(path).into());
        location.insert("uriBaseId".to_owned(), ROOT.into());
    }
    json!({"artifactLocation": location})
}

/// Lines and columns from 1, columns in UTF-16, the end not included.
pub(super) fn region(place: &Place, places: &Places<'_>) -> Value {
    let (start, end) = (places.position(&place.file, place.span.start), places.position(&place.file, place.span.end));
    json!({
        "startLine": start.line + 1,
        "startColumn": start.column + 1,
        "endLine": end.line + 1,
        "endColumn": end.column + 1,
    })
}

/// A path as an address (RFC 3986): what is not unreserved is written as `%xx`, so that a colon makes no scheme.
fn address(path: &Utf8Path) -> String {
    let mut address = String::new();
    for byte in path.as_str().bytes() {
        match byte {
            b'\\' if cfg!(windows) => address.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                address.push(char::from(byte))
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

/// The address of a file, or of a directory with the slash that it has to end with.
fn file_address(path: &Utf8Path, is_directory: bool) -> String {
    let address = address(path);
    let slash = if is_directory && !address.ends_with('/') { "/" } else { "" };
    format!("file:///{}{slash}", address.trim_start_matches('/'))
}

/// A message as it stands in SARIF: what would be a link (3.11.6) or a placeholder (3.11.5) is none.
pub(super) fn text(message: &str) -> String {
    let message = message.replace('{', "{{").replace('}', "}}");
    if message.contains("](") { message.replace('[', "\\[").replace(']', "\\]") } else { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_an_address() {
        for (path, expected) in [
            ("rds.tf", "rds.tf"),
            ("envs/prod/a b.tf", "envs/prod/a%20b.tf"),
            ("c:d.tf", "c%3Ad.tf"),
            ("数.tf", "%E6%95%B0.tf"),
            ("a#b?c%.tf", "a%23b%3Fc%25.tf"),
        ] {
            assert_eq!(address(Utf8Path::new(path)), expected);
        }
        assert_eq!(file_address(Utf8Path::new("/a b"), true), "file:///a%20b/");
        assert_eq!(file_address(Utf8Path::new("/"), true), "file:///");
    }

    #[test]
    fn a_message_holds_no_link() {
        for (message, expected) in [
            ("a[0] fails", "a[0] fails"),
            ("a[\"x](http://y)\"]", "a\\[\"x\\](http://y)\"\\]"),
            ("a[\"{0}\"]", "a[\"{{0}}\"]"),
        ] {
            assert_eq!(text(message), expected);
        }
    }
}
