//! Tests like data: a fixture, and what it gives.

#![allow(clippy::print_stderr)] // what was compared is part of the result

mod damaged;
mod differential;
mod expressions;
mod hostile;
mod json;
mod laws;
mod print;
mod recovery;
mod structure;
mod survival;
mod versions;

use std::path::{Path, PathBuf};

use expect_test::Expect;

use super::parse;

/// The whole tree of a fixture and its problems.
fn check(fixture: &str, expect: Expect) {
    let (body, problems) = parse(fixture);
    expect.assert_eq(&(print::body(&body) + &print::problems(fixture, &problems)));
}

/// The files of the shared corpus, which is not part of the repository; none when it is missing.
fn corpus(extension: &str) -> Vec<(PathBuf, String)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let mut found = Vec::new();
    for part in ["terraform", "ha-rules"] {
        collect(&shared.join(part), extension, &mut found);
    }
    found
}

fn collect(directory: &Path, extension: &str, found: &mut Vec<(PathBuf, String)>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|found| found == extension)
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            found.push((path, text));
        }
    }
}
