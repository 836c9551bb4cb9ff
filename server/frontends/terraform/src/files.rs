use std::sync::Arc;

use camino::Utf8Path;
use foreshock_syntax::hcl::{self, Body, ExprCache};
use foreshock_text::{FilePath, LineTable, Problem};

/// A text with its tree; made once for each version of a file.
#[derive(Clone, Debug)]
pub struct ParsedFile {
    /// Where it is.
    pub path: FilePath,
    /// The text.
    pub text: Arc<str>,
    /// Its lines.
    pub lines: LineTable,
    /// Its tree.
    pub body: Body,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl ParsedFile {
    /// Parses `text`. Values that stand in `cache` are not parsed again.
    pub fn parse(path: FilePath, text: Arc<str>, cache: &mut ExprCache) -> ParsedFile {
        let (body, problems) = hcl::parse_with(cache, &text);
        ParsedFile { path, lines: LineTable::new(&text), text, body, problems }
    }
}

/// Where texts come from: the editor's open documents first, then the disk. The only way to the outside.
pub trait Files {
    /// The files directly in a directory, sorted by name. Empty for a directory that is not there.
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath>;

    /// The parsed form of a Terraform file (`.tf`, `.tofu`, `.tfvars`); `None` when it can't be read.
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>>;

    /// The text of any file of the workspace (for `file()`, `templatefile()`, `modules.json`); `None` when it can't be
    /// read or is not UTF-8.
    fn text(&self, file: &FilePath) -> Option<Arc<str>>;

    /// The bytes of any file of the workspace, for digests of files that are no text; only texts unless overridden.
    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        self.text(file).map(|text| Arc::from(text.as_bytes()))
    }
}
