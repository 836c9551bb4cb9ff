//! Lines and columns of editors from byte offsets, and back.

use crate::{Change, Span};

/// How an editor counts columns. LSP calls these position encodings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the protocol's default.
    #[default]
    Utf16,
}

/// A zero-based line and column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Zero-based line.
    pub line: u32,
    /// Zero-based column, in the units of the encoding it was made for.
    pub column: u32,
}

/// Where the lines of a text begin. Lines end at `\n`, `\r\n` or `\r`, as LSP has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTable {
    starts: Vec<u32>,
    len: u32,
}

impl LineTable {
    /// Reads the line starts of `text`. O(bytes).
    pub fn new(text: &str) -> LineTable {
        let mut starts = vec![0];
        starts.extend(starts_in(text, 1, text.len()));
        LineTable { starts, len: text.len() as u32 }
    }

    /// The lines after a change that made `text` of the text before; only what changed is read.
    pub fn changed(&self, change: Change, text: &str) -> LineTable {
        let kept = self.starts.partition_point(|&start| start == 0 || start < change.start);
        let behind = self.starts.partition_point(|&start| start == 0 || start <= change.old_end);
        let mut starts = Vec::with_capacity(self.starts.len() + 16);
        starts.extend_from_slice(self.starts.get(..kept).unwrap_or_default());
        starts.extend(starts_in(text, change.start.max(1) as usize, change.new_end as usize));
        let moved = self.starts.get(behind..).unwrap_or_default().iter();
        starts.extend(moved.map(|&start| change.moved(start)));
        LineTable { starts, len: text.len() as u32 }
    }

    /// Number of lines; an empty text has one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The bytes of a line without its line break; empty for a line that is not there.
    pub fn line_span(&self, text: &str, line: u32) -> Span {
        let Some(&start) = self.starts.get(line as usize) else {
            return Span::empty(self.len);
        };
        let end = self.starts.get(line as usize + 1).copied().unwrap_or(self.len);
        let content = Span::new(start, end).text(text).trim_end_matches(['\r', '\n']);
        Span::new(start, start + content.len() as u32)
    }

    /// Byte offset to position. Offsets past the end give the end; offsets inside a character its start.
    pub fn position(&self, text: &str, offset: u32, encoding: PositionEncoding) -> Position {
        let mut offset = offset.min(self.len) as usize;
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&start| start as usize <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = Span::new(start, offset as u32).text(text);
        let column = match encoding {
            PositionEncoding::Utf8 => before.len(),
            PositionEncoding::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        Position { line: line as u32, column: column as u32 }
    }

    /// Position to byte offset. Columns past the end of the line give its end, lines past the last the end of text,
    /// as the protocol asks.
    pub fn offset(&self, text: &str, position: Position, encoding: PositionEncoding) -> u32 {
        if position.line >= self.line_count() {
            return self.len;
        }
        let line = self.line_span(text, position.line);
        let mut units = 0u32;
        for (index, character) in line.text(text).char_indices() {
            if units >= position.column {
                return line.start + index as u32;
            }
            units += match encoding {
                PositionEncoding::Utf8 => character.len_utf8() as u32,
                PositionEncoding::Utf16 => character.len_utf16() as u32,
            };
        }
        line.end
    }
}

/// The line starts among some offsets, the last one included. Each is told by the byte before it and the one at it.
fn starts_in(text: &str, first: usize, last: usize) -> impl Iterator<Item = u32> {
    let bytes = text.as_bytes();
    let byte = move |at: usize| bytes.get(at).copied();
    let before = bytes.get(first.saturating_sub(1)..last).unwrap_or_default();
    let starts = (first..).zip(before).filter(move |&(at, &before)| match before {
        b'\n' => true,
        // A lone `\r` ends its line; `\r\n` waits for the `\n`.
        b'\r' => byte(at) != Some(b'\n'),
        _ => false,
    });
    starts.map(|(at, _)| at as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn positions_follow_the_protocol() {
        let text = "a\nbé😀c\r\nd\re";
        let table = LineTable::new(text);
        assert_eq!(table.line_count(), 4);
        for (offset, line, utf8, utf16) in
            [(0, 0, 0, 0), (1, 0, 1, 1), (2, 1, 0, 0), (5, 1, 3, 2), (9, 1, 7, 4), (12, 2, 0, 0), (14, 3, 0, 0)]
        {
            let as_utf8 = table.position(text, offset, PositionEncoding::Utf8);
            let as_utf16 = table.position(text, offset, PositionEncoding::Utf16);
            assert_eq!(as_utf8, Position { line, column: utf8 }, "offset {offset}");
            assert_eq!(as_utf16, Position { line, column: utf16 }, "offset {offset}");
            assert_eq!(table.offset(text, as_utf8, PositionEncoding::Utf8), offset);
            assert_eq!(table.offset(text, as_utf16, PositionEncoding::Utf16), offset);
        }
    }

    #[test]
    fn positions_outside_the_text_are_clamped() {
        let table = LineTable::new("ab\ncd");
        assert_eq!(table.offset("ab\ncd", Position { line: 0, column: 99 }, PositionEncoding::Utf16), 2);
        assert_eq!(table.offset("ab\ncd", Position { line: 9, column: 0 }, PositionEncoding::Utf16), 5);
        assert_eq!(table.position("ab\ncd", 99, PositionEncoding::Utf16), Position { line: 1, column: 2 });
    }

    #[test]
    fn a_final_lone_carriage_return_opens_a_line() {
        assert_eq!(LineTable::new("a\r").line_count(), 2);
        assert_eq!(LineTable::new("a\r\n").line_count(), 2);
        assert_eq!(LineTable::new("").line_count(), 1);
    }

    proptest! {
        #[test]
        fn lines_of_a_changed_text_are_those_of_the_text(
            texts in prop::collection::vec("[a\r\né]{0,12}", 2..6),
        ) {
            let mut lines = LineTable::new(&texts[0]);
            for pair in texts.windows(2) {
                let change = Change::between(&pair[0], &pair[1]);
                lines = lines.changed(change, &pair[1]);
                prop_assert_eq!(&lines, &LineTable::new(&pair[1]));
            }
        }
    }
}
