//! The stacks of a directory tree and what changes them: which there are, what each is read from and compared with, and
//! the snapshot that everyone else looks at.

mod base;
pub(crate) mod callers;
pub(crate) mod discovery;
pub(crate) mod disk;
mod explained;
mod moved;
mod past;
mod plans;
mod seen;
pub(crate) mod snapshot;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_infra::{is_infra, may_be_infra};
use foreshock_terraform::{
    Backend, Files, ResolveCache, ResolveOptions, StateHome, TerraformFiles, is_configuration, is_variable_file,
};
use foreshock_text::{FilePath, Place};
use rustc_hash::{FxHashMap, FxHashSet};

pub use self::base::BaseChoice;
use self::base::Bases;
use self::seen::{Read as ReadFiles, Seen};
use crate::configuration::{Choices, Configurations, FILE_NAME, Places, StackSettings, stacks_of};
use crate::findings::baseline;
use crate::findings::suppression::{Annotations, notices, of_problem, settle};
use crate::stack::{Stack, StackKind, analyse_infra, analyse_terraform};
use crate::workspace::discovery::{
    CallGraph, directory_of, infra_files, is_yaml, module_directories, normalised, without_libraries,
};
use crate::workspace::disk::Sources;
use crate::workspace::snapshot::{Configured, Read, Snapshot};
use crate::{Date, Notice};

/// Counts the changes of a workspace.
pub type Revision = u64;

/// The texts of a workspace and what was understood of them so far. Owned by one thread.
#[derive(Default)]
pub struct Workspace {
    revision: Revision,
    folders: Vec<Utf8PathBuf>,
    sources: Rc<Sources>,
    calls: CallGraph,
    indexed: bool,
    changed: FxHashSet<FilePath>,
    /// By root and what tells it from others of that root.
    stacks: FxHashMap<StackKey, (Arc<Stack>, Inputs)>,
    configurations: Configurations,
    choices: Choices,
    /// Every root of the workspace, while who calls whom is as it was.
    all_roots: Option<Arc<BTreeSet<Utf8PathBuf>>>,
    /// Open documents that were infrastructure YAML once: half-typed they still are.
    infra_documents: FxHashSet<FilePath>,
    resolve_cache: ResolveCache,
    options: ResolveOptions,
    /// Where the module directories keep their state.
    backends: BTreeMap<Utf8PathBuf, Backend>,
    /// Whether what `options.states` says of them may have changed.
    states_changed: bool,
    /// What the stacks are compared with.
    bases: Bases,
    /// Decides which suppressions are over.
    today: Option<Date>,
    /// The directory every stack of which was asked for.
    whole: Option<Utf8PathBuf>,
}

type StackKey = (Utf8PathBuf, Option<Arc<str>>);

/// What a stack was read from.
enum Inputs {
    /// Every file of these directories, and which there are.
    Directories(FxHashSet<Utf8PathBuf>),
    /// This file alone.
    File(FilePath),
}

impl Workspace {
    /// An empty workspace.
    pub fn new() -> Workspace {
        Workspace::default()
    }

    /// Sets the workspace folders, absolute paths.
    pub fn set_folders(&mut self, folders: Vec<Utf8PathBuf>) {
        self.revision += 1;
        self.folders = folders.iter().map(|folder| normalised(folder)).collect();
        self.folders.sort();
        self.folders.dedup();
        self.calls = CallGraph::default();
        self.all_roots = None;
        self.indexed = false;
        self.forget_bases();
    }

    /// Sets the var files and variables that every stack is read with.
    pub fn set_options(&mut self, options: ResolveOptions) {
        self.revision += 1;
        self.options = ResolveOptions { states: self.options.states.clone(), ..options };
        self.states_changed = true;
        self.forget_bases();
    }

    /// Sets what the editor's user has chosen.
    pub fn set_choices(&mut self, choices: Choices) {
        self.revision += 1;
        self.choices = choices;
        self.states_changed = true;
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
        if self.sources.set_document(&file, text) {
            self.changed.insert(file);
        }
    }

    /// Closes a document: what is on the disk counts again.
    pub fn close_document(&mut self, file: &FilePath) {
        self.revision += 1;
        self.sources.close_document(file);
        self.infra_documents.remove(file);
        self.changed.insert(file.clone());
    }

    /// A file or directory was changed, created or deleted on the disk.
    pub fn forget_disk(&mut self, file: &FilePath) {
        self.revision += 1;
        self.sources.forget_disk(file);
        self.bases.forget_disk(file);
        self.changed.insert(file.clone());
    }

