//! A text whose places are said in addresses that outlive edits.

use std::sync::Arc;

use crate::{Anchors, LineTable, Position, PositionEncoding, Span};

/// A text with its lines and its addresses. A span of what was parsed of it is a span of addresses: it means nothing
/// without this, which is why text and lines are not to be had apart.
#[derive(Clone, Debug)]
pub struct AnchoredText {
    text: Arc<str>,
    lines: LineTable,
    anchors: Anchors,
}

impl AnchoredText {
    /// A text whose addresses are its offsets.
    pub fn plain(text: Arc<str>) -> AnchoredText {
        AnchoredText { lines: LineTable::new(&text), anchors: Anchors::identity(text.len()), text }
    }

    /// A text with addresses and lines that are known.
    pub fn new(text: Arc<str>, lines: LineTable, anchors: Anchors) -> AnchoredText {
        AnchoredText { text, lines, anchors }
    }

    /// All of it, to which no span applies.
    pub fn whole(&self) -> &Arc<str> {
        &self.text
    }

    /// The lines, which count in offsets.
    pub fn lines(&self) -> &LineTable {
        &self.lines
    }

    /// The addresses.
    pub fn anchors(&self) -> &Anchors {
        &self.anchors
    }

    /// The text that a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.real_span(span).text(&self.text)
    }

    /// The text before an address.
    pub fn before(&self, address: u32) -> &str {
        self.text.get(..self.real(address) as usize).unwrap_or_default()
    }

    /// The text from an address on.
    pub fn from(&self, address: u32) -> &str {
        self.text.get(self.real(address) as usize..).unwrap_or_default()
    }

    /// The address of the end.
    pub fn end(&self) -> u32 {
        self.anchors.anchored(u32::MAX)
    }

    /// Where an address is in the text now.
    pub fn real(&self, address: u32) -> u32 {
        self.anchors.real(address)
    }

    /// Where the bytes of a span are in the text now.
    pub fn real_span(&self, span: Span) -> Span {
        self.anchors.real_span(span)
    }

    /// The address of an offset.
    pub fn anchored(&self, offset: u32) -> u32 {
        self.anchors.anchored(offset)
    }

    /// The addresses of bytes.
    pub fn anchored_span(&self, real: Span) -> Span {
        self.anchors.anchored_span(real)
    }

    /// How many lines there are.
    pub fn line_count(&self) -> u32 {
        self.lines.line_count()
    }

    /// The addresses of a line without its line break.
    pub fn line_span(&self, line: u32) -> Span {
        self.anchored_span(self.lines.line_span(&self.text, line))
    }

    /// A line without its line break.
    pub fn line(&self, line: u32) -> &str {
        self.lines.line_span(&self.text, line).text(&self.text)
    }

    /// The line that an address is in.
    pub fn line_of(&self, address: u32) -> u32 {
        self.position(address, PositionEncoding::Utf8).line
    }

    /// The line and column of an address.
    pub fn position(&self, address: u32, encoding: PositionEncoding) -> Position {
        self.lines.position(&self.text, self.real(address), encoding)
    }

    /// The address at a line and column.
    pub fn offset(&self, position: Position, encoding: PositionEncoding) -> u32 {
        self.anchored(self.lines.offset(&self.text, position, encoding))
    }
}

impl PartialEq for AnchoredText {
    fn eq(&self, other: &AnchoredText) -> bool {
        self.anchors == other.anchors && self.text == other.text
    }
}

impl Eq for AnchoredText {}
