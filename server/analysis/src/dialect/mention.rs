//! A place of a text that names a component of its stack.

use std::sync::Arc;

use foreshock_text::{Place, Span};

/// A name of a component where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The id of the component, without quotes.
    pub name: Arc<str>,
    /// Where it is written, quotes included.
    pub place: Place,
    /// Where the component is declared, all of it, if this is where it gets its name.
    pub extent: Option<Span>,
}

impl Mention {
    /// Whether the component gets its name here.
    pub fn declares(&self) -> bool {
        self.extent.is_some()
    }
}
