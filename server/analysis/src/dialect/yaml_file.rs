use std::sync::Arc;

use foreshock_syntax::yaml::{self, Tree};
use foreshock_text::{FilePath, LineTable, Problem};

/// A YAML text with its tree; made once for each version of a file.
#[derive(Clone, Debug)]
pub(crate) struct YamlFile {
    /// Where it is.
    pub(crate) path: FilePath,
    /// The text.
    pub(crate) text: Arc<str>,
    /// Its lines.
    pub(crate) lines: LineTable,
    /// Its tree.
    pub(crate) tree: Tree,
    /// What could not be read.
    pub(crate) problems: Vec<Problem>,
}

impl YamlFile {
    pub(crate) fn parse(path: FilePath, text: Arc<str>) -> YamlFile {
        let (tree, problems) = yaml::parse(&text);
        YamlFile { path, lines: LineTable::new(&text), text, tree, problems }
    }
}
