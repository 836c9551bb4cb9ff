//! Root modules that were moved to another directory since the base.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_terraform::{is_configuration, is_variable_file};
use foreshock_text::FilePath;

use super::calls::CallGraph;
use crate::dialect::Texts;

/// Of ten lines that one of two directories has, so many are the same when one is the other, moved.
const SAME_OF_TEN: usize = 8;

/// The root of the base that now stands at `root`: a root that is gone and had nearly all the same lines. `None` where several
/// are as likely.
pub(super) fn moved_from(
    root: &Utf8Path,
    calls: &CallGraph,
    present: &dyn Texts,
    base: &dyn Texts,
) -> Option<Utf8PathBuf> {
    let now = lines(root, present);
    let mut candidates: Vec<(Reverse<usize>, bool, &Utf8PathBuf)> = calls
        .directories()
        .filter(|directory| calls.is_root(directory) && !has_module(directory, present))
        .filter_map(|directory| {
            let then = lines(directory, base);
            let same: usize = now.iter().map(|(line, count)| *then.get(line).unwrap_or(&0).min(count)).sum();
            let most = now.values().sum::<usize>().max(then.values().sum());
            let enough = same > 0 && same * 10 >= most * SAME_OF_TEN;
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
fn has_module(directory: &Utf8Path, texts: &dyn Texts) -> bool {
    texts.list(directory).iter().any(|file| is_configuration(file.as_path()))
}

/// How often a line stands in a file, by the file's name.
type Lines = BTreeMap<(String, String), usize>;

/// The lines of the Terraform files of a directory that are not empty.
fn lines(directory: &Utf8Path, texts: &dyn Texts) -> Lines {
    let ours = |file: &FilePath| is_configuration(file.as_path()) || is_variable_file(file.as_path());
    let mut lines = Lines::new();
    for file in texts.list(directory).into_iter().filter(ours) {
        let (Some(name), Some(parsed)) = (file.as_path().file_name(), texts.parsed(&file)) else { continue };
        for line in parsed.text.whole().lines().map(str::trim).filter(|line| !line.is_empty()) {
            *lines.entry((name.to_owned(), line.to_owned())).or_default() += 1;
        }
    }
    lines
}
