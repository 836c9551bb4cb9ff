//! Compose files into resources: the services of a project, and the host that all of them run on.
//!
//! A project is put together from a file, those that are put over it, what they include and what their services extend, with the
//! values of `.env` put in. A variable that is nowhere is not known: whoever starts the project may have it.
//!
//! Must never know what a service means at run time (`foreshock-catalog`). Does no I/O: texts are handed over. Start reading at
//! [`project`].

mod declared;
mod interpolate;
mod merge;
mod names;
mod project;

pub use names::{is_compose, is_override, may_be_compose};
pub use project::{Project, is_part, project};
