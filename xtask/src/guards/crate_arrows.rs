//! Crates know the crates that [`CRATES`](crate::crates::CRATES) says, no more and no fewer; test crates are known by tests alone.

use std::collections::BTreeSet;

use super::Complaint;
use crate::crates::{CRATES, Crate, ONLY_IN_TESTS, dependencies, manifest, members, short};
use crate::tree::Tree;

/// Where the table is.
const TABLE: &str = "xtask/src/crates.rs";

/// The page that says what each crate knows.
const PAGE: &str = "docs/architecture.md";

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = against(tree, CRATES, ONLY_IN_TESTS);
    complaints.extend(without_row(tree, CRATES));
    complaints
}

/// The crates of which the page does not say what they know and must never know.
fn without_row(tree: &Tree, crates: &[Crate]) -> Vec<Complaint> {
    let page = tree.text(PAGE).unwrap_or_default();
    let has_row = |known: &&Crate| {
        page.lines().any(|line| line.starts_with('|') && line.contains(&format!("| `{}` |", known.folder)))
    };
    let missing = crates.iter().filter(|known| !has_row(known));
    missing.map(|known| Complaint::new(PAGE, 0, format!("{} has no row", known.folder))).collect()
}

fn against(tree: &Tree, crates: &[Crate], only_in_tests: &[&str]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let members = members(tree);
    for member in members.iter().filter(|member| crates.iter().all(|known| known.folder != **member)) {
        complaints.push(Complaint::new(
            TABLE,
            0,
            format!("{member} is a member of the workspace and has no line here"),
        ));
    }
    for known in crates {
        if !members.iter().any(|member| member == known.folder) {
            complaints.push(Complaint::new(TABLE, 0, format!("{} is no member of the workspace", known.folder)));
            continue;
        }
        complaints.extend(of_crate(tree, known, only_in_tests));
    }
    complaints
}

fn of_crate(tree: &Tree, known: &Crate, only_in_tests: &[&str]) -> Vec<Complaint> {
    let path = format!("{}/Cargo.toml", known.folder);
    let Some(manifest) = manifest(tree, known.folder) else {
        return vec![Complaint::new(path, 0, "can't be read")];
    };
    let mut used = BTreeSet::new();
    for table in ["dependencies", "build-dependencies"] {
        used.extend(dependencies(&manifest, table));
    }
    let used: BTreeSet<&str> = used.iter().filter_map(|package| short(package)).collect();
    let allowed: BTreeSet<&str> = known.knows.iter().copied().collect();
    let mut complaints = Vec::new();
    for name in used.difference(&allowed) {
        let why = match only_in_tests.contains(name) {
            true => "is for tests: it belongs into dev-dependencies".to_owned(),
            false => format!("is not among what {} may know ({TABLE})", known.name),
        };
        complaints.push(Complaint::new(&path, 0, format!("{name} {why}")));
    }
    for name in allowed.difference(&used) {
        complaints.push(Complaint::new(&path, 0, format!("{name} is not used; take it out of {TABLE}")));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crates::May;

    #[test]
    fn it_finds_crates_of_which_nothing_is_said() {
        let tree = Tree::of([(PAGE, "| crate | folder |\n|---|---|\n| `a` | `server/a` | x |\n")]);
        let of = |name, folder| Crate { name, folder, knows: &[], may: May::Compute };
        let said = without_row(&tree, &[of("a", "server/a"), of("b", "server/b")]);
        assert_eq!(said, [Complaint::new(PAGE, 0, "server/b has no row")]);
    }

    #[test]
    fn it_finds_arrows_that_nobody_allowed() {
        let tree = Tree::of([
            ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\", \"new\"]"),
            (
                "a/Cargo.toml",
                "[dependencies]\nforeshock-b.workspace = true\nforeshock-fixture.workspace = true\nserde = \"1\"",
            ),
            ("b/Cargo.toml", "[dev-dependencies]\nforeshock-fixture.workspace = true"),
        ]);
        let of = |name, knows| Crate { name, folder: name, knows, may: May::Compute };
        let crates = [of("a", &[]), of("b", &["c"]), of("gone", &[])];
        let said: Vec<String> = against(&tree, &crates, &["fixture"]).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "xtask/src/crates.rs: new is a member of the workspace and has no line here",
                "a/Cargo.toml: b is not among what a may know (xtask/src/crates.rs)",
                "a/Cargo.toml: fixture is for tests: it belongs into dev-dependencies",
                "b/Cargo.toml: c is not used; take it out of xtask/src/crates.rs",
                "xtask/src/crates.rs: gone is no member of the workspace",
            ]
        );
    }
}
