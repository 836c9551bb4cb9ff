//! The files at a revision, as a source of files.

use std::rc::Rc;

use camino::Utf8Path;
use foreshock_files::{Disk, FileSource, Stamp, Walk};
use foreshock_history::Tree;
use foreshock_text::FilePath;

/// The files at a revision. What no commit can say anything of is there as it is on the disk: what git ignores (installed
/// modules, values that are kept to oneself) and what lies outside the work tree.
pub(super) struct Past(pub(super) Rc<Tree>);

impl FileSource for Past {
    fn list(&self, directory: &Utf8Path) -> Result<Vec<FilePath>, String> {
        let Some(committed) = self.0.list(directory) else { return Disk.list(directory) };
        let mut files: Vec<FilePath> = committed.into_iter().map(FilePath::new).collect();
        let today = Disk.list(directory).unwrap_or_default();
        files.extend(today.into_iter().filter(|file| self.0.counts_as_today(file.as_path())));
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn read(&self, file: &FilePath) -> Option<Result<Vec<u8>, String>> {
        let committed = self.0.read(file.as_path());
        committed.or_else(|| self.0.counts_as_today(file.as_path()).then(|| Disk.read(file)).flatten())
    }

    fn walk(&self, folder: &Utf8Path) -> Walk {
        let committed = |folder: &Utf8Path| {
            let files = self.0.files_below(folder)?;
            let mut directories: Vec<_> =
                files.iter().filter_map(|file| file.parent().map(Utf8Path::to_owned)).collect();
            directories.dedup();
            Some(Walk { files, directories, problems: Vec::new() })
        };
        if let Some(found) = committed(folder) {
            return found;
        }
        let top = self.0.work_tree().top();
        let mut found = Disk.walk(folder);
        if top.starts_with(folder) {
            let inside = committed(top).unwrap_or_default();
            found.files.retain(|file| !file.starts_with(top));
            found.directories.retain(|directory| !directory.starts_with(top));
            found.files.extend(inside.files);
            found.directories.extend(inside.directories);
        }
        found
    }

    fn stamp(&self, path: &Utf8Path) -> Stamp {
        if self.0.has_file(path) { Stamp::eternal() } else { Stamp::of(path) }
    }
}
