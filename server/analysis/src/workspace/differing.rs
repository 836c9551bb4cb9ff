//! The files of which something else may be told than in the picture before.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_text::FilePath;
use rustc_hash::FxHashMap;

use super::snapshot::Snapshot;
use crate::{Finding, Stack};

impl Snapshot {
    /// The files of which something else may be told than in another picture: other findings, problems or notices, other
    /// lines, or lines of others that they mention. What both pictures share is not looked at; nor is a file of which nothing
    /// is told.
    pub fn differing_files(&self, before: &Snapshot) -> BTreeSet<FilePath> {
        let mut differing = BTreeSet::new();
        let edited: BTreeSet<&FilePath> = self.edited(before).collect();
        let mut former: FxHashMap<_, &Arc<Stack>> =
            before.stacks.iter().map(|stack| ((&stack.root, stack.kind, stack.variant()), stack)).collect();
        for stack in &self.stacks {
            let old = former.remove(&(&stack.root, stack.kind, stack.variant()));
            let is_same = old.is_some_and(|old| Arc::ptr_eq(old, stack));
            if is_same && edited.is_empty() {
                continue;
            }
            for finding in stack.findings.iter().filter(|_| !edited.is_empty()) {
                let mut places = finding.evidence.iter().map(|evidence| &evidence.place).chain([&finding.place]);
                if places.any(|place| edited.contains(&place.file)) {
                    differing.extend(files_of(finding).cloned());
                }
            }
            let problems = stack.problems.iter().map(|problem| &problem.file);
            differing.extend(problems.filter(|file| edited.contains(file)).cloned());
            if !is_same {
                told_otherwise(old.map(Arc::as_ref), Some(stack), &mut differing);
            }
        }
        former.into_values().for_each(|gone| told_otherwise(Some(gone), None, &mut differing));
        let notices = self.notices.iter().chain(&before.notices).map(|notice| &notice.place.file);
        let are_others = self.notices != before.notices;
        differing.extend(notices.filter(|file| are_others || edited.contains(file)).cloned());
        let configurations = self.configurations.iter().chain(&before.configurations);
        differing.extend(configurations.map(|configured| configured.configuration.file.clone()));
        differing
    }

    /// The files that are not as they were read for another picture.
    fn edited<'a>(&'a self, before: &'a Snapshot) -> impl Iterator<Item = &'a FilePath> {
        let now = self.files().iter().filter(|(file, read)| {
            let then = before.files().get(*file);
            then.is_none_or(|then| !then.is_very_same(read))
        });
        let gone = before.files().keys().filter(|file| !self.files().contains_key(*file));
        now.map(|(file, _)| file).chain(gone)
    }
}

/// The files in which a finding is told.
fn files_of(finding: &Finding) -> impl Iterator<Item = &FilePath> {
    std::iter::once(&finding.place)
        .chain(finding.told_also_at().map(|evidence| &evidence.place))
        .map(|place| &place.file)
}

/// The files with findings or problems that only one of two versions of a stack has.
fn told_otherwise(old: Option<&Stack>, new: Option<&Stack>, differing: &mut BTreeSet<FilePath>) {
    let findings = |stack: Option<&Stack>| {
        // Both versions are alive, so that what has the same address is the same.
        let mut by_file: FxHashMap<FilePath, (usize, usize)> = FxHashMap::default();
        for finding in stack.into_iter().flat_map(|stack| &stack.findings) {
            let address = Arc::as_ptr(finding) as usize;
            for file in files_of(finding) {
                let slot = match by_file.get_mut(file) {
                    Some(slot) => slot,
                    None => by_file.entry(file.clone()).or_default(),
                };
                *slot = (slot.0 + 1, slot.1.wrapping_add(address.wrapping_mul(SPREAD).rotate_left(17)));
            }
        }
        by_file
    };
    let (then, mut now) = (findings(old), findings(new));
    for (file, found) in then {
        if now.remove(&file) != Some(found) {
            differing.insert(file);
        }
    }
    differing.extend(now.into_keys());
    let problems = |stack: Option<&Stack>| stack.map_or(&[] as &[_], |stack| &stack.problems).to_vec();
    let (then, now) = (problems(old), problems(new));
    if then != now {
        differing.extend(then.into_iter().chain(now).map(|problem| problem.file));
    }
}

/// An odd number whose multiples fill all bits of a word, so that sums of addresses tell sets of them apart.
const SPREAD: usize = 0x9E37_79B9_7F4A_7C15;
