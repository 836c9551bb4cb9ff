//! The stacks of a directory tree and what changes them: which there are, what each is read from and compared with, and
//! the snapshot that everyone else looks at.

mod at_once;
mod base;
pub(crate) mod callers;
mod contained;
mod differing;
pub(crate) mod disk;
mod explained;
pub(crate) mod freshness;
mod index;
mod installed;
mod past;
pub(crate) mod paths;
mod promised;
mod remarks;
mod samples;
mod seen;
pub(crate) mod snapshot;
mod stages;
mod survey;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::{Changes, Files, ReadSet};
use foreshock_terraform::ResolveOptions;
use foreshock_text::{FilePath, Place};
use rustc_hash::{FxHashMap, FxHashSet};

pub use self::base::BaseChoice;
use self::base::Bases;
use self::contained::Failure;
pub use self::freshness::Watched;
pub(crate) use self::index::Index;
use self::installed::told_once;
use self::promised::{PromiseFiles, holds_promises};
use self::remarks::remarks;
use self::samples::without_samples;
use self::seen::Seen;
use self::stages::NoStack;
use crate::configuration::{Choices, Configurations, FILE_NAME, Places, StackSettings, stacks_of};
use crate::dialect::{DIALECTS, Dialect, Reader, Site, SourceFile, StackKind};
use crate::findings::suppression::{notices, of_problem};
use crate::stack::Stack;
use crate::workspace::disk::Sources;
use crate::workspace::paths::{directory_of, normalised};
use crate::workspace::snapshot::{Configured, Snapshot};
use crate::{Date, Notice};

/// Counts the changes of a workspace.
pub type Revision = u64;

/// The texts of a workspace and what was understood of them so far. Owned by one thread.
pub struct Workspace {
    revision: Revision,
    folders: Vec<Utf8PathBuf>,
    sources: Rc<Sources>,
    dialects: &'static [&'static dyn Dialect],
    /// One for each dialect.
    readers: Vec<Box<dyn Reader>>,
    index: Index,
    promises: PromiseFiles,
    /// Paths that somebody said have changed on the disk.
    told: Vec<FilePath>,
    /// Whether what was read is to be looked at again, whatever was told.
    in_doubt: bool,
    /// What is different since the last picture.
    changes: Changes,
    stacks: FxHashMap<StackKey, Kept>,
    /// Stacks that are to be read again, as they were: whoever reads them takes over what did not change.
    old: FxHashMap<StackKey, Kept>,
    configurations: Configurations,
    choices: Choices,
    options: ResolveOptions,
    /// What the stacks are compared with.
    bases: Bases,
    /// Decides which suppressions are over.
    today: Option<Date>,
    /// The directory every stack of which was asked for.
    whole: Option<Utf8PathBuf>,
    /// What was read to find out how stacks are read.
    settings_read: ReadSet,
    /// How often the settings of a root were worked out.
    settings_computed: u64,
    /// Directories below which texts may read beside the workspace folders.
    allowed: Vec<Utf8PathBuf>,
    /// Whether it is the workspace of a base: the boundary of the present is its own.
    is_past: bool,
    /// Stacks that nobody asks for this time are kept all the same.
    keeps: bool,
    /// The roots of the workspace folders, once somebody has asked for them.
    surveyed: Roots,
    /// What panicked outside of a stack since the last picture: a dialect, where, and why.
    failures: Vec<Failure>,
}

/// The dialect of a stack, its root and what tells it from others of that root.
type StackKey = (StackKind, Utf8PathBuf, Option<Arc<str>>);

/// A stack with what it was read from.
struct Kept {
    stack: Arc<Stack>,
    read: ReadSet,
}

/// Roots, each with the number of its dialect.
type Roots = BTreeSet<(usize, Utf8PathBuf)>;

impl Default for Workspace {
    fn default() -> Workspace {
        Workspace::with_dialects(DIALECTS)
    }
}

impl Workspace {
    /// An empty workspace.
    pub fn new() -> Workspace {
        Workspace::default()
    }

