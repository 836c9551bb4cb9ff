//! Words broken into lines of a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The same for each line of a text that begins behind so many columns; lines that follow begin there, too.
pub(super) fn wrapped_after(taken: usize, text: &str, columns: usize) -> String {
    let columns = columns.saturating_sub(taken).max(NARROWEST);
    let lines = text.lines().flat_map(|line| wrapped(line, columns));
    lines.collect::<Vec<_>>().join("\n")
}

/// Narrower lines would not be read.
const NARROWEST: usize = 24;

/// Lines of at most so many columns, broken between words; a word that is longer is broken where it has to be.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        while let Some(line) = lines.last_mut() {
            let space = usize::from(!line.is_empty());
            if line.width() + space + word.width() <= columns {
                line.push_str(if space == 1 { " " } else { "" });
                line.push_str(word);
                break;
            }
            if line.is_empty() {
                let head = fitting(word, columns);
                // Nothing fits where a character is wider than the line; then it stays whole.
                let head = if head.is_empty() { word } else { head };
                line.push_str(head);
                word = word.get(head.len()..).unwrap_or_default();
                if word.is_empty() {
                    break;
                }
            }
            lines.push(String::new());
        }
    }
    lines
}

/// As much of the beginning as fits.
pub(super) fn fitting(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (offset, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return text.get(..offset).unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_whatever_is_in_them() {
        for (text, columns, expected) in [
            ("", 5, vec![""]),
            ("a b c", 3, vec!["a b", "c"]),
            ("abcdefgh", 3, vec!["abc", "def", "gh"]),
            ("ab cdefgh", 3, vec!["ab", "cde", "fgh"]),
            ("数据库 x", 4, vec!["数据", "库 x"]),
        ] {
            assert_eq!(wrapped(text, columns), expected, "{text}");
        }
    }

    #[test]
    fn every_line_of_a_message_is_broken_by_itself() {
        let text = wrapped_after(10, "web is a single point of failure.\nWith it api goes down.", 40);
        assert_eq!(text, "web is a single point of\nfailure.\nWith it api goes down.");
    }
}
