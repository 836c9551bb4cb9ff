use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_infra::{is_infra, may_be_infra};
use foreshock_terraform::{
    Backend, Files, ResolveCache, ResolveOptions, StateHome, is_configuration, is_variable_file,
};
use foreshock_text::FilePath;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::discovery::{
    CallGraph, directory_of, infra_files, is_yaml, module_directories, normalised, without_libraries,
};
use crate::disk::Sources;
use crate::snapshot::{Read, Snapshot};
use crate::stack::{Stack, StackKind, analyse_infra, analyse_terraform};

/// Counts the changes of a workspace.
pub type Revision = u64;

/// The texts of a workspace and what was understood of them so far. Owned by one thread.
#[derive(Default)]
pub struct Workspace {
    revision: Revision,
    folders: Vec<Utf8PathBuf>,
    sources: Sources,
    calls: CallGraph,
    indexed: bool,
    changed: FxHashSet<FilePath>,
    stacks: FxHashMap<Utf8PathBuf, (Arc<Stack>, Inputs)>,
    /// Open documents that were infrastructure YAML once: half-typed they still are.
    infra_documents: FxHashSet<FilePath>,
    resolve_cache: ResolveCache,
    options: ResolveOptions,
    /// Where the module directories keep their state.
    backends: BTreeMap<Utf8PathBuf, Backend>,
}

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
        self.indexed = false;
    }

    /// Sets the var files and variables that every stack is read with.
    pub fn set_options(&mut self, options: ResolveOptions) {
        self.revision += 1;
        self.options = ResolveOptions { states: self.options.states.clone(), ..options };
        self.stacks.clear();
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
        self.stacks.retain(|root, _| roots.modules.contains(root) || roots.infra.contains(root));
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
        let roots = if metadata.is_dir() {
            let infra = infra_files(&absolute);
            self.set_folders(vec![absolute]);
            self.index();
            let directories: Vec<Utf8PathBuf> = self.calls.directories().cloned().collect();
            let roots = directories.iter().flat_map(|directory| self.calls.roots_of(directory)).collect();
            Roots { modules: without_libraries(roots, &self.folders, &self.sources), infra }
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
                self.calls.update(directory, &self.sources);
            }
            if !directories.is_empty() {
                self.find_states(&directories);
            }
            return;
        }
        let mut directories: BTreeSet<Utf8PathBuf> =
            self.folders.iter().flat_map(|folder| module_directories(folder)).collect();
        directories.extend(self.sources.documents().iter().map(directory_of));
        for directory in &directories {
            self.calls.update(directory, &self.sources);
        }
        self.indexed = true;
        self.backends.clear();
        self.find_states(&directories);
    }

    /// Looks where these directories keep their state, and drops the stacks that read the state of others when any moved.
    fn find_states(&mut self, directories: &BTreeSet<Utf8PathBuf>) {
        for directory in directories {
            match Backend::of_root(directory, &self.sources) {
                Some(backend) => self.backends.insert(directory.clone(), backend),
                None => self.backends.remove(directory),
            };
        }
        let roots = self.backends.iter().filter(|(directory, _)| self.calls.is_root(directory));
        let states: Vec<StateHome> = roots
            .map(|(root, backend)| StateHome { root: root.clone(), backend: backend.clone(), var_files: Vec::new() })
            .collect();
        if states == *self.options.states {
            return;
        }
        self.options.states = Arc::new(states);
        self.stacks
            .retain(|_, (stack, _)| stack.terraform().is_none_or(|stack| stack.resolved.remote_states.is_empty()));
    }

    /// Drops the stacks that read a changed file, or a directory whose listing may have changed.
    fn drop_changed(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        if changed.is_empty() {
            return;
        }
        let directories: FxHashSet<Utf8PathBuf> = changed.iter().map(directory_of).collect();
        self.stacks.retain(|_, (_, inputs)| match inputs {
            Inputs::Directories(read) => read.is_disjoint(&directories),
            Inputs::File(file) => !changed.contains(file),
        });
    }

    fn assemble(&mut self, roots: Roots) -> Arc<Snapshot> {
        let mut stacks = Vec::with_capacity(roots.modules.len() + roots.infra.len());
        for root in &roots.modules {
            stacks.push(self.kept(root).unwrap_or_else(|| {
                let stack = Arc::new(analyse_terraform(root, &self.sources, &self.options, &mut self.resolve_cache));
                let others = stack.terraform().into_iter().flat_map(|stack| &stack.resolved.remote_states);
                let others = others.flat_map(|state| &state.files);
                let directories = stack.files.iter().chain(others).map(directory_of).collect();
                self.stacks.insert(root.clone(), (stack.clone(), Inputs::Directories(directories)));
                stack
            }));
        }
        for root in &roots.infra {
            let file = FilePath::new(root.as_path());
            let known = self.kept(root);
            stacks.extend(known.or_else(|| {
                let stack = Arc::new(analyse_infra(self.sources.yaml(&file)?));
                self.stacks.insert(root.clone(), (stack.clone(), Inputs::File(file)));
                Some(stack)
            }));
        }
        stacks.sort_by(|one, other| one.root.cmp(&other.root));
        let files = self.files(&stacks);
        Arc::new(Snapshot::new(self.revision, self.folders.clone(), stacks, files))
    }

    fn kept(&self, root: &Utf8Path) -> Option<Arc<Stack>> {
        self.stacks.get(root).map(|(stack, _)| stack.clone())
    }

    /// The files of the stacks, and the open documents of their dialects.
    fn files(&self, stacks: &[Arc<Stack>]) -> FxHashMap<FilePath, Read> {
        let mut files = FxHashMap::default();
        for stack in stacks {
            for file in &stack.files {
                let read = match stack.kind {
                    StackKind::Terraform => self.sources.parsed(file).map(Read::Terraform),
                    StackKind::Infra => self.sources.yaml(file).map(Read::Yaml),
                };
                files.extend(read.map(|read| (file.clone(), read)));
            }
        }
        // YAML of other formats is nobody's business here.
        for file in self.sources.documents().into_iter().filter(|file| !is_yaml(file.as_path())) {
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

const EXPECTED: &str = "expected a directory, a .tf or .tf.json file or infrastructure YAML (.yaml, .yml, .json)";
