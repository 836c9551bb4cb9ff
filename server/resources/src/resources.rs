//! Everything that one stack declares.

use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::{BlockPlace, Body, Instance, Spelling};

/// What a stack declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    /// Resource and data instances, and calls of modules that are not at hand ([`Mode::Module`](crate::Mode::Module)),
    /// sorted by address. What did not change from one version of a stack to the next is the same one.
    pub instances: Vec<Arc<Instance>>,
    /// References between resources, as `terraform graph` has them: resource level, no keys, sorted, no duplicates.
    pub references: Vec<Reference>,
    /// Module calls, local ones and those whose source is not at hand.
    pub modules: Vec<ModuleCall>,
    /// What the text calls the types and attributes that the catalog knows by other names.
    pub spelling: Spelling,
}

impl Resources {
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
