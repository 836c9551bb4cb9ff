//! Go's `text/template` with the functions of Sprig and Helm, worked out without running anything.
//!
//! A value is known, with the place where it is written, or unknown with a reason. What a condition guards that is not known is
//! worked out both ways ([`render`] gives one text for each way), so that whoever compares them sees what is the same either way and
//! what is not. Of each piece of a text it is known where it comes from: from the template, char for char, or from one value.
//!
//! Bounded: steps, depth, bytes of output and the number of ways. A template that is not one ends in a problem and costs itself
//! alone. Must never know what a text is for. Does no I/O. Start reading at [`Templates`], then [`render`].

mod ast;
mod decisions;
mod evaluate;
mod functions;
mod go_format;
mod json_text;
mod lex;
mod number;
mod parse;
mod scopes;
mod text;
mod value;
mod yaml_text;

#[cfg(test)]
mod tests;

pub use evaluate::{Note, Output, Rendered, Templates, Written, render};
pub use lex::comments;
pub use text::{HOLE, Mark, Source, Text};
pub use value::{Host, Kind, Map, Unknown, Value};
pub use yaml_text::to_yaml;
