//! Edits as they are offered to the client: what the requests for quick fixes and for the repair of a whole file share.

pub(super) mod ignore;
mod proofs;

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_analysis::{Edit, Finding};
use foreshock_text::FilePath;

pub(super) use self::proofs::Proofs;
use super::diagnostics::{self, Diagnostic};
use super::view::{Range, View};

/// An offered edit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Action {
    /// `Enable Multi-AZ (+18 points, 40 h a year less)`.
    pub(super) title: String,
    /// Its kind.
    pub(super) kind: ActionKind,
    /// The best of its finding.
    pub(super) preferred: bool,
    /// The diagnostics that go away.
    pub(super) resolves: Vec<Diagnostic>,
    /// The edits by document.
    pub(super) edits: Vec<DocumentEdits>,
    /// The client takes edits that name the version they are for.
    pub(super) versioned: bool,
}

/// What sort of action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActionKind {
    /// Repairs one finding.
    QuickFix,
    /// Repairs every finding of the file that has a repair.
    FixAll,
}

/// The edits of one document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DocumentEdits {
    /// The document.
    pub(super) uri: Arc<str>,
    /// The version they are for; `None` for a document that is not open.
    pub(super) version: Option<i32>,
    /// What is replaced, and by what.
    pub(super) edits: Vec<(Range, String)>,
}

/// Which kinds the client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// What repairs, or silences, a finding.
    pub(super) quick_fixes: bool,
    /// What repairs the whole file.
    pub(super) fix_all: bool,
}

impl Wanted {
    /// Without a list, quick fixes: repairing a whole file is done on demand, never offered in passing.
    pub(super) fn from_kinds<'a>(kinds: Option<impl Iterator<Item = &'a str>>) -> Wanted {
        let Some(kinds) = kinds else { return Wanted { quick_fixes: true, fix_all: false } };
        let mut wanted = Wanted { quick_fixes: false, fix_all: false };
        for kind in kinds {
            // A kind stands for itself and everything below it; the empty one for all.
            let covers = |ours: &str| kind.is_empty() || ours == kind || ours.starts_with(&format!("{kind}."));
            wanted.quick_fixes |= covers("quickfix");
            wanted.fix_all |= covers("source.fixAll.foreshock");
        }
        wanted
    }
}

impl Action {
    /// A quick fix for a finding.
    pub(super) fn quick_fix<'a>(
        view: &View,
        finding: &Finding,
        title: String,
        edits: impl Iterator<Item = &'a Edit>,
    ) -> Action {
        Action {
            title,
            kind: ActionKind::QuickFix,
            preferred: false,
            resolves: vec![diagnostics::of_finding(view, finding)],
            edits: by_document(view, edits),
            versioned: view.versioned_edits,
        }
    }
}

/// Edits by the document that they are made in, in the client's units.
pub(super) fn by_document<'a>(view: &View, edits: impl Iterator<Item = &'a Edit>) -> Vec<DocumentEdits> {
    let mut files: BTreeMap<&FilePath, Vec<&Edit>> = BTreeMap::new();
    edits.for_each(|edit| files.entry(&edit.place.file).or_default().push(edit));
    let document = |(file, mut edits): (&FilePath, Vec<&Edit>)| {
        edits.sort_by_key(|edit| edit.place.span);
        DocumentEdits {
            uri: view.uri(file),
            version: view.open_document(file).map(|document| document.version),
            edits: edits.iter().map(|edit| (view.range(file, edit.place.span), edit.text.clone())).collect(),
        }
    };
    files.into_iter().map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kinds: Option<&[&str]>, quick_fixes: bool, fix_all: bool) {
        let wanted = Wanted::from_kinds(kinds.map(|kinds| kinds.iter().copied()));
        assert_eq!(wanted, Wanted { quick_fixes, fix_all }, "{kinds:?}");
    }

    #[test]
    fn a_kind_covers_what_is_below_it() {
        check(None, true, false);
        check(Some(&[]), false, false);
        check(Some(&[""]), true, true);
        check(Some(&["quickfix"]), true, false);
        check(Some(&["source"]), false, true);
        check(Some(&["source.fixAll"]), false, true);
        check(Some(&["source.fixAll.foreshock"]), false, true);
        check(Some(&["source.fixAll.eslint", "refactor"]), false, false);
        check(Some(&["quick"]), false, false);
    }
}
