use std::cmp::Reverse;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_terraform::{Files, is_configuration, is_variable_file};
use foreshock_text::FilePath;

use super::Workspace;
use super::seen::is_same_text;
use crate::disk::Sources;

/// Of ten files that one of two directories has, so many are the same when one is the other, moved.
const SAME_OF_TEN: usize = 8;

/// The root of the base that now stands at `root`: a root that is gone and had nearly all the same files. `None` where several
/// are as likely.
pub(super) fn moved_from(root: &Utf8Path, present: &Sources, base: &mut Workspace) -> Option<Utf8PathBuf> {
    base.index();
    let now = texts(root, present);
    let mut candidates: Vec<(Reverse<usize>, bool, &Utf8PathBuf)> = base
        .calls
        .directories()
        .filter(|directory| base.calls.is_root(directory) && !has_module(directory, present))
        .filter_map(|directory| {
            let then = texts(directory, &base.sources);
            let is_same = |(name, text): &&(String, String)| {
                then.iter().any(|(other, then)| other == name && is_same_text(text, then))
            };
            let same = now.iter().filter(is_same).count();
            let enough = same > 0 && same * 10 >= now.len().max(then.len()) * SAME_OF_TEN;
            enough.then_some((Reverse(same), directory.file_name() != root.file_name(), directory))
        })
        .collect();
    candidates.sort();
    match candidates.as_slice() {
        [(same, other_name, _), (next, next_name, _), ..] if same == next && other_name == next_name => None,
        [(.., directory), ..] => Some((*directory).clone()),
        [] => None,
    }
}

/// Whether a directory holds Terraform files.
pub(super) fn has_module(directory: &Utf8Path, sources: &Sources) -> bool {
    sources.list(directory).iter().any(|file| is_configuration(file.as_path()))
}

/// The Terraform files of a directory, by name.
fn texts(directory: &Utf8Path, sources: &Sources) -> Vec<(String, String)> {
    let ours = |file: &FilePath| is_configuration(file.as_path()) || is_variable_file(file.as_path());
    let files = sources.list(directory).into_iter().filter(ours);
    let named = files
        .filter_map(|file| Some((file.as_path().file_name()?.to_owned(), sources.parsed(&file)?.text.to_string())));
    named.collect()
}
