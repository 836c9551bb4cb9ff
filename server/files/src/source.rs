//! The two ways to files: [`Files`] for whoever understands text, [`FileSource`] for what lies below the open documents.

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_text::FilePath;

use crate::{Stamp, Walk};

/// Where texts come from: the editor's open documents first, then the disk or a revision. The only way to the outside.
pub trait Files {
    /// The files directly in a directory, sorted by name. Empty for a directory that is not there.
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath>;

    /// The text of a file; `None` when it can't be read or is not UTF-8.
    fn text(&self, file: &FilePath) -> Option<Arc<str>>;

    /// The bytes of a file, for digests of files that are no text; only texts unless overridden.
    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        self.text(file).map(|text| Arc::from(text.as_bytes()))
    }

    /// Whether a file or directory may be read: what lies outside the workspace, links followed, may not, and is as if it were
    /// not there.
    fn may_read(&self, _path: &Utf8Path) -> bool {
        true
    }

    /// Says that a directory is called as a module, before anything is read of it: where there is no repository, that lets it be
    /// read wherever it lies, if it holds a file that `is_module` knows as a module's.
    fn enter_module(&self, _directory: &Utf8Path, _is_module: &dyn Fn(&FilePath) -> bool) {}
}

/// What lies under the open documents. Looks every time it is asked; a [`crate::FileStore`] remembers.
pub trait FileSource {
    /// The files directly in a directory, sorted. Empty where there is none.
    ///
    /// # Errors
    /// When the directory is there and can't be read: the reason.
    fn list(&self, directory: &Utf8Path) -> Result<Vec<FilePath>, String>;

    /// The content of a file: `None` when no file is there, the reason when it can't be read.
    fn read(&self, file: &FilePath) -> Option<Result<Vec<u8>, String>>;

    /// Every file and directory at or below a folder that a person would call part of it.
    fn walk(&self, folder: &Utf8Path) -> Walk;

    /// What tells that a file or directory may have changed since.
    fn stamp(&self, path: &Utf8Path) -> Stamp;
}
