//! A chart, or a directory of manifests, that another stack installs is told by that one: it has what lies under the pods, too.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_catalog::Role;
use foreshock_files::ReadSet;
use foreshock_resources::{Body, Instance, Kind};
use foreshock_text::FilePath;

use crate::Stack;

/// A stack with what it was read from.
pub(super) type Read<'a> = (&'a Arc<Stack>, &'a ReadSet);

/// The stacks without those that another one of them installs. One that somebody has given values of its own stays, and so do manifests
/// that are open.
pub(super) fn told_once(stacks: &[Arc<Stack>], here: &[Read<'_>], open: &[FilePath]) -> Vec<Arc<Stack>> {
    let is_told = |stack: &Arc<Stack>| {
        let others = here.iter().filter(|(other, _)| other.root != stack.root || other.kind != stack.kind);
        let mut others = others.filter(|(other, _)| !other.has_failed());
        stack.variant().is_none() && others.any(|(other, read)| installs(other, read, stack, open))
    };
    stacks.iter().filter(|stack| !is_told(stack)).cloned().collect()
}

fn installs(other: &Stack, read: &ReadSet, stack: &Stack, open: &[FilePath]) -> bool {
    if other.installed().contains(&stack.root) {
        return true;
    }
    // What is found in an object that is handed over stands where it is handed over, and not in its own file.
    let is_looked_at = stack.files.iter().any(|file| open.contains(file));
    if is_looked_at || !stack.files.iter().all(|file| read.files.contains(file)) {
        return false;
    }
    let (objects, theirs) = (objects(stack), objects(other));
    !objects.is_empty() && objects.is_subset(&theirs)
}

/// What tells an object of a cluster from every other one.
type Object<'a> = (&'a str, Option<&'a str>, &'a str);

/// The objects of a cluster that a stack declares and that mean something.
fn objects(stack: &Stack) -> BTreeSet<Object<'_>> {
    let Some((resources, assembled)) = stack.resources().zip(stack.assembled()) else { return BTreeSet::new() };
    let roles = assembled.resources.iter().map(|one| one.role);
    let meant = resources.instances.iter().zip(roles).filter(|(_, role)| matches!(role, Role::Component | Role::Glue));
    meant.filter_map(|(instance, _)| object(instance)).collect()
}

fn object(instance: &Instance) -> Option<Object<'_>> {
    let metadata = &instance.body.blocks.iter().find(|block| &*block.kind == "metadata")?.body;
    Some((&instance.type_name, text(metadata, "namespace"), text(metadata, "name")?))
}

fn text<'b>(body: &'b Body, name: &str) -> Option<&'b str> {
    match &body.attributes.get(name)?.value.kind {
        Kind::String(text) => Some(text),
        _ => None,
    }
}
