//! Where texts come from: open documents first, then the disk or a revision, each read and parsed once.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{ParsedFile, TerraformFiles};
use foreshock_text::{FilePath, Problem, Span};
use rustc_hash::FxHashMap;

use crate::dialect::yaml_file::YamlFile;
use crate::dialect::{Dialect, Texts};
use crate::findings::suppression::Annotations;

/// Files above this size are not read: 8 MiB, as in `foreshock_syntax::hcl`. Configuration is written by people.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;
/// More directories than this below the workspace folders are not looked at.
const MOST_DIRECTORIES: usize = 50_000;

/// What lies under the open documents.
pub(crate) trait Ground {
    /// The files directly in a directory, sorted. Empty where there is none.
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath>;

    /// The content of a file: `None` when it is not there, the reason when it is too large.
    fn read(&self, file: &FilePath) -> Option<Result<Vec<u8>, String>>;

    /// Every file at or below a folder, but for hidden directories, `node_modules` and what git ignores.
    fn files_below(&self, folder: &Utf8Path) -> Vec<Utf8PathBuf>;
}

/// The disk as it is.
pub(crate) struct Disk;

impl Ground for Disk {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        list_disk(directory)
    }

    fn read(&self, file: &FilePath) -> Option<Result<Vec<u8>, String>> {
        read_bytes(file)
    }

    fn files_below(&self, folder: &Utf8Path) -> Vec<Utf8PathBuf> {
        files_below(folder).collect()
    }
}

/// What lies on the ground, with open documents in front of it. Used by one thread.
pub(crate) struct Sources {
    ground: Box<dyn Ground>,
    /// Sources that are likely to have the same texts, so that these need not be parsed twice.
    twin: Option<Rc<Sources>>,
    memo: RefCell<Memo>,
}

impl Default for Sources {
    fn default() -> Sources {
        Sources { ground: Box::new(Disk), twin: None, memo: RefCell::default() }
    }
}

#[derive(Default)]
struct Memo {
    documents: FxHashMap<FilePath, Document>,
    parsed: FxHashMap<FilePath, Option<Arc<ParsedFile>>>,
    yaml: FxHashMap<FilePath, Option<Arc<YamlFile>>>,
    texts: FxHashMap<FilePath, Option<Arc<str>>>,
    bytes: FxHashMap<FilePath, Option<Arc<[u8]>>>,
    annotations: FxHashMap<FilePath, Arc<Annotations>>,
    listings: FxHashMap<Utf8PathBuf, Arc<Vec<FilePath>>>,
}

struct Document {
    text: Arc<str>,
    expressions: ExprCache,
}

impl Sources {
    /// Sources on another ground than the disk.
    pub(crate) fn on(ground: Box<dyn Ground>, twin: Rc<Sources>) -> Sources {
        Sources { ground, twin: Some(twin), memo: RefCell::default() }
    }

    /// The sources of the present: where what people say of their stacks is read.
    pub(crate) fn present(&self) -> &Sources {
        self.twin.as_deref().unwrap_or(self)
    }

    /// Every file at or below a folder, as the ground has them.
    pub(crate) fn files_below(&self, folder: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.ground.files_below(folder)
    }

    /// Opens or changes a document. Returns whether anything changed.
    pub(crate) fn set_document(&self, file: &FilePath, text: Arc<str>) -> bool {
        let mut memo = self.memo.borrow_mut();
        let same = memo.documents.get(file).is_some_and(|document| document.text == text);
        if same {
            return false;
        }
        match memo.documents.get_mut(file) {
            Some(document) => document.text = text,
            None => {
                memo.documents.insert(file.clone(), Document { text, expressions: ExprCache::default() });
                memo.forget_listing_of(file);
            }
        }
        memo.forget(file);
        true
    }

    /// Closes a document: the disk counts again.
    pub(crate) fn close_document(&self, file: &FilePath) {
        let mut memo = self.memo.borrow_mut();
        memo.documents.remove(file);
        memo.forget(file);
        memo.forget_listing_of(file);
    }

    /// Forgets what was read from the disk for a file and for the directory it is in.
    pub(crate) fn forget_disk(&self, file: &FilePath) {
        let mut memo = self.memo.borrow_mut();
        if !memo.documents.contains_key(file) {
            memo.forget(file);
        }
        memo.forget_listing_of(file);
        memo.listings.remove(file.as_path());
    }

