//! Text into trees, with spans and *all* errors.
//!
//! Knows the grammar of the languages infrastructure is written in. Must never know what a resource is. Every entry
//! point takes any text, terminates in time linear in it, and returns `(tree, problems)`; nothing fails whole.
//! Start reading at [`hcl::parse`] and [`yaml::parse`].

pub mod hcl;
pub mod json;
pub mod yaml;
