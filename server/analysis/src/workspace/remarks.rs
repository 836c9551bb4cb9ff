//! What is worth a word of how stacks were read, though nothing is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_terraform::{UnreadValue, some_of};
use foreshock_text::{FilePath, Place};

use crate::findings::suppression::of_problem;
use crate::workspace::paths::directory_of;
use crate::{Notice, ProblemCode, Severity, Stack};

/// The remarks of these stacks, each once. `is_whole` says that all stacks are among them that somebody has asked for: only then
/// a value that none of these reads is read by nobody.
pub(super) fn remarks(stacks: &[Arc<Stack>], is_whole: bool) -> Vec<Notice> {
    let notes = stacks.iter().flat_map(|stack| &stack.understood().notes);
    let mut remarks: Vec<Notice> = notes.map(|(file, note)| of_problem(file, Severity::Info, note)).collect();
    for (file, unread) in unread(stacks) {
        // Stacks that are not open may read a file that lies beside none.
        let is_own = || stacks.iter().any(|stack| stack.root == directory_of(file));
        let Some(first) = unread.first().filter(|_| is_whole || is_own()) else { continue };
        let names: Vec<String> = unread.iter().map(|value| value.name.to_string()).collect();
        let (are, values) = if names.len() == 1 { ("is", "its value is") } else { ("are", "their values are") };
        let message = format!("{} {are} declared nowhere here: {values} read by nothing", some_of(&names));
        let place = Place::new(file.clone(), first.span);
        remarks.push(Notice { place, severity: Severity::Info, code: ProblemCode::Suppression, message });
    }
    remarks.sort_by(|one, other| (&one.place, &one.message).cmp(&(&other.place, &other.message)));
    remarks.dedup();
    remarks
}

/// The values of files that no stack reads of those that are given the file.
fn unread(stacks: &[Arc<Stack>]) -> BTreeMap<&FilePath, BTreeSet<&UnreadValue>> {
    let mut unread: BTreeMap<&FilePath, BTreeSet<&UnreadValue>> = BTreeMap::new();
    let mut is_given: BTreeSet<&FilePath> = BTreeSet::new();
    for module in stacks.iter().filter_map(|stack| stack.terraform()) {
        for file in &module.resolved.variable_files {
            let of_this = module.resolved.unread.iter().filter(|value| value.file == *file);
            let of_this: BTreeSet<&UnreadValue> = of_this.collect();
            if is_given.insert(file) {
                unread.insert(file, of_this);
            } else if let Some(all) = unread.get_mut(file) {
                all.retain(|value| of_this.contains(value));
            }
        }
    }
    unread
}
