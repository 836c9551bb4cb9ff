//! JSON into a tree with spans, tolerant: the reader that the JSON form of Terraform's language is read with.

mod cursor;

pub use cursor::{Cursor, Entry, Problems};

pub use crate::hcl::json::tree::{Key, Kind, Node, parse, unescaped};
