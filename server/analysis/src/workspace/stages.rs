//! The way from a root to what is shown of its stack, stage by stage.

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_files::ReadSet;

use super::Workspace;
use super::seen::Seen;
use crate::Stack;
use crate::configuration::StackSettings;
use crate::findings::suppression::{Annotations, settle};
use crate::findings::{baseline, find, grade};

impl Workspace {
    /// A stack with everything that is known of it at once, and what it was read from. `number` counts the stacks of its root.
    ///
    /// This is the one place where the order of the stages stands. Each takes what those before it have left:
    /// comparison has to know how loud a finding is, what is old by the baseline may still be silenced, and what is silenced
    /// was there all the same. One stage more takes longer than a keystroke may and comes when there is time: the causes of
    /// what is new ([`Workspace::explained`]).
    ///
    /// # Errors
    /// When there is nothing to read at the root; the text says what was expected.
    pub(super) fn analysed(
        &mut self,
        dialect: usize,
        root: &Utf8Path,
        settings: StackSettings,
        number: usize,
    ) -> Result<(Stack, ReadSet), String> {
        let (stack, read) = self.assessed(dialect, root, settings)?;
        let stack = find(stack);
        let stack = grade(stack);
        let stack = self.compared(dialect, stack, number, &read);
        let stack = baseline::applied(stack);
        let stack = self.settled(stack);
        Ok((stack, read))
    }

    /// What the text means, and what a failure does to it.
    fn assessed(
        &mut self,
        dialect: usize,
        root: &Utf8Path,
        settings: StackSettings,
    ) -> Result<(Stack, ReadSet), String> {
        let (Some(dialect), Some(reader)) = (self.dialects.get(dialect), self.readers.get_mut(dialect)) else {
            return Err(format!("{root}: nobody reads this"));
        };
        let texts = Seen::of(&self.sources);
        let settings = Arc::new(settings);
        let understood = reader.understand(root, &texts, &settings)?;
        Ok((Stack::assessed(*dialect, root, understood, &settings), texts.read()))
    }

    /// Takes out what somebody has decided to live with.
    fn settled(&self, mut stack: Stack) -> Stack {
        let read = |file| (Clone::clone(file), self.sources.annotations(file, stack.dialect()));
        let annotations: Vec<(_, Arc<Annotations>)> =
            stack.files.iter().map(read).filter(|(_, annotations)| !annotations.is_empty()).collect();
        settle(&mut stack, annotations, self.today);
        stack
    }
}
