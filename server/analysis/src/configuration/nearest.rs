use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_text::FilePath;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Configuration, FILE_NAME};
use crate::Baseline;
use crate::workspace::disk::Sources;
use crate::workspace::paths::normalised;

/// The configurations of a workspace, each read once.
#[derive(Default)]
pub(crate) struct Configurations {
    read: FxHashMap<FilePath, Option<Arc<Configuration>>>,
    /// The file that counts for a directory.
    nearest: FxHashMap<Utf8PathBuf, Option<FilePath>>,
    baselines: FxHashMap<FilePath, Option<Arc<Baseline>>>,
}

impl Configurations {
    /// The configuration of a directory: the nearest at or above it, not above the root of its git repository.
    pub(crate) fn of(&mut self, directory: &Utf8Path, sources: &Sources) -> Option<Arc<Configuration>> {
        let file = match self.nearest.get(directory) {
            Some(known) => known.clone(),
            None => {
                let found = self.search(directory, sources);
                self.nearest.insert(directory.to_owned(), found.clone());
                found
            }
        };
        self.at(&file?, sources)
    }

    /// The baseline of a directory: the one that its configuration names, else the one beside that; without a configuration
    /// the nearest at or above it.
    pub(crate) fn baseline_of(&mut self, directory: &Utf8Path, sources: &Sources) -> Option<Arc<Baseline>> {
        if let Some(configuration) = self.of(directory, sources) {
            let base = configuration.directory();
            let name = configuration.baseline.as_deref();
            let file = normalised(&base.join(name.unwrap_or(Baseline::FILE_NAME)));
            let found = self.baseline_at(&FilePath::new(file.clone()), &base, sources);
            // One that is named and not there yet is where the first will be written.
            return found.or_else(|| name.map(|_| Arc::new(Baseline::empty(FilePath::new(file), base))));
        }
        for above in directory.ancestors() {
            let found = self.baseline_at(&FilePath::new(above.join(Baseline::FILE_NAME)), above, sources);
            if found.is_some() || above.join(".git").exists() {
                return found;
            }
        }
        None
    }

    fn baseline_at(&mut self, file: &FilePath, base: &Utf8Path, sources: &Sources) -> Option<Arc<Baseline>> {
        if let Some(known) = self.baselines.get(file) {
            return known.clone();
        }
        let read = sources.configuration(file).map(|text| match text {
            Ok(text) => Baseline::read(file.clone(), base.to_owned(), &text),
            Err(why) => Baseline::unreadable(file.clone(), base.to_owned(), &why),
        });
        let read = read.map(Arc::new);
        self.baselines.insert(file.clone(), read.clone());
        read
    }

    fn search(&mut self, directory: &Utf8Path, sources: &Sources) -> Option<FilePath> {
        for above in directory.ancestors() {
            let file = FilePath::new(above.join(FILE_NAME));
            if self.at(&file, sources).is_some() {
                return Some(file);
            }
            if above.join(".git").exists() {
                return None;
            }
        }
        None
    }

    fn at(&mut self, file: &FilePath, sources: &Sources) -> Option<Arc<Configuration>> {
        if let Some(known) = self.read.get(file) {
            return known.clone();
        }
        let read = sources.configuration(file).map(|text| match text {
            Ok(text) => Configuration::read(file.clone(), text),
            Err(why) => Configuration::unreadable(file.clone(), why),
        });
        let read = read.map(Arc::new);
        self.read.insert(file.clone(), read.clone());
        read
    }

    /// The files that were looked for, there or not.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FilePath> {
        self.read.keys().chain(self.baselines.keys())
    }

    /// Which file counts for which directory is to be looked for anew.
    pub(crate) fn forget_places(&mut self) {
        self.nearest.clear();
    }

    /// Forgets what changed files, or files in changed directories, said.
    pub(crate) fn forget(&mut self, changed: &FxHashSet<FilePath>) {
        let is_old = |file: &FilePath| changed.iter().any(|changed| file.as_path().starts_with(changed.as_path()));
        self.baselines.retain(|file, _| !is_old(file));
        let before = self.read.len();
        self.read.retain(|file, _| !is_old(file));
        let came = changed.iter().any(|file| file.as_path().file_name() == Some(FILE_NAME));
        if came || self.read.len() != before {
            self.nearest.clear();
            self.baselines.clear();
        }
    }
}
