//! One snapshot of a workspace: its stacks, what was understood of each, the findings and their proven fixes.
//!
//! Knows every step below it (text, resolution, catalog, engine) and puts them together; the only crate that reads the
//! disk. Must never know a protocol or a terminal: presentation belongs to the binary. Text goes in with
//! [`Workspace`], a [`Snapshot`] comes out; editor, command line and CI all read that one.

mod change;
mod configuration;
mod dialect;
mod fault;
mod findings;
mod judged;
mod promises;
mod recovery;
mod show;
mod stack;
mod workspace;

pub use change::apply::{Applied, Apply, Loss};
pub use change::cause::Cause;
pub use change::comparison::{Base, Comparison};
pub use change::held::Readable;
pub use change::newly_failing::NewFailure;
pub use change::since_base::{Change, ChangeForm};
pub use configuration::{
    Choices, Completion, CompletionKind, Configuration, FILE_NAME, KEYS, Key, Level, Levels, Shape, StackSettings,
    VariableFiles, keys_of, level_named,
};
pub use dialect::terraform::Terraform;
pub use dialect::yaml_file::YamlFile;
pub use dialect::{
    DIALECTS, Dialect, Home, Meaning, Mention, NewReader, PlainFile, Reader, Site, SourceFile, StackKind, Texts,
    Understood,
};
pub use fault::fault;
pub use findings::baseline::{Baseline, BaselineEntry};
pub use findings::finding::{Finding, FindingKey, Severity};
pub use findings::fix::{Candidate, Chosen, ChosenTogether, Edit, Fix, Objective, Recovered, Repair, Together};
pub use findings::rules::{Rule, RuleId, rule, rules};
pub use findings::suppression::{Annotations, Date, Notice, Suppressed, Suppression};
pub use judged::Judged;
pub use promises::Promise;
pub use recovery::{Approach, Prepared, RecoveryFigure, StackRecovery};
pub use show::block::{BlockSummary, percent, source_words};
pub use show::call::CallSummary;
pub use show::cascade_tree::{CascadeTree, GuessedCaller, Reason, TreeNode, forest, reason};
pub use show::lasting::lasting;
pub use show::names::{Symbol, completes};
pub use show::values::{Expression, Origin, Reading, ReferredValue, is_secret_name, shown};
pub use stack::{ProblemCode, Stack, StackProblem};
pub use workspace::callers::{Caller, Fares};
pub use workspace::snapshot::{Configured, File, Snapshot};
pub use workspace::{BaseChoice, Revision, Watched, Workspace};
