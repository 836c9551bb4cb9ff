//! The stacks that nobody has opened: which there are, and what is found in each when somebody asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::samples::without_samples;
use super::{Roots, Workspace};
use crate::Snapshot;
use crate::dialect::StackKind;

impl Workspace {
    /// Every root at or below the workspace folders, by path, without those that tests and examples are made on. Walks the
    /// folders; nothing is understood.
    pub fn roots(&mut self) -> Vec<(Utf8PathBuf, StackKind)> {
        self.index.forget();
        self.surveyed = self.roots_of_folders();
        let roots = self.surveyed.clone();
        let kinds = roots.into_iter().filter_map(|(dialect, root)| Some((root, self.id_of(dialect)?)));
        let mut kinds: Vec<(Utf8PathBuf, StackKind)> = kinds.collect();
        kinds.sort();
        kinds
    }

    /// Everything that was ever read is looked at again, for there may be changes of the disk. Costs a look at the metadata of
    /// each file.
    pub fn look_at_all_again(&mut self) {
        self.look_again();
        self.follow_disk();
        let changes = self.sources.look_again(&self.sources.store().read_so_far());
        self.changes.extend(changes);
        self.drop_changed();
    }

    /// The stacks of these roots, whoever reads them, and no others; `None` when `stop` says so. A stack is the same `Arc` as when
    /// it was asked for before, until [`look_at_all_again`](Workspace::look_at_all_again) has found that something of it is different,
    /// also where others were asked for in between.
    pub fn stacks_at(&mut self, roots: &[Utf8PathBuf], stop: &dyn Fn() -> bool) -> Option<Arc<Snapshot>> {
        self.keeps = true;
        self.index();
        self.drop_changed();
        let wanted: BTreeSet<&Utf8Path> = roots.iter().map(|root| root.as_path()).collect();
        if self.surveyed.is_empty() {
            self.surveyed = self.roots_of_folders();
        }
        let all = self.surveyed.iter().filter(|(_, root)| wanted.contains(root.as_path())).cloned().collect();
        self.assemble(all, stop)
    }

    fn roots_of_folders(&mut self) -> Roots {
        self.index();
        let mut roots = Roots::new();
        for folder in self.folders.clone() {
            let mut below = Roots::new();
            for dialect in 0..self.readers.len() {
                let found = self.with_reader(dialect, |reader, site| reader.roots_below(&folder, site));
                let inside = found.into_iter().filter(|root| root.starts_with(&folder));
                below.extend(inside.map(|root| (dialect, root)));
            }
            roots.extend(without_samples(below, &folder).0);
        }
        roots
    }
}
