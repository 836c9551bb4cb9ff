//! Files that are read once: open documents first, then what lies below them, with a stamp by which a later look tells what has
//! changed.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_text::FilePath;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::disk::{CANT_BE_READ, not_text};
use crate::{Boundary, Changes, Disk, FileSource, Files, ReadSet, Stamp, Walk, directory_of};

/// The files of a source with open documents in front of it, each read once. Used by one thread.
pub struct FileStore {
    source: Box<dyn FileSource>,
    /// Files that are likely to hold the same texts, so that these need not be kept twice.
    twin: Option<Rc<FileStore>>,
    memo: RefCell<Memo>,
}

/// What a store of the disk has read so far, for another thread to go on from.
pub struct ReadBefore(Memo);

impl ReadBefore {
    /// How far reading went.
    pub fn boundary(&self) -> &Boundary {
        &self.0.boundary
    }
}

#[derive(Clone, Default)]
struct Memo {
    documents: FxHashMap<FilePath, Arc<str>>,
    /// The open documents of a directory.
    documents_in: FxHashMap<Utf8PathBuf, BTreeSet<FilePath>>,
    contents: FxHashMap<FilePath, Kept<Content>>,
    listings: FxHashMap<Utf8PathBuf, Kept<Listing>>,
    boundary: Boundary,
    /// Counts what was asked for the first time, and what came where nothing was.
    generation: u64,
}

#[derive(Clone)]
struct Kept<T> {
    value: T,
    stamp: Stamp,
}

/// What lies below open documents.
#[derive(Clone, PartialEq, Eq)]
enum Content {
    Absent,
    Text(Arc<str>),
    /// No text: up to which byte it is one.
    Bytes(Arc<[u8]>, usize),
    Unreadable(Arc<str>),
}

type Listing = Result<Arc<Vec<FilePath>>, String>;

impl Default for FileStore {
    fn default() -> FileStore {
        FileStore { source: Box::new(Disk), twin: None, memo: RefCell::default() }
    }
}

impl std::fmt::Debug for FileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let memo = self.memo.borrow();
        f.debug_struct("FileStore")
            .field("documents", &memo.documents.len())
            .field("contents", &memo.contents.len())
            .field("listings", &memo.listings.len())
            .finish_non_exhaustive()
    }
}

impl FileStore {
    /// Files of another source than the disk, whose texts are mostly those of `twin`.
    pub fn on(source: Box<dyn FileSource>, twin: Rc<FileStore>) -> FileStore {
        FileStore { source, twin: Some(twin), memo: RefCell::default() }
    }

    /// What was read so far, for a store of another thread ([`FileStore::going_on_from`]). Of a source that is the disk.
    pub fn read_before(&self) -> ReadBefore {
        let memo = self.memo.borrow();
        ReadBefore(Memo { boundary: memo.boundary.apart(), ..memo.clone() })
    }

    /// A store of the disk that has read what another one has.
    pub fn going_on_from(before: ReadBefore) -> FileStore {
        FileStore { memo: RefCell::new(before.0), ..FileStore::default() }
    }

    /// Takes in what a store has read that has gone on from this one.
    pub fn take_in(&self, other: ReadBefore) {
        let mut memo = self.memo.borrow_mut();
        for (file, kept) in other.0.contents {
            memo.contents.entry(file).or_insert(kept);
        }
        for (directory, kept) in other.0.listings {
            memo.listings.entry(directory).or_insert(kept);
        }
        memo.generation += 1;
    }

    /// Sets how far reading goes. Whether that is another boundary than before: then all that was read is forgotten.
    pub fn set_boundary(&self, boundary: Boundary) -> bool {
        let mut memo = self.memo.borrow_mut();
        if memo.boundary == boundary {
            return false;
        }
        memo.boundary = boundary;
        memo.contents.clear();
        memo.listings.clear();
        true
    }

    /// How far reading goes.
    pub fn boundary(&self) -> Boundary {
        self.memo.borrow().boundary.clone()
    }

    /// Every file and directory at or below a folder, as the source has them.
    pub fn walk(&self, folder: &Utf8Path) -> Walk {
        self.source.walk(folder)
    }

    /// Opens or changes a document. What is different now.
    pub fn set_document(&self, file: &FilePath, text: Arc<str>) -> Changes {
        let mut changes = Changes::default();
        let mut memo = self.memo.borrow_mut();
        match memo.documents.insert(file.clone(), text.clone()) {
            Some(before) if before == text => {}
            Some(_) => drop(changes.files.insert(file.clone())),
            None => {
                memo.documents_in.entry(directory_of(file)).or_default().insert(file.clone());
                changes.came_or_went(file);
            }
        }
        changes
    }

