//! What infrastructure text declares, whatever language it is written in: resource instances with their values, and where
//! each value comes from. The one thing that passes between those who read a language and those who say what a resource
//! means.
//!
//! A language (Terraform, the JSON of a plan) evaluates its text and hands over [`Resources`]: an [`Instance`] for each
//! resource, with what is written in it as [`Body`], each [`Value`] with the attributes of other resources that it
//! was made from and the place of its literal. What can't be known from the text is a value of its own
//! ([`Kind::Unknown`]), with the reason in the user's words. Nothing downstream asks how a value was computed.
//!
//! Must never know a language (no syntax tree, no evaluation), a provider, or what a resource means at run time. Does no
//! I/O. Start reading at [`Resources`], then [`Value`].

mod body;
mod instance;
pub mod open;
mod places;
mod resources;
mod spelling;
mod value;

pub use body::{Attribute, Block, Body};
pub use instance::{Instance, Key, Lifecycle, Mode, Trigger};
pub use places::{AttributePlace, BlockPlace};
pub use resources::{ModuleCall, Reference, Resources};
pub use spelling::{Spelling, Words};
pub use value::{HASHED, JoinedProvenance, Kind, NAMELESS, Provenance, Trace, Value};
