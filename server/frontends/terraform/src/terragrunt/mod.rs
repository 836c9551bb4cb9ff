//! Terragrunt, read and never run: a unit is a module directory with values, and what other units put out is among these.
//!
//! `terragrunt.hcl` says where the module of a unit is, what its variables are given, which units it reads from, and which files
//! are generated beside the module's. A [`Survey`] tells which units there are and who reads whom, from the text of the
//! configurations alone; [`resolve_units`] evaluates units that belong together, those that are read first, into one
//! [`Resolved`](crate::Resolved). Every unit keeps its own names there: an address begins with `unit.NAME`.
//!
//! Nothing is executed: what only a run can tell (`run_cmd`, the environment, an account) is unknown. Start reading at
//! [`resolve_units`].

mod config;
mod functions;
mod generate;
mod merged;
mod stacks;
mod system;
mod unit;

use camino::Utf8Path;

pub use stacks::{Group, UnitSpec, units_of};
pub use system::{JoinedUnit, resolve_units};
pub use unit::{Survey, UnitSource, survey};

/// The file of a unit.
pub(crate) const UNIT_FILE: &str = "terragrunt.hcl";
/// The file of a stack of units that are written out in one file.
pub(crate) const STACK_FILE: &str = "terragrunt.stack.hcl";

/// Whether a file is one that Terragrunt may read: `terragrunt.hcl`, `root.hcl`, `env.hcl` and whatever else of that ending; not
/// those of other tools.
pub fn is_terragrunt(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let others =
        [".lock.hcl", ".pkr.hcl", ".tflint.hcl", ".nomad.hcl", ".tfcomponent.hcl", ".tfstack.hcl", ".tfdeploy.hcl"];
    name.ends_with(".hcl") && !name.starts_with('.') && !others.iter().any(|other| name.ends_with(other))
}

/// Whether a file makes its directory a unit, or several units.
pub fn is_unit_file(path: &Utf8Path) -> bool {
    matches!(path.file_name(), Some(UNIT_FILE | STACK_FILE))
}
