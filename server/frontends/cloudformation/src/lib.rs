//! Templates of CloudFormation and SAM, in YAML or JSON, into resources with provider-shaped bodies.
//!
//! A template is evaluated as far as its text goes: parameters, mappings, conditions and the intrinsic functions are
//! three-valued, nested stacks with a template at hand are read as modules. What a type and its properties are called in the
//! catalog is data (`data/types.toml`, [`TypeRow`]); nothing here knows what a resource means at run time. What is not to be had
//! from the text stays unknown, with the reason. Does no I/O: texts come through [`Templates`]. Start reading at [`read`].

mod body;
mod collect;
mod conditions;
mod evaluate;
mod expand;
mod functions;
mod globals;
mod nested;
mod parameters;
mod problems;
mod read;
mod recognise;
mod references;
mod spelling;
mod switch;
mod template;
mod types;
mod written;

pub use parameters::given;
pub use read::{Declaration, Options, Read, read};
pub use recognise::{is_template, may_be_template};
pub use switch::switch;
pub use template::{Parsed, Templates};
pub use types::{Property, TypeRow, row, rows};
pub use written::references;
