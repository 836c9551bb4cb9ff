use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_text::{FilePath, Place, Problem, Span};

use crate::{Moves, StateHome, Value};

/// What a stack was told from outside its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResolveOptions {
    /// Files given with `-var-file`, in order.
    pub var_files: Vec<FilePath>,
    /// Values given with `-var`, as HCL text; they win over files.
    pub variables: BTreeMap<String, String>,
    /// The selected workspace (`terraform.workspace`); `default` when none.
    pub workspace: Option<String>,
    /// The root modules of the workspace, whose state a `terraform_remote_state` may mean.
    pub states: Arc<Vec<StateHome>>,
}

/// A root module, understood.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The directory of the root module.
    pub root: Utf8PathBuf,
    /// Resource and data instances, and calls of modules that are not at hand ([`Mode::Module`]), sorted by address.
    pub instances: Vec<Instance>,
    /// References between resources, as `terraform graph` has them: resource level, no keys, sorted, no duplicates.
    pub references: Vec<Reference>,
    /// Module calls, local ones and those whose source is not at hand.
    pub modules: Vec<ModuleCall>,
    /// What else has a value: variables, locals, outputs, `count` and `for_each`, module instance by module instance; below
    /// the root those that something needed.
    pub named: Vec<NamedValue>,
    /// Every file that was read: a change to any of them, or to the listing of their directories, changes the answer.
    pub files: Vec<FilePath>,
    /// The states of other stacks that were read, in the order of their addresses.
    pub remote_states: Vec<RemoteState>,
    /// What was called otherwise before.
    pub moves: Moves,
    /// What could not be understood, with its file.
    pub problems: Vec<(FilePath, Problem)>,
    /// What it took.
    pub effort: Effort,
}

/// What a resolution took, beside the little that each value has to itself. The same text takes the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Units of work: about ten nanoseconds each.
    pub work: u64,
    /// Bytes of values made, about, whether or not they are still held.
    pub bytes: u64,
    /// Instances that `count` and `for_each` make, and those inside of modules.
    pub instances: u64,
}

/// A `terraform_remote_state` some of whose outputs were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteState {
    /// `data.terraform_remote_state.network`.
    pub address: Arc<str>,
    /// The root module whose state it is.
    pub root: Option<Utf8PathBuf>,
    /// Why that is not known, when it is not.
    pub why: Option<Arc<str>>,
    /// Every file that was read for its outputs, as for [`Resolved::files`].
    pub files: Vec<FilePath>,
}

/// A value that is no attribute of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedValue {
    /// Address of the module instance; empty for the root.
    pub module: Arc<str>,
    /// `var.ha`, `local.zones`, `output.address`, `aws_instance.web.count`, `module.db.for_each`.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// Where it is written: of a variable its default, `None` where it has none.
    pub place: Option<AttributePlace>,
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
    /// outputs are unknown and carry a mark to `address`.
    pub directory: Option<Utf8PathBuf>,
    /// The call.
    pub block: BlockPlace,
    /// The arguments, evaluated.
    pub arguments: EvaluatedBody,
}

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
    pub body: EvaluatedBody,
    /// References of a plan whose attribute is not among the plan's values, so that nobody says what it is; by the
    /// attribute. Empty for text.
    pub unplaced: BTreeMap<Arc<str>, EvaluatedAttribute>,
    /// The `count` or `for_each` argument, evaluated, with its place; what "make it two" edits.
    pub repetition: Option<EvaluatedAttribute>,
    /// Region of its provider configuration, where the text says it (aliases and `providers = {}` followed).
    pub region: Option<Value>,
    /// The resources that its provider is configured with (the endpoint of a cluster), as the marks of an unknown value;
    /// none where there are none.
    pub provider: Option<EvaluatedAttribute>,
    /// Instances and modules named by `depends_on`.
    pub depends_on: Vec<Arc<str>>,
    /// Whether `lifecycle` says `prevent_destroy = true`, which must be written out.
    pub prevent_destroy: bool,
}

/// Where a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockPlace {
    /// The file.
    pub file: FilePath,
    /// Type and labels: what a diagnostic underlines.
    pub header: Span,
    /// All of it.
    pub span: Span,
    /// Between the braces.
    pub body: Span,
}

impl BlockPlace {
    /// The header as a place.
    pub fn header_place(&self) -> Place {
        Place::new(self.file.clone(), self.header)
    }
}

/// The content of a block, evaluated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EvaluatedBody {
    /// The attributes written, by name.
    pub attributes: BTreeMap<Arc<str>, EvaluatedAttribute>,
    /// The nested blocks, in order, `dynamic` ones expanded. A `dynamic` whose `for_each` is unknown gives one block
    /// with `unknown` set.
    pub blocks: Vec<EvaluatedBlock>,
}

/// An attribute, evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedAttribute {
    /// Its value.
    pub value: Value,
    /// Where it is written.
    pub place: AttributePlace,
}

/// Where an attribute is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePlace {
    /// The file.
    pub file: FilePath,
    /// Its name.
    pub name: Span,
    /// Its value.
    pub value: Span,
}

impl AttributePlace {
    /// Name and value as one place.
    pub fn place(&self) -> Place {
        Place::new(self.file.clone(), self.name.cover(self.value))
    }
}

/// A nested block, evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedBlock {
    /// Its type, `default_action`.
    pub kind: Arc<str>,
    /// Its labels, rarely any.
    pub labels: Vec<Arc<str>>,
    /// Where it is.
    pub block: BlockPlace,
    /// Its content.
    pub body: EvaluatedBody,
    /// Why the number of such blocks is not known, when it is not.
    pub unknown: Option<Arc<str>>,
}
