use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_terraform::{Files, ResolveCache, ResolveOptions};
use foreshock_text::FilePath;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::discovery::{CallGraph, directory_of, is_configuration, module_directories, normalised, without_libraries};
use crate::disk::Sources;
use crate::snapshot::Snapshot;
use crate::stack::{Stack, analyse_terraform};

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
    stacks: FxHashMap<Utf8PathBuf, (Arc<Stack>, FxHashSet<Utf8PathBuf>)>,
    resolve_cache: ResolveCache,
    options: ResolveOptions,
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
        self.options = options;
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
        let mut roots = BTreeSet::new();
        for document in self.sources.documents() {
            let directory = directory_of(&document);
            if is_configuration(document.as_path()) || document.as_path().extension() == Some("tfvars") {
                roots.extend(self.calls.roots_of(&directory));
            }
        }
        self.stacks.retain(|root, _| roots.contains(root));
        self.assemble(roots)
    }

    /// Every stack at or below a directory, or the stack of a single file.
    ///
    /// # Errors
    /// When the path is not there or can't be read; the text says what was expected.
    pub fn snapshot_of(&mut self, path: &Utf8Path) -> Result<Arc<Snapshot>, String> {
        let metadata =
            path.metadata().map_err(|error| format!("{path}: {error}; expected a directory or a .tf file"))?;
        let absolute = path.canonicalize_utf8().map_err(|error| format!("{path}: {error}"))?;
        let roots = if metadata.is_dir() {
            self.set_folders(vec![absolute]);
            self.index();
            let directories: Vec<Utf8PathBuf> = self.calls.directories().cloned().collect();
            let roots = directories.iter().flat_map(|directory| self.calls.roots_of(directory)).collect();
            without_libraries(roots, &self.folders, &self.sources)
        } else if is_configuration(&absolute) {
            let directory = directory_of(&FilePath::new(absolute));
            self.set_folders(vec![directory.clone()]);
            BTreeSet::from([directory])
        } else {
            return Err(format!("{path}: expected a directory or a .tf file"));
        };
        self.drop_changed();
        Ok(self.assemble(roots))
    }

    /// Finds the module directories of the workspace once, and afterwards reads the calls of changed ones only.
    fn index(&mut self) {
        if self.indexed {
            let directories: BTreeSet<Utf8PathBuf> =
                self.changed.iter().filter(|file| is_configuration(file.as_path())).map(directory_of).collect();
            for directory in directories {
                self.calls.update(&directory, &self.sources);
            }
            return;
        }
        let mut directories: BTreeSet<Utf8PathBuf> =
            self.folders.iter().flat_map(|folder| module_directories(folder)).collect();
        directories.extend(self.sources.documents().iter().map(directory_of));
        for directory in directories {
            self.calls.update(&directory, &self.sources);
        }
        self.indexed = true;
    }

    /// Drops the stacks that read a changed file, or a directory whose listing may have changed.
    fn drop_changed(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        if changed.is_empty() {
            return;
        }
        let changed: FxHashSet<Utf8PathBuf> = changed.iter().map(directory_of).collect();
        self.stacks.retain(|_, (_, directories)| directories.is_disjoint(&changed));
    }

    fn assemble(&mut self, roots: BTreeSet<Utf8PathBuf>) -> Arc<Snapshot> {
        let mut stacks = Vec::with_capacity(roots.len());
        for root in roots {
            let stack = match self.stacks.get(&root) {
                Some((stack, _)) => stack.clone(),
                None => {
                    let stack =
                        Arc::new(analyse_terraform(&root, &self.sources, &self.options, &mut self.resolve_cache));
                    let directories = stack.files.iter().map(directory_of).collect();
                    self.stacks.insert(root, (stack.clone(), directories));
                    stack
                }
            };
            stacks.push(stack);
        }
        let mut files = FxHashMap::default();
        let read = stacks.iter().flat_map(|stack| stack.files.iter().cloned());
        for file in read.chain(self.sources.documents()) {
            if !files.contains_key(&file)
                && let Some(parsed) = self.sources.parsed(&file)
            {
                files.insert(file, parsed);
            }
        }
        Arc::new(Snapshot::new(self.revision, self.folders.clone(), stacks, files))
    }
}
