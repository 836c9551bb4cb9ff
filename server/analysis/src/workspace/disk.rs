//! What was parsed of the files of a workspace: each version once, whatever the dialect. The files themselves are kept by
//! [`FileStore`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_files::{
    Boundary, Changes, Disk, FileSource, FileStore, Files, LARGEST_FILE, ReadBefore, ReadSet, Walk, as_text,
    is_refused, read_regular,
};
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{ParsedFile, TerraformFiles};
use foreshock_text::{FilePath, Problem, Span};
use rustc_hash::FxHashMap;

use crate::dialect::yaml_file::YamlFile;
use crate::dialect::{Dialect, Texts};
use crate::findings::suppression::Annotations;

/// The files of a workspace, and what was parsed of them. Used by one thread.
#[derive(Default)]
pub(crate) struct Sources {
    store: Rc<FileStore>,
    /// Sources that are likely to have the same texts, so that these need not be parsed twice.
    twin: Option<Rc<Sources>>,
    memo: RefCell<Memo>,
    refused: RefCell<BTreeMap<FilePath, String>>,
}

/// What sources of the disk have read and parsed so far, for another thread to go on from.
pub(crate) struct ParsedBefore {
    read: ReadBefore,
    parsed: FxHashMap<FilePath, Option<Arc<ParsedFile>>>,
    yaml: FxHashMap<FilePath, Option<Arc<YamlFile>>>,
}

#[derive(Default)]
struct Memo {
    /// Of open documents.
    expressions: FxHashMap<FilePath, ExprCache>,
    parsed: FxHashMap<FilePath, Option<Arc<ParsedFile>>>,
    yaml: FxHashMap<FilePath, Option<Arc<YamlFile>>>,
    annotations: FxHashMap<FilePath, Arc<Annotations>>,
    /// What was parsed of the versions before of files that are not parsed again yet.
    parsed_before: FxHashMap<FilePath, Arc<ParsedFile>>,
    annotations_before: FxHashMap<FilePath, Arc<Annotations>>,
}

impl Memo {
    fn forget(&mut self, file: &FilePath) {
        // An empty one may stand for a file that could not be read.
        if let Some(Some(parsed)) = self.parsed.remove(file)
            && !parsed.text.whole().is_empty()
        {
            self.parsed_before.insert(file.clone(), parsed);
        }
        if let Some(annotations) = self.annotations.remove(file) {
            self.annotations_before.insert(file.clone(), annotations);
        }
        self.yaml.remove(file);
    }

    /// Parses a version of a file, from the one before where there is one.
    fn parse(&mut self, file: &FilePath, text: Arc<str>) -> Arc<ParsedFile> {
        let mut fresh = ExprCache::default();
        let cache = self.expressions.get_mut(file).unwrap_or(&mut fresh);
        match self.parsed_before.remove(file) {
            Some(before) if *before.text.whole() == text => before,
            Some(before) => Arc::new(before.reparsed(text, cache)),
            None => Arc::new(ParsedFile::parse_with_room(file.clone(), text, cache)),
        }
    }
}

impl Sources {
    /// Sources of something else than the disk.
    pub(crate) fn on(source: Box<dyn FileSource>, twin: Rc<Sources>) -> Sources {
        let store = Rc::new(FileStore::on(source, twin.store.clone()));
        store.set_boundary(twin.store.boundary());
        Sources { store, twin: Some(twin), ..Sources::default() }
    }

    /// What was read and parsed so far.
    pub(crate) fn parsed_before(&self) -> ParsedBefore {
        let memo = self.memo.borrow();
        ParsedBefore { read: self.store.read_before(), parsed: memo.parsed.clone(), yaml: memo.yaml.clone() }
    }

    /// Sources of the disk that have read what others have.
    pub(crate) fn going_on_from(before: ParsedBefore) -> Sources {
        let memo = Memo { parsed: before.parsed, yaml: before.yaml, ..Memo::default() };
        Sources {
            store: Rc::new(FileStore::going_on_from(before.read)),
            memo: RefCell::new(memo),
            ..Sources::default()
        }
    }

