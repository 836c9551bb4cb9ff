//! One snapshot of a workspace: its stacks, what was understood of each, the findings and their proven fixes.
//!
//! Knows every step below it (text, resolution, catalog, engine) and puts them together; the only crate that reads the
//! disk. Must never know a protocol or a terminal: presentation belongs to the binary. Text goes in with
//! [`Workspace`], a [`Snapshot`] comes out; editor, command line and CI all read that one.

mod baseline;
mod block;
mod callers;
mod cascade_tree;
mod causes;
mod comparison;
mod configuration;
mod discovery;
mod disk;
mod finding;
mod fix;
mod newly_failing;
mod plan_file;
mod rules;
mod since_base;
mod snapshot;
mod stack;
mod suppression;
mod values;
mod workspace;
mod yaml_file;

pub use baseline::{Baseline, BaselineEntry};
pub use block::{BlockSummary, percent, source_words};
pub use callers::{Caller, Fares};
pub use cascade_tree::{CascadeTree, Reason, TreeNode, forest, reason};
pub use causes::Cause;
pub use comparison::{Base, Comparison};
pub use configuration::{
    Choices, Completion, CompletionKind, Configuration, FILE_NAME, KEYS, Key, Level, Levels, Shape, VariableFiles,
    keys_of, level_named,
};
pub use finding::{Finding, Severity};
pub use fix::{Edit, Fix};
pub use newly_failing::NewFailure;
pub use rules::{Rule, RuleId, rule, rules};
pub use since_base::ChangeForm;
pub use snapshot::{Configured, File, Snapshot};
pub use stack::{ProblemCode, Stack, StackKind, StackProblem, Terraform};
pub use suppression::{Date, Notice, Suppressed, Suppression};
pub use values::{Expression, Origin, Reading, ReferredValue, is_secret_name, shown};
pub use workspace::{BaseChoice, Revision, Workspace};
