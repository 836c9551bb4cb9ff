//! The systems of the stacks that are being edited, kept for their next version.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::{Assembled, Assembly, assemble};
use foreshock_resources::Resources;
use foreshock_terraform::ResolveOptions;

use crate::configuration::StackSettings;

/// More stacks than these are not edited at once.
const MOST: usize = 4;
/// The stacks of which it is remembered that they were asked for.
const REMEMBERED: usize = 256;

/// What is kept; of each list the last one used comes last.
#[derive(Default)]
pub(super) struct Assemblies {
    kept: Vec<(Utf8PathBuf, ResolveOptions, Assembly)>,
    /// Those that were asked for: the second time says that somebody edits it.
    asked: Vec<(Utf8PathBuf, ResolveOptions)>,
}

impl Assemblies {
    /// The system of a stack.
    pub(super) fn assemble(
        &mut self,
        root: &Utf8Path,
        resources: &Arc<Resources>,
        settings: &StackSettings,
    ) -> Arc<Assembled> {
        let (options, catalog) = (&settings.options, &settings.catalog);
        let is_it = |(of, with, _): &(Utf8PathBuf, ResolveOptions, Assembly)| of == root && with == options;
        if let Some(at) = self.kept.iter().position(is_it) {
            let (root, options, mut assembly) = self.kept.remove(at);
            assembly.update(resources, catalog);
            let assembled = assembly.assembled().clone();
            self.kept.push((root, options, assembly));
            return assembled;
        }
        if !self.is_asked_again(root, options) {
            return Arc::new(assemble(resources, catalog));
        }
        if self.kept.len() >= MOST {
            self.kept.remove(0);
        }
        let assembly = Assembly::new(resources.clone(), catalog.clone());
        let assembled = assembly.assembled().clone();
        self.kept.push((root.to_owned(), options.clone(), assembly));
        assembled
    }

    /// Whether a stack was asked for before; remembers that it is now.
    fn is_asked_again(&mut self, root: &Utf8Path, options: &ResolveOptions) -> bool {
        if self.asked.iter().any(|(asked, with)| asked == root && with == options) {
            return true;
        }
        if self.asked.len() >= REMEMBERED {
            self.asked.remove(0);
        }
        self.asked.push((root.to_owned(), options.clone()));
        false
    }
}
