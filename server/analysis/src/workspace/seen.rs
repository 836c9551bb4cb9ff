use std::cell::RefCell;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_terraform::{ParsedFile, TerraformFiles, is_configuration, is_variable_file};
use foreshock_text::FilePath;
use rustc_hash::FxHashSet;

use crate::dialect::Texts;
use crate::dialect::infra::is_yaml;
use crate::dialect::yaml_file::YamlFile;
use crate::workspace::disk::Sources;

/// Sources that remember what was asked of them.
pub(super) struct Seen<'a> {
    sources: &'a Sources,
    read: RefCell<Read>,
}

/// Everything that an analysis has asked for: where all of it is the same, so is the result.
#[derive(Default)]
pub(super) struct Read {
    directories: FxHashSet<Utf8PathBuf>,
    pub(super) files: FxHashSet<FilePath>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(sources: &'a Sources) -> Seen<'a> {
        Seen { sources, read: RefCell::default() }
    }

    pub(super) fn read(self) -> Read {
        self.read.into_inner()
    }

    fn note(&self, file: &FilePath) {
        let mut read = self.read.borrow_mut();
        if !read.files.contains(file) {
            read.files.insert(file.clone());
        }
    }
}

impl Files for Seen<'_> {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let mut read = self.read.borrow_mut();
        if !read.directories.contains(directory) {
            read.directories.insert(directory.to_owned());
        }
        self.sources.list(directory)
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.note(file);
        self.sources.text(file)
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        self.note(file);
        self.sources.bytes(file)
    }
}

impl TerraformFiles for Seen<'_> {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        self.note(file);
        self.sources.parsed(file)
    }
}

impl Texts for Seen<'_> {
    fn yaml(&self, file: &FilePath) -> Option<Arc<YamlFile>> {
        self.note(file);
        self.sources.yaml(file)
    }
}

impl Read {
    /// Whether two sources give the same answers. Line ends of Windows are no difference: a checkout may have made them.
    pub(super) fn is_same(&self, one: &Sources, other: &Sources) -> bool {
        let same_names = |directory: &Utf8PathBuf| names(one, directory) == names(other, directory);
        self.directories.iter().all(same_names) && self.files.iter().all(|file| is_same_file(file, one, other))
    }
}

/// The files in a directory that somebody has written.
fn names(sources: &Sources, directory: &Utf8Path) -> Vec<FilePath> {
    let mut files = sources.list(directory);
    files.retain(|file| file.as_path().file_name() != Some(".git"));
    files
}

/// Whether a file is the same text in two sources, or in neither.
fn is_same_file(file: &FilePath, one: &Sources, other: &Sources) -> bool {
    match (text(file, one), text(file, other)) {
        (Some(one), Some(other)) => Arc::ptr_eq(&one, &other) || is_same_text(&one, &other),
        (None, None) => one.bytes(file) == other.bytes(file),
        _ => false,
    }
}

/// A text, without keeping another copy of one that is parsed anyway.
fn text(file: &FilePath, sources: &Sources) -> Option<Arc<str>> {
    if is_configuration(file.as_path()) || is_variable_file(file.as_path()) {
        return sources.parsed(file).map(|parsed| parsed.text.clone());
    }
    if is_yaml(file.as_path()) && sources.document(file).is_some() {
        return sources.document(file);
    }
    sources.text(file)
}

/// Whether two texts are the same but for line ends.
fn is_same_text(one: &str, other: &str) -> bool {
    one == other || (one.contains('\r') != other.contains('\r') && one.lines().eq(other.lines()))
}
