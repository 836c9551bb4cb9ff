//! What stacks declared before, so that what did not change is the same from one version to the next.

use std::collections::VecDeque;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_resources::Resources;

/// More stacks than these are not edited at once.
const MOST: usize = 4;

/// What the stacks declared that were understood last, the latest first.
#[derive(Debug, Default)]
pub(super) struct Declarations(VecDeque<(Utf8PathBuf, Resources)>);

impl Declarations {
    /// What a stack declares now, with the instances of before where they are equal.
    pub(super) fn going_on(&mut self, root: &Utf8Path, mut now: Resources) -> Resources {
        let before = self.0.iter().position(|(of, _)| of == root).and_then(|at| self.0.remove(at));
        if let Some((_, before)) = before {
            for instance in &mut now.instances {
                let old = before.find(&instance.address).and_then(|at| before.instances.get(at));
                if let Some(old) = old.filter(|old| *old == instance) {
                    *instance = Arc::clone(old);
                }
            }
        }
        self.0.push_front((root.to_owned(), now.clone()));
        self.0.truncate(MOST);
        now
    }
}