    /// The stacks that the open documents belong to. A stack none of whose files changed is the same `Arc` as before.
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        self.index();
        self.drop_changed();
        let mut roots = Roots::default();
        for document in self.sources.documents() {
            let directory = directory_of(&document);
            if is_configuration(document.as_path()) || is_variable_file(document.as_path()) {
                roots.modules.extend(self.calls.roots_of(&directory));
            } else if is_yaml(document.as_path()) && self.is_infra_document(&document) {
                roots.infra.insert(document.as_path().to_owned());
            }
        }
        self.stacks.retain(|(root, _), _| roots.modules.contains(root) || roots.infra.contains(root));
        self.assemble(roots)
    }

    /// Whether an open document is infrastructure YAML, or was before somebody began to type.
    fn is_infra_document(&mut self, file: &FilePath) -> bool {
        if self.infra_documents.contains(file) {
            return true;
        }
        let looks = self.sources.document(file).is_some_and(|text| may_be_infra(&text));
        let surely = looks && self.sources.yaml(file).is_some_and(|yaml| is_infra(&yaml.tree));
        if surely {
            self.infra_documents.insert(file.clone());
        }
        surely
    }

    /// Every stack at or below a directory, or the stack of a single file. A single YAML or JSON file is read as
    /// infrastructure YAML in any case; in a directory only those count that surely are.
    ///
    /// # Errors
    /// When the path is not there or can't be read; the text says what was expected.
    pub fn snapshot_of(&mut self, path: &Utf8Path) -> Result<Arc<Snapshot>, String> {
        let metadata = path.metadata().map_err(|error| format!("{path}: {error}; {EXPECTED}"))?;
        let absolute = path.canonicalize_utf8().map_err(|error| format!("{path}: {error}"))?;
        if metadata.is_file() && plans::is_plan(&absolute) {
            return self.snapshot_of_plan(path, None);
        }
        let roots = if metadata.is_dir() {
            let infra = infra_files(&absolute);
            self.whole = Some(absolute.clone());
            self.set_folders(vec![absolute]);
            self.index();
            let directories: Vec<Utf8PathBuf> = self.calls.directories().cloned().collect();
            let roots = directories.iter().flat_map(|directory| self.calls.roots_of(directory)).collect();
            Roots { modules: without_libraries(roots, &self.folders, &*self.sources), infra }
        } else if is_yaml(&absolute) {
            Roots { infra: BTreeSet::from([absolute]), ..Roots::default() }
        } else if is_configuration(&absolute) {
            let directory = directory_of(&FilePath::new(absolute));
            self.set_folders(vec![directory.clone()]);
            Roots { modules: BTreeSet::from([directory]), ..Roots::default() }
        } else {
            return Err(format!("{path}: {EXPECTED}"));
        };
        self.drop_changed();
        Ok(self.assemble(roots))
    }

    /// Finds the module directories of the workspace once, and afterwards reads the calls of changed ones only.
    fn index(&mut self) {
        if self.indexed {
            let directories: BTreeSet<Utf8PathBuf> =
                self.changed.iter().filter(|file| is_configuration(file.as_path())).map(directory_of).collect();
            for directory in &directories {
                if self.calls.update(directory, &*self.sources) {
                    self.all_roots = None;
                }
            }
            if !directories.is_empty() {
                self.find_states(&directories);
            }
            return;
        }
        let mut directories: BTreeSet<Utf8PathBuf> =
            self.folders.iter().flat_map(|folder| module_directories(folder, &self.sources)).collect();
        directories.extend(self.sources.documents().iter().map(directory_of));
        for directory in &directories {
            self.calls.update(directory, &*self.sources);
        }
        self.indexed = true;
        self.backends.clear();
        self.find_states(&directories);
    }

    /// Looks where these directories keep their state.
    fn find_states(&mut self, directories: &BTreeSet<Utf8PathBuf>) {
        for directory in directories {
            match Backend::of_root(directory, &*self.sources) {
                Some(backend) => self.backends.insert(directory.clone(), backend),
                None => self.backends.remove(directory),
            };
        }
        self.states_changed = true;
    }

    /// Tells every stack whose state is where, with the values that each root is read with. A root that is several stacks is
    /// there several times.
    fn tell_states(&mut self) {
        if !std::mem::take(&mut self.states_changed) {
            return;
        }
        let backends: Vec<(Utf8PathBuf, Backend)> = self
            .backends
            .iter()
            .filter(|(root, _)| self.calls.is_root(root))
            .map(|(r, b)| (r.clone(), b.clone()))
            .collect();
        let mut states = Vec::new();
        for (root, backend) in backends {
            for settings in self.settings_of(&root, &root) {
                // What was given by hand belongs to the stack that was asked for.
                let mut variables = settings.options.variables;
                variables.retain(|name, _| !self.options.variables.contains_key(name));
                let (root, backend) = (root.clone(), backend.clone());
                states.push(StateHome { root, backend, var_files: settings.chosen, variables });
            }
        }
        if states != *self.options.states {
            self.options.states = Arc::new(states);
        }
    }

    /// Drops the stacks that read a changed file, or a directory whose listing may have changed.
    fn drop_changed(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        if changed.is_empty() {
            return;
        }
        self.configurations.forget(&changed);
        self.bases.forget_configurations(&changed);
        self.states_changed |= changed.iter().any(|file| file.as_path().file_name() == Some(FILE_NAME));
        let directories: FxHashSet<Utf8PathBuf> = changed.iter().map(directory_of).collect();
        self.stacks.retain(|_, (_, inputs)| match inputs {
            Inputs::Directories(read) => read.is_disjoint(&directories),
            Inputs::File(file) => !changed.contains(file),
        });
    }

    fn assemble(&mut self, roots: Roots) -> Arc<Snapshot> {
        self.tell_states();
        self.follow_bases();
        let mut stacks = Vec::with_capacity(roots.modules.len() + roots.infra.len());
        let mut wanted: FxHashSet<StackKey> = FxHashSet::default();
        for root in &roots.modules {
            for (number, settings) in self.settings_of(root, root).into_iter().enumerate() {
                wanted.insert((root.clone(), settings.variant.clone()));
                stacks.push(self.terraform(root, settings, number));
            }
        }
        for root in &roots.infra {
            let directory = root.parent().unwrap_or(root).to_owned();
            // Nothing in the text of such a file varies with values.
            let Some(settings) = self.settings_of(root, &directory).into_iter().next() else { continue };
            wanted.insert((root.clone(), settings.variant.clone()));
            stacks.extend(self.infra(root, settings));
        }
        self.stacks.retain(|key, _| wanted.contains(key));
        stacks.sort_by(|one, other| (&one.root, one.variant()).cmp(&(&other.root, other.variant())));
        let configurations = self.configured(&roots);
        let mut files = self.files(&stacks);
        for Configured { configuration, .. } in &configurations {
            files.insert(configuration.file.clone(), Read::Configuration(configuration.clone()));
        }
        let notices = self.notices(&stacks, &roots, &configurations, &files);
        let base_problem = self.bases.problem();
        let mut snapshot =
            Snapshot::new(self.revision, self.folders.clone(), stacks, configurations, files, base_problem);
        snapshot.notices = notices;
        Arc::new(snapshot)
    }

    /// The stack of a root, the one with that number of those that the root is read as.
    fn terraform(&mut self, root: &Utf8Path, settings: StackSettings, number: usize) -> Arc<Stack> {
        if let Some(kept) = self.kept(root, &settings) {
            return kept;
        }
        let key = (root.to_owned(), settings.variant.clone());
        let seen = Seen::of(&self.sources);
        let stack = analyse_terraform(root, &seen, &Arc::new(settings), &mut self.resolve_cache);
        let read = seen.read();
        let stack = self.compared(stack, number, &read);
        let stack = Arc::new(self.settled(stack));
        let others = stack.terraform().into_iter().flat_map(|stack| &stack.resolved.remote_states);
        let others = others.flat_map(|state| &state.files);
        let directories = stack.files.iter().chain(others).map(directory_of).collect();
        self.stacks.insert(key, (stack.clone(), Inputs::Directories(directories)));
        stack
    }

    fn infra(&mut self, root: &Utf8Path, settings: StackSettings) -> Option<Arc<Stack>> {
        if let Some(kept) = self.kept(root, &settings) {
            return Some(kept);
        }
        let key = (root.to_owned(), settings.variant.clone());
        let file = FilePath::new(root);
        let stack = analyse_infra(self.sources.yaml(&file)?, &Arc::new(settings));
        let stack = self.compared(stack, 0, &ReadFiles::one(file.clone()));
        let stack = Arc::new(self.settled(stack));
        self.stacks.insert(key, (stack.clone(), Inputs::File(file)));
        Some(stack)
    }

    /// A stack without what somebody has decided to live with.
    fn settled(&self, mut stack: Stack) -> Stack {
        baseline::apply(&mut stack);
        let annotations = stack.files.iter().map(|file| (file.clone(), self.sources.annotations(file, stack.kind)));
        let annotations: Vec<(FilePath, Arc<Annotations>)> =
            annotations.filter(|(_, annotations)| !annotations.is_empty()).collect();
        settle(&mut stack, annotations, self.today);
        stack
    }

    /// What is to be said of those who asked for silence.
    fn notices(
        &self,
        stacks: &[Arc<Stack>],
        roots: &Roots,
        configurations: &[Configured],
        files: &FxHashMap<FilePath, Read>,
    ) -> Vec<Notice> {
        let annotations = stacks.iter().flat_map(|stack| stack.annotations.iter().cloned()).collect();
        let mut is_whole = |file: &FilePath| {
            let directory = directory_of(file);
            if file.as_path().file_name() == Some(FILE_NAME) {
                return self.whole.as_ref().is_some_and(|whole| directory.starts_with(whole));
            }
            if is_yaml(file.as_path()) {
                return true;
            }
            let is_inside = self.folders.iter().any(|folder| file.as_path().starts_with(folder));
            is_inside && self.calls.roots_of(&directory).iter().all(|root| roots.modules.contains(root))
        };
        let line = |place: &Place| match files.get(&place.file) {
            Some(read) => read.line(place.span.start),
            None => 0,
        };
        let mut notices = notices(stacks, &annotations, &mut is_whole, &line);
        for Configured { configuration, .. } in configurations {
            let told = configuration.told.iter();
            notices.extend(told.map(|(severity, problem)| of_problem(&configuration.file, *severity, problem)));
        }
        notices
    }

    /// A stack none of whose files changed and that is read with the same settings.
    fn kept(&self, root: &Utf8Path, settings: &StackSettings) -> Option<Arc<Stack>> {
        let (stack, _) = self.stacks.get(&(root.to_owned(), settings.variant.clone()))?;
        (**stack.settings() == *settings).then(|| stack.clone())
    }

    /// The stacks that a root is read as.
    fn settings_of(&mut self, root: &Utf8Path, directory: &Utf8Path) -> Vec<StackSettings> {
        let configuration = self.configurations.of(directory, self.sources.present());
        let baseline = self.configurations.baseline_of(directory, self.sources.present());
        let places = Places { folders: &self.folders };
        let mut all = stacks_of(root, configuration.as_deref(), &self.choices, &self.options, places, &*self.sources);
        for settings in &mut all {
            settings.baseline.clone_from(&baseline);
            settings.today = self.today;
        }
        all
    }

    /// The configurations that count for these stacks and for open documents, with what is wrong with them.
    fn configured(&mut self, roots: &Roots) -> Vec<Configured> {
        let mut directories: BTreeSet<Utf8PathBuf> = roots.modules.clone();
        directories.extend(roots.infra.iter().filter_map(|file| Some(file.parent()?.to_owned())));
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
                let mut all = (*self.every_root()).clone();
                all.extend(roots.modules.iter().chain(&roots.infra).cloned());
                problems.extend(configuration.problems_among(&all, &*self.sources));
                problems.sort_by_key(|problem| problem.span);
                let is_stack = |root: &&Utf8PathBuf| {
                    is_yaml(root) || self.sources.list(root).iter().any(|file| is_configuration(file.as_path()))
                };
                let relative = all.iter().filter(is_stack).filter_map(|root| root.strip_prefix(&directory).ok());
                below = relative
                    .map(|root| if root.as_str().is_empty() { ".".to_owned() } else { root.to_string() })
                    .collect();
            }
            Configured { configuration, problems, roots: below }
        });
        told.collect()
    }

    /// The roots of every module directory of the workspace.
    fn every_root(&mut self) -> Arc<BTreeSet<Utf8PathBuf>> {
        let roots = self.all_roots.take().unwrap_or_else(|| {
            Arc::new(self.calls.directories().flat_map(|directory| self.calls.roots_of(directory)).collect())
        });
        self.all_roots = Some(roots.clone());
        roots
    }

    /// The files of the stacks, and the open documents of their dialects.
    fn files(&self, stacks: &[Arc<Stack>]) -> FxHashMap<FilePath, Read> {
        let mut files = FxHashMap::default();
        for stack in stacks {
            for file in &stack.files {
                let read = match stack.kind {
                    StackKind::Terraform => self.sources.parsed(file).map(Read::Terraform),
                    StackKind::Infra => self.sources.yaml(file).map(Read::Yaml),
                    StackKind::Plan | StackKind::State => None,
                };
                files.extend(read.map(|read| (file.clone(), read)));
            }
        }
        // YAML of other formats is nobody's business here.
        let is_ours = |file: &FilePath| !is_yaml(file.as_path()) && file.as_path().file_name() != Some(FILE_NAME);
        for file in self.sources.documents().into_iter().filter(is_ours) {
            if !files.contains_key(&file)
                && let Some(parsed) = self.sources.parsed(&file)
            {
                files.insert(file, Read::Terraform(parsed));
            }
        }
        files
    }
}

/// The roots of the stacks that are wanted.
#[derive(Default)]
struct Roots {
    /// Directories of root modules.
    modules: BTreeSet<Utf8PathBuf>,
    /// Files of infrastructure YAML.
    infra: BTreeSet<Utf8PathBuf>,
}

const EXPECTED: &str = "expected a directory, a .tf or .tf.json file, infrastructure YAML (.yaml, .yml, .json) or the JSON \
                        of a Terraform plan or state";
