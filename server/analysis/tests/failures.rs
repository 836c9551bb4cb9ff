//! A panic is contained to the stack that it happens on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{
    DIALECTS, Dialect, Meaning, PlainFile, ProblemCode, Reader, Site, Snapshot, SourceFile, StackKind, StackSettings,
    Texts, Understood, Workspace,
};
use foreshock_text::FilePath;

/// A dialect of files that it reads, unless they say `panic`.
#[derive(Debug)]
struct Fragile;

struct FragileReader;

impl Dialect for Fragile {
    fn id(&self) -> StackKind {
        StackKind::new("fragile")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        file.extension() == Some("fragile")
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(FragileReader)
    }
}

impl Reader for FragileReader {
    fn roots_of(&mut self, document: &FilePath, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        BTreeSet::from([document.as_path().to_owned()])
    }

    fn roots_below(&mut self, folder: &Utf8Path, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        site.files_below(folder).into_iter().filter(|file| Fragile.claims(file)).collect()
    }

    fn understand(&mut self, root: &Utf8Path, texts: &dyn Texts, _: &StackSettings) -> Result<Understood, String> {
        let file = FilePath::new(root);
        let text = texts.text(&file).unwrap();
        assert!(!text.contains("panic"), "a law is\nbroken");
        let read = SourceFile::Plain(Arc::new(PlainFile::new(file.clone(), text, Vec::new())));
        Ok(Understood::new(Fragile.id(), Meaning::Components(Arc::default()), vec![(file, read)]))
    }
}

fn workspace() -> Workspace {
    static TABLE: LazyLock<Vec<&dyn Dialect>> =
        LazyLock::new(|| std::iter::once(&Fragile as &dyn Dialect).chain(DIALECTS.iter().copied()).collect());
    Workspace::with_dialects(&TABLE)
}

const SHOP: &str = "\
components:
  - {id: app, type: app_server}
  - {id: db, type: database}
dependencies:
  - {source: app, target: db, type: requires}
";

fn told(snapshot: &Snapshot) -> String {
    let mut told = String::new();
    for stack in &snapshot.stacks {
        told += &format!("{}: {} findings", stack.root.file_name().unwrap(), stack.findings.len());
        for problem in &stack.problems {
            let file = problem.file.as_path().file_name().unwrap();
            told += &format!("; {} in {file}: {}", problem.code.name(), problem.problem.message);
        }
        told.push('\n');
    }
    told
}

const FAILED: &str = "b.fragile: 0 findings; failure in b.fragile: Foreshock failed on this stack: a law is broken. \
                      That is a mistake of Foreshock; please report it\n";

#[test]
fn the_other_stacks_of_an_editor_stay() {
    let mut workspace = workspace();
    let file = |name: &str| FilePath::new(format!("/w/{name}"));
    workspace.set_document(file("a.yaml"), SHOP.into());
    workspace.set_document(file("b.fragile"), "fine".into());
    workspace.set_document(file("c.fragile"), "fine".into());
    let before = workspace.snapshot();
    let findings = before.stacks[0].findings.len();
    assert!(findings > 0);
    workspace.set_document(file("b.fragile"), "panic".into());
    let failed = workspace.snapshot();
    assert_eq!(told(&failed), format!("a.yaml: {findings} findings\n{FAILED}c.fragile: 0 findings\n"));
    assert!(Arc::ptr_eq(&before.stacks[0], &failed.stacks[0]), "it was not read again");
    assert_eq!(failed.problems_in(&file("b.fragile")).len(), 1);
    // It is tried again with the next picture, and comes back with the text.
    assert_eq!(told(&workspace.snapshot()), told(&failed));
    workspace.set_document(file("b.fragile"), "fine".into());
    assert_eq!(told(&workspace.snapshot()), told(&before));
}

#[test]
fn the_other_stacks_of_a_directory_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(directory.path()).unwrap().canonicalize_utf8().unwrap();
    std::fs::write(root.join("a.yaml"), SHOP).unwrap();
    std::fs::write(root.join("b.fragile"), "panic").unwrap();
    std::fs::write(root.join("main.tf"), "resource \"aws_instance\" \"x\" {\n  ami = \"a\"\n}\n").unwrap();
    let snapshot = workspace().snapshot_of(&root).unwrap();
    assert_eq!(snapshot.stacks.len(), 3, "{}", told(&snapshot));
    assert!(told(&snapshot).contains(FAILED), "{}", told(&snapshot));
    let is_failure = |stack: &&Arc<foreshock_analysis::Stack>| {
        stack.problems.iter().any(|problem| problem.code == ProblemCode::Failure)
    };
    assert_eq!(snapshot.stacks.iter().filter(is_failure).count(), 1);
}
