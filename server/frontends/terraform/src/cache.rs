//! What is kept from one resolution to the next, and where modules come from.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_syntax::hcl::Expr;
use foreshock_text::FilePath;
use regex::Regex;
use rustc_hash::FxHashMap;

use crate::config::{Call, Module, configuration_files};
use crate::evaluate::{Evaluator, ModuleInstance};
use crate::files::ParsedFile;

/// What a resolution can take over from the one before: configurations of modules whose files are the same, parsed
/// templates, compiled patterns. Any cache gives the same answer as an empty one.
#[derive(Default)]
pub struct ResolveCache {
    modules: FxHashMap<Utf8PathBuf, Arc<Module>>,
    templates: FxHashMap<FilePath, (Arc<str>, Arc<Expr>)>,
    pub(crate) patterns: FxHashMap<Arc<str>, Option<Regex>>,
}

impl std::fmt::Debug for ResolveCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResolveCache").field("modules", &self.modules.len()).finish_non_exhaustive()
    }
}

impl ResolveCache {
    /// The compiled pattern; `None` when it is not one.
    pub(crate) fn pattern(&mut self, text: &str, translate: fn(&str) -> String) -> Option<Regex> {
        /// Patterns made from data could be any number.
        const PATTERNS: usize = 1_000;
        if self.patterns.len() > PATTERNS {
            self.patterns.clear();
        }
        if let Some(pattern) = self.patterns.get(text) {
            return pattern.clone();
        }
        let pattern = regex::RegexBuilder::new(&translate(text)).size_limit(1 << 20).build().ok();
        self.patterns.insert(Arc::from(text), pattern.clone());
        pattern
    }

    /// The expression of a template file, parsed once for each text.
    pub(crate) fn template(&mut self, file: &FilePath, text: &Arc<str>) -> Arc<Expr> {
        if let Some((of, expr)) = self.templates.get(file)
            && (Arc::ptr_eq(of, text) || of == text)
        {
            return expr.clone();
        }
        let expr = Arc::new(foreshock_syntax::hcl::parse_template(text).0);
        self.templates.insert(file.clone(), (text.clone(), expr.clone()));
        expr
    }
}

impl Evaluator<'_> {
    /// The configuration in a directory; `None` when it holds none.
    pub(crate) fn load(&self, directory: &Utf8Path) -> Option<Arc<Module>> {
        if let Some(loaded) = self.loaded.borrow().get(directory) {
            return loaded.clone();
        }
        let module = self.load_anew(directory);
        self.loaded.borrow_mut().insert(directory.to_owned(), module.clone());
        module
    }

    fn load_anew(&self, directory: &Utf8Path) -> Option<Arc<Module>> {
        let paths = configuration_files(self.files, directory);
        if paths.is_empty() {
            return None;
        }
        let files: Vec<Arc<ParsedFile>> = paths.iter().filter_map(|path| self.files.parsed(path)).collect();
        self.read.borrow_mut().extend(paths);
        let mut cache = self.cache.borrow_mut();
        let module = match cache.modules.get(directory) {
            Some(module) if module.is_of(&files) => module.clone(),
            _ => {
                let module = Arc::new(Module::read(directory, files));
                cache.modules.insert(directory.to_owned(), module.clone());
                module
            }
        };
        self.problems.borrow_mut().extend(module.problems.iter().cloned());
        Some(module)
    }

    /// Where the source of a call is; `None` when it is not at hand.
    pub(crate) fn source_directory(&self, caller: &Rc<ModuleInstance>, call: &Call) -> Option<Utf8PathBuf> {
        let source = &*call.source;
        if source.starts_with("./") || source.starts_with("../") || source == "." || source == ".." {
            return Some(crate::paths::join(&caller.config.directory, source));
        }
        let key = manifest_key(caller, &call.name);
        self.manifest.get_or_init(|| self.read_manifest()).get(&key).cloned()
    }

    /// What `terraform init` has installed, by the dotted path of the call.
    fn read_manifest(&self) -> BTreeMap<String, Utf8PathBuf> {
        let file = FilePath::new(self.root.join(".terraform/modules/modules.json"));
        let Some(text) = self.files.text(&file) else { return BTreeMap::new() };
        self.read.borrow_mut().push(file);
        let Ok(manifest) = serde_json::from_str::<serde_json::Value>(&text) else { return BTreeMap::new() };
        let modules = manifest.get("Modules").and_then(|modules| modules.as_array());
        let entries = modules.into_iter().flatten().filter_map(|module| {
            let key = module.get("Key")?.as_str()?;
            let directory = module.get("Dir")?.as_str()?;
            Some((key.to_owned(), crate::paths::join(&self.root, directory)))
        });
        entries.collect()
    }
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
