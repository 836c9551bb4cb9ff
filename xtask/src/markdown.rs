//! What the guards look at in a page: links, headings, and names between backticks, each with its line.

/// A piece of a page and the line it stands in, from 1.
pub(crate) type Found<'t> = (usize, &'t str);

/// The lines outside fenced blocks.
pub(crate) fn prose(text: &str) -> impl Iterator<Item = Found<'_>> {
    let mut fenced = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    })
}

/// The targets of links and pictures: `[words](target)`.
pub(crate) fn links(text: &str) -> Vec<Found<'_>> {
    let mut links = Vec::new();
    for (number, line) in prose(text) {
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        links.extend(targets.map(|(target, _)| (number, target)));
    }
    links
}

/// What stands between single backticks in one line.
pub(crate) fn code_spans(text: &str) -> Vec<Found<'_>> {
    prose(text).flat_map(|(number, line)| line.split('`').skip(1).step_by(2).map(move |span| (number, span))).collect()
}

/// The anchors that GitHub gives the headings of a page.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text).filter(|(_, line)| line.starts_with('#'));
    headings.map(|(_, line)| anchor(line.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The first cells of the rows of all tables, heading rows and rulers left out.
pub(crate) fn first_cells(text: &str) -> Vec<Found<'_>> {
    let mut cells = Vec::new();
    let mut lines = prose(text).peekable();
    while let Some((number, line)) = lines.next() {
        let is_heading = lines.peek().is_some_and(|(_, next)| next.starts_with("|--") || next.starts_with("|:-"));
        let Some(row) = line.strip_prefix('|').filter(|row| !row.starts_with("--") && !is_heading) else { continue };
        cells.extend(row.split_once('|').map(|(cell, _)| (number, cell.trim())));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# What `is` left
see [it](a.md#b), ![p](p.png) and `server/x.rs`
```sh
[no](link) `no`
```
| crate | why |
|---|---|
| serde, toml | both |
";

    #[test]
    fn fenced_text_is_no_prose() {
        assert_eq!(links(PAGE), [(2, "a.md#b"), (2, "p.png")]);
        assert_eq!(code_spans(PAGE), [(1, "is"), (2, "server/x.rs")]);
        assert_eq!(anchors(PAGE), ["what-is-left"]);
        assert_eq!(first_cells(PAGE), [(8, "serde, toml")]);
    }
}
