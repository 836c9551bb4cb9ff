//! Units that were evaluated together: done once, and seen by each of them as its own stack.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::{Assembled, assemble};
use foreshock_engine::{Assessment, Frozen, assess};
use foreshock_files::Files;
use foreshock_terraform::terragrunt::{Group, resolve_units};
use foreshock_terraform::{ParsedFile, ResolveCache, Resolved, TerraformFiles};
use foreshock_text::FilePath;
use tracing::debug_span;

use super::super::objects::with_objects;
use super::super::{Terraform, TerraformDialect};
use crate::ProblemCode;
use crate::configuration::StackSettings;
use crate::dialect::yaml_file::YamlFile;
use crate::dialect::{Dialect, Meaning, SourceFile, Texts, Understood};
use crate::findings::fix::Refused;
use crate::workspace::freshness::top_of;
use crate::workspace::paths::directory_of;

/// A system of units.
pub(super) struct Shared {
    group: Arc<Group>,
    settings: StackSettings,
    asked: Asked,
    resolved: Arc<Resolved>,
    assembled: Arc<Assembled>,
    assessed: (Arc<Assessment>, Arc<Frozen>),
    refused: Arc<OnceLock<Refused>>,
    texts: Vec<(FilePath, SourceFile)>,
}

impl Shared {
    /// Evaluates these units.
    pub(super) fn evaluated(
        cache: &mut ResolveCache,
        root: &Utf8Path,
        group: &Arc<Group>,
        texts: &dyn Texts,
        settings: &StackSettings,
    ) -> Shared {
        let recorder = Recorder { texts, asked: RefCell::default() };
        let resolve = || resolve_units(cache, group, &recorder, &settings.options, top_of(root).as_deref());
        let mut resolved = debug_span!("units", of = group.units.len(), stage = "resolve").in_scope(resolve);
        resolved.resources = with_objects(resolved.resources, &settings.catalog);
        let assemble = || Arc::new(assemble(&resolved.resources, &settings.catalog));
        let assembled = debug_span!("units", of = group.units.len(), stage = "assemble").in_scope(assemble);
        let read = |file: &FilePath| Some((file.clone(), SourceFile::Hcl(texts.parsed(file)?)));
        let generated = resolved.generated.iter().map(|file| (file.path.clone(), SourceFile::Hcl(file.clone())));
        let read_texts = resolved.files.iter().filter_map(read).chain(generated).collect();
        let system = &assembled.system;
        Shared {
            group: group.clone(),
            settings: settings.clone(),
            asked: recorder.asked.into_inner(),
            assessed: debug_span!("units", of = group.units.len(), stage = "assess")
                .in_scope(|| (Arc::new(assess(system)), Arc::new(Frozen::new(system)))),
            refused: Arc::default(),
            resolved: Arc::new(resolved),
            assembled,
            texts: read_texts,
        }
    }

    /// Whether it is these units, read with these settings.
    pub(super) fn is_of(&self, group: &Arc<Group>, settings: &StackSettings) -> bool {
        (Arc::ptr_eq(&self.group, group) || self.group == *group)
            && self.settings.options == settings.options
            && Arc::ptr_eq(&self.settings.catalog, &settings.catalog)
    }

    /// Whether everything that it was read from is as it was. Asks the same of these texts again.
    pub(super) fn still_stands(&self, texts: &dyn Texts) -> bool {
        // Everything is asked for, so that whoever remembers what was asked remembers all of it.
        let lists = self.asked.lists.iter().filter(|(directory, files)| texts.list(directory) != **files).count();
        let files = self.asked.files.iter().filter(|(file, before)| texts.text(file) != **before).count();
        lists + files == 0
    }

    /// The stack of one of the units.
    pub(super) fn understood(&self, root: &Utf8Path, settings: &StackSettings) -> Option<Understood> {
        let unit = self.resolved.units.iter().find(|unit| unit.directory == root)?;
        let meaning =
            Meaning::Resources { declared: self.resolved.resources.clone(), assembled: self.assembled.clone() };
        let mut understood = Understood::new(TerraformDialect.id(), meaning, self.texts.clone());
        understood.files.clone_from(&unit.files);
        understood.directories = self.resolved.files.iter().map(directory_of).collect();
        understood.reads_others = true;
        let is_own = |file: &FilePath| unit.files.contains(file);
        understood.notes = self.resolved.notes.iter().filter(|(file, _)| is_own(file)).cloned().collect();
        for (file, problem) in self.resolved.problems.iter().filter(|(file, _)| is_own(file)) {
            understood = understood.with_problems(ProblemCode::Syntax, file, [problem.clone()]);
        }
        if !unit.address.is_empty() {
            understood.part = Some(unit.address.clone());
        }
        understood.assessed = Some(self.assessed.clone());
        understood.refused = self.refused.clone();
        let (resolved, assembled, options) = (self.resolved.clone(), self.assembled.clone(), settings.options.clone());
        understood.module = Some(Arc::new(Terraform { resolved, assembled, options }));
        Some(understood)
    }
}

/// What was asked for, and what the answer was.
#[derive(Default)]
struct Asked {
    lists: BTreeMap<Utf8PathBuf, Vec<FilePath>>,
    files: BTreeMap<FilePath, Option<Arc<str>>>,
}

/// Texts that remember what was asked of them.
struct Recorder<'t> {
    texts: &'t dyn Texts,
    asked: RefCell<Asked>,
}

impl Recorder<'_> {
    fn read(&self, file: &FilePath) {
        if !self.asked.borrow().files.contains_key(file) {
            let text = self.texts.text(file);
            self.asked.borrow_mut().files.insert(file.clone(), text);
        }
    }
}

impl Files for Recorder<'_> {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let listed = self.texts.list(directory);
        self.asked.borrow_mut().lists.insert(directory.to_owned(), listed.clone());
        listed
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.read(file);
        self.texts.text(file)
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        self.read(file);
        self.texts.bytes(file)
    }

    fn may_read(&self, path: &Utf8Path) -> bool {
        self.texts.may_read(path)
    }

    fn enter_module(&self, directory: &Utf8Path, is_module: &dyn Fn(&FilePath) -> bool) {
        self.texts.enter_module(directory, is_module);
    }
}

impl TerraformFiles for Recorder<'_> {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        self.read(file);
        self.texts.parsed(file)
    }
}

impl Texts for Recorder<'_> {
    fn yaml(&self, file: &FilePath) -> Option<Arc<YamlFile>> {
        self.read(file);
        self.texts.yaml(file)
    }
}
