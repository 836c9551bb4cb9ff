//! Paths without a disk: lexical joins and differences.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use foreshock_text::FilePath;

/// `path` seen from `base`, lexically cleaned.
pub fn join(base: &Utf8Path, path: &str) -> Utf8PathBuf {
    let mut joined = Utf8PathBuf::new();
    for component in base.join(path).components() {
        match component {
            Utf8Component::ParentDir => {
                joined.pop();
            }
            Utf8Component::CurDir => {}
            other => joined.push(other.as_str()),
        }
    }
    joined
}

/// How to get from `base` to `path`.
pub fn relative(base: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    let mut from = base.components().peekable();
    let mut to = path.components().peekable();
    while let (Some(a), Some(b)) = (from.peek(), to.peek()) {
        if a != b {
            break;
        }
        from.next();
        to.next();
    }
    let mut relative = Utf8PathBuf::new();
    for _ in from {
        relative.push("..");
    }
    for component in to {
        relative.push(component.as_str());
    }
    relative
}

/// A path without `.`, `..` and doubled separators where the text alone allows it.
pub fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            other => parts.push(other),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// A path without `.` and `..`, by its text alone.
pub fn normalised(path: &Utf8Path) -> Utf8PathBuf {
    join(path, "")
}

/// The directory of a file.
pub fn directory_of(file: &FilePath) -> Utf8PathBuf {
    file.as_path().parent().map(Utf8Path::to_owned).unwrap_or_default()
}
