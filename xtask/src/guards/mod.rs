//! The rules that are written down, each as one file: what it looks at, what it says, and a test that it can fail.

mod crate_arrows;
mod dependencies;
mod leftovers;
mod links;
mod named_paths;
mod openings;
mod picture;
mod protocol_types;
mod reach;
mod rules;

use std::fmt;

use crate::tree::Tree;

/// Something that is not as it is written down.
#[derive(Debug, PartialEq)]
pub(crate) struct Complaint {
    /// The file.
    path: String,
    /// The line, from 1; 0 for all of the file.
    line: usize,
    /// What is wrong, and what to do.
    says: String,
}

impl Complaint {
    fn new(path: impl Into<String>, line: usize, says: impl Into<String>) -> Complaint {
        Complaint { path: path.into(), line, says: says.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.says),
            line => write!(f, "{}:{line}: {}", self.path, self.says),
        }
    }
}

/// A rule: what it finds in a tree.
type Guard = fn(&Tree) -> Vec<Complaint>;

/// All of them.
const GUARDS: &[Guard] = &[
    crate_arrows::complaints,
    dependencies::complaints,
    leftovers::complaints,
    links::complaints,
    named_paths::complaints,
    openings::complaints,
    picture::complaints,
    protocol_types::complaints,
    reach::complaints,
    rules::complaints,
];

/// What every guard finds.
pub(crate) fn complaints(tree: &Tree) -> Vec<Complaint> {
    GUARDS.iter().flat_map(|guard| guard(tree)).collect()
}

/// For tests: what a guard says, line by line.
#[cfg(test)]
fn said(guard: Guard, tree: &Tree) -> String {
    let lines: Vec<String> = guard(tree).iter().map(ToString::to_string).collect();
    lines.join("\n")
}
