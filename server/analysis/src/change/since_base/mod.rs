//! What of the text is not as it was at the base, in pieces that can be taken back one by one: blocks with their
//! attributes where the dialect has them, runs of lines elsewhere.

mod lines;

use std::collections::BTreeSet;

use foreshock_text::{AnchoredText, FilePath, Place, Span};

use crate::dialect::Texts;
use crate::{Edit, Stack};

/// What happened to a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeForm {
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// It reads otherwise.
    Changed,
}

/// A piece of text that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub(crate) form: ChangeForm,
    /// As people call it: `multi_az`, `aws_db_instance.orders`, `line 12`.
    pub(crate) what: String,
    /// The block it is in, or itself: `aws_db_instance.orders`, `var.ha`.
    pub(crate) owner: String,
    /// All of it as it is now; of what was removed the place it would go back to.
    pub(crate) place: Place,
    /// What to underline: a header, an attribute.
    pub(crate) shown: Place,
    /// Its text before, as far as it fits a line.
    pub(crate) was: Option<String>,
    /// Takes it back.
    pub(crate) revert: Edit,
    /// The attributes of a changed block that differ.
    pub(crate) parts: Vec<Change>,
}

/// What differs between two versions of a stack's text, by place.
pub(crate) fn changes(now: &Stack, now_texts: &dyn Texts, before: &Stack, before_texts: &dyn Texts) -> Vec<Change> {
    let files: BTreeSet<&FilePath> = now.files.iter().chain(&before.files).collect();
    let files: Vec<&FilePath> = files.into_iter().collect();
    let mut changes = now.dialect().pieces(&now.root, &files, now_texts, before_texts);
    changes.sort_by(|one, other| one.place.cmp(&other.place));
    changes
}

/// The runs of lines that differ in files which are there on both sides.
pub(crate) fn changed_lines(files: &[&FilePath], now: &dyn Texts, before: &dyn Texts) -> Vec<Change> {
    let both = files.iter().filter_map(|&file| Some((file, now.text(file)?, before.text(file)?)));
    both.flat_map(|(file, now, before)| lines::changes(file, &now, &before)).collect()
}

/// Whether two texts are the same but for the ends of their lines, which a checkout may rewrite.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one == other || one.lines().eq(other.lines())
}

/// A text with the line ends of the file that it goes into.
pub(crate) fn with_ends_of(text: &str, file: &str) -> String {
    let unix = text.replace("\r\n", "\n");
    if file.contains("\r\n") { unix.replace('\n', "\r\n") } else { unix }
}

/// What fits a line of a message.
pub(crate) fn short(text: &str) -> Option<String> {
    const LONGEST: usize = 60;
    let text = text.trim();
    (!text.is_empty() && !text.contains('\n') && text.chars().count() <= LONGEST).then(|| text.to_owned())
}

/// A span with the blank space before it on its line and its line end behind it, when nothing else is on these lines.
pub(crate) fn whole_lines(text: &AnchoredText, span: Span) -> Span {
    let Span { start, end } = text.real_span(span);
    let before = text.before(span.start);
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let after = text.from(span.end);
    let rest = after.find('\n').map_or(after, |newline| after.get(..=newline).unwrap_or_default());
    let comment = rest.trim_start().starts_with(['#']) || rest.trim_start().starts_with("//");
    let alone = before.get(line..).is_some_and(|lead| lead.trim().is_empty()) && (rest.trim().is_empty() || comment);
    let whole = start - (before.len() - line) as u32..end + rest.len() as u32;
    if alone { text.anchored_span(Span::new(whole.start, whole.end)) } else { span }
}
