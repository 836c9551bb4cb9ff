//! Nothing is committed that a tool left behind: new snapshots that nobody looked at, halves of merges.

use super::Complaint;
use crate::tree::Tree;

/// Ends of names that tools give what they leave behind.
const ENDS: &[&str] = &[".snap.new", ".pending-snap", ".orig", ".rej", ".bak", ".swp", "~"];

/// Beginnings of lines that a merge leaves in a file.
const MARKERS: [&str; 3] = ["<<<<<<< ", "||||||| ", ">>>>>>> "];

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.files() {
        if ENDS.iter().any(|end| path.ends_with(end)) {
            complaints.push(Complaint::new(path, 0, "was left behind by a tool; remove it"));
        }
        for (number, line) in (1..).zip(text.lines()) {
            if MARKERS.iter().any(|marker| line.starts_with(marker)) {
                complaints.push(Complaint::new(path, number, "is half of a merge"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::said;

    #[test]
    fn it_finds_what_tools_leave_behind() {
        let half = format!("a\n{}main\n", "<".repeat(7) + " ");
        let tree = Tree::of([("a.rs", half.as_str()), ("tests/cli.snap.new", ""), ("tests/cli.snap", "")]);
        assert_eq!(
            said(complaints, &tree),
            "a.rs:2: is half of a merge\ntests/cli.snap.new: was left behind by a tool; remove it"
        );
    }
}