    /// What the comments of a file say to tools, as its dialect reads them.
    pub(crate) fn annotations(&self, file: &FilePath, dialect: &dyn Dialect) -> Arc<Annotations> {
        if let Some(known) = self.memo.borrow().annotations.get(file) {
            return known.clone();
        }
        let read = Arc::new(dialect.comments(file, self));
        self.memo.borrow_mut().annotations.insert(file.clone(), read.clone());
        read
    }

    /// The text of a file that configures us: `None` when it is not there, the reason when it can't be taken as text.
    pub(crate) fn configuration(&self, file: &FilePath) -> Option<Result<Arc<str>, String>> {
        match self.document(file) {
            Some(text) => Some(Ok(text)),
            None => self.read(file),
        }
    }

    /// Reads a file of the ground: `None` when it is not there, the reason when it can't be taken as text.
    fn read(&self, file: &FilePath) -> Option<Result<Arc<str>, String>> {
        self.ground.read(file).map(as_text)
    }

    fn parsed_on_ground(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        let read = self.read(file)?;
        if let Ok(text) = &read
            && let Some(same) = self.twin.as_ref().and_then(|twin| twin.parsed(file)).filter(|twin| twin.text == *text)
        {
            return Some(same);
        }
        Some(parse(file, read))
    }

    fn yaml_on_ground(&self, file: &FilePath) -> Option<Arc<YamlFile>> {
        let read = self.read(file)?;
        if let Ok(text) = &read
            && let Some(same) = self.twin.as_ref().and_then(|twin| twin.yaml(file)).filter(|twin| twin.text == *text)
        {
            return Some(same);
        }
        Some(Arc::new(parse_yaml(file, read)))
    }

    /// The text of an open document.
    pub(crate) fn document(&self, file: &FilePath) -> Option<Arc<str>> {
        self.memo.borrow().documents.get(file).map(|document| document.text.clone())
    }

    /// The open documents, sorted.
    pub(crate) fn documents(&self) -> Vec<FilePath> {
        let mut files: Vec<FilePath> = self.memo.borrow().documents.keys().cloned().collect();
        files.sort();
        files
    }
}

impl Memo {
    fn forget(&mut self, file: &FilePath) {
        self.parsed.remove(file);
        self.yaml.remove(file);
        self.texts.remove(file);
        self.bytes.remove(file);
        self.annotations.remove(file);
    }

    fn forget_listing_of(&mut self, file: &FilePath) {
        if let Some(directory) = file.as_path().parent() {
            self.listings.remove(directory);
        }
    }
}

impl Files for Sources {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        if let Some(listing) = self.memo.borrow().listings.get(directory) {
            return listing.to_vec();
        }
        let mut files = self.ground.list(directory);
        let mut memo = self.memo.borrow_mut();
        files.extend(memo.documents.keys().filter(|file| file.as_path().parent() == Some(directory)).cloned());
        files.sort();
        files.dedup();
        memo.listings.insert(directory.to_owned(), Arc::new(files.clone()));
        files
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        let mut memo = self.memo.borrow_mut();
        if let Some(document) = memo.documents.get(file) {
            return Some(document.text.clone());
        }
        if let Some(text) = memo.texts.get(file) {
            return text.clone();
        }
        let text = self.read(file).and_then(Result::ok);
        memo.texts.insert(file.clone(), text.clone());
        text
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        if let Some(text) = self.text(file) {
            return Some(Arc::from(text.as_bytes()));
        }
        let mut memo = self.memo.borrow_mut();
        let read = || self.ground.read(file).and_then(Result::ok).map(Arc::from);
        memo.bytes.entry(file.clone()).or_insert_with(read).clone()
    }
}

impl TerraformFiles for Sources {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        let mut memo = self.memo.borrow_mut();
        if let Some(parsed) = memo.parsed.get(file) {
            return parsed.clone();
        }
        let parsed = match memo.documents.get_mut(file) {
            Some(document) => {
                let text = document.text.clone();
                Some(Arc::new(ParsedFile::parse(file.clone(), text, &mut document.expressions)))
            }
            None => self.parsed_on_ground(file),
        };
        memo.parsed.insert(file.clone(), parsed.clone());
        parsed
    }
}

