//! Black-box tests of the debug adapter: the real binary over its standard streams, a script of requests in, a transcript out.

// A test that meets what it does not expect has failed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod adapter;
mod hostile;
mod launches;
mod random;
mod steps;
