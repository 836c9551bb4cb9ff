//! What is a stack: a root module, which is a directory with Terraform files that no other directory of the workspace
//! calls as a local module; and a file of infrastructure YAML.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_infra::{is_infra, may_be_infra};
use foreshock_syntax::hcl::{Body, ExprKind};
use foreshock_syntax::yaml;
use foreshock_terraform::{TerraformFiles, is_configuration, is_variable_file};
use foreshock_text::FilePath;
use rustc_hash::FxHashMap;

use crate::workspace::disk::{Sources, files_below, read_text};

/// Whether a file may be infrastructure YAML, by its name.
pub(crate) fn is_yaml(file: &Utf8Path) -> bool {
    let terraform = is_configuration(file) || is_variable_file(file);
    matches!(file.extension(), Some("yaml" | "yml" | "json")) && !terraform
}

/// The directories at or below `folder` that hold Terraform files.
pub(crate) fn module_directories(folder: &Utf8Path, sources: &Sources) -> BTreeSet<Utf8PathBuf> {
    let mut found = BTreeSet::new();
    for path in sources.files_below(folder) {
        if is_configuration(&path)
            && let Some(directory) = path.parent()
        {
            found.insert(directory.to_owned());
        }
    }
    found
}

/// The files at or below `folder` that are surely infrastructure YAML. Those that do not look like it are not parsed.
pub(crate) fn infra_files(folder: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    let is_ours = |path: &Utf8PathBuf| {
        let text = is_yaml(path).then(|| read_text(&FilePath::new(path.as_path()))).flatten();
        text.is_some_and(|text| may_be_infra(&text) && is_infra(&yaml::parse(&text).0))
    };
    files_below(folder).filter(is_ours).collect()
}

/// Who calls whom among local modules, kept up to date directory by directory.
#[derive(Default)]
pub(crate) struct CallGraph {
    calls: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>>,
    callers: FxHashMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>,
}

impl CallGraph {
    /// Reads the local module calls of a directory anew. Whether they are others than before.
    pub(crate) fn update(&mut self, directory: &Utf8Path, files: &dyn TerraformFiles) -> bool {
        let called = local_calls(directory, files);
        if self.calls.get(directory) == Some(&called) {
            return false;
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
        true
    }

    /// The directories read so far.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.calls.keys()
    }

    /// Whether nobody calls a directory.
    pub(crate) fn is_root(&self, directory: &Utf8Path) -> bool {
        self.callers.get(directory).is_none_or(BTreeSet::is_empty)
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
    files: &dyn TerraformFiles,
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
fn is_deployed(directory: &Utf8Path, files: &dyn TerraformFiles) -> bool {
    files.list(directory).iter().any(|file| {
        if is_variable_file(file.as_path()) {
            return true;
        }
        is_configuration(file.as_path())
            && files.parsed(file).is_some_and(|parsed| {
                let configured = |block: &foreshock_syntax::hcl::Block| {
                    block.body.blocks.iter().any(|inner| matches!(&*inner.kind, "backend" | "cloud"))
                };
                parsed.body.blocks_of("provider").next().is_some() || parsed.body.blocks_of("terraform").any(configured)
            })
    })
}

fn local_calls(directory: &Utf8Path, files: &dyn TerraformFiles) -> Vec<Utf8PathBuf> {
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
