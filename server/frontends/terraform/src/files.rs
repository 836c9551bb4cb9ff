//! The files of Terraform: which ones count, and their parsed form.

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_files::Files;
use foreshock_syntax::hcl::{self, Before, Body, ExprCache, Items, Parsed};
use foreshock_text::{AnchoredText, FilePath, Problem, Span};

use crate::config::ProviderAttributes;

/// A text with its tree; made once for each version of a file. Spans are addresses of the text.
#[derive(Clone, Debug)]
pub struct ParsedFile {
    /// Where it is.
    pub path: FilePath,
    /// The text.
    pub text: AnchoredText,
    /// Its tree.
    pub body: Body,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Its comments, in the order of the text.
    pub comments: Vec<Span>,
    /// What the next version is read with.
    items: Items,
}

impl ParsedFile {
    /// Parses `text` in the form that the file's name says: `.tf`, `.tofu` and `.tfvars`, or the same with `.json` behind.
    /// Values that stand in `cache` are not parsed again.
    pub fn parse(path: FilePath, text: Arc<str>, cache: &mut ExprCache) -> ParsedFile {
        ParsedFile::read(path, text, cache, Parsed::new)
    }

    /// The same with room between the addresses of the items, for a text that may be edited: what no edit touches then stays
    /// where it is from the first one on.
    pub fn parse_with_room(path: FilePath, text: Arc<str>, cache: &mut ExprCache) -> ParsedFile {
        ParsedFile::read(path, text, cache, Parsed::with_room)
    }

    fn read(
        path: FilePath,
        text: Arc<str>,
        cache: &mut ExprCache,
        hcl: fn(Arc<str>, &mut ExprCache) -> Parsed,
    ) -> ParsedFile {
        let name = path.as_path().file_name().unwrap_or_default();
        let (body, problems) = if is_configuration_json(name) {
            hcl::parse_json(Some(cache), &text, &ProviderAttributes)
        } else if name.ends_with(".json") {
            hcl::parse_json_values(&text)
        } else {
            return ParsedFile::of(path, hcl(text, cache));
        };
        let (text, comments, items) = (AnchoredText::plain(text), Vec::new(), Items::default());
        ParsedFile::of(path, Parsed { text, body, problems, comments, items })
    }

    /// The next version of this file. What it has in common with this one is the same: blocks are shared, places are where
    /// they were. JSON is read as a whole.
    pub fn reparsed(&self, text: Arc<str>, cache: &mut ExprCache) -> ParsedFile {
        if self.path.as_path().extension() == Some("json") {
            return ParsedFile::parse(self.path.clone(), text, cache);
        }
        let ParsedFile { path, text: known, body, comments, items, .. } = self;
        ParsedFile::of(path.clone(), Parsed::changed(Before { text: known, body, comments, items }, text, cache))
    }

    fn of(path: FilePath, parsed: Parsed) -> ParsedFile {
        let Parsed { text, body, problems, comments, items } = parsed;
        ParsedFile { path, text, body, problems, comments, items }
    }
}

/// Whether a file of this path is part of the module in its directory: `.tf`, `.tofu`, `.tf.json`, `.tofu.json`, and of a stack
/// of Terraform `.tfcomponent.hcl`, `.tfstack.hcl`.
pub fn is_configuration(path: &Utf8Path) -> bool {
    configuration_ending(path.file_name().unwrap_or_default()).is_some()
}

/// Whether a file of this path holds values of variables: `.tfvars`, `.tfvars.json`.
pub fn is_variable_file(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// The name of a configuration file without its ending, and the ending.
pub(crate) fn configuration_ending(name: &str) -> Option<(&str, &'static str)> {
    const ENDINGS: [&str; 6] = [".tf", ".tofu", ".tf.json", ".tofu.json", ".tfcomponent.hcl", ".tfstack.hcl"];
    // Editors keep copies under such names.
    if name.starts_with(['.', '#']) || name.ends_with('~') {
        return None;
    }
    let ending = ENDINGS.into_iter().find_map(|ending| Some((name.strip_suffix(ending)?, ending)));
    ending.filter(|(stem, _)| !stem.is_empty())
}

fn is_configuration_json(name: &str) -> bool {
    name.ends_with(".tf.json") || name.ends_with(".tofu.json")
}

/// Where texts come from, and what was parsed of them.
pub trait TerraformFiles: Files {
    /// The parsed form of a Terraform file (see [`ParsedFile::parse`]); `None` when it can't be read.
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>>;
}
