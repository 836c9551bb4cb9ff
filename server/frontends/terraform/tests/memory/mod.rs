//! Files held in memory, by their path below `/stack`.

#[allow(dead_code)]
pub(crate) mod show;

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{ParsedFile, ResolveOptions, Resolved, TerraformFiles, resolve, to_json};
use foreshock_text::FilePath;

#[derive(Debug, Default)]
pub(crate) struct Memory {
    files: BTreeMap<FilePath, Arc<ParsedFile>>,
    pub(crate) options: ResolveOptions,
}

// Each test target uses some of these.
#[allow(dead_code)]
impl Memory {
    pub(crate) fn new(files: &[(&str, &str)]) -> Memory {
        let mut memory = Memory::default();
        for (path, text) in files {
            memory.set(path, text);
        }
        memory
    }

    /// Files from one text: `//- path` begins each, `main.tf` the first.
    pub(crate) fn fixture(text: &str) -> Memory {
        let mut memory = Memory::default();
        let mut path = "main.tf".to_owned();
        let mut content = String::new();
        for line in text.lines() {
            match line.strip_prefix("//- ") {
                Some(next) => {
                    if !content.trim().is_empty() {
                        memory.set(&path, &content);
                    }
                    path = next.trim().to_owned();
                    content.clear();
                }
                None => {
                    content.push_str(line);
                    content.push('\n');
                }
            }
        }
        memory.set(&path, &content);
        memory.files.retain(|_, file| !file.text.trim().is_empty());
        memory
    }

    pub(crate) fn set(&mut self, path: &str, text: &str) {
        let path = self.path(path);
        let parsed = ParsedFile::parse(path.clone(), Arc::from(text), &mut ExprCache::default());
        self.files.insert(path, Arc::new(parsed));
    }

    pub(crate) fn path(&self, path: &str) -> FilePath {
        FilePath::new(root().join(path))
    }

    pub(crate) fn text_of(&self, file: &FilePath) -> &str {
        self.files.get(file).map_or("", |file| &file.text)
    }

    pub(crate) fn resolved(&self) -> Resolved {
        resolve(&root(), self, &self.options)
    }

    pub(crate) fn resolve(&self) -> serde_json::Value {
        to_json(&self.resolved(), self)
    }
}

pub(crate) fn root() -> Utf8PathBuf {
    Utf8PathBuf::from("/stack")
}

impl Files for Memory {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        self.files.keys().filter(|file| file.as_path().parent() == Some(directory)).cloned().collect()
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.files.get(file).map(|file| file.text.clone())
    }
}

impl TerraformFiles for Memory {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        self.files.get(file).cloned()
    }
}
