//! Files that a newcomer opens first begin with a paragraph that says what is in them: the roots of crates, `mod.rs` of a
//! folder, tests, and what the pages name.

use std::collections::BTreeSet;

use super::Complaint;
use crate::markdown::code_spans;
use crate::tree::Tree;

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let pages = tree.ending(".md").flat_map(|(_, text)| code_spans(text));
    let named: BTreeSet<&str> = pages.map(|(_, span)| span).filter(|span| span.ends_with(".rs")).collect();
    let is_named = |path: &str| named.iter().any(|name| path == *name || path.ends_with(&format!("/{name}")));
    tree.ending(".rs")
        .filter(|(path, _)| is_first_opened(path) || is_named(path))
        .filter(|(_, text)| !begins_with_paragraph(text))
        .map(|(path, _)| Complaint::new(path, 1, "begins without an opening paragraph (//! what is in here)"))
        .collect()
}

fn is_first_opened(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    matches!(name, "lib.rs" | "main.rs" | "mod.rs") || (folder == "tests" && !path.contains("/src/"))
}

fn begins_with_paragraph(text: &str) -> bool {
    text.lines().next().and_then(|line| line.strip_prefix("//!")).is_some_and(|words| words.trim().len() > 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::said;

    #[test]
    fn it_finds_files_that_begin_in_the_middle() {
        let tree = Tree::of([
            ("docs/a.md", "Read `server/engine/src/cascade.rs` and `b.rs`."),
            ("server/engine/src/cascade.rs", "use std::fmt;"),
            ("server/engine/src/b.rs", "//! What is in here."),
            ("server/engine/src/c.rs", "use std::fmt;"),
            ("server/engine/src/lib.rs", "//!\nmod b;"),
            ("server/engine/tests/laws.rs", "use x;"),
        ]);
        let says = "begins without an opening paragraph (//! what is in here)";
        assert_eq!(
            said(complaints, &tree),
            ["server/engine/src/cascade.rs", "server/engine/src/lib.rs", "server/engine/tests/laws.rs"]
                .map(|path| format!("{path}:1: {says}"))
                .join("\n")
        );
    }
}
