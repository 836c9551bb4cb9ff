//! Columns for a terminal.

use std::io::Write;

use tabwriter::TabWriter;

/// Rows of cells, aligned; the first row is the header.
pub(super) struct Table {
    text: String,
}

impl Table {
    pub(super) fn new<'a>(header: impl IntoIterator<Item = &'a str>, paint: Paint) -> Table {
        let header: Vec<String> = header.into_iter().map(|name| paint.dim(name)).collect();
        let mut table = Table { text: String::new() };
        table.row(header);
        table
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        // A tab or a line break in a user's name would end the cell.
        let cells: Vec<String> = cells.into_iter().map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect();
        self.text.push_str(&cells.join("\t"));
        self.text.push('\n');
    }

    /// The table, each line indented by two.
    pub(super) fn render(self) -> String {
        let mut writer = TabWriter::new(Vec::new()).padding(2).ansi(true);
        let written = writer.write_all(self.text.as_bytes()).and_then(|()| writer.flush());
        let aligned = match written {
            Ok(()) => writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()),
            Err(_) => None,
        };
        let aligned = aligned.unwrap_or(self.text);
        aligned.lines().map(|line| format!("  {}\n", line.trim_end())).collect()
    }
}

/// Colours, where the terminal takes them.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether it does.
    pub colour: bool,
}

impl Paint {
    pub(super) fn plain(self, text: &str) -> String {
        text.to_owned()
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.styled(anstyle::Style::new().bold(), text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.styled(anstyle::Style::new().dimmed(), text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.styled(anstyle::AnsiColor::Red.on_default().bold(), text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.styled(anstyle::AnsiColor::Yellow.on_default(), text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.styled(anstyle::AnsiColor::Green.on_default(), text)
    }

    fn styled(self, style: anstyle::Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_whatever_their_colour() {
        let plain = |colour| {
            let paint = Paint { colour };
            let mut table = Table::new(["name", "health"], paint);
            table.row([paint.red("a\tb"), "1".to_owned()]);
            table.row(["longer name".to_owned(), paint.green("2")]);
            table.render()
        };
        assert_eq!(plain(false), "  name         health\n  a b          1\n  longer name  2\n");
        let coloured = plain(true);
        let mut stripped = String::new();
        let mut inside = false;
        for c in coloured.chars() {
            match c {
                '\u{1b}' => inside = true,
                'm' if inside => inside = false,
                c if !inside => stripped.push(c),
                _ => {}
            }
        }
        assert_ne!(coloured, stripped);
        assert_eq!(stripped, plain(false));
    }
}