    /// An empty workspace whose stacks are written in these dialects. Who reads a file that several claim is for its text to say.
    pub fn with_dialects(dialects: &'static [&'static dyn Dialect]) -> Workspace {
        Workspace {
            revision: Revision::default(),
            folders: Vec::new(),
            sources: Rc::default(),
            dialects,
            readers: dialects.iter().map(|dialect| dialect.reader()).collect(),
            index: Index::default(),
            promises: PromiseFiles::default(),
            told: Vec::new(),
            in_doubt: false,
            changes: Changes::default(),
            stacks: FxHashMap::default(),
            old: FxHashMap::default(),
            configurations: Configurations::default(),
            choices: Choices::default(),
            options: ResolveOptions::default(),
            bases: Bases::default(),
            today: None,
            whole: None,
            settings_read: ReadSet::default(),
            settings_computed: 0,
            allowed: Vec::new(),
            is_past: false,
            keeps: false,
            surveyed: Roots::new(),
            failures: Vec::new(),
        }
    }

    /// Sets the workspace folders, absolute paths.
    pub fn set_folders(&mut self, folders: Vec<Utf8PathBuf>) {
        self.revision += 1;
        self.folders = folders.iter().map(|folder| normalised(folder)).collect();
        self.folders.sort();
        self.folders.dedup();
        self.index.forget();
        self.set_boundary();
        self.forget_bases();
    }

    /// Sets the var files and variables that every stack is read with.
    pub fn set_options(&mut self, options: ResolveOptions) {
        self.revision += 1;
        self.options = options;
        self.set_boundary();
        self.forget_settings();
        self.forget_bases();
    }

    /// Sets what the editor's user has chosen.
    pub fn set_choices(&mut self, choices: Choices) {
        self.revision += 1;
        self.choices = choices;
        self.forget_settings();
        self.forget_bases();
    }

    /// Sets the day on which the workspace is looked at: suppressions `until` an earlier one are over. The clock is the
    /// caller's; without a day none is over.
    pub fn set_today(&mut self, today: Option<Date>) {
        if self.today != today {
            self.revision += 1;
            self.today = today;
            self.forget_bases();
        }
    }

    /// Opens a document or changes its text; it wins over the disk until it is closed.
    pub fn set_document(&mut self, file: FilePath, text: Arc<str>) {
        self.revision += 1;
        let changes = self.sources.set_document(&file, text);
        let is_new = !changes.directories.is_empty();
        self.changes.extend(changes);
        if is_new {
            self.set_boundary();
        }
    }

    /// Closes a document: what is on the disk counts again.
    pub fn close_document(&mut self, file: &FilePath) {
        self.revision += 1;
        self.changes.extend(self.sources.close_document(file));
        self.readers.iter_mut().for_each(|reader| reader.forget_document(file));
        self.set_boundary();
    }

    /// A file or folder was changed, created or deleted on the disk. What it means for what was read is looked at with the next
    /// snapshot; of a folder, all that lies below it.
    pub fn forget_disk(&mut self, path: &FilePath) {
        self.revision += 1;
        self.told.push(path.clone());
    }

    /// With the next snapshot everything that the stacks were read from is looked at again, for there may be changes of the
    /// disk that nobody tells of. Costs a look at the metadata of each file.
    pub fn look_again(&mut self) {
        self.revision += 1;
        self.in_doubt = true;
    }

    /// The settings of stacks may be others now.
    fn forget_settings(&mut self) {
        self.readers.iter_mut().for_each(|reader| reader.forget_settings());
    }

    /// The stacks that the open documents belong to. A stack none of whose files changed is the same `Arc` as before.
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        let picture = self.snapshot_unless(&|| false);
        picture.unwrap_or_else(|| self.published(Vec::new(), &Roots::new()))
    }

    /// The same, given up when `stop` says so, which is asked between the stages of each stack; `None` then. What was read and
    /// understood until then is not lost: the next picture goes on from it.
    pub fn snapshot_unless(&mut self, stop: &dyn Fn() -> bool) -> Option<Arc<Snapshot>> {
        self.follow_disk();
        self.index();
        self.drop_changed();
        let mut roots = Roots::new();
        for document in self.sources.documents() {
            for dialect in self.dialects_of(document.as_path()) {
                let found = self.contained(dialect, document.as_path(), |this| {
                    this.with_reader(dialect, |reader, site| reader.roots_of(&document, site))
                });
                roots.extend(found.into_iter().map(|root| (dialect, root)));
            }
            roots.extend(self.roots_promised_in(&document));
        }
        let wanted: BTreeSet<(StackKind, &Utf8Path)> =
            roots.iter().filter_map(|(dialect, root)| Some((self.id_of(*dialect)?, root.as_path()))).collect();
        self.stacks.retain(|(kind, root, _), _| wanted.contains(&(*kind, root.as_path())));
        self.assemble(roots, stop)
    }

    /// Every stack at or below a directory, or the stack of a single file. A single file is read in any case, as what its name
    /// says; in a directory only those count that surely are stacks.
    ///
    /// # Errors
    /// When the path is not there or can't be read; the text says what was expected.
    pub fn snapshot_of(&mut self, path: &Utf8Path) -> Result<Arc<Snapshot>, String> {
        let metadata = path.metadata().map_err(|error| format!("{path}: {error}; {EXPECTED}"))?;
        let absolute = path.canonicalize_utf8().map_err(|error| format!("{path}: {error}"))?;
        if metadata.is_file() && self.readers.iter().any(|reader| reader.is_record(&absolute)) {
            return self.snapshot_of_plan(path, None);
        }
        let (mut roots, mut passed_over) = (Roots::new(), 0);
        if metadata.is_dir() {
            self.whole = Some(absolute.clone());
            self.set_folders(vec![absolute.clone()]);
            self.index();
            for dialect in 0..self.readers.len() {
                let below = self.contained(dialect, &absolute, |this| {
                    this.with_reader(dialect, |reader, site| reader.roots_below(&absolute, site))
                });
                roots.extend(below.into_iter().map(|root| (dialect, root)));
            }
            (roots, passed_over) = without_samples(roots, &absolute);
        } else {
            if holds_promises(&absolute) {
                return Err(format!("{path}: {NO_STACK}"));
            }
            // Which dialect reads it is for its text to say.
            self.set_allowed(vec![directory_of(&FilePath::new(&*absolute))]);
            let root_in =
                |dialect: usize| Some((dialect, self.readers.get(dialect)?.root_at(&absolute, &*self.sources)?));
            let root = self.dialects_of(&absolute).into_iter().find_map(root_in);
            let (dialect, root) = root.ok_or_else(|| format!("{path}: {EXPECTED}"))?;
            if root != absolute {
                self.set_allowed(Vec::new());
                self.set_folders(vec![root.clone()]);
                if self.readers.get(dialect).is_some_and(|reader| reader.needs_index()) {
                    self.index();
                }
            }
            self.look_for_promises_of(dialect, &root);
            roots.insert((dialect, root));
        }
        self.drop_changed();
        self.read_at_once(&roots);
        let picture = self.assemble(roots, &|| false);
        let mut snapshot = picture.unwrap_or_else(|| self.published(Vec::new(), &Roots::new()));
        if let Some(snapshot) = Arc::get_mut(&mut snapshot) {
            snapshot.passed_over = passed_over;
        }
        Ok(snapshot)
    }

    /// The one stack of a plan or state. With a source, the root module that it was made from, findings stand in that
    /// text; without one the directory of the file is taken for it when it is, and else they stand in the JSON.
    ///
    /// # Errors
    /// When a path is not there or can't be read, or the file is no plan; the text says where and what was expected.
    pub fn snapshot_of_plan(&mut self, plan: &Utf8Path, source: Option<&Utf8Path>) -> Result<Arc<Snapshot>, String> {
        let mut opened = (0..).zip(&mut self.readers);
        let opened = opened.find_map(|(dialect, reader)| Some((dialect, reader.open_record(plan, source)?)));
        let (dialect, root) = opened.ok_or_else(|| format!("{plan}: {EXPECTED}"))?;
        let root = root?;
        let home = self.readers.get(dialect).map(|reader| reader.home(&root));
        self.set_folders(home.map(|home| home.directory).into_iter().collect());
        self.look_for_promises_of(dialect, &root);
        self.drop_changed();
        let settings = self.settings_of(dialect, &root).into_iter().next().unwrap_or_default();
        let analysed = self.analysed(dialect, &root, settings, 0, &|| false);
        let (stack, _) = analysed.map_err(|why| match why {
            NoStack::Unreadable(why) => why,
            NoStack::GivenUp => format!("{root}: given up"),
        })?;
        Ok(self.published(vec![Arc::new(stack)], &BTreeSet::from([(dialect, root)])))
    }

    /// The numbers of the dialects that a file may be written in, by its name.
    fn dialects_of(&self, file: &Utf8Path) -> Vec<usize> {
        (0..self.dialects.len())
            .filter(|&number| self.dialects.get(number).is_some_and(|one| one.claims(file)))
            .collect()
    }

    fn id_of(&self, dialect: usize) -> Option<StackKind> {
        self.dialects.get(dialect).map(|dialect| dialect.id())
    }

    /// Asks the reader of a dialect something about this workspace.
    fn with_reader<T: Default>(&mut self, dialect: usize, ask: impl FnOnce(&mut dyn Reader, &Site<'_>) -> T) -> T {
        let site = Site { folders: &self.folders, sources: &self.sources, index: &self.index };
        self.readers.get_mut(dialect).map(|reader| ask(&mut **reader, &site)).unwrap_or_default()
    }

    /// Looks for the roots of the workspace once, and afterwards where something changed.
    fn index(&mut self) {
        let is_first = self.walk_folders();
        let changed = self.index.take_stale(&self.changes);
        for dialect in 0..self.readers.len() {
            self.index_with(dialect, (!is_first).then_some(&changed));
        }
        self.index_promises(is_first, &changed);
        self.index.found.clear();
    }

    /// The picture of these roots: every stack of each, read anew where something of it changed; `None` when `stop` says so.
    fn assemble(&mut self, roots: Roots, stop: &dyn Fn() -> bool) -> Option<Arc<Snapshot>> {
        self.prepare();
        self.follow_bases();
        let mut stacks = Vec::with_capacity(roots.len());
        let mut wanted: FxHashSet<StackKey> = FxHashSet::default();
        for (dialect, root) in &roots {
            let Some(kind) = self.id_of(*dialect) else { continue };
            let settings = self.contained(*dialect, root, |this| this.settings_of(*dialect, root));
            for (number, settings) in settings.into_iter().enumerate() {
                wanted.insert((kind, root.clone(), settings.variant.clone()));
                match self.stack(*dialect, root, settings, number, stop) {
                    Ok(stack) => stacks.push(stack),
                    Err(NoStack::Unreadable(_)) => {}
                    Err(NoStack::GivenUp) => return None,
                }
            }
        }
        if !self.keeps {
            self.stacks.retain(|key, _| wanted.contains(key));
        }
        self.old.clear();
        stacks.extend(self.failures_told());
        let mut stacks = self.told_once(stacks);
        stacks.sort_by(|one, other| (&one.root, one.variant()).cmp(&(&other.root, other.variant())));
        Some(self.published(stacks, &roots))
    }

    /// What is installed by another stack of the picture is told there. A past has all: who it is compared with decides.
    fn told_once(&self, stacks: Vec<Arc<Stack>>) -> Vec<Arc<Stack>> {
        if self.is_past {
            return stacks;
        }
        let read = |stack: &Arc<Stack>| {
            let key = (stack.kind, stack.root.clone(), stack.variant().map(Arc::from));
            self.stacks.get(&key).map(|kept| (&kept.stack, &kept.read))
        };
        let here: Vec<_> = stacks.iter().filter_map(read).collect();
        told_once(&stacks, &here, &self.sources.documents())
    }

    /// Lets the readers get ready to understand stacks.
    fn prepare(&mut self) {
        let mut readers = std::mem::take(&mut self.readers);
        let given = self.options.clone();
        let sources = self.sources.clone();
        let seen = Seen::of(&sources);
        let before = self.settings_computed;
        for reader in &mut readers {
            reader.prepare(&given, &mut |root| self.settings_at(root, root, &seen));
        }
        self.readers = readers;
        if self.settings_computed != before {
            self.settings_read = seen.read();
        }
    }

    /// Stacks with everything that is told beside them: the files they stand in, `foreshock.toml`, and who asked for silence.
    fn published(&mut self, stacks: Vec<Arc<Stack>>, roots: &Roots) -> Arc<Snapshot> {
        let configurations = self.configured(roots);
        let mut files = self.files(&stacks);
        for Configured { configuration, .. } in &configurations {
            files.insert(configuration.file.clone(), SourceFile::Configuration(configuration.clone()));
        }
        files.extend(self.read_promise_files(&stacks));
        let mut notices = self.notices(&stacks, &configurations, &files);
        notices.extend(self.promise_notices(&stacks));
        let base_problem = self.bases.problem();
        let mut snapshot =
            Snapshot::new(self.revision, self.folders.clone(), stacks, configurations, files, base_problem);
        snapshot.notices = notices;
        snapshot.boundary = self.sources.store().boundary();
        snapshot.unreadable = self.unreadable();
        Arc::new(snapshot)
    }

    /// The stack of a root, the one with that number of those that the root is read as.
    ///
    /// # Errors
    /// When it can't be read, and when `stop` has said so.
    fn stack(
        &mut self,
        dialect: usize,
        root: &Utf8Path,
        settings: StackSettings,
        number: usize,
        stop: &dyn Fn() -> bool,
    ) -> Result<Arc<Stack>, NoStack> {
        let kind = self.id_of(dialect).ok_or_else(|| NoStack::Unreadable(format!("{root}: nobody reads this")))?;
        let key = (kind, root.to_owned(), settings.variant.clone());
        // None of its files changed, and it is read with the same settings.
        if let Some(kept) = self.stacks.get(&key).filter(|kept| **kept.stack.settings() == settings) {
            return Ok(kept.stack.clone());
        }
        let (stack, mut read) = self.analysed(dialect, root, settings, number, stop)?;
        let stack = Arc::new(stack);
        if stack.has_failed() {
            // What it would have been read from is not known, so that nobody could say when it is old.
            return Ok(stack);
        }
        if let Some(before) = self.old.remove(&key)
            && before.stack.is_but_for_texts(&stack)
        {
            // What was not worked out again was not asked for again, and is made of it all the same.
            read.extend(&before.read);
        }
        self.stacks.insert(key, Kept { stack: stack.clone(), read });
        Ok(stack)
    }

    /// What is to be said of those who asked for silence.
    fn notices(
        &self,
        stacks: &[Arc<Stack>],
        configurations: &[Configured],
        files: &FxHashMap<FilePath, SourceFile>,
    ) -> Vec<Notice> {
        let annotations = stacks.iter().flat_map(|stack| stack.annotations.iter().cloned()).collect();
        let roots: FxHashSet<&Utf8PathBuf> = stacks.iter().map(|stack| &stack.root).collect();
        let mut is_whole = |file: &FilePath| {
            let directory = directory_of(file);
            if file.as_path().file_name() == Some(FILE_NAME) {
                return self.whole.as_ref().is_some_and(|whole| directory.starts_with(whole));
            }
            let readers = self.dialects_of(file.as_path()).into_iter().filter_map(|dialect| self.readers.get(dialect));
            let reading: Vec<_> = readers.map(|reader| reader.roots_reading(file, &self.folders)).collect();
            let is_here = |root: &Utf8PathBuf| roots.contains(root);
            !reading.is_empty()
                && reading.iter().all(|reading| reading.as_ref().is_some_and(|reading| reading.iter().all(is_here)))
        };
        let line = |place: &Place| match files.get(&place.file) {
            Some(read) => read.line(place.span.start),
            None => 0,
        };
        let mut notices = notices(stacks, &annotations, &mut is_whole, &line);
        notices.extend(remarks(stacks, self.whole.is_some()));
        for Configured { configuration, .. } in configurations {
            let told = configuration.told.iter();
            notices.extend(told.map(|(severity, problem)| of_problem(&configuration.file, *severity, problem)));
        }
        notices
    }

    /// The stacks that a root is read as.
    fn settings_of(&mut self, dialect: usize, root: &Utf8Path) -> Vec<StackSettings> {
        let Some(reader) = self.readers.get(dialect) else { return Vec::new() };
        let (home, has_variants) = (reader.home(root), reader.has_variants());
        let sources = self.sources.clone();
        let mut all = self.settings_at(&home.name, &home.directory, &*sources);
        if !has_variants {
            all.truncate(1);
        }
        if let Some(reader) = self.readers.get(dialect) {
            all.iter_mut().for_each(|settings| reader.complete(root, settings));
            let deployments = reader.deployments(root, &*sources);
            if !deployments.is_empty() {
                all = all.iter().flat_map(|settings| settings.deployed_as(&deployments)).collect();
            }
        }
        // Of several stacks of one root nobody knows which is meant.
        if let [only] = all.as_mut_slice() {
            only.promises = self.promises_of(dialect, root);
        }
        all
    }

    /// The settings that `foreshock.toml`, the editor's user and the command line have for a stack of that name.
    /// Which files that depends on whoever lends them can tell.
    fn settings_at(&mut self, name: &Utf8Path, directory: &Utf8Path, files: &dyn Files) -> Vec<StackSettings> {
        self.settings_computed += 1;
        let configuration = self.configurations.of(directory, self.sources.present());
        let baseline = self.configurations.baseline_of(directory, self.sources.present());
        let places = Places { folders: &self.folders };
        let mut all = stacks_of(name, configuration.as_deref(), &self.choices, &self.options, places, files);
        for settings in &mut all {
            settings.baseline.clone_from(&baseline);
            settings.today = self.today;
        }
        all
    }

    /// How often the settings of a root were worked out so far: what a change costs beside its own stacks.
    pub fn settings_computed(&self) -> u64 {
        self.settings_computed
    }

    /// The configurations that count for these stacks and for open documents, with what is wrong with them.
    fn configured(&mut self, roots: &Roots) -> Vec<Configured> {
        let homes = roots.iter().filter_map(|(dialect, root)| Some(self.readers.get(*dialect)?.home(root)));
        let (mut directories, mut names) = (BTreeSet::new(), BTreeSet::new());
        for home in homes {
            directories.insert(home.directory);
            names.insert(home.name);
        }
        directories.extend(self.sources.documents().iter().map(directory_of));
        let mut found = BTreeMap::new();
        for directory in directories {
            if let Some(configuration) = self.configurations.of(&directory, &self.sources) {
                found.insert(configuration.file.clone(), configuration);
            }
        }
        let told = found.into_values().map(|configuration| {
            let mut problems = configuration.problems.clone();
            let directory = configuration.directory();
            let mut below = Vec::new();
            // Of what lies outside the workspace folders nothing is known.
            if self.folders.iter().any(|folder| directory.starts_with(folder)) {
                let known = self.readers.iter_mut().map(|reader| reader.known_roots());
                let mut all: BTreeSet<Utf8PathBuf> = known.flat_map(|known| (*known).clone()).collect();
                all.extend(names.iter().cloned());
                problems.extend(configuration.problems_among(&all, &*self.sources));
                problems.sort_by_key(|problem| problem.span);
                let is_stack =
                    |root: &&Utf8PathBuf| self.readers.iter().any(|reader| reader.is_there(root, &*self.sources));
                let relative = all.iter().filter(is_stack).filter_map(|root| root.strip_prefix(&directory).ok());
                below = relative
                    .map(|root| if root.as_str().is_empty() { ".".to_owned() } else { root.to_string() })
                    .collect();
            }
            Configured { configuration, problems, roots: below }
        });
        told.collect()
    }

    /// The files of the stacks, and open documents that are worth a word without a stack.
    fn files(&self, stacks: &[Arc<Stack>]) -> FxHashMap<FilePath, SourceFile> {
        let read = stacks.iter().flat_map(|stack| &stack.understood().texts);
        let mut files: FxHashMap<FilePath, SourceFile> = read.cloned().collect();
        let is_ours = |file: &FilePath| file.as_path().file_name() != Some(FILE_NAME);
        for file in self.sources.documents().into_iter().filter(is_ours) {
            let readers = self.dialects_of(file.as_path()).into_iter().filter_map(|dialect| self.readers.get(dialect));
            if !files.contains_key(&file)
                && let Some(read) = readers.into_iter().find_map(|reader| reader.read_alone(&file, &*self.sources))
            {
                files.insert(file, read);
            }
        }
        files
    }
}

const NO_STACK: &str = "these are promises, and no stack; expected the directory of the stack that they speak of";

const EXPECTED: &str = "expected a directory, a .tf or .tf.json file, a template of CloudFormation, Kubernetes manifests, \
                        a Compose file, infrastructure YAML (.yaml, .yml, .json) or the JSON of a Terraform plan or state";
