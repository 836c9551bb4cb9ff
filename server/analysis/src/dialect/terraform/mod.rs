//! Terraform: a root module is a stack. `foreshock_terraform` evaluates it, the catalog says what its resources mean.

mod aim;
mod apply_repairs;
mod calls;
mod comments;
mod moved;
mod objects;
mod pieces;
mod placement;
mod releases;
mod repairs;
mod states;
mod units;
mod way_out;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::{Assembled, Catalog, Recipes, assemble};
use foreshock_terraform::terragrunt::{is_terragrunt, is_unit_file};
use foreshock_terraform::{
    ResolveCache, ResolveOptions, Resolved, deployments, is_configuration, is_deployment, is_variable_file,
    resolve_shared,
};
use foreshock_text::FilePath;

use calls::{CallGraph, without_libraries};
pub(crate) use comments::comments_of;
use objects::with_objects;
use releases::{Releases, chart_files, with_releases};
pub(crate) use repairs::is_installed;
use states::States;
use units::Units;

use super::assemblies::Assemblies;
use super::infra::is_yaml;
use super::{Dialect, Home, Meaning, NewReader, Reader, Site, SourceFile, StackKind, Texts, Understood};
use crate::change::since_base::Change;
use crate::configuration::StackSettings;
use crate::findings::fix::Candidate;
use crate::findings::suppression::Annotations;
use crate::workspace::paths::directory_of;
use crate::{Finding, ProblemCode, Stack};

/// The dialect.
#[derive(Debug)]
pub(crate) struct TerraformDialect;

/// Reads root modules. Modules and values whose text is the same are not evaluated again.
#[derive(Default)]
pub(crate) struct TerraformReader {
    cache: ResolveCache,
    assemblies: Assemblies,
    /// The root modules that are being edited as they were understood last, each with what it was resolved as.
    understood: Vec<(Arc<Resolved>, Arc<Catalog>, Arc<Terraform>)>,
    calls: CallGraph,
    /// Every root of the workspace, while who calls whom is as it was.
    all_roots: Option<Arc<BTreeSet<Utf8PathBuf>>>,
    states: States,
    units: Units,
    /// The files of the charts of the workspace, of which a release may install one.
    charts: Arc<[FilePath]>,
}

/// A root module.
#[derive(Debug)]
pub struct Terraform {
    /// What the text is.
    pub resolved: Arc<Resolved>,
    /// What it means.
    pub assembled: Arc<Assembled>,
    /// The var files and variables it was read with.
    pub options: ResolveOptions,
}

impl Dialect for TerraformDialect {
    fn id(&self) -> StackKind {
        StackKind::new("terraform")
    }

    /// A file of HCL may have any name; JSON has names of its own.
    fn claims(&self, file: &Utf8Path) -> bool {
        !is_yaml(file)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(TerraformReader::default())
    }

    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        texts.parsed(file).map(|file| comments_of(&file)).unwrap_or_default()
    }

    fn pieces(&self, root: &Utf8Path, files: &[&FilePath], now: &dyn Texts, before: &dyn Texts) -> Vec<Change> {
        pieces::changes(root, files, now, before)
    }

    fn candidates(&self, texts: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        self.candidates_of(texts, stack, &[finding]).into_iter().flatten().collect()
    }

    fn candidates_of(&self, texts: &dyn Texts, stack: &Stack, findings: &[&Finding]) -> Vec<Vec<Candidate>> {
        let Some(module) = stack.terraform() else { return vec![Vec::new(); findings.len()] };
        let recipes = Recipes::of(&module.resolved.resources, &stack.settings().catalog);
        let of_finding = |finding: &&Finding| match finding.is_of_the_apply() {
            true => apply_repairs::candidates(texts, stack, module, finding),
            false => repairs::candidates(texts, stack, module, &recipes, finding),
        };
        findings.iter().map(of_finding).collect()
    }
}

impl Reader for TerraformReader {
    fn roots_of(&mut self, document: &FilePath, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        let path = document.as_path();
        if is_configuration(path) || is_variable_file(path) || is_deployment(path) {
            // What is installed belongs to the root that has installed it.
            let installed_for = path.ancestors().find(|above| above.file_name() == Some(".terraform"));
            let directory = installed_for.and_then(Utf8Path::parent).map(Utf8Path::to_owned);
            self.calls.roots_of(&directory.unwrap_or_else(|| directory_of(document)))
        } else if is_terragrunt(document.as_path()) {
            self.units.reading(document)
        } else {
            BTreeSet::new()
        }
    }

    fn roots_below(&mut self, _: &Utf8Path, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        let roots = (*self.known_roots()).clone();
        without_libraries(roots, site.folders, site.sources, &self.calls)
    }

