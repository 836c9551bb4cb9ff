//! `foreshock.toml`: what people say about their stacks that the stacks' own text does not. Read with the place of every
//! key, so that a mistake is shown where it is, and costs nothing but itself. `docs/configuration.md` describes it.

mod assist;
mod cursor;
mod ignore_entry;
mod keys;
mod levels;
mod nearest;
mod read;
mod section;
mod settings;
mod stack_entry;
pub(crate) mod targets;
mod variable_files;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::Catalog;
use foreshock_files::Files;
use foreshock_infra::closest;
use foreshock_model::Probability;
use foreshock_text::{AnchoredText, FilePath, Place, Problem};

use crate::Severity;
use crate::findings::suppression::AddressIgnore;
pub use assist::{Completion, CompletionKind};
use ignore_entry::IgnoreEntry;
pub use keys::{KEYS, Key, Shape, keys_of};
pub use levels::{Level, Levels, level_named};
pub(crate) use nearest::Configurations;
pub use settings::{Choices, StackSettings};
pub(crate) use settings::{Places, stacks_of};
use stack_entry::StackEntry;
pub use variable_files::VariableFiles;
pub(crate) use variable_files::variable_files;

/// The file's name.
pub const FILE_NAME: &str = "foreshock.toml";

/// A `foreshock.toml`, understood.
#[derive(Debug)]
pub struct Configuration {
    /// The file.
    pub file: FilePath,
    /// Its text.
    pub text: AnchoredText,
    /// What could not be understood, by place.
    pub problems: Vec<Problem>,
    /// What is not wrong, but worth a word, by how loud that is.
    pub(crate) told: Vec<(Severity, Problem)>,
    /// `[editor] values`: whether editors show resolved values beside expressions.
    pub values: Option<bool>,
    pub(crate) levels: Levels,
    stacks: Vec<StackEntry>,
    ignores: Vec<IgnoreEntry>,
    pub(crate) baseline: Option<String>,
    pub(crate) catalog: Option<Arc<Catalog>>,
}

impl Configuration {
    /// Reads a text. Never fails: what is wrong is left out and told.
    pub fn read(file: FilePath, text: Arc<str>) -> Configuration {
        read::configuration(file, text)
    }

    /// A file that is there and can't be taken as text.
    pub(crate) fn unreadable(file: FilePath, why: String) -> Configuration {
        let mut empty = Configuration::read(file, Arc::from(""));
        empty.problems.push(Problem::new(foreshock_text::Span::empty(0), why));
        empty
    }

    /// The directory that its paths start from.
    pub fn directory(&self) -> Utf8PathBuf {
        crate::workspace::paths::directory_of(&self.file)
    }

    /// The findings that nobody wants to see in the stack at a root.
    pub(crate) fn ignores_of(&self, root: &Utf8Path) -> Vec<Arc<AddressIgnore>> {
        let directory = self.directory();
        let relative = root.strip_prefix(&directory).unwrap_or(root);
        let is_meant = |path: &Option<globset::GlobMatcher>| {
            path.as_ref().is_none_or(|path| path.is_match(relative.as_std_path()))
        };
        self.ignores.iter().filter(|(_, path)| is_meant(path)).map(|(ignore, _)| ignore.clone()).collect()
    }

    /// What an entry promises of its stacks, and where.
    fn promise_of(&self, entry: &StackEntry) -> Option<(Probability, Place)> {
        let (allowed, span) = entry.slo?;
        Some((allowed, Place::new(self.file.clone(), span)))
    }

    /// The entries that a stack's root is meant by, in the order written.
    pub(crate) fn entries_of(&self, root: &Utf8Path) -> impl Iterator<Item = &StackEntry> {
        let relative = root.strip_prefix(self.directory()).map(Utf8Path::to_owned).ok();
        self.stacks.iter().filter(move |entry| relative.as_ref().is_some_and(|root| entry.matches(root)))
    }

    /// What is wrong with its paths, given every root below its directory: a path without a stack, a file with values
    /// that is not there.
    pub(crate) fn problems_among(&self, roots: &BTreeSet<Utf8PathBuf>, files: &dyn Files) -> Vec<Problem> {
        let directory = self.directory();
        let below: Vec<&Utf8Path> = roots.iter().filter_map(|root| root.strip_prefix(&directory).ok()).collect();
        let mut problems = Vec::new();
        // What is half-typed is told already.
        let is_told = |entry: &&StackEntry| self.problems.iter().any(|told| told.span.touches(entry.path_span.start));
        for entry in self.stacks.iter().filter(|entry| !is_told(entry)) {
            let meant: Vec<&Utf8Path> = below.iter().copied().filter(|root| entry.matches(root)).collect();
            if meant.is_empty() && !entry.is_file_below(&directory) {
                let known = below.iter().map(|root| if root.as_str().is_empty() { "." } else { root.as_str() });
                let mut message = format!("no stack is at `{}`", entry.path);
                match closest(&entry.path, known) {
                    Some(meant) => message.push_str(&format!("; did you mean `{meant}`?")),
                    None => message.push_str("; expected the directory of a root module, or a glob such as `envs/*`"),
                }
                problems.push(Problem::new(entry.path_span, message));
            }
            for root in meant {
                problems.extend(entry.missing_files(&directory.join(root), &directory, files));
            }
        }
        problems.sort_by_key(|problem| problem.span);
        // A file that several roots lack is told of the first.
        problems.dedup_by_key(|problem| problem.span);
        problems
    }
}
