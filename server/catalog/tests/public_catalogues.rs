//! The table of the public catalogues names what there is, and says of most of what they ask who finds it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)] // a test may

use std::collections::{BTreeMap, BTreeSet};

use foreshock_catalog::{Catalog, Role, public_checks};
use foreshock_fixture::shared;

/// Of a hundred checks that can be decided from text, so many are found at least.
const LEAST_FOUND: usize = 80;

#[test]
fn the_table_names_what_there_is() {
    let catalog = Catalog::bundled();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for check in public_checks() {
        let name = format!("{} {}", check.catalogue, check.id);
        if !seen.insert((check.catalogue, check.id, check.types)) {
            wrong.push(format!("{name} is there twice"));
        }
        if check.found_by.is_empty() && check.reason.is_empty() {
            wrong.push(format!("{name}: neither found nor a reason"));
        }
        for found_by in check.found_by.split_whitespace() {
            let (kind, found_by) = found_by.split_once(':').unwrap();
            let mut types = check.types.split_whitespace();
            match kind {
                "family" => match catalog.families().iter().find(|family| family.id == found_by) {
                    None => wrong.push(format!("{name}: there is no family {found_by}")),
                    Some(_) if types.any(|name| in_family(catalog, name, found_by)) => {}
                    Some(_) => wrong.push(format!("{name}: {found_by} is of none of {}", check.types)),
                },
                // What the system shows needs a component; what one resource shows is a check of its row.
                "rule" => {
                    let finds = |name: &str| {
                        let row = catalog.row(name)?;
                        Some(row.role() == Role::Component || row.checks.iter().any(|check| check.rule == found_by))
                    };
                    if !types.any(|name| finds(name) == Some(true)) {
                        wrong.push(format!("{name}: {found_by} finds nothing on {}", check.types));
                    }
                }
                _ => wrong.push(format!("{name}: {kind} is neither family nor rule")),
            }
        }
        wrong.extend(
            check.types.split_whitespace().filter(|name| catalog.row(name).is_none()).map(|t| format!("{name}: {t}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn in_family(catalog: &Catalog, type_name: &str, family: &str) -> bool {
    catalog.row(type_name).is_some_and(|row| row.checks.iter().any(|check| check.family.as_deref() == Some(family)))
}

#[test]
fn every_family_finds_what_somebody_asks_or_is_known_to() {
    let asked: BTreeSet<&str> = public_checks().iter().flat_map(|check| check.found_by.split_whitespace()).collect();
    let ours: Vec<&str> = Catalog::bundled()
        .families()
        .iter()
        .filter(|family| !asked.contains(format!("family:{}", family.id).as_str()) && family.source.is_empty())
        .map(|family| family.id.as_str())
        .collect();
    assert!(ours.is_empty(), "nobody asks for {ours:?}, and no source is named");
}

#[test]
fn most_of_what_is_asked_is_found() {
    let mut classes: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for check in public_checks() {
        classes.entry(check.class).or_default()[usize::from(check.found_by.is_empty())] += 1;
    }
    println!("{:<12} {:>6} {:>16}", "class", "found", "not, by a reason");
    for (class, [found, reasons]) in &classes {
        println!("{class:<12} {found:>6} {reasons:>16}");
    }
    let found: usize = classes.values().map(|[found, _]| found).sum();
    let all = public_checks().len();
    println!("{found} of {all} are found");
    assert!(100 * found >= LEAST_FOUND * all, "{found} of {all}");
}

/// Nothing of the catalogues is left out of the table, where their list is beside the repository.
#[test]
fn the_table_is_of_the_whole_catalogues() {
    let Some(list) = shared("data/rule-catalogues.csv") else { return };
    let list = std::fs::read_to_string(list).unwrap();
    let table: BTreeSet<(&str, &str)> = public_checks().iter().map(|check| (check.catalogue, check.id)).collect();
    let mut missing = Vec::new();
    let mut decidable = 0;
    for line in list.lines().skip(1) {
        // The first five fields have no quotes: catalogue, id, types, class, whether text decides it.
        let fields: Vec<&str> = line.splitn(6, ',').collect();
        if fields.get(4) == Some(&"yes") {
            decidable += 1;
            if !table.contains(&(fields[0], fields[1])) {
                missing.push(format!("{} {}", fields[0], fields[1]));
            }
        }
    }
    println!("{decidable} checks can be decided from text");
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(decidable, public_checks().len());
}
