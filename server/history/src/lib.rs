//! The files of a work tree as they were at a revision, from git's object database.
//!
//! Knows git: where a repository is, what a revision is called, how commits and trees are kept. No process is started and
//! nothing is written. Must never know what a file means. Start at [`WorkTree::of`]; [`Repository::base`] says which
//! commit a change is compared with, [`Repository::tree`] reads its files by the paths they have in the work tree.

mod base;
mod ignored;
mod problem;
mod ref_stamp;
mod repository;
mod sound;
mod tree;

pub use base::{Base, Commit, Wanted};
pub use problem::Problem;
pub use ref_stamp::RefStamp;
pub use repository::{Repository, WorkTree};
pub use tree::Tree;
