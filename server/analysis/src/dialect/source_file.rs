//! A file as it was read, by its grammar.

use std::sync::Arc;

use foreshock_terraform::ParsedFile;
use foreshock_text::{AnchoredText, FilePath, Problem};

use super::yaml_file::YamlFile;
use crate::Configuration;

/// A file that was read, by the grammar that it was parsed in. Several dialects share a grammar.
#[derive(Clone, Debug)]
pub enum SourceFile {
    /// HCL, or its JSON form.
    Hcl(Arc<ParsedFile>),
    /// YAML or JSON.
    Yaml(Arc<YamlFile>),
    /// `foreshock.toml`.
    Configuration(Arc<Configuration>),
    /// A text of a grammar that one dialect has for itself.
    Plain(Arc<PlainFile>),
}

/// A text, and what of it could not be understood.
#[derive(Clone, Debug)]
pub struct PlainFile {
    /// Where it is.
    pub path: FilePath,
    /// The text.
    pub text: AnchoredText,
    /// What could not be understood, by place.
    pub problems: Vec<Problem>,
}

impl PlainFile {
    /// A text with what is wrong with it.
    pub fn new(path: FilePath, text: Arc<str>, problems: Vec<Problem>) -> PlainFile {
        PlainFile { path, text: AnchoredText::plain(text), problems }
    }
}

impl SourceFile {
    /// Whether both were read at once: the same text at the same addresses.
    pub(crate) fn is_very_same(&self, other: &SourceFile) -> bool {
        match (self, other) {
            (SourceFile::Hcl(one), SourceFile::Hcl(other)) => Arc::ptr_eq(one, other),
            (SourceFile::Yaml(one), SourceFile::Yaml(other)) => Arc::ptr_eq(one, other),
            (SourceFile::Configuration(one), SourceFile::Configuration(other)) => Arc::ptr_eq(one, other),
            (SourceFile::Plain(one), SourceFile::Plain(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Its text.
    pub fn text(&self) -> &AnchoredText {
        match self {
            SourceFile::Hcl(file) => &file.text,
            SourceFile::Yaml(file) => &file.text,
            SourceFile::Configuration(file) => &file.text,
            SourceFile::Plain(file) => &file.text,
        }
    }

    /// What of its text could not be parsed.
    pub fn problems(&self) -> &[Problem] {
        match self {
            SourceFile::Hcl(file) => &file.problems,
            SourceFile::Yaml(file) => &file.problems,
            SourceFile::Configuration(file) => &file.problems,
            SourceFile::Plain(file) => &file.problems,
        }
    }

    /// The line that an address is in, from 0.
    pub(crate) fn line(&self, address: u32) -> u32 {
        self.text().line_of(address)
    }
}
