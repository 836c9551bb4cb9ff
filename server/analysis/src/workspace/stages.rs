//! The way from a root to what is shown of its stack, stage by stage.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_files::{Files, ReadSet};
use foreshock_text::{FilePath, Problem, Span};

use super::Workspace;
use super::seen::Seen;
use crate::configuration::StackSettings;
use crate::dialect::{Dialect, Meaning, Texts, Understood};
use crate::fault::fault;
use crate::findings::suppression::{Annotations, settle};
use crate::findings::{baseline, find, folded, grade};
use crate::{ProblemCode, Stack};

/// What a panic says, in one line.
pub(super) fn words(panic: &(dyn Any + Send)) -> String {
    /// In characters.
    const LONGEST: usize = 200;
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let said = said.unwrap_or("it does not say why");
    let line: Vec<&str> = said.split_whitespace().collect();
    line.join(" ").chars().take(LONGEST).collect()
}

/// Why there is no stack.
#[derive(Debug)]
pub(super) enum NoStack {
    /// There is nothing to read at its root; the text says what was expected.
    Unreadable(String),
    /// Nobody wants it any more.
    GivenUp,
}

impl Workspace {
    /// A stack with everything that is known of it at once, and what it was read from. `number` counts the stacks of its root.
    ///
    /// This is the one place where the order of the stages stands. Each takes what those before it have left:
    /// comparison has to know how loud a finding is, what is old by the baseline may still be silenced, and what is silenced
    /// was there all the same. Each takes over of the version before what can't be different. One stage more takes longer than a
    /// keystroke may and comes when there is time: the causes of what is new ([`Workspace::explained`]). `stop` is asked between
    /// the stages.
    ///
    /// # Errors
    /// When there is nothing to read at the root, and when `stop` has said so.
    pub(super) fn analysed(
        &mut self,
        dialect: usize,
        root: &Utf8Path,
        settings: StackSettings,
        number: usize,
        stop: &dyn Fn() -> bool,
    ) -> Result<(Stack, ReadSet), NoStack> {
        let key = self.id_of(dialect).map(|kind| (kind, root.to_owned(), settings.variant.clone()));
        let before = key.as_ref().and_then(|key| self.old.get(key)).map(|kept| kept.stack.clone());
        let before = before.as_deref();
        let stages = AssertUnwindSafe(|| self.stages(dialect, root, settings.clone(), number, before, stop));
        match catch_unwind(stages) {
            Ok(analysed) => analysed,
            Err(panic) => self.failed(dialect, root, settings, &words(&*panic)).map_err(NoStack::Unreadable),
        }
    }

    fn stages(
        &mut self,
        dialect: usize,
        root: &Utf8Path,
        settings: StackSettings,
        number: usize,
        before: Option<&Stack>,
        stop: &dyn Fn() -> bool,
    ) -> Result<(Stack, ReadSet), NoStack> {
        let go_on = || if stop() { Err(NoStack::GivenUp) } else { Ok(()) };
        go_on()?;
        fault("stack", &root);
        let (known, understood, settings, read) =
            self.understood(dialect, root, settings).map_err(NoStack::Unreadable)?;
        go_on()?;
        let stack = Stack::assessed(known, root, understood, &settings, before);
        go_on()?;
        let stack = find(stack, before);
        let stack = grade(stack);
        go_on()?;
        let stack = self.compared(dialect, stack, number, &read, before);
        let stack = baseline::applied(stack);
        let stack = self.settled(stack);
        let stack = folded(stack).going_on_from(before);
        Ok((stack, read))
    }

    /// What is left of a stack on which a stage has panicked: nothing but that. The other stacks stay as they are.
    pub(super) fn failed(
        &mut self,
        dialect: usize,
        root: &Utf8Path,
        settings: StackSettings,
        why: &str,
    ) -> Result<(Stack, ReadSet), String> {
        let (Some(known), Some(reader)) = (self.dialects.get(dialect), self.readers.get(dialect)) else {
            return Err(format!("{root}: {why}"));
        };
        let directory = reader.home(root).directory;
        let of_it = |file: &FilePath| {
            let is_there = file.as_path() == root || file.as_path().parent() == Some(&directory);
            is_there && known.claims(file.as_path())
        };
        let opened = self.sources.documents().into_iter();
        let file = opened.chain(self.sources.list(&directory)).find(of_it).unwrap_or_else(|| FilePath::new(root));
        let message =
            format!("Foreshock failed on this stack: {why}. That is a mistake of Foreshock; please report it");
        let meaning = Meaning::Components(Arc::default());
        let understood = Understood::new(known.id(), meaning, Vec::new()).with_problems(
            ProblemCode::Failure,
            &file,
            [Problem::new(Span::empty(0), message)],
        );
        let stack = Stack::assessed(*known, root, understood, &Arc::new(settings), None);
        Ok((stack, ReadSet::default()))
    }

    /// What the text means.
    fn understood(
        &mut self,
        dialect: usize,
        root: &Utf8Path,
        settings: StackSettings,
    ) -> Result<(&'static dyn Dialect, Understood, Arc<StackSettings>, ReadSet), String> {
        let (Some(known), Some(reader)) = (self.dialects.get(dialect), self.readers.get_mut(dialect)) else {
            return Err(format!("{root}: nobody reads this"));
        };
        let texts = Seen::of(&self.sources);
        let settings = Arc::new(settings);
        let understood = reader.understand(root, &texts, &settings)?;
        // Another version of what is promised is another version of the stack.
        settings.promises.iter().for_each(|tied| drop(texts.yaml(&tied.promise.place.file)));
        Ok((*known, understood, settings, texts.read()))
    }

    /// Takes out what somebody has decided to live with.
    fn settled(&self, mut stack: Stack) -> Stack {
        let read = |file| (Clone::clone(file), self.sources.annotations(file, stack.dialect()));
        // Whoever claims a file of promises knows its comments.
        let promises = stack.promise_files().into_iter().filter_map(|file| {
            let dialect = self.dialects.iter().find(|dialect| dialect.claims(file.as_path()))?;
            let annotations = self.sources.annotations(&file, *dialect);
            Some((file, annotations))
        });
        let annotations: Vec<(_, Arc<Annotations>)> =
            stack.files.iter().map(read).chain(promises).filter(|(_, annotations)| !annotations.is_empty()).collect();
        settle(&mut stack, annotations, self.today);
        stack
    }
}
