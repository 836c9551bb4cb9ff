//! What has been read so far of all templates of a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_resources::{Instance, ModuleCall, Value};
use foreshock_text::FilePath;

use crate::problems::Problems;
use crate::read::Declaration;

#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) instances: Vec<Arc<Instance>>,
    pub(crate) references: BTreeSet<(Arc<str>, Arc<str>)>,
    pub(crate) modules: Vec<ModuleCall>,
    pub(crate) declarations: BTreeMap<Arc<str>, Declaration>,
    pub(crate) files: BTreeSet<FilePath>,
    pub(crate) exporters: BTreeSet<FilePath>,
    pub(crate) exports: BTreeMap<Arc<str>, Value>,
    pub(crate) problems: Problems,
}