    /// Closes a document: the source counts again. What is different now.
    pub fn close_document(&self, file: &FilePath) -> Changes {
        let mut changes = Changes::default();
        {
            let mut memo = self.memo.borrow_mut();
            if memo.documents.remove(file).is_some() {
                if let Some(open) = memo.documents_in.get_mut(&directory_of(file)) {
                    open.remove(file);
                }
                changes.came_or_went(file);
            }
        }
        // Mostly it was saved the moment before.
        changes.extend(self.look_at(std::slice::from_ref(file)));
        changes
    }

    /// The text of an open document.
    pub fn document(&self, file: &FilePath) -> Option<Arc<str>> {
        self.memo.borrow().documents.get(file).cloned()
    }

    /// The open documents, sorted.
    pub fn documents(&self) -> Vec<FilePath> {
        let mut files: Vec<FilePath> = self.memo.borrow().documents.keys().cloned().collect();
        files.sort();
        files
    }

    /// Whether a document is open in a directory.
    pub fn has_document_in(&self, directory: &Utf8Path) -> bool {
        self.memo.borrow().documents_in.get(directory).is_some_and(|open| !open.is_empty())
    }

    /// The text of a document or file: `None` when it is not there, the reason when it can't be taken as text.
    pub fn read(&self, file: &FilePath) -> Option<Result<Arc<str>, String>> {
        if let Some(text) = self.document(file) {
            return Some(Ok(text));
        }
        match self.content(file) {
            Content::Absent => None,
            Content::Text(text) => Some(Ok(text)),
            Content::Bytes(_, at) => Some(Err(not_text(at))),
            Content::Unreadable(why) => Some(Err(why.to_string())),
        }
    }

    /// What of a read set is there and can't be read, with the reason, by path.
    pub fn unreadable(&self, read: &ReadSet) -> Vec<(Utf8PathBuf, String)> {
        let memo = self.memo.borrow();
        let directories = read.directories.iter().filter_map(|directory| {
            let why = memo.listings.get(directory)?.value.as_ref().err()?;
            Some((directory.clone(), why.clone()))
        });
        let files = read.files.iter().filter_map(|file| match &memo.contents.get(file)?.value {
            Content::Unreadable(why) if why.starts_with(CANT_BE_READ) => {
                Some((file.as_path().to_owned(), why.to_string()))
            }
            _ => None,
        });
        let mut found: Vec<(Utf8PathBuf, String)> = directories.chain(files).collect();
        found.sort();
        found
    }

    /// Changes whenever something was asked for that was not asked for before, or came where nothing was: then other
    /// directories are to be watched.
    pub fn generation(&self) -> u64 {
        self.memo.borrow().generation
    }

    /// Everything that was asked for since the boundary was set, there or not.
    pub fn read_so_far(&self) -> ReadSet {
        let memo = self.memo.borrow();
        ReadSet { directories: memo.listings.keys().cloned().collect(), files: memo.contents.keys().cloned().collect() }
    }

    /// Looks at paths that may have changed: files, or folders with everything below. What is different now.
    pub fn look_at(&self, paths: &[FilePath]) -> Changes {
        let mut found = ReadSet::default();
        let mut folders: FxHashSet<&Utf8Path> = FxHashSet::default();
        {
            let memo = self.memo.borrow();
            for path in paths {
                let is_file = memo.contents.contains_key(path) && path.as_path().is_file();
                found.read(path);
                found.list(&directory_of(path));
                if !is_file {
                    folders.insert(path.as_path());
                }
            }
            if !folders.is_empty() {
                let is_below = |path: &Utf8Path| path.ancestors().any(|above| folders.contains(above));
                let below = memo.contents.keys().filter(|file| is_below(file.as_path()));
                found.files.extend(below.cloned());
                found.directories.extend(memo.listings.keys().filter(|directory| is_below(directory)).cloned());
            }
        }
        self.look_again(&found)
    }

