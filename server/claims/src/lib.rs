//! What has to hold of any bytes that are read. Each claim is a function of bytes that panics where the claim is broken:
//! `fuzz/` hands it what a fuzzer thinks of, `tests/always.rs` mutated fixtures, always.
//!
//! Knows every reader. Must never read a file: what it is given is all there is. Start reading at [`CLAIMS`].

mod edits;
mod readers;
mod stacks;

pub use edits::edits;
pub use readers::{hcl, hcl_json, plan, yaml};
pub use stacks::{cloudformation, compose, infra, kubernetes, terraform};

/// Panics where it does not hold of these bytes.
pub type Claim = fn(&[u8]);

/// Every claim with its name: the name of the fuzz target, too.
pub const CLAIMS: [(&str, Claim); 10] = [
    ("hcl", hcl),
    ("hcl_json", hcl_json),
    ("yaml", yaml),
    ("plan", plan),
    ("terraform", terraform),
    ("infra", infra),
    ("kubernetes", kubernetes),
    ("compose", compose),
    ("cloudformation", cloudformation),
    ("edits", edits),
];

/// Bytes as an editor would hand them over. What is longer than any of our fixtures finds nothing that a short text does not,
/// and costs a fuzzer its speed.
fn text(bytes: &[u8]) -> String {
    const LONGEST: usize = 16 * 1024;
    String::from_utf8_lossy(bytes.get(..LONGEST).unwrap_or(bytes)).into_owned()
}
