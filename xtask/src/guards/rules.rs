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

/// Who finds what a change takes away, and what applying it does.
const COMPARISONS: [&str; 2] =
    ["server/analysis/src/change/removal/mod.rs", "server/analysis/src/change/apply/findings.rs"];

/// Files beside the rules that are none.
const NO_RULES: &[&str] = &["mod", "table", "checks", "wording"];

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
        // `deletes-stateful` is `RuleId::DeletesStateful`.
        let name: String = row.split('-').map(capitalised).collect();
        let finds = |file: &&str| tree.text(file).is_some_and(|text| text.contains(&format!("RuleId::{name}")));
        let is_removal = COMPARISONS.iter().any(finds);
        if !files.contains(&file) && !is_compared && !is_removal && !checked.contains(row.as_str()) {
            complaints.push(Complaint::new(
                ROWS,
                0,
                format!("nothing finds {row}: no {FILES}/{file}.rs, no check of the catalog"),
            ));
        }
    }
    complaints.extend(compared_with_text(tree, &rows));
    complaints.extend(guide(tree));
    for page in pages.difference(&rows) {
        complaints.push(Complaint::new(format!("{PAGES}/{page}.md"), 0, format!("has no row in {ROWS}")));
    }
    for file in files.iter().filter(|file| !rows.contains(&file.replace('_', "-"))) {
        complaints.push(Complaint::new(format!("{FILES}/{file}.rs"), 0, format!("has no row in {ROWS}")));
    }
    complaints
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// Places that compare the code of a rule as text; there is a name for each.
fn compared_with_text(tree: &Tree, rows: &BTreeSet<String>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let sources = tree.ending(".rs").filter(|(path, _)| path.starts_with("server/") && path.contains("/src/"));
    for (path, text) in sources.filter(|(path, _)| *path != format!("{FILES}/mod.rs") && !path.contains("/tests")) {
        let code = (1..).zip(text.lines()).take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
        for (number, line) in code.filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let named = rows.iter().filter(|row| line.contains(&format!("\"{row}\"")));
            complaints.extend(named.map(|row| Complaint::new(path, number, format!("{row} as text; say RuleId"))));
        }
    }
    complaints
}

/// What tells people how a rule is added names every place that has a part.
fn guide(tree: &Tree) -> Vec<Complaint> {
    const GUIDE: &str = "CONTRIBUTING.md";
    let text = tree.text(GUIDE).unwrap_or_default();
    let section = text.split("\n## ").find(|section| section.starts_with("Add a rule")).unwrap_or_default();
    let missing = [ROWS, PAGES, FILES].into_iter().filter(|part| !section.contains(*part));
    missing.map(|part| Complaint::new(GUIDE, 0, format!("\"Add a rule\" does not name {part}"))).collect()
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

    const GUIDE: &str = "# x\n## Add a rule\n`server/analysis/data/rules.toml`, `docs/rules/<code>.md`, `server/analysis/src/findings/rules/mod.rs`\n";

    #[test]
    fn it_finds_rules_as_text_and_a_guide_that_leaves_something_out() {
        let tree = Tree::of([
            (ROWS, "[[rule]]\nid = \"spread\"\n"),
            ("docs/rules/spread.md", ""),
            ("server/analysis/src/findings/rules/mod.rs", "\"spread\""),
            ("server/analysis/src/findings/rules/spread.rs", ""),
            ("server/report/src/a.rs", "// \"spread\"\nif rule == \"spread\" {}\n#[cfg(test)]\nmod t { \"spread\" }"),
            ("CONTRIBUTING.md", "# x\n## Add a rule\n`server/analysis/src/findings/rules` and `docs/rules`\n"),
        ]);
        assert_eq!(
            said(complaints, &tree),
            "server/report/src/a.rs:2: spread as text; say RuleId\n\
             CONTRIBUTING.md: \"Add a rule\" does not name server/analysis/data/rules.toml"
        );
    }

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
            ("CONTRIBUTING.md", GUIDE),
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
