//! The files of which something else may be told than in the picture before.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_text::FilePath;
use rustc_hash::{FxHashMap, FxHashSet};

use super::snapshot::Snapshot;
use crate::{Finding, Stack, StackProblem};

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
            for file in &edited {
                let mentioning = stack.findings_of_file(file).map_or(&[][..], |of_file| &of_file.mentioning).iter();
                let mentioning = mentioning.filter_map(|&number| stack.findings.get(number as usize));
                differing.extend(mentioning.flat_map(|finding| files_of(finding)).cloned());
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
    let (then, now) = (findings_of(old), findings_of(new));
    // Both versions are alive, so that what has the same address is the same; most is, and is not looked into.
    let addresses = |of: &[Arc<Finding>]| of.iter().map(Arc::as_ptr).collect::<FxHashSet<*const Finding>>();
    if !then.iter().map(Arc::as_ptr).eq(now.iter().map(Arc::as_ptr)) {
        let (known, present) = (addresses(then), addresses(now));
        let gone = then.iter().filter(|finding| !present.contains(&Arc::as_ptr(finding)));
        let came = now.iter().filter(|finding| !known.contains(&Arc::as_ptr(finding)));
        // Where one component changes, all others cost something else; of that nothing is told.
        let key = |finding: &Finding| (finding.rule, finding.component, finding.place.span.start);
        let mut gone_by: FxHashMap<_, Vec<&Finding>> = FxHashMap::default();
        gone.for_each(|finding| gone_by.entry(key(finding)).or_default().push(finding));
        for finding in came {
            let alike = gone_by.get_mut(&key(finding)).and_then(|gone| {
                let at = gone.iter().position(|gone| gone.tells_the_same(finding))?;
                Some(gone.swap_remove(at))
            });
            if alike.is_none() {
                differing.extend(files_of(finding).cloned());
            }
        }
        differing.extend(gone_by.into_values().flatten().flat_map(files_of).cloned());
    }
    let (then, now) = (problems_of(old), problems_of(new));
    if then != now {
        differing.extend(then.iter().chain(now).map(|problem| problem.file.clone()));
    }
}

fn findings_of(stack: Option<&Stack>) -> &[Arc<Finding>] {
    stack.map_or(&[], |stack| &stack.findings)
}

fn problems_of(stack: Option<&Stack>) -> &[StackProblem] {
    stack.map_or(&[], |stack| &stack.problems)
}
