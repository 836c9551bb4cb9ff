//! What of the text is not as it was at the base, in pieces that can be taken back one by one: blocks with their
//! attributes in Terraform, runs of lines elsewhere.

mod blocks;
mod lines;

use std::collections::BTreeSet;

use foreshock_terraform::{TerraformFiles, is_configuration, is_variable_file};
use foreshock_text::{FilePath, Place, Span};

use crate::{Edit, Stack, StackKind};

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
pub(crate) struct Change {
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

/// What differs between two versions of a stack's text, by place. Files that a package manager wrote are left out.
pub(crate) fn changes(
    now: &Stack,
    now_files: &dyn TerraformFiles,
    before: &Stack,
    before_files: &dyn TerraformFiles,
) -> Vec<Change> {
    let installed = now.root.join(".terraform");
    let mut files: BTreeSet<&FilePath> = now.files.iter().chain(&before.files).collect();
    files.retain(|file| !file.as_path().starts_with(&installed));
    let native = |file: &&FilePath| {
        let path = file.as_path();
        now.kind == StackKind::Terraform
            && (is_configuration(path) || is_variable_file(path))
            && path.extension() != Some("json")
    };
    let (blocks, others): (Vec<&FilePath>, Vec<&FilePath>) = files.into_iter().partition(native);
    let mut changes = blocks::changes(&blocks, now_files, before_files);
    for file in others {
        if let (Some(now), Some(before)) = (now_files.text(file), before_files.text(file)) {
            changes.extend(lines::changes(file, &now, &before));
        }
    }
    changes.sort_by(|one, other| one.place.cmp(&other.place));
    changes
}

/// Whether two texts are the same but for the ends of their lines, which a checkout may rewrite.
fn same(one: &str, other: &str) -> bool {
    one == other || one.lines().eq(other.lines())
}

/// A text with the line ends of the file that it goes into.
fn with_ends_of(text: &str, file: &str) -> String {
    let unix = text.replace("\r\n", "\n");
    if file.contains("\r\n") { unix.replace('\n', "\r\n") } else { unix }
}

/// What fits a line of a message.
fn short(text: &str) -> Option<String> {
    const LONGEST: usize = 60;
    let text = text.trim();
    (!text.is_empty() && !text.contains('\n') && text.chars().count() <= LONGEST).then(|| text.to_owned())
}

/// A span with the blank space before it on its line and its line end behind it, when nothing else is on these lines.
fn whole_lines(text: &str, span: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text.get(..start).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let after = text.get(end..).unwrap_or_default();
    let rest = after.find('\n').map_or(after, |newline| after.get(..=newline).unwrap_or_default());
    let comment = rest.trim_start().starts_with(['#']) || rest.trim_start().starts_with("//");
    let alone = before.get(line..).is_some_and(|lead| lead.trim().is_empty()) && (rest.trim().is_empty() || comment);
    if alone { Span::from_range(line..end + rest.len()) } else { span }
}