    fn understand(
        &mut self,
        root: &Utf8Path,
        texts: &dyn Texts,
        settings: &StackSettings,
    ) -> Result<Understood, String> {
        if let Some(understood) = self.units.understand(root, texts, settings, &mut self.cache) {
            return Ok(understood);
        }
        let resolved = resolve_shared(&mut self.cache, root, texts, &settings.options);
        let read = |file: &FilePath| Some((file.clone(), SourceFile::Hcl(texts.parsed(file)?)));
        let of_module: Vec<(FilePath, SourceFile)> = resolved.files.iter().filter_map(read).collect();
        let known = self.understood.iter().find(|(of, catalog, module)| {
            let is_it = Arc::ptr_eq(of, &resolved) && Arc::ptr_eq(catalog, &settings.catalog);
            is_it && settings.members.is_empty() && module.options == settings.options
        });
        let known = known.map(|(.., module)| module.clone());
        let (module, releases) = match known {
            // Nothing that is resolved has changed, so that it means what it meant.
            Some(module) => (module, Releases::default()),
            None => {
                let (resources, releases) = with_releases(resolved.resources.clone(), root, &settings.members, texts);
                let resources = with_objects(resources, &settings.catalog);
                let assembled = self.assemblies.assemble(root, &resources, settings);
                let of_module = match Arc::ptr_eq(&resources, &resolved.resources) {
                    true => resolved.clone(),
                    false => Arc::new(Resolved { resources, ..Resolved::clone(&resolved) }),
                };
                let options = settings.options.clone();
                let module = Arc::new(Terraform { resolved: of_module, assembled, options });
                self.keep_understood(&resolved, settings, &module);
                (module, releases)
            }
        };
        let mut understood = of_module_with(TerraformDialect.id(), module);
        let of_charts: Vec<FilePath> = releases.texts.iter().map(|(file, _)| file.clone()).collect();
        understood.directories.extend(of_charts.iter().map(directory_of));
        understood.files.extend(of_charts);
        understood.installed = releases.charts;
        understood.texts = of_module;
        understood.texts.extend(releases.texts);
        for (file, problem) in &resolved.problems {
            understood = understood.with_problems(ProblemCode::Syntax, file, [problem.clone()]);
        }
        Ok(understood)
    }

    fn root_at(&self, file: &Utf8Path, _: &dyn Texts) -> Option<Utf8PathBuf> {
        (is_configuration(file) || is_unit_file(file)).then(|| file.parent().unwrap_or(file).to_owned())
    }

    fn is_there(&self, root: &Utf8Path, texts: &dyn Texts) -> bool {
        has_module(root, texts) || self.units.is_there(root, texts)
    }

    fn home(&self, root: &Utf8Path) -> Home {
        Home { directory: root.to_owned(), name: root.to_owned() }
    }

    fn has_variants(&self) -> bool {
        true
    }

    fn index(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let directories: BTreeSet<Utf8PathBuf> = match changed {
            Some(changed) => changed.clone(),
            None => {
                let (cache, assemblies) = (std::mem::take(&mut self.cache), std::mem::take(&mut self.assemblies));
                *self = TerraformReader { cache, assemblies, ..TerraformReader::default() };
                let modules = site.index.files().iter().filter(|file| is_configuration(file));
                let modules = modules.filter_map(|file| file.parent().map(Utf8Path::to_owned));
                modules.chain(site.sources.documents().iter().map(directory_of)).collect()
            }
        };
        self.charts = chart_files(&self.charts, changed, site);
        let units_are_other = self.units.index(site, changed);
        for directory in &directories {
            let is_module = site.has(directory) && has_module(directory, site.sources);
            let is_other = match is_module || self.calls.is_unit(directory) {
                true => self.calls.update(directory, site.sources),
                false => self.calls.remove(directory),
            };
            if is_other {
                self.all_roots = None;
                // Who is called is no root, and nobody's state to be read.
                self.states.forget_settings();
            }
            match is_module {
                true => self.states.look_at(directory, site.sources),
                false => self.states.leave(directory),
            }
        }
        if units_are_other {
            self.calls.set_units(self.units.calls(), site.sources);
            self.all_roots = None;
            self.states.forget_settings();
        }
    }

    fn needs_index(&self) -> bool {
        true
    }

    fn known_roots(&mut self) -> Arc<BTreeSet<Utf8PathBuf>> {
        let calls = &self.calls;
        let all = || Arc::new(calls.directories().flat_map(|directory| calls.roots_of(directory)).collect());
        self.all_roots.get_or_insert_with(all).clone()
    }

