//! Files straight from the disk, each parsed once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{ParsedFile, TerraformFiles};
use foreshock_text::FilePath;

/// The disk, as it was when first looked at.
#[derive(Default)]
pub(crate) struct Disk {
    parsed: RefCell<BTreeMap<FilePath, Option<Arc<ParsedFile>>>>,
    texts: RefCell<BTreeMap<FilePath, Option<Arc<str>>>>,
    lists: RefCell<BTreeMap<Utf8PathBuf, Vec<FilePath>>>,
}

impl Disk {
    /// A new text for a file, as an editor has it.
    #[allow(dead_code)]
    pub(crate) fn edit(&self, file: &FilePath, text: &str) {
        let parsed = ParsedFile::parse(file.clone(), Arc::from(text), &mut ExprCache::default());
        self.parsed.borrow_mut().insert(file.clone(), Some(Arc::new(parsed)));
    }
}

impl Files for Disk {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let read = || {
            let entries = directory.read_dir_utf8().into_iter().flatten().flatten();
            let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()));
            let mut files: Vec<FilePath> = files.map(|entry| FilePath::new(entry.into_path())).collect();
            files.sort();
            files
        };
        self.lists.borrow_mut().entry(directory.to_owned()).or_insert_with(read).clone()
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        let read = || std::fs::read_to_string(file.as_path()).ok().map(Arc::from);
        self.texts.borrow_mut().entry(file.clone()).or_insert_with(read).clone()
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        std::fs::read(file.as_path()).ok().map(Arc::from)
    }
}

impl TerraformFiles for Disk {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        if let Some(parsed) = self.parsed.borrow().get(file) {
            return parsed.clone();
        }
        let text = self.text(file);
        let parsed = text.map(|text| Arc::new(ParsedFile::parse(file.clone(), text, &mut ExprCache::default())));
        self.parsed.borrow_mut().insert(file.clone(), parsed.clone());
        parsed
    }
}
