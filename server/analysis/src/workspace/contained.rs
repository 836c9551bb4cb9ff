//! Panics outside of a stack: they cost what was looked at, and are told where they happened, like one that happens on a stack
//! ([`Workspace::analysed`]).

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Workspace;
use super::stages::words;
use crate::configuration::StackSettings;
use crate::dialect::Site;
use crate::fault::fault;
use crate::stack::Stack;

/// What panicked outside of a stack.
pub(super) struct Failure {
    dialect: usize,
    /// The document, the root or the folder that was looked at.
    at: Utf8PathBuf,
    why: String,
}

impl Workspace {
    /// What `look` says; nothing when it panics, which the next picture tells at this path.
    pub(super) fn contained<T: Default>(
        &mut self,
        dialect: usize,
        at: &Utf8Path,
        look: impl FnOnce(&mut Workspace) -> T,
    ) -> T {
        let looked = catch_unwind(AssertUnwindSafe(|| {
            fault("roots", &at);
            look(self)
        }));
        looked.unwrap_or_else(|panic| {
            self.failures.push(Failure { dialect, at: at.to_owned(), why: words(&*panic) });
            T::default()
        })
    }

    /// Lets a reader look which stacks there are. One that panics is replaced, since what it knows is half changed; all is looked
    /// at again with the next picture.
    pub(super) fn index_with(&mut self, dialect: usize, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let Some(known) = self.dialects.get(dialect) else { return };
        let looked = catch_unwind(AssertUnwindSafe(|| {
            fault("index", &known.id());
            let site = Site { folders: &self.folders, sources: &self.sources, index: &self.index };
            if let Some(reader) = self.readers.get_mut(dialect) {
                reader.index(&site, changed);
            }
        }));
        if let Err(panic) = looked {
            if let Some(reader) = self.readers.get_mut(dialect) {
                *reader = known.reader();
            }
            self.index.forget();
            let at = self.folders.first().cloned().unwrap_or_default();
            self.failures.push(Failure { dialect, at, why: words(&*panic) });
        }
    }

    /// A stack for each failure since the last picture, of which nothing is known but that.
    pub(super) fn failures_told(&mut self) -> Vec<Arc<Stack>> {
        let failures = std::mem::take(&mut self.failures);
        let told = failures.into_iter().filter_map(|Failure { dialect, at, why }| {
            let (stack, _) = self.failed(dialect, &at, StackSettings::default(), &why).ok()?;
            Some(Arc::new(stack))
        });
        told.collect()
    }
}
