//! Where texts come from, and whether what was read of them still stands.
//!
//! Knows files and directories, and nothing of what they mean: no language, no stack, no protocol, no thread. Whoever
//! understands text asks through [`Files`]. Below is a [`FileSource`]: the [`Disk`], or the tree of a commit. A [`FileStore`]
//! puts open documents in front of it, reads each file once, within a [`Boundary`], and remembers what was not there either. A
//! [`ReadSet`] is what one analysis asked for; after a look at the disk ([`FileStore::look_at`], [`FileStore::look_again`])
//! [`Changes`] say which of these have to be done again.

mod boundary;
mod disk;
pub mod paths;
mod read_set;
mod source;
mod stamp;
mod store;
mod walk;

pub use boundary::Boundary;
pub use disk::{Disk, LARGEST_FILE, as_text, is_refused, read_beginning, read_named, read_regular};
pub use paths::{directory_of, normalised};
pub use read_set::{Changes, ReadSet};
pub use source::{FileSource, Files};
pub use stamp::Stamp;
pub use store::{FileStore, ReadBefore};
pub use walk::{Walk, walk};
