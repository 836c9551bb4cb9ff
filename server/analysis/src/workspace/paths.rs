//! Paths by their text alone.

pub(crate) use foreshock_files::{directory_of, normalised};
