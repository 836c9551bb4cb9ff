//! Everything that one stack declares.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use camino::Utf8PathBuf;

use foreshock_text::FilePath;

use crate::{BlockPlace, Body, Instance, Spelling};

/// What a stack declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    /// Resource and data instances, and calls of modules that are not at hand ([`Mode::Module`](crate::Mode::Module)),
    /// sorted by address. What did not change from one version of a stack to the next is the same one.
    pub instances: Vec<Arc<Instance>>,
    /// References between resources, as `terraform graph` has them: resource level, no keys, sorted, no duplicates.
    /// Versions that refer in the same way share them.
    pub references: Arc<Vec<Reference>>,
    /// Module calls, local ones and those whose source is not at hand.
    pub modules: Vec<ModuleCall>,
    /// What the text calls the types and attributes that the catalog knows by other names.
    pub spelling: Spelling,
    /// Which instances stand in which file, once somebody has asked.
    pub by_file: ByFile,
}

/// The numbers of the instances whose blocks stand in a file, by file. It follows from the instances, so that it makes no difference to
/// what is equal; and who copies resources means to change them, so that a copy has none.
#[derive(Debug, Default)]
pub struct ByFile(OnceLock<Arc<BTreeMap<FilePath, Vec<u32>>>>);

impl PartialEq for ByFile {
    fn eq(&self, _: &ByFile) -> bool {
        true
    }
}

impl Clone for ByFile {
    fn clone(&self) -> ByFile {
        ByFile::default()
    }
}

impl ByFile {
    /// The same, for resources whose instances stand in the same files in the same order.
    #[must_use]
    pub fn shared(&self) -> ByFile {
        ByFile(self.0.clone())
    }
}

impl Resources {
    /// The instances whose blocks stand in a file, in their order. The first time O(n), then O(log n) and what is found.
    pub fn in_file(&self, file: &FilePath) -> impl Iterator<Item = &Arc<Instance>> {
        let by_file = self.by_file.0.get_or_init(|| {
            let mut by_file: BTreeMap<FilePath, Vec<u32>> = BTreeMap::new();
            for (number, instance) in self.instances.iter().enumerate() {
                match by_file.get_mut(&instance.block.file) {
                    Some(known) => known.push(number as u32),
                    None => drop(by_file.insert(instance.block.file.clone(), vec![number as u32])),
                }
            }
            Arc::new(by_file)
        });
        let numbers = by_file.get(file).into_iter().flatten();
        numbers.filter_map(|&number| self.instances.get(number as usize))
    }

    /// The number of the instance at an address. O(log n).
    pub fn find(&self, address: &str) -> Option<usize> {
        self.instances.binary_search_by(|instance| (*instance.address).cmp(address)).ok()
    }
}

/// A reference between two resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Who refers, without keys: `module.web.aws_lb_listener.http`.
    pub from: Arc<str>,
    /// To whom: `module.web.aws_lb.this`, `data.aws_vpc.default`.
    pub to: Arc<str>,
}

/// A call of a module.
#[derive(Clone, Debug, PartialEq)]
pub struct ModuleCall {
    /// Address with keys: `module.web["a"]`.
    pub address: Arc<str>,
    /// As written: `../modules/web`, `terraform-aws-modules/vpc/aws`; empty when it is not known.
    pub source: Arc<str>,
    /// The directory it was read from; `None` when the source is not at hand, and then the call is opaque: its
    /// outputs are unknown and carry a trace to `address`.
    pub directory: Option<Utf8PathBuf>,
    /// The call.
    pub block: BlockPlace,
    /// The arguments, evaluated.
    pub arguments: Body,
}
