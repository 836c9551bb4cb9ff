//! Files that a page or a comment names are there: `server/text/src/lib.rs`, and `lib.rs` alone.

use super::Complaint;
use crate::markdown::code_spans;
use crate::tree::{Tree, parent};

/// Folders at the root: a name that begins with one is a path of the repository.
const ROOTS: &[&str] = &["server", "docs", "tests", "fixtures", "editors", "xtask", ".ci", ".cargo"];

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.ending(".md") {
        let named = code_spans(text).into_iter().chain(commands(path, text));
        complaints.extend(missing(tree, path, named));
    }
    for (path, text) in tree.ending(".rs") {
        let comments = (1..).zip(text.lines()).filter_map(|(number, line)| Some((number, comment(line)?)));
        let named =
            comments.flat_map(|(number, line)| line.split('`').skip(1).step_by(2).map(move |span| (number, span)));
        complaints.extend(missing(tree, path, named));
    }
    complaints
}

fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("//")
}

/// The words of the commands in CONTRIBUTING: what it tells people to type has to be there.
fn commands<'t>(path: &'t str, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    let lines = (1..).zip(text.lines()).filter(move |_| path == "CONTRIBUTING.md");
    let commands = lines.filter_map(|(number, line)| Some((number, line.strip_prefix("    ")?)));
    commands.flat_map(|(number, line)| line.split_whitespace().map(move |word| (number, word)))
}

fn missing<'t>(tree: &Tree, path: &str, named: impl Iterator<Item = (usize, &'t str)>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (line, span) in named {
        let of_root = span.split_once('/').is_some_and(|(first, _)| ROOTS.contains(&first));
        let of_rust = is_rust_file(span) && !span.starts_with('/');
        for name in spelled_out(span).into_iter().filter(|_| of_root || of_rust) {
            let there = of_root && (holds(tree, &name) || is_beside(tree, path, &name));
            let there = there || of_rust && tree.files().any(|(file, _)| ends_with(file, &name));
            if !there {
                complaints.push(Complaint::new(path, line, format!("there is no {name}")));
            }
        }
    }
    complaints
}

fn is_rust_file(span: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '{' | '}' | ',');
    span.strip_suffix(".rs").is_some_and(|stem| !stem.is_empty() && stem.chars().all(is_name))
}

/// One pair of braces stands for several files.
fn spelled_out(span: &str) -> Vec<String> {
    let braced = span.split_once('{').and_then(|(before, rest)| {
        let (names, after) = rest.split_once('}')?;
        Some(names.split(',').map(|name| format!("{before}{name}{after}")).collect())
    });
    braced.unwrap_or_else(|| vec![span.to_owned()])
}

/// A path of the repository; up to the first `*` or `<name>`, where there is one.
fn holds(tree: &Tree, name: &str) -> bool {
    match name.split_once(['*', '<']) {
        Some((before, _)) => tree.files().any(|(file, _)| file.starts_with(before)),
        None => tree.holds(name),
    }
}

/// A comment may name a file as it is from the folder of its crate, or from any folder above the file.
fn is_beside(tree: &Tree, path: &str, name: &str) -> bool {
    let above = std::iter::successors(Some(parent(path)), |folder| Some(parent(folder)).filter(|_| !folder.is_empty()));
    path.ends_with(".rs") && above.into_iter().any(|folder| tree.holds(&format!("{folder}/{name}")))
}

fn ends_with(file: &str, name: &str) -> bool {
    file.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::said;

    #[test]
    fn it_finds_names_of_files_that_are_gone() {
        let tree = Tree::of([
            ("CONTRIBUTING.md", "see\n\n    tests/run --all\n    tests/gone\n"),
            ("docs/a.md", "`server/a.rs`, `server/{a,b}.rs`, `server/*.rs`, `a.rs`, `c.rs`, `x/y`, `envs/a.tf`"),
            ("server/a.rs", "//! See `docs/a.md` and `docs/b.md`.\nlet x = \"`docs/c.md`\";"),
            ("tests/run", ""),
        ]);
        assert_eq!(
            said(complaints, &tree),
            "CONTRIBUTING.md:4: there is no tests/gone\n\
             docs/a.md:1: there is no server/b.rs\n\
             docs/a.md:1: there is no c.rs\n\
             server/a.rs:1: there is no docs/b.md"
        );
    }
}
