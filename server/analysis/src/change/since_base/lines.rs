//! YAML and JSON: runs of lines, and in a run of as many lines as before line by line.

use foreshock_text::{FilePath, Place, Span};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Change, ChangeForm, short, with_ends_of};
use crate::Edit;

/// What differs between two versions of a text.
pub(super) fn changes(file: &FilePath, now: &str, before: &str) -> Vec<Change> {
    let (new, old) = (Lines::of(now), Lines::of(before));
    let mut changes = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, &old.bare, &new.bare) {
        let (old_run, new_run) = (op.old_range(), op.new_range());
        let form = match op {
            DiffOp::Equal { .. } => continue,
            DiffOp::Insert { .. } => ChangeForm::Added,
            DiffOp::Delete { .. } => ChangeForm::Removed,
            DiffOp::Replace { .. } => ChangeForm::Changed,
        };
        let one = |form, old_run: std::ops::Range<usize>, new_run: std::ops::Range<usize>| {
            let span = new.span(&new_run);
            let shown = Place::new(file.clone(), new.content(&new_run));
            let was = old.span(&old_run).text(before);
            let mut text = with_ends_of(was, now);
            // The last line of a text may have no end.
            if !text.is_empty() && !text.ends_with('\n') && new_run.end < new.starts.len() {
                text.push('\n');
            }
            Change {
                form,
                what: format!("line {}", new_run.start + 1),
                owner: format!("line {}", new_run.start + 1),
                place: Place::new(file.clone(), span),
                shown,
                was: short(was),
                revert: Edit { place: Place::new(file.clone(), span), text },
                parts: Vec::new(),
            }
        };
        let mut change = one(form, old_run.clone(), new_run.clone());
        if old_run.len() == new_run.len() && new_run.len() > 1 {
            let lines = old_run.zip(new_run);
            change.parts = lines.map(|(old, new)| one(ChangeForm::Changed, old..old + 1, new..new + 1)).collect();
        }
        changes.push(change);
    }
    changes
}

/// A text in lines.
struct Lines<'t> {
    /// Without their ends.
    bare: Vec<&'t str>,
    starts: Vec<usize>,
    length: usize,
}

impl Lines<'_> {
    fn of(text: &str) -> Lines<'_> {
        let mut start = 0;
        let mut lines = Lines { bare: Vec::new(), starts: Vec::new(), length: text.len() };
        for line in text.split_inclusive('\n') {
            lines.bare.push(line.trim_end_matches(['\n', '\r']));
            lines.starts.push(start);
            start += line.len();
        }
        lines
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.length)
    }

    /// All of a run, the end of its last line included.
    fn span(&self, run: &std::ops::Range<usize>) -> Span {
        Span::from_range(self.start(run.start)..self.start(run.end))
    }

    /// What is written on its first line, without indentation.
    fn content(&self, run: &std::ops::Range<usize>) -> Span {
        let Some(line) = self.bare.get(run.start).filter(|_| !run.is_empty()) else {
            return Span::from_range(self.start(run.start)..self.start(run.start));
        };
        let indentation = line.len() - line.trim_start().len();
        let start = self.start(run.start);
        Span::from_range(start + indentation..start + line.len())
    }
}
