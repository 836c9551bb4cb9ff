//! A YAML or JSON text with its tree.

use std::sync::Arc;

use foreshock_syntax::yaml::{self, Tree};
use foreshock_text::{AnchoredText, FilePath, Problem};

/// A YAML text with its tree; made once for each version of a file.
#[derive(Clone, Debug)]
pub struct YamlFile {
    /// Where it is.
    pub path: FilePath,
    /// The text.
    pub text: AnchoredText,
    /// Its tree.
    pub tree: Tree,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl YamlFile {
    /// Parses a text; never fails.
    pub fn parse(path: FilePath, text: Arc<str>) -> YamlFile {
        let (tree, problems) = yaml::parse(&text);
        YamlFile { path, text: AnchoredText::plain(text), tree, problems }
    }
}
