//! The files of the repository as text, so that a guard can be tried on three lines of a tree that is not there.

use std::collections::BTreeMap;
use std::path::Path;

use ignore::WalkBuilder;

/// Files by path, relative to the root, with `/`. What git ignores is left out.
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads a directory. Of a file that is no text only the name counts.
    pub(crate) fn read(root: &Path) -> Result<Tree, String> {
        let mut files = BTreeMap::new();
        let walk = WalkBuilder::new(root).hidden(false).filter_entry(|entry| entry.file_name() != ".git").build();
        for entry in walk {
            let entry = entry.map_err(|error| error.to_string())?;
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let path = entry.path().strip_prefix(root).map_err(|error| error.to_string())?;
            let path = path.to_string_lossy().replace('\\', "/");
            let bytes = std::fs::read(entry.path()).map_err(|error| format!("{path}: {error}"))?;
            files.insert(path, String::from_utf8(bytes).unwrap_or_default());
        }
        Ok(Tree { files })
    }

    /// A tree for a test.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(files: [(&str, &str); N]) -> Tree {
        Tree { files: files.map(|(path, text)| (path.to_owned(), text.to_owned())).into() }
    }

    /// Every file, sorted by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose name ends so.
    pub(crate) fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| path.ends_with(end))
    }

    /// The files somewhere below a folder.
    pub(crate) fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether there is a file or a folder of that path.
    pub(crate) fn holds(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        path.is_empty() || self.files.contains_key(path) || self.below(path).next().is_some()
    }
}

/// The directory of a path; empty for a file at the root.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A path as it is from a directory, with `.` and `..` worked out; `None` for one that leaves the tree.
pub(crate) fn joined(directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_worked_out_from_where_they_stand() {
        assert_eq!(joined("docs/rules", "../catalog.md").as_deref(), Some("docs/catalog.md"));
        assert_eq!(joined("", "./docs/").as_deref(), Some("docs"));
        assert_eq!(joined("docs", "../../shared"), None);
        let tree = Tree::of([("docs/rules/a.md", "")]);
        assert!(tree.holds("docs") && tree.holds("docs/rules/") && !tree.holds("doc"));
    }
}
