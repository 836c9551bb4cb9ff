//! The table of types, held to the catalog: each type has a row there, and what that row reads can be written.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use foreshock_catalog::{Catalog, Role};
use foreshock_cloudformation::rows;

#[test]
fn each_type_has_a_row() {
    let (rows, problem) = rows();
    assert_eq!(problem, None);
    let catalog = Catalog::bundled();
    let without: Vec<String> = rows
        .filter(|(_, row)| catalog.row(&row.is).is_none())
        .map(|(name, row)| format!("{name}: {}", row.is))
        .collect();
    assert!(without.is_empty(), "no row in the catalog:\n{}", without.join("\n"));
}

/// Every attribute that a row of the catalog reads is what some property is called, or is listed as what none decides.
#[test]
fn what_a_row_reads_can_be_written() {
    let catalog = Catalog::bundled();
    let (mut missing, mut needless) = (Vec::new(), Vec::new());
    for (name, row) in rows().0 {
        let Some(read) = catalog.row(&row.is).filter(|read| read.role() != Role::Ignored) else { continue };
        let mut written: BTreeSet<String> = row.properties().map(|(path, _)| row.path_of(path)).collect();
        written.extend(row.given().map(str::to_owned));
        written.insert("tags".to_owned());
        let known: Vec<String> = written.iter().cloned().collect();
        let reached = |path: &str| {
            let path = path.trim_end_matches(".*");
            let below = |other: &String| {
                let inner = other.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
                inner || path.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('.'))
            };
            known.iter().any(below)
        };
        let reads = read.reads();
        for path in reads.iter().filter(|path| !reached(path) && !row.none.iter().any(|none| none == *path)) {
            missing.push(format!("{name}: {path}"));
        }
        for path in row.none.iter().filter(|path| reached(path) || !reads.contains(path.as_str())) {
            needless.push(format!("{name}: {path}"));
        }
    }
    assert!(missing.is_empty(), "neither a property nor in `none`:\n{}", missing.join("\n"));
    assert!(needless.is_empty(), "in `none` for nothing:\n{}", needless.join("\n"));
}
