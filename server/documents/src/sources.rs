//! Where the texts of documents are read from.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_syntax::yaml::Tree;
use foreshock_text::{FilePath, Problem};

use crate::{Node, Room, Words, read_within};

/// Texts that documents are put together from. Whoever lends them says how far reading goes.
pub trait Sources {
    /// The text of a file; `None` where it is not there.
    fn text(&self, file: &FilePath) -> Option<Arc<str>>;

    /// Shows the tree of a YAML or JSON file, with what could not be read of it; `false` where it is not there.
    fn tree(&self, file: &FilePath, show: &mut dyn FnMut(&Tree, &[Problem])) -> bool;

    /// The files in a directory.
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath>;
}

/// The documents of a file, and what could not be read of it; `None` where it is not there. Words are decided as in YAML 1.1.
pub fn documents(file: &FilePath, sources: &dyn Sources) -> Option<(Vec<Node>, Vec<Problem>)> {
    documents_with(file, sources, Words::Older)
}

/// The same with other words.
pub fn documents_with(file: &FilePath, sources: &dyn Sources, words: Words) -> Option<(Vec<Node>, Vec<Problem>)> {
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    let mut room = Room::default();
    let is_there = sources.tree(file, &mut |tree, broken| {
        problems.extend(broken.iter().cloned());
        for document in tree.documents() {
            let (node, told) = read_within(document, file, words, &mut room);
            documents.push(node);
            problems.extend(told);
        }
    });
    is_there.then_some((documents, problems))
}

/// A path that is written in a file of a directory, without `.` and `..` in it. A path from the top stays one.
pub fn joined(directory: &Utf8Path, path: &str) -> Utf8PathBuf {
    let mut out = directory.to_owned();
    for step in Utf8Path::new(path).components() {
        match step.as_str() {
            "." => {}
            ".." => {
                out.pop();
            }
            step => out.push(step),
        }
    }
    out
}