    /// The sources of the present: where what people say of their stacks is read.
    pub(crate) fn present(&self) -> &Sources {
        self.twin.as_deref().unwrap_or(self)
    }

    /// The text of a file for whoever only looks whether it is theirs. Of what is on the disk nothing is kept, so that nobody has to
    /// follow what becomes of a file that is nothing to us.
    pub(crate) fn glance(&self, file: &FilePath) -> Option<Arc<str>> {
        let is_of_the_disk = self.twin.is_none();
        match self.document(file) {
            Some(text) => Some(text),
            None if !is_of_the_disk => self.text(file),
            None if self.store.boundary().holds_file(file.as_path()) => {
                let read = read_disk(file);
                let mut refused = self.refused.borrow_mut();
                match &read {
                    Some(Err(why)) if is_refused(why) => drop(refused.insert(file.clone(), why.clone())),
                    _ => drop(refused.remove(file)),
                }
                read.and_then(Result::ok)
            }
            None => None,
        }
    }

    /// Files that may be ours, and that the system refuses, with its reason: nobody knows what they say.
    pub(crate) fn refused(&self) -> Vec<(FilePath, String)> {
        self.refused.borrow().iter().map(|(file, why)| (file.clone(), why.clone())).collect()
    }

    /// The files without what they mean.
    pub(crate) fn store(&self) -> &FileStore {
        &self.store
    }

    /// Sets how far reading goes. Whether that is another boundary than before.
    pub(crate) fn set_boundary(&self, boundary: Boundary) -> bool {
        let is_other = self.store.set_boundary(boundary);
        if is_other {
            let mut memo = self.memo.borrow_mut();
            memo.parsed.clear();
            memo.yaml.clear();
            memo.annotations.clear();
            memo.parsed_before.clear();
            memo.annotations_before.clear();
        }
        is_other
    }

    /// Every file and directory at or below a folder.
    pub(crate) fn walk(&self, folder: &Utf8Path) -> Walk {
        self.store.walk(folder)
    }

    /// Opens or changes a document. What is different now.
    pub(crate) fn set_document(&self, file: &FilePath, text: Arc<str>) -> Changes {
        self.memo.borrow_mut().expressions.entry(file.clone()).or_default();
        self.forgetting(self.store.set_document(file, text))
    }

    /// Closes a document: the disk counts again. What is different now.
    pub(crate) fn close_document(&self, file: &FilePath) -> Changes {
        self.memo.borrow_mut().expressions.remove(file);
        self.forgetting(self.store.close_document(file))
    }

    /// Looks at paths that may have changed on the disk: files, or folders with everything below. What is different now.
    pub(crate) fn look_at(&self, paths: &[FilePath]) -> Changes {
        self.forgetting(self.store.look_at(paths))
    }

    /// Looks again at what was read. What is different now.
    pub(crate) fn look_again(&self, read: &ReadSet) -> Changes {
        self.forgetting(self.store.look_again(read))
    }

    fn forgetting(&self, changes: Changes) -> Changes {
        let mut memo = self.memo.borrow_mut();
        for file in &changes.files {
            memo.forget(file);
        }
        changes
    }

    /// What the comments of a file say to tools, as its dialect reads them.
    pub(crate) fn annotations(&self, file: &FilePath, dialect: &dyn Dialect) -> Arc<Annotations> {
        if let Some(known) = self.memo.borrow().annotations.get(file) {
            return known.clone();
        }
        let read = dialect.comments(file, self);
        let mut memo = self.memo.borrow_mut();
        let before = memo.annotations_before.remove(file).filter(|before| **before == read);
        let read = before.unwrap_or_else(|| Arc::new(read));
        memo.annotations.insert(file.clone(), read.clone());
        read
    }

    /// The text of a file that configures us: `None` when it is not there, the reason when it can't be taken as text.
    pub(crate) fn configuration(&self, file: &FilePath) -> Option<Result<Arc<str>, String>> {
        self.store.read(file)
    }

