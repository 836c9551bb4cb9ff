//! Texts, as those read them who put documents together.

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_documents::Sources;
use foreshock_syntax::yaml::Tree;
use foreshock_text::{FilePath, Problem};

use super::Texts;

/// The texts of a stack.
pub(super) struct Documents<'a>(pub(super) &'a dyn Texts);

impl Sources for Documents<'_> {
    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.0.text(file)
    }

    fn tree(&self, file: &FilePath, show: &mut dyn FnMut(&Tree, &[Problem])) -> bool {
        let Some(yaml) = self.0.yaml(file) else { return false };
        show(&yaml.tree, &yaml.problems);
        true
    }

    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        self.0.list(directory)
    }
}
