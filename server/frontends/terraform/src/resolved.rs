//! What a resolution is told, and what it gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::Effort;
use foreshock_resources::{AttributePlace, Resources, Value};
use foreshock_text::{FilePath, Problem, Span};

use crate::terragrunt::{Group, JoinedUnit};
use crate::{Moves, ParsedFile, StateHome};

/// The name that chooses among the values of a stack.
pub const WORKSPACE: &str = "terraform.workspace";
/// Its value where none was chosen.
pub(crate) const DEFAULT_WORKSPACE: &str = "default";

/// What a stack was told from outside its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResolveOptions {
    /// Files given with `-var-file`, in order.
    pub var_files: Vec<FilePath>,
    /// Values given with `-var`, as HCL text; they win over files.
    pub variables: BTreeMap<String, String>,
    /// The selected workspace (`terraform.workspace`); `default` when none.
    pub workspace: Option<String>,
    /// Which deployment of a stack of Terraform it is.
    pub deployment: Option<Arc<str>>,
    /// The units of Terragrunt that the stack is one of.
    pub units: Option<Arc<Group>>,
    /// The root modules of the workspace, whose state a `terraform_remote_state` may mean.
    pub states: Arc<Vec<StateHome>>,
    /// Whether every output of every module is worked out, as Terraform does, and not only those that something asks for.
    pub thorough: bool,
}

/// A root module, understood.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The directory of the root module.
    pub root: Utf8PathBuf,
    /// What the root module and everything it calls declare.
    pub resources: Arc<Resources>,
    /// What else has a value: variables, locals, outputs, `count` and `for_each`, module instance by module instance; below
    /// the root those that something needed.
    pub named: Vec<NamedValue>,
    /// Every file that was read: a change to any of them, or to the listing of their directories, changes the answer.
    pub files: Vec<FilePath>,
    /// The states of other stacks that were read, in the order of their addresses.
    pub remote_states: Vec<RemoteState>,
    /// What was called otherwise before.
    pub moves: Moves,
    /// The units of Terragrunt that it was put together from.
    pub units: Vec<JoinedUnit>,
    /// Files that are generated beside those of a unit, and are nowhere.
    pub generated: Vec<Arc<ParsedFile>>,
    /// The names of values from outside that were asked for beside variables.
    pub asked: Vec<Arc<str>>,
    /// The workspaces that maps have values for.
    pub workspaces: Vec<Arc<str>>,
    /// What is worth a word though nothing is wrong with it, with its file.
    pub notes: Vec<(FilePath, Problem)>,
    /// The variable files it was given.
    pub variable_files: Vec<FilePath>,
    /// Values in them that nothing in this stack reads.
    pub unread: Vec<UnreadValue>,
    /// What could not be understood, with its file.
    pub problems: Vec<(FilePath, Problem)>,
    /// What Terraform would refuse to work out, attribute by attribute: its file, and why. Of outputs that nobody asks for
    /// only where the resolution is [thorough](ResolveOptions::thorough).
    pub refused: Vec<(FilePath, Arc<str>)>,
    /// What it took.
    pub effort: Effort,
}

impl Resolved {
    /// What one of the units that it was put together from declares; `None` where it is no such unit.
    pub fn of_unit(&self, directory: &Utf8Path) -> Option<Resolved> {
        let unit = self.units.iter().find(|unit| unit.directory == directory)?;
        let is_own = |address: &str| {
            let rest = address.strip_prefix(&*unit.address);
            rest.is_some_and(|rest| unit.address.is_empty() || rest.is_empty() || rest.starts_with('.'))
        };
        let all = &self.resources;
        let resources = Resources {
            instances: all.instances.iter().filter(|one| is_own(&one.address)).cloned().collect(),
            references: Arc::new(all.references.iter().filter(|one| is_own(&one.from)).cloned().collect()),
            modules: all.modules.iter().filter(|one| is_own(&one.address)).cloned().collect(),
            spelling: all.spelling.clone(),
            ..Resources::default()
        };
        let problems = self.problems.iter().filter(|(file, _)| unit.files.contains(file));
        Some(Resolved {
            root: directory.to_owned(),
            resources: Arc::new(resources),
            problems: problems.cloned().collect(),
            files: unit.files.clone(),
            ..Resolved::default()
        })
    }
}

/// A line of a variable file for a variable that is neither declared nor used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadValue {
    /// The file.
    pub file: FilePath,
    /// The name in it.
    pub span: Span,
    /// The same as text.
    pub name: Arc<str>,
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