    /// The text of an open document.
    pub(crate) fn document(&self, file: &FilePath) -> Option<Arc<str>> {
        self.store.document(file)
    }

    /// The open documents, sorted.
    pub(crate) fn documents(&self) -> Vec<FilePath> {
        self.store.documents()
    }
}

impl Files for Sources {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        self.store.list(directory)
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.store.text(file)
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        self.store.bytes(file)
    }

    fn may_read(&self, path: &Utf8Path) -> bool {
        self.store.may_read(path)
    }

    fn enter_module(&self, directory: &Utf8Path, is_module: &dyn Fn(&FilePath) -> bool) {
        self.store.enter_module(directory, is_module);
    }
}

impl TerraformFiles for Sources {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        let mut memo = self.memo.borrow_mut();
        if let Some(parsed) = memo.parsed.get(file) {
            return parsed.clone();
        }
        let parsed = match self.store.document(file) {
            Some(text) => Some(memo.parse(file, text)),
            None => self.store.read(file).map(|read| {
                let twin = |text: &Arc<str>| self.twin.as_ref()?.parsed(file).filter(|twin| twin.text.whole() == text);
                let same = read.as_ref().ok().and_then(twin);
                same.unwrap_or_else(|| match read {
                    Ok(text) => memo.parse(file, text),
                    Err(reason) => parse(file, Err(reason)),
                })
            }),
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
        let yaml = self.store.read(file).map(|read| {
            let twin = |text: &Arc<str>| self.twin.as_ref()?.yaml(file).filter(|twin| twin.text.whole() == text);
            let same = read.as_ref().ok().and_then(twin);
            same.unwrap_or_else(|| Arc::new(parse_yaml(file, read)))
        });
        memo.yaml.insert(file.clone(), yaml.clone());
        yaml
    }
}

/// The files directly in a directory of the disk, sorted. Empty where there is none.
pub(crate) fn list_disk(directory: &Utf8Path) -> Vec<FilePath> {
    Disk.list(directory).unwrap_or_default()
}

/// Reads the text of a file of the disk; `None` when it is not there or can't be taken as text.
pub(crate) fn read_text(file: &FilePath) -> Option<Arc<str>> {
    read_disk(file).and_then(Result::ok)
}

/// Reads a file of the disk: `None` when it is not there, the reason when it can't be taken as text.
fn read_disk(file: &FilePath) -> Option<Result<Arc<str>, String>> {
    read_regular(file.as_path(), LARGEST_FILE).map(as_text)
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

#[cfg(test)]
mod tests {
    use foreshock_fixture::Directory;

    use super::*;
    use crate::dialect::terraform::TerraformDialect;

    #[test]
    fn an_edit_keeps_what_it_does_not_touch() {
        let text = "# foreshock:ignore single-zone reason: x\nresource \"a\" \"b\" {\n}\n\nlocals {\n  c = 1\n}\n";
        let directory = Directory::of(&format!("\n//- main.tf\n{text}"));
        let sources = Sources::default();
        let file = FilePath::new(directory.root().join("main.tf"));
        sources.set_boundary(Boundary::around([directory.root().to_owned()]));
        let before = sources.parsed(&file).unwrap_or_else(|| panic!("{file} is read"));
        let said = sources.annotations(&file, &TerraformDialect);
        assert!(!said.is_empty());
        sources.set_document(&file, Arc::from(text.replace("c = 1", "c = 12")));
        let now = sources.parsed(&file).unwrap_or_else(|| panic!("{file} is read"));
        let same: Vec<bool> =
            before.body.blocks.iter().zip(&now.body.blocks).map(|(one, other)| Arc::ptr_eq(one, other)).collect();
        assert_eq!(same, [true, false]);
        assert!(Arc::ptr_eq(&said, &sources.annotations(&file, &TerraformDialect)));
        sources.close_document(&file);
        assert_eq!(sources.parsed(&file).map(|parsed| parsed.body.clone()), Some(before.body.clone()));
    }
}
