//! Where heredocs end. Terraform wants a line that is the marker; `hcl-edit` takes one that begins with it (`EOF\'`,
//! `EOF)`, `EOF x`), so that such a heredoc is handed to it with another marker of the same length.

use std::borrow::Cow;

use super::lex::{Kind, Lexer};

/// The text with another marker for each heredoc that has a line which only begins with its own. Nothing moves. O(length).
pub(crate) fn with_safe_markers(text: &str) -> Cow<'_, str> {
    if !text.contains("<<") {
        return Cow::Borrowed(text);
    }
    let mut lexer = Lexer::new(text);
    let mut changes: Vec<(usize, String)> = Vec::new();
    let mut position = 0;
    loop {
        let token = lexer.next(position);
        position = token.end;
        match token.kind {
            Kind::End => break,
            Kind::Heredoc if token.closed => {}
            _ => continue,
        }
        let Some((marker, content)) = lexer.heredoc_marker(token.start) else { continue };
        let end = token.end.saturating_sub(marker.len());
        let lines = || lexer.slice(content, end).lines().map(str::trim_start);
        // The last line is the one before the marker, or its indentation.
        if !lines().any(|line| line.starts_with(marker)) {
            continue;
        }
        if let Some(other) = other_marker(marker.len(), &|word| !lines().any(|line| line.starts_with(word))) {
            let word = lexer.slice(token.start, content).find(marker).unwrap_or_default();
            changes.push((token.start + word, other.clone()));
            changes.push((end, other));
        }
    }
    if changes.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut safe = text.to_owned();
    for (at, other) in changes {
        safe.replace_range(at..at + other.len(), &other);
    }
    Cow::Owned(safe)
}

/// A word of that length that no line begins with: one letter over and over.
fn other_marker(length: usize, is_free: &dyn Fn(&str) -> bool) -> Option<String> {
    let letters = ('A'..='Z').chain('a'..='z').rev();
    letters.map(|letter| letter.to_string().repeat(length)).find(|word| is_free(word))
}
