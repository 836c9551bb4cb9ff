//! A dialect that lives here and nowhere else: what it takes to add one, and that everything a stack has comes with it.
//!
//! The dialect is the folder `needs`; the table is [`dialects`]. Nothing outside of the two knows it, and `CONTRIBUTING.md` shows
//! the same folder to whoever adds a real one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod needs;

use std::sync::{Arc, LazyLock};

use camino::Utf8Path;
use expect_test::{Expect, expect};
use foreshock_analysis::{BaseChoice, DIALECTS, Dialect, Snapshot, Workspace};
use foreshock_fixture::GitDirectory;
use foreshock_text::FilePath;

/// The table: ours before those that Foreshock comes with.
fn dialects() -> &'static [&'static dyn Dialect] {
    static TABLE: LazyLock<Vec<&dyn Dialect>> =
        LazyLock::new(|| std::iter::once(&needs::Needs as &dyn Dialect).chain(DIALECTS.iter().copied()).collect());
    &TABLE
}

fn open(text: &str) -> Arc<Snapshot> {
    let mut workspace = Workspace::with_dialects(dialects());
    workspace.set_document(FilePath::new("/w/shop.needs"), text.into());
    workspace.snapshot()
}

/// The loudest findings of every stack with their line from 1, what is suppressed and what could not be read.
fn told(snapshot: &Snapshot) -> String {
    let mut told = String::new();
    for stack in &snapshot.stacks {
        told += &format!("{} ({})\n", stack.root.file_name().unwrap(), stack.kind);
        let line = |place: &foreshock_text::Place| {
            let file = snapshot.file(&place.file).unwrap();
            file.text.line_of(place.span.start) + 1
        };
        for finding in stack.findings.iter().filter(|finding| finding.is_single_point()) {
            let age = if finding.new { "" } else { ", old" };
            told += &format!("  {}: {} of {}{age}\n", line(&finding.place), finding.rule, finding.component_id);
            if let Some(cause) = &finding.cause {
                told += &format!("    {}\n", cause.title());
            }
        }
        for suppressed in stack.suppressed.iter().filter(|suppressed| suppressed.finding.is_single_point()) {
            let reason = suppressed.by.reason.as_deref().unwrap_or_default();
            told += &format!("  silenced: {} ({reason})\n", suppressed.finding.component_id);
        }
        for problem in &stack.problems {
            told += &format!("  {}: {}\n", problem.code.name(), problem.problem.message);
        }
    }
    told
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&told(&open(text)));
}

const SHOP: &str = "web 2\ndb 1\nweb needs db\n";

