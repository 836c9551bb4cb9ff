//! Which directories are stacks: root modules, those with Terraform files that no other directory of the workspace calls as a
//! local module.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_syntax::hcl::{Expr, ExprKind, StepKind, TemplatePart};
use foreshock_terraform::{ParsedFile, TerraformFiles, is_configuration, is_deployment, is_variable_file};
use rustc_hash::FxHashMap;

use crate::workspace::paths::normalised;

/// Who calls whom among local modules, kept up to date directory by directory.
#[derive(Default)]
pub(super) struct CallGraph {
    /// The directories that belong to a unit of Terragrunt beside its own.
    units: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>>,
    calls: BTreeMap<Utf8PathBuf, Calls>,
    callers: FxHashMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>,
}

/// The local modules that a directory calls.
#[derive(Default, PartialEq, Eq)]
struct Calls {
    directories: Vec<Utf8PathBuf>,
    /// Sources that are worked out from values: what stands between their parts is any name.
    patterns: Vec<Vec<String>>,
}

impl Calls {
    /// Whether a source that is worked out may lead to a directory.
    fn may_mean(&self, directory: &Utf8Path) -> bool {
        self.patterns.iter().any(|parts| fits(parts, directory.as_str()))
    }
}

/// Whether a path is these parts with names between them.
fn fits(parts: &[String], path: &str) -> bool {
    let [first, between @ ..] = parts else { return false };
    let Some(mut rest) = path.strip_prefix(first.as_str()) else { return false };
    for (at, part) in between.iter().enumerate() {
        let end = match at + 1 == between.len() {
            true => rest.len().checked_sub(part.len()).filter(|_| rest.ends_with(part.as_str())),
            false => rest.get(1..).and_then(|rest| rest.find(part.as_str())).map(|at| at + 1),
        };
        let Some(end) = end.filter(|end| *end > 0) else { return false };
        match rest.split_at_checked(end) {
            Some((name, behind)) if !name.contains('/') => rest = behind.get(part.len()..).unwrap_or_default(),
            _ => return false,
        }
    }
    rest.is_empty()
}

impl CallGraph {
    /// Reads the local module calls of a directory anew. Whether they are others than before.
    pub(super) fn update(&mut self, directory: &Utf8Path, files: &dyn TerraformFiles) -> bool {
        let mut called = local_calls(directory, files);
        called.directories.extend(self.units.get(directory).into_iter().flatten().cloned());
        called.directories.sort();
        called.directories.dedup();
        if self.calls.get(directory) == Some(&called) {
            return false;
        }
        for before in self.calls.get(directory).into_iter().flat_map(|before| &before.directories) {
            if let Some(callers) = self.callers.get_mut(before) {
                callers.remove(directory);
            }
        }
        for callee in &called.directories {
            self.callers.entry(callee.clone()).or_default().insert(directory.to_owned());
        }
        self.calls.insert(directory.to_owned(), called);
        true
    }

    /// Says which directories belong to which unit.
    pub(super) fn set_units(&mut self, units: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>>, files: &dyn TerraformFiles) {
        let before = std::mem::replace(&mut self.units, units);
        let all: BTreeSet<Utf8PathBuf> = before.keys().chain(self.units.keys()).cloned().collect();
        for directory in all {
            let has_module = || files.list(&directory).iter().any(|file| is_configuration(file.as_path()));
            if self.units.contains_key(&directory) || has_module() {
                self.update(&directory, files);
            } else {
                self.remove(&directory);
            }
        }
    }

    /// Whether a directory is a unit.
    pub(super) fn is_unit(&self, directory: &Utf8Path) -> bool {
        self.units.contains_key(directory)
    }