    fn roots_reading(&self, file: &FilePath, folders: &[Utf8PathBuf]) -> Option<BTreeSet<Utf8PathBuf>> {
        if is_terragrunt(file.as_path()) {
            return Some(self.units.reading(file));
        }
        let path = file.as_path();
        if !(is_configuration(path) || is_variable_file(path) || is_deployment(path)) {
            return Some(BTreeSet::new());
        }
        let is_inside = folders.iter().any(|folder| file.as_path().starts_with(folder));
        is_inside.then(|| self.calls.roots_of(&directory_of(file)))
    }

    fn forget_settings(&mut self) {
        self.states.forget_settings();
    }

    fn prepare(&mut self, given: &ResolveOptions, settings_of: &mut dyn FnMut(&Utf8Path) -> Vec<StackSettings>) {
        let calls = &self.calls;
        self.states.work_out(given, &|root| calls.is_root(root), settings_of);
    }

    fn deployments(&self, root: &Utf8Path, texts: &dyn Texts) -> Vec<Arc<str>> {
        deployments(root, texts)
    }

    fn complete(&self, root: &Utf8Path, settings: &mut StackSettings) {
        settings.members = self.charts.clone();
        settings.options.units = self.units.group_of(root);
        settings.options.states = self.states.known();
    }

    fn read_alone(&self, file: &FilePath, texts: &dyn Texts) -> Option<SourceFile> {
        // Many tools have files of that ending.
        let is_of_others = file.as_path().extension() == Some("hcl") && !is_unit_file(file.as_path());
        if is_of_others { None } else { texts.parsed(file).map(SourceFile::Hcl) }
    }

    /// Who calls whom and whose state is where is part of the settings of a stack by then.
    fn apart(&self) -> Option<NewReader> {
        let units = self.units.apart();
        Some(Box::new(|| Box::new(TerraformReader { units, ..TerraformReader::default() })))
    }

    fn moved_from(&self, root: &Utf8Path, present: &dyn Texts, base: &dyn Texts) -> Option<Utf8PathBuf> {
        moved::moved_from(root, &self.calls, present, base)
    }
}

impl TerraformReader {
    /// Keeps what a root module was understood as, in the place of what it was before.
    fn keep_understood(&mut self, resolved: &Arc<Resolved>, settings: &StackSettings, module: &Arc<Terraform>) {
        /// More stacks than these are not edited at once.
        const MOST: usize = 4;
        self.understood.retain(|(of, _, known)| !(of.root == resolved.root && known.options == settings.options));
        if self.understood.len() >= MOST {
            self.understood.remove(0);
        }
        self.understood.push((resolved.clone(), settings.catalog.clone(), module.clone()));
    }
}

/// Whether a directory holds Terraform files.
fn has_module(directory: &Utf8Path, files: &dyn Texts) -> bool {
    files.list(directory).iter().any(|file| is_configuration(file.as_path()))
}

/// What resource instances mean, wherever they were read.
pub(super) fn of_resources(kind: StackKind, mut resolved: Resolved, settings: &StackSettings) -> Understood {
    resolved.resources = with_objects(resolved.resources, &settings.catalog);
    let assembled = Arc::new(assemble(&resolved.resources, &settings.catalog));
    of_assembled(kind, resolved, assembled, settings)
}

/// The same, where it is known what they mean.
fn of_assembled(
    kind: StackKind,
    resolved: Resolved,
    assembled: Arc<Assembled>,
    settings: &StackSettings,
) -> Understood {
    let (resolved, options) = (Arc::new(resolved), settings.options.clone());
    of_module_with(kind, Arc::new(Terraform { resolved, assembled, options }))
}

/// What is told of a root module.
fn of_module_with(kind: StackKind, module: Arc<Terraform>) -> Understood {
    let Terraform { resolved, assembled, .. } = &*module;
    let others = resolved.remote_states.iter().flat_map(|state| &state.files);
    let mut directories: Vec<&Utf8Path> = Vec::new();
    for file in resolved.files.iter().chain(others) {
        let directory = file.as_path().parent().unwrap_or(file.as_path());
        // The files of a directory follow each other.
        if directories.last() != Some(&directory) {
            directories.push(directory);
        }
    }
    let meaning = Meaning::Resources { declared: resolved.resources.clone(), assembled: assembled.clone() };
    let mut understood = Understood::new(kind, meaning, Vec::new());
    understood.files.clone_from(&resolved.files);
    understood.directories = directories.into_iter().map(Utf8Path::to_owned).collect();
    understood.notes.clone_from(&resolved.notes);
    understood.reads_others = !resolved.remote_states.is_empty();
    understood.module = Some(module);
    understood
}