impl Texts for Sources {
    fn yaml(&self, file: &FilePath) -> Option<Arc<YamlFile>> {
        let mut memo = self.memo.borrow_mut();
        if let Some(yaml) = memo.yaml.get(file) {
            return yaml.clone();
        }
        let text = memo.documents.get(file).map(|document| document.text.clone());
        let yaml = match text {
            Some(text) => Some(Arc::new(YamlFile::parse(file.clone(), text))),
            None => self.yaml_on_ground(file),
        };
        memo.yaml.insert(file.clone(), yaml.clone());
        yaml
    }
}

/// The files directly in a directory, sorted. Empty where there is none.
pub(crate) fn list_disk(directory: &Utf8Path) -> Vec<FilePath> {
    let Ok(entries) = directory.read_dir_utf8() else {
        return Vec::new();
    };
    let mut files: Vec<FilePath> = entries
        .flatten()
        .filter(|entry| entry.metadata().or_else(|_| entry.path().metadata()).is_ok_and(|kind| !kind.is_dir()))
        .map(|entry| FilePath::new(entry.path()))
        .collect();
    files.sort();
    files
}

/// Every file at or below `folder`. Hidden directories (`.terraform` among them), `node_modules` and what git ignores
/// are skipped; symbolic links are not followed.
pub(crate) fn files_below(folder: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> {
    let walk = ignore::WalkBuilder::new(folder)
        .follow_links(false)
        .require_git(true)
        .filter_entry(|entry| entry.file_name() != "node_modules")
        .build();
    let mut directories = 0usize;
    let is_directory = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_dir());
    let walk = walk.flatten().take_while(move |entry| {
        directories += usize::from(is_directory(entry));
        directories <= MOST_DIRECTORIES
    });
    walk.filter(move |entry| !is_directory(entry))
        .filter_map(|entry| Utf8Path::from_path(entry.path()).map(Utf8Path::to_owned))
}

/// Reads the text of a file; `None` when it is not there or can't be taken as text.
pub(crate) fn read_text(file: &FilePath) -> Option<Arc<str>> {
    read_disk(file).and_then(Result::ok)
}

/// Reads a file: `None` when it is not there, the reason when it can't be taken as text.
fn read_disk(file: &FilePath) -> Option<Result<Arc<str>, String>> {
    read_bytes(file).map(as_text)
}

fn as_text(bytes: Result<Vec<u8>, String>) -> Result<Arc<str>, String> {
    String::from_utf8(bytes?).map(Arc::from).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("this file is not valid UTF-8 (byte {at}); it is left out")
    })
}

/// Reads a file: `None` when it is not there, the reason when it is too large.
pub(crate) fn read_bytes(file: &FilePath) -> Option<Result<Vec<u8>, String>> {
    let metadata = file.as_path().metadata().ok()?;
    if !metadata.is_file() {
        return None;
    }
    if metadata.len() > LARGEST_FILE {
        let megabytes = metadata.len() / (1024 * 1024);
        return Some(Err(format!("this file has {megabytes} MiB; files above 8 MiB are not read")));
    }
    std::fs::read(file.as_path()).ok().map(Ok)
}

/// Reads and parses a YAML file of the disk; `None` when it is not there.
pub(crate) fn yaml_on_disk(file: &FilePath) -> Option<Arc<YamlFile>> {
    read_disk(file).map(|read| Arc::new(parse_yaml(file, read)))
}

/// Parses a YAML file; one that can't be taken as text is empty, with the reason as its problem.
fn parse_yaml(file: &FilePath, read: Result<Arc<str>, String>) -> YamlFile {
    match read {
        Ok(text) => YamlFile::parse(file.clone(), text),
        Err(reason) => {
            let mut empty = YamlFile::parse(file.clone(), Arc::from(""));
            empty.problems.push(Problem::new(Span::empty(0), reason));
            empty
        }
    }
}

/// Reads and parses a file of the disk; `None` when it is not there.
pub(crate) fn parse_disk(file: &FilePath) -> Option<Arc<ParsedFile>> {
    read_disk(file).map(|read| parse(file, read))
}

/// Parses a file; one that can't be taken as text is empty, with the reason as its problem.
fn parse(file: &FilePath, read: Result<Arc<str>, String>) -> Arc<ParsedFile> {
    Arc::new(match read {
        Ok(text) => ParsedFile::parse(file.clone(), text, &mut ExprCache::default()),
        Err(reason) => {
            let mut empty = ParsedFile::parse(file.clone(), Arc::from(""), &mut ExprCache::default());
            empty.problems.push(Problem::new(Span::empty(0), reason));
            empty
        }
    })
}
