//! Texts that remember what was asked of them.

use std::cell::RefCell;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_files::{Files, ReadSet};
use foreshock_terraform::{ParsedFile, TerraformFiles};
use foreshock_text::FilePath;

use crate::dialect::Texts;
use crate::dialect::yaml_file::YamlFile;
use crate::workspace::disk::Sources;

/// Sources that remember what was asked of them.
pub(super) struct Seen<'a> {
    sources: &'a Sources,
    read: RefCell<ReadSet>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(sources: &'a Sources) -> Seen<'a> {
        Seen { sources, read: RefCell::default() }
    }

    pub(super) fn read(self) -> ReadSet {
        self.read.into_inner()
    }
}

impl Files for Seen<'_> {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        self.read.borrow_mut().list(directory);
        self.sources.list(directory)
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.read.borrow_mut().read(file);
        self.sources.text(file)
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        self.read.borrow_mut().read(file);
        self.sources.bytes(file)
    }

    fn may_read(&self, path: &Utf8Path) -> bool {
        self.sources.may_read(path)
    }

    fn enter_module(&self, directory: &Utf8Path, is_module: &dyn Fn(&FilePath) -> bool) {
        self.sources.enter_module(directory, is_module);
    }
}

impl TerraformFiles for Seen<'_> {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        self.read.borrow_mut().read(file);
        self.sources.parsed(file)
    }
}

impl Texts for Seen<'_> {
    fn yaml(&self, file: &FilePath) -> Option<Arc<YamlFile>> {
        self.read.borrow_mut().read(file);
        self.sources.yaml(file)
    }
}

/// Whether two sources list the same files in the directories that were asked for.
pub(super) fn has_same_names(read: &ReadSet, one: &Sources, other: &Sources) -> bool {
    read.directories.iter().all(|directory| names(one, directory) == names(other, directory))
}

/// A file of those that were asked for that is not the same in two sources. Line ends of Windows are no difference: a checkout may
/// have made them.
pub(super) fn differing_file<'r>(read: &'r ReadSet, one: &Sources, other: &Sources) -> Option<&'r FilePath> {
    read.files.iter().find(|file| !is_same_file(file, one, other))
}

/// The files in a directory that somebody has written.
fn names(sources: &Sources, directory: &Utf8Path) -> Vec<FilePath> {
    let mut files = sources.list(directory);
    files.retain(|file| file.as_path().file_name() != Some(".git"));
    files
}

/// Whether a file is the same text in two sources, or in neither.
pub(super) fn is_same_file(file: &FilePath, one: &Sources, other: &Sources) -> bool {
    match (one.text(file), other.text(file)) {
        (Some(one), Some(other)) => Arc::ptr_eq(&one, &other) || is_same_text(&one, &other),
        (None, None) => one.bytes(file) == other.bytes(file),
        _ => false,
    }
}

/// Whether two texts are the same but for line ends.
fn is_same_text(one: &str, other: &str) -> bool {
    one == other || (one.contains('\r') != other.contains('\r') && one.lines().eq(other.lines()))
}
