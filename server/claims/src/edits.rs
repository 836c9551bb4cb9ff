//! A text that is edited: after any sequence of edits the same is said as of the last text alone.

use foreshock_analysis::Workspace;
use foreshock_text::FilePath;

use super::stacks::{holds, said};
use super::text;

/// The first byte says how often, the bytes say where and what; the rest is the text.
pub fn edits(bytes: &[u8]) {
    const MOST: usize = 6;
    let Some((&count, bytes)) = bytes.split_first() else { return };
    let count = usize::from(count) % MOST;
    let (plan, bytes) = bytes.split_at(bytes.len().min(4 * count));
    let file = FilePath::new("/w/main.tf");
    let mut now = text(bytes);
    let mut workspace = Workspace::new();
    workspace.set_document(file.clone(), now.as_str().into());
    let _ = workspace.snapshot();
    for step in plan.chunks_exact(4) {
        let [where_, high, much, what] = *step else { continue };
        let at = boundary(&now, usize::from(where_) | usize::from(high) << 8);
        let end = boundary(&now, at + usize::from(much) % 32);
        now.replace_range(at..end, TYPED.get(usize::from(what) % TYPED.len()).copied().unwrap_or_default());
        workspace.set_document(file.clone(), now.as_str().into());
        holds(&workspace.snapshot());
    }
    let mut fresh = Workspace::new();
    fresh.set_document(file, now.as_str().into());
    assert_eq!(said(&workspace.snapshot()), said(&fresh.snapshot()), "after the edits: {now}");
}

/// What people type, whole and half.
const TYPED: [&str; 12] = [
    "",
    "\n",
    "}",
    "{\n",
    "\"",
    "${",
    "# c\n",
    "  count = 2\n",
    "  multi_az = true\n",
    "resource \"aws_db_instance\" \"b\" {\n}\n",
    "locals {\n  a = 1\n}\n",
    "é",
];

/// Between two characters, at most at the end.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}
