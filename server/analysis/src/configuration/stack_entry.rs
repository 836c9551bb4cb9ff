use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_infra::closest;
use foreshock_model::Probability;
use foreshock_text::{FilePath, Place, Problem, Span};
use globset::{GlobBuilder, GlobMatcher};

use super::Levels;
use super::targets::RecoveryGoal;
use crate::findings::suppression::AddressIgnore;
use crate::workspace::paths::normalised;

/// A `[[stack]]` as written.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) path_span: Span,
    pub(super) name: Option<String>,
    pub(super) var_files: Vec<(String, Span)>,
    pub(super) workspace: Option<String>,
    /// As text for `-var`.
    pub(super) variables: BTreeMap<String, String>,
    /// The unavailability that is allowed, and where that is written.
    pub(super) slo: Option<(Probability, Span)>,
    /// What it promises of its recovery.
    pub(super) goals: Vec<RecoveryGoal>,
    /// Gigabytes by address.
    pub(super) data_gb: Vec<(String, f64, Place)>,
    pub(super) levels: Levels,
    pub(super) ignores: Vec<Arc<AddressIgnore>>,
}

/// A `[[stack]]`: what it says, and of which stacks.
#[derive(Debug)]
pub(crate) struct StackEntry {
    pub(super) path: String,
    pub(super) path_span: Span,
    pub(super) name: Option<String>,
    pub(super) var_files: Vec<(String, Span)>,
    pub(super) workspace: Option<String>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) slo: Option<(Probability, Span)>,
    pub(super) goals: Vec<RecoveryGoal>,
    pub(super) data_gb: Vec<(String, f64, Place)>,
    pub(super) levels: Levels,
    pub(super) ignores: Vec<Arc<AddressIgnore>>,
    matcher: GlobMatcher,
}

impl StackEntry {
    /// # Errors
    /// When the path is no glob, or leads out of the directory.
    pub(super) fn new(entry: Entry) -> Result<StackEntry, String> {
        let Entry { path, path_span, name, var_files, workspace, variables, slo, goals, data_gb, levels, ignores } =
            entry;
        let matcher = stack_matcher(&path)?;
        Ok(StackEntry {
            path,
            path_span,
            name,
            var_files,
            workspace,
            variables,
            slo,
            goals,
            data_gb,
            levels,
            ignores,
            matcher,
        })
    }

    /// Whether it speaks of the stack at this path, relative to the configuration's directory.
    pub(super) fn matches(&self, root: &Utf8Path) -> bool {
        self.matcher.is_match(root.as_std_path())
    }

    /// Whether it makes a stack of its own out of a root: with values or a name, not only with severities.
    pub(super) fn is_variant(&self) -> bool {
        self.name.is_some() || !self.var_files.is_empty() || self.workspace.is_some() || !self.variables.is_empty()
    }

    /// Whether it names a file that is there: infrastructure YAML, which is not looked for in advance.
    pub(super) fn is_file_below(&self, directory: &Utf8Path) -> bool {
        !self.path.contains(['*', '?', '[', '{']) && directory.join(&self.path).is_file()
    }

    /// The files with values, as far as they are there.
    pub(super) fn files(&self, root: &Utf8Path, directory: &Utf8Path, files: &dyn Files) -> Vec<FilePath> {
        self.var_files.iter().filter_map(|(name, _)| find_file(name, [root, directory], files)).collect()
    }

    /// What of its files is not there for this root.
    pub(super) fn missing_files(&self, root: &Utf8Path, directory: &Utf8Path, files: &dyn Files) -> Vec<Problem> {
        let missing = self.var_files.iter().filter(|(name, _)| find_file(name, [root, directory], files).is_none());
        let told = missing.map(|(name, span)| {
            let listed = files.list(root);
            let values = listed.iter().filter_map(|file| file.as_path().file_name()).filter(|name| is_values(name));
            let shown = root.strip_prefix(directory).unwrap_or(root);
            let shown = if shown.as_str().is_empty() { Utf8Path::new(".") } else { shown };
            let mut message = format!("`{shown}` has no file `{name}`");
            if let Some(meant) = closest(name, values) {
                message.push_str(&format!("; did you mean `{meant}`?"));
            }
            Problem::new(*span, message)
        });
        told.collect()
    }
}

/// What meets the roots that a path or glob means, relative to the configuration's directory.
///
/// # Errors
/// When it is no glob, or leads out of the directory.
pub(super) fn stack_matcher(path: &str) -> Result<GlobMatcher, String> {
    let plain = path.trim_start_matches("./").trim_end_matches('/');
    let plain = if plain == "." { "" } else { plain };
    if plain.starts_with('/') || plain.split('/').any(|part| part == "..") {
        return Err(format!("`{path}` leads out of this directory; expected a path below it"));
    }
    // `envs/dev/**` means the directory itself, too.
    let pattern = match plain.strip_suffix("/**") {
        Some(above) => format!("{{{above},{above}/**}}"),
        None => plain.to_owned(),
    };
    let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
    let glob = glob.map_err(|error| format!("`{path}` is no path or glob: {}", error.kind()))?;
    // The library takes for granted that what it makes of a glob is a regular expression of a size that is allowed.
    let compiled = catch_unwind(AssertUnwindSafe(|| glob.compile_matcher()));
    compiled.map_err(|_| "this glob is too large to be used; expected a path or a shorter one".to_owned())
}

/// Whether a file holds values of variables, by its name.
pub(super) fn is_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// A file by its name, from the first of these directories that has it.
pub(super) fn find_file<'a>(
    name: &str,
    from: impl IntoIterator<Item = &'a Utf8Path>,
    files: &dyn Files,
) -> Option<FilePath> {
    let candidates = from.into_iter().map(|directory| normalised(&directory.join(Utf8PathBuf::from(name))));
    candidates.map(FilePath::new).find(|file| files.text(file).is_some())
}
