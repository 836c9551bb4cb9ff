//! The stacks of a directory, read on all processors.
//!
//! Each thread has a workspace of its own that goes on from what this one has read and parsed, and takes one stack after the
//! other from a common list. What comes back is put where [`Workspace::stack`] looks first, so that everything else goes on as if
//! one thread had read it all: the number of threads shows in nothing that is said.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use camino::Utf8PathBuf;
use foreshock_files::{ReadBefore, ReadSet};

use super::base::{BaseChoice, Bases};
use super::disk::ParsedBefore;
use super::{Kept, Roots, StackKey, Workspace};
use crate::configuration::StackSettings;
use crate::dialect::NewReader;
use crate::workspace::disk::Sources;
use crate::{Date, Stack};

/// Room for deep trees, as on the main thread.
const STACK_BYTES: usize = 8 << 20;

/// A stack that is to be read.
struct Wanted {
    dialect: usize,
    root: Utf8PathBuf,
    settings: StackSettings,
    number: usize,
    key: StackKey,
}

/// What a thread begins with.
struct Beginning {
    readers: Vec<Option<NewReader>>,
    before: ParsedBefore,
    choice: BaseChoice,
    today: Option<Date>,
}

/// What a thread has done.
struct Done {
    stacks: Vec<(StackKey, Stack, ReadSet)>,
    read: ReadBefore,
    problems: BTreeSet<String>,
}

impl Workspace {
    /// Reads the stacks of these roots, unless one thread is enough for them. Those that it leaves out are read when they are
    /// asked for.
    pub(super) fn read_at_once(&mut self, roots: &Roots) {
        // As many as rayon takes for everything else.
        let threads = rayon::current_num_threads().min(roots.len());
        if threads < 2 || !self.sources.documents().is_empty() {
            return;
        }
        self.prepare();
        let tasks = self.tasks(roots);
        let next = AtomicUsize::new(0);
        let beginnings: Vec<Beginning> = (0..threads).map(|_| self.beginning()).collect();
        let this = Parts::of(self);
        let (this, tasks, next) = (&this, &tasks, &next);
        let done: Vec<Option<Done>> = thread::scope(|scope| {
            let start = |beginning| {
                let work = move || this.workspace(beginning).work(tasks, next);
                thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)
            };
            let started: Vec<_> = beginnings.into_iter().map(start).collect();
            started.into_iter().map(|started| started.ok()?.join().ok()).collect()
        });
        // A module from outside that one stack has entered may let the next one read more: then their order counts.
        let entered = self.sources.store().boundary().entered();
        let has_entered = |done: &Done| done.read.boundary().entered() != entered;
        if done.iter().flatten().any(has_entered) {
            return;
        }
        for done in done.into_iter().flatten() {
            self.sources.store().take_in(done.read);
            self.bases.told_beside.extend(done.problems);
            let kept = done.stacks.into_iter().filter(|(_, stack, _)| !stack.has_failed());
            self.stacks.extend(kept.map(|(key, stack, read)| (key, Kept { stack: Arc::new(stack), read })));
        }
        if *self.bases.choice() != BaseChoice::None {
            let homes: Vec<Utf8PathBuf> = self.stacks.keys().filter_map(|key| self.home_of(key)).collect();
            homes.iter().for_each(|home| drop(self.side_of(home)));
        }
    }

    /// What there is to read, in pieces that one thread should read by itself: units that are evaluated together.
    fn tasks(&mut self, roots: &Roots) -> Vec<Vec<Wanted>> {
        let can: Vec<bool> = self.readers.iter().map(|reader| reader.apart().is_some()).collect();
        let mut tasks: Vec<Vec<Wanted>> = Vec::new();
        for (dialect, root) in roots {
            let Some(kind) = self.id_of(*dialect).filter(|_| can.get(*dialect) == Some(&true)) else { continue };
            for (number, settings) in self.settings_of(*dialect, root).into_iter().enumerate() {
                let key = (kind, root.clone(), settings.variant.clone());
                let units = settings.options.units.clone();
                let wanted = Wanted { dialect: *dialect, root: root.clone(), settings, number, key };
                let is_same = |units: &Arc<_>, task: &Vec<Wanted>| {
                    let first = task.first().and_then(|first| first.settings.options.units.as_ref());
                    first.is_some_and(|first| Arc::ptr_eq(first, units))
                };
                match units.and_then(|units| tasks.iter_mut().find(|task| is_same(&units, task))) {
                    Some(task) => task.push(wanted),
                    None => tasks.push(vec![wanted]),
                }
            }
        }
        tasks
    }

    fn beginning(&self) -> Beginning {
        Beginning {
            readers: self.readers.iter().map(|reader| reader.apart()).collect(),
            before: self.sources.parsed_before(),
            choice: self.bases.choice().clone(),
            today: self.today,
        }
    }

    fn work(mut self, tasks: &[Vec<Wanted>], next: &AtomicUsize) -> Done {
        let mut stacks = Vec::new();
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            for wanted in task {
                let settings = wanted.settings.clone();
                let analysed = self.analysed(wanted.dialect, &wanted.root, settings, wanted.number, &|| false);
                if let Ok((stack, read)) = analysed {
                    stacks.push((wanted.key.clone(), stack, read));
                }
            }
        }
        Done { stacks, read: self.sources.store().read_before(), problems: self.bases.problems_of_sides() }
    }

    fn home_of(&self, (kind, root, _): &StackKey) -> Option<Utf8PathBuf> {
        let dialect = self.dialects.iter().position(|dialect| dialect.id() == *kind)?;
        self.readers.get(dialect).map(|reader| reader.home(root).directory)
    }
}

/// What workspaces of the same stacks have in common.
struct Parts {
    folders: Vec<Utf8PathBuf>,
    dialects: &'static [&'static dyn crate::Dialect],
    choices: crate::Choices,
    options: foreshock_terraform::ResolveOptions,
    allowed: Vec<Utf8PathBuf>,
}

impl Parts {
    fn of(workspace: &Workspace) -> Parts {
        Parts {
            folders: workspace.folders.clone(),
            dialects: workspace.dialects,
            choices: workspace.choices.clone(),
            options: workspace.options.clone(),
            allowed: workspace.allowed.clone(),
        }
    }

    fn workspace(&self, beginning: Beginning) -> Workspace {
        let readers = beginning.readers.into_iter().zip(self.dialects);
        let readers = readers.map(|(new, dialect)| new.map_or_else(|| dialect.reader(), |new| new())).collect();
        Workspace {
            folders: self.folders.clone(),
            choices: self.choices.clone(),
            options: self.options.clone(),
            allowed: self.allowed.clone(),
            sources: Rc::new(Sources::going_on_from(beginning.before)),
            bases: Bases::of_choice(beginning.choice),
            today: beginning.today,
            readers,
            ..Workspace::with_dialects(self.dialects)
        }
    }
}
