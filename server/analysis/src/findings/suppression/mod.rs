//! Findings that somebody has decided to live with: by a comment beside a block, or by address in `foreshock.toml`. What
//! is suppressed stays known, with who said so, why and until when; the score is what it was. `docs/suppressions.md` has
//! the rules.

pub(crate) mod address;
mod annotations;
mod comment;
mod date;
mod foreign_checks;
mod notice;
mod settle;

use std::sync::Arc;

use foreshock_text::{Place, Span};

pub use annotations::Annotations;
pub(crate) use annotations::is_worth_reading;
pub use date::Date;
pub use notice::Notice;
pub(crate) use notice::{notices, of_problem};
pub(crate) use settle::{IgnoreUse, Outcome, settle};

use crate::{Finding, RuleId};

/// Why a finding is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The comment, or the entry of `foreshock.toml`.
    pub place: Place,
    /// Why, in the words of whoever decided it.
    pub reason: Option<Arc<str>>,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

/// A finding that is not shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppressed {
    /// What was found.
    pub finding: Arc<Finding>,
    /// Why it is not shown.
    pub by: Suppression,
}

/// An entry of `foreshock.toml` that asks for silence in one stack.
#[derive(Debug, PartialEq)]
pub(crate) struct AddressIgnore {
    /// The entry.
    pub(crate) place: Place,
    /// The rules, with where they are named.
    pub(crate) rules: Vec<(RuleId, Span)>,
    /// The components; every one when absent.
    pub(crate) address: Option<String>,
    pub(crate) reason: Option<Arc<str>>,
    pub(crate) until: Option<Date>,
}
