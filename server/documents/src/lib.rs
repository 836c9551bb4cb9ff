//! Documents as values: maps, lists and scalars, each with the place where it is written.
//!
//! A tree of `foreshock-syntax` belongs to one text. What is deployed is often put together from several - a base and its
//! patches, a file and the one that it extends - and every part has to be shown, and mended, where somebody wrote it. So a
//! [`Node`] carries the place of each of its parts, and parts of different files can stand side by side.
//!
//! Knows YAML's types and how it decides what a word is; must never know what a document is for. Does no I/O. Start reading at
//! [`Node`], then [`read()`].

mod node;
mod number;
mod read;
mod sources;

pub use node::{Content, Entry, Node};
pub use read::{MOST_NODES, Room, Words, read, read_with, read_within};
pub use sources::{Sources, documents, documents_with, joined};
