//! A module read again after an edit: where the same things are declared in the same files, only those whose block changed
//! are made anew, and all others are the same as before.

use std::sync::{Arc, OnceLock};

use foreshock_syntax::hcl;
use foreshock_text::FilePath;

use super::merge::is_override;
use super::module::{Local, call, output, provider_name, resource, variable};
use super::{Attribute, Block, Module, Provider};
use crate::files::ParsedFile;
use crate::references::ModuleReferences;

impl Module {
    /// The module of these files, taking over from this version of it; `None` where it has to be read from scratch.
    pub(crate) fn again(&self, files: &[Arc<ParsedFile>]) -> Option<Module> {
        let is_same = |(mine, theirs): (&Arc<ParsedFile>, &Arc<ParsedFile>)| mine.path == theirs.path;
        if self.files.len() != files.len() || !self.files.iter().zip(files).all(is_same) {
            return None;
        }
        let is_overriding = |file: &Arc<ParsedFile>| file.path.as_path().file_name().is_some_and(is_override);
        let of_files: usize = self.files.iter().map(|file| file.problems.len()).sum();
        // What stands twice, or is laid over another, is not told by its name alone.
        if self.problems.len() != of_files || files.iter().any(is_overriding) {
            return None;
        }
        let mut module = Module { files: files.to_vec(), references: OnceLock::new(), ..self.clone() };
        for (before, now) in self.files.iter().zip(files) {
            let (old, new) = (&before.body.blocks, &now.body.blocks);
            if Arc::ptr_eq(before, now) {
                continue;
            }
            if old.len() != new.len() {
                return None;
            }
            for (old, new) in old.iter().zip(new).filter(|(old, new)| !Arc::ptr_eq(old, new)) {
                module.replace(&now.path, old, new)?;
            }
        }
        let told =
            files.iter().flat_map(|file| file.problems.iter().map(|problem| (file.path.clone(), problem.clone())));
        module.problems = told.collect();
        if let Some(references) = self.references.get() {
            let kept = references.again(self, &module).map_or_else(|| references.clone(), Arc::new);
            module.references = OnceLock::from(kept);
        }
        Some(module)
    }

    /// Puts the new version of a block in place of the old one.
    fn replace(&mut self, file: &FilePath, old: &hcl::Block, new: &hcl::Block) -> Option<()> {
        let labels = || new.labels.iter().map(|label| &label.text);
        if old.kind != new.kind || !old.labels.iter().map(|label| &label.text).eq(labels()) {
            return None;
        }
        let block = Block::new(file, new);
        match (&*block.kind, block.labels.as_slice()) {
            ("locals", _) => {
                let names = |block: &hcl::Block| -> Vec<Arc<str>> {
                    block.body.attributes.iter().map(|attribute| attribute.name.clone()).collect()
                };
                if names(old) != names(new) {
                    return None;
                }
                for (old, new) in old.body.attributes.iter().zip(&new.body.attributes) {
                    let is_same =
                        old.expr == new.expr && old.name_span == new.name_span && old.value_span == new.value_span;
                    if !is_same {
                        let value = Attribute::new(file, new);
                        self.locals.replace(&new.name, Local { name: new.name.clone(), value })?;
                    }
                }
                Some(())
            }
            ("variable", [name]) => self.variables.replace(name, variable(name.clone(), block.clone())),
            ("output", [name]) => self.outputs.replace(name, output(name.clone(), block.clone())),
            ("module", [name]) => self.calls.replace(name, call(name.clone(), block.clone())),
            ("provider", [name]) => {
                let key = provider_name(name, &Block::new(file, old));
                if key != provider_name(name, &block) {
                    return None;
                }
                self.providers.replace(&key, Provider { block })
            }
            ("resource" | "data", [type_name, name]) => {
                let resource = resource(type_name.clone(), name.clone(), block.clone());
                let address = resource.address.clone();
                let number = self.resources.number(&address)?;
                if resource.is_repeated() != self.repeated.contains(&number) {
                    let repeated = Arc::make_mut(&mut self.repeated);
                    match resource.is_repeated() {
                        true => repeated.insert(number),
                        false => repeated.remove(&number),
                    };
                }
                self.resources.replace(&address, resource)
            }
            ("terraform", _) => Some(()),
            _ => None,
        }
    }
}

impl ModuleReferences {
    /// The references of the new version of a module; `None` where they are those of the old one.
    fn again(&self, old: &Module, new: &Module) -> Option<ModuleReferences> {
        let (resources, locals) = (new.resources.changed_since(&old.resources), new.locals.changed_since(&old.locals));
        let others = new.variables.changed_since(&old.variables).len()
            + new.outputs.changed_since(&old.outputs).len()
            + new.providers.changed_since(&old.providers).len()
            + new.calls.changed_since(&old.calls).len();
        if others == 0 && self.still_of(new, &resources, &locals) {
            return None;
        }
        let fresh = ModuleReferences::of(new);
        (fresh != *self).then_some(fresh)
    }
}
