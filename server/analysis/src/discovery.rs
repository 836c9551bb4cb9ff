//! Which directories are stacks. A stack is a root module: a directory with Terraform files that no other directory of
//! the workspace calls as a local module.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_syntax::hcl::{Body, ExprKind};
use foreshock_terraform::Files;
use foreshock_text::FilePath;
use rustc_hash::FxHashMap;

/// More directories than this below the workspace folders are not looked at.
const MOST_DIRECTORIES: usize = 50_000;

/// Whether a file is part of a module.
pub(crate) fn is_configuration(file: &Utf8Path) -> bool {
    matches!(file.extension(), Some("tf" | "tofu"))
}

/// The directories at or below `folder` that hold Terraform files. Hidden directories (`.terraform` among them),
/// `node_modules` and what git ignores are skipped; symbolic links are not followed.
pub(crate) fn module_directories(folder: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    let mut found = BTreeSet::new();
    let mut seen = 0usize;
    let walk = ignore::WalkBuilder::new(folder)
        .follow_links(false)
        .require_git(true)
        .filter_entry(|entry| entry.file_name() != "node_modules")
        .build();
    for entry in walk.flatten() {
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            seen += 1;
            if seen > MOST_DIRECTORIES {
                break;
            }
            continue;
        }
        let Some(path) = Utf8Path::from_path(entry.path()) else { continue };
        if is_configuration(path)
            && let Some(directory) = path.parent()
        {
            found.insert(directory.to_owned());
        }
    }
    found
}

/// Who calls whom among local modules, kept up to date directory by directory.
#[derive(Default)]
pub(crate) struct CallGraph {
    calls: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>>,
    callers: FxHashMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>,
}

impl CallGraph {
    /// Reads the local module calls of a directory anew.
    pub(crate) fn update(&mut self, directory: &Utf8Path, files: &dyn Files) {
        let called = local_calls(directory, files);
        if self.calls.get(directory) == Some(&called) {
            return;
        }
        for before in self.calls.get(directory).into_iter().flatten() {
            if let Some(callers) = self.callers.get_mut(before) {
                callers.remove(directory);
            }
        }
        for callee in &called {
            self.callers.entry(callee.clone()).or_default().insert(directory.to_owned());
        }
        self.calls.insert(directory.to_owned(), called);
    }

    /// The directories read so far.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.calls.keys()
    }

    /// The roots that a directory belongs to: itself when nobody calls it, else whoever stands at the top of its
    /// callers. A ring of callers without a top gives the directory itself.
    pub(crate) fn roots_of(&self, directory: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
        let mut roots = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![directory.to_owned()];
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            match self.callers.get(&next).filter(|callers| !callers.is_empty()) {
                Some(callers) => open.extend(callers.iter().cloned()),
                None => {
                    roots.insert(next);
                }
            }
        }
        if roots.is_empty() {
            roots.insert(directory.to_owned());
        }
        roots
    }
}

/// The roots without modules that wait for a caller: a directory below one called `modules`, with neither a provider nor
/// a backend nor values of its own. When nothing else is left, or when it is what was asked for, it stays.
pub(crate) fn without_libraries(
    roots: BTreeSet<Utf8PathBuf>,
    asked: &[Utf8PathBuf],
    files: &dyn Files,
) -> BTreeSet<Utf8PathBuf> {
    let waits = |root: &Utf8PathBuf| {
        let below = asked.iter().find_map(|folder| root.strip_prefix(folder).ok()).unwrap_or(root);
        let in_modules = below.parent().is_some_and(|parent| parent.iter().any(|name| name == "modules"));
        in_modules && !is_deployed(root, files)
    };
    let kept: BTreeSet<Utf8PathBuf> = roots.iter().filter(|root| !waits(root)).cloned().collect();
    if kept.is_empty() { roots } else { kept }
}

/// Whether a directory says how it is deployed.
fn is_deployed(directory: &Utf8Path, files: &dyn Files) -> bool {
    files.list(directory).iter().any(|file| match file.as_path().extension() {
        Some("tfvars") => true,
        Some("tf" | "tofu") => files.parsed(file).is_some_and(|parsed| {
            let configured = |block: &foreshock_syntax::hcl::Block| {
                block.body.blocks.iter().any(|inner| matches!(&*inner.kind, "backend" | "cloud"))
            };
            parsed.body.blocks_of("provider").next().is_some() || parsed.body.blocks_of("terraform").any(configured)
        }),
        _ => false,
    })
}

fn local_calls(directory: &Utf8Path, files: &dyn Files) -> Vec<Utf8PathBuf> {
    let mut called = BTreeSet::new();
    for file in files.list(directory).iter().filter(|file| is_configuration(file.as_path())) {
        let Some(parsed) = files.parsed(file) else { continue };
        called.extend(local_sources(&parsed.body).map(|source| normalised(&directory.join(source))));
    }
    called.remove(directory);
    called.into_iter().collect()
}

fn local_sources(body: &Body) -> impl Iterator<Item = &str> {
    body.blocks_of("module").filter_map(|block| match &block.body.attribute("source")?.expr.kind {
        ExprKind::String(source) if source.starts_with("./") || source.starts_with("../") => Some(&**source),
        _ => None,
    })
}

/// A path without `.` and `..`, by its text alone.
pub(crate) fn normalised(path: &Utf8Path) -> Utf8PathBuf {
    use camino::Utf8Component;
    let mut clean = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// The directory of a file.
pub(crate) fn directory_of(file: &FilePath) -> Utf8PathBuf {
    file.as_path().parent().map(Utf8Path::to_owned).unwrap_or_default()
}
