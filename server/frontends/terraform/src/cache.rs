//! What is kept from one resolution to the next, and where modules come from.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::ExpressionCache;
use foreshock_resources::Kind;
use foreshock_text::FilePath;
use rustc_hash::FxHashMap;

use crate::config::{Call, Module, configuration_files};
use crate::evaluate::{Evaluator, Loaded, ModuleInstance, Scope, WIDEST};
use crate::files::{ParsedFile, is_configuration};
use crate::kept::KeptStacks;

/// What a resolution can take over from the one before: configurations of modules whose files are the same, parsed
/// templates, compiled patterns. Any cache gives the same answer as an empty one.
#[derive(Default)]
pub struct ResolveCache {
    pub(crate) kept: KeptStacks,
    /// How many blocks were evaluated so far, whatever was taken over.
    pub(crate) evaluated: u64,
    pub(crate) modules: Modules,
    pub(crate) expressions: RefCell<ExpressionCache>,
}

impl ResolveCache {
    /// How many blocks of resources were evaluated in all resolutions so far.
    pub fn evaluated(&self) -> u64 {
        self.evaluated
    }
}

/// The configurations of modules, by their directory.
pub(crate) type Modules = FxHashMap<Utf8PathBuf, Arc<Module>>;

impl std::fmt::Debug for ResolveCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResolveCache").field("modules", &self.modules.len()).finish_non_exhaustive()
    }
}

