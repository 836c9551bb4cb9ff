//! What was read, and what of it is different now.

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_text::FilePath;
use rustc_hash::FxHashSet;

use crate::directory_of;

/// Everything that an analysis has asked for, also where nothing was: as long as all of it is the same, so is the result.
#[derive(Clone, Debug, Default)]
pub struct ReadSet {
    /// Directories whose files were listed.
    pub directories: FxHashSet<Utf8PathBuf>,
    /// Files whose content was wanted.
    pub files: FxHashSet<FilePath>,
}

/// What is different from what was read.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Files with another content; they may have come or gone.
    pub files: FxHashSet<FilePath>,
    /// Directories that hold other files than before.
    pub directories: FxHashSet<Utf8PathBuf>,
}

impl ReadSet {
    /// A single file.
    pub fn one(file: FilePath) -> ReadSet {
        ReadSet { directories: FxHashSet::default(), files: FxHashSet::from_iter([file]) }
    }

    /// Notes that a directory was listed.
    pub fn list(&mut self, directory: &Utf8Path) {
        if !self.directories.contains(directory) {
            self.directories.insert(directory.to_owned());
        }
    }

    /// Notes that a file was read.
    pub fn read(&mut self, file: &FilePath) {
        if !self.files.contains(file) {
            self.files.insert(file.clone());
        }
    }

    /// Takes in what another analysis has asked for.
    pub fn extend(&mut self, other: &ReadSet) {
        self.directories.extend(other.directories.iter().cloned());
        self.files.extend(other.files.iter().cloned());
    }

    /// Whether any of it is different now.
    pub fn is_touched(&self, changes: &Changes) -> bool {
        !self.files.is_disjoint(&changes.files) || !self.directories.is_disjoint(&changes.directories)
    }
}

impl Changes {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.directories.is_empty()
    }

    /// Takes in further changes.
    pub fn extend(&mut self, other: Changes) {
        self.files.extend(other.files);
        self.directories.extend(other.directories);
    }

    /// A file came or went.
    pub fn came_or_went(&mut self, file: &FilePath) {
        self.directories.insert(directory_of(file));
        self.files.insert(file.clone());
    }
}
