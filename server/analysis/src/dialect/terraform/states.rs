//! Whose state is where: what one root module says of its own, every other one has to know that reads it with
//! `terraform_remote_state`.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_terraform::{Backend, ResolveOptions, StateHome, TerraformFiles};

use crate::configuration::StackSettings;

/// Where the stacks of a workspace keep their state.
#[derive(Default)]
pub(super) struct States {
    /// What each module directory says of its own.
    backends: BTreeMap<Utf8PathBuf, Backend>,
    /// Whether what `known` says of them may have changed.
    changed: bool,
    known: Arc<Vec<StateHome>>,
}

impl States {
    /// Looks where a directory keeps its state.
    pub(super) fn look_at(&mut self, directory: &Utf8Path, files: &dyn TerraformFiles) {
        let now = Backend::of_root(directory, files);
        if self.backends.get(directory) == now.as_ref() {
            return;
        }
        match now {
            Some(backend) => self.backends.insert(directory.to_owned(), backend),
            None => self.backends.remove(directory),
        };
        self.changed = true;
    }

    /// A directory holds no module any more.
    pub(super) fn leave(&mut self, directory: &Utf8Path) {
        self.changed |= self.backends.remove(directory).is_some();
    }

    /// The values that a root is read with may be others.
    pub(super) fn forget_settings(&mut self) {
        self.changed = true;
    }

    /// Works out where every root keeps its state, with the values that it is read with. A root that is several stacks is there
    /// several times.
    pub(super) fn work_out(
        &mut self,
        given: &ResolveOptions,
        is_root: &dyn Fn(&Utf8Path) -> bool,
        settings_of: &mut dyn FnMut(&Utf8Path) -> Vec<StackSettings>,
    ) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let mut states = Vec::new();
        for (root, backend) in self.backends.iter().filter(|(root, _)| is_root(root)) {
            for settings in settings_of(root) {
                // What was given by hand belongs to the stack that was asked for.
                let mut variables = settings.options.variables;
                variables.retain(|name, _| !given.variables.contains_key(name));
                let (root, backend) = (root.clone(), backend.clone());
                states.push(StateHome { root, backend, var_files: settings.chosen, variables });
            }
        }
        if states != *self.known {
            self.known = Arc::new(states);
        }
    }

    /// What was worked out last.
    pub(super) fn known(&self) -> Arc<Vec<StateHome>> {
        self.known.clone()
    }
}
