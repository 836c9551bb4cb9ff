//! The pages in `docs/rules` are the tests of the rules. A `terraform bad` (or `yaml bad`, `plan bad`) example has a line of carets under what is
//! underlined (a `#` right before a caret counts as one), and nothing else of that rule is found; the best fix turns it
//! into the `terraform fixed` example; in a `terraform good` one, nothing of that rule is found. What follows a `terraform base` is
//! compared with it, and there taking back the cause gives the fixed example.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_analysis::{Base, Edit, Snapshot, Stack, Workspace, rules};
use foreshock_catalog::also_known_as;
use foreshock_fixture::Directory;
use foreshock_text::{AnchoredText, FilePath};

struct Example {
    file: &'static str,
    kind: String,
    text: String,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut open: Option<Example> = None;
    let begin = |info: &str| {
        let (language, kind) = info.split_once(' ')?;
        let file = match language {
            "terraform" => "/rule-page/main.tf",
            "yaml" => "/rule-page/infra.yaml",
            "plan" => "plan.json",
            _ => return None,
        };
        Some(Example { file, kind: kind.to_owned(), text: String::new() })
    };
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = begin(info),
            (Some(_), Some("")) => examples.extend(open.take()),
            (Some(example), None) => {
                example.text.push_str(line);
                example.text.push('\n');
            }
            _ => {}
        }
    }
    examples
}

/// The text without its caret lines, and what each of them underlines: (line, first column, one past the last).
fn without_carets(text: &str) -> (String, Vec<(usize, usize, usize)>) {
    let mut plain: Vec<&str> = Vec::new();
    let mut marks = Vec::new();
    for line in text.lines() {
        let carets = line
            .strip_prefix('#')
            .map(str::trim)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c == '^'));
        if carets {
            let first = if line.starts_with("#^") { 0 } else { line.find('^').unwrap() };
            marks.push((plain.len() - 1, first, line.trim_end().len()));
        } else {
            plain.push(line);
        }
    }
    (plain.join("\n") + "\n", marks)
}

fn snapshot_of(file: &str, text: &str) -> Arc<Snapshot> {
    // A plan is opened, and stands on the disk.
    if file == "plan.json" {
        let directory = Directory::empty();
        directory.write(file, text);
        return Workspace::new().snapshot_of(&directory.root().join(file)).unwrap();
    }
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new(file), text.into());
    workspace.snapshot()
}

/// The only stack of a text, compared with the base where there is one.
fn stack_of(snapshot: &Snapshot, file: &str, base: Option<&str>) -> Stack {
    let stack = (*snapshot.stacks[0]).clone();
    let Some(base) = base else { return stack };
    let before = snapshot_of(file, base);
    let name = Base { id: "main".into(), words: "main".into() };
    let compared = stack.compared_with(name, Some(before.stacks[0].clone()));
    compared.with_causes(snapshot, &*before, &|| false).unwrap()
}

fn underlined(snapshot: &Snapshot, stack: &Stack, rule: &str) -> Vec<(usize, usize, usize)> {
    let mut found: Vec<_> = stack
        .findings
        .iter()
        .filter(|finding| finding.rule.as_str() == rule)
        .map(|finding| {
            let file = snapshot.file(&finding.place.file).unwrap();
            let start = file.text.position(finding.place.span.start, Default::default());
            let end = file.text.position(finding.place.span.end, Default::default());
            (start.line as usize, start.column as usize, end.column as usize)
        })
        .collect();
    found.sort_unstable();
    found
}

fn applied(before: &AnchoredText, edits: &[Edit]) -> String {
    let mut text = before.whole().to_string();
    for edit in edits.iter().rev() {
        let span = before.real_span(edit.place.span);
        text.replace_range(span.start as usize..span.end as usize, &edit.text);
    }
    text
}