impl Evaluator<'_> {
    /// The configuration in a directory; `None` when it holds none.
    pub(crate) fn load(&self, directory: &Utf8Path) -> Option<Arc<Module>> {
        let (module, paths) = self.look_into(directory)?;
        if self.told.borrow_mut().insert(directory.to_owned()) {
            self.told_files.borrow_mut().extend(paths);
            self.problems.borrow_mut().extend(module.problems.iter().cloned());
        }
        Some(module)
    }

    /// The configuration in a directory with its files, for somebody who only wants to know how much there is.
    pub(crate) fn look_into(&self, directory: &Utf8Path) -> Option<Loaded> {
        if let Some(loaded) = self.loaded.borrow().get(directory) {
            return loaded.clone();
        }
        let loaded = self.load_anew(directory);
        self.loaded.borrow_mut().insert(directory.to_owned(), loaded.clone());
        loaded
    }

    /// The configurations of all directories that were looked into so far.
    pub(crate) fn loaded_modules(&self) -> FxHashMap<Utf8PathBuf, Option<Arc<Module>>> {
        let loaded = self.loaded.borrow();
        let module = |loaded: &Option<Loaded>| loaded.as_ref().map(|(module, _)| module.clone());
        loaded.iter().map(|(directory, loaded)| (directory.clone(), module(loaded))).collect()
    }

    /// The texts of those files that are no configuration that was looked into, and of what says what is installed where that
    /// was asked for, there or not.
    pub(crate) fn texts_beside(&self, files: &[FilePath]) -> Vec<(FilePath, Option<Arc<str>>)> {
        let loaded = self.loaded.borrow();
        let mut last: Option<(&Utf8Path, bool)> = None;
        let mut beside = Vec::new();
        for file in files {
            let directory = file.as_path().parent().unwrap_or(file.as_path());
            // Files come in the order of their paths.
            let is_configured = match last.filter(|(known, _)| *known == directory) {
                Some((_, is_configured)) => is_configured,
                None => loaded.contains_key(directory),
            };
            last = Some((directory, is_configured));
            if !(is_configured && is_configuration(file.as_path())) {
                beside.push((file.clone(), self.files.text(file)));
            }
        }
        if self.manifest.get().is_some() {
            let manifest = self.manifest_file();
            let text = self.files.text(&manifest);
            beside.push((manifest, text));
        }
        beside
    }

    /// Tells the files which directories are called as modules, from here on down. Before any value is worked out: what may
    /// be read does not depend on what is asked for first.
    pub(crate) fn enter_modules(&self, root: &Module) {
        let mut entered: BTreeSet<Utf8PathBuf> = BTreeSet::from([root.directory.clone()]);
        let calls_of = |module: &Module| -> Vec<Utf8PathBuf> {
            let local = module.calls.iter().filter(|call| is_local(&call.source));
            local.map(|call| foreshock_files::paths::join(&module.directory, &call.source)).collect()
        };
        let mut open = calls_of(root);
        while let Some(directory) = open.pop() {
            if !entered.insert(directory.clone()) {
                continue;
            }
            // Through links the same directory has ever new names.
            if entered.len() as u64 > WIDEST {
                return;
            }
            self.files.enter_module(&directory, &|file| is_configuration(file.as_path()));
            if let Some((module, _)) = self.look_into(&directory) {
                open.extend(calls_of(&module));
            }
        }
    }

    fn load_anew(&self, directory: &Utf8Path) -> Option<Loaded> {
        let paths = configuration_files(self.files, directory);
        if paths.is_empty() {
            return None;
        }
        let files: Vec<Arc<ParsedFile>> = paths.iter().filter_map(|path| self.files.parsed(path)).collect();
        let mut modules = self.modules.borrow_mut();
        let module = match modules.get(directory) {
            Some(module) if module.is_of(&files) => module.clone(),
            before => {
                let again = before.and_then(|before| before.again(&files));
                let module = Arc::new(again.unwrap_or_else(|| Module::read(directory, files)));
                modules.insert(directory.to_owned(), module.clone());
                module
            }
        };
        Some((module, paths))
    }

    /// Where the source of a call is; `None` when it is not at hand.
    pub(crate) fn source_directory(&self, caller: &Rc<ModuleInstance>, call: &Call) -> Option<Utf8PathBuf> {
        let source = self.source_of(caller, call).ok()?;
        if is_local(&source) {
            return Some(foreshock_files::paths::join(&caller.config.directory, &source));
        }
        let key = manifest_key(caller, &call.name);
        self.manifest.get_or_init(|| self.read_manifest()).get(&key).cloned()
    }

    /// The source of a call: as written, or worked out from variables and locals as OpenTofu does before anything else.
    /// Where it is not known, why.
    pub(crate) fn source_of(&self, caller: &Rc<ModuleInstance>, call: &Call) -> Result<Arc<str>, Arc<str>> {
        let Some(attribute) = call.block.attribute("source").filter(|_| call.source.is_empty()) else {
            return Ok(call.source.clone());
        };
        let source = self.budget.of_its_own(|| self.attribute(attribute, Scope::of(caller, attribute)));
        match source.kind {
            Kind::String(source) if !source.is_empty() => Ok(source),
            Kind::Unknown(why) => Err(why),
            _ => Err(Arc::from("it is no text")),
        }
    }

    fn manifest_file(&self) -> FilePath {
        FilePath::new(self.root.join(".terraform/modules/modules.json"))
    }

    /// What `terraform init` has installed, by the dotted path of the call.
    fn read_manifest(&self) -> BTreeMap<String, Utf8PathBuf> {
        let file = self.manifest_file();
        let Some(text) = self.files.text(&file) else { return BTreeMap::new() };
        self.told_files.borrow_mut().push(file);
        let Ok(manifest) = serde_json::from_str::<serde_json::Value>(&text) else { return BTreeMap::new() };
        let modules = manifest.get("Modules").and_then(|modules| modules.as_array());
        let entries = modules.into_iter().flatten().filter_map(|module| {
            let key = module.get("Key")?.as_str()?;
            let directory = module.get("Dir")?.as_str()?;
            Some((key.to_owned(), foreshock_files::paths::join(&self.root, directory)))
        });
        entries.collect()
    }
}

/// Whether a source is a directory beside the caller's.
pub(crate) fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || source == "." || source == ".."
}

fn manifest_key(caller: &Rc<ModuleInstance>, name: &str) -> String {
    let mut names = vec![name.to_owned()];
    let mut module = caller;
    while let Some(call) = &module.call {
        if let Some(config) = call.module.config.calls.get(call.number) {
            names.push(config.name.to_string());
        }
        module = &call.module;
    }
    names.reverse();
    names.join(".")
}
