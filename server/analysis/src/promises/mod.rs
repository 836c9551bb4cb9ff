//! What is promised of a stack outside of its own text: objectives that teams keep as code for other tools, and objectives
//! among the resources of the stack itself. The design is held to them like to the `slo` of `foreshock.toml`.
//!
//! A format says what is written ([`written`]); [`speaks`] decides whether it speaks of availability, [`subject`] of which
//! component or of the whole. Knows no files of the workspace: which stack a file of promises means is decided where the
//! files are known (`workspace/promised.rs`). `docs/promises.md` describes all of it.

mod formats;
mod resources;
mod speaks;
mod subject;
mod target;
mod window;
mod written;

use std::sync::Arc;

use foreshock_engine::Basis;
use foreshock_model::Objective;
use foreshock_text::Place;

pub(crate) use formats::{PromiseFile, may_be_promises};
pub(crate) use written::{Tie, Tied, WrittenPromise};

use crate::configuration::StackSettings;
use crate::dialect::Understood;

/// A promise that is known to speak of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    /// Of what, how much, and where that is written.
    pub objective: Objective,
    /// What it is called where it is written.
    pub name: Arc<str>,
    /// In what it is kept: `OpenSLO`, `Sloth`, `Pyrra`, the type of a resource.
    pub kept_in: Arc<str>,
}

/// A promise of which nobody knows what of a stack it speaks of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Untied {
    /// Where it is written.
    pub(crate) place: Place,
    /// Why, one sentence.
    pub(crate) why: String,
}

/// What is promised of one stack.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Promised {
    /// By place.
    pub(crate) held: Vec<Promise>,
    pub(crate) untied: Vec<Untied>,
}

/// Everything that is promised of a stack, by those that were tied to it and by its own resources.
pub(crate) fn promised(understood: &Understood, basis: &Basis, settings: &StackSettings) -> Promised {
    let own = resources::of(understood);
    if own.is_empty() && settings.promises.is_empty() {
        return Promised::default();
    }
    subject::tied(understood, basis, settings.promises.iter().map(Arc::as_ref).chain(&own))
}
