//! Files held in memory, by their path below `/stack`.

#[allow(dead_code)]
pub(crate) mod show;

use camino::Utf8PathBuf;
use foreshock_terraform::{ResolveOptions, Resolved, resolve, to_json};
use foreshock_text::FilePath;

#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) files: foreshock_fixture::Memory,
    pub(crate) options: ResolveOptions,
}

// Each test target uses some of these.
#[allow(dead_code)]
impl Memory {
    pub(crate) fn new(files: &[(&str, &str)]) -> Memory {
        let mut memory = Memory::default();
        for (path, text) in files {
            memory.files.set(memory.path(path), text);
        }
        memory
    }

    pub(crate) fn fixture(text: &str) -> Memory {
        Memory { files: foreshock_fixture::Memory::of(&root(), text), options: ResolveOptions::default() }
    }

    pub(crate) fn path(&self, path: &str) -> FilePath {
        FilePath::new(root().join(path))
    }

    pub(crate) fn resolved(&self) -> Resolved {
        resolve(&root(), &self.files, &self.options)
    }

    pub(crate) fn resolve(&self) -> serde_json::Value {
        to_json(&self.resolved(), &self.files)
    }
}

pub(crate) fn root() -> Utf8PathBuf {
    Utf8PathBuf::from("/stack")
}
