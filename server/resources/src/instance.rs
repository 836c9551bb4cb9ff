//! Declared resources, one for each instance.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Attribute, BlockPlace, Body, Value};

/// Managed resource or data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`.
    Managed,
    /// `data`.
    Data,
    /// A call of a module that is not at hand: what is known of it are its arguments, which are the attributes of the one
    /// instance that stands for everything in it. Terraform knows no such instance.
    Module,
}

/// The key of an instance among its siblings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Neither `count` nor `for_each`.
    None,
    /// `count`: the index.
    Index(u64),
    /// `for_each`: the key.
    Name(Arc<str>),
    /// `count` or `for_each` that can't be known from the text; the one instance stands for all of them
    /// (`aws_x.y[*]`), with the reason.
    Unknown(Arc<str>),
}

/// How a resource is made, changed and destroyed, as its text asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Whether it says `prevent_destroy = true`, which must be written out.
    pub prevent_destroy: bool,
    /// Whether it says `create_before_destroy = true`: of a replacement the new one is made first.
    pub create_before_destroy: bool,
    /// Paths of what `ignore_changes` leaves to others, without indexes: `spec.replicas`; `all` for everything.
    pub ignores: Vec<Arc<str>>,
    /// What `replace_triggered_by` names: whose change replaces it.
    pub triggers: Vec<Trigger>,
}

/// What a resource is replaced with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trigger {
    /// The resource, without any key: `module.web.aws_launch_template.web`.
    pub resource: Arc<str>,
    /// Path of its attribute, without indexes; empty for any change of it.
    pub attribute: Arc<str>,
}

/// One instance of a resource or data block.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// Full address with keys, `module.db["a"].aws_db_instance.this[0]`; data sources as `data.aws_vpc.x`; an unknown
    /// key is `[*]`.
    pub address: Arc<str>,
    /// The same without any key: what `terraform graph` names.
    pub resource: Arc<str>,
    /// Managed, data or a module.
    pub mode: Mode,
    /// The type, `aws_db_instance`; of a module its source in the form of the registry,
    /// `module:terraform-aws-modules/ecs/aws//modules/service`.
    pub type_name: Arc<str>,
    /// The name, `this`.
    pub name: Arc<str>,
    /// Address of the module instance, `module.db["a"]`; empty for the root.
    pub module: Arc<str>,
    /// Its key.
    pub key: Key,
    /// Where the block is.
    pub block: BlockPlace,
    /// Attributes and nested blocks (dynamic ones expanded), evaluated. `count`, `for_each`, `provider`,
    /// `depends_on`, `lifecycle`, `provisioner` and `connection` are left out.
    pub body: Body,
    /// References of a plan whose attribute is not among the plan's values, so that nobody says what it is; by the
    /// attribute. Empty for text.
    pub unplaced: BTreeMap<Arc<str>, Attribute>,
    /// Why there may be none of it, or many: its own key or that of a module around it is not known. "as many as
    /// var.appliances".
    pub may_be_absent: Option<Arc<str>>,
    /// The `count` or `for_each` argument, evaluated, with its place; what "make it two" edits.
    pub repetition: Option<Attribute>,
    /// Region of its provider configuration, where the text says it (aliases and `providers = {}` followed).
    pub region: Option<Value>,
    /// The resources that its provider is configured with (the endpoint of a cluster), as the provenance of an unknown
    /// value; none where there are none.
    pub provider: Option<Attribute>,
    /// Instances and modules named by `depends_on`.
    pub depends_on: Vec<Arc<str>>,
    /// What `lifecycle` says.
    pub lifecycle: Lifecycle,
}
