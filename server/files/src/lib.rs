//! Where texts come from.
//!
//! Knows files and directories, and nothing of what they mean: no language, no stack, no protocol. Everything that an analysis
//! reads comes through [`Files`]; start there.

pub mod paths;
mod source;

pub use source::Files;