#[test]
fn the_rules_find_what_is_wrong() {
    check(
        SHOP,
        expect![[r#"
        shop.needs (needs)
          2: single-point-of-failure of db
    "#]],
    );
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_stays() {
    check(
        "web 2\ndb 1\nweb needs db\nweb wants db\n",
        expect![[r#"
        shop.needs (needs)
          2: single-point-of-failure of db
          syntax: expected `NAME COUNT` or `NAME needs NAME`
    "#]],
    );
}

#[test]
fn a_repair_is_proven_on_a_copy() {
    let snapshot = open(SHOP);
    let finding = &snapshot.stacks[0].findings[0];
    let fixes = snapshot.fixes(0, finding);
    assert_eq!(fixes.len(), 1);
    assert_eq!((fixes[0].title.as_str(), fixes[0].edits[0].text.as_str()), ("Run two", "2"));
    assert!(fixes[0].points > 0.0, "{:?}", fixes[0]);
    let mut text = SHOP.to_owned();
    let span = fixes[0].edits[0].place.span;
    text.replace_range(span.start as usize..span.end as usize, &fixes[0].edits[0].text);
    check(
        &text,
        expect![[r#"
        shop.needs (needs)
    "#]],
    );
}

#[test]
fn a_comment_silences_the_line_below() {
    check(
        "web 2\n# foreshock:ignore single-point-of-failure reason: a toy\ndb 1\nweb needs db\n",
        expect![[r#"
        shop.needs (needs)
          silenced: db (a toy)
    "#]],
    );
    let unneeded = open("web 2\n# foreshock:ignore single-point-of-failure reason: a toy\ndb 2\nweb needs db\n");
    assert_eq!(unneeded.notices.len(), 1, "{:?}", unneeded.notices);
}

#[test]
fn it_is_compared_with_the_base_and_the_cause_is_found() {
    let script = "
        git init -qb main
        printf 'web 2\\ndb 2\\ncache 1\\nweb needs db\\nweb needs cache\\n' > shop.needs
        mkdir infra
        printf 'resource \"aws_sqs_queue\" \"q\" {}\\n' > infra/main.tf
        git add . && git commit -qm one
        printf 'web 2\\ndb 1\\ncache 1\\nweb needs db\\nweb needs cache\\n' > shop.needs
    ";
    let Some(directory) = GitDirectory::after(script, &[]) else { return };
    let root = directory.root();
    let mut workspace = Workspace::with_dialects(dialects());
    workspace.set_base(BaseChoice::Revision("HEAD".to_owned()));
    let snapshot = workspace.snapshot_of(root).unwrap();
    let explained = workspace.explained(&snapshot, &|| false).unwrap();
    expect![[r#"
        infra (terraform)
        shop.needs (needs)
          2: single-point-of-failure of db
            Revert line 2 to db 2
          3: single-point-of-failure of cache, old
    "#]]
    .assert_eq(&told(&explained));
    let shop = snapshot.stacks.iter().find(|stack| stack.kind.name() == "needs").unwrap();
    assert!(shop.comparison().unwrap().points.unwrap() < 0.0);
}

#[test]
fn an_edit_of_another_file_leaves_it_as_it_was() {
    let mut workspace = Workspace::with_dialects(dialects());
    workspace.set_document(FilePath::new("/w/shop.needs"), SHOP.into());
    workspace.set_document(FilePath::new("/w/other.needs"), "a 1\n".into());
    let before = workspace.snapshot();
    workspace.set_document(FilePath::new("/w/other.needs"), "a 2\n".into());
    let after = workspace.snapshot();
    let same: Vec<bool> =
        before.stacks.iter().zip(&after.stacks).map(|(before, after)| Arc::ptr_eq(before, after)).collect();
    assert_eq!(same, [false, true]);
}

/// The page shows the dialect as it stands here, so that it can't show one that does not work.
#[test]
fn the_page_shows_this_dialect() {
    let page = include_str!("../../../../CONTRIBUTING.md");
    let section = page.split("\n## ").find(|section| section.starts_with("Add a dialect")).expect("a section");
    let shown = section.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of code");
    let shown: Vec<&str> = shown.trim_end().lines().map(|line| line.strip_prefix("   ").unwrap_or(line)).collect();
    let written: Vec<&str> = include_str!("needs/mod.rs").lines().collect();
    assert_eq!(shown, written, "CONTRIBUTING.md shows another needs/mod.rs than there is");
    let here = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in ["src/dialect", "src/dialect/mod.rs", "tests/toy_dialect"] {
        assert!(section.contains(&format!("`server/analysis/{path}`")), "the section does not name {path}");
        assert!(here.join(path).exists(), "{path}");
    }
}

/// Nothing but its folder and the table knows a dialect: no other file of the library names one of its types.
#[test]
fn nobody_else_knows_a_dialect() {
    let source = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![source.clone()];
    let mut told = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in directory.read_dir_utf8().unwrap().flatten() {
            let (path, name) = (entry.path().to_owned(), entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                open.push(path);
                continue;
            }
            let below = path.strip_prefix(&source).unwrap();
            if below.starts_with("dialect") || !name.ends_with(".rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            let names = [
                "TerraformDialect",
                "InfraDialect",
                "PlanDialect",
                "dialect::infra",
                "dialect::plan",
                "StackKind::new(",
                "kind.name() ==",
            ];
            told.extend(names.iter().filter(|name| text.contains(**name)).map(|name| format!("{below}: {name}")));
        }
    }
    assert_eq!(told, Vec::<String>::new());
}
