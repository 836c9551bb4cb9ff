//! The documents that the editor has open, kept up to date edit by edit.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_text::{FilePath, Position, PositionEncoding};
use ropey::{Rope, RopeSlice};

use super::event::TextChange;

/// Documents above this size are not analysed: the bound of the disk reader, kept for the editor too.
pub(super) const MAX_DOCUMENT: usize = 8 << 20;

/// The documents the editor has open. Their text wins over the disk.
#[derive(Default)]
pub(super) struct Documents {
    open: BTreeMap<FilePath, Document>,
}

/// One open document.
pub(super) struct Document {
    /// The address as the client wrote it, to be used when speaking of it.
    pub(super) uri: Arc<str>,
    /// The client's version.
    pub(super) version: i32,
    /// The text.
    pub(super) text: Rope,
}

impl Document {
    /// Whether it is too large to be analysed.
    pub(super) fn is_oversized(&self) -> bool {
        self.text.len_bytes() > MAX_DOCUMENT
    }
}

impl Documents {
    /// Opens a document, or replaces one that was open already.
    pub(super) fn open(&mut self, file: FilePath, uri: Arc<str>, version: i32, text: &str) {
        self.open.insert(file, Document { uri, version, text: Rope::from_str(text) });
    }

    /// Applies changes in order; `None` when the document is not open.
    pub(super) fn change(
        &mut self,
        file: &FilePath,
        version: i32,
        changes: &[TextChange],
        encoding: PositionEncoding,
    ) -> Option<&Document> {
        let document = self.open.get_mut(file)?;
        if version <= document.version {
            tracing::warn!("{file}: version {version} follows version {}", document.version);
        }
        for change in changes {
            apply(&mut document.text, change, encoding);
        }
        document.version = version;
        Some(document)
    }

    /// Closes a document; whether it was open.
    pub(super) fn close(&mut self, file: &FilePath) -> bool {
        self.open.remove(file).is_some()
    }

    /// The open document of that path.
    pub(super) fn get(&self, file: &FilePath) -> Option<&Document> {
        self.open.get(file)
    }
}

fn apply(text: &mut Rope, change: &TextChange, encoding: PositionEncoding) {
    let Some((start, end)) = change.range else {
        *text = Rope::from_str(&change.text);
        return;
    };
    let start = char_index(text, start, encoding);
    let end = char_index(text, end, encoding).max(start);
    // The indexes are clamped above, so these can't fail; if they ever do, the text stays as it was.
    if text.try_remove(start..end).is_ok() {
        let _ = text.try_insert(start, &change.text);
    }
}

/// Position to character index. Columns past the end of the line give its end, lines past the last the end of text,
/// as the protocol asks.
fn char_index(text: &Rope, position: Position, encoding: PositionEncoding) -> usize {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return text.len_chars();
    }
    let slice = text.line(line);
    let column = position.column as usize;
    let within = match encoding {
        PositionEncoding::Utf8 => slice.try_byte_to_char(column.min(slice.len_bytes())),
        PositionEncoding::Utf16 => slice.try_utf16_cu_to_char(column.min(slice.len_utf16_cu())),
    };
    text.line_to_char(line) + within.unwrap_or(0).min(content_chars(slice))
}

/// Characters of a line without its line break.
fn content_chars(line: RopeSlice<'_>) -> usize {
    let mut length = line.len_chars();
    while length > 0 && line.get_char(length - 1).is_some_and(|last| last == '\n' || last == '\r') {
        length -= 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use foreshock_text::LineTable;
    use proptest::prelude::*;

    fn change(range: Option<((u32, u32), (u32, u32))>, text: &str) -> TextChange {
        let position = |(line, column)| Position { line, column };
        TextChange { range: range.map(|(start, end)| (position(start), position(end))), text: text.into() }
    }

    fn edited(before: &str, encoding: PositionEncoding, changes: &[TextChange]) -> String {
        let file = FilePath::new("/w/a.tf");
        let mut documents = Documents::default();
        documents.open(file.clone(), "file:///w/a.tf".into(), 1, before);
        documents.change(&file, 2, changes, encoding).unwrap().text.to_string()
    }

    #[test]
    fn edits_count_in_the_negotiated_units() {
        let insert_after = |column| [change(Some(((0, column), (0, column))), "!")];
        assert_eq!(edited("é😀x", PositionEncoding::Utf16, &insert_after(3)), "é😀!x");
        assert_eq!(edited("é😀x", PositionEncoding::Utf8, &insert_after(6)), "é😀!x");
    }

    #[test]
    fn edits_of_one_message_build_on_each_other() {
        let changes = [change(Some(((0, 0), (0, 1))), "ab"), change(Some(((0, 1), (0, 2))), "\nc")];
        assert_eq!(edited("x", PositionEncoding::Utf16, &changes), "a\nc");
        assert_eq!(edited("x", PositionEncoding::Utf16, &[change(None, "whole")]), "whole");
    }

    #[test]
    fn impossible_positions_are_clamped() {
        let text = "one\r\ntwo";
        for encoding in [PositionEncoding::Utf8, PositionEncoding::Utf16] {
            assert_eq!(edited(text, encoding, &[change(Some(((0, 99), (0, 99))), "!")]), "one!\r\ntwo");
            assert_eq!(edited(text, encoding, &[change(Some(((99, 0), (99, 9))), "!")]), "one\r\ntwo!");
            assert_eq!(edited(text, encoding, &[change(Some(((1, 2), (0, 1))), "!")]), "one\r\ntw!o");
        }
    }

    #[test]
    fn only_line_feed_and_carriage_return_break_lines() {
        let text = "a\u{b}\u{c}\u{85}\u{2028}\u{2029}\nb\rc\r\nd";
        assert_eq!(
            edited(text, PositionEncoding::Utf16, &[change(Some(((3, 0), (3, 1))), "D")]),
            text.replace('d', "D")
        );
    }

    proptest! {
        /// The store and the line table of the analysis agree on where a position is.
        #[test]
        fn positions_mean_the_same_everywhere(text in "[a-bé😀\r\n]{0,20}", line in 0u32..6, column in 0u32..12, utf8: bool) {
            let encoding = if utf8 { PositionEncoding::Utf8 } else { PositionEncoding::Utf16 };
            let at = Position { line, column };
            let offset = LineTable::new(&text).offset(&text, at, encoding) as usize;
            let rope = Rope::from_str(&text);
            let own = rope.char_to_byte(char_index(&rope, at, encoding));
            // Inside a character the two may round to different sides of it.
            let inside = text.char_indices().any(|(i, c)| (i.min(own.min(offset)) == own.min(offset)) && i + c.len_utf8() == own.max(offset));
            prop_assert!(own == offset || inside, "{own} {offset}");
        }
    }
}
