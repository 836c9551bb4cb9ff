//! A rule of Foreshock is one row, one page and one place that finds it: a file of its own, or checks in the catalog.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::Complaint;
use crate::tree::Tree;

const ROWS: &str = "server/analysis/data/rules.toml";
const PAGES: &str = "docs/rules";
const FILES: &str = "server/analysis/src/findings/rules";
const CHECKS: &str = "server/catalog/data";

/// What only a comparison with the base can find.
const COMPARED: &str = "server/analysis/src/change/score_regression.rs";

/// Files beside the rules that are none.
const NO_RULES: &[&str] = &["mod", "checks", "wording"];

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let table: Table = tree.text(ROWS).unwrap_or_default().parse().unwrap_or_default();
    let rows = table.get("rule").and_then(Value::as_array).into_iter().flatten();
    let rows: BTreeSet<String> = rows.filter_map(|row| row.get("id")?.as_str().map(str::to_owned)).collect();
    let pages = stems(tree, PAGES, ".md");
    let files: BTreeSet<String> =
        stems(tree, FILES, ".rs").into_iter().filter(|stem| !NO_RULES.contains(&stem.as_str())).collect();
    let checked = checked(tree);
    let mut complaints = Vec::new();
    for row in &rows {
        if !pages.contains(row) {
            complaints.push(Complaint::new(ROWS, 0, format!("{row} has no page {PAGES}/{row}.md")));
        }
        let file = row.replace('-', "_");
        let is_compared = COMPARED.ends_with(&format!("/{file}.rs")) && tree.text(COMPARED).is_some();
        if !files.contains(&file) && !is_compared && !checked.contains(row.as_str()) {
            complaints.push(Complaint::new(
                ROWS,
                0,
                format!("nothing finds {row}: no {FILES}/{file}.rs, no check of the catalog"),
            ));
        }
    }
    for page in pages.difference(&rows) {
        complaints.push(Complaint::new(format!("{PAGES}/{page}.md"), 0, format!("has no row in {ROWS}")));
    }
    for file in files.iter().filter(|file| !rows.contains(&file.replace('_', "-"))) {
        complaints.push(Complaint::new(format!("{FILES}/{file}.rs"), 0, format!("has no row in {ROWS}")));
    }
    complaints
}

/// The names of the files directly in a folder, without their end.
fn stems(tree: &Tree, folder: &str, end: &str) -> BTreeSet<String> {
    let names = tree.below(folder).filter_map(|(path, _)| path.get(folder.len() + 1..)?.strip_suffix(end));
    names.filter(|name| !name.contains('/')).map(str::to_owned).collect()
}

/// The rules that checks of the catalog name.
fn checked(tree: &Tree) -> BTreeSet<&str> {
    let lines = tree.below(CHECKS).flat_map(|(_, text)| text.lines());
    lines.filter_map(|line| line.trim().strip_prefix("rule = \"")?.strip_suffix('"')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::said;

    #[test]
    fn it_finds_rules_that_lack_a_part() {
        let tree = Tree::of([
            (ROWS, "[[rule]]\nid = \"single-zone\"\n[[rule]]\nid = \"no-backup\"\n[[rule]]\nid = \"spread\"\n"),
            ("docs/rules/single-zone.md", ""),
            ("docs/rules/spread.md", ""),
            ("docs/rules/old.md", ""),
            ("server/analysis/src/findings/rules/mod.rs", ""),
            ("server/analysis/src/findings/rules/single_zone.rs", ""),
            ("server/analysis/src/findings/rules/new_one.rs", ""),
            ("server/catalog/data/a.toml", "[[a.checks]]\nrule = \"no-backup\"\n"),
        ]);
        assert_eq!(
            said(complaints, &tree),
            "server/analysis/data/rules.toml: no-backup has no page docs/rules/no-backup.md\n\
             server/analysis/data/rules.toml: nothing finds spread: no server/analysis/src/findings/rules/spread.rs, no check of the catalog\n\
             docs/rules/old.md: has no row in server/analysis/data/rules.toml\n\
             server/analysis/src/findings/rules/new_one.rs: has no row in server/analysis/data/rules.toml"
        );
    }
}
