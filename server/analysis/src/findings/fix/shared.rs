//! Texts that several use: the callers of a module, and other stacks of the workspace. What repairs one of them may be the
//! others' undoing, and whoever accepts it should know whom it concerns.

use std::collections::BTreeSet;

use camino::Utf8Path;
use foreshock_text::FilePath;

use super::{Edit, outcome};
use crate::dialect::Reader;
use crate::{Snapshot, Stack};

/// So many other stacks are read again at most for one repair; one that more use is not offered.
const MOST_STACKS: usize = 12;

/// So many names are told.
const MOST_NAMES: usize = 3;

/// The other stacks that read an edited file.
fn others<'a>(
    snapshot: &'a Snapshot,
    stack: &'a Stack,
    edits: &'a [Edit],
) -> impl Iterator<Item = &'a Stack> + use<'a> {
    let reads = |other: &Stack, file: &FilePath| other.files.binary_search(file).is_ok() || other.files.contains(file);
    let all = snapshot.stacks.iter().map(|other| &**other).filter(|other| !other.is_record());
    all.filter(move |other| {
        let is_it = other.root == stack.root && other.variant() == stack.variant();
        !is_it && edits.iter().any(|edit| reads(other, &edit.place.file))
    })
}

/// Whether another stack reads one of the edited files.
pub(super) fn is_read_elsewhere(snapshot: &Snapshot, stack: &Stack, edits: &[Edit]) -> bool {
    others(snapshot, stack, edits).next().is_some()
}

/// How many stacks are read again to prove a repair; where too many use its files, no other one is.
pub(super) fn read_for(snapshot: &Snapshot, stack: &Stack, edits: &[Edit]) -> usize {
    1 + others(snapshot, stack, edits).take(MOST_STACKS + 1).count() % (MOST_STACKS + 1)
}

/// Whether no other stack that reads the edited files is worse off, or broken.
///
/// The reader is the one that has read the edited text for this stack: of a system that several stacks make up, all of it has
/// been worked out then.
pub(super) fn holds_elsewhere(snapshot: &Snapshot, stack: &Stack, edits: &[Edit], reader: &mut dyn Reader) -> bool {
    let others: Vec<&Stack> = others(snapshot, stack, edits).take(MOST_STACKS + 1).collect();
    others.len() <= MOST_STACKS
        && others.into_iter().all(|other| {
            let after = match other.dialect().id() == stack.dialect().id() {
                true => outcome(snapshot, other, edits, reader, true),
                false => outcome(snapshot, other, edits, &mut *other.dialect().reader(), true),
            };
            after.is_some_and(|after| after.gain.points >= 0.0 && !after.is_louder)
        })
}

/// Who else uses a text that is edited, in words: "module.web and module.batch use it". `None` where nobody else does.
pub(super) fn users_of(snapshot: &Snapshot, stack: &Stack, edits: &[Edit]) -> Option<String> {
    let directories: BTreeSet<&Utf8Path> = edits.iter().filter_map(|edit| edit.place.file.as_path().parent()).collect();
    let calls = stack.resources().map_or(&[][..], |resources| &resources.modules);
    for directory in directories {
        let of_it = calls.iter().filter(|call| call.directory.as_deref() == Some(directory));
        let callers: BTreeSet<String> = of_it.map(|call| without_last_key(&call.address).to_owned()).collect();
        if callers.len() > 1 {
            return Some(format!("{} use it", listed(&callers)));
        }
    }
    let roots: BTreeSet<String> = others(snapshot, stack, edits).map(|other| named(stack, other)).collect();
    match roots.len() {
        0 => None,
        1 => Some(format!("{} uses it, too", listed(&roots))),
        _ => Some(format!("{} use it, too", listed(&roots))),
    }
}

/// Another stack as it is called beside this one.
fn named(stack: &Stack, other: &Stack) -> String {
    let above = stack.root.parent().unwrap_or(&stack.root);
    let near = other.root.strip_prefix(above).ok().filter(|near| !near.as_str().is_empty());
    let name = near.map(Utf8Path::as_str).or_else(|| other.root.file_name()).unwrap_or(other.root.as_str());
    other.title(name)
}

/// A call without the key of its own `count` or `for_each`: that is one call, whatever it comes to.
fn without_last_key(address: &str) -> &str {
    if !address.ends_with(']') {
        return address;
    }
    let name = address.rfind("module.").unwrap_or_default();
    let key = address.get(name..).and_then(|rest| rest.find('['));
    key.and_then(|key| address.get(..name + key)).unwrap_or(address)
}

/// "a", "a and b", "a, b and 4 others".
fn listed(names: &BTreeSet<String>) -> String {
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    match all.as_slice() {
        [.., _] if all.len() > MOST_NAMES => {
            let shown = all.get(..MOST_NAMES - 1).unwrap_or_default().join(", ");
            format!("{shown} and {} others", all.len() - MOST_NAMES + 1)
        }
        [] => String::new(),
        [one] => (*one).to_owned(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}
