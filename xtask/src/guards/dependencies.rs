//! docs/dependencies.md has a row for every crate of others that we build with, and no row for one that is gone.

use std::collections::BTreeSet;

use super::Complaint;
use crate::crates::{dependencies, manifest, members, short};
use crate::markdown::first_cells;
use crate::tree::Tree;

const PAGE: &str = "docs/dependencies.md";

/// What belongs to a crate that has a row.
const PARTS: &[(&str, &str)] = &[("futures", "tokio"), ("tower", "tokio"), ("tracing-subscriber", "tracing")];

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let Some(page) = tree.text(PAGE) else { return vec![Complaint::new(PAGE, 0, "is not there")] };
    // The table of own code begins its rows with paths.
    let mut cells = first_cells(page);
    cells.retain(|(_, cell)| !cell.starts_with('`'));
    let rows: BTreeSet<&str> = cells.iter().flat_map(|(_, cell)| cell.split(", ")).collect();
    let used = used(tree);
    let stands_for = |name: &str| {
        PARTS.iter().find(|(part, _)| *part == name).map_or_else(|| name.to_owned(), |(_, whole)| (*whole).to_owned())
    };
    let missing = used.iter().filter(|name| !rows.contains(name.as_str()) && !rows.contains(stands_for(name).as_str()));
    let mut complaints: Vec<Complaint> = missing
        .map(|name| Complaint::new(PAGE, 0, format!("{name} has no row: what it is for, and what was turned down")))
        .collect();
    for (line, cell) in &cells {
        let gone = cell.split(", ").filter(|name| !used.contains(*name));
        complaints.extend(gone.map(|name| Complaint::new(PAGE, *line, format!("{name} is no dependency"))));
    }
    complaints
}

/// The crates of others that the workspace and its members name.
fn used(tree: &Tree) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let workspace = manifest(tree, "").and_then(|manifest| manifest.get("workspace")?.as_table().cloned());
    used.extend(workspace.iter().flat_map(|workspace| dependencies(workspace, "dependencies")));
    for member in members(tree) {
        let Some(manifest) = manifest(tree, &member) else { continue };
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            used.extend(dependencies(&manifest, table));
        }
    }
    used.retain(|name| short(name).is_none());
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::said;

    #[test]
    fn it_finds_what_has_no_row_and_rows_of_nothing() {
        let tree = Tree::of([
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\nserde = \"1\"\nforeshock-b.path = \"b\"\ntoml = \"1\"",
            ),
            ("a/Cargo.toml", "[dependencies]\ncsv = \"1\""),
            (
                "docs/dependencies.md",
                "| crate | used for |\n|---|---|\n| serde, toml | data |\n| hcl-rs | nothing |\n| `a/b.rs` | ours |\n",
            ),
        ]);
        assert_eq!(
            said(complaints, &tree),
            "docs/dependencies.md: csv has no row: what it is for, and what was turned down\n\
             docs/dependencies.md:4: hcl-rs is no dependency"
        );
    }
}
