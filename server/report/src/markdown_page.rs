//! A comment that fits into what the forges take: what does not fit is counted.

/// GitHub takes 65,536 characters for a comment; bytes are never fewer, and what a bot adds needs room.
const LONGEST: usize = 60_000;
/// Room for what is said about what is left out.
const RESERVE: usize = 200;

/// A text that never grows too long: what does not fit is counted.
pub(super) struct Page {
    text: String,
    left_out: usize,
}

impl Page {
    pub(super) fn new(beginning: &str) -> Page {
        Page { text: beginning.to_owned(), left_out: 0 }
    }

    /// Adds a part whole, or not at all.
    pub(super) fn add(&mut self, part: &str) {
        if part.len() <= self.room() {
            self.text.push_str(part);
        } else {
            self.left_out += 1;
        }
    }

    /// Adds the rows of a table below its header; nothing when there are none.
    pub(super) fn table(&mut self, header: &str, rows: impl Iterator<Item = String>) {
        self.rows(header, rows, "", &|count| format!("| and {count} more | | | | | |\n"));
    }

    /// Adds the items of a list between its opening and closing; nothing when there are none.
    pub(super) fn list(&mut self, opening: &str, items: impl Iterator<Item = String>, closing: &str) {
        self.rows(opening, items, closing, &|count| format!("- and {count} more\n"));
    }

    fn rows(
        &mut self,
        opening: &str,
        rows: impl Iterator<Item = String>,
        closing: &str,
        more: &dyn Fn(usize) -> String,
    ) {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return;
        }
        let frame = opening.len() + closing.len() + more(usize::MAX).len();
        let Some(mut room) = self.room().checked_sub(frame) else {
            self.left_out += 1;
            return;
        };
        self.text.push_str(opening);
        let mut hidden = 0;
        for row in rows {
            if hidden == 0 && row.len() <= room {
                room -= row.len();
                self.text.push_str(&row);
            } else {
                hidden += 1;
            }
        }
        if hidden > 0 {
            self.text.push_str(&more(hidden));
        }
        self.text.push_str(closing);
    }

    pub(super) fn finish(mut self) -> String {
        if self.left_out > 0 {
            let plural = if self.left_out == 1 { "" } else { "s" };
            self.text
                .push_str(&format!("\n{} more part{plural} left out: a comment can't be longer.\n", self.left_out));
        }
        self.text
    }

    fn room(&self) -> usize {
        LONGEST.saturating_sub(self.text.len() + RESERVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut page = Page::new("");
        page.table("|h|\n", (0..10_000).map(|number| format!("| {number:08} |\n")));
        page.list("<details>\n", (0..10).map(|number| number.to_string()), "</details>\n");
        page.add(&"x".repeat(LONGEST));
        let text = page.finish();
        assert!(text.len() <= LONGEST, "{}", text.len());
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        let shown = text.matches("| 0").count();
        assert!(text.contains(&format!("| and {} more |", 10_000 - shown)), "{shown}");
        assert!(text.ends_with("left out: a comment can't be longer.\n"));
    }

    #[test]
    fn nothing_is_framed_by_nothing() {
        let mut page = Page::new("a");
        page.list("open", std::iter::empty(), "close");
        assert_eq!(page.finish(), "a");
    }
}
