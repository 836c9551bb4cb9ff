//! Which directories are stacks: root modules, those with Terraform files that no other directory of the workspace calls as a
//! local module.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_syntax::hcl::{Body, ExprKind};
use foreshock_terraform::{TerraformFiles, is_configuration, is_variable_file};
use rustc_hash::FxHashMap;

use crate::workspace::paths::normalised;

/// Who calls whom among local modules, kept up to date directory by directory.
#[derive(Default)]
pub(super) struct CallGraph {
    calls: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>>,
    callers: FxHashMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>,
}

impl CallGraph {
    /// Reads the local module calls of a directory anew. Whether they are others than before.
    pub(super) fn update(&mut self, directory: &Utf8Path, files: &dyn TerraformFiles) -> bool {
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

    /// A directory holds no module any more. Whether it did.
    pub(super) fn remove(&mut self, directory: &Utf8Path) -> bool {
        let Some(called) = self.calls.remove(directory) else { return false };
        for before in &called {
            if let Some(callers) = self.callers.get_mut(before) {
                callers.remove(directory);
            }
        }
        true
    }

    /// The directories read so far.
    pub(super) fn directories(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.calls.keys()
    }

    /// Whether nobody calls a directory.
    pub(super) fn is_root(&self, directory: &Utf8Path) -> bool {
        self.callers.get(directory).is_none_or(BTreeSet::is_empty)
    }

    /// The roots that a directory belongs to: itself when nobody calls it, else whoever stands at the top of its
    /// callers. A ring of callers without a top gives the directory itself.
    pub(super) fn roots_of(&self, directory: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
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
pub(super) fn without_libraries(
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
