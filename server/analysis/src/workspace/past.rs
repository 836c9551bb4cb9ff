use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_history::Tree;
use foreshock_text::FilePath;

use crate::workspace::disk::{Disk, Ground, list_disk, read_bytes};

/// The files at a revision. What no commit can say anything of is there as it is on the disk: what git ignores (installed
/// modules, values that are kept to oneself) and what lies outside the work tree.
pub(super) struct Past(pub(super) Rc<Tree>);

impl Ground for Past {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let Some(committed) = self.0.list(directory) else { return list_disk(directory) };
        let mut files: Vec<FilePath> = committed.into_iter().map(FilePath::new).collect();
        let today = list_disk(directory).into_iter().filter(|file| self.0.counts_as_today(file.as_path()));
        files.extend(today);
        files.sort();
        files.dedup();
        files
    }

    fn read(&self, file: &FilePath) -> Option<Result<Vec<u8>, String>> {
        let committed = self.0.read(file.as_path());
        committed.or_else(|| self.0.counts_as_today(file.as_path()).then(|| read_bytes(file)).flatten())
    }

    fn files_below(&self, folder: &Utf8Path) -> Vec<Utf8PathBuf> {
        if let Some(files) = self.0.files_below(folder) {
            return files;
        }
        let top = self.0.work_tree().top();
        let mut files = Disk.files_below(folder);
        if top.starts_with(folder) {
            files.retain(|file| !file.starts_with(top));
            files.extend(self.0.files_below(top).unwrap_or_default());
        }
        files
    }
}
