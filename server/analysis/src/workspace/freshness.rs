//! Whether what was read still stands: what somebody tells of the disk, and what a look at it shows.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::{Boundary, ReadSet, directory_of};
use foreshock_history::WorkTree;
use foreshock_text::FilePath;

use super::Workspace;
use crate::Baseline;
use crate::configuration::FILE_NAME;

/// What of the disk a workspace depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Directories any coming or going in which is of interest.
    pub directories: BTreeSet<Utf8PathBuf>,
    /// Files and directories whose content is of interest, there or not.
    pub paths: BTreeSet<Utf8PathBuf>,
    /// What paths of interest are links to, and which those are: a change there is a change of the link.
    pub links: BTreeMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>,
}

impl Watched {
    /// The directories to watch: those of interest, those of the paths, and for what is not there the nearest above it that is.
    pub fn places(&self) -> BTreeSet<Utf8PathBuf> {
        let above = self.paths.iter().chain(self.links.keys()).filter_map(|path| path.parent());
        let mut places: BTreeSet<&Utf8Path> = self.directories.iter().map(Utf8PathBuf::as_path).collect();
        places.extend(above);
        places
            .into_iter()
            .filter_map(|place| place.ancestors().find(|above| above.is_dir()).map(Utf8Path::to_owned))
            .collect()
    }
}

impl Workspace {
    /// Finds out what is different on the disk: at the paths that somebody told of, and everywhere that the stacks were read
    /// from when in doubt.
    pub(super) fn follow_disk(&mut self) {
        let told = std::mem::take(&mut self.told);
        if !told.is_empty() {
            self.changes.extend(self.sources.look_at(&told));
            self.follow_folders(&told);
            self.promises.tell(&told);
            self.bases.forget_disk(&told);
            // Where a repository begins configurations end, and reading does.
            if told.iter().any(|path| path.as_path().file_name() == Some(".git")) {
                self.configurations.forget_places();
                self.set_boundary();
            }
        }
        if std::mem::take(&mut self.in_doubt) {
            let changes = self.sources.look_again(&self.read());
            self.changes.extend(changes);
            self.promises.look_again();
            self.bases.look_again();
        }
    }

    /// What the stacks were read from, and what says how they are read.
    fn read(&self) -> ReadSet {
        let mut read = self.read_beside_stacks();
        for kept in self.stacks.values() {
            read.extend(&kept.read);
        }
        read
    }

    /// What says how stacks are read, and where documents are open.
    fn read_beside_stacks(&self) -> ReadSet {
        let mut read = self.settings_read.clone();
        read.files.extend(self.configurations.files().cloned());
        for document in self.sources.documents() {
            read.list(&directory_of(&document));
        }
        read
    }

    /// What can't be read of the workspace and of what its stacks were read from.
    pub(super) fn unreadable(&self) -> Vec<(FilePath, String)> {
        let store = self.sources.store();
        let mut found = store.unreadable(&self.read_beside_stacks());
        for kept in self.stacks.values() {
            found.extend(store.unreadable(&kept.read));
        }
        found.extend(self.index.problems.iter().cloned());
        // What a stack is made of is to be text, and not too large.
        for file in self.stacks.values().flat_map(|kept| &kept.stack.files) {
            if let Some(Err(why)) = self.sources.store().read(file) {
                found.push((file.as_path().to_owned(), why));
            }
        }
        found.extend(self.sources.refused().into_iter().map(|(file, why)| (file.as_path().to_owned(), why)));
        found.sort();
        found.dedup_by(|one, other| one.0 == other.0);
        found.into_iter().map(|(path, why)| (FilePath::new(path), why)).collect()
    }

    /// Drops the stacks that read something that is different now.
    pub(super) fn drop_changed(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        if changes.is_empty() {
            return;
        }
        self.configurations.forget(&changes.files);
        self.bases.forget_configurations(&changes.files);
        let is_setting = |file: &FilePath| file.as_path().file_name() == Some(FILE_NAME);
        if self.settings_read.is_touched(&changes) || changes.files.iter().any(is_setting) {
            self.forget_settings();
        }
        let touched = self.stacks.extract_if(|_, kept| kept.read.is_touched(&changes));
        self.old.extend(touched);
    }

    /// Reading goes as far as the workspace folders, the documents that somebody has opened, and the repositories they are in;
    /// without a repository to the modules that are called, too. Var files are read wherever a person has named them.
    pub(super) fn set_boundary(&mut self) {
        if self.is_past {
            return;
        }
        let mut roots: BTreeSet<Utf8PathBuf> = self.allowed.iter().cloned().collect();
        roots.extend(self.folders.iter().cloned());
        for directory in self.sources.documents().iter().map(directory_of) {
            if !self.folders.iter().any(|folder| directory.starts_with(folder)) {
                roots.insert(directory);
            }
        }
        let tops: Vec<Option<Utf8PathBuf>> = roots.iter().map(|root| top_of(root)).collect();
        let is_known = tops.iter().all(Option::is_some);
        let around = roots.into_iter().chain(tops.into_iter().flatten());
        let boundary = Boundary::around(around)
            .with_names_above(&[FILE_NAME, Baseline::FILE_NAME])
            .with_files(self.options.var_files.iter().map(|file| file.as_path().to_owned()));
        if self.sources.set_boundary(if is_known { boundary } else { boundary.with_modules() }) {
            self.configurations = Default::default();
            self.index.forget();
            self.stacks.clear();
            self.forget_bases();
        }
    }

    /// Lets texts read below these directories, too. At first they may read below the workspace folders and the repositories
    /// these are in.
    pub fn set_allowed(&mut self, directories: Vec<Utf8PathBuf>) {
        self.revision += 1;
        self.allowed = directories;
        self.set_boundary();
    }

    /// Counts up whenever [`Workspace::watched`] may say something else.
    pub fn watched_generation(&self) -> u64 {
        let own = self.index.generation.wrapping_add(self.promises.generation());
        self.sources.store().generation().wrapping_add(own)
    }

    /// What of the disk the last snapshot depends on.
    pub fn watched(&self) -> Watched {
        let read = self.sources.store().read_so_far();
        let mut watched = Watched::default();
        for directory in self.index.directories().iter().chain(&read.directories) {
            watched.directories.insert(directory.clone());
            watched.paths.insert(directory.clone());
            // A folder on the way may be renamed.
            let inside = |above: &&Utf8Path| self.folders.iter().any(|folder| above.starts_with(folder));
            let above = directory.ancestors().skip(1).take_while(inside);
            watched.directories.extend(above.map(Utf8Path::to_owned));
        }
        watched.paths.extend(read.files.iter().map(|file| file.as_path().to_owned()));
        watched.paths.extend(self.promises.paths().cloned());
        watched.paths.extend(self.bases.files());
        for path in watched.paths.iter().filter(|path| path.is_symlink()) {
            if let Ok(target) = path.canonicalize_utf8() {
                watched.links.entry(target).or_default().insert(path.clone());
            }
        }
        watched
    }
}

/// The top of the repository that a directory is in.
pub(crate) fn top_of(directory: &Utf8Path) -> Option<Utf8PathBuf> {
    WorkTree::of(directory).map(|tree| tree.top().to_owned())
}
