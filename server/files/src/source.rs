//! The way to the outside for whoever understands text: [`Files`].

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_text::FilePath;

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
}
