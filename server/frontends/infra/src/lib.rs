//! Infrastructure YAML into a system: every field of the schema, every error with its place.
//!
//! Knows the schema that `docs/infra-yaml.md` describes (the one of existing files, and our extensions) and what its
//! fields mean in the model. Must never know what a failure does (`foreshock-engine`), nor an editor. Does no I/O.
//! Nothing fails whole: a bad value falls back to its default, a bad component or dependency is left out, and the rest
//! is read. Start reading at [`read`].

mod agent;
mod capacity;
mod component;
mod decimal;
mod dependency;
mod exported;
mod fields;
mod file;
mod groups;
mod json;
mod objective;
mod problem;
mod recognise;
mod recovery;
mod redundancy;
mod reliability;
pub mod schema;
mod section;
mod shared;
mod suggest;
mod write;

pub use exported::is_record;
pub use file::{Declaration, Infra, read};
pub use json::as_json;
pub use problem::{Problem, ProblemKind};
pub use recognise::{is_infra, may_be_infra};
pub use suggest::closest;
pub use write::{scalar, write};
