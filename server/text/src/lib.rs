//! Places in text.
//!
//! Knows byte spans, lines, the column encodings of editors, and problems that have a place. Must never know what
//! the text means: no file format, no infrastructure, no protocol. Start reading at [`Span`], then [`LineTable`].

mod line_table;
mod place;

pub use line_table::{LineTable, Position, PositionEncoding};
pub use place::{FilePath, Place, Problem, Span};
