//! What Terraform text *is*: the resource instances, their values and the references between them, as `terraform plan`
//! and `terraform graph` would report them, without init, providers, credentials or network.
//!
//! Produces [`Resources`](foreshock_resources::Resources). Knows the configuration language: modules, `count` and
//! `for_each`, variables, states of other stacks. The expressions in it are evaluated by `foreshock-expressions`, for which
//! this crate says what names mean. Must never know what a resource means at run time (that is `foreshock-catalog`), nor an
//! editor. Does no I/O of its own: texts come through [`TerraformFiles`]. Start reading at [`resolve`], then [`Resolved`].

mod cache;
mod collected;
mod config;
mod evaluate;
mod files;
mod inputs;
mod json;
mod kept;
mod lifecycle;
mod moves;
mod named_values;
mod references;
mod remote;
mod resolve;
mod resolved;
pub mod terragrunt;

pub use cache::ResolveCache;
pub use config::{deployments, is_deployment};
pub use files::{ParsedFile, TerraformFiles, is_configuration, is_variable_file};
pub use inputs::some_of;
pub use json::to_json;
pub use moves::{Moves, Removed};
pub use remote::{Backend, StateHome};
pub use resolve::{registry_source, resolve, resolve_shared, resolve_with};
pub use resolved::{NamedValue, RemoteState, ResolveOptions, Resolved, UnreadValue, WORKSPACE};
