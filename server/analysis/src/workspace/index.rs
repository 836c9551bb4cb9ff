//! What is part of the workspace: its folders are walked once, and afterwards only where something has come or gone.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::{Changes, Walk, directory_of, walk};
use foreshock_text::FilePath;

use super::Workspace;

/// What the walk through the workspace folders has found.
#[derive(Default)]
pub(crate) struct Index {
    is_done: bool,
    /// Every directory that is part of the workspace.
    directories: BTreeSet<Utf8PathBuf>,
    /// The files that the last walk of everything has found; kept until everybody has looked at them.
    pub(super) found: Vec<Utf8PathBuf>,
    /// Directories that have come or gone, or where something has.
    stale: BTreeSet<Utf8PathBuf>,
    /// What could not be looked at, with the reason.
    pub(super) problems: Vec<(Utf8PathBuf, String)>,
    /// Counts its changes.
    pub(super) generation: u64,
}

impl Index {
    /// The workspace is to be walked anew.
    pub(super) fn forget(&mut self) {
        self.is_done = false;
    }

    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// Every directory that is part of the workspace.
    pub(super) fn directories(&self) -> &BTreeSet<Utf8PathBuf> {
        &self.directories
    }

    /// Whether a directory is part of the workspace: no hidden one, none that git ignores.
    pub(crate) fn has(&self, directory: &Utf8Path) -> bool {
        self.directories.contains(directory)
    }

    /// Every file of the workspace, while everybody looks for the first time.
    pub(crate) fn files(&self) -> &[Utf8PathBuf] {
        &self.found
    }

    /// The directories where anything is different.
    pub(super) fn take_stale(&mut self, changes: &Changes) -> BTreeSet<Utf8PathBuf> {
        let mut stale = std::mem::take(&mut self.stale);
        stale.extend(changes.files.iter().map(directory_of));
        stale.extend(changes.directories.iter().cloned());
        stale
    }

    /// A directory may be gone, with all that lies below it.
    fn leave(&mut self, path: &Utf8Path) {
        let (mut gone, kept): (BTreeSet<Utf8PathBuf>, BTreeSet<Utf8PathBuf>) =
            std::mem::take(&mut self.directories).into_iter().partition(|directory| directory.starts_with(path));
        self.directories = kept;
        self.stale.append(&mut gone);
    }

    fn take_in(&mut self, found: Walk, below: &Utf8Path) {
        let directories = found.directories.into_iter().filter(|directory| directory.starts_with(below));
        self.directories.extend(directories);
        self.problems.extend(found.problems);
    }
}

impl Workspace {
    /// Walks the workspace folders, unless that was done. Whether it was done now.
    pub(super) fn walk_folders(&mut self) -> bool {
        if self.index.is_done {
            return false;
        }
        self.index = Index { generation: self.index.generation + 1, is_done: true, ..Index::default() };
        for folder in &self.folders {
            let mut found = self.sources.walk(folder);
            self.index.found.append(&mut found.files);
            self.index.take_in(found, folder);
        }
        true
    }

    /// Somebody said that these paths have changed on the disk: folders may have come or gone.
    pub(super) fn follow_folders(&mut self, paths: &[FilePath]) {
        // The folders of a commit stay as they are.
        if !self.index.is_done || self.is_past {
            return;
        }
        // What git ignores may be something else now.
        let is_rule =
            |path: &FilePath| matches!(path.as_path().file_name(), Some(".gitignore" | ".ignore" | "exclude"));
        if paths.iter().any(is_rule) {
            self.index.forget();
            return;
        }
        let before = self.index.directories.clone();
        let mut paths: Vec<&Utf8Path> = paths.iter().map(FilePath::as_path).collect();
        paths.sort();
        let mut followed: Option<&Utf8Path> = None;
        for path in paths {
            // With a folder all that lies below it was looked at.
            if followed.is_some_and(|above| path.starts_with(above)) {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                // Of a folder that was there, a client may tell nothing but its name.
                if let Some(folder) = self.folders.iter().find(|folder| path.starts_with(folder)) {
                    followed = Some(path);
                    self.index.leave(path);
                    let found = walk(folder, Some(path));
                    let files = found.files.iter().filter(|file| file.starts_with(path));
                    self.index.stale.extend(files.filter_map(|file| file.parent().map(Utf8Path::to_owned)));
                    self.index.take_in(found, path);
                }
            } else if self.index.has(path) {
                self.index.leave(path);
            } else {
                self.index.stale.extend(path.parent().map(Utf8Path::to_owned));
            }
        }
        self.index.generation += u64::from(self.index.directories != before);
    }
}
