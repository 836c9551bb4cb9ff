//! Resource types, a fixture each: Terraform in `tests/types`, with what it means as `# =>` lines at the end. The example
//! of CONTRIBUTING.md is one more, with its row beside it.
//!
//! `UPDATE_EXPECT=1 cargo test -p foreshock-catalog --test types` writes those lines; read them before you keep them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)] // a test may

mod rendering;

use std::path::Path;

use foreshock_catalog::{Catalog, Row, assemble};
use rendering::{render, resolve_text};
use serde::Deserialize;

const MARK: &str = "# => ";

/// Terraform with its meaning, and the meaning that it says it has.
fn parts(fixture: &str) -> (String, String) {
    let (meaning, text): (Vec<&str>, Vec<&str>) = fixture.lines().partition(|line| line.starts_with(MARK.trim_end()));
    let meaning = meaning.iter().map(|line| format!("{}\n", line.strip_prefix(MARK).unwrap_or_default()));
    (text.join("\n") + "\n", meaning.collect())
}

fn meaning(text: &str, catalog: &Catalog) -> String {
    render(&assemble(&resolve_text(text).resources, catalog))
}

#[test]
fn each_type_means_what_its_fixture_says() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/types");
    let mut files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let fixture = std::fs::read_to_string(file).unwrap();
        let (text, expected) = parts(&fixture);
        let found = meaning(&text, Catalog::bundled());
        assert!(Catalog::bundled().row(name).is_some(), "{name} has no row; a fixture is called after its type");
        assert!(text.contains(&format!("resource \"{name}\"")), "{name}: there is no such resource in its fixture");
        if found != expected {
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                let marked: String = found.lines().map(|line| format!("{MARK}{line}\n")).collect();
                std::fs::write(file, format!("{}\n\n{marked}", text.trim_end())).unwrap();
            }
            wrong.push(format!("{name}: expected\n{expected}found\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} resource types with a fixture", files.len());
}

/// The content of the fenced blocks of a language, in order; those of a list without its indentation.
fn fenced<'a>(page: &'a str, language: &'a str) -> impl Iterator<Item = String> {
    let open = format!("```{language}\n");
    let mut rest = page;
    std::iter::from_fn(move || {
        let start = rest.find(&open)? + open.len();
        let (block, after) = rest[start..].split_once("```")?;
        rest = after;
        Some(block.lines().map(|line| format!("{}\n", line.strip_prefix("   ").unwrap_or(line))).collect())
    })
}

#[test]
fn the_example_of_contributing_is_true() {
    let page = include_str!("../../../CONTRIBUTING.md");
    let row = fenced(page, "toml").next().expect("CONTRIBUTING.md shows a row");
    let fixture = fenced(page, "terraform").next().expect("CONTRIBUTING.md shows a fixture");
    let table: toml::Table = row.parse().expect("the row is TOML");
    let rows: Vec<(String, Row)> =
        table.into_iter().map(|(name, row)| (name, Row::deserialize(row).expect("a row"))).collect();
    assert_eq!(rows.len(), 1, "one row");
    let bundled = Catalog::bundled();
    assert_eq!(bundled.missing_figures(&rows[0].1), [] as [String; 0]);
    let (text, expected) = parts(&fixture);
    assert!(meaning(&text, bundled).contains("unmapped"), "without the row nobody knows the type");
    assert_eq!(meaning(&text, &bundled.with_rows(rows)), expected);
}
