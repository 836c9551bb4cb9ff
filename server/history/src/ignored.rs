use std::cell::{Cell, RefCell};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;

/// Written by people: 256 KiB. A pattern costs five hundred times its length.
const LARGEST: u64 = 256 * 1024;
/// All of a work tree.
const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// What git ignores in a work tree as it is now.
pub(crate) struct Ignored {
    top: Utf8PathBuf,
    /// `info/exclude` of the repository, then what its user ignores everywhere.
    everywhere: [Gitignore; 2],
    /// So many bytes of patterns may still be read.
    left: Cell<u64>,
    directories: RefCell<Memo>,
}

#[derive(Default)]
struct Memo {
    /// The `.gitignore` of a directory, relative to the top.
    files: FxHashMap<Utf8PathBuf, Arc<Gitignore>>,
    /// Whether a directory is ignored.
    ignored: FxHashMap<Utf8PathBuf, bool>,
}

impl Ignored {
    pub(crate) fn new(top: &Utf8Path, common_dir: &std::path::Path) -> Ignored {
        let mut exclude = GitignoreBuilder::new(top.as_std_path());
        // A line that is no pattern ignores nothing.
        let left = Cell::new(MOST_BYTES);
        add(&mut exclude, &common_dir.join("info/exclude"), &left);
        let (users, _) = GitignoreBuilder::new(top.as_std_path()).build_global();
        let everywhere = [exclude.build().unwrap_or_else(|_| Gitignore::empty()), users];
        Ignored { top: top.to_owned(), everywhere, left, directories: RefCell::default() }
    }

    /// Whether a file is ignored, by a path relative to the top.
    pub(crate) fn file(&self, file: &Utf8Path) -> bool {
        let above = file.parent().unwrap_or(Utf8Path::new(""));
        self.directory(above) || self.here(file, false)
    }

    fn directory(&self, directory: &Utf8Path) -> bool {
        let Some(above) = directory.parent() else { return false };
        if let Some(known) = self.directories.borrow().ignored.get(directory) {
            return *known;
        }
        let ignored = self.directory(above) || self.here(directory, true);
        self.directories.borrow_mut().ignored.insert(directory.to_owned(), ignored);
        ignored
    }

    /// Whether a pattern speaks of this path itself: the nearest `.gitignore` that has a word on it.
    fn here(&self, path: &Utf8Path, is_directory: bool) -> bool {
        let absolute = self.top.join(path);
        for above in path.ancestors().skip(1) {
            match self.patterns(above).matched(absolute.as_std_path(), is_directory) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        self.everywhere.iter().any(|patterns| patterns.matched(absolute.as_std_path(), is_directory).is_ignore())
    }

    fn patterns(&self, directory: &Utf8Path) -> Arc<Gitignore> {
        if let Some(known) = self.directories.borrow().files.get(directory) {
            return known.clone();
        }
        let at = if directory.as_str().is_empty() { self.top.clone() } else { self.top.join(directory) };
        let mut patterns = GitignoreBuilder::new(at.as_std_path());
        add(&mut patterns, at.join(".gitignore").as_std_path(), &self.left);
        let patterns = Arc::new(patterns.build().unwrap_or_else(|_| Gitignore::empty()));
        self.directories.borrow_mut().files.insert(directory.to_owned(), patterns.clone());
        patterns
    }
}

/// Adds the patterns of a file. A pipe or device has no end, and is never opened.
fn add(patterns: &mut GitignoreBuilder, file: &std::path::Path, left: &Cell<u64>) {
    let Ok(metadata) = file.metadata() else { return };
    // What a link leads to and has no length is a file of the kernel, which may have no end.
    let is_of_the_kernel = metadata.len() == 0 && file.is_symlink();
    if metadata.is_file() && !is_of_the_kernel && metadata.len() <= LARGEST.min(left.get()) {
        left.set(left.get() - metadata.len());
        let _ = patterns.add(file);
    }
}
