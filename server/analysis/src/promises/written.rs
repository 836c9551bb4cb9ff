//! A promise as it is written, before anybody knows of what it speaks.

use std::sync::Arc;

use foreshock_model::Probability;
use foreshock_text::Place;

/// A promise of availability as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WrittenPromise {
    /// What it is called.
    pub(crate) name: Arc<str>,
    /// In what it is kept: `OpenSLO`, `Sloth`, `Pyrra`, the type of a resource.
    pub(crate) kept_in: Arc<str>,
    /// Share of time that may be lost.
    pub(crate) allowed: Probability,
    /// The days over which that is counted; more than 0.
    pub(crate) window_days: f64,
    /// The target.
    pub(crate) place: Place,
    /// What it speaks of, by name: the name that says most first.
    pub(crate) of: Vec<Arc<str>>,
}

/// How a promise came to a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    /// It is written in or below the root of the stack, or is a resource of it.
    Inside,
    /// Only this stack can be meant, and it is not written inside of it.
    Alone,
    /// The directory of the stack is called as what it speaks of.
    Named,
}

/// A promise that is tied to a stack, though not yet to a component.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tied {
    pub(crate) promise: WrittenPromise,
    pub(crate) tie: Tie,
    /// The instances that a resource refers to, by number.
    pub(crate) refers_to: Vec<usize>,
}

impl Tied {
    pub(crate) fn by(promise: WrittenPromise, tie: Tie) -> Tied {
        Tied { promise, tie, refers_to: Vec::new() }
    }
}
