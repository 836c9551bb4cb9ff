//! Why an expression has no value: a mistake in the text, or a limit of ours.

use std::sync::Arc;

/// Why an expression has no value. Everywhere but in `try` and `can` it becomes an unknown value with this reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The reason, in the user's words.
    pub why: Arc<str>,
    /// Whether the limit is ours: Terraform may well have a value here, so that `try` must not take the next argument.
    pub ours: bool,
}

impl Failure {
    /// What Terraform would report as an error.
    pub fn new(why: impl Into<Arc<str>>) -> Failure {
        Failure { why: why.into(), ours: false }
    }
}

/// A failure of the expression.
pub fn fail<T>(why: impl Into<Arc<str>>) -> Result<T, Failure> {
    Err(Failure::new(why))
}

/// A limit of this evaluator.
pub fn beyond<T>(why: impl Into<Arc<str>>) -> Result<T, Failure> {
    Err(Failure { why: why.into(), ours: true })
}
