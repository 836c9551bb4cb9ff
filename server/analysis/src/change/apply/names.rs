//! What resources of the base are called now, as Terraform follows them: by `moved` blocks, and by itself where a block gets or loses
//! its `count`.

use foreshock_catalog::Names;
use rustc_hash::FxHashSet;

use crate::Stack;

/// The names of a stack.
pub(super) struct NamesNow<'s> {
    now: &'s Stack,
    addresses: FxHashSet<&'s str>,
}

impl<'s> NamesNow<'s> {
    pub(super) fn of(now: &'s Stack) -> NamesNow<'s> {
        let instances = now.resources().map_or(&[][..], |resources| &resources.instances);
        NamesNow { now, addresses: instances.iter().map(|instance| &*instance.address).collect() }
    }
}

impl Names for NamesNow<'_> {
    fn now(&self, before: &str) -> String {
        let named = self.now.name_now(before);
        if self.addresses.contains(named.as_str()) {
            return named;
        }
        // What had no count is the first of those there are now, and the first of many is the one that is left.
        let first = format!("{named}[0]");
        let only = named.strip_suffix("[0]").filter(|only| self.addresses.contains(only));
        match only {
            Some(only) => only.to_owned(),
            None if self.addresses.contains(first.as_str()) => first,
            None => named,
        }
    }

    fn forgets(&self, before: &str) -> bool {
        let removed = self.now.terraform().and_then(|module| module.resolved.moves.removed(before));
        removed.is_some_and(|removed| !removed.destroys)
    }
}
