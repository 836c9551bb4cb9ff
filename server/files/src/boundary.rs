//! How far reading goes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashMap;

use crate::normalised;

/// The directories below which files are read. What a text names elsewhere is not: a text that came from somebody else must
/// not show what lies on the machine of whoever looks at it.
#[derive(Clone, Debug, Default)]
pub struct Boundary {
    /// With links followed. `None`: everything is read.
    roots: Option<Vec<PathBuf>>,
    /// Files of these names count in every directory above, too, unless they are links.
    above: Vec<&'static str>,
    /// Files that a person has named, with links followed.
    files: Vec<PathBuf>,
    /// Directories that are called as modules, with links followed; `None` where calling one does not let it be read.
    modules: Option<Arc<Mutex<BTreeSet<PathBuf>>>>,
    /// What was asked before: following links costs a look at every directory on the way.
    known: Arc<Mutex<FxHashMap<Utf8PathBuf, bool>>>,
}

impl PartialEq for Boundary {
    fn eq(&self, other: &Boundary) -> bool {
        self.roots == other.roots && self.files == other.files && self.modules.is_some() == other.modules.is_some()
    }
}

impl Eq for Boundary {}

impl Boundary {
    /// No boundary.
    pub fn none() -> Boundary {
        Boundary::default()
    }

    /// Only what lies at or below these directories, absolute, as the disk has them: a link below that leads out of all of
    /// them is outside. None of them: nothing is read.
    pub fn around(directories: impl IntoIterator<Item = Utf8PathBuf>) -> Boundary {
        let mut roots: Vec<PathBuf> = directories.into_iter().map(|directory| real(&directory)).collect();
        roots.sort();
        roots.dedup();
        Boundary { roots: Some(roots), ..Boundary::default() }
    }

    /// Lets files of these names be read in every directory above, too: whoever owns that has put them there.
    #[must_use]
    pub fn with_names_above(self, names: &[&'static str]) -> Boundary {
        Boundary { above: names.to_vec(), ..self }
    }

    /// Lets these files be read wherever they lie: a person has named them.
    #[must_use]
    pub fn with_files(self, files: impl IntoIterator<Item = Utf8PathBuf>) -> Boundary {
        let mut files: Vec<PathBuf> = files.into_iter().map(|file| real(&file)).collect();
        files.sort();
        files.dedup();
        Boundary { files, ..self }
    }

    /// Lets directories be read that are called as modules ([`Boundary::enter`]): where there is no repository nobody knows how
    /// far the workspace reaches, and modules mostly lie beside the folder.
    #[must_use]
    pub fn with_modules(self) -> Boundary {
        Boundary { modules: Some(Arc::default()), ..self }
    }

    /// Whether calling a directory as a module lets it be read.
    pub fn follows_modules(&self) -> bool {
        self.modules.is_some()
    }

    /// The same, of which neither learns what the other comes to know.
    #[must_use]
    pub(crate) fn apart(&self) -> Boundary {
        let modules = self.modules.as_ref().map(|modules| {
            let entered = modules.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Arc::new(Mutex::new(entered))
        });
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Boundary { modules, known: Arc::new(Mutex::new(known)), ..self.clone() }
    }

    /// How many directories were called as modules and let in by that.
    pub fn entered(&self) -> usize {
        let modules = self.modules.as_ref();
        modules.map_or(0, |modules| modules.lock().unwrap_or_else(PoisonError::into_inner).len())
    }

    /// Takes in a directory that is called as a module, where that lets it be read.
    pub fn enter(&self, directory: &Utf8Path) {
        let Some(modules) = &self.modules else { return };
        if modules.lock().unwrap_or_else(PoisonError::into_inner).insert(real(directory)) {
            self.look_again();
        }
    }

    /// Whether a path lies inside, links followed. Looks at the disk when asked for the first time.
    pub fn holds(&self, path: &Utf8Path) -> bool {
        let Some(roots) = &self.roots else { return true };
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(path) {
            return *known;
        }
        let real = real(path);
        let is_module = |modules: &Arc<Mutex<BTreeSet<PathBuf>>>| {
            let modules = modules.lock().unwrap_or_else(PoisonError::into_inner);
            modules.iter().any(|module| real.starts_with(module))
        };
        let holds = roots.iter().any(|root| real.starts_with(root))
            || self.files.contains(&real)
            || self.modules.as_ref().is_some_and(is_module);
        known().insert(path.to_owned(), holds);
        holds
    }

    /// Whether a file lies inside; cheaper for many files of one directory.
    pub fn holds_file(&self, file: &Utf8Path) -> bool {
        match file.parent() {
            Some(directory) if !file.is_symlink() => {
                self.holds(directory) || self.is_above(directory, file) || (!self.files.is_empty() && self.holds(file))
            }
            _ => self.holds(file),
        }
    }

    fn is_above(&self, directory: &Utf8Path, file: &Utf8Path) -> bool {
        let is_named = file.file_name().is_some_and(|name| self.above.contains(&name));
        is_named && self.roots.iter().flatten().any(|root| root.starts_with(real(directory)))
    }

    /// Links may lead elsewhere now.
    pub fn look_again(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A path without links, as far as it is there.
fn real(path: &Utf8Path) -> PathBuf {
    let clean = normalised(path);
    for above in clean.ancestors() {
        if let Ok(real) = above.as_std_path().canonicalize() {
            return clean.strip_prefix(above).map_or_else(|_| real.clone(), |rest| real.join(Path::new(rest.as_str())));
        }
    }
    clean.into_std_path_buf()
}