    /// A directory holds no module any more. Whether it did.
    pub(super) fn remove(&mut self, directory: &Utf8Path) -> bool {
        let Some(called) = self.calls.remove(directory) else { return false };
        for before in &called.directories {
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
        self.callers.get(directory).is_none_or(BTreeSet::is_empty) && self.possible_callers(directory).next().is_none()
    }

    /// Who has a source that may lead to a directory.
    fn possible_callers(&self, directory: &Utf8Path) -> impl Iterator<Item = &Utf8PathBuf> {
        let others = self.calls.iter().filter(move |(caller, _)| **caller != *directory);
        others.filter(move |(_, calls)| calls.may_mean(directory)).map(|(caller, _)| caller)
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
            let before = open.len();
            open.extend(self.callers.get(&next).into_iter().flatten().cloned());
            open.extend(self.possible_callers(&next).cloned());
            if open.len() == before {
                roots.insert(next);
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
    units: &CallGraph,
) -> BTreeSet<Utf8PathBuf> {
    let waits = |root: &Utf8PathBuf| {
        let below = asked.iter().find_map(|folder| root.strip_prefix(folder).ok()).unwrap_or(root);
        let in_modules = below.parent().is_some_and(|parent| parent.iter().any(|name| name == "modules"));
        in_modules && !is_deployed(root, files) && !units.is_unit(root)
    };
    let kept: BTreeSet<Utf8PathBuf> = roots.iter().filter(|root| !waits(root)).cloned().collect();
    if kept.is_empty() { roots } else { kept }
}

/// Whether a directory says how it is deployed.
fn is_deployed(directory: &Utf8Path, files: &dyn TerraformFiles) -> bool {
    files.list(directory).iter().any(|file| {
        if is_variable_file(file.as_path()) || is_deployment(file.as_path()) {
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

fn local_calls(directory: &Utf8Path, files: &dyn TerraformFiles) -> Calls {
    let mut called = BTreeSet::new();
    let mut patterns = BTreeSet::new();
    let all = || files.list(directory).into_iter().filter(|file| is_configuration(file.as_path()));
    let bodies: Vec<_> = all().filter_map(|file| files.parsed(&file)).collect();
    for parsed in &bodies {
        let calls = ["module", "component", "stack"].into_iter().flat_map(|kind| parsed.body.blocks_of(kind));
        for source in calls.filter_map(|block| block.body.attribute("source")) {
            match &source.expr.kind {
                ExprKind::String(source) if is_local(source) => {
                    called.insert(normalised(&directory.join(&**source)));
                }
                ExprKind::String(_) => {}
                _ => {
                    let mut parts = vec![String::new()];
                    write_source(&source.expr, &bodies, &mut parts, 0);
                    if parts.first().is_some_and(|first| is_local(first)) {
                        patterns.extend(below(directory, parts));
                    }
                }
            }
        }
    }
    called.remove(directory);
    Calls { directories: called.into_iter().collect(), patterns: patterns.into_iter().collect() }
}

fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../")
}

/// A source with the parts that are not written as gaps: locals are followed as far as they are texts, variables are not,
/// since each deployment may set another.
fn write_source(expr: &Expr, bodies: &[Arc<ParsedFile>], parts: &mut Vec<String>, depth: u32) {
    const DEEPEST: u32 = 8;
    match &expr.kind {
        ExprKind::String(text) => {
            if let Some(last) = parts.last_mut() {
                last.push_str(text);
            }
        }
        ExprKind::Template(inner) => {
            for part in inner {
                match part {
                    TemplatePart::Literal(text) => {
                        if let Some(last) = parts.last_mut() {
                            last.push_str(text);
                        }
                    }
                    TemplatePart::Interpolation(inner) => write_source(inner, bodies, parts, depth),
                    _ => parts.push(String::new()),
                }
            }
        }
        ExprKind::Paren(inner) => write_source(inner, bodies, parts, depth),
        _ => match local_named(expr, bodies).filter(|_| depth < DEEPEST) {
            Some(local) => write_source(&local, bodies, parts, depth + 1),
            None => parts.push(String::new()),
        },
    }
}

/// What `local.name` is.
fn local_named(expr: &Expr, bodies: &[Arc<ParsedFile>]) -> Option<Arc<Expr>> {
    let ExprKind::Traversal(root, steps) = &expr.kind else { return None };
    let (ExprKind::Variable(root), [step]) = (&root.kind, steps.as_slice()) else { return None };
    let StepKind::Attribute(name) = &step.kind else { return None };
    let locals = bodies.iter().flat_map(|parsed| parsed.body.blocks_of("locals"));
    let local = locals.filter_map(|block| block.body.attribute(name)).next().filter(|_| **root == *"local")?;
    Some(local.expr.clone())
}

/// The parts of a path below a directory; the first one ends where its last whole directory does.
fn below(directory: &Utf8Path, mut parts: Vec<String>) -> Option<Vec<String>> {
    let first = parts.first_mut()?;
    let (folder, rest) = first.rsplit_once('/')?;
    *first = format!("{}/{rest}", normalised(&directory.join(folder)));
    if parts.len() > 1 && parts.last().is_some_and(|last| last.ends_with('/')) {
        let last = parts.last_mut()?;
        *last = last.trim_end_matches('/').to_owned();
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn paths_with_names_between_their_parts() {
        let fits = |parts: &[&str], path| fits(&parts.iter().map(|&part| part.to_owned()).collect::<Vec<_>>(), path);
        assert!(fits(&["/r/modules/", ""], "/r/modules/web"));
        assert!(fits(&["/r/modules/", "-eu"], "/r/modules/web-eu"));
        assert!(fits(&["/r/", "/web"], "/r/modules/web"));
        assert!(fits(&["/r/", "/", "/x"], "/r/a/b/x"));
        assert!(!fits(&["/r/modules/", ""], "/r/modules/web/inner"));
        assert!(!fits(&["/r/modules/", ""], "/r/modules/"));
        assert!(!fits(&["/r/modules/", "-eu"], "/r/modules/-eu"));
        assert!(!fits(&["/r/modules/", ""], "/r/other"));
    }
}
