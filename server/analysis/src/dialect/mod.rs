//! The languages that stacks are written in: what a text of each is once it is read.

pub(crate) mod plan_file;
pub(crate) mod yaml_file;
