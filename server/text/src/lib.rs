//! Places in text.
//!
//! Knows byte spans, lines, the column encodings of editors, addresses that outlive edits, and problems that have a
//! place. Must never know what the text means: no file format, no infrastructure, no protocol. Start reading at
//! [`Span`], then [`LineTable`], then [`AnchoredText`].

mod anchored;
mod anchors;
mod line_table;
mod place;
mod visible;

pub use anchored::AnchoredText;
pub use anchors::{Anchors, Change};
pub use line_table::{LineTable, Position, PositionEncoding};
pub use place::{FilePath, Place, Problem, Span};
pub use visible::{is_control, picture, visible};