#[test]
fn every_page_says_what_the_rule_does() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for rule in rules() {
        let id = rule.id.as_str();
        let examples = examples(rule.page);
        assert!(examples.iter().any(|e| e.kind == "bad"), "{id}: its page has no bad example");
        assert!(examples.iter().any(|e| e.kind == "good"), "{id}: its page has no good example");
        let (mut last_bad, mut base): (Option<String>, Option<String>) = (None, None);
        for (number, example) in examples.iter().enumerate() {
            compared += 1;
            let (text, marks) = without_carets(&example.text);
            let snapshot = snapshot_of(example.file, &text);
            let stack = stack_of(&snapshot, example.file, base.as_deref());
            let found = underlined(&snapshot, &stack, id);
            if found != marks {
                failures.push(format!(
                    "{id}, example {number} ({}): found {found:?}, the page says {marks:?}",
                    example.kind
                ));
            }
            match example.kind.as_str() {
                "base" => base = Some(text),
                "bad" => last_bad = Some(text),
                "fixed" => {
                    let bad = last_bad.as_deref().expect("a fixed example follows a bad one");
                    let snapshot = snapshot_of(example.file, bad);
                    let stack = stack_of(&snapshot, example.file, base.as_deref());
                    let finding = stack.findings.iter().find(|finding| finding.rule.as_str() == id).unwrap();
                    let fixes = snapshot.fixes(0, finding);
                    let best = fixes.first().map(|fix| fix.edits.clone());
                    let back = finding.cause.as_ref().map(|cause| vec![cause.revert.clone()]);
                    let before = snapshot.file(&finding.place.file).unwrap().text;
                    let after = best.or(back).map(|edits| applied(before, &edits)).unwrap_or_default();
                    if after != text {
                        failures.push(format!("{id}, example {number}: the best fix gives\n{after}"));
                    }
                }
                _ => {}
            }
        }
    }
    println!("{compared} examples compared");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn checks_and_repairs_name_rules_that_exist() {
    let catalog = foreshock_catalog::Catalog::bundled();
    let (mut named, mut unknown) = (0, Vec::new());
    for (type_name, row) in catalog.rows() {
        let checks = row.checks.iter().map(|check| &check.rule);
        for rule in checks.chain(row.recipes.iter().flat_map(|recipe| &recipe.rules)) {
            named += 1;
            if foreshock_analysis::rule(rule).is_none() {
                unknown.push(format!("{type_name}: {rule}"));
            }
        }
    }
    println!("{named} rules named");
    assert!(unknown.is_empty(), "{unknown:?}");
}

const HEADING: &str = "## Also known as";

/// What the public catalogues call it, at the end of the page. `UPDATE_EXPECT=1` writes it.
#[test]
fn every_page_ends_with_its_other_names() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let id = rule.id.as_str();
        let body = rule.page.split(HEADING).next().unwrap().trim_end();
        let expected = match also_known_as(id) {
            names if names.is_empty() => format!("{body}\n"),
            names => format!("{body}\n\n{HEADING}\n\n{}", as_list(&names)),
        };
        if rule.page == expected {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let page = format!("{}/../../docs/rules/{id}.md", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(page, &expected).unwrap();
        }
        wrong.push(id);
    }
    assert!(wrong.is_empty(), "their pages end otherwise than the table of public catalogues says: {wrong:?}");
}

/// A line for each catalogue, broken where it is long.
fn as_list(names: &BTreeSet<(&str, &str)>) -> String {
    let mut text = String::new();
    let mut width = 0;
    let mut last = "";
    for (catalogue, name) in names {
        let word = format!("`{name}`");
        if *catalogue != last {
            if !last.is_empty() {
                text.push('\n');
            }
            let start = format!("- {catalogue}: ");
            width = start.len();
            text.push_str(&start);
        } else if width + word.len() > 115 {
            text.push_str(",\n  ");
            width = 2;
        } else {
            text.push_str(", ");
            width += 2;
        }
        last = catalogue;
        width += word.len();
        text.push_str(&word);
    }
    text.push('\n');
    text
}
