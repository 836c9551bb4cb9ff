//! Paths by their text alone.

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_text::FilePath;

/// A path without `.` and `..`, by its text alone.
pub(crate) fn normalised(path: &Utf8Path) -> Utf8PathBuf {
    use camino::Utf8Component;
    let mut clean = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// The directory of a file.
pub(crate) fn directory_of(file: &FilePath) -> Utf8PathBuf {
    file.as_path().parent().map(Utf8Path::to_owned).unwrap_or_default()
}
