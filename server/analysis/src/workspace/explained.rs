//! New findings on the lines that cause them: what takes longer than a keystroke may.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Workspace;
use super::base::BaseChoice;
use crate::{Snapshot, Stack};

impl Workspace {
    /// The last picture with the causes of what is new in it (see [`Stack::with_causes`]); `None` when there is nothing to
    /// add, or when `stop` said so. Costs an analysis for each changed block of a stack that has something new; a stack is
    /// done once.
    pub fn explained(&mut self, snapshot: &Snapshot, stop: &dyn Fn() -> bool) -> Option<Arc<Snapshot>> {
        if self.bases.choice() == &BaseChoice::None {
            return None;
        }
        let mut stacks = snapshot.stacks.clone();
        let mut news = false;
        for stack in stacks.iter_mut().filter(|stack| stack.lacks_causes()) {
            // A stack whose causes can't be looked for is shown without them.
            let explained = catch_unwind(AssertUnwindSafe(|| self.explain(stack, stop)));
            let Ok(explained) = explained else { continue };
            let explained = Arc::new(explained?);
            let key = (stack.dialect().id(), stack.root.clone(), stack.settings().variant.clone());
            if let Some(kept) = self.stacks.get_mut(&key)
                && Arc::ptr_eq(&kept.stack, stack)
            {
                kept.stack = explained.clone();
            }
            *stack = explained;
            news = true;
        }
        news.then(|| Arc::new(snapshot.with_stacks(stacks)))
    }

    fn explain(&mut self, stack: &Stack, stop: &dyn Fn() -> bool) -> Option<Stack> {
        let dialect = stack.dialect().id();
        let reader =
            self.dialects.iter().position(|one| one.id() == dialect).and_then(|dialect| self.readers.get(dialect));
        let directory = reader.map_or_else(|| stack.root.clone(), |reader| reader.home(&stack.root).directory);
        match self.past_of(&directory) {
            Some(past) => stack.with_causes(&*self.sources, &*past, stop),
            None => Some(stack.clone()),
        }
    }
}