    /// Looks at what was read before. What is different now. Costs a look at the metadata of each, and reads what may have
    /// changed.
    pub fn look_again(&self, read: &ReadSet) -> Changes {
        let mut changes = Changes::default();
        // A link may lead elsewhere now.
        self.memo.borrow().boundary.look_again();
        for directory in &read.directories {
            let Some(before) = self.memo.borrow().listings.get(directory).map(|kept| kept.stamp.clone()) else {
                continue;
            };
            let stamp = self.source.stamp(directory);
            if before.stands(&stamp) {
                continue;
            }
            let listing = self.list_source(directory);
            let mut memo = self.memo.borrow_mut();
            memo.generation += u64::from(before.is_there() != stamp.is_there());
            // What lies outside shows nothing, but may become a module.
            let is_outside = !memo.boundary.holds(directory);
            if let Some(kept) = memo.listings.get_mut(directory) {
                if kept.value != listing || is_outside {
                    changes.directories.insert(directory.clone());
                }
                *kept = Kept { value: listing, stamp };
            }
        }
        for file in &read.files {
            let Some(before) = self.memo.borrow().contents.get(file).map(|kept| kept.stamp.clone()) else { continue };
            let stamp = self.source.stamp(file.as_path());
            if before.stands(&stamp) {
                continue;
            }
            let content = self.read_source(file);
            let mut memo = self.memo.borrow_mut();
            memo.generation += u64::from(before.is_there() != stamp.is_there());
            let is_open = memo.documents.contains_key(file);
            if let Some(kept) = memo.contents.get_mut(file) {
                if kept.value == content {
                    kept.stamp = stamp;
                    continue;
                }
                if !is_open {
                    changes.files.insert(file.clone());
                }
                *kept = Kept { value: content, stamp };
            }
        }
        changes
    }

    fn content(&self, file: &FilePath) -> Content {
        if let Some(kept) = self.memo.borrow().contents.get(file) {
            return kept.value.clone();
        }
        // The stamp first: what changes in between is seen the next time.
        let stamp = self.source.stamp(file.as_path());
        let content = self.read_source(file);
        let mut memo = self.memo.borrow_mut();
        memo.generation += 1;
        memo.contents.insert(file.clone(), Kept { value: content.clone(), stamp });
        content
    }

    fn read_source(&self, file: &FilePath) -> Content {
        if !self.memo.borrow().boundary.holds_file(file.as_path()) {
            // What is not there is not outside.
            return match self.source.stamp(file.as_path()).is_there() {
                true => Content::Unreadable(Arc::from("this file leads outside the workspace; it is not read")),
                false => Content::Absent,
            };
        }
        let bytes = match self.source.read(file) {
            None => return Content::Absent,
            Some(Err(why)) => return Content::Unreadable(Arc::from(why)),
            Some(Ok(bytes)) => bytes,
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                let twin = self.twin.as_ref().and_then(|twin| twin.text(file)).filter(|twin| **twin == text);
                Content::Text(twin.unwrap_or_else(|| Arc::from(text)))
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                Content::Bytes(Arc::from(error.into_bytes()), at)
            }
        }
    }

    fn listed(&self, directory: &Utf8Path) -> Listing {
        if let Some(kept) = self.memo.borrow().listings.get(directory) {
            return kept.value.clone();
        }
        let stamp = self.source.stamp(directory);
        let listing = self.list_source(directory);
        let mut memo = self.memo.borrow_mut();
        memo.generation += 1;
        memo.listings.insert(directory.to_owned(), Kept { value: listing.clone(), stamp });
        listing
    }

    fn list_source(&self, directory: &Utf8Path) -> Listing {
        if !self.memo.borrow().boundary.holds(directory) {
            return Ok(Arc::default());
        }
        self.source.list(directory).map(Arc::new)
    }
}

impl Files for FileStore {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let mut files = self.listed(directory).map(|files| files.to_vec()).unwrap_or_default();
        if let Some(open) = self.memo.borrow().documents_in.get(directory).filter(|open| !open.is_empty()) {
            files.extend(open.iter().cloned());
            files.sort();
            files.dedup();
        }
        files
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.read(file).and_then(Result::ok)
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        if let Some(text) = self.document(file) {
            return Some(Arc::from(text.as_bytes()));
        }
        match self.content(file) {
            Content::Text(text) => Some(Arc::from(text.as_bytes())),
            Content::Bytes(bytes, _) => Some(bytes),
            Content::Absent | Content::Unreadable(_) => None,
        }
    }

    fn may_read(&self, path: &Utf8Path) -> bool {
        if self.memo.borrow().documents.contains_key(&FilePath::new(path)) {
            return true;
        }
        self.memo.borrow().boundary.holds(path)
    }

    fn enter_module(&self, directory: &Utf8Path, is_module: &dyn Fn(&FilePath) -> bool) {
        let boundary = self.boundary();
        if !boundary.follows_modules() || boundary.holds(directory) {
            return;
        }
        if !self.source.list(directory).is_ok_and(|files| files.iter().any(is_module)) {
            return;
        }
        boundary.enter(directory);
        // It was as if it were not there.
        let mut memo = self.memo.borrow_mut();
        memo.contents.retain(|file, _| !file.as_path().starts_with(directory));
        memo.listings.retain(|listed, _| !listed.starts_with(directory));
        memo.generation += 1;
    }
}
